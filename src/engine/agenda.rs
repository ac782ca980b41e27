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

/// No path has to be walked.
const NONE: usize = usize::MAX;
/// All paths have to be walked.
const ALL: usize = usize::MAX - 1;

/// The timers that are running.
#[derive(Debug)]
pub struct Agenda {
    /// All levels of the tree, leaves first; each level is padded to a multiple of four.
    keys: Vec<u128>,
    /// Where each level above the leaves starts; the last level is the root alone.
    levels: Vec<usize>,
    slots: usize,
    /// How many times a timer was set to something else.
    changes: u64,
    /// The leaf whose timer was taken and whose path is still to be walked, or [`NONE`], or [`ALL`].
    owed: usize,
}

impl Agenda {
    /// An agenda with this many slots, none of them running.
    #[must_use]
    pub fn new(slots: usize) -> Agenda {
        let mut levels = Vec::new();
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
            owed: NONE,
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
        let leaf = slot.0 as usize;
        let key = if time.is_never() {
            IDLE
        } else {
            key(time, slot)
        };
        if std::mem::replace(&mut self.keys[leaf], key) == key {
            return;
        }
        self.changes += 1;
        if self.owed == leaf {
            self.owed = NONE;
        }
        if self.owed != ALL {
            self.walk(leaf);
        }
    }

    /// Corrects the nodes above a leaf.
    fn walk(&mut self, leaf: usize) {
        let mut index = leaf;
        let mut below = 0;
        for &level in &self.levels {
            let group = below + index / ARITY * ARITY;
            let earliest = earliest(&self.keys[group..group + ARITY]);
            index /= ARITY;
            self.keys[level + index] = earliest;
            below = level;
        }
    }

    /// Takes the timer that runs out first off the agenda. The slot is mostly set again at once, so its path is
    /// walked then, or by [`Agenda::settle`].
    pub fn take(&mut self) -> Option<(Time, Slot)> {
        let next = self.next()?;
        self.owed = next.1.0 as usize;
        self.keys[self.owed] = IDLE;
        self.changes += 1;
        Some(next)
    }

    /// Many timers will be set before the next is taken: no path is walked until [`Agenda::settle`].
    pub fn hold(&mut self) {
        self.owed = ALL;
    }

    /// Walks what is owed. Until then there is no next timer.
    pub fn settle(&mut self) {
        match std::mem::replace(&mut self.owed, NONE) {
            NONE => {}
            ALL => self.walk_all(),
            leaf => self.walk(leaf),
        }
    }

    /// Corrects all nodes, level by level.
    fn walk_all(&mut self) {
        let mut below = 0;
        for &level in &self.levels {
            let (children, parents) = self.keys[below..].split_at_mut(level - below);
            for (parent, group) in parents.iter_mut().zip(children.chunks_exact(ARITY)) {
                *parent = earliest(group);
            }
            below = level;
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
        assert!(self.owed == NONE, "the agenda is not settled");
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
        self.owed = other.owed;
    }
}

/// The earliest of four keys, without a branch.
fn earliest(keys: &[u128]) -> u128 {
    let [a, b, c, d] = [keys[0], keys[1], keys[2], keys[3]];
    a.min(b).min(c.min(d))
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
    struct Reference {
        order: BTreeSet<(Time, Slot)>,
        times: Vec<Time>,
    }

    impl Reference {
        fn new(slots: usize) -> Reference {
            Reference {
                order: BTreeSet::new(),
                times: vec![Time::NEVER; slots],
            }
        }

        fn set(&mut self, slot: Slot, time: Time) {
            let before = std::mem::replace(&mut self.times[slot.0 as usize], time);
            self.order.remove(&(before, slot));
            if !time.is_never() {
                self.order.insert((time, slot));
            }
        }
    }

    #[test]
    fn agrees_with_an_ordered_set() {
        for slots in [1, 2, 4, 5, 10, 16, 17, 64, 65, 1000, 10_000, 100_000] {
            let mut agenda = Agenda::new(slots);
            let mut reference = Reference::new(slots);
            let mut stream = Stream::new(1, 1, Entity::named("agenda"), Purpose(slots as u64));
            let mut any = |bound: u64| stream.next_u64() % bound;
            agenda.hold();
            for slot in (0..slots as u32).map(Slot) {
                let time = Time(any(slots as u64));
                agenda.set(slot, time);
                reference.set(slot, time);
            }
            agenda.settle();
            for _ in 0..20_000 {
                let slot = match any(4) {
                    0 => {
                        let next = agenda.take();
                        assert_eq!(next, reference.order.first().copied());
                        next.map_or(Slot(0), |(_, slot)| slot)
                    }
                    _ => Slot(any(slots as u64) as u32),
                };
                let time = match any(3) {
                    0 => Time::NEVER,
                    _ => Time(any(2 * slots as u64)),
                };
                // Sometimes another slot is set before the one that was taken.
                let other = Slot(any(slots as u64) as u32);
                for (slot, time) in [(other, Time(any(50))), (slot, time)] {
                    agenda.set(slot, time);
                    reference.set(slot, time);
                }
                agenda.settle();
                assert_eq!(agenda.next(), reference.order.first().copied());
                assert_eq!(agenda.time(slot), reference.times[slot.0 as usize]);
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
