//! Entries for clients as written: DNS and balancers.

use std::num::NonZeroU32;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::law::LawSpec;
use super::names::PlacePath;
use super::services::{Check, InstanceCheck};
use super::units::{Duration, Share};

/// An entry for clients. It has either `at` (one target) or `dns` (one or more).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Traffic {
    /// The service behind it.
    pub to: String,
    /// The only target: a place where the service runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<PlacePath>,
    /// DNS in front of the targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
    /// A balancer in each target; without one, requests go straight to the instances that are up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balancer: Option<Balancer>,
}

/// DNS in front of the targets. It has either `failover` or `spread`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dns {
    /// Targets in order of preference: the first healthy one is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<Vec<PlacePath>>,
    /// Targets with weights: all healthy ones are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<IndexMap<PlacePath, NonZeroU32>>,
    /// How long clients may use an answer.
    pub ttl: Duration,
    /// Clients that use an answer for longer than its TTL: shares, each leaving at random with this mean. `[]` means
    /// that every client honours the TTL. The default is a fit to measurements (Flavel and others 2014).
    #[serde(default = "Stale::measured")]
    pub stale: Vec<Stale>,
    /// The health check that decides about targets; without one, answers never change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// How long after a change of health new answers are given.
    #[serde(default = "answers_after")]
    pub answers_after: LawSpec,
    /// When clients are sent back to a better target that is healthy again.
    #[serde(default)]
    pub fail_back: DnsFailBack,
}

/// A share of clients that uses answers for longer than their TTL.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stale {
    /// The share of clients.
    pub share: Share,
    /// The mean time for which one of them uses an old answer.
    pub mean: Duration,
}

impl Stale {
    /// The default: a fit to the measurements of Flavel and others (2014).
    #[must_use]
    pub fn measured() -> Vec<Stale> {
        vec![
            Stale {
                share: Share::per_thousand(123),
                mean: Duration::seconds_exactly(120),
            },
            Stale {
                share: Share::per_thousand(26),
                mean: Duration::seconds_exactly(3600),
            },
        ]
    }
}

/// The default delay of answers, an assumption: uniform between one and five seconds.
fn answers_after() -> LawSpec {
    LawSpec::Uniform(super::law::Uniform {
        from: Duration::seconds_exactly(1),
        to: Duration::seconds_exactly(5),
    })
}

/// When clients are sent back to a better target that is healthy again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum DnsFailBack {
    /// At once.
    #[default]
    Automatic,
    /// Never, as long as the target in use is healthy.
    Never,
    /// After it has been healthy for this long.
    After(Duration),
}

/// A balancer in each target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Balancer {
    /// A balancer that sees requests and can try another instance.
    L7(L7),
}

/// A layer-7 balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct L7 {
    /// How many instances one request may try.
    #[serde(default = "super::services::one")]
    pub tries: NonZeroU32,
    /// How long a try waits for an instance that does not answer.
    #[serde(default = "Duration::five_seconds")]
    pub connect_timeout: Duration,
    /// Whether a client's requests stick to one instance.
    #[serde(default)]
    pub affinity: Affinity,
    /// A health check of each instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<InstanceCheck>,
    /// Taking out instances whose requests fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passive: Option<Passive>,
    /// What it does when it believes that no instance is healthy.
    #[serde(default)]
    pub none_healthy: NoneHealthy,
}

/// Whether a client's requests stick to one instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Affinity {
    /// They do not.
    #[default]
    None,
    /// They all do.
    Cookie,
    /// This share of them does.
    Sticky(Share),
}

/// Taking out instances whose requests fail.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Passive {
    /// Failed requests in a row that take an instance out.
    pub failures: NonZeroU32,
    /// How long it stays out.
    pub ejects_for: Duration,
}

/// What a balancer does when it believes that no instance is healthy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoneHealthy {
    /// Sends requests to all of them.
    #[default]
    SendToAll,
    /// Answers with an error.
    Refuse,
}
