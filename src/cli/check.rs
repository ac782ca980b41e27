//! `fivenines check`: every problem of every model.

use anyhow::Result;
use serde_json::json;

use super::arguments::{CheckArguments, ShortFormat, Talk};
use super::model::Inspection;
use super::output::{self, Exit};
use crate::report;

pub fn check(arguments: &CheckArguments, talk: Talk) -> Result<Exit> {
    let mut errors = 0;
    let mut documents = Vec::new();
    for file in &arguments.models {
        let inspection = Inspection::of_file(file, &arguments.set)?;
        errors += inspection.errors();
        if arguments.json || arguments.format == ShortFormat::Json {
            documents.push(json!({
                "file": inspection.name,
                "valid": inspection.checked.is_some(),
                "model_hash": inspection.checked.as_ref().map(super::model::Checked::hash),
                "diagnostics": inspection.diagnostics,
            }));
            continue;
        }
        output::print(&inspection.render())?;
        if let Some(checked) = &inspection.checked
            && !talk.quiet
        {
            let topology = &checked.topology;
            anstream::eprintln!(
                "{}: fine; {} places, {} faults, {} parts, {} journeys",
                inspection.name,
                // The world and the internet are not the user's.
                topology.places.len().saturating_sub(2),
                topology.faults.len(),
                topology.parts.len(),
                topology.journeys.len()
            );
        }
    }
    if !documents.is_empty() {
        output::print(&report::json::render(&documents))?;
    }
    Ok(if errors > 0 { Exit::Failed } else { Exit::Fine })
}
