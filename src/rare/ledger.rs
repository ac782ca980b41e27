//! The ledger of a trial: what is down, as the guide counts it, and whether that is safe.

use super::event::Events;
use super::guide::Guide;
use crate::engine::Chance;
use crate::topology::FaultId;
use crate::world::World;
use crate::world::clocks::Clock;
use crate::world::note::Event;

/// What is down.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    counts: Vec<u16>,
    /// The basic events of which something is the case.
    down: Vec<u32>,
    /// The faults that are active.
    pub active: Vec<FaultId>,
    /// How many initiators are the case.
    initiators: u32,
    /// Whether the state is in the safe set.
    pub is_safe: bool,
}

impl Ledger {
    /// Nothing is down.
    pub fn of(events: &Events) -> Ledger {
        Ledger {
            counts: vec![0; events.list.len()],
            down: Vec::new(),
            active: Vec::new(),
            initiators: 0,
            is_safe: true,
        }
    }

    /// How many members of a basic event are the case.
    pub fn count(&self, event: u32) -> u16 {
        self.counts[event as usize]
    }

    /// The basic events of which something is the case.
    pub fn down(&self) -> &[u32] {
        &self.down
    }

    /// One more member of a basic event is the case.
    pub fn add(&mut self, events: &Events, event: u32) {
        for counted in [event].into_iter().chain(events.group_of(event)) {
            let count = &mut self.counts[counted as usize];
            *count += 1;
            if *count == 1 {
                self.down.push(counted);
            }
        }
    }

    fn remove(&mut self, events: &Events, event: u32) {
        if self.count(event) == 0 {
            return;
        }
        for counted in [event].into_iter().chain(events.group_of(event)) {
            let count = &mut self.counts[counted as usize];
            *count -= 1;
            if *count == 0 {
                self.down.retain(|other| *other != counted);
            }
        }
    }

    pub fn copy_from(&mut self, other: &Ledger) {
        self.counts.clone_from(&other.counts);
        self.down.clone_from(&other.down);
        self.active.clone_from(&other.active);
        self.initiators = other.initiators;
        self.is_safe = other.is_safe;
    }

    /// Takes note of the last event of a world; says whether it may matter.
    pub fn note<C: Chance>(&mut self, guide: &Guide, world: &World<'_, C>) -> bool {
        let mut matters = false;
        for note in &world.notes {
            let (clock, strikes) = match note.event {
                Event::Strike(id) => {
                    self.active.push(id);
                    (Clock::Fault(id), true)
                }
                Event::Repaired(id) => {
                    self.active.retain(|other| *other != id);
                    (Clock::Fault(id), false)
                }
                Event::FalseAlarm(id) => (Clock::Alarm(id), true),
                Event::BelievedUp(id) => (Clock::Alarm(id), false),
                Event::Promoted(_) => {
                    matters = true;
                    continue;
                }
                _ => continue,
            };
            matters |= self.count_clock(guide, clock, strikes);
        }
        if matters {
            self.is_safe = self.initiators == 0 && guide.is_safe(&world.state, self);
        }
        matters
    }

    /// Counts that a clock has struck or that this is over; says whether it may matter.
    fn count_clock(&mut self, guide: &Guide, clock: Clock, strikes: bool) -> bool {
        let Some(event) = guide.events.of_clock(clock) else {
            return false;
        };
        let was = self.counts[event];
        if strikes {
            self.add(&guide.events, event as u32);
        } else {
            self.remove(&guide.events, event as u32);
        }
        let is_initiator = guide.share_of(clock).is_some();
        if is_initiator && self.counts[event] > was {
            self.initiators += 1;
        } else if is_initiator && self.counts[event] < was {
            self.initiators -= 1;
        }
        is_initiator || guide.matters[event]
    }
}
