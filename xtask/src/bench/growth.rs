//! How the time of a trial grows with the model, from 10 places to 10,000.
//!
//! The number of events grows with the places, so time that grows in proportion is the best there is; the ratio is how
//! far beyond that a larger model is, against the smallest. A size is left out when the size before it lets expect
//! that it takes minutes.

use anyhow::Result;

use super::contender::{Contender, Run, median, median_ratio, race};
use super::table::{Aim, Measured, Row, short};
use super::{Programs, text};
use crate::command::program;

/// Places, and trials that make about as many events for each size: so many that what is prepared once, a third of a
/// second for the largest, does not count.
const SIZES: [(u64, u64); 4] = [(10, 40_000), (100, 4000), (1000, 400), (10_000, 40)];
/// Places, and how often the model is loaded.
const LOADS: [(u64, u64); 2] = [(10, 1000), (10_000, 1)];
/// One in so many trials tells how long all take.
const PROBED: u64 = 20;
/// The longest that all trials of one size may take in one repeat, in seconds, by the size before and what is prepared
/// for that.
const PATIENCE: f64 = 200.0;
const REPEATS: u64 = 3;

/// Rows for the time of a trial, for every size but the smallest, and one for the time of loading the largest.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let comparison = text(&programs.comparison)?;
    let mut sides = Vec::new();
    let mut expected = 0.0;
    for (places, trials) in SIZES {
        if expected > PATIENCE {
            break;
        }
        let probe = race(&[trials_of(comparison, places, trials / PROBED)], 1)?;
        // Ten times the places, a tenth of the trials: ten times longer if time grows with the square.
        expected = probe[0][0].seconds * PROBED as f64 * 10.0;
        sides.push(trials_of(comparison, places, trials));
    }
    let runs = race(&sides, REPEATS)?;
    let mut rows = Vec::new();
    for (index, (places, trials)) in SIZES.into_iter().enumerate().skip(1) {
        let outcome = runs.get(index);
        let outcome = outcome.map(|large| of_each(&runs[0], SIZES[0].1, large, trials));
        rows.push(Row {
            name: format!("time of a trial to linear growth, 10 to {places} places"),
            outcome: outcome.ok_or("the smaller sizes let expect minutes".to_owned()),
            aim: Aim::AtMost(2.0),
        });
    }
    rows.push(loading(comparison)?);
    Ok(rows)
}

fn trials_of(comparison: &str, places: u64, trials: u64) -> Contender {
    let words = ["growth".to_owned(), places.to_string(), trials.to_string()];
    contender(comparison, &words)
}

fn contender(comparison: &str, words: &[String]) -> Contender {
    let (comparison, words) = (comparison.to_owned(), words.to_vec());
    Contender {
        command: Box::new(move |_| {
            let mut command = program(&comparison, &[]);
            command.args(&words);
            command
        }),
    }
}

/// As a larger model is played or loaded fewer times in proportion, all its runs together should take as long as those
/// of the smallest model.
fn of_each(small: &[Run], small_times: u64, large: &[Run], large_times: u64) -> Measured {
    let [small, large] =
        [small, large].map(|runs| -> Vec<f64> { runs.iter().map(|run| run.seconds).collect() });
    let one = |all: &[f64], times: u64| {
        let milliseconds = median(all.iter().copied()) / times as f64 * 1e3;
        format!("{} ms", short(milliseconds))
    };
    Measured {
        ours: one(&large, large_times),
        other: one(&small, small_times),
        ratio: median_ratio(&large, &small),
    }
}

fn loading(comparison: &str) -> Result<Row> {
    let sides = LOADS.map(|(places, times)| {
        let words = ["loading".to_owned(), places.to_string(), times.to_string()];
        contender(comparison, &words)
    });
    let runs = race(&sides, REPEATS)?;
    let [(small, small_times), (large, large_times)] = LOADS;
    Ok(Row {
        name: format!("time of loading to linear growth, {small} to {large} places"),
        outcome: Ok(of_each(&runs[0], small_times, &runs[1], large_times)),
        aim: Aim::AtMost(2.0),
    })
}
