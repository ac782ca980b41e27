//! Services as written: stateless instances, where they run and what they need; and health checks.

use std::num::NonZeroU32;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::faults::Fails;
use super::names::PlacePath;
use super::need::Need;
use super::shapes::{Agree, Vantage};
use super::units::{Duration, Rate, Share};

/// A service: interchangeable instances in one or more places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// How many instances run in each place. They are dealt round-robin over the place's innermost places.
    pub runs: IndexMap<PlacePath, NonZeroU32>,
    /// With fewer instances up, the service serves nothing in that place.
    #[serde(default = "one")]
    pub at_least: NonZeroU32,
    /// What each instance is like.
    #[serde(default)]
    pub instance: Instance,
    /// What each instance needs to serve a request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
}

/// What each instance of a service is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Instance {
    /// How it fails by itself; without this it fails only with its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Fails>,
    /// Requests per second that it can serve; without this its capacity is unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serves: Option<Rate>,
}

/// A health check that probes from several vantage points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Time between probes.
    pub every: Duration,
    /// How long a probe waits for an answer.
    #[serde(default = "Duration::five_seconds")]
    pub timeout: Duration,
    /// Failed probes in a row that make a vantage point say "down".
    pub after: NonZeroU32,
    /// Passed probes in a row that make it say "up" again. Default: as many as `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_after: Option<NonZeroU32>,
    /// Whether the interval runs from probe to probe, or from an answer to the next probe.
    #[serde(default)]
    pub pace: Pace,
    /// Where the probes come from: so many points on the internet, a list of places, or the standbys of the store.
    /// Default: `standbys` for stores, otherwise one point on the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Vantage>,
    /// How many vantage points must find the target down: a share (rounded up), a number, or `majority`.
    #[serde(default)]
    pub agree: Agree,
    /// The chance that one probe of a healthy target fails.
    #[serde(default)]
    pub false_positive: Share,
}

/// A balancer's health check of each instance: one vantage point, where the balancer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InstanceCheck {
    /// Time between probes.
    pub every: Duration,
    /// How long a probe waits for an answer.
    #[serde(default = "Duration::five_seconds")]
    pub timeout: Duration,
    /// Failed probes in a row that take an instance out.
    pub after: NonZeroU32,
    /// Passed probes in a row that bring it back. Default: as many as `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_after: Option<NonZeroU32>,
    /// Whether the interval runs from probe to probe, or from an answer to the next probe.
    #[serde(default)]
    pub pace: Pace,
    /// The chance that one probe of a healthy instance fails.
    #[serde(default)]
    pub false_positive: Share,
}

/// How probes are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// A fixed interval from start to start.
    #[default]
    Fixed,
    /// The interval runs from the answer (or the timeout) to the next probe.
    AfterAnswer,
}

pub(super) fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}
