//! `fivenines run`: simulate a model and judge its objectives.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::arguments::{MOST_TRIALS, PlanArguments, RunArguments, Talk};
use super::output::{self, Exit};
use super::{model, workers};
use crate::estimate::figure::unit;
use crate::estimate::stopping::Plan;
use crate::report;
use crate::report::number::{self, counted};
use crate::study::path::figure;
use crate::study::{DEFAULT_TRIALS, Outcome, Partial, ResultDocument, Shard, Study};

pub fn run(arguments: &RunArguments, talk: Talk) -> Result<Exit> {
    let checked = model::load(&arguments.model, arguments.output.problem_format(), talk)?;
    let value = checked.value()?;
    let hash = checked.hash();
    let plan = plan(&arguments.plan);
    let method = arguments.plan.method.into();
    let seed = arguments.plan.seed;
    let mut study = Study::new(checked.topology, hash, seed, plan, method);
    let possible = study.possible();
    for path in &arguments.plan.of {
        let found = possible.get(path).with_context(|| format!("--of {path}"))?;
        ensure!(figure(&found).is_some(), "--of {path}: that is no figure");
    }
    study.precise.clone_from(&arguments.plan.of);
    let study = Arc::new(study);
    ensure!(
        arguments.plan.precision.is_none() || !study.topology.journeys.is_empty(),
        "--precision: the model has no journeys, so there is nothing to be precise about"
    );
    output::check(&possible, &arguments.output)?;
    workers::handle_interrupts()?;
    if let Some(choice) = arguments.shard {
        let shard = choice.resolve(&|name| std::env::var(name).ok())?;
        return run_shard(arguments, &study, value, shard, talk);
    }
    let outcome = workers::compute_study(&study, &arguments.plan, talk)?;
    if nothing_finished(&outcome) {
        return Ok(Exit::Interrupted);
    }
    if !talk.quiet {
        say_precision(&study, &outcome);
    }
    let document = ResultDocument::new(&study, &outcome);
    let exit = output::deliver(&document, &arguments.output)?;
    Ok(if outcome.complete {
        exit
    } else {
        Exit::Interrupted
    })
}

/// Whether an interrupt came before any block of trials was finished, which it says.
fn nothing_finished(outcome: &Outcome) -> bool {
    let is_nothing = !outcome.complete && outcome.tally.trials == 0;
    if is_nothing {
        anstream::eprintln!(
            "interrupted before the first block of trials was finished: there is no result"
        );
    }
    is_nothing
}

/// What became of the precision that was asked for.
fn say_precision(study: &Study, outcome: &Outcome) {
    let Plan::Precision { relative, .. } = study.plan else {
        return;
    };
    let trials = counted(outcome.tally.trials, "trial");
    let reached = if study.is_precise(&outcome.tally) {
        "reached"
    } else {
        "not reached"
    };
    let of = if study.precise.is_empty() {
        format!(
            "the unavailability of {}",
            study.journeys_concerned().join(", ")
        )
    } else {
        study.precise.join(", ")
    };
    let precision = number::exact(relative, unit::SHARE);
    anstream::eprintln!("precision of {precision} for {of}: {reached} after {trials}");
}

fn plan(arguments: &PlanArguments) -> Plan {
    let has_limit = arguments.precision.is_some() || arguments.time.is_some();
    let default = if has_limit {
        MOST_TRIALS
    } else {
        DEFAULT_TRIALS
    };
    let trials = arguments.trials.unwrap_or(default);
    match arguments.precision {
        Some(relative) => Plan::Precision {
            relative,
            max_trials: trials,
        },
        None => Plan::Trials(trials),
    }
}

fn run_shard(
    arguments: &RunArguments,
    study: &Arc<Study>,
    model: serde_json::Value,
    shard: Shard,
    talk: Talk,
) -> Result<Exit> {
    let outcome = workers::compute_shard(study, shard, &arguments.plan, talk)?;
    if nothing_finished(&outcome) {
        return Ok(Exit::Interrupted);
    }
    let complete = outcome.complete;
    let partial = Partial::new(study, model, shard, outcome);
    let file = arguments
        .output
        .out
        .as_deref()
        .context("a shard needs --out FILE")?;
    output::write_atomically(file, &report::json::render(&partial))?;
    if !talk.quiet {
        anstream::eprintln!(
            "shard {}/{}: {} in {}",
            shard.index,
            shard.count,
            counted(partial.tally.trials, "trial"),
            file.display()
        );
    }
    Ok(if complete {
        Exit::Fine
    } else {
        Exit::Interrupted
    })
}
