//! Observers of a trial and the mergeable tallies that they fill.
//!
//! The building blocks below are exact and associative: any split of the trials, merged in any order, gives the same
//! bytes. They hold what the intervals of [`crate::estimate`] need and no more.

pub mod histogram;
pub mod moments;
pub mod samples;

pub use moments::{Moments, Ratio};
pub use samples::Samples;

mod pairs;
mod stub;
pub mod tally;

pub use stub::{Entry, journal, run_trials};
pub use tally::{Episodes, JourneyTally, Loss, Recovery, Requests, Stage, StoreTally, Tally};
