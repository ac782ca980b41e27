//! What `--assert` asks: that all objectives hold, or that one figure is on one side of a value.
//!
//! The interval decides, not the estimate: an assertion that more trials might overturn fails.

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::quantity::Value;
use crate::estimate::Figure;
use crate::report::number;
use crate::study::verdict::{Comparison, Status};
use crate::study::{PathError, ResultDocument, path};

/// One `--assert`.
#[derive(Clone, Debug, PartialEq)]
pub enum Assertion {
    /// Every objective of the model holds.
    Objectives,
    /// A figure is at least or at most a value.
    Figure {
        /// The path of the figure.
        path: String,
        /// Which side is right.
        comparison: Comparison,
        /// The value as written.
        text: String,
        /// The value as understood.
        value: Value,
    },
}

impl FromStr for Assertion {
    type Err = String;

    fn from_str(text: &str) -> Result<Assertion, String> {
        if text.trim().is_empty() {
            return Ok(Assertion::Objectives);
        }
        let (path, comparison, value) = split(text)
            .ok_or_else(|| "write it as `PATH >= VALUE` or `PATH <= VALUE`".to_owned())?;
        path::split(path).map_err(|error| error.to_string())?;
        let read = Value::parse(value).ok_or_else(|| {
            format!("`{value}` is no number, share (99.9%), duration (5m) or rate (4/y)")
        })?;
        Ok(Assertion::Figure {
            path: path.to_owned(),
            comparison,
            text: value.to_owned(),
            value: read,
        })
    }
}

fn split(text: &str) -> Option<(&str, Comparison, &str)> {
    let cut = |sign: &str, comparison| {
        let (path, value) = text.rsplit_once(sign)?;
        Some((path.trim(), comparison, value.trim()))
    };
    cut(">=", Comparison::AtLeast).or_else(|| cut("<=", Comparison::AtMost))
}

/// What became of an assertion.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// It holds.
    Holds,
    /// It holds because there was nothing to test it on, which a note says.
    NeverTested(String),
    /// It does not surely hold: one sentence for each reason.
    Fails(Vec<String>),
}

impl Assertion {
    /// Checks, before anything is run, that there can be an answer.
    ///
    /// # Errors
    /// If the model has no objectives to hold, if the path can't lead to a figure, or if the value has another unit.
    pub fn check(&self, possible: &ResultDocument) -> Result<()> {
        match self {
            Assertion::Objectives => ensure!(
                !possible.objectives.is_empty(),
                "--assert: the model has no objectives that could hold; write `objectives` in the model, or compare a \
                 figure, as in --assert='journeys.NAME.availability.request >= 99.9%'"
            ),
            // What a run is made of is not known before it.
            Assertion::Figure { path, .. } if is_table(path) => {}
            Assertion::Figure { path, .. } => {
                let found = possible
                    .get(path)
                    .with_context(|| format!("--assert {path}"))?;
                self.bound(&path::figure(&found).with_context(|| no_figure(path))?)?;
            }
        }
        Ok(())
    }

    /// The value in the unit of the figure.
    fn bound(&self, figure: &Figure) -> Result<f64> {
        let Assertion::Figure {
            path, text, value, ..
        } = self
        else {
            bail!("objectives have their own bounds");
        };
        let fits = value.in_unit(&figure.unit);
        fits.map_err(|wanted| {
            anyhow!(
                "--assert {path}: `{text}` does not fit, the figure's unit is `{}`: write {wanted}",
                figure.unit
            )
        })
    }

    /// Judges a result.
    ///
    /// # Errors
    /// If the path can lead to no figure, or if the value has another unit.
    pub fn judge(&self, document: &ResultDocument) -> Result<Judgement> {
        let Assertion::Figure {
            path: figure_path,
            comparison,
            text,
            ..
        } = self
        else {
            let failed = failed_objectives(document);
            return Ok(if failed.is_empty() {
                Judgement::Holds
            } else {
                Judgement::Fails(failed)
            });
        };
        let sign = match comparison {
            Comparison::AtLeast => ">=",
            Comparison::AtMost => "<=",
        };
        let never = || {
            Judgement::NeverTested(format!(
                "{figure_path} {sign} {text}: {}",
                word(Status::NeverTested)
            ))
        };
        let found = match document.get(figure_path) {
            Ok(found) => found,
            Err(PathError::Unknown { .. }) if !is_table(figure_path) => return Ok(never()),
            Err(error) => return Err(error.into()),
        };
        let figure = path::figure(&found).with_context(|| no_figure(figure_path))?;
        let status = comparison.judge(&figure, self.bound(&figure)?);
        Ok(match status {
            Status::Met => Judgement::Holds,
            Status::NeverTested => never(),
            Status::NotMet | Status::Undecided => {
                let seen = number::phrase(&figure);
                Judgement::Fails(vec![format!(
                    "{figure_path} {sign} {text}: {}, it is {seen}",
                    word(status)
                )])
            }
        })
    }
}

