//! Importance: how near a state is to a failure that matters.
//!
//! It is the sum over the cut sets of their cost times the chance of what is still missing, so that with everything up
//! each target contributes one. Members of a crowd that are not down are known to be up: how near some are to being too
//! many is the chance that so many more follow before things are as usual. All that is known of "everything up" is worked
//! out once, and so are the chances of what is missing for each number of members that are down: a state costs no more
//! than the sets that touch what is down. A set that leads to many targets is looked at once for all of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::cuts::{Cut, chance_of_set};
use super::drill::Set;
use super::event::{BasicEvent, Events};
use super::ledger::Ledger;
use super::queue::waits;

/// What a set needs of one basic event.
#[derive(Clone, Debug)]
struct Term {
    event: u32,
    /// The place of what it waits in among the queues of the set.
    queue: Option<usize>,
    /// By how many members are the case: the chance of the rest, and how many times as likely one more makes it, less
    /// one.
    chances: Vec<(f64, f64)>,
}

/// What a set comes to for one target.
#[derive(Clone, Copy, Debug)]
struct Share {
    target: u32,
    cost: f64,
    /// What it is worth when everything is up.
    value: f64,
}

/// A set, and all that it leads to.
#[derive(Clone, Debug)]
struct Joint {
    terms: Vec<Term>,
    /// For each crew that has to do with several of it, by how many of those are the case: how many times as likely the rest
    /// is because of what waits.
    queues: Vec<Vec<f64>>,
    /// Its chance when everything is up.
    chance: f64,
    /// Its places among the sets of targets.
    shares: Range<usize>,
}

/// What the engine is like with these primaries.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    /// The primary of each store.
    pub primaries: Vec<usize>,
    /// The sets that matter for the targets that are estimated.
    pub cuts: Vec<Cut>,
    /// The importance when everything is up.
    pub base: f64,
    /// The importance of the state in which one member of this basic event is the case.
    pub alone: Vec<f64>,
    /// What each of them comes to.
    shares: Vec<Share>,
    /// Those that need the same and lie together, as one.
    joints: Vec<Joint>,
    /// The joint sets that each basic event is in.
    of_event: Vec<Vec<u32>>,
    /// The importance of everything up for each target.
    bases: Vec<f64>,
    /// For each target, what one member of each basic event adds to everything up, where it adds anything.
    gains: Vec<Vec<(u32, f64)>>,
    /// The basic events that are counted together, and what counts them.
    groups: Vec<(u32, Vec<u32>)>,
    /// Which basic events are failures to work: they make longer what has begun.
    prolongs: Vec<bool>,
}

impl Configuration {
    /// Normalises costs so that all up comes to its share of the effort for each target, and leaves out those that get
    /// none.
    pub fn new(
        events: &Events,
        primaries: Vec<usize>,
        mut cuts: Vec<Cut>,
        efforts: &[f64],
    ) -> Configuration {
        cuts.retain(|cut| efforts[cut.target] > 0.0 && chance_of_set(events, &cut.needs) > 0.0);
        let mut bases = vec![0.0; efforts.len()];
        for cut in &cuts {
            bases[cut.target] += cut.cost * chance_of_set(events, &cut.needs);
        }
        for cut in &mut cuts {
            cut.cost *= efforts[cut.target] / bases[cut.target];
        }
        let reached = bases
            .iter_mut()
            .zip(efforts)
            .filter(|(base, _)| **base > 0.0);
        reached.for_each(|(base, effort)| *base = *effort);
        let mut of_event = vec![Vec::new(); events.list.len()];
        let mut gains = vec![BTreeMap::<u32, f64>::new(); efforts.len()];
        let (mut shares, mut joints) = (Vec::with_capacity(cuts.len()), Vec::new());
        for alike in cuts.chunk_by(|one, other| one.needs == other.needs) {
            let first = shares.len();
            let mut joint = Joint::new(events, &alike[0].needs);
            for cut in alike {
                let value = cut.cost * joint.chance;
                for term in &joint.terms {
                    let first = joint.first(term);
                    *gains[cut.target].entry(term.event).or_default() += value * first;
                }
                shares.push(Share {
                    target: cut.target as u32,
                    cost: cut.cost,
                    value,
                });
            }
            for term in &joint.terms {
                of_event[term.event as usize].push(joints.len() as u32);
            }
            joint.shares = first..shares.len();
            joints.push(joint);
        }
        let mut configuration = Configuration {
            primaries,
            base: bases.iter().sum(),
            cuts,
            alone: Vec::new(),
            shares,
            joints,
            of_event,
            bases,
            gains: gains
                .into_iter()
                .map(|gains| gains.into_iter().collect())
                .collect(),
            groups: events
                .groups()
                .map(|(counting, group)| (counting, group.events.clone()))
                .collect(),
            prolongs: events.list.iter().map(BasicEvent::prolongs).collect(),
        };
        let nothing = Ledger::of(events);
        let alone = (0..events.list.len() as u32).map(|event| {
            let mut ledger = nothing.clone();
            ledger.add(events, event);
            configuration.importance(&ledger)
        });
        configuration.alone = alone.collect();
        configuration
    }

