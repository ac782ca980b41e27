//! Do the intervals of rare figures hold the truth as often as they promise, with the stopping rule on?
//!
//! A thousand studies each, at seeds of their own, of models whose exact answer is known. Nominal coverage is 95 %, give or
//! take three binomial standard errors. The precision asked for is such that no study has it at the first checkpoint that
//! may stop one.

use std::ops::Range;
use std::thread;

use fivenines::estimate::intervals::weighted;
use fivenines::estimate::stopping::Plan;
use fivenines::study::{Method, Study};

use super::case::Case;
use super::fates::shared_power;
use super::first_hours::first_hours;
use super::hierarchy::heavy_replicas;
use super::kinds::three_kinds;

const STUDIES: u64 = 1_000;
/// 95 %, give or take three binomial standard errors.
const NOMINAL: std::ops::RangeInclusive<f64> = 0.9293..=0.9707;
/// The mean estimate may be off by so many standard errors of the mean.
const QUANTILE_999: f64 = 3.2905;

fn covers(case: &Case, relative: f64) {
    let plan = Plan::Precision {
        relative,
        max_trials: 100_000,
    };
    let study = Study::new(case.topology(), String::new(), 1, plan, Method::Branches);
    let figure_of = |seed: u64| {
        let tally = study.with_seed(seed).run().tally;
        let branches = tally.branches.expect("branches");
        let down = &branches.journeys[0].requests.down;
        (weighted::share(down, tally.trials), tally.trials)
    };
    let half = |seeds: Range<u64>| seeds.map(figure_of).collect::<Vec<_>>();
    let middle = STUDIES / 2;
    let (mut figures, others) = thread::scope(|scope| {
        let others = scope.spawn(|| half(middle + 1..STUDIES + 1));
        (half(1..middle + 1), others.join().expect("studies"))
    });
    figures.extend(others);
    let (mut held, mut trials) = (0_u64, 0);
    let (mut sum, mut squares) = (0.0, 0.0);
    for (figure, count) in figures {
        let (low, high) = (figure.low.unwrap_or(0.0), figure.high.unwrap_or(1.0));
        held += u64::from((low..=high).contains(&case.exact));
        trials += count;
        let value = figure.estimate.unwrap_or(0.0) / case.exact;
        sum += value;
        squares += value * value;
    }
    let count = STUDIES as f64;
    let (share, mean) = (held as f64 / count, sum / count);
    let error = ((squares / count - mean * mean) / count).sqrt();
    let report = format!(
        "{} to {relative}: {share} hold {:e}; mean over exact {mean:.4} +- {error:.4}; {} trials a study",
        case.name,
        case.exact,
        trials / STUDIES
    );
    println!("{report}");
    assert!(NOMINAL.contains(&share), "{report}");
    // A run that stops when it looks precise is a little low, by about the square of its precision.
    let allowed = QUANTILE_999 * error + relative * relative;
    assert!((mean - 1.0).abs() <= allowed, "{report}");
}

#[test]
fn heavy_tailed_repairs() {
    covers(&heavy_replicas(1.0), 0.045);
}

#[test]
fn a_shared_fate() {
    covers(&shared_power(1.0), 0.04);
}

#[test]
fn kinds_of_parts() {
    covers(&three_kinds(1e-4), 0.04);
}

#[test]
fn a_start_with_everything_up() {
    covers(&first_hours(1.0), 0.1);
}
