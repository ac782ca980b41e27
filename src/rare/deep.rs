//! Deep cut sets: those of so many members that a search from below does not reach them.
//!
//! Everything strikes, and whatever can be taken out while the target still fails is taken out, the least likely first.
//! What is left is a cut set from which nothing can be missing. Others are found by exchange: one of its members is
//! kept from striking, everything else strikes again, and what has to stay instead is a rule of exchange that is tried
//! in every other set as well, the likeliest first. So a family of alike sets costs a drill each. Deliberately absent:
//! all sets. Too many of a kind are cut off: importance is normalised, so that only their proportions count.

use std::collections::{BTreeSet, BinaryHeap};

use super::cuts::{Candidate, NEGLIGIBLE, Search, Task, chance_of_set};
use super::drill::{Outcome, Set};

/// Sets of one target that are kept.
const MOST_SETS: usize = 400;
/// Sets whose members are exchanged one by one for something new.
const MOST_EXCHANGED: usize = 3;
/// What replaces a member is not looked for any more once the set has become less likely by this factor.
const MUCH_LESS_LIKELY: f64 = 1e-3;

/// What can stand in for something else in a cut set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Exchange {
    less: Set,
    more: Set,
}

impl Exchange {
    /// What turns one set into another.
    fn between(from: &Set, to: &Set) -> Exchange {
        Exchange {
            less: beyond(from, to),
            more: beyond(to, from),
        }
    }

    /// Another set by the same exchange.
    fn apply(&self, set: &Set) -> Option<Set> {
        let mut next = set.clone();
        for (event, count) in &self.less {
            let need = next.iter_mut().find(|need| need.0 == *event)?;
            need.1 = need.1.checked_sub(*count)?;
        }
        next.retain(|need| need.1 > 0);
        for need in &self.more {
            let at = next.binary_search_by_key(&need.0, |other| other.0).err()?;
            next.insert(at, *need);
        }
        Some(next)
    }
}

/// What one set has more than another.
fn beyond(set: &Set, other: &Set) -> Set {
    let more = set.iter().filter_map(|(event, count)| {
        let found = other.iter().find(|need| need.0 == *event);
        let more = count.saturating_sub(found.map_or(0, |need| need.1));
        (more > 0).then_some((*event, more))
    });
    more.collect()
}

/// Lets a set of basic events happen.
type Drill<'d> = dyn FnMut(&[(u32, u16)]) -> Outcome + 'd;

/// A search from above for one target.
struct Descent<'a, 'd> {
    task: Task<'a>,
    target: usize,
    drill: &'d mut Drill<'d>,
    /// Drills that are left.
    left: usize,
    /// The basic events that touch the target, the least likely first.
    order: Vec<u32>,
}

impl Search<'_> {
    /// Looks from above for sets that lead to a target, with at most so many drills, and tries these sets as well;
    /// returns how many it took.
    pub fn search_above(
        &mut self,
        target: usize,
        most: usize,
        known: &[Set],
        mut drill: impl FnMut(&[(u32, u16)]) -> Outcome,
    ) -> usize {
        let events = self.task.events;
        let mut descent = Descent::new(self.task, target, most, &mut drill);
        let mut seen: BTreeSet<Set> = BTreeSet::new();
        let mut waiting = BinaryHeap::new();
        let mut kept: Vec<Set> = Vec::new();
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut exchanged = 0;
        let first = if known.is_empty() {
            descent.first()
        } else {
            known.to_vec()
        };
        let mut propose = |set: Set, waiting: &mut BinaryHeap<Candidate>| {
            if seen.insert(set.clone()) {
                let chance = chance_of_set(events, &set);
                waiting.push(Candidate { chance, set });
            }
        };
        first.into_iter().for_each(|set| propose(set, &mut waiting));
        let mut best = 0.0;
        while let Some(Candidate { chance, set }) = waiting.pop() {
            if chance < NEGLIGIBLE * best || descent.left == 0 || kept.len() == MOST_SETS {
                break;
            }
            let outcome = descent.run(&set);
            if !outcome.fails[target] {
                continue;
            }
            best = f64::max(best, chance);
            self.learn(chance, &set, &outcome);
            let mut news = Vec::new();
            if exchanged < MOST_EXCHANGED && known.is_empty() {
                exchanged += 1;
                for found in descent.exchange(&set, &exchanges) {
                    let exchange = Exchange::between(&set, &found);
                    if !exchanges.contains(&exchange) {
                        news.push(exchange);
                    }
                    propose(found, &mut waiting);
                }
            }
            for set in &kept {
                let others = news.iter().filter_map(|exchange| exchange.apply(set));
                others.for_each(|set| propose(set, &mut waiting));
            }
            exchanges.extend(news);
            let others = exchanges.iter().filter_map(|exchange| exchange.apply(&set));
            others.for_each(|set| propose(set, &mut waiting));
            kept.push(set);
        }
        most - descent.left
    }
}

