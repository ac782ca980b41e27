//! Branches against plain simulation where both can see: on the same model with failures made more frequent.
//!
//! Every fault and false alarm comes so many times as often, and the window is as many times shorter, so that a trial
//! has about as many events as before; repairs, delays and mechanisms stay. The factor is the smallest of a fixed series
//! with which plain trials are expected to see enough failures of a target. The sets of the guide are those of the model
//! itself, with the chances of the inflated one. A disagreement that further trials confirm means that branches miss something
//! or count it twice, and the figures then come from plain trials. Deliberately absent: a proof; agreement at other rates is evidence only.

use std::cell::LazyCell;

use super::guide::{Guide, Target};
use super::trial::run_trials;
use crate::measure::{BranchTally, JourneyTally, Moments, Samples, StoreTally, Tally};
use crate::time::Span;
use crate::topology::{JourneyId, Topology};

/// How many times as frequent failures are made; beyond that hardly anything is ever up.
const FACTORS: [f64; 14] = [
    1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 300.0, 500.0,
];
/// Failures that a plain trial should be expected to see.
const ENOUGH_PER_TRIAL: f64 = 0.2;
/// Trials of a check; their seed is apart from that of the study. A study of fewer trials is checked by fewer: it could
/// not show what only more would find.
const MOST_TRIALS: u64 = 256;
const FEWEST_TRIALS: u64 = 64;
/// Further trials, which alone decide where these disagree: costs are skewed, and chance alone takes skewed ones far.
const MORE_TRIALS: u64 = 768;
const SEED: u64 = 0x5eed_0f7e_57ed_c4ec;
/// The two-sided 99.9 % quantile of the normal law.
const FAR: f64 = 3.2905;

/// How branches and plain simulation compare for one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// The target.
    pub target: Target,
    /// How many times as frequent failures were made.
    pub inflated: f64,
    /// What a trial costs by branches: lost requests, seconds of downtime, seconds of missing writes, or events.
    pub branches: f64,
    /// What a trial costs by plain simulation.
    pub plain: f64,
    /// The difference over its standard error.
    pub distance: f64,
}

impl Check {
    /// Whether the difference is what chance explains.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.distance.abs() <= FAR
    }
}

/// Compares the two for every target that branches estimate and that some inflation makes frequent enough, in a study
/// of so many trials.
#[must_use]
pub fn check(topology: &Topology, guide: &Guide, seed: u64, trials: u64) -> Vec<Check> {
    let trials = trials.clamp(FEWEST_TRIALS, MOST_TRIALS);
    let mut checks = Vec::new();
    let mut left = guide.targets().to_vec();
    for factor in FACTORS {
        let Some(inflated) = inflated(topology, factor) else {
            break;
        };
        let guide = guide.for_figures(&inflated);
        let (seen, others): (Vec<Target>, Vec<Target>) = left
            .into_iter()
            .partition(|target| guide.failures_per_trial(*target, &inflated) >= ENOUGH_PER_TRIAL);
        left = others;
        if !seen.is_empty() {
            let run = |trials| run_trials(&inflated, &guide, seed ^ SEED, trials);
            let first = run(0..trials);
            let again = LazyCell::new(|| run(trials..trials + MORE_TRIALS));
            checks.extend(seen.iter().filter_map(|target| {
                let of = |tally: &Tally| {
                    let (distance, branches, plain) = compare(*target, &inflated, tally)?;
                    Some(Check {
                        target: *target,
                        inflated: factor,
                        branches,
                        plain,
                        distance,
                    })
                };
                let check = of(&first)?;
                if check.agrees() {
                    Some(check)
                } else {
                    of(&again)
                }
            }));
        }
        if left.is_empty() {
            break;
        }
    }
    checks
}

/// The model with failures so many times as frequent in a window as many times shorter.
fn inflated(topology: &Topology, factor: f64) -> Option<Topology> {
    let mut inflated = topology.clone();
    for fault in &mut inflated.faults {
        fault.every = fault.every.scaled(1.0 / factor).ok()?;
    }
    for detector in &mut inflated.detectors {
        detector.false_alarm_every = detector.false_alarm_every.map(|mean| mean / factor);
    }
    let window = &mut inflated.window;
    window.length = Span::from_seconds(window.length.seconds() / factor);
    window.warm_up = Span::from_seconds(window.warm_up.seconds() / factor);
    Some(inflated)
}

