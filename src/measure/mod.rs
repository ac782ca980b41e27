//! Observers of a trial and the mergeable tallies that they fill.
//!
//! The tallies are exact and associative: any split of the trials, merged in any order, gives the same bytes. They
//! hold what the intervals of `estimate` need and no more. Observers look at a world after every event; mechanisms
//! don't measure themselves.

pub mod histogram;
mod incident;
mod journal;
mod journey;
pub mod moments;
mod pairs;
pub mod samples;
mod segment;
mod store;
mod tally;
pub mod totals;
mod trial;
mod wide;

pub use journal::{Entry, journal};
pub use moments::{Moments, Ratio};
pub use samples::Samples;
pub use tally::{
    BranchTally, Episodes, JourneyTally, Loss, Recovery, Requests, Stage, StoreTally, Tally,
};
pub use totals::{Ruler, Totals};
pub use trial::{MONTH, Observers, Windowed, guarded, run_trials};
