//! What the exported functions do, in plain Rust.

use fivenines::model::{self, Diagnostic, Model, Override};
use fivenines::report;
use fivenines::study::{self, DEFAULT_TRIALS, Method, Partial, ResultDocument, Shard, Study};
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;
use fivenines::{estimate, measure};
use serde::Deserialize;

/// What a caller may choose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    seed: u64,
    trials: u64,
    method: Method,
    overrides: Vec<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            trials: DEFAULT_TRIALS,
            method: Method::Auto,
            overrides: Vec::new(),
        }
    }
}

impl Options {
    fn read(options: &str) -> Result<Options, String> {
        serde_json::from_str(options)
            .map_err(|error| format!("the options cannot be read: {error}"))
    }
}

/// A model without errors.
struct Checked {
    model: Model,
    topology: Topology,
    warnings: Vec<Diagnostic>,
}

impl Checked {
    fn study(self, options: &Options) -> Study {
        let hash = model::hash::hash(&self.model);
        let plan = estimate::stopping::Plan::Trials(options.trials);
        Study::new(self.topology, hash, options.seed, plan, options.method)
    }
}

fn checked(text: &str, overrides: &[Override]) -> Result<Checked, Vec<Diagnostic>> {
    let parsed = model::parse(text, overrides);
    let model = parsed.model.clone();
    let (topology, warnings) = compile_parsed(parsed)?;
    let Some(model) = model else {
        return Err(warnings);
    };
    Ok(Checked {
        model,
        topology,
        warnings,
    })
}

fn with_options(text: &str, options: &Options) -> Result<Checked, String> {
    let overrides = options.overrides.iter().map(|text| Override::parse(text));
    let overrides: Result<Vec<Override>, _> = overrides.collect();
    let overrides = overrides.map_err(|diagnostic| json(&[*diagnostic]))?;
    checked(text, &overrides).map_err(|diagnostics| json(&diagnostics))
}

fn json(diagnostics: &[Diagnostic]) -> String {
    report::json::render(&diagnostics)
}

pub fn check(text: &str) -> String {
    match checked(text, &[]) {
        Ok(checked) => json(&checked.warnings),
        Err(diagnostics) => json(&diagnostics),
    }
}

pub fn run(text: &str, options: &str) -> Result<String, String> {
    let options = Options::read(options)?;
    let study = with_options(text, &options)?.study(&options);
    let result = ResultDocument::new(&study, &study.run());
    Ok(report::json::render(&result))
}

pub fn run_shard(text: &str, options: &str, index: u32, count: u32) -> Result<String, String> {
    let (index, count) = (u64::from(index), u64::from(count));
    if !(1..=count).contains(&index) {
        return Err(format!(
            "there is no shard {index} of {count}: shards are counted from 1"
        ));
    }
    let options = Options::read(options)?;
    let checked = with_options(text, &options)?;
    let model = serde_json::to_value(&checked.model).map_err(|error| error.to_string())?;
    let study = checked.study(&options);
    let shard = Shard { index, count };
    let mut session = study.session_of(shard);
    while let Some(block) = session.next_block() {
        session.absorb(block, study.block(block));
    }
    let partial = Partial::new(&study, model, shard, session.finish());
    Ok(report::json::render(&partial))
}

pub fn merge(shards: &[String]) -> Result<String, String> {
    let shards = shards.iter().map(|shard| serde_json::from_str(shard));
    let shards: Result<Vec<Partial>, _> = shards.collect();
    let shards = shards.map_err(|error| format!("a shard cannot be read: {error}"))?;
    let merged = study::merge(shards).map_err(|error| error.to_string())?;
    let checked =
        checked(&merged.model.to_string(), &[]).map_err(|diagnostics| json(&diagnostics))?;
    let study = checked.study(&Options {
        seed: merged.seed,
        trials: merged.trials,
        method: merged.method,
        overrides: Vec::new(),
    });
    if study.model_hash != merged.model_hash {
        return Err("the model in the shards is not the one that their tallies are of".into());
    }
    let result = ResultDocument::new(&study, &merged.outcome);
    Ok(report::json::render(&result))
}

pub fn trace(text: &str, options: &str, trial: u32) -> Result<String, String> {
    let options = Options::read(options)?;
    let topology = with_options(text, &options)?.topology;
    let entries = measure::journal(&topology, options.seed, u64::from(trial));
    Ok(report::journal::json_lines(&entries))
}
