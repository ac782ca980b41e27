//! What leaves the program: results on standard output, files, and the exit code.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::arguments::{Format, OutputArguments};
use super::assertion::{Judgement, is_table};
use crate::report::text::Palette;
use crate::report::{csv, json, text};
use crate::study::{ResultDocument, path};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Fine,
    /// An assertion failed, or a model has errors.
    Failed,
    /// Something could not be read.
    Unusable,
    /// Interrupted: what was finished has been written.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Unusable => 2,
            Exit::Interrupted => 130,
        })
    }
}

const COLOURS: Palette = Palette {
    heading: "\u{1b}[1m",
    good: "\u{1b}[32m",
    bad: "\u{1b}[31m",
    open: "\u{1b}[33m",
    reset: "\u{1b}[0m",
};

/// Prints to standard output, without colours unless they are wanted there.
///
/// # Errors
/// If nobody takes it.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// Checks what is asked of a result before anything is run for it.
///
/// # Errors
/// If a path can lead nowhere, or if an assertion can't be judged.
pub fn check(possible: &ResultDocument, arguments: &OutputArguments) -> Result<()> {
    if let Some(path) = arguments.get.as_deref().filter(|path| !is_table(path)) {
        possible
            .get(path)
            .with_context(|| format!("--get {path}"))?;
    }
    arguments
        .assert
        .iter()
        .try_for_each(|assertion| assertion.check(possible))
}

/// Prints a result, writes its files, and judges the assertions.
///
/// # Errors
/// If a path leads nowhere or something cannot be written.
pub fn deliver(document: &ResultDocument, arguments: &OutputArguments) -> Result<Exit> {
    if let Some(directory) = &arguments.out {
        write_directory(document, directory)?;
    }
    print(&rendered(document, arguments)?)?;
    let mut failures = Vec::new();
    for assertion in &arguments.assert {
        match assertion.judge(document)? {
            Judgement::Holds => {}
            Judgement::NeverTested(note) => anstream::eprintln!("assertion holds: {note}"),
            Judgement::Fails(reasons) => failures.extend(reasons),
        }
    }
    for failure in &failures {
        anstream::eprintln!("assertion failed: {failure}");
    }
    Ok(if failures.is_empty() {
        Exit::Fine
    } else {
        Exit::Failed
    })
}

fn rendered(document: &ResultDocument, arguments: &OutputArguments) -> Result<String> {
    let Some(wanted) = &arguments.get else {
        return Ok(match arguments.format() {
            Format::Text => text::render(document, &COLOURS),
            Format::Json => json::render(document),
            Format::Csv => csv::figures(document),
        });
    };
    let value = document.get(wanted)?;
    let figure = path::figure(&value);
    Ok(match (arguments.format(), figure) {
        (Format::Text, Some(figure)) => match figure.estimate {
            Some(estimate) => format!("{estimate}\n"),
            None => "none\n".to_owned(),
        },
        (Format::Csv, Some(figure)) => {
            format!(
                "{}\n{}",
                csv::FIGURE_COLUMNS,
                csv::figure_row(wanted, &figure)
            )
        }
        (Format::Text | Format::Csv | Format::Json, _) => json::render(&value),
    })
}

fn write_directory(document: &ResultDocument, directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {}", directory.display()))?;
    let files = [
        ("result.json", json::render(document)),
        ("figures.csv", csv::figures(document)),
        ("causes.csv", csv::causes(document)),
        ("summary.txt", text::render(document, &Palette::PLAIN)),
    ];
    for (name, content) in files {
        write_atomically(&directory.join(name), &content)?;
    }
    Ok(())
}

/// Writes a file under another name first: nobody ever sees half of it.
///
/// # Errors
/// If it cannot be written or renamed.
pub fn write_atomically(file: &Path, content: &str) -> Result<()> {
    let temporary = temporary_name(file);
    let written =
        std::fs::write(&temporary, content).and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        // The error of the write is the one to report.
        let _ = std::fs::remove_file(&temporary);
    }
    written.with_context(|| format!("cannot write {}", file.display()))
}

fn temporary_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    file.with_file_name(name)
}
