//! Collecting problems, warnings and assumptions.

use super::Compiler;
use super::pointer::{Pointer, at};
use crate::dist::Law;
use crate::model::law::LawSpec;
use crate::model::problem::Problem;
use crate::model::{Code, Diagnostic, Severity, nearest};
use crate::topology::Assumption;

impl Compiler<'_> {
    /// Reports an error with advice. What was reported already is not reported again: one written check, say, makes
    /// many detectors.
    pub(super) fn error(
        &mut self,
        code: Code,
        pointer: &Pointer,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(pointer, Problem::new(code, message, help), Severity::Error);
    }

    /// Reports a warning with advice.
    pub(super) fn warning(
        &mut self,
        code: Code,
        pointer: &Pointer,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(
            pointer,
            Problem::new(code, message, help),
            Severity::Warning,
        );
    }

    fn report(&mut self, pointer: &Pointer, problem: Problem, severity: Severity) {
        let diagnostic = Diagnostic {
            severity,
            ..self.spans.at_value(pointer.as_str(), problem)
        };
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a name that leads nowhere, with the nearest one that exists. A name whose definition was cut out of the
    /// model because of an error in it is not another error.
    pub(super) fn unknown(
        &mut self,
        code: Code,
        list: &str,
        name: &str,
        names: &[&str],
        pointer: &Pointer,
    ) {
        if (self.pruned)(at(&[list, name]).as_str()) || (self.pruned)(at(&[list]).as_str()) {
            return;
        }
        let message = format!("`{name}` is not in `{list}`");
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("`{list}` has no entry"),
            None => format!("there is {}", listed(names)),
        };
        self.error(code, pointer, message, help);
    }

    /// Notes what the figures rest on.
    pub(super) fn assume(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.assumptions.push(Assumption {
            path: path.into(),
            text: text.into(),
        });
    }

    /// Notes what the figures rest on, if it is so. Whether a default is the user's own choice does not matter: the
    /// same checked model has to give the same result.
    pub(super) fn assume_if(
        &mut self,
        holds: bool,
        path: impl Into<String>,
        text: impl Into<String>,
    ) {
        if holds {
            self.assume(path, text);
        }
    }

    /// The checked form of the law of a delay; a law of zero stands in for one that was reported.
    pub(super) fn law(&mut self, written: &LawSpec, pointer: &Pointer) -> Law {
        let law = self.checked_law(written, pointer);
        if law.variance() == f64::INFINITY {
            self.warning(
                Code::InfiniteVariance,
                pointer,
                "the variance of this law is infinite: what rests on it settles slowly, and its interval is too narrow \
                 until a very long one was met",
                "cut it to what is possible: `{ truncated: { law: { .. }, to: 7d } }`",
            );
        }
        law
    }

    fn checked_law(&mut self, written: &LawSpec, pointer: &Pointer) -> Law {
        match written.checked() {
            Ok(law) => law,
            Err(problem) => {
                self.report(pointer, problem, Severity::Error);
                nothing()
            }
        }
    }

    /// The checked form of the law of a life, whose mean must be positive.
    pub(super) fn positive_law(&mut self, written: &LawSpec, pointer: &Pointer) -> Law {
        let before = self.diagnostics.len();
        let law = self.checked_law(written, pointer);
        if law.mean() <= 0.0 && self.diagnostics.len() == before {
            let message = "the mean of this law is zero, so that it would happen without end";
            self.error(
                Code::NotPositive,
                pointer,
                message,
                "give a time above zero",
            );
        }
        law
    }

    /// Reports a length of time that has to be positive.
    pub(super) fn require_positive(&mut self, is_zero: bool, what: &str, pointer: &Pointer) {
        if is_zero {
            self.error(
                Code::NotPositive,
                pointer,
                format!("{what} is zero"),
                "give a value above zero",
            );
        }
    }

    /// Whether an error was reported.
    pub(super) fn failed(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// The law of what takes no time.
pub(super) fn nothing() -> Law {
    Law::fixed(0.0).expect("zero is a duration")
}

/// Names in a sentence, not more than a few.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 8;
    let mut text = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        text.push_str(", ...");
    }
    text
}