    /// The expected cost rate of a state, with all up as the effort for each target.
    pub fn importance(&self, ledger: &Ledger) -> f64 {
        let mut importance = self.base;
        self.for_touched(ledger, |joint| {
            let chance = joint.chance_of_rest(ledger);
            for share in &self.shares[joint.shares.clone()] {
                importance += share.cost * chance - share.value;
            }
        });
        importance
    }

    /// The importance of a state for the targets that still stand, and in `gains` what one more member of each basic
    /// event would add to it. A stage of recovery is asked for when the journey is down already: what its failure adds
    /// counts for all targets.
    pub fn gains(&self, ledger: &Ledger, standing: &[bool], gains: &mut [f64]) -> f64 {
        gains.fill(0.0);
        let mut importance = 0.0;
        for (target, stands) in standing.iter().enumerate() {
            if self.bases[target] <= 0.0 {
                continue;
            }
            if *stands {
                importance += self.bases[target];
            }
            for (event, more) in &self.gains[target] {
                if *stands || self.prolongs[*event as usize] {
                    gains[*event as usize] += more;
                }
            }
        }
        self.for_touched(ledger, |joint| {
            let chance = joint.chance_of_rest(ledger);
            let shares = &self.shares[joint.shares.clone()];
            let stands = |share: &&Share| standing[share.target as usize];
            for share in shares.iter().filter(stands) {
                importance += share.cost * chance - share.value;
            }
            for term in &joint.terms {
                let (more, first) = (joint.more(term, ledger, chance), joint.first(term));
                let prolongs = self.prolongs[term.event as usize];
                let gain = &mut gains[term.event as usize];
                for share in shares.iter().filter(|share| prolongs || stands(share)) {
                    *gain += share.cost * chance * more - share.value * first;
                }
            }
        });
        for (counting, members) in &self.groups {
            let gain = std::mem::take(&mut gains[*counting as usize]);
            members
                .iter()
                .for_each(|event| gains[*event as usize] += gain);
        }
        importance
    }

    /// Whether how many members of a basic event are the case makes a difference to this.
    pub fn looks_at(&self, event: u32) -> bool {
        !self.of_event[event as usize].is_empty()
    }

    /// Every joint set that something that is down is in, once.
    fn for_touched(&self, ledger: &Ledger, mut each: impl FnMut(&Joint)) {
        for event in ledger.down() {
            for index in &self.of_event[*event as usize] {
                let joint = &self.joints[*index as usize];
                let mut terms = joint.terms.iter();
                let first = terms.find(|term| ledger.count(term.event) > 0);
                if first.is_some_and(|term| term.event == *event) {
                    each(joint);
                }
            }
        }
    }
}

