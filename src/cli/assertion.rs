//! What `--assert` asks: that all objectives hold, or that one figure is on one side of a value.
//!
//! The interval decides, not the estimate: an assertion that more trials might overturn fails.

use std::str::FromStr;

use anyhow::{Context, Result};

use super::quantity;
use crate::report::number;
use crate::study::verdict::{Comparison, Status};
use crate::study::{ResultDocument, path};

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
        /// The value in the unit of figures.
        value: f64,
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
        let number = quantity::figure_value(value).ok_or_else(|| {
            format!("`{value}` is no number, share (99.9%), duration (5m) or rate (4/y)")
        })?;
        Ok(Assertion::Figure {
            path: path.to_owned(),
            comparison,
            text: value.to_owned(),
            value: number,
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

impl Assertion {
    /// Everything that does not surely hold, one sentence each.
    ///
    /// # Errors
    /// If a path leads to no figure.
    pub fn failures(&self, document: &ResultDocument) -> Result<Vec<String>> {
        match self {
            Assertion::Objectives => Ok(failed_objectives(document)),
            Assertion::Figure {
                path: figure_path,
                comparison,
                text,
                value,
            } => {
                let found = document.get(figure_path)?;
                let figure = path::figure(&found)
                    .with_context(|| format!("`{figure_path}` is not a figure"))?;
                let sign = match comparison {
                    Comparison::AtLeast => ">=",
                    Comparison::AtMost => "<=",
                };
                let status = comparison.judge(&figure, *value);
                let sentence = || {
                    let seen = number::phrase(&figure);
                    format!(
                        "{figure_path} {sign} {text}: {}, it is {seen}",
                        word(status)
                    )
                };
                Ok(if holds(status) {
                    Vec::new()
                } else {
                    vec![sentence()]
                })
            }
        }
    }
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
            ("journeys.\"a b\".rto.any.p95", Comparison::AtMost, 300.0)
        );
        for wrong in ["a.b", "a.b >= soon", "a.b = 3", ">= 3", "a..b <= 3"] {
            assert!(wrong.parse::<Assertion>().is_err(), "{wrong}");
        }
    }
}
