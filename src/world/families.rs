//! Families of faults that strike by one clock: which of them can strike, and when the next one does.
//!
//! The clock is wound for some number of members, at least as many as can strike: it rings at that many times the rate of
//! one. When it rings, one of that number is picked, and strikes if it can. So whoever leaves the family or comes back
//! within that number costs nothing, and it is exact at any moment: what can't strike only thins the rings (Lewis and
//! Shedler, Naval Research Logistics Quarterly 26, 1979). It is wound for all members while at least half of them can
//! strike, so that rings are seldom in vain, and for those that can strike otherwise. Deliberately absent: rescaling
//! what is left of a wait, which would need no draw but the time up to which nothing has happened.

use std::ops::Range;

use super::World;
use super::layout::Timer;
use super::state::{FamilyState, State};
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{DrawId, Families, Family, FamilyId, FaultId, Topology};

impl<C: Chance> World<'_, C> {
    /// Winds every clock that is shared.
    pub(super) fn start_families(&mut self) {
        for id in (0..self.layout.shared_clocks.len()).map(FamilyId::from) {
            self.wind(id, self.state.now);
        }
    }

    /// The clock of a family rings: says which member strikes, if one does.
    pub(super) fn family_rings(&mut self, id: FamilyId) -> Option<FaultId> {
        let shared = &self.layout.shared_clocks[id.index()];
        let family = self.state.families[id.index()];
        let picked = self.chance.one_of(shared.draw, family.wound_for);
        let order = &self.state.family_order[shared.members()];
        let struck = (picked < family.ready).then(|| order[picked as usize]);
        if let Some(fault) = struck {
            self.leave_family(fault);
        }
        self.wind(id, self.state.now);
        struck
    }

    /// A fault can strike by the clock that it shares, from a moment on at which nothing has happened since the last event.
    pub(super) fn join_family(&mut self, id: FaultId, from: Time) {
        let Some(family_id) = self.layout.sharing_a_clock(id) else {
            return;
        };
        let rank = self.state.faults[id.index()].rank;
        let FamilyState { ready, wound_for } = self.state.families[family_id.index()];
        if rank < ready {
            return;
        }
        let members = self.layout.shared_clocks[family_id.index()].members();
        self.state.swap_ranks(members, rank, ready);
        self.state.families[family_id.index()].ready += 1;
        if ready + 1 > wound_for {
            self.wind(family_id, from);
        }
    }

    /// A fault no longer strikes by the clock that it shares, if it did.
    pub(super) fn leave_family(&mut self, id: FaultId) {
        let Some(family_id) = self.layout.sharing_a_clock(id) else {
            return;
        };
        let rank = self.state.faults[id.index()].rank;
        let family = &mut self.state.families[family_id.index()];
        if rank < family.ready {
            family.ready -= 1;
            let last = family.ready;
            let members = self.layout.shared_clocks[family_id.index()].members();
            self.state.swap_ranks(members, rank, last);
        }
    }

    /// Draws the next ring of a family's clock, from a moment on at which nothing has happened since the last event.
    pub(super) fn wind(&mut self, id: FamilyId, from: Time) {
        let shared = &self.layout.shared_clocks[id.index()];
        let family = &mut self.state.families[id.index()];
        family.wound_for = shared.worth_winding_for(family.ready);
        let at = match family.wound_for {
            0 => Time::NEVER,
            count => {
                let law = Law::exponential(shared.mean / f64::from(count));
                let law = law.expect("a part of a mean makes a law");
                from.after(self.chance.time(shared.draw, &law, Span::ZERO))
            }
        };
        self.set(Timer::Family(id), at);
    }
}

/// What is known of the clock of a family before a trial; one without members if it shares none.
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedClock {
    /// Where its members begin in [`State::family_order`].
    first: u32,
    count: u32,
    /// The stream of the member after which that of the family is named.
    draw: DrawId,
    /// The mean time between the strikes of one member, seconds.
    mean: f64,
}

impl SharedClock {
    /// The clocks of some families.
    pub fn of(topology: &Topology, families: &Families) -> Vec<SharedClock> {
        let mut end = 0;
        let shared = |family: &Family| {
            let fault = &topology.faults[family.faults[0].index()];
            let count = if family.shares_a_clock {
                family.faults.len() as u32
            } else {
                0
            };
            let first = end;
            end += count;
            SharedClock {
                first,
                count,
                draw: fault.draw_strike,
                mean: fault.every.mean(),
            }
        };
        families.list.iter().map(shared).collect()
    }

    fn members(&self) -> Range<usize> {
        self.first as usize..(self.first + self.count) as usize
    }

    /// For how many members it is worth winding the clock.
    fn worth_winding_for(&self, ready: u32) -> u32 {
        if 2 * ready >= self.count {
            self.count
        } else {
            ready
        }
    }
}

impl State {
    fn swap_ranks(&mut self, members: Range<usize>, one: u32, other: u32) {
        let order = &mut self.family_order[members];
        order.swap(one as usize, other as usize);
        for rank in [one, other] {
            self.faults[order[rank as usize].index()].rank = rank;
        }
    }
}
