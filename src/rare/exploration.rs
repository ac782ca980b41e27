//! The search for sets that matter, from below and from above, in every combination of primaries.
//!
//! A store whose primary has moved is another system than before, so sets are searched for each combination of primaries
//! that a drill leaves behind; what matters in one is tried in the others first. Deliberately absent: what to make of the sets (see
//! `guide`).

use std::collections::BTreeMap;

use super::cuts::{Cut, Search, Task, WORSE, chance_of_set, failing, is_subset};
use super::drill::{Drills, Median, Outcome, Set, overlap};
use super::event::Events;
use super::guide::Target;
use super::reach::Reach;
use crate::topology::Topology;
use crate::world::{Layout, World};

/// Combinations of primaries that are looked at.
const MOST_CONFIGURATIONS: usize = 12;
/// Drills for the first combination of primaries, and for each further one, in a model of moderate size.
const MOST_DRILLS: usize = 6000;
const MOST_FURTHER_DRILLS: usize = 1000;
/// Drills for each target that takes a search of its own, as long as there are any left.
const FEWEST_DRILLS: usize = 100;
/// Timer slots times drills; larger models get fewer drills.
const DRILL_BUDGET: usize = 10_000_000;

/// The indices of the outages of each journey, and of what it loses in them and otherwise.
pub(super) fn outages(targets: &[Target]) -> impl Iterator<Item = (usize, usize)> {
    targets.iter().enumerate().filter_map(|(outage, target)| {
        let Target::Outage(id) = *target else {
            return None;
        };
        let mut before = targets[..outage].iter();
        let losses = before.rposition(|other| *other == Target::Requests(id))?;
        Some((outage, losses))
    })
}

/// How many of the drills that are left the next of so many targets gets.
fn share(left: usize, targets: usize) -> usize {
    (left / targets).max(FEWEST_DRILLS).min(left)
}

/// How many drills a model of this size can afford.
pub(super) fn affordable(layout: &Layout) -> usize {
    (DRILL_BUDGET / layout.slots().max(1)).max(1)
}

/// The search for sets that matter, for each combination of primaries that drills lead to.
pub(super) struct Exploration<'a, 't> {
    events: &'a Events,
    targets: &'a [Target],
    reach: Reach,
    pub drills: Drills<'t>,
    /// How many drills a model of this size can afford.
    affordable: usize,
    /// Everything up, by combinations of primaries.
    worlds: Vec<World<'t, Median>>,
    /// The sets of those that were explored.
    pub found: Vec<(Vec<usize>, Vec<Cut>)>,
    /// What sets lead to of which the last fault strikes when a standby has been promoted, by the primaries from then on.
    onward: BTreeMap<Vec<usize>, Onward>,
}

/// What sets lead to, by the target and the set.
type Onward = BTreeMap<(usize, Set), Cut>;

/// Takes note of what a set costs each target if its last fault strikes when primaries have moved, by what a drill came
/// to, unless that is known.
fn note_onward(
    known: &mut BTreeMap<Vec<usize>, Onward>,
    events: &Events,
    set: &[(u32, u16)],
    outcome: &Outcome,
) {
    for (primaries, costs) in &outcome.onward {
        let onward = known.entry(primaries.clone()).or_default();
        let costly = costs.iter().enumerate().filter(|(_, cost)| **cost > 0.0);
        for (target, cost) in costly {
            let cost = cost / outcome.overlap;
            let cut = || Cut::of(set, (target, cost), chance_of_set(events, set), outcome);
            onward.entry((target, set.to_vec())).or_insert_with(cut);
        }
    }
}

/// Adds what is worse than its subsets to the sets that were found.
fn add_worse(cuts: &mut Vec<Cut>, onward: Onward) {
    let mut of_target: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, cut) in cuts.iter().enumerate() {
        of_target.entry(cut.target).or_default().push(place);
    }
    for ((target, set), mut cut) in onward {
        let places = of_target.entry(target).or_default();
        let others = places.iter().map(|place| &cuts[*place]);
        let subsets = others.filter(|other| is_subset(&other.needs, &set));
        let explained: f64 = subsets.map(|other| other.cost).sum();
        if cut.cost > WORSE * explained {
            cut.cost -= explained;
            places.push(cuts.len());
            cuts.push(cut);
        }
    }
}