impl<'a, 'd> Descent<'a, 'd> {
    fn new(
        task: Task<'a>,
        target: usize,
        left: usize,
        drill: &'d mut Drill<'d>,
    ) -> Descent<'a, 'd> {
        let events = 0..task.events.list.len() as u32;
        let mut order: Vec<u32> = events
            .filter(|event| task.events.group_of(*event).is_none())
            .filter(|event| task.reach.touches(*event, target))
            .collect();
        let chance = |event: &u32| {
            let event = &task.events.list[*event as usize];
            event.chance_of(event.shortage.unwrap_or(1))
        };
        order.sort_by(|one, other| chance(one).total_cmp(&chance(other)));
        Descent {
            task,
            target,
            drill,
            left,
            order,
        }
    }

    fn run(&mut self, set: &Set) -> Outcome {
        self.left = self.left.saturating_sub(1);
        (self.drill)(set)
    }

    /// Whether the target fails with so many members of each basic event; no longer, once too many drills were run.
    fn fails(&mut self, counts: &[u16]) -> bool {
        self.left > 0 && self.run(&set_of(counts)).fails[self.target]
    }

    /// The first sets: what is left of everything, by two orders, and of all failures to work with any one strike.
    fn first(&mut self) -> Vec<Set> {
        let mut found = Vec::new();
        let everything = self.all_of(&self.order.clone());
        if self.fails(&everything) {
            let forwards = self.order.clone();
            let mut backwards = forwards.clone();
            backwards.reverse();
            // Among equally likely ones, the later are taken out first.
            let chance = |event: &u32| self.task.events.list[*event as usize].chance;
            backwards.sort_by(|one, other| chance(one).total_cmp(&chance(other)));
            for order in [forwards, backwards] {
                let mut counts = everything.clone();
                self.shrink(&mut counts, &order);
                found.push(set_of(&counts));
            }
        }
        let fails_to_work = |event: &u32| self.task.events.list[*event as usize].prolongs();
        let (failures, strikes): (Vec<u32>, Vec<u32>) =
            self.order.iter().copied().partition(fails_to_work);
        let failing = self.all_of(&failures);
        for strike in strikes.into_iter().filter(|_| !failures.is_empty()) {
            let mut counts = failing.clone();
            counts[strike as usize] = 1;
            if self.fails(&counts) {
                self.shrink(&mut counts, &failures);
                found.push(set_of(&counts));
            }
        }
        if self.left == 0 { Vec::new() } else { found }
    }

    /// Sets that do without one member of this one, if it is not known what that is exchanged for.
    fn exchange(&mut self, set: &Set, known: &[Exchange]) -> Vec<Set> {
        let mut found = Vec::new();
        let likely = chance_of_set(self.task.events, set);
        let is_known = |event: u32| {
            let mut all_less = known.iter().flat_map(|exchange| &exchange.less);
            all_less.any(|less| less.0 == event)
        };
        for (event, count) in set.iter().filter(|need| !is_known(need.0)) {
            let others: Vec<u32> = set
                .iter()
                .map(|need| need.0)
                .filter(|other| other != event)
                .collect();
            let mut outside: Vec<u32> = self.order.clone();
            outside.retain(|other| set.iter().all(|need| need.0 != *other));
            // Without it altogether, and with one member less.
            for kept in [0, count - 1].into_iter().take(usize::from(*count)) {
                while !outside.is_empty() {
                    let mut counts = self.all_of(&outside);
                    set.iter().for_each(|need| counts[need.0 as usize] = need.1);
                    counts[*event as usize] = kept;
                    if !self.fails(&counts) {
                        break;
                    }
                    self.shrink(&mut counts, &outside);
                    others
                        .iter()
                        .for_each(|other| self.lessen(&mut counts, *other));
                    let other = set_of(&counts);
                    let is_unlikely =
                        chance_of_set(self.task.events, &other) < MUCH_LESS_LIKELY * likely;
                    if self.left == 0 || is_unlikely {
                        break;
                    }
                    outside.retain(|event| counts[*event as usize] == 0);
                    found.push(other);
                }
            }
        }
        found
    }

    fn all_of(&self, events: &[u32]) -> Vec<u16> {
        let mut counts = vec![0; self.task.events.list.len()];
        for event in events {
            counts[*event as usize] = self.task.events.list[*event as usize].size();
        }
        counts
    }

    /// Takes out what can be: all of these at once, or else each half by itself.
    fn shrink(&mut self, counts: &mut [u16], among: &[u32]) {
        if let [event] = among {
            self.lessen(counts, *event);
            return;
        }
        let before: Vec<u16> = among.iter().map(|event| counts[*event as usize]).collect();
        among.iter().for_each(|event| counts[*event as usize] = 0);
        if among.is_empty() || self.fails(counts) {
            return;
        }
        for (event, count) in among.iter().zip(before) {
            counts[*event as usize] = count;
        }
        let (first, second) = among.split_at(among.len() / 2);
        self.shrink(counts, first);
        self.shrink(counts, second);
    }

    /// Leaves as few members of a basic event as it takes.
    fn lessen(&mut self, counts: &mut [u16], event: u32) {
        let enough = counts[event as usize];
        counts[event as usize] = 0;
        if enough == 0 || self.fails(counts) {
            return;
        }
        let (mut too_few, mut enough) = (0, enough);
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            counts[event as usize] = middle;
            if self.fails(counts) {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        counts[event as usize] = enough;
    }
}

fn set_of(counts: &[u16]) -> Set {
    let present = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    present
        .map(|(event, count)| (event as u32, *count))
        .collect()
}
