//! The recovery pipeline of a store: decide, fence, promote, redirect, and later fail back.
//!
//! A stage, once begun, runs to its end even if the fault that set it off is repaired meanwhile; only a decision can
//! be called off, and a wait for a lease that was renewed after all. Each stage has a law and a chance of success;
//! if it fails, a person brings it to its end. A candidate that is lost on the way is replaced by the next.

use super::World;
use super::layout::Timer;
use super::note::{Event, Obstacle, Promotion};
use super::state::{Mode, Phase, Role};
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::Span;
use crate::topology::{Decide, Failover, Fence, Replication, Stage, StoreId, Unfenced};

impl<C: Chance> World<'_, C> {
    pub(super) fn update_recovery(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        let lost = self.takes_primary_for_lost(id, failover);
        match (self.state.stores[id.index()].phase, lost) {
            (Phase::Idle | Phase::Blocked, true) => self.try_to_begin(id, failover),
            (Phase::Blocked, false) => self.state.stores[id.index()].phase = Phase::Idle,
            (Phase::Deciding, false) => self.call_off(id),
            (Phase::Fencing, false) if self.waits_for_a_lease_that_is_held(id, failover) => {
                self.call_off(id)
            }
            _ => {}
        }
    }

    /// Whether the detector, or a quorum's own votes, say that the primary is lost.
    pub(super) fn takes_primary_for_lost(&self, id: StoreId, failover: &Failover) -> bool {
        match (failover.detector, self.majority(id)) {
            (Some(detector), _) => self.state.believed_down[detector.index()],
            (None, Some(majority)) => !self.leads(id, majority),
            (None, None) => false,
        }
    }

    fn waits_for_a_lease_that_is_held(&self, id: StoreId, failover: &Failover) -> bool {
        matches!(failover.fence, Fence::Lease { .. })
            && self.state.stores[id.index()].lease_expires.is_none()
    }

    /// Nothing has been done yet and nothing needs to be.
    pub(super) fn call_off(&mut self, id: StoreId) {
        self.cancel(Timer::Stage(id));
        self.state.stores[id.index()].phase = Phase::Idle;
        let origin = self.state.stores[id.index()].origin;
        self.roles_changed = true;
        self.tell(Event::RecoveryCalledOff(id), origin);
    }

    fn try_to_begin(&mut self, id: StoreId, failover: &Failover) {
        let origin = match failover.detector {
            Some(detector) => self.state.detectors[detector.index()].origin,
            None => self.leader_trouble(id),
        };
        match self.best_candidate(id, failover) {
            Ok(candidate) => {
                let now = self.state.now;
                let store = &mut self.state.stores[id.index()];
                store.phase = Phase::Deciding;
                store.began = now;
                store.origin = origin;
                store.candidate = candidate;
                store.by_hand = false;
                self.tell(Event::RecoveryBegins(id, candidate), origin);
                let wait = match self.who_decides(id, failover, candidate) {
                    Some(Decide::Human(law) | Decide::Election(law)) => {
                        self.chance.time(failover.draw_decide, law, Span::ZERO)
                    }
                    _ => Span::ZERO,
                };
                self.set(Timer::Stage(id), now.after(wait));
            }
            Err(obstacle) => {
                self.state.stores[id.index()].origin = origin;
                self.block(id, obstacle);
            }
        }
    }

    fn block(&mut self, id: StoreId, obstacle: Obstacle) {
        self.cancel(Timer::Stage(id));
        if self.state.stores[id.index()].phase != Phase::Blocked {
            self.state.stores[id.index()].phase = Phase::Blocked;
            let origin = self.state.stores[id.index()].origin;
            self.tell(Event::RecoveryBlocked(id, obstacle), origin);
        }
    }

    fn who_decides<'f>(
        &self,
        id: StoreId,
        failover: &'f Failover,
        candidate: usize,
    ) -> Option<&'f Decide> {
        let members = &self.topology.stores[id.index()].members;
        let region = |member: usize| self.topology.places[members[member].place.index()].region;
        if region(candidate) == region(self.state.stores[id.index()].primary) {
            Some(&failover.decide)
        } else {
            failover.decide_across_regions.as_ref()
        }
    }

    /// The standby to promote: one that acknowledges before one that doesn't, then the one least behind, then order.
    fn best_candidate(&self, id: StoreId, failover: &Failover) -> Result<usize, Obstacle> {
        let store = &self.state.stores[id.index()];
        let now = self.state.now;
        let usable = |member: &usize| {
            store.members[*member].role == Role::Standby
                && self.alive(id, *member)
                && self.heard_by_enough(id, failover, *member)
        };
        let limit = failover.max_lag.map_or(f64::INFINITY, Span::seconds);
        let current = |member: &usize| self.has_every_write(id, *member);
        let close = |member: &usize| store.members[*member].backlog(now) <= limit;
        let allowed = |member: &usize| self.who_decides(id, failover, *member).is_some();
        let standbys = || (0..store.members.len()).filter(usable);
        let rank = |member: &usize| {
            (
                !self.acknowledges(id, *member),
                store.members[*member].backlog(now),
            )
        };
        let candidates = standbys().filter(current).filter(close).filter(allowed);
        let best = candidates.min_by(|one, other| {
            let (one, other) = (rank(one), rank(other));
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        best.ok_or_else(|| {
            if standbys().next().is_none() {
                Obstacle::NoStandby
            } else if !standbys().any(|member| current(&member)) {
                Obstacle::NotSynchronous
            } else if !standbys().filter(current).any(|member| close(&member)) {
                Obstacle::TooFarBehind
            } else {
                Obstacle::OtherRegion
            }
        })
    }

    /// Whether as many vantage points hear a standby as have to find the primary down.
    fn heard_by_enough(&self, id: StoreId, failover: &Failover, member: usize) -> bool {
        let Some(detector) = failover.detector else {
            return true;
        };
        let detector = &self.topology.detectors[detector.index()];
        let place = self.topology.stores[id.index()].members[member].place;
        let hearing = detector
            .vantage
            .iter()
            .filter(|vantage| self.vantage_hears(**vantage, place));
        hearing.count() >= detector.agree
    }

    /// Synchronous replication promotes nobody who may lack an acknowledged write.
    fn has_every_write(&self, id: StoreId, member: usize) -> bool {
        let store = &self.state.stores[id.index()];
        match self.topology.stores[id.index()].replication {
            Replication::Async | Replication::SemiSync { .. } => true,
            Replication::SyncStrict { .. }
            | Replication::SyncDegrading { .. }
            | Replication::Quorum { .. } => {
                let current = store.members[member].backlog(self.state.now) <= 0.0;
                current && self.finds_every_write(id, member)
            }
        }
    }

    /// Whether a candidate acknowledges, and reaches so many of the standbys that do that one of them has every
    /// write: all of them but one less than a write waits for. Any majority of a quorum has one, too.
    fn finds_every_write(&self, id: StoreId, candidate: usize) -> bool {
        if let Some(majority) = self.majority(id) {
            return self.acknowledges(id, candidate) && self.has_majority(id, candidate, majority);
        }
        let store = &self.state.stores[id.index()];
        let acknowledging = || {
            let standby = |member: &usize| {
                store.members[*member].role == Role::Standby && self.acknowledges(id, *member)
            };
            (0..store.members.len()).filter(standby)
        };
        let asked = acknowledging()
            .filter(|member| self.alive(id, *member) && self.linked(id, candidate, *member));
        store.mode != Mode::Degraded
            && self.acknowledges(id, candidate)
            && self.acks(id) > 0
            && asked.count() + self.acks(id) > acknowledging().count()
    }

    /// The stage in hand is over.
    pub(super) fn stage_ends(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        self.roles_changed = true;
        match self.state.stores[id.index()].phase {
            Phase::Deciding => {
                let origin = self.state.stores[id.index()].origin;
                self.tell(Event::Decided(id), origin);
                self.begin_fence(id, failover);
            }
            Phase::Fencing => self.end_fence(id, failover),
            Phase::Promoting => {
                if self.stage_worked(id, &failover.promote) {
                    self.promote(id, failover);
                }
            }
            Phase::Redirecting => {
                if self.stage_worked(id, &failover.redirect) {
                    self.state.stores[id.index()].redirected = true;
                    self.state.stores[id.index()].phase = Phase::Idle;
                    let origin = self.state.stores[id.index()].origin;
                    self.tell(Event::Redirected(id), origin);
                }
            }
            Phase::FailingBack => self.end_fail_back(id, failover),
            Phase::Idle | Phase::Blocked => {}
        }
    }

    fn begin_fence(&mut self, id: StoreId, failover: &Failover) {
        self.state.stores[id.index()].phase = Phase::Fencing;
        let now = self.state.now;
        match &failover.fence {
            Fence::None => self.begin_promotion(id, failover),
            Fence::Lease { .. } => {
                if let Some(expires) = self.state.stores[id.index()].lease_expires {
                    self.set(Timer::Stage(id), expires.max(now));
                }
            }
            Fence::Stonith { takes, .. } => {
                let wait = self.chance.time(failover.draw_fence, takes, Span::ZERO);
                self.set(Timer::Stage(id), now.after(wait));
            }
        }
    }

    fn end_fence(&mut self, id: StoreId, failover: &Failover) {
        let store = &self.state.stores[id.index()];
        let (primary, by_hand, origin) = (store.primary, store.by_hand, store.origin);
        if let Fence::Stonith {
            works, otherwise, ..
        } = &failover.fence
        {
            if by_hand || self.chance.yes(failover.draw_fence_works, *works) {
                let member = &mut self.state.stores[id.index()].members[primary];
                member.fenced = true;
                member.accepts = false;
                self.tell(Event::Fenced(id, primary), origin);
            } else if let Unfenced::Human(law) = otherwise {
                self.tell(Event::FenceFailed(id, primary, true), origin);
                return self.wait_for_a_person(id, failover, law);
            } else {
                self.tell(Event::FenceFailed(id, primary, false), origin);
            }
        }
        if self.is_set(Timer::Lease(id)) {
            // Without a margin the old primary stops at this very moment.
            self.cancel(Timer::Lease(id));
            self.lease_ends(id);
        }
        self.begin_promotion(id, failover);
    }

    fn wait_for_a_person(&mut self, id: StoreId, failover: &Failover, law: &Law) {
        self.state.stores[id.index()].by_hand = true;
        let wait = self.chance.time(failover.draw_fence, law, Span::ZERO);
        let at = self.state.now.after(wait);
        self.set(Timer::Stage(id), at);
    }

    fn begin_promotion(&mut self, id: StoreId, failover: &Failover) {
        match self.best_candidate(id, failover) {
            Ok(candidate) => {
                self.state.stores[id.index()].candidate = candidate;
                self.begin_stage(id, Phase::Promoting, &failover.promote);
            }
            Err(obstacle) => self.block(id, obstacle),
        }
    }

    fn begin_stage(&mut self, id: StoreId, phase: Phase, stage: &Stage) {
        let store = &mut self.state.stores[id.index()];
        store.phase = phase;
        store.by_hand = false;
        let wait = self.chance.time(stage.draw_takes, &stage.takes, Span::ZERO);
        let at = self.state.now.after(wait);
        self.set(Timer::Stage(id), at);
    }

    /// Whether a stage has done its work; if not, a person has been called.
    fn stage_worked(&mut self, id: StoreId, stage: &Stage) -> bool {
        if self.state.stores[id.index()].by_hand || self.chance.yes(stage.draw_works, stage.works) {
            return true;
        }
        self.state.stores[id.index()].by_hand = true;
        let wait = self
            .chance
            .time(stage.draw_otherwise, &stage.otherwise, Span::ZERO);
        let at = self.state.now.after(wait);
        self.set(Timer::Stage(id), at);
        let origin = self.state.stores[id.index()].origin;
        self.tell(Event::StageFailed(id), origin);
        false
    }

    /// The candidate becomes the primary, if it still can.
    fn promote(&mut self, id: StoreId, failover: &Failover) {
        let candidate = self.state.stores[id.index()].candidate;
        if !self.alive(id, candidate) || !self.has_every_write(id, candidate) {
            return self.begin_promotion(id, failover);
        }
        let old = self.state.stores[id.index()].primary;
        let (seconds, writes) = self.missing(id, candidate);
        let lost = self.destroyed(self.topology.stores[id.index()].members[old].part);
        if !lost {
            self.state.stores[id.index()].members[old].orphans = writes;
        }
        self.change_primary(id, candidate);
        self.state.stores[id.index()].members[old].role = self.role_after(id, old);
        self.replicate_from(id, old);
        self.state.stores[id.index()].redirected = false;
        let promotion = Promotion {
            store: id,
            from: old,
            to: candidate,
            seconds,
            writes,
            lost,
            planned: false,
        };
        let origin = self.state.stores[id.index()].origin;
        self.tell(Event::Promoted(promotion), origin);
        if let Some(detector) = failover.detector {
            self.watch_anew(detector);
        }
        self.begin_stage(id, Phase::Redirecting, &failover.redirect);
    }

    fn change_primary(&mut self, id: StoreId, member: usize) {
        let now = self.state.now;
        self.cancel(Timer::Lease(id));
        self.cancel(Timer::CaughtUp(id, member as u32));
        let store = &mut self.state.stores[id.index()];
        store.previous = store.primary;
        store.primary = member;
        store.lease_expires = None;
        let state = &mut store.members[member];
        state.role = Role::Primary;
        state.accepts = true;
        state.catches_up(now);
    }

    /// The acknowledged writes that a candidate lacks, in seconds and in number: nothing if enough of those that
    /// acknowledge can be asked that one of them has every write, else its backlog and its quiet lag.
    fn missing(&mut self, id: StoreId, candidate: usize) -> (f64, f64) {
        let rate = self.layout.write_rates[id.index()];
        if rate <= 0.0 {
            return (0.0, 0.0);
        }
        let now = self.state.now;
        let member = self.state.stores[id.index()].members[candidate];
        let lag = if self.finds_every_write(id, candidate) {
            0.0
        } else {
            self.quiet_lag(id)
        };
        (member.backlog(now) + lag, member.missing(now) + lag * rate)
    }

    /// Starts or stops the wait for the preferred primary to take over again.
    pub(super) fn update_fail_back(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        let Some(fail_back) = &failover.fail_back else {
            return;
        };
        let store = &self.state.stores[id.index()];
        let preferred = &store.members[0];
        let ready = store.primary != 0
            && store.phase == Phase::Idle
            && preferred.role == Role::Standby
            && preferred.backlog(self.state.now) <= 0.0
            && self.alive(id, 0)
            && self.alive(id, store.primary)
            && self.linked(id, 0, store.primary);
        if !ready {
            self.cancel(Timer::FailBack(id));
        } else if !self.is_set(Timer::FailBack(id)) {
            let at = self.state.now.after(fail_back.after);
            self.set(Timer::FailBack(id), at);
        }
    }

    /// The old primary stops accepting, so that nothing is lost.
    pub(super) fn begin_fail_back(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        let Some(fail_back) = &failover.fail_back else {
            return;
        };
        let now = self.state.now;
        let store = &mut self.state.stores[id.index()];
        store.phase = Phase::FailingBack;
        store.began = now;
        store.members[store.primary].accepts = false;
        let origin = store.origin;
        self.tell(Event::FailBackBegins(id), origin);
        let wait = self
            .chance
            .time(failover.draw_fail_back, &fail_back.takes, Span::ZERO);
        self.set(Timer::Stage(id), now.after(wait));
        self.roles_changed = true;
    }

    fn end_fail_back(&mut self, id: StoreId, failover: &Failover) {
        let store = &mut self.state.stores[id.index()];
        store.phase = Phase::Idle;
        let old = store.primary;
        if !self.alive(id, 0) || !self.linked(id, 0, old) {
            self.state.stores[id.index()].members[old].accepts = true;
            return;
        }
        self.change_primary(id, 0);
        self.state.stores[id.index()].members[old].role = Role::Standby;
        self.state.stores[id.index()].redirected = true;
        self.replicate_from(id, old);
        let promotion = Promotion {
            store: id,
            from: old,
            to: 0,
            seconds: 0.0,
            writes: 0.0,
            lost: false,
            planned: true,
        };
        let origin = self.state.stores[id.index()].origin;
        self.tell(Event::Promoted(promotion), origin);
        if let Some(detector) = failover.detector {
            self.watch_anew(detector);
        }
    }
}
