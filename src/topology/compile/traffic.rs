//! Entries for clients: targets, DNS, balancers.

use super::drain::{Stale, drain, immediate};
use super::pointer::{Pointer, at, name_in_path};
use super::report::nothing;
use super::{Compiler, sorted};
use crate::dist::Law;
use crate::model::Code;
use crate::model::law::{LawSpec, Uniform};
use crate::model::traffic as written;
use crate::model::units::Duration;
use crate::time::Span;
use crate::topology::{
    Balancer, CauseKind, DetectorId, Drain, NoneHealthy, Passive, PlaceId, Policy, ServiceId,
    Target, Traffic, TrafficId, purpose,
};

/// The stale shares may add up to this much more than one, for roundings.
const SHARE_ROUNDING: f64 = 1e-9;

/// A target before its detectors.
struct Place {
    place: PlaceId,
    weight: f64,
}

/// What DNS adds to an entry.
struct Names {
    policy: Policy,
    answers_after: Law,
    fail_back_after: Option<Span>,
    drain: Drain,
}

/// An entry on its way: its id, its canonical path, and where it was written.
struct Entry<'a> {
    id: TrafficId,
    path: String,
    pointer: Pointer,
    service: (ServiceId, &'a str),
}

impl Compiler<'_> {
    /// Lists the entries by name.
    pub(super) fn traffic(&mut self) {
        let model = self.model;
        for (name, traffic) in sorted(&model.traffic) {
            let pointer = at(&["traffic", name]);
            let Some(service) = self.service(&traffic.to, &pointer.key("to")) else {
                continue;
            };
            let entry = Entry {
                id: TrafficId::from(self.traffic.len()),
                path: format!("traffic.{}", name_in_path(name)),
                pointer,
                service: (service, &traffic.to),
            };
            self.entry(name, traffic, &entry);
        }
    }

    fn entry(&mut self, name: &str, traffic: &written::Traffic, entry: &Entry) {
        let (names, places) = match (&traffic.at, &traffic.dns) {
            (Some(path), None) => {
                let at = entry.pointer.key("at");
                let place = self
                    .place(path, &at)
                    .and_then(|place| self.target_place(place, path, entry, &at));
                let places = place
                    .map(|place| Place { place, weight: 1.0 })
                    .into_iter()
                    .collect();
                (without_dns(), places)
            }
            (None, Some(dns)) => (self.dns(dns, entry), self.dns_places(dns, entry)),
            _ => {
                let message = format!("the entry `{name}` must have either `at` or `dns`");
                self.error(
                    Code::EitherOr,
                    &entry.pointer,
                    message,
                    "`at` is one place, `dns` chooses among places",
                );
                return;
            }
        };
        let targets = self.targets(traffic, &places, entry);
        let balancer = traffic
            .balancer
            .as_ref()
            .map(|balancer| self.balancer(balancer, entry));
        let cause = self.cause(format!("{}.failover", entry.path), CauseKind::Action);
        let draw_answer = self.draws.draw(&entry.path, purpose::ANSWER);
        self.traffic_ids.insert(name.to_owned(), entry.id);
        self.traffic.push(Traffic {
            name: name.to_owned(),
            service: entry.service.0,
            targets,
            policy: names.policy,
            answers_after: names.answers_after,
            fail_back_after: names.fail_back_after,
            drain: names.drain,
            balancer,
            cause,
            draw_answer,
        });
    }

    fn dns(&mut self, dns: &written::Dns, entry: &Entry) -> Names {
        let pointer = entry.pointer.key("dns");
        let path = format!("{}.dns", entry.path);
        let text = "12.3 % of the clients hold on to an old answer for 2 min on average and 2.6 % for 1 h: an \
                    assumption, fitted to two points of Flavel and others 2014 (doi 10.1109/LANMAN.2014.7028641)";
        self.assume_if(
            dns.stale == written::Stale::measured(),
            format!("{path}.stale"),
            text,
        );
        let text = "New answers are given 1 s to 5 s after a change of health: an assumption, no provider states it";
        let usual = LawSpec::Uniform(Uniform {
            from: Duration::seconds_exactly(1),
            to: Duration::seconds_exactly(5),
        });
        self.assume_if(
            dns.answers_after == usual,
            format!("{path}.answers-after"),
            text,
        );
        if dns.failover.is_some() == dns.spread.is_some() {
            let help = "`failover` answers the first healthy place, `spread` all of them by weight";
            self.error(
                Code::EitherOr,
                &pointer,
                "DNS must have either `failover` or `spread`",
                help,
            );
        }
        Names {
            policy: if dns.spread.is_some() {
                Policy::Spread
            } else {
                Policy::Failover
            },
            answers_after: self.law(&dns.answers_after, &pointer.key("answers-after")),
            fail_back_after: match dns.fail_back {
                written::DnsFailBack::Automatic => Some(Span::ZERO),
                written::DnsFailBack::Never => None,
                written::DnsFailBack::After(after) => Some(after.span()),
            },
            drain: self.drain(dns, &pointer),
        }
    }

    fn drain(&mut self, dns: &written::Dns, pointer: &Pointer) -> Drain {
        let before = self.diagnostics.len();
        self.require_positive(dns.ttl.is_zero(), "the TTL", &pointer.key("ttl"));
        let stale: Vec<Stale> = dns
            .stale
            .iter()
            .map(|stale| Stale {
                share: stale.share.value(),
                mean_seconds: stale.mean.seconds(),
            })
            .collect();
        for (index, stale) in dns.stale.iter().enumerate() {
            let here = pointer.key("stale").index(index).key("mean");
            self.require_positive(
                stale.mean.is_zero(),
                "the mean time for which they hold on",
                &here,
            );
        }
        let sum: f64 = stale.iter().map(|stale| stale.share).sum();
        if sum > 1.0 + SHARE_ROUNDING {
            let message =
                format!("the shares of stale clients add up to {sum}, which is more than all");
            self.error(
                Code::Shares,
                &pointer.key("stale"),
                message,
                "lower them: the rest honours the TTL",
            );
        }
        if self.diagnostics.len() > before {
            immediate()
        } else {
            drain(dns.ttl.seconds(), &stale)
        }
    }

    /// The targets of DNS: in the order written for failover, by path for spread.
    fn dns_places(&mut self, dns: &written::Dns, entry: &Entry) -> Vec<Place> {
        let pointer = entry.pointer.key("dns");
        let mut written: Vec<(&str, f64, Pointer)> = Vec::new();
        if let Some(failover) = &dns.failover {
            let here = pointer.key("failover");
            written.extend(
                failover
                    .iter()
                    .enumerate()
                    .map(|(index, path)| (&**path, 1.0, here.index(index))),
            );
        } else if let Some(spread) = &dns.spread {
            let here = pointer.key("spread");
            written.extend(
                sorted(spread)
                    .into_iter()
                    .map(|(path, weight)| (path, f64::from(weight.get()), here.key(path))),
            );
        }
        if written.is_empty() && (dns.failover.is_some() != dns.spread.is_some()) {
            self.error(
                Code::NoTarget,
                &pointer,
                "DNS has no place to send clients to",
                "name at least one place",
            );
        }
        if dns.check.is_none() && written.len() > 1 {
            let message = "without a `check`, DNS never takes a place out of its answers";
            self.warning(
                Code::NoCheck,
                &pointer,
                message,
                "add a `check`, such as `check: { every: 10s, after: 3 }`",
            );
        }
        let mut places: Vec<Place> = Vec::new();
        for (path, weight, here) in written {
            let Some(place) = self
                .place(path, &here)
                .and_then(|place| self.target_place(place, path, entry, &here))
            else {
                continue;
            };
            if places.iter().any(|other| other.place == place) {
                self.error(
                    Code::TargetTwice,
                    &here,
                    format!("`{path}` is listed twice"),
                    "take one of them out",
                );
                continue;
            }
            places.push(Place { place, weight });
        }
        places
    }

    /// The place itself if the entry's service runs exactly there.
    fn target_place(
        &mut self,
        place: PlaceId,
        path: &str,
        entry: &Entry,
        pointer: &Pointer,
    ) -> Option<PlaceId> {
        let (service, name) = entry.service;
        if self.pool_at(service, place).is_some() {
            return Some(place);
        }
        let near = self.services[service.index()]
            .pools
            .iter()
            .map(|pool| self.pools[pool.index()].place);
        let near = near
            .into_iter()
            .find(|&pool| self.is_in(pool, place) || self.is_in(place, pool));
        let help = match near {
            Some(near) => format!("`{name}` runs in `{}`: name that place", self.path_of(near)),
            None => self.runs_where(name),
        };
        self.error(
            Code::NotThere,
            pointer,
            format!("`{name}` does not run in `{path}`"),
            help,
        );
        None
    }

    fn targets(
        &mut self,
        traffic: &written::Traffic,
        places: &[Place],
        entry: &Entry,
    ) -> Vec<Target> {
        let check = traffic.dns.as_ref().and_then(|dns| dns.check.as_ref());
        let check_at = entry.pointer.key("dns").key("check");
        let mut targets = Vec::with_capacity(places.len());
        for (index, &Place { place, weight }) in places.iter().enumerate() {
            let pool = self
                .pool_at(entry.service.0, place)
                .expect("a target has a pool");
            let check = check.map(|check| {
                self.target_detector((entry.id, &entry.path), (index, place), check, &check_at)
            });
            let balancer_path = format!("{}.balancer.{}", entry.path, self.path_of(place));
            let balancer_cause = self.cause(balancer_path.clone(), CauseKind::Belief);
            let mut target = Target {
                place,
                pool,
                weight,
                check,
                instance_checks: Vec::new(),
                balancer_cause,
                draw_ejections: Vec::new(),
            };
            if let Some(written::Balancer::L7(l7)) = &traffic.balancer {
                self.balancer_beliefs(l7, &balancer_path, &mut target, entry);
            }
            targets.push(target);
        }
        targets
    }

    /// The detectors and ejections of the instances behind a target.
    fn balancer_beliefs(
        &mut self,
        l7: &written::L7,
        path: &str,
        target: &mut Target,
        entry: &Entry,
    ) {
        let pointer = entry.pointer.key("balancer").key("l7").key("active");
        for (number, part) in self.pools[target.pool.index()]
            .parts
            .clone()
            .into_iter()
            .enumerate()
        {
            let path = format!("{path}.{}", number + 1);
            target
                .draw_ejections
                .push(self.draws.draw(&path, purpose::EJECTION));
            if let Some(active) = &l7.active {
                let subject = (
                    path,
                    target.balancer_cause,
                    format!("{}.balancer.l7.active", entry.path),
                );
                let id: DetectorId = self.instance_detector(
                    entry.id,
                    subject,
                    (part, target.place),
                    active,
                    &pointer,
                );
                target.instance_checks.push(id);
            }
        }
    }

    fn balancer(&mut self, balancer: &written::Balancer, entry: &Entry) -> Balancer {
        let written::Balancer::L7(l7) = balancer;
        let pointer = entry.pointer.key("balancer").key("l7");
        let path = format!("{}.balancer", entry.path);
        self.require_positive(
            l7.connect_timeout.is_zero(),
            "the connect timeout",
            &pointer.key("connect-timeout"),
        );
        let text = "A try waits 5 s for a silent instance: an assumption";
        self.assume_if(
            l7.connect_timeout == Duration::seconds_exactly(5),
            format!("{path}.connect-timeout"),
            text,
        );
        let passive = l7.passive.map(|passive| {
            let here = pointer.key("passive").key("ejects-for");
            self.require_positive(
                passive.ejects_for.is_zero(),
                "the time of an ejection",
                &here,
            );
            Passive {
                failures: passive.failures.get(),
                ejects_for: passive.ejects_for.span(),
            }
        });
        Balancer {
            tries: l7.tries.get(),
            connect_timeout: l7.connect_timeout.span(),
            sticky: match l7.affinity {
                written::Affinity::None => 0.0,
                written::Affinity::Cookie => 1.0,
                written::Affinity::Sticky(share) => share.value(),
            },
            passive,
            none_healthy: match l7.none_healthy {
                written::NoneHealthy::SendToAll => NoneHealthy::SendToAll,
                written::NoneHealthy::Refuse => NoneHealthy::Refuse,
            },
        }
    }
}

/// An entry with one target moves nobody.
fn without_dns() -> Names {
    Names {
        policy: Policy::Failover,
        answers_after: nothing(),
        fail_back_after: Some(Span::ZERO),
        drain: immediate(),
    }
}
