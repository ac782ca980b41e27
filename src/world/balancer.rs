//! A layer-7 balancer: which instances it sends to, and what retries make of it.
//!
//! Active checks are detectors. Passive health ejects an instance after so many failed requests in a row; every
//! request to a dead instance fails, so the time until then is a gamma law of the request rate. An ejected instance
//! that is up again comes back at a random moment of its ejection period; a dead one is tried again after each.
//! Retries go to instances not tried yet, or, for the sticky share, to the same
//! one again: ingress-nginx keeps a client's cookie on the dead upstream unless `session-cookie-change-on-failure`
//! is set (kubernetes/ingress-nginx, `rootfs/etc/nginx/lua/balancer/sticky.lua`).

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::probe::Condition;
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Balancer, NoneHealthy, PartId, PlaceId, Target, TrafficId};

/// The instances that a balancer sends to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// How many.
    pub size: u32,
    /// How many of them answer.
    pub good: u32,
    /// Whether some of the others are silent.
    pub silent: bool,
}

impl<C: Chance> World<'_, C> {
    /// The instances that an entry's balancer sends to in one target.
    #[must_use]
    pub fn rotation(&self, id: TrafficId, target: usize) -> Rotation {
        let traffic = &self.topology.traffic[id.index()];
        let checked = &traffic.targets[target];
        let parts = &self.topology.pools[checked.pool.index()].parts;
        let ejects = traffic.has_passive_health();
        let mut rotation = Rotation::default();
        for (instance, part) in parts.iter().enumerate() {
            let ejected = ejects && self.is_ejected(id, target, instance);
            if !ejected && self.passes_check(checked, instance) {
                self.count_in(&mut rotation, checked.place, *part);
            }
        }
        let refuses = traffic
            .balancer
            .as_ref()
            .is_some_and(|balancer| balancer.none_healthy == NoneHealthy::Refuse);
        if rotation.size == 0 && !refuses {
            for part in parts {
                self.count_in(&mut rotation, checked.place, *part);
            }
        }
        rotation
    }

    fn count_in(&self, rotation: &mut Rotation, place: PlaceId, part: PartId) {
        let condition = self.state.conditions[part.index()];
        // Where the part is need not be known while nothing is cut.
        let reached = self.state.cuts.is_empty()
            || self.answers(place, self.topology.parts[part.index()].place);
        rotation.size += 1;
        rotation.good += u32::from(condition == Condition::Up && reached);
        rotation.silent |= condition == Condition::Silent || !reached;
    }

    /// Whether a balancer sends requests to an instance.
    #[must_use]
    pub fn in_rotation(&self, id: TrafficId, target: usize, instance: usize) -> bool {
        let traffic = &self.topology.traffic[id.index()];
        let ejected = traffic.has_passive_health() && self.is_ejected(id, target, instance);
        !ejected && self.passes_check(&traffic.targets[target], instance)
    }

    /// Whether passive health, which there is, has ejected an instance.
    pub(super) fn is_ejected(&self, id: TrafficId, target: usize, instance: usize) -> bool {
        let index = self.layout.ejected(id, target as u32, instance as u32);
        self.state.ejected[index]
    }

    fn passes_check(&self, target: &Target, instance: usize) -> bool {
        let check = target.instance_checks.get(instance);
        check.is_none_or(|check| !self.state.believed_down[check.index()])
    }

    /// The share of requests that the balancer of a target gets answered within the client's timeout.
    ///
    /// A dead instance that passive health has ejected is tried again after each ejection period, until it has failed
    /// often enough to be ejected anew; each is in rotation for that share of the time, independently of the others.
    #[must_use]
    pub fn balanced(&self, id: TrafficId, target: usize, timeout: Span) -> f64 {
        let rotation = self.rotation(id, target);
        let Some(balancer) = &self.topology.traffic[id.index()].balancer else {
            return f64::from(u8::from(rotation.good > 0));
        };
        let (dead, tried) = self.tried_again(id, target, rotation);
        let mut answered = 0.0;
        let mut chance = (0..dead).fold(1.0, |chance, _| chance * (1.0 - tried));
        for more in 0..=dead {
            let with = Rotation {
                size: rotation.size + more,
                ..rotation
            };
            answered += chance * answered_by(balancer, with, timeout);
            chance *= f64::from(dead - more) / f64::from(more + 1) * tried / (1.0 - tried);
        }
        answered
    }

    /// How many dead instances passive health has ejected, and for what share of the time each is tried again.
    fn tried_again(&self, id: TrafficId, target: usize, rotation: Rotation) -> (u32, f64) {
        let traffic = &self.topology.traffic[id.index()];
        let Some(passive) = traffic.passive_health() else {
            return (0, 0.0);
        };
        let parts = &self.topology.pools[traffic.targets[target].pool.index()].parts;
        let dead = (0..parts.len()).filter(|instance| {
            self.is_ejected(id, target, *instance)
                && self.state.conditions[parts[*instance].index()] != Condition::Up
                && self.passes_check(&traffic.targets[target], *instance)
        });
        let dead = dead.count() as u32;
        if dead == 0 || rotation.good == 0 {
            return (0, 0.0);
        }
        // While it is tried it is one more to share the requests.
        let size = f64::from(rotation.size);
        let rate = self.rate_per_instance(id, target) * size / (size + 1.0);
        let in_rotation = f64::from(passive.failures) / rate;
        let share = in_rotation / (in_rotation + passive.ejects_for.seconds());
        if share < 1.0 { (dead, share) } else { (0, 0.0) }
    }

    /// An instance has changed: passive health will notice.
    pub(super) fn update_ejections(&mut self, part: PartId) {
        let layout = self.layout;
        for (id, target, instance) in layout.ejecting.of(part.index()) {
            let traffic = &self.topology.traffic[id.index()];
            let Some(passive) = traffic.passive_health() else {
                continue;
            };
            let up = self.state.conditions[part.index()] == Condition::Up;
            let ejected = self.is_ejected(*id, *target as usize, *instance as usize);
            let law = match (up, ejected) {
                (true, true) => Some(super::uniform(Span::ZERO, passive.ejects_for)),
                (false, false) => self.time_to_eject(*id, *target as usize, passive.failures),
                _ => None,
            };
            let draw = traffic.targets[*target as usize].draw_ejections[*instance as usize];
            let at = law.map_or(Time::NEVER, |law| {
                self.state
                    .now
                    .after(self.chance.time(draw, &law, Span::ZERO))
            });
            self.set(Timer::Ejection(*id, *target, *instance), at);
        }
    }

    /// DNS sends clients to a target: instances that died there unnoticed will fail requests.
    pub(super) fn notice_dead_instances(&mut self, id: TrafficId) {
        let topology = self.topology;
        if !topology.traffic[id.index()].has_passive_health() {
            return;
        }
        for (target, checked) in topology.traffic[id.index()].targets.iter().enumerate() {
            if self.state.traffic[id.index()].answer[target] <= 0.0 {
                continue;
            }
            for (instance, part) in topology.pools[checked.pool.index()]
                .parts
                .iter()
                .enumerate()
            {
                let ejected = self.is_ejected(id, target, instance);
                let timer = Timer::Ejection(id, target as u32, instance as u32);
                let unnoticed = self.state.conditions[part.index()] != Condition::Up && !ejected;
                if unnoticed && !self.is_set(timer) {
                    self.update_ejections(*part);
                }
            }
        }
    }

    fn time_to_eject(&self, id: TrafficId, target: usize, failures: u32) -> Option<Law> {
        let rate = self.rate_per_instance(id, target);
        (rate > 0.0).then(|| {
            Law::gamma(f64::from(failures), 1.0 / rate).expect("checked figures make a law")
        })
    }

    /// Requests per second to each instance that the balancer sends to.
    fn rate_per_instance(&self, id: TrafficId, target: usize) -> f64 {
        // Clients that the present answer sends here are on their way.
        let arriving = self.state.traffic[id.index()].answer[target];
        let share = self.share(id, target, self.state.now).max(arriving);
        let rate = self.layout.entry_rates[id.index()];
        rate * share / f64::from(self.rotation(id, target).size.max(1))
    }

    pub(super) fn ejection_changes(&mut self, id: TrafficId, target: u32, instance: u32) {
        let ejected = &mut self.state.ejected[self.layout.ejected(id, target, instance)];
        *ejected = !*ejected;
        let event = if *ejected {
            Event::Ejected
        } else {
            Event::Readmitted
        };
        self.tell(event(id, target, instance), None);
    }
}

/// The share of requests that a rotation answers within the client's timeout.
fn answered_by(balancer: &Balancer, rotation: Rotation, timeout: Span) -> f64 {
    if rotation.good == 0 {
        return 0.0;
    }
    let first = f64::from(rotation.good) / f64::from(rotation.size);
    let tries = if rotation.silent && balancer.connect_timeout > Span::ZERO {
        // A try that would start when the client gives up comes too late.
        let in_time = timeout.0.div_ceil(balancer.connect_timeout.0);
        u64::from(balancer.tries).min(in_time.max(1))
    } else {
        u64::from(balancer.tries)
    };
    let retried = 1.0 - all_fail(rotation, tries);
    balancer.sticky * first + (1.0 - balancer.sticky) * retried
}

/// The chance that the first tries, each at another instance of the rotation, all meet a dead one.
fn all_fail(rotation: Rotation, tries: u64) -> f64 {
    let (size, bad) = (
        u64::from(rotation.size),
        u64::from(rotation.size - rotation.good),
    );
    (0..tries.min(size))
        .map(|tried| bad.saturating_sub(tried) as f64 / (size - tried) as f64)
        .product()
}
