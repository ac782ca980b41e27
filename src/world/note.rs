//! What happened: the words in which a world tells its observers.

use super::state::{Mode, Origin};
use crate::topology::{DetectorId, FaultId, StoreId, TrafficId};

/// One thing that happened, and what set it off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// What happened.
    pub event: Event,
    /// What set it off, if anything did.
    pub origin: Option<Origin>,
}

/// The things that can happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A fault strikes.
    Strike(FaultId),
    /// Its repair waits for a crew.
    RepairWaits(FaultId),
    /// It is repaired.
    Repaired(FaultId),
    /// A detector raises a false alarm.
    FalseAlarm(DetectorId),
    /// A detector now believes its target down.
    BelievedDown(DetectorId),
    /// A detector now believes its target up.
    BelievedUp(DetectorId),
    /// DNS will give another answer soon: (entry).
    AnswerDue(TrafficId),
    /// DNS gives another answer.
    AnswerChanged(TrafficId),
    /// Passive health ejects an instance: (entry, target, instance).
    Ejected(TrafficId, u32, u32),
    /// Passive health lets an instance in again.
    Readmitted(TrafficId, u32, u32),
    /// Replication changes its mode.
    Replicates(StoreId, Mode),
    /// A recovery begins: (store, candidate).
    RecoveryBegins(StoreId, usize),
    /// A recovery can't go on: no standby may take over.
    RecoveryBlocked(StoreId, Obstacle),
    /// The primary is healthy again before anything was done.
    RecoveryCalledOff(StoreId),
    /// The decision has been taken.
    Decided(StoreId),
    /// The old primary is fenced.
    Fenced(StoreId, usize),
    /// Fencing failed: (store, old primary, whether a person has to come).
    FenceFailed(StoreId, usize, bool),
    /// The lease of the primary ran out and it stopped.
    LeaseLost(StoreId, usize),
    /// The lease ran out and the primary did not stop.
    LeaseIgnored(StoreId, usize),
    /// The primary has its lease again.
    LeaseRegained(StoreId, usize),
    /// Promoting failed and a person has to come.
    StageFailed(StoreId),
    /// A standby was promoted.
    Promoted(Promotion),
    /// Callers have been told of the new primary.
    Redirected(StoreId),
    /// The preferred primary begins to take over again.
    FailBackBegins(StoreId),
    /// A replaced primary stops accepting writes.
    SteppedDown(StoreId, usize),
    /// A replaced primary is a standby again: (store, member, orphaned writes recovered).
    Rejoined(StoreId, usize, f64),
    /// A standby has caught up.
    CaughtUp(StoreId, usize),
}

/// Why no standby may take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No standby is up, reachable and replicating.
    NoStandby,
    /// Every standby is further behind than is allowed.
    TooFarBehind,
    /// Every standby missed writes that were acknowledged by the primary alone.
    NotSynchronous,
    /// The only candidates are in another region, and nobody may decide that.
    OtherRegion,
}

/// A promotion, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promotion {
    /// The store.
    pub store: StoreId,
    /// The old primary.
    pub from: usize,
    /// The new one.
    pub to: usize,
    /// Seconds of acknowledged writes that the new one does not have.
    pub seconds: f64,
    /// Those writes.
    pub writes: f64,
    /// Whether no copy holds them.
    pub lost: bool,
    /// Whether it is the preferred primary that takes over again, as planned.
    pub planned: bool,
}
