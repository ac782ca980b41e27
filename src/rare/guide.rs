//! The guide: all that rare-event estimation decides before a run.
//!
//! It is a pure function of the model: which targets are too rare for plain simulation, which sets of basic events lead
//! to them (see `exploration`), and from which clocks branches start. Deliberately absent: anything that a run could
//! change, so that every shard and thread has the same guide.

use super::alike;
use super::cuts::{Cut, chance_of_set, failing};
use super::drill::{Extent, overlap};
use super::event::{BasicEvent, Events, What};
use super::exploration::{Exploration, affordable, outages};
use super::importance::Configuration;
use super::ledger::Ledger;
use super::reach::Reach;
use super::usual::Usual;
use crate::dist::LengthBiased;
use crate::math::gamma_lower_regularised;
use crate::measure::Totals;
use crate::topology::{CrewId, Fault, FaultId, Journey, JourneyId, Objective, StoreId, Topology};
use crate::world::Layout;
use crate::world::clocks::Clock;
use crate::world::state::State;

/// A target is rare if the cost of a trial has this relative variance or more: ten thousand plain trials would then
/// know its mean to 3 % at best. Failures that all cost the same have it when there is one in two trials.
pub const RARE_SPREAD: f64 = 2.0;
/// What comes less often in a trial than this is seldom: a thousand trials see it twenty times.
const SELDOM: f64 = 0.02;
/// A target is rare as well if what is seldom makes up this share of that variance: until it is seen, the interval is too
/// narrow.
const SELDOM_MATTERS: f64 = 0.2;
/// A state this many times as near to a failure as everything up is outside the safe set, unless it is usual.
pub const UNSAFE: f64 = 3.0;
/// Initiators are active for this share of the time at most, all together: what strikes more often is usual, and begins
/// no branch by itself.
const MOST_ACTIVE: f64 = 0.15;
/// A trial starts a branch for so many strikes and repairs of its own, so that it costs less than they do; at least and
/// at most so many.
const EVENTS_PER_BRANCH: f64 = 4.0;
const FEWEST_BRANCHES: f64 = 8.0;
const MOST_BRANCHES: f64 = 128.0;
/// The share of the effort that is spent evenly, whatever the guide says.
pub(super) const DEFENSIVE: f64 = 0.1;
/// A clock that strikes less often in a trial is a branch's business even if the guide sees nothing in it.
const RARE_STRIKES: f64 = 0.5;
/// As many such clocks at most, and as long as all initiators together are active for this share of the time at most.
const MOST_DEFENSIVE: usize = 128;
const MOSTLY_SAFE: f64 = 0.1;
/// A crew that others fill less often than this while it works on one repair holds up nothing.
const SELDOM_FULL: f64 = 0.05;
/// What begins branches only because it holds up a crew is active for this share of the time at most: plain trials meet long
/// repairs of what is active more often.
const MOST_HOLDING: f64 = 0.05;
/// The part of them that finds out what is alike.
const ALIKE_PART: usize = 4;
/// A journey whose outages make up this share of what it loses needs no branches of their own for them.
const OUTAGES_AMONG_LOSSES: f64 = 0.1;
/// The effort for what nothing is promised about where something is promised elsewhere.
const EFFORT_WITHOUT_OBJECTIVE: f64 = 0.1;
/// Units of all the samples of the likeliest target in a trial: enough for the rarest, few enough to be squared.
const UNITS_PER_TRIAL: f64 = (1_u64 << 44) as f64;
/// Units of a weight of one, at least and at most.
const LEAST_UNITS: f64 = (1_u64 << 16) as f64;
const MOST_UNITS: f64 = (1_u64 << 62) as f64;

/// Seconds of writes that are more than rounding.
const LEAST_BACKLOG: f64 = 1e-6;

