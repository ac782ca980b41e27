//! Cut sets: which sets of basic events lead to a failure that matters, and how near a state is to one.
//!
//! Sets are tried in drills, the likeliest first, and grow by one member at a time; what a set costs beyond its subsets
//! is kept. The importance of a state is the sum over the sets kept of their cost times the chance of what is still
//! missing: the expected cost rate with independent faults, given what is down. Any number would keep the estimates
//! unbiased; a good one makes them precise (the zero-variance approximation of L'Ecuyer and Tuffin, Annals of
//! Operations Research 189, 2011). Deliberately absent: a proof that no set was missed.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::drill::{Outcome, Set, overlap};
use super::event::Events;
use super::guide::Target;

/// No larger sets are tried.
const LARGEST_SET: u16 = 8;
/// Sets are given up when the best they could add is this share of what is known.
const NEGLIGIBLE: f64 = 1e-4;
/// A set matters if it costs this much more than its subsets together.
const WORSE: f64 = 1.05;
/// A journey that loses this share of its requests throughout cannot get much worse.
const SATURATED: f64 = 0.5;
/// After so many drills, sets are no longer tried for targets that nothing has led to.
const PATIENCE: usize = 300;
/// Sets less likely than this are not tried at all.
const LEAST_CHANCE: f64 = 1e-30;

/// A set that leads to a failure of one target.
#[derive(Clone, Debug)]
pub struct Cut {
    /// What it takes.
    pub needs: Set,
    /// The target, as an index.
    pub target: usize,
    /// What it costs per second in which all of it is the case, beyond its subsets.
    pub cost: f64,
    /// How often a year it begins to be the case.
    pub frequency: f64,
    /// Whether a failure of the target that counts follows, and not only some cost.
    pub fails: bool,
}

/// A set that waits to be tried.
struct Candidate {
    chance: f64,
    set: Set,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        let by_chance = self.chance.total_cmp(&other.chance);
        by_chance.then_with(|| other.set.cmp(&self.set))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Candidate) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// A search for the sets that matter, from one state at rest.
pub struct Search<'a> {
    events: &'a Events,
    targets: &'a [Target],
    cuts: Vec<Cut>,
    /// Cost rate of each target by the sets found so far.
    known: Vec<f64>,
    waiting: BinaryHeap<Candidate>,
    /// Basic events of which one member alone does nothing: it takes a shortage.
    dull: Vec<bool>,
}

impl<'a> Search<'a> {
    pub fn new(events: &'a Events, targets: &'a [Target]) -> Search<'a> {
        let mut search = Search {
            events,
            targets,
            cuts: Vec::new(),
            known: vec![0.0; targets.len()],
            waiting: BinaryHeap::new(),
            dull: vec![false; events.list.len()],
        };
        search.extend(&Set::new());
        search
    }

    /// Tries sets with at most so many drills.
    pub fn run<'t>(
        mut self,
        most: usize,
        mut drill: impl FnMut(&[(u32, u16)]) -> Outcome<'t>,
    ) -> Vec<Cut> {
        let mut tried = 0;
        while let Some(Candidate { chance, set }) = self.waiting.pop() {
            if tried == most || !self.is_worth_trying(chance, &set, tried) {
                break;
            }
            tried += 1;
            let outcome = drill(&set);
            let is_saturated = self.learn(chance, &set, &outcome);
            if let [(event, 1)] = set[..] {
                let does_nothing = outcome.costs.iter().all(|cost| *cost == 0.0);
                let event = event as usize;
                self.dull[event] = does_nothing && self.events.list[event].shortage.is_some();
            }
            if !is_saturated && set.iter().map(|need| need.1).sum::<u16>() < LARGEST_SET {
                self.extend(&set);
            }
        }
        self.cuts
    }

    /// Whether a set of this chance, and so any that is left, could still add something.
    fn is_worth_trying(&self, chance: f64, set: &[(u32, u16)], tried: usize) -> bool {
        let overlap = overlap(self.events, set);
        let could_add = |target: usize| {
            let most = chance * self.targets[target].most_cost_rate(overlap);
            match self.known[target] {
                0.0 => tried < PATIENCE,
                known => most > NEGLIGIBLE * known,
            }
        };
        chance > LEAST_CHANCE && (0..self.targets.len()).any(could_add)
    }

    /// Keeps what a drill has shown; says whether every target that can fail has.
    fn learn(&mut self, chance: f64, set: &Set, outcome: &Outcome<'_>) -> bool {
        let mut is_saturated = true;
        for (index, target) in self.targets.iter().enumerate() {
            let cost = outcome.costs[index] / outcome.overlap;
            let subsets = self
                .cuts
                .iter()
                .filter(|cut| cut.target == index && is_subset(&cut.needs, set));
            let explained: f64 = subsets.map(|cut| cut.cost).sum();
            if cost > WORSE * explained {
                let more = cost - explained;
                self.known[index] += chance * more;
                self.cuts.push(Cut {
                    needs: set.clone(),
                    target: index,
                    cost: more,
                    frequency: chance / outcome.overlap,
                    fails: outcome.fails[index],
                });
            }
            is_saturated &= match target {
                Target::Journey(_) => cost >= SATURATED,
                Target::Loss(_) | Target::SplitBrain(_) => cost > 0.0,
            };
        }
        is_saturated
    }

    /// Queues the sets with one member more, each set once.
    fn extend(&mut self, set: &Set) {
        let from = set.last().map_or(0, |need| need.0);
        for event in from..self.events.list.len() as u32 {
            let mut larger = set.clone();
            let shortage = self.events.list[event as usize].shortage;
            let short = shortage.filter(|_| self.dull[event as usize]).unwrap_or(1);
            match larger.last_mut() {
                Some(last) if last.0 == event => last.1 = (last.1 + 1).max(short),
                _ => larger.push((event, short)),
            }
            let count = larger[larger.len() - 1].1;
            if count <= self.events.list[event as usize].size() {
                let chance = larger
                    .iter()
                    .map(|need| chance_of(self.events, *need, 0))
                    .product();
                self.waiting.push(Candidate {
                    chance,
                    set: larger,
                });
            }
        }
    }
}

fn is_subset(smaller: &Set, larger: &Set) -> bool {
    smaller.iter().all(|(event, count)| {
        let found = larger.iter().find(|need| need.0 == *event);
        found.is_some_and(|need| need.1 >= *count)
    })
}

/// About the chance that so many members of a basic event are the case, given that `already` are.
pub fn chance_of(events: &Events, (event, count): (u32, u16), already: u16) -> f64 {
    let event = &events.list[event as usize];
    (already..count).fold(1.0, |chance, so_far| {
        let others = f64::from(event.size() - so_far);
        chance * event.chance * others / f64::from(so_far - already + 1)
    })
}
