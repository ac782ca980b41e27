//! `fivenines trace`: the journal of one trial.

use anyhow::Result;

use super::arguments::{ShortFormat, Talk, TraceArguments};
use super::model;
use super::output::{self, Exit};
use crate::measure;
use crate::report::journal;

pub fn trace(arguments: &TraceArguments, talk: Talk) -> Result<Exit> {
    let checked = model::load(&arguments.model, arguments.format(), talk)?;
    let entries = measure::journal(&checked.topology, arguments.seed, arguments.trial);
    let text = if arguments.format() == ShortFormat::Json {
        journal::json_lines(&entries)
    } else {
        let (model, trial, seed) = (&checked.topology.name, arguments.trial, arguments.seed);
        format!(
            "{model}, trial {trial}, seed {seed}\n{}",
            journal::text(&entries)
        )
    };
    output::print(&text)?;
    Ok(Exit::Fine)
}
