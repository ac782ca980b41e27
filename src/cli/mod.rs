//! The command line: arguments, threads, files and exit codes. Thin: all that is computed or said comes from below.
//!
//! Data goes to standard output and talk to standard error. Exit codes: 0 fine; 1 an assertion failed or `check` found
//! errors; 2 wrong usage, an unusable model, or trouble with files; 130 interrupted. A reader that closes the pipe
//! ends the program quietly.

mod arguments;
mod assertion;
mod check;
mod merge;
mod model;
mod output;
mod quantity;
mod run;
mod shard;
mod trace;
mod workers;

use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::{Error, Result};
use clap::{CommandFactory, Parser};

use arguments::{Arguments, Color, SchemaChoice, Verb};
use output::Exit;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse_from(arguments::with_joined_assertions(std::env::args_os()));
    match arguments.talk.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    match dispatch(&arguments) {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<model::AlreadySaid>() => ExitCode::from(2),
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<Exit> {
    let talk = arguments.talk;
    match &arguments.verb {
        Verb::Check(check) => check::check(check, talk),
        Verb::Run(run) => run::run(run, talk),
        Verb::Trace(trace) => trace::trace(trace, talk),
        Verb::Merge(merge) => merge::merge(merge),
        Verb::Schema(schema) => {
            output::print(match schema.of {
                SchemaChoice::Model => include_str!("../../schema/model.schema.json"),
                SchemaChoice::Result => include_str!("../../schema/result.schema.json"),
            })?;
            Ok(Exit::Fine)
        }
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "fivenines", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Fine)
        }
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    let is_pipe = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|io| io.kind() == ErrorKind::BrokenPipe)
    };
    error.chain().any(is_pipe)
}
