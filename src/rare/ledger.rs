//! The ledger of a trial: what is down, as the guide counts it, and whether that is safe.

use super::event::{Events, parts_hit};
use super::guide::Guide;
use crate::engine::Chance;
use crate::time::Time;
use crate::topology::{DetectorId, FaultId};
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
    /// Detectors that have raised a false alarm.
    alarmed: Vec<DetectorId>,
    /// Faults that are repaired while balancers have yet to take note of that, or standbys to catch up: they count until
    /// then.
    lingering: Vec<FaultId>,
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
            alarmed: Vec::new(),
            lingering: Vec::new(),
            initiators: 0,
            is_safe: true,
        }
    }

    /// How many members of a basic event are the case.
    pub fn count(&self, event: u32) -> u16 {
        self.counts[event as usize]
    }

    /// When the next standby will have caught up that fell behind by a fault which is repaired.
    pub fn next_caught_up<C: Chance>(&self, events: &Events, world: &World<'_, C>) -> Option<Time> {
        let lingering = self.lingering.iter();
        lingering
            .filter_map(|id| events.behind.until(world, *id))
            .min()
    }

    /// How many members of a basic event count although they are repaired, so that they can strike again.
    pub fn lingering(&self, events: &Events, event: u32) -> u16 {
        let mut count = 0;
        for id in &self.lingering {
            count += u16::from(events.of_clock(Clock::Fault(*id)) == Some(event as usize));
        }
        count
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
        self.alarmed.clone_from(&other.alarmed);
        self.lingering.clone_from(&other.lingering);
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
                    if let Some(at) = self.lingering.iter().position(|other| *other == id) {
                        self.lingering.remove(at);
                        self.count_clock(guide, Clock::Fault(id), false);
                    }
                    (Clock::Fault(id), true)
                }
                Event::Repaired(id) => {
                    self.active.retain(|other| *other != id);
                    if guide.usual_crowd(id).is_none() && is_settling(guide, world, id) {
                        self.lingering.push(id);
                        continue;
                    }
                    (Clock::Fault(id), false)
                }
                Event::FalseAlarm(id) => {
                    self.alarmed.push(id);
                    (Clock::Alarm(id), true)
                }
                Event::BelievedUp(id) if self.alarmed.contains(&id) => {
                    self.alarmed.retain(|other| *other != id);
                    (Clock::Alarm(id), false)
                }
                Event::Promoted(_) => {
                    matters = true;
                    continue;
                }
                _ => continue,
            };
            matters |= self.count_clock(guide, clock, strikes);
        }
        matters |= self.count_settled(guide, world);
        if matters {
            self.is_safe = self.initiators == 0 && guide.is_safe(&world.state, self);
        }
        matters
    }

    /// Counts that balancers have taken note of repairs and standbys have caught up; says whether it may matter.
    fn count_settled<C: Chance>(&mut self, guide: &Guide, world: &World<'_, C>) -> bool {
        let mut matters = false;
        let mut next = 0;
        while let Some(id) = self.lingering.get(next).copied() {
            if is_settling(guide, world, id) {
                next += 1;
            } else {
                self.lingering.remove(next);
                matters |= self.count_clock(guide, Clock::Fault(id), false);
            }
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

/// Whether balancers have yet to take note of what has become of the parts that a fault takes down, a standby that fell
/// behind by it has yet to catch up, or a primary that it brought down to be a standby again.
fn is_settling<C: Chance>(guide: &Guide, world: &World<'_, C>, id: FaultId) -> bool {
    let mut parts = parts_hit(world.topology, Clock::Fault(id));
    let behind = &guide.events.behind;
    parts.any(|part| world.is_settling(part))
        || behind.until(world, id).is_some()
        || behind.rejoins(world, id)
}
