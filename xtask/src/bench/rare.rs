//! Rare events: plain simulation against branches, on a model whose unavailability is about 1e-9.
//!
//! What counts is variance times computing time: a method that needs a thousandth of the time for the same interval is
//! a thousand times better. Branches give their variance by the width of their interval. Plain simulation sees nothing
//! in any time that one would wait for, so its variance is computed: if outages come L times a trial and cost the share
//! U/L of it each, the variance of a trial's unavailability is at least U^2/L (more if outages differ in length),
//! with U and L as the branches estimate them. The ratio is therefore a lower bound.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Programs;
use super::contender::{REPEATS, compared, median, race_whole};
use super::table::{Aim, Measured, Row, short};
use crate::command::{self, program, root};

const MODEL: &str = "models/nine-nines.yaml";
/// Every fault of it, and the mean time between its strikes.
const MEANS: [(&str, f64, &str); 5] = [
    ("faults.region-outage", 1.0 / 0.023, "y"),
    ("faults.zone-outage", 4.0, "y"),
    ("faults.partition", 1.0, "y"),
    ("services.api.instance.fails", 131.0, "d"),
    ("stores.db.member.fails", 131.0, "d"),
];
/// The half-width of a 95 % interval, in standard deviations.
const QUANTILE: f64 = 1.96;
const PLAIN_TRIALS: u64 = 2000;

/// A row for the gain, and one for each precision that a user may wait for.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let reported = |outcome: Result<Measured>| outcome.map_err(|why| format!("{why:#}"));
    let mut rows = vec![Row {
        name: format!("variance times computing time, plain to branches, `{MODEL}`"),
        outcome: reported(branches(programs)),
        aim: Aim::AtLeast(1e5),
    }];
    for precision in ["5%", "1%"] {
        rows.push(Row {
            name: format!("time to a second, `run {MODEL} --precision {precision}`"),
            outcome: reported(whole(programs, precision)),
            aim: Aim::AtMost(1.0),
        });
    }
    for part in [10, 100] {
        rows.push(Row {
            name: format!(
                "time of that to 5 % with all rates of failure divided by {part}, to that as it is"
            ),
            outcome: reported(rarer(programs, part)),
            aim: Aim::AtMost(1.5),
        });
    }
    Ok(rows)
}

/// Work-normalised variance, on one thread each.
fn branches(programs: &Programs) -> Result<Measured> {
    ensure_model()?;
    let rare = [
        "--method",
        "branches",
        "--precision",
        "5%",
        "--threads",
        "1",
    ];
    let trials = PLAIN_TRIALS.to_string();
    let plain = ["--method", "plain", "--trials", &trials, "--threads", "1"];
    let mut commands = [&rare[..], &plain[..]].map(|words| run(programs, words));
    let result: Value = serde_json::from_str(&command::output(&mut commands[0])?)?;
    let seconds = race_whole(&mut commands, REPEATS)?;
    let [rare, plain] = [&seconds[0], &seconds[1]].map(|all| median(all.iter().copied()));
    let figures = Figures::of(&result)?;
    let ours = figures.variance * rare;
    let other = figures.least_variance_of_a_trial() * plain / PLAIN_TRIALS as f64;
    Ok(Measured {
        ours: format!("{} s", short(ours)),
        other: format!("{} s", short(other)),
        ratio: other / ours,
    })
}

/// What the result of the branches says about the first journey.
struct Figures {
    unavailability: f64,
    /// Of the estimated unavailability.
    variance: f64,
    outages_per_trial: f64,
}

impl Figures {
    fn of(result: &Value) -> Result<Figures> {
        let journeys = result["journeys"].as_object();
        let journey = journeys.and_then(|journeys| journeys.values().next());
        let journey = journey.context("a result has journeys")?;
        let number = |value: &Value| value.as_f64().context("a figure has a number");
        let unavailability = &journey["unavailability"]["request"];
        let width = number(&unavailability["high"])? - number(&unavailability["low"])?;
        let deviation = width / 2.0 / QUANTILE;
        let years = number(&result["provenance"]["window"]["length_seconds"])? / (365.0 * 86_400.0);
        Ok(Figures {
            unavailability: number(&unavailability["estimate"])?,
            variance: deviation * deviation,
            outages_per_trial: number(&journey["outages_per_year"]["estimate"])? * years,
        })
    }

    fn least_variance_of_a_trial(&self) -> f64 {
        self.unavailability * self.unavailability / self.outages_per_trial
    }
}

/// A whole command on all cores, as a user types it.
fn whole(programs: &Programs, precision: &str) -> Result<Measured> {
    ensure_model()?;
    let mut commands = [run(programs, &["--precision", precision])];
    let seconds = race_whole(&mut commands, REPEATS)?;
    let seconds = median(seconds[0].iter().copied());
    Ok(Measured {
        ours: format!("{seconds:.2} s"),
        other: "1 s".to_owned(),
        ratio: seconds,
    })
}

/// A whole command for a model that fails so many times less often, and for the model as it is.
fn rarer(programs: &Programs, part: u32) -> Result<Measured> {
    ensure_model()?;
    let mut rarer = run(programs, &["--precision", "5%"]);
    for (path, mean, unit) in MEANS {
        let mean = mean * f64::from(part);
        rarer.args(["--set", &format!("{path}.every={mean}{unit}")]);
    }
    let mut commands = [rarer, run(programs, &["--precision", "5%"])];
    let seconds = race_whole(&mut commands, REPEATS)?;
    let text = |seconds: f64| format!("{seconds:.2} s");
    Ok(compared(&seconds[0], &seconds[1], text))
}

fn run(programs: &Programs, words: &[&str]) -> std::process::Command {
    let mut command = program(&programs.fivenines, &["run", MODEL, "--quiet", "--json"]);
    command.args(words);
    command
}

fn ensure_model() -> Result<()> {
    ensure!(root().join(MODEL).exists(), "there is no {MODEL}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variances_follow_from_a_result() {
        let result = json!({
            "provenance": { "window": { "length_seconds": 31_536_000.0 } },
            "journeys": { "read": {
                "unavailability": { "request": { "estimate": 1e-9, "low": 0.902e-9, "high": 1.098e-9 } },
                "outages_per_year": { "estimate": 1e-4 }
            } }
        });
        let figures = Figures::of(&result).expect("a result");
        assert!((figures.variance / 0.0025e-18 - 1.0).abs() < 1e-9);
        assert!((figures.least_variance_of_a_trial() / 1e-14 - 1.0).abs() < 1e-9);
        assert!(Figures::of(&json!({})).is_err());
    }
}