/// Whether a path leads into the tables of causes and stages, whose rows depend on the run.
pub fn is_table(path: &str) -> bool {
    let root = path::split(path).unwrap_or_default().into_iter().next();
    root.is_some_and(|root| ["causes", "stages"].contains(&root.as_str()))
}

fn no_figure(path: &str) -> String {
    format!("`{path}` is not a figure; a figure has an estimate, an interval and a unit")
}

fn failed_objectives(document: &ResultDocument) -> Vec<String> {
    let failed = document
        .objectives
        .iter()
        .filter(|verdict| !holds(verdict.status));
    let sentence = |verdict: &crate::study::Verdict| {
        let target = number::exact(verdict.target, &verdict.figure.unit);
        let seen = number::phrase(&verdict.figure);
        format!(
            "{} {target}: {}, it is {seen}",
            verdict.path,
            word(verdict.status)
        )
    };
    failed.map(sentence).collect()
}

fn holds(status: Status) -> bool {
    match status {
        Status::Met | Status::NeverTested => true,
        Status::NotMet | Status::Undecided => false,
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Met => "met",
        Status::NotMet => "not met",
        Status::Undecided => "undecided, more trials would tell",
        Status::NeverTested => "never tested",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::stopping::Plan;
    use crate::study::example;

    #[test]
    fn assertions_are_read() {
        assert_eq!("".parse(), Ok(Assertion::Objectives));
        let assertion: Assertion = "journeys.\"a b\".rto.any.p95 <= 5m".parse().unwrap();
        let Assertion::Figure {
            path,
            comparison,
            value,
            ..
        } = assertion
        else {
            panic!("no figure");
        };
        assert_eq!(
            (path.as_str(), comparison, value),
            (
                "journeys.\"a b\".rto.any.p95",
                Comparison::AtMost,
                Value::Duration(300.0)
            )
        );
        for wrong in ["a.b", "a.b >= soon", "a.b = 3", ">= 3", "a..b <= 3"] {
            assert!(wrong.parse::<Assertion>().is_err(), "{wrong}");
        }
    }

    fn checked(text: &str) -> Result<(), String> {
        let possible = example::study(Plan::Trials(1)).possible();
        let assertion: Assertion = text.parse()?;
        assertion
            .check(&possible)
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn what_cannot_be_compared_is_told_before_the_run() {
        assert_eq!(checked(""), Ok(()));
        assert_eq!(
            checked("journeys.checkout.availability.request >= 99.9%"),
            Ok(())
        );
        assert_eq!(checked("journeys.checkout.rto.zone.p95 <= 5m"), Ok(()));
        assert_eq!(
            checked("journeys.checkout.rto.any.stages.replay.mean <= 5"),
            Ok(())
        );
        assert_eq!(checked("causes.0.rows.0.downtime <= 5m"), Ok(()));
        for (wrong, unit) in [
            ("journeys.checkout.availability.request >= 1h", "`share`"),
            ("journeys.checkout.rto.any.p95 <= 5%", "`s`"),
            ("journeys.checkout.outages_per_year <= 5m", "`1/y`"),
        ] {
            let message = checked(wrong).unwrap_err();
            assert!(message.contains(unit), "{message}");
        }
        for wrong in [
            "journeys.nobody.rto.any.p95 <= 5m",
            "journeys.checkout.rto.moon.p95 <= 5m",
            "journeys <= 1",
        ] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn objectives_are_asserted_only_if_there_are_some() {
        let mut possible = example::study(Plan::Trials(1)).possible();
        possible.objectives.clear();
        let message = Assertion::Objectives
            .check(&possible)
            .unwrap_err()
            .to_string();
        assert!(message.contains("no objectives"), "{message}");
    }

    #[test]
    fn a_scope_that_was_never_seen_was_never_tested() {
        let (study, outcome) = example::outcome();
        let document = ResultDocument::new(&study, &outcome);
        let judged = |text: &str| text.parse::<Assertion>().unwrap().judge(&document).unwrap();
        assert!(matches!(
            judged("journeys.checkout.rto.zone.p95 <= 5m"),
            Judgement::NeverTested(_)
        ));
        assert_eq!(
            judged("journeys.checkout.rto.region.p95 <= 1h"),
            Judgement::Holds
        );
        assert!(matches!(
            judged("journeys.checkout.rto.region.p95 <= 1m"),
            Judgement::Fails(_)
        ));
    }
}
