//! Branches against the exact values, at the true rates.

use fivenines::rare::{self, Guide, Rarity};

use super::case::{Case, Figure};
use super::table;

pub fn estimate(case: &Case, seed: u64, trials: u64) -> (f64, f64, f64, f64) {
    let topology = case.topology();
    let guide = Guide::new(&topology, Rarity::All);
    let start = std::time::Instant::now();
    let tally = rare::run_trials(&topology, &guide, seed, 0..trials);
    let took = start.elapsed().as_secs_f64();
    let branches = tally.branches.expect("branches");
    let n = trials as f64;
    let (m, scale) = match case.figure {
        Figure::UnavailabilityTime => (
            branches.journeys[0].requests.down.numerator().clone(),
            n / branches.journeys[0].requests.down.denominator(),
        ),
        Figure::UnavailabilityRequest => (
            branches.journeys[0].requests.lost.numerator().clone(),
            n / branches.journeys[0].requests.lost.denominator(),
        ),
        Figure::SplitBrainPerYear => (
            branches.stores[0].split_brain.count.clone(),
            1.0 / (topology.window.length.seconds() / (365.0 * 86400.0)),
        ),
    };
    let mean = m.sum() / n;
    let var = (m.squares() / n - mean * mean).max(0.0);
    (
        mean * scale,
        (var / n).sqrt() * scale,
        took,
        branches.branches as f64,
    )
}

#[test]
#[ignore]
fn look() {
    let trials: u64 = std::env::var("TRIALS")
        .ok()
        .and_then(|t| t.parse().ok())
        .unwrap_or(1024);
    let only = std::env::var("CASE").unwrap_or_default();
    for case in table::cases() {
        if !case.name.contains(&only) {
            continue;
        }
        for seed in [1, 2, 3] {
            let (value, error, took, branches) = estimate(&case, seed, trials);
            println!(
                "{:28} exact {:.5e} value {:.5e} rse {:.4} z {:+.2} took {:.2} s branches/trial {:.1}",
                case.name,
                case.exact,
                value,
                error / value,
                (value - case.exact) / error,
                took,
                branches / trials as f64
            );
        }
    }
}
