//! When a write is acknowledged, as written.
//!
//! `quorum` may stand alone, so that its defaults are within reach, or have a map; a derived reader takes only one of
//! the two. Deliberately absent: members that vote but hold no data.

use std::fmt;
use std::num::NonZeroU32;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::law::{LawSpec, Uniform};
use super::stores::Lease;
use super::units::{Duration, Share};

/// When a write is acknowledged to the client.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replication {
    /// As soon as the primary has it.
    Async,
    /// After some standbys have it; for want of them, after a while, as if asynchronous.
    SemiSync(SemiSync),
    /// After some standbys have it.
    Sync(Synchronous),
    /// After a majority of the members has it, which also elects the primary.
    Quorum(Quorum),
}

/// Semi-synchronous replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SemiSync {
    /// How many standbys must have a write.
    #[serde(default = "super::services::one")]
    pub acks: NonZeroU32,
    /// How long writes stall for want of standbys before replication is asynchronous.
    pub fall_back_after: Duration,
}

/// Synchronous replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Synchronous {
    /// How many standbys must have a write.
    #[serde(default = "super::services::one")]
    pub acks: NonZeroU32,
    /// What happens to writes for want of standbys.
    #[serde(default)]
    pub without_standby: WithoutStandby,
}

/// What happens to writes for want of standbys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum WithoutStandby {
    /// They wait, however long that takes.
    #[default]
    Blocks,
    /// The primary goes on alone after this time.
    AloneAfter(LawSpec),
}

/// A quorum of the primary and the members under `sync`: each has a vote, and the primary is their leader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Quorum {
    /// From the loss of a leader to the election of another; it is under way while the lease runs out. The default is
    /// that of CockroachDB.
    #[serde(default = "one_to_five_seconds")]
    pub elect: LawSpec,
    /// The lease under which a leader leads; another leads only after its end. The default is that of CockroachDB.
    #[serde(default = "six_seconds_of_lease")]
    pub lease: Lease,
}

impl Default for Quorum {
    fn default() -> Quorum {
        Quorum {
            elect: one_to_five_seconds(),
            lease: six_seconds_of_lease(),
        }
    }
}

impl<'de> Deserialize<'de> for Replication {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Replication, D::Error> {
        deserializer.deserialize_any(ReplicationVisitor)
    }
}

const MODES: [&str; 4] = ["async", "semi-sync", "sync", "quorum"];

/// The modes that are written as a map.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mapped {
    SemiSync(SemiSync),
    Sync(Synchronous),
    Quorum(Quorum),
}

struct ReplicationVisitor;

impl<'de> Visitor<'de> for ReplicationVisitor {
    type Value = Replication;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("string or map")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Replication, E> {
        match word {
            "async" => Ok(Replication::Async),
            "quorum" => Ok(Replication::Quorum(Quorum::default())),
            "semi-sync" | "sync" => {
                Err(E::invalid_type(Unexpected::UnitVariant, &"newtype variant"))
            }
            _ => Err(E::unknown_variant(word, &MODES)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Replication, A::Error> {
        Ok(
            match Mapped::deserialize(MapAccessDeserializer::new(map))? {
                Mapped::SemiSync(semi) => Replication::SemiSync(semi),
                Mapped::Sync(sync) => Replication::Sync(sync),
                Mapped::Quorum(quorum) => Replication::Quorum(quorum),
            },
        )
    }
}

/// CockroachDB, `pkg/base/config.go`, comment on `defaultRangeLeaseDuration`: "Raft election", total latency.
fn one_to_five_seconds() -> LawSpec {
    LawSpec::Uniform(Uniform {
        from: Duration::milliseconds_exactly(1_030),
        to: Duration::milliseconds_exactly(5_200),
    })
}

/// The same comment, "Expiration lease acquisition"; the margin is the clock offset that CockroachDB tolerates, 500 ms.
fn six_seconds_of_lease() -> Lease {
    Lease {
        ttl: Duration::seconds_exactly(6),
        renew: Duration::seconds_exactly(3),
        margin: Duration::milliseconds_exactly(500),
        works: Share::one(),
    }
}
