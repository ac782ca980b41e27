//! The model as written: text to plain data, and every problem on the way with its place in the text.
//!
//! [`parse`] is the way in: text to a tree of values with positions (`load`), overrides (`set`), and from there to the
//! [`Model`], reporting every problem at once (`decode`). References are still names here; whether they lead anywhere,
//! and what the model means, is for the compiler of the topology. Deliberately absent: files (text comes in as a
//! string) and rendering of diagnostics (see `report`).

mod contradictions;
mod decode;
pub mod diagnostic;
mod explain;
pub mod faults;
pub mod hash;
pub mod journeys;
pub mod law;
pub mod load;
pub mod names;
pub mod need;
pub mod places;
pub mod problem;
pub mod replication;
#[cfg(feature = "schema")]
mod schema;
pub mod scope;
pub mod selector;
pub mod services;
pub mod set;
pub mod shapes;
pub mod spans;
pub mod stores;
#[cfg(test)]
mod tests;
pub mod traffic;
pub mod units;
pub mod written;

use std::collections::BTreeSet;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use explain::nearest;
#[cfg(feature = "schema")]
pub use schema::schema;
pub use scope::Scope;
pub use set::Override;
pub use spans::SpanIndex;
pub use written::{Model, Start, Window};

/// What a text says, and what is wrong with it.
#[derive(Debug)]
pub struct Parsed {
    /// The model. If there are errors, it lacks the values they are about (see [`Parsed::pruned`]); it is nothing if
    /// the text cannot be read at all.
    pub model: Option<Model>,
    /// Where everything is.
    pub spans: SpanIndex,
    /// Every problem, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    pruned: BTreeSet<String>,
}

impl Parsed {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.model.is_some()
            && self
                .diagnostics
                .iter()
                .all(|diagnostic| diagnostic.severity != Severity::Error)
    }

    /// Whether the text has something at this JSON pointer that the model lacks because of an error in it. A reference
    /// to it is not another error.
    #[must_use]
    pub fn pruned(&self, pointer: &str) -> bool {
        self.pruned.contains(pointer)
    }
}

/// Reads a model from YAML or JSON, with overrides.
#[must_use]
pub fn parse(text: &str, overrides: &[Override]) -> Parsed {
    let load::Loaded {
        value,
        mut spans,
        mut diagnostics,
    } = load::load(text);
    let Some(mut value) = value else {
        return Parsed {
            model: None,
            spans,
            diagnostics,
            pruned: BTreeSet::new(),
        };
    };
    diagnostics.extend(set::apply(&mut value, &mut spans, overrides));
    let decoded = decode::decode(value, &spans);
    diagnostics.extend(decoded.diagnostics);
    let pruned = decoded.pruned;
    if let Some(model) = &decoded.model {
        diagnostics.extend(contradictions::contradictions(model, &spans, |pointer| {
            pruned.contains(pointer)
        }));
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.start, span.end)));
    Parsed {
        model: decoded.model,
        spans,
        diagnostics,
        pruned,
    }
}
