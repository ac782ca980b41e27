//! How rare failures are estimated, and which figures that concerns.
//!
//! The choice is made before the run and from the model alone, target by target: what plain simulation would hardly meet
//! is explored by branches, everything else is counted as it comes. Deliberately absent: a choice by what a run has
//! shown, which would bias it; only what a run refutes is not used (see `independence`).

use serde::{Deserialize, Serialize};

use crate::rare::{Guide, Rarity, Target};
use crate::topology::Topology;

/// How failures are estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Branches for what is rare, plain simulation for the rest.
    #[default]
    Auto,
    /// Plain simulation for everything.
    Plain,
    /// Branches for everything that anything leads to.
    Branches,
    /// Branches that split where they come nearer to a failure, for the same; nothing in them is forced.
    Splitting,
}

impl Method {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Method::Auto => "auto",
            Method::Plain => "plain",
            Method::Branches => "branches",
            Method::Splitting => "splitting",
        }
    }

    /// The guide that it needs; none if branches are of no use.
    pub(super) fn guide(self, topology: &Topology) -> Option<Guide> {
        let rarity = match self {
            Method::Plain => return None,
            Method::Auto => Rarity::Rare,
            Method::Branches | Method::Splitting => Rarity::All,
        };
        Some(Guide::new(topology, rarity)).filter(Guide::has_branches)
    }
}

/// The name of a target as the path of its figures begins.
pub(super) fn path_of(topology: &Topology, target: Target) -> String {
    let journey = |id: crate::topology::JourneyId| &topology.journeys[id.index()].name;
    let store = |id: crate::topology::StoreId| &topology.stores[id.index()].name;
    match target {
        Target::Requests(id) => format!("journeys.{}", super::path::segment(journey(id))),
        Target::Outage(id) => format!("journeys.{}.outage", super::path::segment(journey(id))),
        Target::Loss(id) => format!("stores.{}.rpo", super::path::segment(store(id))),
        Target::Backlog(id) => {
            format!("stores.{}.rpo.any.seconds", super::path::segment(store(id)))
        }
        Target::SplitBrain(id) => {
            format!("stores.{}.split_brain", super::path::segment(store(id)))
        }
    }
}