impl Joint {
    /// A set of which nothing is known yet but what it needs.
    fn new(events: &Events, needs: &[(u32, u16)]) -> Joint {
        let mut terms: Vec<Term> = needs.iter().map(|need| Term::new(events, *need)).collect();
        let mut factors: Vec<Vec<f64>> = Vec::new();
        for (queue, part, all) in waits(&events.queues, needs) {
            let in_it = |term: &&mut Term| part.iter().any(|need| need.0 == term.event);
            let waiting = terms.iter_mut().filter(in_it);
            waiting.for_each(|term| term.queue = Some(factors.len()));
            let members = part.iter().map(|need| need.1).sum();
            let of_rest = |down: u16| {
                let of_first = queue.wait(&first_of(&part, down));
                all.factor / of_first.map_or(1.0, |wait| wait.factor)
            };
            factors.push((0..=members).map(of_rest).collect());
        }
        Joint {
            terms,
            queues: factors,
            chance: chance_of_set(events, needs),
            shares: 0..0,
        }
    }

    /// The chance of what is still missing.
    fn chance_of_rest(&self, ledger: &Ledger) -> f64 {
        let apart: f64 = self.terms.iter().map(|term| term.at(ledger).0).product();
        let queues = self.queues.iter().enumerate();
        let waiting = queues.map(|(place, factors)| factors[self.waiting(place, ledger)]);
        (apart * waiting.product::<f64>()).min(1.0)
    }

    /// How many times as likely one more of this makes what is missing, less one; of what has this chance.
    fn more(&self, term: &Term, ledger: &Ledger, chance: f64) -> f64 {
        let more = term.at(ledger).1;
        let is_enough = term.already(ledger) + 1 == term.chances.len();
        match term.queue.filter(|_| !is_enough) {
            Some(place) => self.with_queue(more, place, self.waiting(place, ledger), chance),
            None => more,
        }
    }

    /// How many times as likely the first member makes it, less one.
    fn first(&self, term: &Term) -> f64 {
        let more = term.chances[0].1;
        match term.queue {
            Some(place) => self.with_queue(more, place, 0, self.chance),
            None => more,
        }
    }

    /// How many times as likely one more makes it, less one, if it waits with so many others.
    fn with_queue(&self, more: f64, queue: usize, waiting: usize, chance: f64) -> f64 {
        let factors = &self.queues[queue];
        let times = (1.0 + more) * (factors[waiting + 1] / factors[waiting]);
        times.min(1.0 / chance) - 1.0
    }

    /// How many members are the case that wait in a queue.
    fn waiting(&self, queue: usize, ledger: &Ledger) -> usize {
        let in_it = self.terms.iter().filter(|term| term.queue == Some(queue));
        in_it.map(|term| term.already(ledger)).sum()
    }
}

/// So many members of a set, the first ones.
fn first_of(set: &[(u32, u16)], members: u16) -> Set {
    let mut left = members;
    let mut first = Set::new();
    for (event, count) in set {
        let count = left.min(*count);
        left -= count;
        if count > 0 {
            first.push((*event, count));
        }
    }
    first
}

impl Term {
    /// What a set needs of one basic event.
    fn new(events: &Events, need: (u32, u16)) -> Term {
        let chances = events.list[need.0 as usize].chances_to_reach(need.1);
        let more = |already: usize| match chances.get(already + 1) {
            Some(next) => next / chances[already] - 1.0,
            None => 0.0,
        };
        Term {
            event: need.0,
            queue: None,
            chances: chances
                .iter()
                .enumerate()
                .map(|(already, chance)| (*chance, more(already)))
                .collect(),
        }
    }

    /// How many of what is needed are the case.
    fn already(&self, ledger: &Ledger) -> usize {
        usize::from(ledger.count(self.event)).min(self.chances.len() - 1)
    }

    fn at(&self, ledger: &Ledger) -> (f64, f64) {
        self.chances[self.already(ledger)]
    }
}