/// The difference over its standard error, and what a trial costs by branches and by plain simulation.
fn compare(target: Target, topology: &Topology, tally: &Tally) -> Option<(f64, f64, f64)> {
    let branches = tally.branches.as_ref()?;
    let trials = tally.trials as f64;
    let (ours, our_variance) = mean(by_branches(branches, target), trials);
    let (theirs, seen) = mean(costs(target, &tally.journeys, &tally.stores), trials);
    // Plain trials that have met nothing of what is rare and costs much don't know how much they vary.
    let foreseen = variance_foreseen(target, topology, branches, trials) / trials;
    let error = (our_variance + seen.max(foreseen)).sqrt();
    (error > 0.0).then(|| ((ours - theirs) / error, ours, theirs))
}

/// How much the cost of plain trials varies by what branches have seen, if busy periods come independently of each other.
fn variance_foreseen(
    target: Target,
    topology: &Topology,
    branches: &BranchTally,
    trials: f64,
) -> f64 {
    let of = |id: JourneyId| &branches.journeys[id.index()];
    let (tally, costs, unit) = match target {
        Target::Requests(id) => (
            of(id),
            &of(id).busy_lost,
            topology.journeys[id.index()].rate,
        ),
        Target::Outage(id) => (of(id), &of(id).busy_down, 1.0),
        Target::Backlog(id) => {
            let store = &branches.stores[id.index()];
            let often = store.promotions.sum() / trials;
            return often * mean_square(&store.rpo.seconds, 1.0);
        }
        Target::Loss(_) | Target::SplitBrain(_) => {
            return by_branches(branches, target).sum() / trials;
        }
    };
    tally.busy_periods.sum() / trials * mean_square(costs, unit)
}

/// The mean of the squares of samples, in this unit; zero without any.
fn mean_square(samples: &Samples, unit: f64) -> f64 {
    let (mut weight, mut squares) = (0.0, 0.0);
    for (bucket, cell) in samples.histogram().iter() {
        let cost = unit * 0.5 * (bucket.lower() + bucket.upper());
        weight += cell.weight as f64;
        squares += cell.weight as f64 * cost * cost;
    }
    if weight > 0.0 { squares / weight } else { 0.0 }
}

/// What branches have seen of a target, by trial.
#[must_use]
pub fn by_branches(branches: &BranchTally, target: Target) -> &Moments {
    costs(target, &branches.journeys, &branches.stores)
}

/// What a target cost, by trial.
fn costs<'a>(
    target: Target,
    journeys: &'a [JourneyTally],
    stores: &'a [StoreTally],
) -> &'a Moments {
    match target {
        Target::Requests(id) => journeys[id.index()].requests.lost.numerator(),
        Target::Outage(id) => journeys[id.index()].requests.down.numerator(),
        Target::Loss(id) => &stores[id.index()].loss_events,
        Target::Backlog(id) => &stores[id.index()].missing_seconds,
        Target::SplitBrain(id) => &stores[id.index()].dual_primary.count,
    }
}

/// The mean over trials, and the variance of that.
fn mean(moments: &Moments, count: f64) -> (f64, f64) {
    let mean = moments.sum() / count;
    let variance = (moments.squares() / count - mean * mean).max(0.0);
    (mean, variance / (count - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::rare::guide::Rarity;
    use crate::topology::compile::compile_parsed;

    #[test]
    fn what_is_counted_twice_disagrees() {
        let text = "fivenines: 1\nname: pair\nplaces: { site: {} }\nservices:\n  a: { runs: { site: 2 }, instance: { \
                    fails: { every: 100h, lasts: { mean: 1h } } } }\njourneys: { visit: { needs: [a], rate: 1/s } }\n";
        let (topology, _) = compile_parsed(model::parse(text, &[])).expect("a model");
        let guide = Guide::new(&topology, Rarity::All);
        for seed in 1..=3 {
            let mut tally = run_trials(&topology, &guide, seed, 0..MOST_TRIALS);
            let target = guide.targets()[0];
            let distance = |tally: &Tally| compare(target, &topology, tally).map(|it| it.0);
            assert!(distance(&tally).expect("both see failures").abs() < FAR);
            let branches = tally.branches.as_mut().expect("branches");
            let lost = &mut branches.journeys[0].requests.lost;
            lost.merge(&lost.clone());
            assert!(distance(&tally).expect("both see failures") > FAR);
        }
    }
}