impl<'a, 't> Exploration<'a, 't>
where
    'a: 't,
{
    pub fn new(
        topology: &'t Topology,
        (events, reach): (&'a Events, Reach),
        layout: &'t Layout,
        targets: &'a [Target],
    ) -> Exploration<'a, 't> {
        let drills = Drills::new(topology, events);
        Exploration {
            events,
            targets,
            reach,
            affordable: affordable(layout),
            worlds: vec![drills.base(layout)],
            drills,
            found: Vec::new(),
            onward: BTreeMap::new(),
        }
    }

    /// Everything as it is at first, from below and from above.
    pub fn explore_first(&mut self) {
        let most = MOST_DRILLS.min(self.affordable);
        let wanted = vec![true; self.targets.len()];
        self.explore(&wanted, most, |_| Some(Vec::new()));
    }

    /// The other combinations of primaries, for these targets only.
    pub fn explore_others(&mut self, wanted: &[bool]) {
        let most = MOST_FURTHER_DRILLS.min(self.affordable);
        while wanted.contains(&true) && self.found.len() < self.worlds.len() {
            let first = self.found[0].1.clone();
            let known = |target: usize| {
                let cuts = first.iter().filter(|cut| cut.target == target);
                let known: Vec<Set> = cuts.map(|cut| cut.needs.clone()).collect();
                (!known.is_empty()).then_some(known)
            };
            self.explore(wanted, most, known);
        }
        self.add_onward();
    }

    /// Adds the sets of which the last fault strikes when primaries have moved to those that were found from there: a
    /// drill that begins there knows no replaced primary.
    fn add_onward(&mut self) {
        for (primaries, onward) in std::mem::take(&mut self.onward) {
            let found = self.found.iter_mut().find(|(known, _)| *known == primaries);
            if let Some((_, cuts)) = found {
                add_worse(cuts, onward);
            }
        }
    }

    /// The next combination of primaries. For targets that nothing leads to from below, `known` has sets that may.
    fn explore(&mut self, wanted: &[bool], most: usize, known: impl Fn(usize) -> Option<Vec<Set>>) {
        let (drills, worlds) = (&mut self.drills, &mut self.worlds);
        let (events, moved) = (self.events, &mut self.onward);
        let start = worlds[self.found.len()].clone();
        let mut drill = |set: &[(u32, u16)]| {
            let outcome = drills.run(&start, set);
            note_onward(moved, events, set, &outcome);
            if let Some(rested) = drills.world().filter(|_| outcome.rested) {
                let is_known = worlds
                    .iter()
                    .any(|world| world.state.primaries().eq(rested.state.primaries()));
                if !is_known && worlds.len() < MOST_CONFIGURATIONS {
                    worlds.push(rested.clone());
                }
            }
            outcome
        };
        let mut search = Search::new(Task {
            events: self.events,
            targets: self.targets,
            reach: &self.reach,
            wanted,
        });
        let elsewhere = (0..self.targets.len()).filter(|target| wanted[*target]);
        let elsewhere = elsewhere.filter_map(&known).flatten().take(most);
        search.try_known(elsewhere.collect(), &mut drill);
        search.search_below(most, &mut drill);
        let outages = outages(self.targets).filter(|(outage, _)| wanted[*outage]);
        let outages: Vec<(usize, usize)> = outages.collect();
        let mut left = most;
        for (rank, outage) in outages.iter().enumerate() {
            left -= search.search_unions(*outage, share(left, outages.len() - rank), &mut drill);
        }
        let lacking = (0..self.targets.len()).filter(|target| search.lacks(*target));
        let lacking = lacking.filter_map(|target| Some((target, known(target)?)));
        let lacking: Vec<(usize, Vec<Set>)> = lacking.collect();
        let mut left = most;
        for (rank, (target, known)) in lacking.iter().enumerate() {
            let most = share(left, lacking.len() - rank);
            left -= search.search_above(*target, most, known, &mut drill);
        }
        let cuts = search.into_cuts();
        self.found.push((start.state.primaries().collect(), cuts));
    }

    /// The relative variance of what a target costs in a second, and the share of it that stems from sets which begin to be
    /// the case less often than this.
    pub fn spread(&self, target: usize, seldom: f64) -> (f64, f64) {
        let cuts = self.found[0].1.iter().filter(|cut| cut.target == target);
        let (mut mean, mut squares, mut of_seldom) = (0.0, 0.0, 0.0);
        for cut in cuts {
            let cost = cut.cost * overlap(self.events, &cut.needs);
            let square = cut.frequency * cost * cost * cut.spread;
            mean += cut.frequency * cost;
            squares += square;
            if cut.frequency < seldom {
                of_seldom += square;
            }
        }
        (squares / (mean * mean), of_seldom / squares)
    }

    /// What a target costs in a second.
    pub fn cost(&self, target: usize) -> f64 {
        let cuts = self.found[0].1.iter().filter(|cut| cut.target == target);
        cuts.fold(0.0, |sum, cut| {
            sum + cut.frequency * cut.cost * overlap(self.events, &cut.needs)
        })
    }

    /// Failures of a target in a second.
    pub fn frequency(&self, target: usize) -> f64 {
        let failing = failing(&self.found[0].1, target);
        failing.fold(0.0, |sum, cut| sum + cut.frequency * cut.share)
    }
}