/// Something whose failures are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A journey loses requests.
    Requests(JourneyId),
    /// A journey is down: it loses more of them than it may.
    Outage(JourneyId),
    /// A store loses acknowledged writes.
    Loss(StoreId),
    /// A store promotes a standby that has fallen behind, and loses more than in quiet times.
    Backlog(StoreId),
    /// Two members of a store accept writes.
    SplitBrain(StoreId),
}

impl Target {
    /// What a trial cost: seconds' worth of lost requests, seconds of downtime, seconds of writes that were lost beyond
    /// those of quiet times, or how often it happened.
    pub(super) fn cost(self, topology: &Topology, totals: &Totals) -> f64 {
        match self {
            Target::Requests(id) => totals.journeys[id.index()].lost_seconds,
            Target::Outage(id) => totals.journeys[id.index()].down_seconds,
            Target::Loss(id) => {
                let losses = totals.stores[id.index()].losses.iter();
                losses.filter(|loss| loss.writes > 0.0).count() as f64
            }
            Target::Backlog(id) => {
                let quiet = || topology.stores[id.index()].lag.residual(0.0, 0.5);
                let losses = totals.stores[id.index()].losses.iter();
                let beyond = losses.map(|loss| loss.seconds - quiet());
                beyond.filter(|seconds| *seconds > LEAST_BACKLOG).sum()
            }
            Target::SplitBrain(id) => {
                let store = &totals.stores[id.index()];
                (store.dual_primary.len() + store.split_brain.len()) as f64
            }
        }
    }

    /// Whether it failed, in a journey's terms: whether there was an incident.
    pub(super) fn fails(self, topology: &Topology, totals: &Totals) -> bool {
        match self {
            Target::Requests(id) | Target::Outage(id) => {
                !totals.journeys[id.index()].incidents.is_empty()
            }
            Target::Loss(_) | Target::Backlog(_) | Target::SplitBrain(_) => {
                self.cost(topology, totals) > 0.0
            }
        }
    }

    /// The most that a set of this extent can cost.
    pub(super) fn most_cost(self, extent: Extent) -> f64 {
        match self {
            Target::Requests(_) | Target::Outage(_) => extent.overlap,
            // A standby can lack what was written while something was broken.
            Target::Backlog(_) => extent.longest,
            Target::Loss(_) | Target::SplitBrain(_) => 1.0,
        }
    }
}

/// Every target of a topology.
pub fn targets(topology: &Topology) -> Vec<Target> {
    let journeys = (0..topology.journeys.len()).map(JourneyId::from);
    let of_journeys = journeys.flat_map(|id| [Target::Requests(id), Target::Outage(id)]);
    let stores = (0..topology.stores.len()).map(StoreId::from);
    let of_stores = stores.flat_map(|id| {
        [
            Target::Loss(id),
            Target::Backlog(id),
            Target::SplitBrain(id),
        ]
    });
    of_journeys.chain(of_stores).collect()
}

/// Which targets are estimated by branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rarity {
    /// Those that are too rare for plain simulation.
    Rare,
    /// All that something leads to.
    All,
}

/// All that is decided before a run.
#[derive(Clone, Debug)]
pub struct Guide {
    pub(super) events: Events,
    /// Every target.
    pub(super) all: Vec<Target>,
    /// The targets that are estimated by branches.
    pub(super) estimated: Vec<Target>,
    pub(super) configurations: Vec<Configuration>,
    /// The effort that each target is worth, of all; nothing for those that are not estimated.
    pub(super) efforts: Vec<f64>,
    /// Failures of every target in a trial, as the drills have it; nothing for those that no set leads to.
    expected: Vec<f64>,
    /// How many journeys there are.
    journeys: usize,
    /// The clocks that branches start from, with the share of the effort that each gets.
    pub(super) initiators: Vec<(Clock, f64)>,
    /// Whether a basic event is in any set that matters.
    pub(super) matters: Vec<bool>,
    /// Whether a basic event is a crowd of which some are usually down, so that no branch begins with one more.
    pub(super) is_usual: Vec<bool>,
    /// For each basic event, from and to how many seconds after its strike a repair makes an estimated target worse.
    early: Vec<Option<(f64, f64)>>,
    /// How many times as near to a failure as everything up the states of the safe set are at most.
    unsafe_from: f64,
    /// What all strikes of initiators in a trial come to, as the drills have it.
    pub(super) value_per_trial: f64,
    /// Branches that a trial starts, on the average.
    pub(super) branches_per_trial: f64,
}

