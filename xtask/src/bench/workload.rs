//! The bare engine on the machine-repair workload, against a loop by hand and against other engines.
//!
//! All are measured on one core. Each has to show that an instance is down for the right share of the time: an engine
//! that is fast and wrong has not run the workload. The other engines are fetched here and nowhere else; where that
//! is impossible their rows say so.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::contender::{Contender, REPEATS, Run, compared, race};
use super::table::{Aim, Row};
use super::{Programs, text};
use crate::command::{self, cargo, program};

/// The share of time that an instance is down: 1 hour in 1,001.
const DOWN: f64 = 1.0 / 1001.0;
/// The relative standard deviation of that share in one trial. A repair of T hours has E[T^2] = e hours^2, an instance
/// has 87.6 failures in ten years, and there are 90 of them: sqrt(87.6 e / 90) / 87.6.
const DEVIATION_OF_A_TRIAL: f64 = 0.018_57;
/// The quantile of the normal law that an interval of 99.9 % takes.
const QUANTILE: f64 = 3.29;

/// Another engine: what it is called, what it takes, and how many trials make about a second.
struct Engine {
    name: &'static str,
    trials: u64,
    aim: Aim,
    prepared: Result<Vec<String>>,
}

/// A row for the loop by hand and for each other engine.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let comparison = text(&programs.comparison)?.to_owned();
    let ours = vec![comparison.clone(), "engine".to_owned()];
    let engines = [
        Engine {
            name: "a loop by hand",
            trials: 1000,
            aim: Aim::AtMost(1.5),
            prepared: Ok(vec![comparison, "by-hand".to_owned()]),
        },
        Engine {
            name: "nexosim 1.0.0",
            trials: 150,
            aim: Aim::AtLeast(6.0),
            prepared: nexosim(&programs.target),
        },
        Engine {
            name: "SimPy 4.1.2",
            trials: 20,
            aim: Aim::AtLeast(40.0),
            prepared: simpy(&programs.target),
        },
    ];
    let mut contenders = vec![contender(ours, 1000)];
    for engine in &engines {
        if let Ok(words) = &engine.prepared {
            contenders.push(contender(words.clone(), engine.trials));
        }
    }
    let mut runs = race(&contenders, REPEATS)?.into_iter();
    let ours = runs.next().context("the engine ran")?;
    ensure_right("the engine", &ours, 1000)?;
    engines
        .into_iter()
        .map(|engine| row(engine, &ours, &mut runs))
        .collect()
}

fn row(engine: Engine, ours: &[Run], runs: &mut impl Iterator<Item = Vec<Run>>) -> Result<Row> {
    let outcome = match engine.prepared {
        Err(why) => Err(format!("{why:#}")),
        Ok(_) => {
            let theirs = runs.next().context("every prepared engine ran")?;
            ensure_right(engine.name, &theirs, engine.trials)?;
            let [ours, theirs] = [ours, &theirs]
                .map(|runs| -> Vec<f64> { runs.iter().map(|run| run.rate() / 1e6).collect() });
            let mut measured = compared(&ours, &theirs, |rate| format!("{rate:.2} M events/s"));
            if matches!(engine.aim, Aim::AtMost(_)) {
                measured.ratio = 1.0 / measured.ratio;
            }
            Ok(measured)
        }
    };
    let what = match engine.aim {
        Aim::AtMost(_) => "time of the engine to that of",
        _ => "events a second of the engine to those of",
    };
    Ok(Row {
        name: format!("{what} {}", engine.name),
        outcome,
        aim: engine.aim,
    })
}

/// Other trials in each repeat, so that the share of all repeats together is sharper.
fn contender(words: Vec<String>, trials: u64) -> Contender {
    let command = move |repeat: u64| {
        let mut command = program(&words[0], &[]);
        command.args(&words[1..]);
        command.args([repeat * trials, trials].map(|number| number.to_string()));
        command
    };
    Contender {
        command: Box::new(command),
    }
}

/// The instances must have been down for the share of time that they should, within 99.9 %.
fn ensure_right(name: &str, runs: &[Run], trials: u64) -> Result<()> {
    let shares = runs.iter().map(|run| run.said["down"].as_f64());
    let sum: Option<f64> = shares.sum();
    let share = sum.context("a contender says no `down`")? / runs.len() as f64;
    let trials = (trials * runs.len() as u64) as f64;
    let off = (share / DOWN - 1.0).abs() / (DEVIATION_OF_A_TRIAL / trials.sqrt());
    ensure!(
        off < QUANTILE,
        "{name} does not run the workload: its instances are down for {share}, not for {DOWN}, of the time, which is \
         {off:.1} standard deviations off"
    );
    eprintln!(
        "{name}: an instance is down for 1/{:.2} of the time (right is 1/1001)",
        1.0 / share
    );
    Ok(())
}

fn nexosim(target: &Path) -> Result<Vec<String>> {
    let target = target.join("nexosim");
    command::run(&mut cargo(&[
        "build",
        "--release",
        "--quiet",
        "--manifest-path",
        "benches/nexosim/Cargo.toml",
        "--target-dir",
        text(&target)?,
    ]))
    .context("its crate cannot be built")?;
    let name = format!("fivenines-bench-nexosim{}", std::env::consts::EXE_SUFFIX);
    Ok(vec![text(&target.join("release").join(name))?.to_owned()])
}

/// Installs it into an environment of its own, once.
fn simpy(target: &Path) -> Result<Vec<String>> {
    let directory = target.join("simpy");
    let python = if cfg!(windows) {
        directory.join("Scripts").join("python.exe")
    } else {
        directory.join("bin").join("python")
    };
    let is_there = |python: &PathBuf| {
        let mut command = program(python, &["-c", "import simpy"]);
        command.stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !is_there(&python) {
        let system = if cfg!(windows) { "python" } else { "python3" };
        command::run(&mut program(system, &["-m", "venv", text(&directory)?]))
            .context("python cannot make an environment")?;
        command::run(&mut program(
            &python,
            &["-m", "pip", "install", "--quiet", "simpy==4.1.2"],
        ))
        .context("pip cannot install it")?;
    }
    Ok(vec![
        text(&python)?.to_owned(),
        "benches/simpy/w1.py".to_owned(),
    ])
}
