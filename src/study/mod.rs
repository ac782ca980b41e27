//! Studies: a model, a seed and a plan in; one versioned result document out.
//!
//! Everything here is pure. The faces (command line, browser, Python) compute blocks of trials wherever they like and
//! hand the tallies in; the order in which they arrive cannot change a bit of the result. Deliberately absent: files,
//! threads, clocks, and the wording for people (see `report`).

mod attribution;
mod basis;
pub mod document;
#[cfg(test)]
pub(crate) mod example;
mod figures;
mod independence;
pub mod method;
pub mod partial;
pub mod path;
mod possible;
mod rare;
pub mod result;
pub mod run;
mod sources;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use method::Method;
pub use partial::{MergeError, Merged, Partial, Shard, merge};
pub use path::PathError;
pub use result::ResultDocument;
pub use run::{DEFAULT_TRIALS, Outcome, Session, Study};
pub use verdict::{Comparison, Status, Verdict};

/// The revision of the numbers: it changes when the same model and seed no longer give the same bytes.
pub const NUMBERS_REVISION: u32 = 12;

/// The JSON Schema of result documents.
#[cfg(feature = "schema")]
#[must_use]
pub fn result_schema() -> schemars::Schema {
    schemars::schema_for!(ResultDocument)
}
