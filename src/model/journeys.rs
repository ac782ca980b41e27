//! What users do, and what was promised to them, as written.

use serde::{Deserialize, Serialize};

use super::need::Need;
use super::units::{Duration, Rate, Share};

/// Something users do: a kind of request, and what it takes to answer it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Journey {
    /// The traffic entry that requests come through; without one they start where what they need is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enters: Option<String>,
    /// What it needs besides the entry's service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// The store it writes to, or several.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "super::shapes::one_or_many"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shapes::OneOrMany<super::names::Name>")
    )]
    pub writes: Vec<String>,
    /// The store it reads from, or several.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "super::shapes::one_or_many"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shapes::OneOrMany<super::names::Name>")
    )]
    pub reads: Vec<String>,
    /// Requests per unit of time, such as `1200/s`.
    pub rate: Rate,
    /// An answer slower than this failed.
    #[serde(default = "Duration::ten_seconds")]
    pub timeout: Duration,
    /// With a lower share of requests succeeding, the journey is down.
    #[serde(default = "up_when")]
    pub up_when: Share,
    /// An incident is over when this share of requests has succeeded for a minute.
    #[serde(default = "restored_when")]
    pub restored_when: Share,
}

fn up_when() -> Share {
    Share::per_thousand(990)
}

fn restored_when() -> Share {
    Share::per_thousand(950)
}

/// What was promised for a journey; each part is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Objective {
    /// The share of requests that succeed, in each month and year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Share>,
    /// Recovery time: the 95th percentile must not be longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto: Option<Duration>,
    /// Recovery point: the 95th percentile of the time span of lost writes must not be longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Duration>,
    /// Split brains of the stores it writes, such as `1e-3/y`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_brain: Option<Rate>,
}
