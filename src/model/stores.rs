//! Replica sets and their recovery pipeline, as written.

use serde::{Deserialize, Serialize};

use super::faults::Fails;
use super::law::LawSpec;
use super::names::PlacePath;
use super::replication::Replication;
use super::services::Check;
use super::shapes::{FailBack, Multiple, Stage};
use super::units::{Duration, Share, Size};

/// A replica set with one primary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Store {
    /// Where its members are.
    pub members: Members,
    /// What each member is like.
    #[serde(default)]
    pub member: Member,
    /// When a write is acknowledged to the client.
    pub replication: Replication,
    /// How far an asynchronous standby is behind in quiet times.
    #[serde(default = "no_time")]
    pub lag: LawSpec,
    /// How many seconds of writes a standby applies in one second while it catches up; more than one.
    #[serde(default)]
    pub catch_up: Multiple,
    /// Who serves reads.
    #[serde(default)]
    pub reads: Reads,
    /// The size of one write.
    #[serde(default = "Size::one_kibibyte")]
    pub write_size: Size,
    /// The share of orphaned writes that is recovered when the old primary returns.
    #[serde(default)]
    pub orphans_recovered: Share,
    /// How a standby takes over; without this the store waits for its primary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<Failover>,
}

/// Where the members of a store are: one place or a list of places for each role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Members {
    /// The preferred primary; exactly one.
    #[serde(deserialize_with = "super::shapes::exactly_one")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shapes::ExactlyOne<PlacePath>")
    )]
    pub primary: PlacePath,
    /// Standbys whose acknowledgement `semi-sync` and `sync` replication wait for; in a quorum, the other votes.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "super::shapes::one_or_many"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shapes::OneOrMany<PlacePath>")
    )]
    pub sync: Vec<PlacePath>,
    /// Standbys that nobody waits for.
    #[serde(
        rename = "async",
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "super::shapes::one_or_many"
    )]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shapes::OneOrMany<PlacePath>")
    )]
    pub asynchronous: Vec<PlacePath>,
}

/// What each member of a store is like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Member {
    /// How it fails by itself; without this it fails only with its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Fails>,
}

/// Who serves reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// Only the primary; in a quorum, only under its lease.
    #[default]
    Primary,
    /// Any member that is up and reachable.
    Any,
}

/// How a standby takes over: detect, decide, fence, promote, redirect, fail back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Failover {
    /// How the loss of the primary is noticed.
    pub detect: Check,
    /// Who decides to fail over.
    #[serde(default)]
    pub decide: Decide,
    /// Who decides when the candidate is in another region than the old primary.
    #[serde(default)]
    pub across_regions: AcrossRegions,
    /// A candidate that is further behind is not promoted automatically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lag: Option<Duration>,
    /// What keeps the old primary from accepting writes.
    #[serde(default)]
    pub fence: Fence,
    /// Making the candidate a primary.
    pub promote: Stage,
    /// Telling callers about the new primary.
    #[serde(default = "Stage::at_once")]
    pub redirect: Stage,
    /// How long a replaced primary takes to step down once it can reach its successor. The default is an assumption.
    #[serde(default = "ten_seconds")]
    pub steps_down: LawSpec,
    /// How long it takes to become a standby after that. The default is an assumption.
    #[serde(default = "five_minutes")]
    pub rejoin: LawSpec,
    /// When and how the preferred primary takes over again.
    #[serde(default)]
    pub fail_back: FailBack,
}

/// Who decides to fail over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Decide {
    /// Nobody has to: it happens at once.
    #[default]
    Automatic,
    /// A person, after this time.
    Human(LawSpec),
}

/// Who decides when the candidate is in another region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum AcrossRegions {
    /// Whoever decides within a region.
    #[default]
    Same,
    /// Nobody may.
    Never,
    /// A person, after this time.
    Human(LawSpec),
}

/// What keeps the old primary from accepting writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Fence {
    /// Nothing.
    #[default]
    None,
    /// A lease: the old primary stops when it cannot renew it, and a successor waits for its end.
    Lease(Lease),
    /// Powering it off.
    Stonith(Stonith),
}

/// A lease that the primary holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lease {
    /// How long a renewal is valid.
    pub ttl: Duration,
    /// Time between renewals.
    pub renew: Duration,
    /// How long before the end of its lease the old primary stops.
    #[serde(default)]
    pub margin: Duration,
    /// The chance that it stops in time.
    #[serde(default = "Share::one")]
    pub works: Share,
}

/// Powering off the old primary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stonith {
    /// The chance that it works.
    #[serde(default = "Share::one")]
    pub works: Share,
    /// How long it takes.
    pub takes: LawSpec,
    /// What happens if it fails.
    pub otherwise: Unfenced,
}

/// What happens if fencing fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Unfenced {
    /// The candidate is promoted all the same.
    Promote,
    /// A person makes sure that the old primary is off, after this time.
    Human(LawSpec),
}

fn no_time() -> LawSpec {
    LawSpec::Fixed(Duration::ZERO)
}

fn ten_seconds() -> LawSpec {
    LawSpec::Fixed(Duration::ten_seconds())
}

fn five_minutes() -> LawSpec {
    LawSpec::Fixed(Duration::seconds_exactly(300))
}
