//! Reading a model: from a file or standard input to a checked topology, with every problem said.

use std::io::Read;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::arguments::{ModelArguments, ShortFormat, Talk};
use crate::model::{self, Diagnostic, Model, Override, Severity};
use crate::report::number::counted;
use crate::report::{diagnostics, json};
use crate::topology::Topology;
use crate::topology::compile::compile_parsed;

/// A model that can be simulated.
pub struct Checked {
    /// The topology.
    pub topology: Topology,
    /// The model as decoded.
    pub model: Model,
}

impl Checked {
    /// The hash of the model.
    pub fn hash(&self) -> String {
        model::hash::hash(&self.model)
    }

    /// The model as decoded, for documents.
    pub fn value(&self) -> Result<Value> {
        serde_json::to_value(&self.model).context("the model cannot be written as JSON")
    }
}

/// What was found in a text: a model without errors, or none; and every problem.
pub struct Inspection {
    /// The name of the text, for messages.
    pub name: String,
    /// The text.
    pub text: String,
    /// The model, if it has no errors.
    pub checked: Option<Checked>,
    /// Errors and warnings in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Inspection {
    /// Reads and checks a model.
    ///
    /// # Errors
    /// If the text cannot be read at all; problems of the model are diagnostics.
    pub fn of_file(file: &str, overrides: &[String]) -> Result<Inspection> {
        let (name, text) = read(file)?;
        Ok(Inspection::of_text(name, text, overrides))
    }

    /// Checks the text of a model.
    pub fn of_text(name: String, text: String, overrides: &[String]) -> Inspection {
        let mut diagnostics = Vec::new();
        let mut parsed_overrides = Vec::new();
        for text in overrides {
            match Override::parse(text) {
                Ok(parsed) => parsed_overrides.push(parsed),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        let parsed = model::parse(&text, &parsed_overrides);
        let overrides_are_right = diagnostics.is_empty();
        let model = parsed.model.clone();
        let mut checked = None;
        match (compile_parsed(parsed), model) {
            (Ok((topology, warnings)), Some(model)) => {
                diagnostics.extend(warnings);
                checked = overrides_are_right.then_some(Checked { topology, model });
            }
            (Ok((_, problems)), None) | (Err(problems), _) => diagnostics.extend(problems),
        }
        Inspection {
            name,
            text,
            checked,
            diagnostics,
        }
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        let errors = self.diagnostics.iter();
        errors
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    }

    /// What was found, for programs.
    pub fn document(&self) -> Value {
        json!({
            "file": self.name,
            "valid": self.checked.is_some(),
            "model_hash": self.checked.as_ref().map(Checked::hash),
            "diagnostics": self.diagnostics,
        })
    }

    /// Every problem as text.
    pub fn render(&self) -> String {
        diagnostics::render(&self.diagnostics, &self.name, &self.text, true)
    }
}

/// The problems have been said: nothing is left to say but the exit code.
#[derive(Debug, thiserror::Error)]
#[error("the model has errors")]
pub struct AlreadySaid;

/// Reads a model that has to be right; says its problems on standard error.
///
/// # Errors
/// If it cannot be read or has errors.
pub fn load(arguments: &ModelArguments, format: ShortFormat, talk: Talk) -> Result<Checked> {
    let inspection = Inspection::of_file(&arguments.model, &arguments.set)?;
    let errors = inspection.errors();
    let is_said = !inspection.diagnostics.is_empty() && (errors > 0 || !talk.quiet);
    if is_said {
        match format {
            ShortFormat::Text => anstream::eprint!("{}", inspection.render()),
            ShortFormat::Json => anstream::eprint!("{}", json::render(&[inspection.document()])),
        }
    }
    match (inspection.checked, format) {
        (Some(checked), _) => Ok(checked),
        (None, ShortFormat::Json) => Err(AlreadySaid.into()),
        (None, ShortFormat::Text) => {
            let errors = counted(errors as u64, "error");
            bail!("{} cannot be used: {errors}", inspection.name)
        }
    }
}

/// The name and the text of a file; `-` is standard input.
fn read(file: &str) -> Result<(String, String)> {
    let (name, bytes) = if file == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.context("cannot read standard input")?;
        ("<stdin>", bytes)
    } else {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
        (file, bytes)
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to() + 1;
        anyhow!("{name} is not text in UTF-8: byte {place} is wrong; convert it, or check that it is a model")
    })?;
    Ok((name.to_owned(), text))
}
