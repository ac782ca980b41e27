//! `fivenines merge`: shards put together to the result that a single run would have given.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::arguments::MergeArguments;
use super::model::{Checked, Inspection};
use super::output::{self, Exit};
use crate::estimate::stopping::Plan;
use crate::study::result::RESULT_SCHEMA;
use crate::study::{self, Merged, Partial, ResultDocument, Study};

pub fn merge(arguments: &MergeArguments) -> Result<Exit> {
    let files = arguments.files.iter();
    let partials = files
        .map(|file| read(file))
        .collect::<Result<Vec<Partial>>>()?;
    let merged = study::merge(partials)?;
    let checked = model_of(&merged)?;
    let plan = Plan::Trials(merged.trials);
    let study = Study::new(
        checked.topology,
        merged.model_hash,
        merged.seed,
        plan,
        merged.method,
    );
    ensure!(
        study.fits(&merged.outcome.tally),
        "the tallies in the shards are not of the model in the shards"
    );
    output::check(&study.possible(), &arguments.output)?;
    output::deliver(
        &ResultDocument::new(&study, &merged.outcome),
        &arguments.output,
    )
}

fn read(file: &Path) -> Result<Partial> {
    let name = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let is_result = || {
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        value.is_some_and(|value| value.get("schema") == Some(&RESULT_SCHEMA.into()))
    };
    serde_json::from_slice(&bytes).or_else(|error| {
        ensure!(
            !is_result(),
            "{name} is a whole result, not a shard: there is nothing left to merge; shards are written by `run --shard`"
        );
        Err(error).with_context(|| format!("{name} is not a shard written by `run --shard`"))
    })
}

/// The model in the shards, checked again.
fn model_of(merged: &Merged) -> Result<Checked> {
    let inspection = Inspection::of_text("<shard>".to_owned(), merged.model.to_string(), &[]);
    let rendered = inspection.render();
    let Some(checked) = inspection.checked else {
        anstream::eprint!("{rendered}");
        bail!("the model in the shards has errors");
    };
    ensure!(
        checked.hash() == merged.model_hash,
        "the model in the shards does not have the hash {}",
        merged.model_hash
    );
    Ok(checked)
}
