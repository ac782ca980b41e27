//! The event queue: a winner tree over timer slots.
//!
//! Each slot holds at most one time. Internal nodes hold the earliest key of their four children, so that setting,
//! cancelling and replacing a timer all cost one walk of log4(n) nodes without a data-dependent branch, and the next
//! event is the root. Ties go to the lower slot; slots are numbered by class, so the order is (time, class, slot).

use crate::time::Time;

/// A timer slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

const ARITY: usize = 4;
const IDLE: u128 = u128::MAX;

/// The timers that are running.
#[derive(Debug)]
pub struct Agenda {
    /// All levels of the tree, leaves first; each level is padded to a multiple of four.
    keys: Vec<u128>,
    /// Where each level starts; the last level is the root alone.
    levels: Vec<usize>,
    slots: usize,
    /// How many times a timer was set to something else.
    changes: u64,
}

impl Agenda {
    /// An agenda with this many slots, none of them running.
    #[must_use]
    pub fn new(slots: usize) -> Agenda {
        let mut levels = vec![0];
        let mut width = slots.max(1).next_multiple_of(ARITY);
        let mut total = width;
        while width > 1 {
            levels.push(total);
            width = if width == ARITY {
                1
            } else {
                (width / ARITY).next_multiple_of(ARITY)
            };
            total += width;
        }
        Agenda {
            keys: vec![IDLE; total],
            levels,
            slots,
            changes: 0,
        }
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots
    }

    /// Whether there is no slot at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots == 0
    }

    /// Sets the timer of a slot, in place of what it was set to; [`Time::NEVER`] stops it.
    pub fn set(&mut self, slot: Slot, time: Time) {
        let mut index = slot.0 as usize;
        let key = if time.is_never() {
            IDLE
        } else {
            key(time, slot)
        };
        if std::mem::replace(&mut self.keys[index], key) == key {
            return;
        }
        self.changes += 1;
        for level in 1..self.levels.len() {
            let group = self.levels[level - 1] + index / ARITY * ARITY;
            let [a, b, c, d] = [
                self.keys[group],
                self.keys[group + 1],
                self.keys[group + 2],
                self.keys[group + 3],
            ];
            index /= ARITY;
            self.keys[self.levels[level] + index] = a.min(b).min(c.min(d));
        }
    }

    /// How many times a timer was set to something else: unchanged if nothing was.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Stops the timer of a slot.
    pub fn clear(&mut self, slot: Slot) {
        self.set(slot, Time::NEVER);
    }

    /// When the timer of a slot runs out; [`Time::NEVER`] if it is not running.
    #[must_use]
    pub fn time(&self, slot: Slot) -> Time {
        time_of(self.keys[slot.0 as usize])
    }

    /// Whether the timer of a slot is running.
    #[must_use]
    pub fn is_set(&self, slot: Slot) -> bool {
        self.keys[slot.0 as usize] != IDLE
    }

    /// The timer that runs out first.
    #[must_use]
    pub fn next(&self) -> Option<(Time, Slot)> {
        let root = self.keys[self.keys.len() - 1];
        (root != IDLE).then(|| (time_of(root), Slot(root as u32)))
    }
}

impl Clone for Agenda {
    fn clone(&self) -> Agenda {
        Agenda {
            keys: self.keys.clone(),
            levels: self.levels.clone(),
            ..*self
        }
    }

    /// Takes no new room for an agenda of the same size.
    fn clone_from(&mut self, other: &Agenda) {
        self.keys.clone_from(&other.keys);
        self.levels.clone_from(&other.levels);
        self.slots = other.slots;
        self.changes = other.changes;
    }
}

const fn key(time: Time, slot: Slot) -> u128 {
    (time.0 as u128) << 32 | slot.0 as u128
}

const fn time_of(key: u128) -> Time {
    Time((key >> 32) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Entity, Purpose, Stream};
    use std::collections::BTreeSet;

    /// The reference: an ordered set of (time, slot).
    #[test]
    fn agrees_with_an_ordered_set() {
        for slots in [1, 2, 4, 5, 16, 17, 63, 64, 65, 1000] {
            let mut agenda = Agenda::new(slots);
            let mut reference = BTreeSet::new();
            let mut stream = Stream::new(1, 1, Entity::named("agenda"), Purpose(slots as u64));
            for _ in 0..4000 {
                let slot = Slot((stream.next_u64() % slots as u64) as u32);
                reference.retain(|&(_, other)| other != slot);
                if stream.next_u64().is_multiple_of(4) {
                    agenda.clear(slot);
                } else {
                    let time = Time(stream.next_u64() % 50);
                    agenda.set(slot, time);
                    reference.insert((time, slot));
                }
                assert_eq!(agenda.next(), reference.first().copied());
            }
        }
    }

    #[test]
    fn ties_go_to_the_lower_slot() {
        let mut agenda = Agenda::new(9);
        for slot in [7, 3, 8] {
            agenda.set(Slot(slot), Time(5));
        }
        assert_eq!(agenda.next(), Some((Time(5), Slot(3))));
        agenda.set(Slot(3), Time::NEVER);
        assert_eq!(agenda.next(), Some((Time(5), Slot(7))));
    }
}
