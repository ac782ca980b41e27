//! One thread against two, for whole commands.

use anyhow::Result;

use super::Programs;
use super::contender::{REPEATS, compared, race_whole};
use super::table::{Aim, Row};
use crate::command::program;

/// A model, and how many trials take seconds on one thread, so that what only one can do beforehand does not show.
const STUDIES: [(&str, &str); 2] = [("two-region-failover", "4000"), ("three-zones", "20000")];

/// A row for each study; the ratio is how many times faster two threads are.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let has_two = std::thread::available_parallelism().is_ok_and(|threads| threads.get() >= 2);
    STUDIES
        .into_iter()
        .map(|(model, trials)| {
            let outcome = if has_two {
                let file = format!("models/{model}.yaml");
                let mut commands = ["1", "2"].map(|threads| {
                    let words = ["run", &file, "--trials", trials, "--threads", threads];
                    let mut command = program(&programs.fivenines, &words);
                    command.args(["--quiet", "--json"]);
                    command
                });
                let seconds = race_whole(&mut commands, REPEATS)?;
                let mut measured = compared(&seconds[1], &seconds[0], |it| format!("{it:.2} s"));
                measured.ratio = 1.0 / measured.ratio;
                Ok(measured)
            } else {
                Err("this machine has one core".to_owned())
            };
            Ok(Row {
                name: format!(
                    "speed of 2 threads to 1, `run models/{model}.yaml --trials {trials}`"
                ),
                outcome,
                aim: Aim::AtLeast(1.85),
            })
        })
        .collect()
}
