//! Splitting against the exact values, at the true rates.

use fivenines::rare::{Guide, Rarity, splitting};

use super::case::Case;
use super::fleet::{large_crowd, mixed_crowds};
use super::hierarchy::lognormal_replicas;
use super::kinds::{three_kinds, two_large_kinds};
use super::published::one_node_of_three;

/// The two-sided 99.9 % quantile of the normal law.
const QUANTILE_999: f64 = 3.2905;

/// The share of time down in these trials, with its standard error.
fn estimate(case: &Case, seed: u64, trials: u64) -> (f64, f64) {
    let topology = case.topology();
    let guide = Guide::new(&topology, Rarity::All);
    let tally = splitting::run_trials(&topology, &guide, seed, 0..trials);
    let branches = tally.branches.expect("branches");
    let down = &branches.journeys[0].requests.down;
    let count = trials as f64;
    let length = down.denominator() / count;
    let mean = down.numerator().sum() / count;
    let variance = (down.numerator().squares() / count - mean * mean).max(0.0);
    (mean / length, (variance / (count - 1.0)).sqrt() / length)
}

/// Fails unless the 99.9 % interval of each seed has the exact value, and is short enough to tell.
fn agrees(case: &Case, trials: u64) {
    let mut report = format!("{}: exact {:e}", case.name, case.exact);
    let mut holds = true;
    for seed in [1, 2, 3] {
        let (value, error) = estimate(case, seed, trials);
        let z = (value - case.exact) / error;
        holds &= z.abs() <= QUANTILE_999 && error < 0.25 * case.exact;
        let relative = 100.0 * error / case.exact;
        report += &format!("; seed {seed}: z = {z:.2}, error {relative:.2} %");
    }
    println!("{report}");
    assert!(holds, "{report}");
}

#[test]
fn kinds_of_machines() {
    agrees(&three_kinds(1e-3), 60);
    agrees(&three_kinds(1e-4), 200);
}

/// Four machines of twelve break one after the other.
#[test]
fn small_steps() {
    agrees(&two_large_kinds(5.0).over(90), 60);
}

#[test]
fn replicas() {
    agrees(&lognormal_replicas(1.0).over(90), 100);
}

#[test]
fn nodes_with_one_crew() {
    agrees(&one_node_of_three(1.0), 500);
}

#[test]
fn crowds() {
    agrees(&large_crowd(), 30);
}

/// Some of them begin branches, and others are usual.
#[test]
fn crowds_of_which_some_are_usual() {
    agrees(&mixed_crowds(), 30);
}