impl Guide {
    /// The guide of a topology.
    #[must_use]
    pub fn new(topology: &Topology, rarity: Rarity) -> Guide {
        let mut events = Events::new(topology);
        let layout = Layout::new(topology);
        let all = targets(topology);
        let most = affordable(&layout) / ALIKE_PART;
        let mut reach = Reach::new(topology, &events, &all);
        let groups = alike::groups(topology, &events, &reach, &layout, most);
        events.count_together(topology, groups);
        reach.count_together(&events);
        let window = topology.window.length.seconds();
        let mut exploration = Exploration::new(topology, (&events, reach), &layout, &all);
        exploration.explore_first();
        let expected = (0..all.len()).map(|index| exploration.frequency(index) * window);
        let expected: Vec<f64> = expected.collect();
        let is_wanted = |(index, target): (usize, &Target)| {
            let is_rare = match (rarity, target) {
                (Rarity::All, _) => true,
                // What a loss costs can be anything: a standby may be days behind when it is promoted.
                (Rarity::Rare, Target::Loss(_) | Target::Backlog(_)) => true,
                (Rarity::Rare, _) => {
                    let (spread, of_seldom) = exploration.spread(index, SELDOM / window);
                    spread / window >= RARE_SPREAD || of_seldom >= SELDOM_MATTERS
                }
            };
            exploration.cost(index) > 0.0 && is_rare
        };
        let mut estimated: Vec<bool> = all.iter().enumerate().map(is_wanted).collect();
        for (outage, losses) in outages(&all) {
            let share = OUTAGES_AMONG_LOSSES * exploration.cost(losses);
            estimated[outage] &= !estimated[losses] || exploration.cost(outage) < share;
        }
        let mut wanted = estimated.clone();
        for (outage, losses) in outages(&all) {
            wanted[losses] |= estimated[outage];
        }
        exploration.explore_others(&wanted);
        let efforts: Vec<f64> = all
            .iter()
            .zip(&estimated)
            .map(|(target, is_estimated)| match is_estimated {
                true => effort(topology, *target),
                false => 0.0,
            })
            .collect();
        let stretches = &exploration.drills.stretches;
        let early = stretches.for_targets(events.list.len(), &estimated);
        let found = exploration.found;
        let mut guide = Guide {
            estimated: (0..all.len())
                .filter(|place| estimated[*place])
                .map(|place| all[place])
                .collect(),
            journeys: topology.journeys.len(),
            configurations: found
                .into_iter()
                .map(|(primaries, cuts)| Configuration::new(&events, primaries, cuts, &efforts))
                .collect(),
            efforts,
            events,
            all,
            expected,
            initiators: Vec::new(),
            matters: Vec::new(),
            is_usual: Vec::new(),
            early,
            unsafe_from: UNSAFE,
            value_per_trial: 0.0,
            branches_per_trial: branches_per_trial(topology),
        };
        guide.matters = guide.find_what_matters();
        guide.find_initiators(topology);
        guide
    }

