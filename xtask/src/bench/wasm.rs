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
    ("two-region-failover", 20_000, "plain"),
    ("active-active", 30_000, "plain"),
    ("nine-nines", 2000, "branches"),
];

/// Browsers that can be asked, by the names of their programs.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A row for each study in node, and one in a browser; the ratio is how many times longer WebAssembly takes.
pub fn rows(programs: &Programs) -> Result<Vec<Row>> {
    let packages = packages().map_err(|why| format!("{why:#}"));
    let mut rows = Vec::new();
    for study in STUDIES {
        let in_node = packages.clone().map(|[node, _]| {
            let words = ["node", "benches/wasm/study.mjs", &node];
            words.map(str::to_owned).to_vec()
        });
        let in_browser = packages.clone().and_then(|[_, web]| {
            let browser = browser().ok_or("there is no Chromium")?;
            let words = ["node", "benches/wasm/browser.mjs", browser, &web];
            Ok(words.map(str::to_owned).to_vec())
        });
        for (place, words) in [("node", in_node), ("a browser", in_browser)] {
            let (model, trials, method) = study;
            rows.push(Row {
                name: format!(
                    "time in {place}'s WebAssembly to native, {trials} trials of `models/{model}.yaml`, {method}"
                ),
                outcome: match words {
                    Ok(words) => Ok(measured(programs, words, study)?),
                    Err(why) => Err(why),
                },
                aim: Aim::AtMost(1.5),
            });
        }
    }
    Ok(rows)
}

/// The directories of the packages for node and for browsers, if there is a node to run them.
fn packages() -> Result<[String; 2]> {
    command::output(&mut program("node", &["--version"]))?;
    let built = wasm::build()?;
    Ok([text(&built.node)?.to_owned(), text(&built.web)?.to_owned()])
}

/// The first browser that is there.
fn browser() -> Option<&'static str> {
    let is_there = |name: &&str| {
        let mut command = program(name, &["--version"]);
        command.stderr(std::process::Stdio::null());
        command.output().is_ok_and(|output| output.status.success())
    };
    BROWSERS.into_iter().find(is_there)
}

/// The native side against the one that these words start.
fn measured(
    programs: &Programs,
    words: Vec<String>,
    (model, trials, method): (&str, u64, &'static str),
) -> Result<Measured> {
    let file = format!("models/{model}.yaml");
    let native = vec![text(&programs.comparison)?.to_owned(), "study".to_owned()];
    let sides = [native, words].map(|words| {
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
