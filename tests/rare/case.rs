//! A model, the figure that is asked of it, and what that figure is exactly.

use fivenines::estimate::stopping::BLOCK_TRIALS;
use fivenines::measure::{Moments, Ratio, Tally, run_trials};
use fivenines::model;
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;

/// Seconds of an hour, a day and a year.
pub const HOUR: f64 = 3_600.0;
pub const DAY: f64 = 24.0 * HOUR;
pub const YEAR: f64 = 365.0 * DAY;

/// What is asked; always of the first journey or the first store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The share of time in which the journey is down.
    UnavailabilityTime,
    /// The share of its requests that fail.
    UnavailabilityRequest,
    /// Split brains of the store in a year.
    SplitBrainPerYear,
    /// How often a year the store has two primaries.
    DualPrimaryPerYear,
    /// Acknowledged writes a year that nobody has any more.
    OrphanedPerYear,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Tells it from the others.
    pub name: String,
    /// The whole model.
    pub yaml: String,
    /// The value of the figure.
    pub exact: f64,
    /// The figure.
    pub figure: Figure,
}

/// An estimate and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub value: f64,
    pub standard_error: f64,
}

impl Case {
    /// A case about the share of time in which the journey is down. Its window of a year starts after so many days.
    pub fn down(name: &str, warm_up_days: u32, body: &str, exact: f64) -> Case {
        Case {
            name: name.to_owned(),
            yaml: format!(
                "fivenines: 1
name: {name}
window: {{ length: 365d, warm-up: {warm_up_days}d }}
{body}"
            ),
            exact,
            figure: Figure::UnavailabilityTime,
        }
    }

    /// The same about another figure.
    pub fn asks(self, figure: Figure, exact: f64) -> Case {
        Case {
            figure,
            exact,
            ..self
        }
    }

    /// The same under another name.
    pub fn named(self, name: &str) -> Case {
        let yaml = self.yaml.replacen(
            &format!("name: {}\n", self.name),
            &format!("name: {name}\n"),
            1,
        );
        Case {
            name: name.to_owned(),
            yaml,
            ..self
        }
    }

    /// The same measured over another number of days. The figures are stationary, so that nothing else changes.
    pub fn over(self, days: u32) -> Case {
        let yaml = self
            .yaml
            .replacen("length: 365d", &format!("length: {days}d"), 1);
        Case { yaml, ..self }
    }

    /// The compiled model, which must be valid.
    pub fn topology(&self) -> Topology {
        match compile_parsed(model::parse(&self.yaml, &[])) {
            Ok((topology, _)) => topology,
            Err(problems) => panic!("{}: {problems:#?}\n{}", self.name, self.yaml),
        }
    }

    /// The figure by plain simulation.
    pub fn simulate(&self, topology: &Topology, seed: u64, trials: u64) -> Estimate {
        let mut tally = Tally::empty(topology);
        let mut from = 0;
        while from < trials {
            let to = trials.min(from + BLOCK_TRIALS);
            tally.merge(&run_trials(topology, seed, from..to));
            from = to;
        }
        match self.figure {
            Figure::UnavailabilityTime => ratio(&tally.journeys[0].requests.down, trials),
            Figure::UnavailabilityRequest => ratio(&tally.journeys[0].requests.lost, trials),
            Figure::SplitBrainPerYear => {
                per_year(&tally.stores[0].split_brain.count, topology, trials)
            }
            Figure::DualPrimaryPerYear => {
                per_year(&tally.stores[0].dual_primary.count, topology, trials)
            }
            Figure::OrphanedPerYear => {
                per_year(&tally.stores[0].rpo.orphaned_writes, topology, trials)
            }
        }
    }
}

/// How often something happens in a year.
fn per_year(count: &Moments, topology: &Topology, trials: u64) -> Estimate {
    let years = topology.window.length.seconds() / YEAR;
    let per_window = mean(count, trials);
    Estimate {
        value: per_window.value / years,
        standard_error: per_window.standard_error / years,
    }
}

/// The mean over trials.
fn mean(moments: &Moments, trials: u64) -> Estimate {
    let count = trials as f64;
    let value = moments.sum() / count;
    let variance = (moments.squares() / count - value * value).max(0.0);
    Estimate {
        value,
        standard_error: (variance / (count - 1.0)).sqrt(),
    }
}

/// The ratio of sums over trials, with the error of the linearised ratio.
fn ratio(ratio: &Ratio, trials: u64) -> Estimate {
    let count = trials as f64;
    let value = ratio.numerator().sum() / ratio.denominator();
    let squares = ratio.numerator().squares() - 2.0 * value * ratio.products()
        + value * value * ratio.denominator_squares();
    let mean = ratio.denominator() / count;
    Estimate {
        value,
        standard_error: (squares.max(0.0) / (count * (count - 1.0))).sqrt() / mean,
    }
}
