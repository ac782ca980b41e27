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

/// Places, and trials that make about as many events for each size.
const SIZES: [(u64, u64); 4] = [(10, 2000), (100, 200), (1000, 20), (10_000, 2)];
/// The longest that all trials of one size may take in one repeat, in seconds.
const PATIENCE: f64 = 60.0;
const REPEATS: u64 = 3;

/// Rows for the time of a trial and for the time of loading the model, for every size but the smallest.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let comparison = text(&programs.comparison)?;
    let mut sides = Vec::new();
    let mut expected = 0.0;
    for (places, trials) in SIZES {
        if expected > PATIENCE {
            break;
        }
        let probe = race(&[contender(comparison, places, 1)], 1)?;
        // Ten times the places, a tenth of the trials: so many times longer if time grows with the square.
        expected = probe[0][0].seconds * trials as f64 * 10.0;
        sides.push(contender(comparison, places, trials));
    }
    let runs = race(&sides, REPEATS)?;
    let mut rows = Vec::new();
    for (index, (places, trials)) in SIZES.into_iter().enumerate().skip(1) {
        let outcome = runs.get(index).map(|runs_here| (&runs[0], runs_here));
        rows.push(Row {
            name: format!("time of a trial to linear growth, 10 to {places} places"),
            outcome: of_trials(outcome, trials),
            aim: Aim::AtMost(2.0),
        });
        if index + 1 == SIZES.len() {
            rows.push(Row {
                name: format!("time of loading to linear growth, 10 to {places} places"),
                outcome: of_loading(outcome, places),
                aim: Aim::AtMost(2.0),
            });
        }
    }
    Ok(rows)
}

fn contender(comparison: &str, places: u64, trials: u64) -> Contender {
    let words = ["growth".to_owned(), places.to_string(), trials.to_string()];
    let comparison = comparison.to_owned();
    Contender {
        command: Box::new(move |_| {
            let mut command = program(&comparison, &[]);
            command.args(&words);
            command
        }),
    }
}

/// The smallest model and a larger one.
type Pair<'a> = Option<(&'a Vec<Run>, &'a Vec<Run>)>;

/// As the trials are fewer in proportion, all of them together should take as long as those of the smallest model.
fn of_trials(pair: Pair, trials: u64) -> Result<Measured, String> {
    let seconds = |run: &Run| run.seconds;
    let (small, large) = pair.ok_or_else(too_slow)?;
    let [small, large] =
        [small, large].map(|runs| -> Vec<f64> { runs.iter().map(seconds).collect() });
    let trial = |all: &[f64], trials: u64| {
        let milliseconds = median(all.iter().copied()) / trials as f64 * 1e3;
        format!("{} ms", short(milliseconds))
    };
    Ok(Measured {
        ours: trial(&large, trials),
        other: trial(&small, SIZES[0].1),
        ratio: median_ratio(&large, &small),
    })
}

fn of_loading(pair: Pair, places: u64) -> Result<Measured, String> {
    let (small, large) = pair.ok_or_else(too_slow)?;
    let [small, large] = [small, large].map(|runs| -> Vec<f64> {
        let milliseconds = |run: &Run| run.said["load-seconds"].as_f64().unwrap_or(f64::NAN) * 1e3;
        runs.iter().map(milliseconds).collect()
    });
    let text = |all: &[f64]| format!("{} ms", short(median(all.iter().copied())));
    Ok(Measured {
        ours: text(&large),
        other: text(&small),
        ratio: median_ratio(&large, &small) * SIZES[0].0 as f64 / places as f64,
    })
}

fn too_slow() -> String {
    "the smaller sizes let expect minutes".to_owned()
}
