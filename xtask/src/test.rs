//! Everything that a change has to pass, step by step.
//!
//! Cheap steps come first, and the first failure ends the run: it names the step and the command that repeats it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::command::{self, cargo, program, root, target_directory};
use crate::wasm;

/// One step: its name, what repeats it, and the command.
struct Step {
    name: &'static str,
    repeat: String,
    command: Command,
}

impl Step {
    fn cargo(name: &'static str, arguments: &[&str]) -> Step {
        Step {
            name,
            repeat: format!("cargo {}", arguments.join(" ")),
            command: cargo(arguments),
        }
    }

    fn run(mut self) -> Result<()> {
        timed(self.name, &self.repeat, || command::run(&mut self.command))
    }
}

/// Runs every step.
///
/// # Errors
/// If a step fails, with its name and how to repeat it.
pub fn run() -> Result<()> {
    Step::cargo("format", &["fmt", "--all", "--check"]).run()?;
    Step::cargo(
        "lint",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )
    .run()?;
    documentation().run()?;
    Step::cargo("tests", &["test", "--workspace"]).run()?;
    timed(
        "wasm target",
        "rustup target add wasm32-unknown-unknown",
        wasm::install_target,
    )?;
    Step::cargo(
        "lint for wasm",
        &[
            "clippy",
            "--package",
            "fivenines-wasm",
            "--target",
            wasm::TARGET,
            "--",
            "-D",
            "warnings",
        ],
    )
    .run()?;
    let mut packages = None;
    timed("wasm", "cargo xtask wasm", || {
        packages = Some(wasm::build()?);
        Ok(())
    })?;
    let packages = packages.context("the packages were built")?;
    same_bytes(&packages.node)?.run()?;
    println!("\nevery step passed");
    Ok(())
}

fn documentation() -> Step {
    let mut step = Step::cargo("documentation", &["doc", "--workspace", "--no-deps"]);
    step.repeat = format!("RUSTDOCFLAGS='-D warnings' {}", step.repeat);
    step.command.env("RUSTDOCFLAGS", "-D warnings");
    step
}

/// The same figures from WebAssembly as from the program that `cargo test` has just built.
fn same_bytes(package: &Path) -> Result<Step> {
    let script = "tests/wasm/same_bytes.mjs";
    let binary = format!("fivenines{}", std::env::consts::EXE_SUFFIX);
    let binary = target_directory()?.join("debug").join(binary);
    let models = root().join("models");
    let paths = [package, &binary, &models];
    for path in paths {
        if !path.exists() {
            bail!("{} does not exist", path.display());
        }
    }
    let mut command = program("node", &[script]);
    command.args(paths);
    let paths = paths.map(|path| path.display().to_string());
    Ok(Step {
        name: "same bytes in wasm",
        repeat: format!("node {script} {}", paths.join(" ")),
        command,
    })
}

fn timed(name: &str, repeat: &str, step: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("\n== {name}: {repeat}");
    let start = Instant::now();
    step().with_context(|| format!("step `{name}` failed; repeat it with\n  {repeat}\nbecause"))?;
    println!("== {name}: passed in {} s", start.elapsed().as_secs());
    Ok(())
}
