//! A study in WebAssembly against the same study on one native thread, both within a process that is running already.

use anyhow::{Result, ensure};

use super::contender::{Contender, REPEATS, Run, compared, race};
use super::table::{Aim, Measured, Row};
use super::{Programs, text};
use crate::command::{self, program};
use crate::wasm;

/// A model, how many trials take seconds, so that little of them passes before the engine has optimised its code, and the
/// method.
const STUDIES: [(&str, u64, &str); 3] = [
    ("two-region-failover", 6000, "plain"),
    ("active-active", 8000, "plain"),
    ("nine-nines", 2000, "branches"),
];

/// A row for each study; the ratio is how many times longer WebAssembly takes.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let package = package();
    STUDIES
        .into_iter()
        .map(|(model, trials, method)| {
            let outcome = match &package {
                Ok(package) => Ok(measured(programs, package, (model, trials, method))?),
                Err(why) => Err(format!("{why:#}")),
            };
            Ok(Row {
                name: format!(
                    "time in WebAssembly to native, {trials} trials of `models/{model}.yaml`, {method}"
                ),
                outcome,
                aim: Aim::AtMost(1.5),
            })
        })
        .collect()
}

/// The package, if there is a node to run it.
fn package() -> Result<String> {
    command::output(&mut program("node", &["--version"]))?;
    Ok(text(&wasm::build()?.node)?.to_owned())
}

fn measured(
    programs: &Programs,
    package: &str,
    (model, trials, method): (&str, u64, &'static str),
) -> Result<Measured> {
    let file = format!("models/{model}.yaml");
    let native = [text(&programs.comparison)?, "study"].map(String::from);
    let node = ["node", "benches/wasm/study.mjs", package].map(String::from);
    let sides = [native.to_vec(), node.to_vec()].map(|words| {
        let file = file.clone();
        Contender {
            command: Box::new(move |_| {
                let mut command = program(&words[0], &[]);
                command.args(&words[1..]);
                command.args([&file, &trials.to_string(), method]);
                command
            }),
        }
    });
    let runs = race(&sides, REPEATS)?;
    let bytes = |run: &Run| run.said["bytes"].as_u64();
    ensure!(
        bytes(&runs[0][0]) == bytes(&runs[1][0]),
        "WebAssembly gives another result of {file}: run `cargo xtask test`"
    );
    let seconds = |runs: &[Run]| -> Vec<f64> { runs.iter().map(|run| run.seconds).collect() };
    Ok(compared(&seconds(&runs[1]), &seconds(&runs[0]), |it| {
        format!("{it:.2} s")
    }))
}
