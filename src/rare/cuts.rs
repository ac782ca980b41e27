//! Cut sets: which sets of basic events lead to a failure that matters, and how near a state is to one.
//!
//! Sets are tried in drills, the likeliest first, and grow by one member at a time; what a set costs beyond its subsets
//! is kept. A set is not tried if its members touch no target in common, if its subsets have already cost what can be
//! lost, or if it could add next to nothing. What this search from below does not reach, `deep` looks for from above;
//! outages that several losses add up to are the business of `unions`.
//! The importance of a state is the sum over the sets kept of their cost times the chance of what is still missing: the
//! expected cost rate with independent faults, given what is down. Any number would keep the estimates unbiased; a good
//! one makes them precise (the zero-variance approximation of L'Ecuyer and Tuffin, Annals of Operations Research 189,
//! 2011). Deliberately absent: a proof that no set was missed.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::drill::{Extent, Outcome, Set, extent, overlap, unevenness};
use super::event::{Events, What};
use super::guide::Target;
use super::queue::queueing;
use super::reach::Reach;

/// No larger sets are tried from below.
const LARGEST_SET: u16 = 8;
/// Sets are given up when the best they could add is this share of what is known.
pub(super) const NEGLIGIBLE: f64 = 1e-4;
/// A set matters if it costs this much more than its subsets together.
pub(super) const WORSE: f64 = 1.05;
/// A journey that loses this share of its requests throughout cannot get much worse.
pub(super) const SATURATED: f64 = 0.5;
/// After so many drills, or this part of all that may be made, sets are no longer tried for a target that nothing has led
/// to.
const PATIENCE: usize = 200;
const PATIENT_PART: usize = 5;
/// Sets less likely than this are not tried from below.
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
    /// How often a second it begins to be the case.
    pub frequency: f64,
    /// The chance that it then comes to that: a repair may have to fall into a recovery.
    pub share: f64,
    /// The mean square of what it then costs over the square of the mean.
    pub spread: f64,
    /// Whether a failure of the target that counts follows, and not only some cost.
    pub fails: bool,
}

impl Cut {
    /// A set of this chance whose drill has come to this, and which costs a target so much per second.
    pub(super) fn of(
        set: &[(u32, u16)],
        (target, cost): (usize, f64),
        chance: f64,
        outcome: &Outcome,
    ) -> Cut {
        Cut {
            needs: set.to_vec(),
            target,
            cost,
            frequency: chance / outcome.overlap,
            share: outcome.shares[target],
            spread: outcome.spreads[target],
            fails: outcome.fails[target],
        }
    }
}

/// A set that waits to be tried.
pub(super) struct Candidate {
    pub chance: f64,
    pub set: Set,
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

/// What to search for.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The basic events.
    pub events: &'a Events,
    /// Every target.
    pub targets: &'a [Target],
    /// What touches what.
    pub reach: &'a Reach,
    /// The targets to search for.
    pub wanted: &'a [bool],
}

/// A search for the sets that matter, from one state at rest.
pub struct Search<'a> {
    pub(super) task: Task<'a>,
    pub(super) cuts: Vec<Cut>,
    /// Cost rate of each target by the sets found so far.
    pub(super) known: Vec<f64>,
    /// The sets found, by their first basic event: where the cuts of each are, in the order of their targets.
    starting_with: Vec<Vec<Range<usize>>>,
    /// Drills that were about each target.
    tried: Vec<usize>,
    /// How many drills to make for a target that nothing has led to.
    patience: usize,
    waiting: BinaryHeap<Candidate>,
    /// Basic events of which fewer members than make a shortage do nothing.
    dull: Vec<bool>,
}