    /// The same sets for a topology that differs in figures only, with as few branches as a trial may have.
    #[must_use]
    pub(super) fn for_figures(&self, topology: &Topology) -> Guide {
        let mut events = Events::new(topology);
        let groups = self.events.groups().map(|(_, group)| group.clone());
        events.count_together(topology, groups.collect());
        let configurations = self.configurations.iter().map(|configuration| {
            let (primaries, cuts) = (configuration.primaries.clone(), configuration.cuts.clone());
            Configuration::new(&events, primaries, cuts, &self.efforts)
        });
        let mut guide = Guide {
            configurations: configurations.collect(),
            events,
            all: self.all.clone(),
            estimated: self.estimated.clone(),
            efforts: self.efforts.clone(),
            expected: self.expected.clone(),
            journeys: self.journeys,
            initiators: Vec::new(),
            matters: self.matters.clone(),
            is_usual: Vec::new(),
            early: self.early.clone(),
            unsafe_from: UNSAFE,
            value_per_trial: 0.0,
            branches_per_trial: FEWEST_BRANCHES,
        };
        guide.find_initiators(topology);
        guide
    }

    /// The failures of a target in a trial that its sets lead one to expect, with everything as it is at first.
    #[must_use]
    pub(super) fn failures_per_trial(&self, target: Target, topology: &Topology) -> f64 {
        let failing = self.failing(target);
        let often = |cut: &Cut| {
            let begins =
                chance_of_set(&self.events, &cut.needs) / overlap(&self.events, &cut.needs);
            begins * cut.share
        };
        failing.map(often).sum::<f64>() * topology.window.length.seconds()
    }

    /// The sets with which a target fails, with everything as it is at first; where it never does, those that cost it
    /// anything.
    pub(super) fn failing(&self, target: Target) -> impl Iterator<Item = &Cut> {
        failing(&self.configurations[0].cuts, self.place_of(target))
    }

    /// The index of a target among all.
    pub(super) fn place_of(&self, target: Target) -> usize {
        match target {
            Target::Requests(id) => 2 * id.index(),
            Target::Outage(id) => 2 * id.index() + 1,
            Target::Loss(id) => 2 * self.journeys + 3 * id.index(),
            Target::Backlog(id) => 2 * self.journeys + 3 * id.index() + 1,
            Target::SplitBrain(id) => 2 * self.journeys + 3 * id.index() + 2,
        }
    }

    /// Whether a target is estimated by branches.
    pub(super) fn estimates(&self, target: Target) -> bool {
        self.efforts[self.place_of(target)] > 0.0
    }

    /// Whether branches are of any use.
    #[must_use]
    pub fn has_branches(&self) -> bool {
        !self.estimated.is_empty()
    }

