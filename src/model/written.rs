//! The model as the user wrote it: plain data, defaults filled in, references still names.

use std::num::NonZeroU32;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::faults::Fault;
use super::journeys::{Journey, Objective};
use super::places::Place;
use super::services::Service;
use super::shapes::Version;
use super::stores::Store;
use super::traffic::Traffic;
use super::units::Duration;

/// A model of a topology: where things run, how they fail, how they recover, and what users need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The version of the format: 1.
    pub fivenines: Version,
    /// The model's name.
    pub name: String,
    /// Anything worth saying about it; it changes no result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The stretch of time that one trial simulates.
    #[serde(default)]
    pub window: Window,
    /// Places at the top level, by name; regions by default.
    #[serde(default, deserialize_with = "super::names::named")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Place>")
    )]
    pub places: IndexMap<String, Place>,
    /// Repair crews: how many repairs each can do at a time.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, NonZeroU32>")
    )]
    pub crews: IndexMap<String, NonZeroU32>,
    /// Faults of places and links, and faults shared by several parts.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Fault>")
    )]
    pub faults: IndexMap<String, Fault>,
    /// Services: interchangeable instances without state.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Service>")
    )]
    pub services: IndexMap<String, Service>,
    /// Stores: replica sets with one primary.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Store>")
    )]
    pub stores: IndexMap<String, Store>,
    /// Entries for clients, by any name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub traffic: IndexMap<String, Traffic>,
    /// What users do.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Journey>")
    )]
    pub journeys: IndexMap<String, Journey>,
    /// What was promised, by the name of the journey.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "super::names::named"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "IndexMap<super::names::Name, Objective>")
    )]
    pub objectives: IndexMap<String, Objective>,
}

/// The stretch of time that one trial simulates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Window {
    /// How long is measured.
    #[serde(default = "year")]
    pub length: Duration,
    /// How long a trial runs before it is measured.
    #[serde(default)]
    pub warm_up: Duration,
    /// How old everything is when a trial starts.
    #[serde(default)]
    pub start: Start,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            length: year(),
            warm_up: Duration::ZERO,
            start: Start::Equilibrium,
        }
    }
}

fn year() -> Duration {
    Duration::seconds_exactly(365 * 86_400)
}

/// How old everything is when a trial starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// As if it had been running forever.
    #[default]
    Equilibrium,
    /// Brand new.
    New,
}
