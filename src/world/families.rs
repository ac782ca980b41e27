//! Families of faults that strike by one clock: which of them can strike, and when the next one does.
//!
//! The clock is wound for some number of members, at least as many as can strike: it rings at that many times the rate of
//! one. When it rings, one of that number is picked, and strikes if it can. So whoever leaves the family or comes back
//! within that number costs nothing, and it is exact at any moment: what can't strike only thins the rings (Lewis and
//! Shedler, Naval Research Logistics Quarterly 26, 1979). It is wound for all members while at least half of them can
//! strike, so that rings are seldom in vain, and for those that can strike otherwise. Deliberately absent: rescaling
//! what is left of a wait, which would need no draw but the time up to which nothing has happened.

use super::World;
use super::layout::Timer;
use super::state::{FamilyState, State};
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{FamilyId, Fault, FaultId};

impl<'t, C: Chance> World<'t, C> {
    /// Winds every clock that is shared.
    pub(super) fn start_families(&mut self) {
        for id in (0..self.layout.families.list.len()).map(FamilyId::from) {
            self.wind(id, self.state.now);
        }
    }

    /// The clock of a family rings: says which member strikes, if one does.
    pub(super) fn family_rings(&mut self, id: FamilyId) -> Option<FaultId> {
        let draw = self.first_of(id).draw_strike;
        let family = &self.state.families[id.index()];
        let picked = self.chance.one_of(draw, family.wound_for);
        let struck = (picked < family.ready).then(|| family.order[picked as usize]);
        if let Some(fault) = struck {
            self.leave_family(fault);
        }
        self.wind(id, self.state.now);
        struck
    }

    /// A fault can strike by the clock that it shares, from a moment on at which nothing has happened since the last event.
    pub(super) fn join_family(&mut self, id: FaultId, from: Time) {
        let Some(family_id) = self.layout.families.sharing_a_clock(id) else {
            return;
        };
        let rank = self.state.faults[id.index()].rank;
        let family = &self.state.families[family_id.index()];
        let ready = family.ready;
        if rank < ready {
            return;
        }
        let wound_for = family.wound_for;
        self.state.swap_ranks(family_id, rank, ready);
        self.state.families[family_id.index()].ready += 1;
        if ready + 1 > wound_for {
            self.wind(family_id, from);
        }
    }

    /// A fault no longer strikes by the clock that it shares, if it did.
    pub(super) fn leave_family(&mut self, id: FaultId) {
        let Some(family_id) = self.layout.families.sharing_a_clock(id) else {
            return;
        };
        let rank = self.state.faults[id.index()].rank;
        let family = &mut self.state.families[family_id.index()];
        if rank < family.ready {
            family.ready -= 1;
            let last = family.ready;
            self.state.swap_ranks(family_id, rank, last);
        }
    }

    /// Draws the next ring of a family's clock, from a moment on at which nothing has happened since the last event.
    pub(super) fn wind(&mut self, id: FamilyId, from: Time) {
        let family = &mut self.state.families[id.index()];
        family.wound_for = family.worth_winding_for();
        let at = match family.wound_for {
            0 => Time::NEVER,
            count => {
                let first = self.first_of(id);
                let law = Law::exponential(first.every.mean() / f64::from(count));
                let law = law.expect("a part of a mean makes a law");
                from.after(self.chance.time(first.draw_strike, &law, Span::ZERO))
            }
        };
        self.set(Timer::Family(id), at);
    }

    /// The member after which the stream of the family is named.
    fn first_of(&self, id: FamilyId) -> &'t Fault {
        let first = self.layout.families.list[id.index()].faults[0];
        &self.topology.faults[first.index()]
    }
}

impl FamilyState {
    /// For how many members it is worth winding the clock.
    fn worth_winding_for(&self) -> u32 {
        let all = self.order.len() as u32;
        if 2 * self.ready >= all {
            all
        } else {
            self.ready
        }
    }
}

impl State {
    fn swap_ranks(&mut self, family: FamilyId, one: u32, other: u32) {
        let order = &mut self.families[family.index()].order;
        order.swap(one as usize, other as usize);
        for rank in [one, other] {
            self.faults[order[rank as usize].index()].rank = rank;
        }
    }
}