    /// The targets that are estimated by branches.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.estimated
    }

    /// The target whose branches tell about this one, if any do: itself, or for outages all that the journey loses.
    #[must_use]
    pub fn explored_as(&self, target: Target) -> Option<Target> {
        let is_estimated = |target: &Target| self.estimates(*target);
        let with_losses = || match target {
            Target::Outage(id) => Some(Target::Requests(id)).filter(is_estimated),
            Target::Requests(_) | Target::Loss(_) | Target::Backlog(_) | Target::SplitBrain(_) => {
                None
            }
        };
        Some(target).filter(is_estimated).or_else(with_losses)
    }

    /// The failures of a target in a trial that drills lead one to expect.
    #[must_use]
    pub fn expected_per_trial(&self, target: Target) -> f64 {
        self.expected[self.place_of(target)]
    }

    /// How many units a weight of one has in samples.
    #[must_use]
    pub fn weight_units(&self) -> f64 {
        let likeliest = self
            .estimated
            .iter()
            .map(|target| self.expected_per_trial(*target));
        let likeliest = likeliest.fold(0.0, f64::max);
        let mut units = LEAST_UNITS;
        while units < MOST_UNITS && units * likeliest < UNITS_PER_TRIAL {
            units *= 2.0;
        }
        units
    }

    /// The index of the combination of primaries that a state has; the first one for those that no drill has shown.
    pub(super) fn configuration(&self, state: &State) -> usize {
        let same = |configuration: &Configuration| {
            configuration
                .primaries
                .iter()
                .copied()
                .eq(state.primaries())
        };
        self.configurations.iter().position(same).unwrap_or(0)
    }

    /// Whether a state in which no initiator is active is in the safe set.
    pub(super) fn is_safe(&self, state: &State, ledger: &Ledger) -> bool {
        let configuration = &self.configurations[self.configuration(state)];
        configuration.importance(ledger) <= self.unsafe_from * configuration.base
    }

    /// The share of the effort that a clock gets from which branches start.
    pub(super) fn share_of(&self, clock: Clock) -> Option<f64> {
        let found = self
            .initiators
            .binary_search_by_key(&clock, |initiator| initiator.0);
        found.ok().map(|index| self.initiators[index].1)
    }

    /// How the repair of each fault is drawn when it is forced: long ones more often, and those that come into a recovery
    /// where that matters.
    pub(super) fn forced_repairs(&self, topology: &Topology) -> Vec<LengthBiased> {
        let of_fault = |(index, fault): (usize, &Fault)| {
            let law = LengthBiased::of(&fault.lasts);
            let event = self.events.of_clock(Clock::Fault(FaultId::from(index)));
            match event.and_then(|event| self.early[event]) {
                Some((from, to)) => law.and_between(&fault.lasts, from, to),
                None => law,
            }
        };
        topology.faults.iter().enumerate().map(of_fault).collect()
    }

    /// How many seconds a failure to work is worth beside a fault that is repaired so many seconds after its strike, if
    /// that is one of the repairs which make up what such failures cost: all that they cost on the average.
    pub(super) fn worth_of_early_repair(
        &self,
        topology: &Topology,
        id: FaultId,
        seconds: f64,
    ) -> Option<f64> {
        let event = self.events.of_clock(Clock::Fault(id))?;
        let (from, to) = self.early[event]?;
        let law = &topology.faults[id.index()].lasts;
        let chance = law.survival(from) - law.survival(to);
        let is_early = (from..=to).contains(&seconds) && chance > 0.0;
        is_early.then(|| self.events.list[event].lasts / chance)
    }

    /// The crowd that a fault belongs to, if some of that are usually down.
    pub(super) fn usual_crowd(&self, id: FaultId) -> Option<usize> {
        let event = self.events.of_clock(Clock::Fault(id));
        event.filter(|event| self.is_usual[*event])
    }

    fn find_what_matters(&self) -> Vec<bool> {
        let mut matters = vec![false; self.events.list.len()];
        let cuts = self
            .configurations
            .iter()
            .flat_map(|configuration| &configuration.cuts);
        for (event, _) in cuts.flat_map(|cut| &cut.needs) {
            matters[*event as usize] = true;
        }
        for (counting, group) in self.events.groups() {
            for event in &group.events {
                matters[*event as usize] |= matters[counting as usize];
            }
        }
        matters
    }

    fn find_what_is_usual(&self) -> Vec<bool> {
        let begins = |clock: &Clock| self.share_of(*clock).is_some();
        let crowds = self.events.list.iter().zip(&self.matters).enumerate();
        let is_usual = |(index, (event, matters)): (usize, (&BasicEvent, &bool))| {
            let is_one_of_many = event.size() > 1 || self.events.group_of(index as u32).is_some();
            *matters && is_one_of_many && !event.clocks().iter().any(begins)
        };
        crowds.map(is_usual).collect()
    }

    /// The clocks that branches start from: those that leave the safe set by the guide's own lights and are seldom
    /// active, and, in case it is wrong, others that strike so rarely that a branch for each of their strikes costs next
    /// to nothing.
    fn find_initiators(&mut self, topology: &Topology) {
        let window = topology.window.length.seconds() + topology.window.warm_up.seconds();
        let (mut guided, mut others) = (Vec::new(), Vec::new());
        let mut order: Vec<usize> = (0..self.events.list.len())
            .filter(|index| !matches!(self.events.list[*index].what, What::AnyOf(_)))
            .collect();
        order.sort_by(|one, other| self.activity(*one).total_cmp(&self.activity(*other)));
        let holds_up = self.importance_of_holding_up(topology);
        let mut active = 0.0;
        let mut begins = vec![false; self.events.list.len()];
        for index in order {
            let (event, activity) = (&self.events.list[index], self.activity(index));
            let importance = f64::max(self.importance_outside_safety(index), holds_up[index]);
            let is_rare = event.chance * window < RARE_STRIKES * event.lasts;
            let forced = event
                .clocks()
                .iter()
                .filter(|clock| can_be_forced(topology, **clock));
            if importance > 0.0 && active + activity <= MOST_ACTIVE {
                active += activity;
                begins[index] = true;
                // Strikes of one member in a trial, times how long they last, times what they lead to.
                let value = event.chance * window * importance;
                guided.extend(forced.map(|clock| (*clock, value, event.chance)));
            } else if importance == 0.0 && is_rare {
                others.extend(forced.map(|clock| (*clock, 0.0, event.chance)));
            }
        }
        others.sort_by(|one, other| one.2.total_cmp(&other.2).then(one.0.cmp(&other.0)));
        others.truncate(MOST_DEFENSIVE);
        others.retain(|initiator| {
            active += initiator.2;
            active <= MOSTLY_SAFE
        });
        let guided_value: f64 = guided.iter().map(|initiator| initiator.1).sum();
        let usual = Usual::of(&self.events, &self.matters);
        self.take_in(&usual);
        let usual_value = window * self.value_of_usual_strikes(&usual, &begins);
        let total = (guided_value + usual_value).max(f64::MIN_POSITIVE);
        let count = (guided.len() + others.len()) as f64;
        let all = guided.iter().chain(&others);
        let share = |value: f64| (1.0 - DEFENSIVE) * value / total + DEFENSIVE / count;
        self.initiators = all
            .map(|(clock, value, _)| (*clock, share(*value)))
            .collect();
        self.initiators.sort_by_key(|initiator| initiator.0);
        self.is_usual = self.find_what_is_usual();
        self.value_per_trial = total;
    }

    /// Takes what is usual into the safe set.
    fn take_in(&mut self, usual: &Usual) {
        let configuration = &self.configurations[0];
        let most = usual.most(|state| configuration.importance(state));
        self.unsafe_from = f64::max(UNSAFE, most / configuration.base);
    }

    /// What strikes come to a second that leave the safe set, but for those of events that begin branches by themselves.
    fn value_of_usual_strikes(&self, usual: &Usual, begins: &[bool]) -> f64 {
        let configuration = &self.configurations[0];
        let least = self.unsafe_from * configuration.base;
        let standing = vec![true; self.all.len()];
        let mut gains = vec![0.0; self.events.list.len()];
        usual.mean(|state| {
            let importance = configuration.gains(state, &standing, &mut gains);
            if importance > least {
                return 0.0;
            }
            let events = self.events.list.iter().zip(&gains).enumerate();
            let leaving = events.filter(|(index, (_, gain))| {
                !begins[*index] && self.matters[*index] && importance + **gain > least
            });
            leaving
                .map(|(index, (event, gain))| {
                    let left = event.size() - state.count(index as u32);
                    f64::from(left) * event.chance * (importance + gain)
                })
                .sum()
        })
    }

    /// The importance of one member of each basic event that can hold up repairs of others that matter: while its crew works
    /// on it, what strikes of them stays broken. Zero where a crew is seldom that busy.
    ///
    /// It is what the first of them to strike leads one to expect; how many follow while a repair takes much longer than
    /// usual no set tells, so that all that hold up a crew are worth as much as those together for whom it is meant.
    fn importance_of_holding_up(&self, topology: &Topology) -> Vec<f64> {
        let configuration = &self.configurations[0];
        let mut importance = vec![0.0; self.events.list.len()];
        for (index, crew) in topology.crews.iter().enumerate() {
            let on_it = self.events.repaired_by(CrewId::from(index));
            let (mut active, mut value, mut gain, mut greatest) = (0.0, 0.0, 0.0, 0.0);
            for event in &on_it {
                active += self.activity(*event);
                if self.matters[*event] {
                    let of_event = self.activity(*event) * configuration.alone[*event];
                    value += of_event;
                    gain += of_event / self.events.list[*event].lasts;
                    greatest = f64::max(greatest, configuration.alone[*event]);
                }
            }
            let is_mute = |event: &usize| self.importance_outside_safety(*event) == 0.0;
            let mute: Vec<usize> = on_it.into_iter().filter(is_mute).collect();
            let mute_active: f64 = mute.iter().map(|event| self.activity(*event)).sum();
            let others_fill_it = match crew.size {
                1 => 1.0,
                size => gamma_lower_regularised(f64::from(size - 1), active),
            };
            if gain == 0.0 || mute_active > MOST_HOLDING || others_fill_it < SELDOM_FULL {
                continue;
            }
            for event in mute {
                // The repair that a moment falls into lasts longer than the mean, and half of it is left.
                let kind = &self.events.list[event];
                let holds = 0.5 * kind.unevenness * kind.lasts;
                let expected = configuration.base + holds * gain;
                let as_others = greatest.min(value / mute_active);
                importance[event] = others_fill_it * expected.max(as_others);
            }
        }
        importance
    }

    /// Whether a branch begins with every repair that can hold up a crew.
    #[must_use]
    pub fn begins_with_all_of(&self, crew: CrewId) -> bool {
        let repaired = self.events.repaired_by(crew).into_iter();
        let mut clocks = repaired.flat_map(|event| self.events.list[event].clocks());
        clocks.all(|clock| self.share_of(*clock).is_some())
    }

    /// How many members of a basic event are the case, on the average.
    fn activity(&self, event: usize) -> f64 {
        let event = &self.events.list[event];
        f64::from(event.size()) * event.chance
    }

    /// The largest importance of one member alone where that is outside the safe set; zero if it never is.
    fn importance_outside_safety(&self, event: usize) -> f64 {
        let outside = |configuration: &&Configuration| {
            configuration.alone[event] > UNSAFE * configuration.base
        };
        let importance = self
            .configurations
            .iter()
            .filter(outside)
            .map(|configuration| configuration.alone[event]);
        importance.fold(0.0, f64::max)
    }
}

