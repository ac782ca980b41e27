//! Programs that do the same work in turn.
//!
//! Other work on the machine comes and goes. Measuring all of one side and then all of the other would give that to one
//! of them, so the sides take turns, several times, and medians are taken.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

use super::table::Measured;
use crate::command;

/// How often each side is measured.
pub const REPEATS: u64 = 7;

/// One side.
pub struct Contender {
    /// The command of a repeat, counted from 0.
    pub command: Box<dyn Fn(u64) -> Command>,
}

/// What one side came to in one repeat.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Work done: events or trials.
    pub work: f64,
    /// The seconds that it took.
    pub seconds: f64,
    /// All that the program said.
    pub said: Value,
}

impl Run {
    /// Work a second.
    pub fn rate(&self) -> f64 {
        self.work / self.seconds
    }
}

impl Contender {
    /// The program measures itself, and prints a JSON object with `work` and `seconds`.
    fn told(&self, repeat: u64) -> Result<Run> {
        let text = command::output(&mut (self.command)(repeat))?;
        let said: Value = serde_json::from_str(&text).context("a contender prints JSON")?;
        let number = |key: &str| {
            let number = said[key].as_f64();
            number.with_context(|| format!("a contender says no `{key}`"))
        };
        Ok(Run {
            work: number("work")?,
            seconds: number("seconds")?,
            said,
        })
    }
}

/// Measures sides that measure themselves, in turn; a list for each side.
///
/// # Errors
/// If a program fails or does not say what it should.
pub fn race(contenders: &[Contender], repeats: u64) -> Result<Vec<Vec<Run>>> {
    let mut runs = vec![Vec::new(); contenders.len()];
    for repeat in 0..repeats {
        for (contender, runs) in contenders.iter().zip(&mut runs) {
            runs.push(contender.told(repeat)?);
        }
    }
    Ok(runs)
}

/// Measures whole commands, from their start to their end, in turn; the seconds of each repeat for each side.
///
/// # Errors
/// If a command fails.
pub fn race_whole(commands: &mut [Command], repeats: u64) -> Result<Vec<Vec<f64>>> {
    let mut seconds = vec![Vec::new(); commands.len()];
    for _ in 0..repeats {
        for (command, seconds) in commands.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            command::output(command)?;
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    Ok(seconds)
}

/// The middle number; of an even count the upper of the two.
///
/// # Panics
/// If there is none.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// The median of what the numbers of each repeat are to each other.
pub fn median_ratio(above: &[f64], below: &[f64]) -> f64 {
    median(above.iter().zip(below).map(|(above, below)| above / below))
}

/// Both sides in one unit, and the median of `ours` over `other`.
pub fn compared(ours: &[f64], other: &[f64], text: impl Fn(f64) -> String) -> Measured {
    Measured {
        ours: text(median(ours.iter().copied())),
        other: text(median(other.iter().copied())),
        ratio: median_ratio(ours, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_within_a_repeat() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median_ratio(&[2.0, 20.0, 200.0], &[1.0, 10.0, 100.0]), 2.0);
        let measured = compared(&[2.0, 4.0, 6.0], &[1.0, 2.0, 3.0], |it| format!("{it} s"));
        assert_eq!(measured.ours, "4 s");
        assert_eq!(measured.other, "2 s");
        assert_eq!(measured.ratio, 2.0);
    }
}
