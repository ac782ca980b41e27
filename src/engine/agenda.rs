//! The event queue: a winner tree over timer slots.
//!
//! Each slot holds at most one time. Internal nodes hold the earliest key of their four children, so that setting,
//! cancelling and replacing a timer all cost one walk of log4(n) nodes without a data-dependent branch, and the next
//! event is the root. Ties go to the lower slot; slots are numbered by class, so the order is (time, class, slot).
//!
//! All leaves are equally deep, and a node is found by arithmetic alone: a walk takes the same steps whatever the slot,
//! looks at three siblings a level that do not depend on what it found before, and carries the earliest key upwards
//! without reading what it wrote. Deliberately absent: an early end of a walk, which would be guessed wrong too often.

use std::hint::select_unpredictable;

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

/// The children of a node, in one line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Siblings([u128; ARITY]);

impl Siblings {
    /// The earliest of the four, without a branch.
    #[inline]
    fn earliest(&self) -> u128 {
        let [a, b, c, d] = self.0;
        earlier(earlier(a, b), earlier(c, d))
    }

    /// Puts a key in its place; returns the earliest of the four.
    #[inline]
    fn replace(&mut self, lane: usize, key: u128) -> u128 {
        let others = [lane ^ 1, lane ^ 2, lane ^ 3].map(|other| self.0[other]);
        self.0[lane] = key;
        earlier(key, earlier(earlier(others[0], others[1]), others[2]))
    }
}

/// The timers that are running.
#[derive(Debug)]
pub struct Agenda {
    /// The earliest time of all and its slot: the root, taken apart when it is written. A processor that reads what it
    /// has just written in other pieces has to wait.
    first: (Time, Slot),
    /// The nodes below the root, level by level: the children of the root first, then theirs. The children of the
    /// node at place `p` are the siblings `p + 1`.
    nodes: Vec<Siblings>,
    /// The place of the leaf of slot 0.
    leaves: usize,
    /// How many levels there are below the root.
    levels: u32,
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
        let (mut leaves, mut width, mut levels) = (0, ARITY, 1);
        while width < slots {
            leaves += width;
            width *= ARITY;
            levels += 1;
        }
        Agenda {
            first: apart(IDLE),
            nodes: vec![Siblings([IDLE; ARITY]); (leaves + slots.max(1)).div_ceil(ARITY)],
            leaves,
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
    #[inline]
    pub fn set(&mut self, slot: Slot, time: Time) {
        let leaf = self.leaf(slot);
        let key = if time.is_never() {
            IDLE
        } else {
            key(time, slot)
        };
        if self.key_at(leaf) == key {
            return;
        }
        self.changes += 1;
        if self.owed == leaf {
            self.owed = NONE;
        }
        if self.owed == ALL {
            self.nodes[leaf / ARITY].0[leaf % ARITY] = key;
        } else {
            self.walk(leaf, key);
        }
    }

    /// The place of the leaf of a slot.
    #[inline]
    fn leaf(&self, slot: Slot) -> usize {
        self.leaves + slot.0 as usize
    }

    #[inline]
    fn key_at(&self, place: usize) -> u128 {
        self.nodes[place / ARITY].0[place % ARITY]
    }

    /// Writes the key of a leaf and corrects the nodes above it.
    #[inline]
    fn walk(&mut self, leaf: usize, key: u128) {
        let nodes = &mut self.nodes[..];
        let (mut place, mut earliest, mut levels) = (leaf, key, self.levels);
        while levels > 4 {
            (place, earliest) = climb_far(nodes, place, earliest);
            levels -= 4;
        }
        let (_, first) = match levels {
            1 => climb::<1>(nodes, place, earliest),
            2 => climb::<2>(nodes, place, earliest),
            3 => climb::<3>(nodes, place, earliest),
            _ => climb::<4>(nodes, place, earliest),
        };
        self.first = apart(first);
    }

    /// Takes the timer that runs out first off the agenda. The slot is mostly set again at once, so its path is
    /// walked then, or by [`Agenda::settle`].
    #[inline]
    pub fn take(&mut self) -> Option<(Time, Slot)> {
        let next = self.next()?;
        let leaf = self.leaf(next.1);
        self.nodes[leaf / ARITY].0[leaf % ARITY] = IDLE;
        self.owed = leaf;
        self.changes += 1;
        Some(next)
    }

    /// Many timers will be set before the next is taken: no path is walked until [`Agenda::settle`].
    pub fn hold(&mut self) {
        self.owed = ALL;
    }

    /// Walks what is owed. Until then there is no next timer.
    #[inline]
    pub fn settle(&mut self) {
        match std::mem::replace(&mut self.owed, NONE) {
            NONE => {}
            ALL => self.walk_all(),
            leaf => self.walk(leaf, self.key_at(leaf)),
        }
    }

    /// Corrects all nodes, the deepest first.
    fn walk_all(&mut self) {
        for parent in (1..self.nodes.len()).rev() {
            let place = parent - 1;
            self.nodes[place / ARITY].0[place % ARITY] = self.nodes[parent].earliest();
        }
        self.first = apart(self.nodes[0].earliest());
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
        time_of(self.key_at(self.leaf(slot)))
    }

    /// Whether the timer of a slot is running.
    #[must_use]
    pub fn is_set(&self, slot: Slot) -> bool {
        !self.time(slot).is_never()
    }

    /// Whether no timer of this slot or a higher one is running, while nothing is owed.
    #[must_use]
    pub fn is_idle_from(&self, slot: Slot) -> bool {
        if slot.0 as usize >= self.slots {
            return true;
        }
        let leaf = self.leaf(slot);
        let mut idle = self.key_at(leaf) == IDLE;
        let mut place = leaf;
        loop {
            let (group, lane) = (place / ARITY, place % ARITY);
            let later = &self.nodes[group].0[lane + 1..];
            idle &= later.iter().all(|key| *key == IDLE);
            if group == 0 || !idle {
                return idle;
            }
            place = group - 1;
        }
    }

    /// The timer that runs out first.
    #[must_use]
    #[inline]
    pub fn next(&self) -> Option<(Time, Slot)> {
        assert!(self.owed == NONE, "the agenda is not settled");
        (!self.first.0.is_never()).then_some(self.first)
    }
}

impl Clone for Agenda {
    fn clone(&self) -> Agenda {
        Agenda {
            nodes: self.nodes.clone(),
            ..*self
        }
    }