/// How many branches a trial of its own events deserves.
fn branches_per_trial(topology: &Topology) -> f64 {
    let length = topology.window.length.seconds() + topology.window.warm_up.seconds();
    let events = topology.faults.iter().map(|fault| {
        let cycle = fault.every.mean() + fault.lasts.mean();
        2.0 * length / cycle
    });
    let events: f64 = events.sum();
    (events / EVENTS_PER_BRANCH).clamp(FEWEST_BRANCHES, MOST_BRANCHES)
}

/// What a target is worth: all of one, but for those about which nothing is promised where something is promised elsewhere.
fn effort(topology: &Topology, target: Target) -> f64 {
    let promises = |journey: &Journey| journey.objective != Objective::default();
    let of_store = |store: StoreId, is_promised: fn(&Objective) -> bool| {
        let mut journeys = topology.journeys.iter();
        journeys.any(|journey| {
            is_promised(&journey.objective) && topology.written_stores(journey).contains(&store)
        })
    };
    let is_promised = match target {
        Target::Requests(id) | Target::Outage(id) => promises(&topology.journeys[id.index()]),
        Target::Loss(store) | Target::Backlog(store) => {
            of_store(store, |objective| objective.rpo.is_some())
        }
        Target::SplitBrain(store) => of_store(store, |objective| objective.split_brain.is_some()),
    };
    if is_promised || !topology.journeys.iter().any(promises) {
        1.0
    } else {
        EFFORT_WITHOUT_OBJECTIVE
    }
}

/// Whether a clock's law has a hazard.
pub(super) fn can_be_forced(topology: &Topology, clock: Clock) -> bool {
    match clock {
        Clock::Alarm(_) => true,
        Clock::Fault(id) => topology.faults[id.index()].every.has_density(),
    }
}