impl<'a> Search<'a> {
    /// Begins with what one basic event does, and with what many that are counted together are known to do.
    pub fn new(task: Task<'a>) -> Search<'a> {
        let targets = task.targets.len();
        let mut search = Search {
            task,
            cuts: Vec::new(),
            known: vec![0.0; targets],
            starting_with: vec![Vec::new(); task.events.list.len()],
            tried: vec![0; targets],
            patience: PATIENCE,
            waiting: BinaryHeap::new(),
            dull: vec![false; task.events.list.len()],
        };
        search.extend(1.0, &Set::new());
        for (counting, group) in task.events.groups() {
            if let Some(short) = group.shortage {
                let set = vec![(counting, short)];
                let chance = chance_of_set(task.events, &set);
                search.waiting.push(Candidate { chance, set });
            }
        }
        search
    }

    /// Tries sets with at most so many drills; returns how many it took.
    pub fn search_below(
        &mut self,
        most: usize,
        mut drill: impl FnMut(&[(u32, u16)]) -> Outcome,
    ) -> usize {
        let mut drills = 0;
        self.patience = Self::patience(most);
        while let Some(Candidate { chance, set }) = self.waiting.pop() {
            if drills == most || !self.could_matter(chance, &set) {
                break;
            }
            if self.falls_short_of_a_shortage(&set) {
                self.extend(chance, &set);
                continue;
            }
            if !self.is_worth_trying(chance, &set) {
                continue;
            }
            drills += 1;
            let outcome = drill(&set);
            self.learn(chance, &set, &outcome);
            if let [(event, 1)] = set[..] {
                let does_nothing = outcome.costs.iter().all(|cost| *cost == 0.0);
                let kind = &self.task.events.list[event as usize];
                let is_whole = matches!(kind.what, What::Strike(_)) && kind.shortage.is_some();
                self.dull[event as usize] = does_nothing && is_whole;
            }
            if set.iter().map(|need| need.1).sum::<u16>() < LARGEST_SET {
                self.extend(chance, &set);
            }
        }
        drills
    }

    /// After how many drills of so many a search is in vain.
    pub(super) fn patience(most: usize) -> usize {
        PATIENCE.max(most / PATIENT_PART)
    }

    /// The sets found.
    pub fn into_cuts(self) -> Vec<Cut> {
        self.cuts
    }

    /// Whether nothing has led to a target that is searched for.
    pub fn lacks(&self, target: usize) -> bool {
        self.task.wanted[target] && self.known[target] == 0.0
    }

    /// Whether a set of this chance could still add something, whatever is in it.
    fn could_matter(&self, chance: f64, set: &[(u32, u16)]) -> bool {
        let extent = extent(self.task.events, set);
        let targets = 0..self.task.targets.len();
        chance > LEAST_CHANCE
            && targets
                .into_iter()
                .any(|target| self.could_add(target, chance, extent))
    }

    fn could_add(&self, target: usize, chance: f64, extent: Extent) -> bool {
        let most = chance * self.task.targets[target].most_cost(extent) / extent.overlap;
        let is_open = match self.known[target] {
            0.0 => self.tried[target] < self.patience,
            known => most > NEGLIGIBLE * known,
        };
        is_open && self.task.wanted[target]
    }

    /// Whether this very set could add something to a target that all of it touches.
    fn is_worth_trying(&mut self, chance: f64, set: &[(u32, u16)]) -> bool {
        let extent = extent(self.task.events, set);
        let within = self.found_within(set);
        // What fails to work makes longer what cannot get worse.
        let mut members = set.iter();
        let prolongs = members.any(|(event, _)| self.task.events.list[*event as usize].prolongs());
        let could_add = |target: &usize| {
            self.could_add(*target, chance, extent)
                && (prolongs || !self.is_saturated(*target, &within, extent))
        };
        let touched = self.task.reach.targets_of(set).into_iter();
        let concerned: Vec<usize> = touched.filter(could_add).collect();
        let is_outage = |target: usize| matches!(self.task.targets[target], Target::Outage(_));
        let for_outages_alone = concerned.iter().all(|target| is_outage(*target));
        for target in &concerned {
            // What leads to outages only together with other sets is not known to.
            if for_outages_alone || !is_outage(*target) {
                self.tried[*target] += 1;
            }
        }
        !concerned.is_empty()
    }

    /// Whether the last of a set is too few to make a shortage, and nothing less matters.
    fn falls_short_of_a_shortage(&self, set: &[(u32, u16)]) -> bool {
        set.last().is_some_and(|(event, count)| {
            let shortage = self.task.events.list[*event as usize].shortage;
            self.dull[*event as usize] && shortage.is_some_and(|short| *count < short)
        })
    }

    /// Whether subsets of a set cost a target about all that it could.
    fn is_saturated(&self, target: usize, within: &[Range<usize>], extent: Extent) -> bool {
        let (explained, most) = match self.task.targets[target] {
            Target::Requests(_) | Target::Outage(_) => (self.cost_of(target, within), 1.0),
            Target::Loss(_) | Target::Backlog(_) | Target::SplitBrain(_) => {
                let most = self.task.targets[target].most_cost(extent);
                (self.times_of(target, within), most)
            }
        };
        explained >= SATURATED * most
    }

    /// What the subsets of a set cost a target.
    pub(super) fn explained(&self, target: usize, set: &[(u32, u16)]) -> f64 {
        self.cost_of(target, &self.found_within(set))
    }

    /// The sets found that are subsets of this one: where the cuts of each are.
    fn found_within(&self, set: &[(u32, u16)]) -> Vec<Range<usize>> {
        let starting = set
            .iter()
            .flat_map(|need| &self.starting_with[need.0 as usize]);
        starting
            .filter(|found| is_subset(&self.cuts[found.start].needs, set))
            .cloned()
            .collect()
    }

    /// What sets that were found cost a target.
    fn cost_of(&self, target: usize, found: &[Range<usize>]) -> f64 {
        self.cuts_of(target, found).map(|cut| cut.cost).sum()
    }

    /// How often a target happens by sets that were found while they are the case.
    fn times_of(&self, target: usize, found: &[Range<usize>]) -> f64 {
        let times = |cut: &Cut| cut.cost * overlap(self.task.events, &cut.needs);
        self.cuts_of(target, found).map(times).sum()
    }

    fn cuts_of(&self, target: usize, found: &[Range<usize>]) -> impl Iterator<Item = &Cut> {
        found.iter().filter_map(move |found| {
            let cuts = &self.cuts[found.clone()];
            let place = cuts.binary_search_by_key(&target, |cut| cut.target);
            place.ok().map(|place| &cuts[place])
        })
    }

    /// Whether a set costs a target more than its subsets: what happens once counts once, however short the overlap is.
    fn is_worse(&self, target: usize, within: &[Range<usize>], outcome: &Outcome) -> bool {
        let cost = outcome.costs[target];
        match self.task.targets[target] {
            Target::Requests(_) | Target::Outage(_) => {
                cost / outcome.overlap > WORSE * self.cost_of(target, within)
            }
            Target::Loss(_) | Target::Backlog(_) | Target::SplitBrain(_) => {
                cost > WORSE * self.times_of(target, within)
            }
        }
    }

    /// Tries sets that matter elsewhere, smaller ones first.
    pub fn try_known(
        &mut self,
        mut sets: Vec<Set>,
        drill: &mut impl FnMut(&[(u32, u16)]) -> Outcome,
    ) {
        sets.sort_by(|one, other| one.len().cmp(&other.len()).then(one.cmp(other)));
        sets.dedup();
        for set in sets {
            let outcome = drill(&set);
            let chance = chance_of_set(self.task.events, &set);
            self.learn(chance, &set, &outcome);
        }
    }

    /// Keeps what a drill has shown.
    pub(super) fn learn(&mut self, chance: f64, set: &Set, outcome: &Outcome) {
        let within = self.found_within(set);
        let first = self.cuts.len();
        for target in 0..self.task.targets.len() {
            let cost = outcome.costs[target] / outcome.overlap;
            if !self.task.wanted[target] || cost == 0.0 {
                continue;
            }
            if self.is_worse(target, &within, outcome) {
                let more = cost - self.cost_of(target, &within);
                self.known[target] += chance * more;
                let mut cut = Cut::of(set, (target, more), chance, outcome);
                cut.spread *= self.unevenness(target, set);
                self.cuts.push(cut);
            }
        }
        if first < self.cuts.len() {
            self.starting_with[set[0].0 as usize].push(first..self.cuts.len());
        }
    }

    /// How uneven what a set costs a target is because repairs are: what it costs lasts as long as they take, unless it is
    /// counted.
    fn unevenness(&self, target: usize, set: &[(u32, u16)]) -> f64 {
        match self.task.targets[target] {
            Target::Requests(_) | Target::Outage(_) | Target::Backlog(_) => {
                unevenness(self.task.events, set)
            }
            Target::Loss(_) | Target::SplitBrain(_) => 1.0,
        }
    }

    /// Queues the sets with one member more that could still add something, each set once.
    fn extend(&mut self, chance: f64, set: &Set) {
        let last = set.last().copied();
        let from = last.map_or(0, |need| need.0);
        let to = if self.falls_short_of_a_shortage(set) {
            from + 1
        } else {
            self.task.events.list.len() as u32
        };
        let reach = self.task.reach;
        let touched = reach.in_common(set);
        let alone = (from..to).filter(|event| self.task.events.group_of(*event).is_none());
        for event in alone {
            let so_far = last.filter(|last| last.0 == event).map_or(0, |last| last.1);
            let kind = &self.task.events.list[event as usize];
            let is_dull = self.dull[event as usize];
            let least = kind.shortage.filter(|_| is_dull).unwrap_or(1);
            let count = (so_far + 1).max(least);
            if count > kind.size() {
                continue;
            }
            let mut larger = set.clone();
            if so_far > 0 {
                larger.pop();
            }
            larger.push((event, count));
            let chance = match queueing(&self.task.events.queues, &larger) {
                1.0 => chance / kind.chance_of(so_far) * kind.chance_of(count),
                _ => chance_of_set(self.task.events, &larger),
            };
            if chance <= LEAST_CHANCE {
                continue;
            }
            let extent = extent(self.task.events, &larger);
            let mut targets = reach.targets_by(event, &touched);
            if !targets.any(|target| self.could_add(target, chance, extent)) {
                continue;
            }
            self.waiting.push(Candidate {
                chance,
                set: larger,
            });
        }
    }
}

/// The sets with which a target fails; where it never does, those that cost it anything.
pub(super) fn failing(cuts: &[Cut], target: usize) -> impl Iterator<Item = &Cut> {
    let of_target = move || cuts.iter().filter(move |cut| cut.target == target);
    let fails = of_target().any(|cut| cut.fails);
    of_target().filter(move |cut| cut.fails || !fails)
}

/// Whether one set is the case whenever the other is.
pub(super) fn is_subset(smaller: &[(u32, u16)], larger: &[(u32, u16)]) -> bool {
    smaller.iter().all(|(event, count)| {
        let found = larger.iter().find(|need| need.0 == *event);
        found.is_some_and(|need| need.1 >= *count)
    })
}

/// About the chance that all of a set is the case.
pub fn chance_of_set(events: &Events, set: &[(u32, u16)]) -> f64 {
    let apart: f64 = set
        .iter()
        .map(|(event, count)| events.list[*event as usize].chance_of(*count))
        .product();
    (apart * queueing(&events.queues, set)).min(1.0)
}
