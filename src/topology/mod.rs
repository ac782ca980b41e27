//! The model compiled: dense ids, resolved references, immutable, shared by all threads.
//!
//! Every value here has been checked once, by `compile`; simulation code has no errors left to report. Lists are in
//! the order of their canonical names, so that the order in which the user wrote things cannot change a number.
//! Deliberately absent: anything that changes during a trial (see `world`), and the text of the model (see `model`).

mod calls;
pub mod compile;
mod families;
pub mod ids;
pub mod names;
pub mod parts;
pub mod purpose;
pub mod stores;
pub mod traffic;
mod writes;

pub use families::{Families, Family};
pub use ids::*;
pub use names::{Cause, CauseKind, Scope};
pub use parts::*;
pub use stores::*;
pub use traffic::*;

pub use crate::rng::StreamKey as DrawKey;
use crate::time::Span;

/// A checked model.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The model's name.
    pub name: String,
    /// The window of one trial.
    pub window: Window,
    /// All places, parents before children; index 0 is the world, index 1 the internet (where clients are).
    pub places: Vec<Place>,
    /// Fault processes, one per target set.
    pub faults: Vec<Fault>,
    /// Repair crews.
    pub crews: Vec<Crew>,
    /// Every instance and every store member, in the order of their names.
    pub parts: Vec<Part>,
    /// Instances of one service in one place of its `runs`.
    pub pools: Vec<Pool>,
    /// Services.
    pub services: Vec<Service>,
    /// Replica sets.
    pub stores: Vec<Store>,
    /// Entries for clients.
    pub traffic: Vec<Traffic>,
    /// Everything that watches something.
    pub detectors: Vec<Detector>,
    /// What users do.
    pub journeys: Vec<Journey>,
    /// Every named cause of downtime, in the order of its path.
    pub causes: Vec<Cause>,
    /// The keys of every random draw.
    pub draws: Vec<DrawKey>,
    /// What the figures rest on, for the result's `assumptions`.
    pub assumptions: Vec<Assumption>,
}

/// The window of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How long is measured.
    pub length: Span,
    /// How long the trial runs before it is measured.
    pub warm_up: Span,
    /// How old the fault processes are when a trial starts.
    pub start: Start,
}

/// The age of the fault processes when a trial starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Drawn from the equilibrium law of each fault.
    Equilibrium,
    /// Zero: everything is new.
    New,
}

/// Something that the figures rest on and that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The path in the model that it concerns.
    pub path: String,
    /// The assumption, one sentence.
    pub text: String,
}
