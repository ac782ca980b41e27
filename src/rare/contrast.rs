//! Two sets of figures on one path: differences, ratios and elasticities.
//!
//! Every path of a trial and of its branches is drawn under the first figures and weighted under both (see
//! `likelihood`). What both would have met is common to them, and only what the change does is left of the difference: it
//! needs a fraction of the trials of two separate runs, and the less the smaller the change. Deliberately absent: changes of
//! structure, which have no common paths, and numbers of outages, which belong to no single moment of a trial.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::decision::emphasis;
use super::guide::{DEFENSIVE, Guide};
use super::likelihood::{Changes, ContrastError, Likelihood};
use super::path::Path;
use super::trial::{Explorer, key};
use crate::dist::LawError;
use crate::engine::Chance;
use crate::estimate::figure::{CONFIDENCE, Figure};
use crate::estimate::intervals::weighted;
use crate::math::{ExactSum, ln, student_t_quantile};
use crate::measure::{Moments, Observers, Totals, guarded};
use crate::rng::Stream;
use crate::time::{Span, Time};
use crate::topology::{FaultId, Topology};
use crate::world::clocks::Clock;
use crate::world::{Layout, World};

/// An elasticity compares a mean times this with the mean over it.
const ELASTICITY_STEP: f64 = 1.01;

const ONE_PATH: &str = "Student's t, differences on one path";

/// What trials add up to under two sets of figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContrastTally {
    /// How many trials.
    pub trials: u64,
    /// How many branches were explored.
    pub branches: u64,
    /// One entry per journey of the topology.
    pub journeys: Vec<JourneyContrast>,
    /// One entry per store of the topology.
    pub stores: Vec<StoreContrast>,
}

/// What a journey met under both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JourneyContrast {
    /// The share of requests lost in a trial.
    pub lost: PairedMoments,
    /// The share of a trial in which it was down.
    pub down: PairedMoments,
}

/// What a store met under both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreContrast {
    /// Promotions in a trial that lost or orphaned at least one write.
    pub loss_events: PairedMoments,
    /// Split brains in a trial.
    pub split_brains: PairedMoments,
}

/// Sums over trials of a quantity under the first and the second figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PairedMoments {
    /// Under the first.
    pub first: Moments,
    /// Under the second.
    pub second: Moments,
    products: ExactSum,
    differences: ExactSum,
    squared_differences: ExactSum,
}

/// A quantity under two sets of figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrasted {
    /// Under the first.
    pub first: Figure,
    /// Under the second.
    pub second: Figure,
    /// The second minus the first.
    pub difference: Figure,
    /// The second over the first.
    pub ratio: Figure,
}

/// A figure of a model: means of laws that change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The mean time between strikes of these faults.
    Every(Vec<FaultId>),
    /// The mean time that these faults last.
    Lasts(Vec<FaultId>),
}

impl PairedMoments {
    fn add(&mut self, first: f64, second: f64) {
        self.first.add(first);
        self.second.add(second);
        let difference = second - first;
        self.products.add(first * second);
        self.differences.add(difference);
        self.squared_differences.add(difference * difference);
    }

    fn merge(&mut self, other: &PairedMoments) {
        self.first.merge(&other.first);
        self.second.merge(&other.second);
        self.products.merge(&other.products);
        self.differences.merge(&other.differences);
        self.squared_differences.merge(&other.squared_differences);
    }

    /// The mean of the difference, the second minus the first, and its standard error.
    #[must_use]
    pub fn difference(&self, trials: u64) -> (f64, f64) {
        let sums = (self.differences.value(), self.squared_differences.value());
        mean_and_error(sums, trials)
    }

    /// The second mean over the first, and its standard error by linearisation. What was seen may have changed all
    /// alike and leave no spread; so the error is at least what one more trial would make of it, as heavy as the heaviest
    /// and untouched by the change.
    #[must_use]
    pub fn ratio(&self, trials: u64) -> (f64, f64) {
        let (first, second) = (self.first.sum(), self.second.sum());
        let ratio = second / first;
        let squares = self.second.squares() - 2.0 * ratio * self.products.value()
            + ratio * ratio * self.first.squares();
        let (_, error) = mean_and_error((0.0, squares.max(0.0)), trials);
        let unseen = (ratio - 1.0).abs() * self.first.largest() / first;
        (ratio, (error * trials as f64 / first).max(unseen))
    }

    /// Both, their difference and their ratio, with intervals.
    #[must_use]
    pub fn contrasted(&self, trials: u64) -> Contrasted {
        Contrasted {
            first: weighted::mean(&self.first, trials),
            second: weighted::mean(&self.second, trials),
            difference: figure(self.difference(trials), trials),
            ratio: figure(self.ratio(trials), trials),
        }
    }

    /// The relative change of the quantity for each relative change of the parameter, from a tally of [`elasticity`].
    #[must_use]
    pub fn elasticity(&self, trials: u64) -> Figure {
        let (ratio, error) = self.ratio(trials);
        let step = 2.0 * ln(ELASTICITY_STEP);
        figure((ln(ratio) / step, error / (ratio * step)), trials)
    }
}

