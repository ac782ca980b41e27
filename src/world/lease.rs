//! Leases: a primary that cannot renew stops by itself, and nobody is promoted before that.
//!
//! The primary renews every `renew` while it reaches enough of the detector's vantage points that they could not
//! together find it down. When it can't, its lease runs out between `ttl - renew` and `ttl` later; it stops `margin`
//! before that, unless it fails to (a long pause of its process). Who was replaced is not asked to renew: a primary
//! whose predecessor is gone keeps its lease. The leader of a quorum renews while it reaches a majority. Modelled on Patroni's leader key and watchdog
//! (Patroni documentation, "Watchdog support", and the rule for `ttl`, `loop_wait` and `retry_timeout`).

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::probe::Condition;
use super::state::{Phase, Role};
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Failover, Fence, PlaceId, StoreId};

impl<C: Chance> World<'_, C> {
    /// Whether the primary can renew its lease.
    fn renews(&self, id: StoreId, failover: &Failover) -> bool {
        if let Some(majority) = self.majority(id) {
            return self.leads(id, majority);
        }
        let Some(detector) = failover.detector else {
            return true;
        };
        let detector = &self.topology.detectors[detector.index()];
        let primary = self.state.stores[id.index()].primary;
        let members = &self.topology.stores[id.index()].members;
        let place = members[primary].place;
        let lost = detector
            .vantage
            .iter()
            .enumerate()
            .filter(|(index, vantage)| {
                let of_a_member = members
                    .get(*index)
                    .is_some_and(|member| member.place == **vantage);
                let asked = !of_a_member
                    || self.state.stores[id.index()].members[*index].role == Role::Standby;
                asked && !self.vantage_hears(**vantage, place)
            });
        self.alive(id, primary) && lost.count() < detector.agree
    }

    /// Whether a vantage point is up and hears what is at a place.
    pub(super) fn vantage_hears(&self, vantage: PlaceId, place: PlaceId) -> bool {
        self.place_condition(vantage) == Condition::Up && self.answers(vantage, place)
    }

    pub(super) fn update_lease(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        let Fence::Lease {
            ttl, renew, margin, ..
        } = failover.fence
        else {
            return;
        };
        let renews = self.renews(id, failover);
        let now = self.state.now;
        match self.state.stores[id.index()].lease_expires {
            None if !renews => {
                let law = super::uniform(Span(ttl.0.saturating_sub(renew.0)), ttl);
                let left = self.chance.time(failover.draw_lease, &law, Span::ZERO);
                let expires = now.after(left);
                self.state.stores[id.index()].lease_expires = Some(expires);
                self.set(
                    Timer::Lease(id),
                    Time(expires.0.saturating_sub(margin.0).max(now.0)),
                );
                if self.state.stores[id.index()].phase == Phase::Fencing {
                    self.set(Timer::Stage(id), expires);
                }
            }
            Some(_) if renews => self.regain_lease(id),
            _ => {}
        }
    }

    /// The primary renews again, unless its lease has meanwhile passed to a candidate.
    fn regain_lease(&mut self, id: StoreId) {
        let store = &mut self.state.stores[id.index()];
        if matches!(store.phase, Phase::Promoting | Phase::Redirecting) {
            return;
        }
        let primary = store.primary;
        store.lease_expires = None;
        let waiting = store.phase == Phase::Fencing;
        let regained = !store.members[primary].accepts && store.phase != Phase::FailingBack;
        self.cancel(Timer::Lease(id));
        if regained {
            self.state.stores[id.index()].members[primary].accepts = true;
            self.tell(Event::LeaseRegained(id, primary), None);
        }
        if waiting {
            self.call_off(id);
        }
    }

    /// The old primary's own clock says that its lease is over.
    pub(super) fn lease_ends(&mut self, id: StoreId) {
        let Some(failover) = &self.topology.stores[id.index()].failover else {
            return;
        };
        let Fence::Lease { works, .. } = failover.fence else {
            return;
        };
        let primary = self.state.stores[id.index()].primary;
        let forgets = self.majority(id).is_some() && !self.alive(id, primary);
        if forgets || self.chance.yes(failover.draw_fence_works, works) {
            self.state.stores[id.index()].members[primary].accepts = false;
            self.tell(Event::LeaseLost(id, primary), None);
        } else {
            self.tell(Event::LeaseIgnored(id, primary), None);
        }
        self.roles_changed = true;
    }
}
