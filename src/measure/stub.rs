//! Stand-in for the observers of a trial.

use std::ops::Range;

use serde::Serialize;

use super::Tally;
use crate::time::Time;
use crate::topology::Topology;

/// One entry of the journal of a trial.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When it happened.
    #[serde(skip)]
    pub time: Time,
    /// The canonical name of what it happened to.
    pub path: String,
    /// What happened, such as `strike` or `promoted`.
    pub event: String,
    /// Why, one sentence.
    pub detail: String,
    /// The index of the entry that set it off.
    pub because: Option<usize>,
}

/// Runs trials and adds them up.
#[must_use]
pub fn run_trials(topology: &Topology, _seed: u64, trials: Range<u64>) -> Tally {
    Tally {
        trials: trials.end - trials.start,
        ..Tally::empty(topology)
    }
}

/// What happened in one trial.
#[must_use]
pub fn journal(_topology: &Topology, _seed: u64, _trial: u64) -> Vec<Entry> {
    Vec::new()
}
