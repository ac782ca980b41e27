//! `fivenines check`: every problem of every model.

use anyhow::Result;
use serde_json::json;

use super::arguments::{CheckArguments, ShortFormat, Talk};
use super::model::Inspection;
use super::output::{self, Exit};
use crate::report;
use crate::report::number::counted;

pub fn check(arguments: &CheckArguments, talk: Talk) -> Result<Exit> {
    let mut errors = 0;
    let mut unreadable = 0;
    let mut documents = Vec::new();
    for file in &arguments.models {
        let inspection = match Inspection::of_file(file, &arguments.set) {
            Ok(inspection) => inspection,
            Err(error) => {
                // The other files are not to blame.
                unreadable += 1;
                anstream::eprintln!("error: {error:#}");
                documents.push(
                    json!({ "file": file, "valid": false, "unreadable": format!("{error:#}") }),
                );
                continue;
            }
        };
        errors += inspection.errors();
        documents.push(inspection.document());
        if arguments.format() == ShortFormat::Text {
            output::print(&inspection.render())?;
            if !talk.quiet {
                say_fine(&inspection);
            }
        }
    }
    if arguments.format() == ShortFormat::Json {
        output::print(&report::json::render(&documents))?;
    }
    Ok(match (unreadable, errors) {
        (0, 0) => Exit::Fine,
        (0, _) => Exit::Failed,
        _ => Exit::Unusable,
    })
}

/// What is in a model without errors.
fn say_fine(inspection: &Inspection) {
    let Some(checked) = &inspection.checked else {
        return;
    };
    let topology = &checked.topology;
    let number = |length: usize, noun| counted(length as u64, noun);
    anstream::eprintln!(
        "{}: fine; {}, {}, {}, {}",
        inspection.name,
        // The world and the internet are not the user's.
        number(topology.places.len().saturating_sub(2), "place"),
        number(topology.faults.len(), "fault"),
        number(topology.parts.len(), "part"),
        number(topology.journeys.len(), "journey")
    );
}
