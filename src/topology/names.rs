//! Causes and scopes: the words that results use for why something was down.

pub use crate::model::Scope;

/// What sort of thing a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// A fault that is active.
    Fault,
    /// A belief that differs from the truth.
    Belief,
    /// A recovery action that is running.
    Action,
}

/// A named cause of downtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The path of the model that names it, such as `faults.region-outage.us-east-1` or `stores.db.failover`.
    pub path: String,
    /// What sort of thing it is.
    pub kind: CauseKind,
}
