//! The clocks of a trial, for those who explore other futures of it: how old they are, and what they are set to.
//!
//! Whoever sets the clock of a fault by hand answers for its law: a clock that is taken away ([`World::withhold`]) rings
//! no more until it is given back ([`World::release`]) or set ([`World::strike_at`]). Deliberately absent: weights and
//! the choice of what to set (see `rare`).

use super::World;
use super::layout::Timer;
use super::state::{Phase, State};
use crate::engine::{Chance, DrawId};
use crate::time::{Span, Time};
use crate::topology::{DetectorId, FaultId, PartId, StoreId};

/// Something that strikes by a clock of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// A fault.
    Fault(FaultId),
    /// A false alarm.
    Alarm(DetectorId),
}

impl<'t, C: Chance> World<'t, C> {
    /// A world in the same state, with another chance.
    pub fn with_chance<D: Chance>(&self, chance: D) -> World<'t, D> {
        World {
            topology: self.topology,
            layout: self.layout,
            state: self.state.clone(),
            flow: self.flow.clone(),
            notes: Vec::new(),
            touched: self.touched.clone(),
            looks_everywhere: self.looks_everywhere,
            wanted: Vec::new(),
            before: self.before.clone(),
            causes: Vec::new(),
            chance,
            truth_changed: false,
            network_changed: false,
            beliefs_changed: false,
            roles_changed: false,
            touched_parts: Vec::new(),
        }
    }

    /// Takes over the state of another world of the same topology.
    pub fn copy_state<D: Chance>(&mut self, other: &World<'t, D>) {
        self.state.clone_from(&other.state);
        self.flow.clone_from(&other.flow);
        self.touched.clone_from(&other.touched);
        self.notes.clear();
    }

    /// What answers when something is left to chance.
    pub fn chance_mut(&mut self) -> &mut C {
        &mut self.chance
    }

    /// How old a clock is at a moment that is not before the last event, if it has not struck; nothing while its fault
    /// is active.
    #[must_use]
    pub fn clock_age(&self, clock: Clock, at: Time) -> Option<Span> {
        match clock {
            Clock::Alarm(_) => Some(Span::ZERO),
            Clock::Fault(id) => {
                let state = &self.state.faults[id.index()];
                let passed = at.since(state.clock);
                (!state.active).then(|| Span(state.age.0.saturating_add(passed.0)))
            }
        }
    }

    /// Takes a clock away.
    pub fn withhold(&mut self, clock: Clock) {
        self.strike_at(clock, Time::NEVER);
    }

    /// Takes the clock that a fault shares with its family away from all of them.
    pub fn withhold_family(&mut self, id: FaultId) {
        if let Some(family) = self.layout.sharing_a_clock(id) {
            self.state.families[family.index()].ready = 0;
        }
    }

    /// Whether a clock has not struck, or what it began is over.
    #[must_use]
    pub fn can_strike(&self, clock: Clock) -> bool {
        match clock {
            Clock::Alarm(_) => true,
            Clock::Fault(id) => !self.state.faults[id.index()].active,
        }
    }

    /// Gives a clock back that was taken away and has not struck by then: what is left of it is drawn anew.
    pub fn release(&mut self, clock: Clock, from: Time) {
        if let Clock::Fault(id) = clock
            && self.layout.sharing_a_clock(id).is_some()
        {
            if !self.state.faults[id.index()].active {
                self.cancel(Timer::Fault(id));
                self.join_family(id, from);
            }
            return;
        }
        let (draw, age) = match (clock, self.clock_age(clock, from)) {
            (_, None) => return,
            (Clock::Fault(id), Some(age)) => (self.topology.faults[id.index()].draw_strike, age),
            (Clock::Alarm(id), Some(age)) => (self.topology.detectors[id.index()].draw_alarm, age),
        };
        let topology = self.topology;
        let wait = match clock {
            Clock::Fault(id) => self
                .chance
                .time(draw, &topology.faults[id.index()].every, age),
            Clock::Alarm(id) => match self.alarm_law(id) {
                Some(law) => self.chance.time(draw, &law, age),
                None => return,
            },
        };
        self.strike_at(clock, from.after(wait));
    }

    /// Draws anew what is left of clocks of one basic event, none of which was taken away.
    pub fn redraw(&mut self, clocks: &[Clock], from: Time) {
        for clock in clocks {
            if let Clock::Fault(id) = clock
                && let Some(family) = self.layout.sharing_a_clock(*id)
            {
                return self.wind(family, from);
            }
            self.release(*clock, from);
        }
    }

    /// Sets when a clock strikes.
    pub fn strike_at(&mut self, clock: Clock, at: Time) {
        if let Clock::Fault(id) = clock {
            self.leave_family(id);
        }
        self.set(timer_of(clock), at);
    }

    /// Whether the next event is that this clock strikes.
    #[must_use]
    pub fn rings_next(&self, clock: Clock) -> bool {
        let next = self.state.agenda.next();
        next.is_some_and(|(_, slot)| slot == self.slot(timer_of(clock)))
    }

    /// When a fault that is active will be repaired; nothing while it waits for a crew or is not active.
    #[must_use]
    pub fn repair_due(&self, id: FaultId) -> Option<Time> {
        let due = self.state.agenda.time(self.layout.fault(id));
        (self.state.faults[id.index()].active && !due.is_never()).then_some(due)
    }

    /// Whether a fault is active and no crew works on it yet.
    #[must_use]
    pub fn waits_for_a_crew(&self, id: FaultId) -> bool {
        let crew = self.topology.faults[id.index()].crew;
        crew.is_some_and(|crew| self.state.crews[crew.index()].waiting.contains(&id))
    }

    /// Draws anew what is left of the repair of an active fault at a moment before which nothing has happened since the
    /// last event; not of one that needs a crew, because it may have waited.
    pub fn redraw_repair(&mut self, id: FaultId, from: Time) {
        let fault = &self.topology.faults[id.index()];
        if fault.crew.is_none() {
            let age = from.since(self.state.faults[id.index()].struck);
            let rest = self.chance.time(fault.draw_repair, &fault.lasts, age);
            self.repair_at(id, from.after(rest));
        }
    }

    /// Sets when a fault that is active is repaired.
    pub fn repair_at(&mut self, id: FaultId, at: Time) {
        self.set(Timer::Fault(id), at);
    }

    /// Whether no store, no entry and none of their detectors has anything under way.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.state.coarse_opinions == 0 && self.state.agenda.is_idle_from(self.layout.first_control)
    }

    /// Whether a balancer keeps an instance out, or has yet to take note of what has become of it.
    #[must_use]
    pub fn is_settling(&self, part: PartId) -> bool {
        let mut detectors = self.layout.part_detectors.of(part.index()).iter();
        let mut ejections = self.layout.ejecting.of(part.index()).iter();
        detectors.any(|id| self.state.believed_down[id.index()] || self.is_set(Timer::Opinion(*id)))
            || ejections.any(|(entry, target, instance)| {
                self.is_ejected(*entry, *target as usize, *instance as usize)
                    || self.is_set(Timer::Ejection(*entry, *target, *instance))
            })
    }

    /// When a member of a store will have caught up with the primary, if all goes on as it does; nothing if it is not
    /// catching up.
    #[must_use]
    pub fn catches_up_at(&self, id: StoreId, member: usize) -> Option<Time> {
        let slot = self.layout.caught_up(id, member);
        let due = self.state.agenda.time(slot);
        (!due.is_never()).then_some(due)
    }

    /// Whether a replaced primary is on its way to be a standby again.
    #[must_use]
    pub fn is_rejoining(&self, id: StoreId, member: usize) -> bool {
        self.is_set(Timer::Rejoin(id, member as u32))
    }

    /// The yes or no that the next event may ask for: whether a fence or a stage of a recovery works.
    #[must_use]
    pub fn choice_ahead(&self) -> Option<DrawId> {
        let (_, slot) = self.state.agenda.next()?;
        let failover = |id: StoreId| self.topology.stores[id.index()].failover.as_ref();
        match self.layout.timer(slot) {
            Timer::Lease(id) => failover(id).map(|failover| failover.draw_fence_works),
            Timer::Stage(id) => {
                let failover = failover(id)?;
                let store = &self.state.stores[id.index()];
                match store.phase {
                    Phase::Fencing => Some(failover.draw_fence_works),
                    Phase::Promoting if !store.by_hand => Some(failover.promote.draw_works),
                    Phase::Redirecting if !store.by_hand => Some(failover.redirect.draw_works),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

const fn timer_of(clock: Clock) -> Timer {
    match clock {
        Clock::Fault(id) => Timer::Fault(id),
        Clock::Alarm(id) => Timer::Alarm(id),
    }
}

impl State {
    /// Which member of each store is its primary.
    pub fn primaries(&self) -> impl Iterator<Item = usize> + '_ {
        self.stores.iter().map(|store| store.primary)
    }
}
