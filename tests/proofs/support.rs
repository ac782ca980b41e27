//! Runs a model and compares what came out with an exact answer.

use fivenines::estimate::stopping::BLOCK_TRIALS;
use fivenines::measure::{Moments, Ratio, Tally, run_trials};
use fivenines::model;
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;

/// The seeds of every check.
pub const SEEDS: [u64; 3] = [1, 2, 3];

/// Seconds of a day, an hour, and a year.
pub const DAY: f64 = 86_400.0;
pub const HOUR: f64 = 3_600.0;
pub const YEAR: f64 = 365.0 * DAY;

/// The two-sided 99.9 % quantile of the normal law.
const QUANTILE_999: f64 = 3.2905;

/// Rounding of what has no variance: times are whole nanoseconds.
const ROUNDING: f64 = 1e-9;

/// What a run says about a number.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub value: f64,
    pub standard_error: f64,
}

/// Compiles a model that must be valid; the first two lines are added.
pub fn topology(yaml: &str) -> Topology {
    let text = format!("fivenines: 1\nname: proof\n{yaml}");
    match compile_parsed(model::parse(&text, &[])) {
        Ok((topology, _)) => topology,
        Err(problems) => panic!("the model is not valid: {problems:#?}\n{text}"),
    }
}

/// Runs a topology block by block.
pub fn run(topology: &Topology, seed: u64, trials: u64) -> Tally {
    let mut tally = Tally::empty(topology);
    let mut from = 0;
    while from < trials {
        let to = trials.min(from + BLOCK_TRIALS);
        tally.merge(&run_trials(topology, seed, from..to));
        from = to;
    }
    tally
}

/// Compiles and runs a model.
pub fn tally(yaml: &str, seed: u64, trials: u64) -> Tally {
    run(&topology(yaml), seed, trials)
}

/// The mean over trials.
pub fn mean(moments: &Moments, trials: u64) -> Estimate {
    let count = trials as f64;
    let value = moments.sum() / count;
    let variance = (moments.squares() / count - value * value).max(0.0);
    Estimate {
        value,
        standard_error: (variance / (count - 1.0)).sqrt(),
    }
}

/// The ratio of sums over trials, with the error of the linearised ratio.
pub fn ratio(ratio: &Ratio, trials: u64) -> Estimate {
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

/// The share of trials with an event, with the error that the exact probability gives.
pub fn chance(events: u64, trials: u64, exact: f64) -> Estimate {
    let count = trials as f64;
    Estimate {
        value: events as f64 / count,
        standard_error: (exact * (1.0 - exact) / count).sqrt(),
    }
}

/// Fails unless the estimate at every seed has the exact value within its 99.9 % interval; tells all three distances in
/// standard errors.
pub fn within_999(what: &str, exact: f64, estimate: impl Fn(u64) -> Estimate) {
    let mut report = format!("{what}: exact {exact}");
    let mut holds = true;
    for seed in SEEDS {
        let Estimate {
            value,
            standard_error,
        } = estimate(seed);
        let distance = (value - exact).abs();
        let z = (value - exact) / standard_error;
        holds &= distance <= (QUANTILE_999 * standard_error).max(ROUNDING * exact.abs());
        report += &format!("; seed {seed}: {value}, z = {z:.2}");
    }
    println!("{report}");
    assert!(holds, "{report}");
}

/// Fails unless the time and request unavailability of the first journey are these.
pub fn unavailable(what: &str, yaml: &str, trials: u64, time: f64, request: f64) {
    let topology = topology(yaml);
    let tallies = SEEDS.map(|seed| run(&topology, seed, trials).journeys.swap_remove(0));
    let of_seed = |seed: u64| &tallies[SEEDS.iter().position(|it| *it == seed).expect("a seed")];
    within_999(&format!("{what}, time"), time, |seed| {
        ratio(&of_seed(seed).requests.down, trials)
    });
    within_999(&format!("{what}, requests"), request, |seed| {
        ratio(&of_seed(seed).requests.lost, trials)
    });
}
