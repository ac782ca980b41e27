//! Replica sets: members, replication, and the pipeline of a failover.

use super::pointer::{Pointer, at};
use super::report::nothing;
use super::{Compiler, sorted};
use crate::dist::Law;
use crate::model::Code;
use crate::model::law::LawSpec;
use crate::model::shapes;
use crate::model::units::Duration;
use crate::model::{replication, stores as written};
use crate::topology::{
    CauseKind, Decide, FailBack, Failover, Fence, Member, Reads, Replication, Stage, Store,
    StoreId, Unfenced, purpose,
};

/// The longest mean lag: simulated time lasts 584 years, and what would be longer is cut to that.
const LAG_YEARS_MAX: f64 = 100.0;

/// Whether a law is always so many seconds, as the defaults are.
fn is_fixed(law: &LawSpec, seconds: u64) -> bool {
    *law == LawSpec::Fixed(Duration::seconds_exactly(seconds))
}

impl Compiler<'_> {
    /// Lists the stores by name.
    pub(super) fn stores(&mut self) {
        let model = self.model;
        for (index, (name, store)) in sorted(&model.stores).into_iter().enumerate() {
            let checked = self.checked_store(StoreId::from(index), name, store);
            self.stores.push(checked);
        }
    }

    fn checked_store(&mut self, id: StoreId, name: &str, store: &written::Store) -> Store {
        let pointer = at(&["stores", name]);
        let path = format!("stores.{name}");
        let members = self.members[id.index()].clone();
        let members = members
            .into_iter()
            .map(|found| {
                let part = self.parts[found.part.index()].path.clone();
                let draw_rejoin = self.draws.draw(&part, purpose::REJOIN);
                Member {
                    part: found.part,
                    place: found.place,
                    acknowledges: found.acknowledges,
                    draw_rejoin,
                }
            })
            .collect();
        let failover = match &store.replication {
            replication::Replication::Quorum(quorum) => Some(self.quorum(id, name, store, quorum)),
            _ => store
                .failover
                .as_ref()
                .map(|failover| self.failover(id, name, store, failover)),
        };
        self.store_assumptions(&path, store);
        Store {
            name: name.to_owned(),
            members,
            replication: self.replication(store, &pointer.key("replication")),
            lag: self.lag(&store.lag, &pointer.key("lag")),
            catch_up: store.catch_up.value(),
            reads: match store.reads {
                written::Reads::Primary => Reads::Primary,
                written::Reads::Any => Reads::Any,
            },
            write_bytes: store.write_size.bytes() as f64,
            orphans_recovered: store.orphans_recovered.value(),
            failover,
            replication_cause: self.cause(format!("{path}.replication"), CauseKind::Action),
            draw_lag: self.draws.draw(&path, purpose::LAG),
            draw_stall: self.draws.draw(&path, purpose::STALL),
        }
    }

    fn lag(&mut self, written: &LawSpec, pointer: &Pointer) -> Law {
        let lag = self.law(written, pointer);
        if lag.mean() > LAG_YEARS_MAX * crate::time::YEAR_SECONDS {
            let message = "this lag is longer than simulated time lasts";
            let help = format!("its mean may be {LAG_YEARS_MAX} years: check the unit");
            self.error(Code::TooLong, pointer, message, help);
        }
        lag
    }

    fn store_assumptions(&mut self, path: &str, store: &written::Store) {
        let elects = matches!(store.replication, replication::Replication::Quorum(_));
        if store.failover.is_none() && !elects {
            self.assume(
                format!("{path}.failover"),
                "It never fails over: without its primary it waits",
            );
        }
        let lags = !store.members.asynchronous.is_empty()
            || matches!(store.replication, replication::Replication::Async);
        if lags && !elects {
            let text = "In quiet times its standbys are not behind at all: an assumption";
            self.assume_if(
                store.lag == LawSpec::Fixed(Duration::ZERO),
                format!("{path}.lag"),
                text,
            );
        }
        if lags || elects {
            let text = "A standby that is behind applies 3 s of writes in a second: an assumption";
            self.assume_if(
                store.catch_up == shapes::Multiple::default(),
                format!("{path}.catch-up"),
                text,
            );
        }
        let text = "One write is 1 KiB: an assumption that only the bytes lost rest on";
        self.assume_if(
            store.write_size.bytes() == 1024,
            format!("{path}.write-size"),
            text,
        );
        if store.failover.is_some() {
            let text = "Writes orphaned on an old primary are never recovered: an assumption";
            self.assume_if(
                store.orphans_recovered.value() == 0.0,
                format!("{path}.orphans-recovered"),
                text,
            );
        }
    }

    fn replication(&mut self, store: &written::Store, pointer: &Pointer) -> Replication {
        let standbys = store.members.sync.len();
        let acks = |compiler: &mut Self, acks: std::num::NonZeroU32, mode: &str| {
            let acks = acks.get() as usize;
            if acks > standbys {
                let message = format!(
                    "writes wait for {acks} standbys, but the store has {standbys} under `sync`"
                );
                let help = "list more members under `sync`, or lower `acks`";
                compiler.error(
                    Code::Acknowledgements,
                    &pointer.key(mode).key("acks"),
                    message,
                    help,
                );
            }
            acks
        };
        match &store.replication {
            replication::Replication::Async => Replication::Async,
            replication::Replication::Quorum(_) => {
                let votes = 1 + standbys;
                let majority = votes / 2 + 1;
                Replication::Quorum { majority }
            }
            replication::Replication::SemiSync(semi) => Replication::SemiSync {
                acks: acks(self, semi.acks, "semi-sync"),
                fall_back_after: semi.fall_back_after.span(),
            },
            replication::Replication::Sync(sync) => {
                let acks = acks(self, sync.acks, "sync");
                match &sync.without_standby {
                    replication::WithoutStandby::Blocks => Replication::SyncStrict { acks },
                    replication::WithoutStandby::AloneAfter(law) => {
                        let here = pointer
                            .key("sync")
                            .key("without-standby")
                            .key("alone-after");
                        Replication::SyncDegrading {
                            acks,
                            alone_after: self.law(law, &here),
                        }
                    }
                }
            }
        }
    }

    fn failover(
        &mut self,
        id: StoreId,
        name: &str,
        store: &written::Store,
        failover: &written::Failover,
    ) -> Failover {
        let pointer = at(&["stores", name, "failover"]);
        let path = format!("stores.{name}.failover");
        if store.members.sync.is_empty() && store.members.asynchronous.is_empty() {
            let message = format!("`{name}` has no standby to fail over to");
            self.error(
                Code::NoStandby,
                &pointer,
                message,
                "list one under `sync` or `async`, or take `failover` out",
            );
        }
        let text =
            "A replaced primary steps down 10 s after it can reach its successor: an assumption";
        self.assume_if(
            is_fixed(&failover.steps_down, 10),
            format!("{path}.steps-down"),
            text,
        );
        let text =
            "A replaced primary is a standby again 5 min after it stepped down: an assumption";
        self.assume_if(
            is_fixed(&failover.rejoin, 300),
            format!("{path}.rejoin"),
            text,
        );
        let fence_path = format!("{path}.fence");
        let decide = self.decide(&failover.decide, &pointer.key("decide"));
        Failover {
            detector: Some(self.primary_detector(
                id,
                name,
                &failover.detect,
                &pointer.key("detect"),
            )),
            decide_across_regions: self.decide_across(
                &failover.across_regions,
                &decide,
                &pointer.key("across-regions"),
            ),
            decide,
            max_lag: failover.max_lag.map(|lag| lag.span()),
            fence: self.fence(&failover.fence, &pointer.key("fence")),
            promote: self.stage(
                &failover.promote,
                &format!("{path}.promote"),
                &pointer.key("promote"),
            ),
            redirect: self.stage(
                &failover.redirect,
                &format!("{path}.redirect"),
                &pointer.key("redirect"),
            ),
            steps_down: self.law(&failover.steps_down, &pointer.key("steps-down")),
            rejoin: self.law(&failover.rejoin, &pointer.key("rejoin")),
            fail_back: self.fail_back(&failover.fail_back, &pointer.key("fail-back")),
            cause: self.cause(path.clone(), CauseKind::Action),
            fail_back_cause: self.cause(format!("stores.{name}.fail-back"), CauseKind::Action),
            draw_decide: self.draws.draw(&path, purpose::DECIDE),
            draw_fence: self.draws.draw(&fence_path, purpose::FENCE),
            draw_fence_works: self.draws.draw(&fence_path, purpose::FENCE_WORKS),
            draw_lease: self.draws.draw(&fence_path, purpose::LEASE),
            draw_fail_back: self.draws.draw(&path, purpose::FAIL_BACK),
        }
    }

    fn decide(&mut self, decide: &written::Decide, pointer: &Pointer) -> Decide {
        match decide {
            written::Decide::Automatic => Decide::Automatic,
            written::Decide::Human(law) => Decide::Human(self.law(law, &pointer.key("human"))),
        }
    }

    fn decide_across(
        &mut self,
        across: &written::AcrossRegions,
        same: &Decide,
        pointer: &Pointer,
    ) -> Option<Decide> {
        match across {
            written::AcrossRegions::Same => Some(same.clone()),
            written::AcrossRegions::Never => None,
            written::AcrossRegions::Human(law) => {
                Some(Decide::Human(self.law(law, &pointer.key("human"))))
            }
        }
    }

    fn fence(&mut self, fence: &written::Fence, pointer: &Pointer) -> Fence {
        match fence {
            written::Fence::None => Fence::None,
            written::Fence::Lease(lease) => self.lease(lease, &pointer.key("lease")),
            written::Fence::Stonith(stonith) => {
                let here = pointer.key("stonith");
                let otherwise = match &stonith.otherwise {
                    written::Unfenced::Promote => Unfenced::Promote,
                    written::Unfenced::Human(law) => {
                        Unfenced::Human(self.law(law, &here.key("otherwise").key("human")))
                    }
                };
                let takes = self.law(&stonith.takes, &here.key("takes"));
                Fence::Stonith {
                    works: stonith.works.value(),
                    takes,
                    otherwise,
                }
            }
        }
    }

    pub(super) fn lease(&mut self, lease: &written::Lease, pointer: &Pointer) -> Fence {
        let (ttl, renew, margin) = (lease.ttl.span(), lease.renew.span(), lease.margin.span());
        self.require_positive(
            lease.renew.is_zero(),
            "the time between renewals",
            &pointer.key("renew"),
        );
        if margin >= ttl {
            let help = "the old primary stops that long before its lease ends, so make `margin` less than `ttl`";
            self.error(
                Code::Lease,
                &pointer.key("margin"),
                "the margin is not shorter than the lease",
                help,
            );
        } else if renew.0.saturating_add(margin.0) >= ttl.0 {
            let help = "renew more often: `renew` and `margin` together must be less than `ttl`";
            let message = "the lease runs out between two renewals of a healthy primary";
            self.error(Code::Lease, &pointer.key("renew"), message, help);
        }
        Fence::Lease {
            ttl,
            renew,
            margin,
            works: lease.works.value(),
        }
    }

    pub(super) fn stage(&mut self, stage: &shapes::Stage, path: &str, pointer: &Pointer) -> Stage {
        let (takes_at, otherwise_at) = (pointer.key("takes"), pointer.key("otherwise"));
        let takes = self.law(&stage.takes, &takes_at);
        let otherwise = match &stage.otherwise {
            Some(law) => self.law(law, &otherwise_at),
            None => nothing(),
        };
        Stage {
            takes,
            works: stage.works.value(),
            otherwise,
            draw_takes: self.draws.draw(path, purpose::TAKES),
            draw_works: self.draws.draw(path, purpose::WORKS),
            draw_otherwise: self.draws.draw(path, purpose::OTHERWISE),
        }
    }

    fn fail_back(&mut self, fail_back: &shapes::FailBack, pointer: &Pointer) -> Option<FailBack> {
        match fail_back {
            shapes::FailBack::Never => None,
            shapes::FailBack::Planned(planned) => Some(FailBack {
                after: planned.after.span(),
                takes: self.law(&planned.takes, &pointer.key("takes")),
            }),
        }
    }
}
