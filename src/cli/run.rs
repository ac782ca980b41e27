//! `fivenines run`: simulate a model and judge its objectives.

use anyhow::{Context, Result};

use super::arguments::{MOST_TRIALS, PlanArguments, RunArguments, Talk};
use super::output::{self, Exit};
use super::{model, workers};
use crate::estimate::stopping::Plan;
use crate::report;
use crate::study::{DEFAULT_TRIALS, Partial, ResultDocument, Shard, Study};

pub fn run(arguments: &RunArguments, talk: Talk) -> Result<Exit> {
    let checked = model::load(&arguments.model, talk)?;
    let value = checked.value()?;
    let study = Study {
        model_hash: checked.hash(),
        topology: checked.topology,
        seed: arguments.plan.seed,
        plan: plan(&arguments.plan),
    };
    workers::handle_interrupts()?;
    if let Some(choice) = arguments.shard {
        let shard = choice.resolve(&|name| std::env::var(name).ok())?;
        return run_shard(arguments, &study, value, shard, talk);
    }
    let outcome = workers::compute(&study, study.session(), &arguments.plan, talk)?;
    let document = ResultDocument::new(&study, &outcome);
    let exit = output::deliver(&document, &arguments.output)?;
    Ok(if outcome.complete {
        exit
    } else {
        Exit::Interrupted
    })
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
    study: &Study,
    model: serde_json::Value,
    shard: Shard,
    talk: Talk,
) -> Result<Exit> {
    let outcome = workers::compute(study, study.session_of(shard), &arguments.plan, talk)?;
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
            "shard {}/{}: {} trials in {}",
            shard.index,
            shard.count,
            report::number::count(partial.tally.trials),
            file.display()
        );
    }
    Ok(if complete {
        Exit::Fine
    } else {
        Exit::Interrupted
    })
}