/// The mean over trials and its standard error, from sums of values and of squares.
fn mean_and_error((sum, squares): (f64, f64), trials: u64) -> (f64, f64) {
    let count = trials as f64;
    let mean = sum / count;
    let variance = (squares / count - mean * mean).max(0.0);
    (mean, (variance / (count - 1.0)).sqrt())
}

fn figure((value, error): (f64, f64), trials: u64) -> Figure {
    let reach = match trials {
        0 | 1 => f64::INFINITY,
        _ => error * student_t_quantile(trials as f64 - 1.0, 0.5 + 0.5 * CONFIDENCE),
    };
    // Nothing seen says nothing about what was not.
    let bounds = match value.is_finite() && error > 0.0 {
        true => (value - reach, value + reach),
        false => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Figure::new(Some(value), bounds, ONE_PATH)
}

impl ContrastTally {
    fn empty(topology: &Topology) -> ContrastTally {
        ContrastTally {
            journeys: vec![JourneyContrast::default(); topology.journeys.len()],
            stores: vec![StoreContrast::default(); topology.stores.len()],
            ..ContrastTally::default()
        }
    }

    /// Adds the trials of another tally of the same topologies.
    ///
    /// # Panics
    /// If the other tally is of a topology with other journeys or stores.
    pub fn merge(&mut self, other: &ContrastTally) {
        assert_eq!(self.journeys.len(), other.journeys.len());
        assert_eq!(self.stores.len(), other.stores.len());
        self.trials += other.trials;
        self.branches += other.branches;
        for (mine, theirs) in self.journeys.iter_mut().zip(&other.journeys) {
            mine.lost.merge(&theirs.lost);
            mine.down.merge(&theirs.down);
        }
        for (mine, theirs) in self.stores.iter_mut().zip(&other.stores) {
            mine.loss_events.merge(&theirs.loss_events);
            mine.split_brains.merge(&theirs.split_brains);
        }
    }

    fn add_trial(&mut self, first: &Totals, second: &Totals, seconds: f64) {
        self.trials += 1;
        for (index, journey) in self.journeys.iter_mut().enumerate() {
            let (first, second) = (&first.journeys[index], &second.journeys[index]);
            let share = |part: f64| part / seconds;
            journey
                .lost
                .add(share(first.lost_seconds), share(second.lost_seconds));
            journey
                .down
                .add(share(first.down_seconds), share(second.down_seconds));
        }
        for (index, store) in self.stores.iter_mut().enumerate() {
            let losses = |totals: &Totals| -> f64 {
                let losses = totals.stores[index].losses.iter();
                let losses = losses.filter(|loss| loss.writes > 0.0);
                losses.map(|loss| loss.weight).sum()
            };
            let split_brains = |totals: &Totals| -> f64 {
                let episodes = totals.stores[index].split_brain.iter();
                episodes.map(|episode| episode.2).sum()
            };
            store.loss_events.add(losses(first), losses(second));
            store
                .split_brains
                .add(split_brains(first), split_brains(second));
        }
    }
}

/// Runs these trials one after the other, with the branches of the guide, under the figures of the first topology, and
/// weighs each under those of the second.
///
/// # Errors
/// If the paths of one are not those of the other.
///
/// # Panics
/// If an invariant of the simulation is broken; the message names the seed and the trial.
pub fn contrast(
    first: &Topology,
    second: &Topology,
    guide: &Guide,
    seed: u64,
    trials: Range<u64>,
) -> Result<ContrastTally, ContrastError> {
    let changes = Changes::between(first, second)?;
    let layout = Layout::new(first);
    let lengthened = guide.forced_repairs(first);
    let (guide, emphasis) = emphasising(guide, &changes);
    let mut explorer = Explorer::new(first, &layout, &guide, &lengthened, seed);
    explorer.decisions.emphasis = emphasis;
    for id in changes.faults() {
        if let Some(event) = guide.events.of_clock(Clock::Fault(id)) {
            explorer.decisions.emphasised[event] = true;
        }
    }
    explorer.other = Some(OtherFigures::new(first, changes));
    let mut plain = Totals::new(first);
    let mut tally = ContrastTally::empty(first);
    let seconds = first.window.length.seconds();
    for trial in trials {
        plain.clear();
        let _ = guarded(seed, trial, || explorer.run(trial, &mut plain));
        tally.branches += explorer.branches;
        if let Some(other) = &explorer.other {
            tally.add_trial(&explorer.weighted, &other.weighted, seconds);
        }
    }
    Ok(tally)
}

/// A guide that starts half of the branches at least from what changes (the others make no difference by themselves),
/// and how many times as many these are as they are worth.
fn emphasising(guide: &Guide, changes: &Changes<'_>) -> (Guide, f64) {
    let mut guide = guide.clone();
    let faults: Vec<Clock> = changes.faults().map(Clock::Fault).collect();
    let is_changed = |clock: &Clock| faults.binary_search(clock).is_ok();
    let changed = guide
        .initiators
        .iter()
        .filter(|(clock, _)| is_changed(clock));
    let shares: Vec<f64> = changed.map(|(_, share)| *share).collect();
    let own: f64 = shares.iter().sum();
    let factor = emphasis(own, 1.0 - own);
    for (clock, share) in &mut guide.initiators {
        *share *= if is_changed(clock) { factor } else { 1.0 };
        *share /= 1.0 + own * (factor - 1.0);
    }
    let even = DEFENSIVE / guide.initiators.len() as f64;
    let worth = shares
        .iter()
        .map(|share| (share - even) / (1.0 - DEFENSIVE));
    (guide, emphasis(worth.sum(), 1.0))
}

/// Runs these trials with a parameter that is a hundredth smaller, and weighs each with one that is a hundredth larger:
/// see [`PairedMoments::elasticity`].
///
/// # Errors
/// If the paths of one are not those of the other.
///
/// # Panics
/// If an invariant of the simulation is broken; the message names the seed and the trial.
pub fn elasticity(
    topology: &Topology,
    parameter: &Parameter,
    guide: &Guide,
    seed: u64,
    trials: Range<u64>,
) -> Result<ContrastTally, ContrastError> {
    let smaller = parameter.scaled(topology, 1.0 / ELASTICITY_STEP)?;
    let larger = parameter.scaled(topology, ELASTICITY_STEP)?;
    contrast(&smaller, &larger, guide, seed, trials)
}

impl Parameter {
    /// A topology with the parameter times a factor.
    ///
    /// # Errors
    /// If the factor is not a positive number, or makes a figure too large or too small to represent.
    pub fn scaled(&self, topology: &Topology, factor: f64) -> Result<Topology, LawError> {
        let mut scaled = topology.clone();
        let (Parameter::Every(faults) | Parameter::Lasts(faults)) = self;
        for id in faults {
            let fault = &mut scaled.faults[id.index()];
            let law = match self {
                Parameter::Every(_) => &mut fault.every,
                Parameter::Lasts(_) => &mut fault.lasts,
            };
            *law = law.scaled(factor)?;
        }
        Ok(scaled)
    }
}

/// The paths of an explorer under other figures.
pub(super) struct OtherFigures<'t> {
    changes: Changes<'t>,
    /// Of the nominal trial.
    likelihood: Likelihood,
    luck: Stream,
    /// Until when the nominal trial has been counted or need not be.
    counted: Time,
    /// What the present state weighed at a moment of the stretch that is about to end.
    forgotten: f64,
    /// What the explorer's `weighted` is under the other figures.
    pub weighted: Totals,
}

