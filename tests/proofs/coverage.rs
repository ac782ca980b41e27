//! Do the intervals hold the truth as often as they promise, through the real engine?
//!
//! A thousand studies, each at its own seed, of a model whose exact answer is known. Nominal coverage is 95 %; three
//! binomial standard errors either side are allowed.

use fivenines::estimate::intervals;
use fivenines::estimate::stopping::Plan;
use fivenines::exact::markov::Chain;
use fivenines::study::{Method, Outcome, Study};
use fivenines::topology::Topology;

use crate::support::{DAY, topology};

const STUDIES: u64 = 1_000;
const PROMISED: std::ops::RangeInclusive<f64> = 0.9293..=0.9707;

/// How many of so many parts are down, each with a repair of its own.
fn broken(parts: u32, up: f64, down: f64) -> Chain<u32> {
    Chain::explore(0, |&broken| {
        let mut next = Vec::new();
        if broken < parts {
            next.push((broken + 1, f64::from(parts - broken) / (up * DAY)));
        }
        if broken > 0 {
            next.push((broken - 1, f64::from(broken) / (down * DAY)));
        }
        next
    })
}

fn studies(topology: &Topology, plan: Plan) -> impl Iterator<Item = Outcome> {
    (1..=STUDIES).map(move |seed| {
        let hash = String::new();
        Study::new(topology.clone(), hash, seed, plan, Method::Plain).run()
    })
}

/// The share of studies whose interval of the unavailability of requests holds the exact value.
fn coverage(what: &str, topology: &Topology, plan: Plan, exact: f64) {
    let mut held = 0_u32;
    let mut trials = 0;
    let mut sum = 0.0;
    for outcome in studies(topology, plan) {
        let lost = &outcome.tally.journeys[0].requests.lost;
        let figure = intervals::share(lost, outcome.tally.trials);
        let low = figure.low.expect("a share is bounded");
        let high = figure.high.expect("a share is bounded");
        held += u32::from((low..=high).contains(&exact));
        trials += outcome.tally.trials;
        sum += figure.estimate.unwrap_or_default();
    }
    let share = f64::from(held) / STUDIES as f64;
    let report = format!(
        "{what}: {share} of the intervals hold {exact}; mean estimate {}, {} trials a study",
        sum / STUDIES as f64,
        trials / STUDIES
    );
    println!("{report}");
    assert!(PROMISED.contains(&share), "{report}");
}

/// Two parts in series, run to a precision of 20 %.
#[test]
fn coverage_with_the_stopping_rule() {
    let topology = topology(
        "
window: { length: 30d }
places: { east: { zones: [a] } }
services: { api: { runs: { east/a: 2 }, at-least: 2, instance: { fails: { every: 200d, lasts: { mean: 2d } } } } }
journeys: { visit: { needs: [api], rate: 10/s } }
",
    );
    let exact = broken(2, 200.0, 2.0)
        .interval_mean(30.0 * DAY, 1e-12, |&broken| f64::from(u8::from(broken > 0)));
    let plan = Plan::Precision {
        relative: 0.2,
        max_trials: 50_000,
    };
    coverage("two in series to 20 %", &topology, plan, exact);
}

/// Two of three parts, a fixed number of trials.
#[test]
fn coverage_of_a_fixed_number_of_trials() {
    let topology = topology(
        "
window: { length: 10d }
places: { east: { zones: [a] } }
services: { api: { runs: { east/a: 3 }, at-least: 2, instance: { fails: { every: 10d, lasts: { mean: 2d } } } } }
journeys: { visit: { needs: [api], rate: 10/s } }
",
    );
    let exact = broken(3, 10.0, 2.0)
        .interval_mean(10.0 * DAY, 1e-12, |&broken| f64::from(u8::from(broken > 1)));
    coverage("two of three", &topology, Plan::Trials(200), exact);
}
