//! Comparisons: how fast fivenines is, as ratios.
//!
//! A time says more about the machine than about the program. So every row sets two sides against each other that were
//! measured in the same run, in turn, on the same machine, and what counts is the median of their ratios. What cannot
//! be measured here is said, and the rest goes on. Deliberately absent: a verdict. `cargo xtask test` asserts no time,
//! and neither does this: it prints a table for people to read.

mod contender;
mod growth;
mod rare;
mod table;
mod threads;
mod wasm;
mod workload;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{self, cargo, target_directory};
use table::Row;

/// Measures one kind of rows.
type Part = fn(&Programs) -> Result<Vec<Row>>;

/// The programs that are compared.
struct Programs {
    /// The command line.
    fivenines: PathBuf,
    /// One side of a comparison in process.
    comparison: PathBuf,
    /// Where cargo puts what it builds.
    target: PathBuf,
}

impl Programs {
    fn build() -> Result<Programs> {
        let target = target_directory()?;
        command::run(&mut cargo(&["build", "--release", "--bin", "fivenines"]))?;
        let fivenines = format!("fivenines{}", std::env::consts::EXE_SUFFIX);
        Ok(Programs {
            fivenines: target.join("release").join(fivenines),
            comparison: built_benchmark("comparison")?,
            target,
        })
    }
}

/// Builds a benchmark and says where the program is.
fn built_benchmark(name: &str) -> Result<PathBuf> {
    let messages = command::output(&mut cargo(&[
        "build",
        "--release",
        "--bench",
        name,
        "--message-format",
        "json-render-diagnostics",
    ]))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo names no program for the benchmark `{name}`"))
}

/// A path as an argument.
fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not Unicode", path.display()))
}

/// Says that other work on the machine will show, where the operating system tells.
///
/// Most rows count processor time. Threads and whole commands are measured on the wall, and suffer.
fn warn_if_busy() {
    let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    let load = load.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    // Building counts as one.
    if let Some(load) = load.filter(|load| *load > cores + 0.5) {
        eprintln!(
            "the machine is busy (load {load} on {cores} cores): rows of threads and whole commands mean little"
        );
    }
}

/// Measures everything and prints the table.
///
/// # Errors
/// If something of this project cannot be built or run.
pub fn run() -> Result<()> {
    let programs = Programs::build()?;
    warn_if_busy();
    let mut rows: Vec<Row> = Vec::new();
    let parts: [(&str, Part); 5] = [
        ("the bare engine", workload::rows),
        ("threads", threads::rows),
        ("WebAssembly", wasm::rows),
        ("growth", growth::rows),
        ("rare events", rare::rows),
    ];
    for (name, part) in parts {
        eprintln!("== {name}");
        rows.extend(part(&programs)?);
    }
    print!("{}", table::markdown(&rows));
    Ok(())
}