impl<'t> OtherFigures<'t> {
    fn new(topology: &Topology, changes: Changes<'t>) -> OtherFigures<'t> {
        OtherFigures {
            changes,
            likelihood: Likelihood::default(),
            luck: Stream::of_branch(0, 0, 0, key(1)),
            counted: Time::ZERO,
            forgotten: 1.0,
            weighted: Totals::new(topology),
        }
    }

    /// A nominal trial at its start.
    pub fn start<C: Chance>(&mut self, world: &World<'_, C>, (seed, trial): (u64, u64)) {
        self.luck = Stream::of_branch(seed, trial, 0, key(1));
        self.changes.start(world, &mut self.likelihood);
        self.counted = Time::ZERO;
        self.weighted.clear();
    }

    /// The nominal trial is back in the safe set.
    pub fn is_safe_from(&mut self, calm: Time) {
        self.counted = calm;
    }

    /// Looks at the nominal trial before its next event. What a stretch costs is spread evenly over it: one moment of
    /// it, at random, stands for all.
    pub fn look(&mut self, to: Time) {
        let passed = to.since(self.counted).seconds() * self.luck.uniform();
        let moment = self.counted.after(Span::from_seconds(passed)).min(to);
        self.forgotten = self.changes.forgotten(&self.likelihood, moment);
        self.counted = to;
    }

    /// Takes note of the last event of the nominal trial.
    pub fn note<C: Chance>(&mut self, world: &World<'_, C>) {
        self.changes.note(world, &mut self.likelihood);
    }

    /// Counts what the nominal trial met since its observers last forgot.
    pub fn count_nominal(&mut self, observers: &Observers, at: Time) {
        let ratio = self.forgotten * self.changes.remembered(&self.likelihood, at);
        observers.add_to(ratio, &mut self.weighted);
    }

    /// A branch leaves the nominal trial.
    pub fn branch(&self, at: Time, likelihood: &mut Likelihood) {
        self.changes.branch(&self.likelihood, at, likelihood);
    }

    /// Takes note of the last event of a branch.
    pub fn note_branch<C: Chance>(&self, world: &World<'_, C>, likelihood: &mut Likelihood) {
        self.changes.note(world, likelihood);
    }

    /// Counts what a branch met since its observers last forgot, before they forget it.
    pub fn count_branch(&mut self, path: &Path<'_>, end: Time) {
        let ratio = self.changes.remembered(&path.likelihood, end);
        path.observers
            .add_to(path.weight * ratio, &mut self.weighted);
    }
}