    /// Takes no new room for an agenda of the same size.
    fn clone_from(&mut self, other: &Agenda) {
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.clone_from(&other.nodes);
        *self = Agenda { nodes, ..*other };
    }
}

/// Writes a key in its place and corrects nodes so many levels up; returns the place and the key of the last of them.
///
/// The number of levels is known to the compiler, which makes branches of choices in loops.
#[inline]
fn climb<const LEVELS: u32>(
    nodes: &mut [Siblings],
    mut place: usize,
    mut key: u128,
) -> (usize, u128) {
    for _ in 0..LEVELS {
        let parent = place / ARITY;
        key = nodes[parent].replace(place % ARITY, key);
        // The root is beside the nodes, at no place.
        place = parent.wrapping_sub(1);
    }
    (place, key)
}

/// Apart, so that it is not put into a loop.
#[inline(never)]
fn climb_far(nodes: &mut [Siblings], place: usize, key: u128) -> (usize, u128) {
    climb::<4>(nodes, place, key)
}

/// The earlier of two keys. Said to be unpredictable, or the compiler makes a branch of it.
#[inline]
fn earlier(one: u128, other: u128) -> u128 {
    select_unpredictable(other < one, other, one)
}

#[inline]
const fn key(time: Time, slot: Slot) -> u128 {
    (time.0 as u128) << 32 | slot.0 as u128
}

#[inline]
const fn apart(key: u128) -> (Time, Slot) {
    (time_of(key), Slot(key as u32))
}

#[inline]
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
    fn idle_slots_are_told_from_the_end() {
        for slots in [1, 4, 5, 64, 65] {
            let mut agenda = Agenda::new(slots);
            assert!(agenda.is_idle_from(Slot(0)));
            assert!(agenda.is_idle_from(Slot(slots as u32)));
            for set in (0..slots as u32).map(Slot) {
                agenda.set(set, Time(7));
                for from in 0..=slots as u32 {
                    assert_eq!(agenda.is_idle_from(Slot(from)), from > set.0);
                }
                agenda.clear(set);
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
