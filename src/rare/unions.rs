//! Outages by several losses at once.
//!
//! A journey that loses some of its requests need not be down: half of the clients may be without an answer in one
//! region, and the journey is up, until something else fails the other half. Whatever takes it down and has nothing to
//! spare is a union of sets that lose requests, or one of them: what loses nothing could be left out. So once `cuts` has
//! tried what does something together, the unions of those sets are tried that lose a part, the likeliest first.
//! Deliberately absent: unions of others than the likeliest, and large parts of crowds (see `deep`).

use std::collections::{BTreeSet, BinaryHeap};

use super::cuts::{Candidate, Cut, NEGLIGIBLE, SATURATED, Search, WORSE, chance_of_set};
use super::drill::{Outcome, Set};
use super::event::Events;

/// Sets that are joined with others.
const MOST_JOINED: usize = 512;

/// A union that waits to be tried, with the rank of the last set in it.
type Waiting = BinaryHeap<(Candidate, usize)>;

impl Search<'_> {
    /// Looks for the outages of a journey among the unions of sets by which it loses requests, with at most so many
    /// drills; returns how many it took.
    pub fn search_unions(
        &mut self,
        (outage, losses): (usize, usize),
        most: usize,
        mut drill: impl FnMut(&[(u32, u16)]) -> Outcome,
    ) -> usize {
        let lossy = self.losing_a_part(outage, losses);
        let mut seen: BTreeSet<Set> = lossy.iter().cloned().collect();
        let mut waiting = Waiting::new();
        for (rank, set) in lossy.iter().enumerate() {
            self.join(set, &lossy, rank, &mut seen, &mut waiting);
        }
        let patience = Self::patience(most);
        let mut drills = 0;
        while let Some((Candidate { chance, set }, last)) = waiting.pop() {
            let is_in_vain = self.known[outage] == 0.0 && drills == patience;
            if drills == most || is_in_vain || chance < NEGLIGIBLE * self.known[outage] {
                break;
            }
            if self.explained(outage, &set) >= SATURATED {
                continue;
            }
            drills += 1;
            let outcome = drill(&set);
            self.learn(chance, &set, &outcome);
            if outcome.costs[outage] < SATURATED * outcome.overlap {
                self.join(&set, &lossy, last, &mut seen, &mut waiting);
            }
        }
        drills
    }

    /// The sets by which a journey loses requests without being down for as long, the likeliest first.
    fn losing_a_part(&self, outage: usize, losses: usize) -> Vec<Set> {
        let loses_a_part = |cut: &&Cut| {
            let is_down = self.explained(outage, &cut.needs);
            is_down < SATURATED && self.explained(losses, &cut.needs) > WORSE * is_down
        };
        let of_losses = self.cuts.iter().filter(|cut| cut.target == losses);
        let cuts = of_losses.filter(loses_a_part);
        let chance = |set: &Set| chance_of_set(self.task.events, set);
        let mut sets: Vec<Set> = cuts.map(|cut| cut.needs.clone()).collect();
        sets.sort_by(|one, other| {
            chance(other)
                .total_cmp(&chance(one))
                .then_with(|| one.cmp(other))
        });
        sets.truncate(MOST_JOINED);
        sets
    }

    /// Queues the unions of a set with those after a rank.
    fn join(
        &self,
        set: &Set,
        lossy: &[Set],
        rank: usize,
        seen: &mut BTreeSet<Set>,
        waiting: &mut Waiting,
    ) {
        for (last, other) in lossy.iter().enumerate().skip(rank + 1) {
            let union = union(self.task.events, set, other);
            let chance = chance_of_set(self.task.events, &union);
            if chance > 0.0 && seen.insert(union.clone()) {
                let candidate = Candidate { chance, set: union };
                waiting.push((candidate, last));
            }
        }
    }
}

/// Both sets: of a crowd in both, different members as long as there are any.
fn union(events: &Events, one: &Set, other: &Set) -> Set {
    let mut union = one.clone();
    for (event, count) in other {
        match union.binary_search_by_key(event, |need| need.0) {
            Ok(at) => {
                let size = events.list[*event as usize].size();
                union[at].1 = (union[at].1 + count).min(size);
            }
            Err(at) => union.insert(at, (*event, *count)),
        }
    }
    union
}
