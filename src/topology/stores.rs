//! Replica sets and their recovery pipeline.

use super::ids::*;
use crate::dist::Law;
use crate::time::Span;

/// A replica set with one primary.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its members; index 0 is the preferred primary.
    pub members: Vec<Member>,
    /// When a write is acknowledged.
    pub replication: Replication,
    /// How far an asynchronous standby is behind in quiet times, seconds.
    pub lag: Law,
    /// How many seconds of writes a standby applies in a second while it catches up; above one.
    pub catch_up: f64,
    /// Who serves reads.
    pub reads: Reads,
    /// Bytes of one write.
    pub write_bytes: f64,
    /// The share of orphaned writes that is recovered when the old primary returns.
    pub orphans_recovered: f64,
    /// How a standby takes over; without it, the store waits for its primary.
    pub failover: Option<Failover>,
    /// The cause of writes that stall, or of members that rejoin.
    pub replication_cause: CauseId,
    /// Draws of the lag at a promotion.
    pub draw_lag: DrawId,
    /// Draws of how long writes stall before a degrading store goes on alone.
    pub draw_stall: DrawId,
}

/// A member of a store.
#[derive(Clone, Debug)]
pub struct Member {
    /// The part.
    pub part: PartId,
    /// Where it is.
    pub place: PlaceId,
    /// Whether it acknowledges writes in the semi-synchronous and synchronous modes while it is a standby.
    pub acknowledges: bool,
    /// Draws of the time to step down and to rejoin.
    pub draw_rejoin: DrawId,
}

/// When a write is acknowledged to the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Replication {
    /// As soon as the primary has it.
    Async,
    /// After `acks` standbys have it; after `fall_back_after` without them, as if asynchronous until they caught up.
    SemiSync {
        /// How many standbys.
        acks: usize,
        /// How long writes stall first.
        fall_back_after: Span,
    },
    /// After `acks` standbys have it, however long that takes.
    SyncStrict {
        /// How many standbys.
        acks: usize,
    },
    /// After `acks` standbys have it; without them the primary goes on alone after `alone_after`, and no standby
    /// that missed a write is promoted automatically.
    SyncDegrading {
        /// How many standbys.
        acks: usize,
        /// How long writes stall first.
        alone_after: Law,
    },
    /// After a majority of the members that acknowledge has it, the primary among them. They elect it, too: whoever
    /// reaches a majority may be the primary, and who does not stops before its lease ends.
    Quorum {
        /// How many members.
        majority: usize,
    },
}

/// Who serves reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Only the primary; in a quorum, only under its lease.
    Primary,
    /// Any member that is up and reachable.
    Any,
}

/// The recovery pipeline: detect, decide, fence, promote, redirect, fail back.
#[derive(Clone, Debug)]
pub struct Failover {
    /// The detector that watches the primary; a quorum has none, because its members vote on what they meet.
    pub detector: Option<DetectorId>,
    /// Who decides, when the candidate is in the region of the old primary.
    pub decide: Decide,
    /// Who decides, when it is in another region; `None` means that nobody may.
    pub decide_across_regions: Option<Decide>,
    /// A candidate that is further behind than this is not promoted automatically.
    pub max_lag: Option<Span>,
    /// What keeps the old primary from accepting writes.
    pub fence: Fence,
    /// Making the candidate a primary.
    pub promote: Stage,
    /// Telling callers.
    pub redirect: Stage,
    /// How long a primary that has been replaced takes to step down once it can reach its successor.
    pub steps_down: Law,
    /// How long it takes to become a standby after that.
    pub rejoin: Law,
    /// When and how the preferred primary takes over again.
    pub fail_back: Option<FailBack>,
    /// The action's cause.
    pub cause: CauseId,
    /// The cause of failing back.
    pub fail_back_cause: CauseId,
    /// Draws of each stage's time and success.
    pub draw_decide: DrawId,
    /// See `draw_decide`.
    pub draw_fence: DrawId,
    /// See `draw_decide`.
    pub draw_fence_works: DrawId,
    /// See `draw_decide`.
    pub draw_lease: DrawId,
    /// See `draw_decide`.
    pub draw_fail_back: DrawId,
}

/// Who decides to fail over.
#[derive(Clone, Debug, PartialEq)]
pub enum Decide {
    /// At once.
    Automatic,
    /// A person, after this time.
    Human(Law),
    /// The members elect another primary; it takes this time from the loss of the last one.
    Election(Law),
}

/// What keeps the old primary from accepting writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Fence {
    /// Nothing.
    None,
    /// A lease, renewed while the primary reaches `agree` of the detector's vantage points, or a majority of a quorum.
    Lease {
        /// How long a renewal is valid; a successor is promoted after that.
        ttl: Span,
        /// Time between renewals.
        renew: Span,
        /// How long before the end of its lease the old primary stops.
        margin: Span,
        /// The chance that it stops in time.
        works: f64,
    },
    /// Power it off.
    Stonith {
        /// The chance that it works.
        works: f64,
        /// How long it takes.
        takes: Law,
        /// What happens if it fails.
        otherwise: Unfenced,
    },
}

/// What a failed fence leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfenced {
    /// The candidate is promoted all the same.
    Promote,
    /// A person makes sure that the old primary is off, after this time.
    Human(Law),
}

/// A stage with a time and a chance of success.
#[derive(Clone, Debug)]
pub struct Stage {
    /// How long it takes.
    pub takes: Law,
    /// The chance that it works.
    pub works: f64,
    /// If it doesn't: how much longer a person needs to bring it to its end.
    pub otherwise: Law,
    /// Draws of its time.
    pub draw_takes: DrawId,
    /// Draws of its success.
    pub draw_works: DrawId,
    /// Draws of the person's time.
    pub draw_otherwise: DrawId,
}

/// Failing back to the preferred primary.
#[derive(Clone, Debug)]
pub struct FailBack {
    /// How long it must have been a healthy standby without backlog.
    pub after: Span,
    /// How long no write is accepted.
    pub takes: Law,
}
