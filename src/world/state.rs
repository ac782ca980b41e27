//! The state of a trial: one plain value that can be cloned at any moment, into an old one without taking new room.

use std::collections::VecDeque;

use super::probe::{Condition, Prober};
use crate::engine::Agenda;
use crate::time::{Span, Time};
use crate::topology::{Cut, DetectorId, Families, Family, FaultId, StoreId, Topology, TrafficId};

/// Everything that changes during a trial, except the random streams.
#[derive(Debug)]
pub struct State {
    /// The time of the last event.
    pub now: Time,
    /// The timers.
    pub agenda: Agenda,
    /// One entry per fault process.
    pub faults: Vec<FaultState>,
    /// One entry per family of faults.
    pub families: Vec<FamilyState>,
    /// The faults of all families that share a clock, in each first those that can strike, then the others.
    pub family_order: Vec<FaultId>,
    /// One entry per crew.
    pub crews: Vec<CrewState>,
    /// Effects of active faults on each place itself (not on what is around it).
    pub places: Vec<Effects>,
    /// The condition of each place, with everything around it.
    pub place_conditions: Vec<Condition>,
    /// Effects of active faults on each part itself.
    pub parts: Vec<Effects>,
    /// The condition of each part, its places included.
    pub conditions: Vec<Condition>,
    /// Cuts that are active, with the fault that made each.
    pub cuts: Vec<(Cut, FaultId)>,
    /// Instances of each pool that are up.
    pub instances_up: Vec<u32>,
    /// One entry per detector.
    pub detectors: Vec<DetectorState>,
    /// Whether each detector believes its target down; apart, because balancers ask many at a time.
    pub believed_down: Vec<bool>,
    /// How many detectors of entries and stores will change an opinion unless something happens before.
    pub coarse_opinions: u32,
    /// The probers of all detectors, in their order.
    pub probers: Vec<Prober>,
    /// One entry per store.
    pub stores: Vec<StoreState>,
    /// One entry per entry for clients.
    pub traffic: Vec<TrafficState>,
    /// Whether passive health has ejected an instance, in the order of the timers of ejections.
    pub ejected: Vec<bool>,
    /// Stores whose last look at things changed them: they look again whenever anything changes.
    pub restless: Vec<StoreId>,
    /// Entries some of whose clients still use an answer of the past.
    pub draining: Vec<TrafficId>,
}

/// What set a belief, an action or a change of role off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The fault or the false alarm.
    pub what: Trigger,
    /// When it struck.
    pub struck: Time,
}

/// What can set something off by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// A fault.
    Fault(FaultId),
    /// A false alarm of a detector.
    Alarm(DetectorId),
    /// A store's preferred primary takes over again, as planned.
    Plan(StoreId),
}

/// A fault process.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaultState {
    /// Whether its effects are felt.
    pub active: bool,
    /// When it last struck.
    pub struck: Time,
    /// Its age when its clock was last started.
    pub age: Span,
    /// When its clock was last started.
    pub clock: Time,
    /// Where it is in the order of its family.
    pub rank: u32,
}

/// A family of faults that share a clock; nothing for one that doesn't.
#[derive(Clone, Copy, Debug, Default)]
pub struct FamilyState {
    /// How many can strike.
    pub ready: u32,
    /// For how many its clock was wound.
    pub wound_for: u32,
}

/// A repair crew.
#[derive(Debug, Default)]
pub struct CrewState {
    /// Repairs it is working on.
    pub busy: u32,
    /// Faults that wait, in the order in which they struck.
    pub waiting: VecDeque<FaultId>,
}

/// How many active faults have each effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Down, refusing.
    pub refuses: u16,
    /// Down, silent.
    pub silent: u16,
    /// Down, silent, and its data gone.
    pub destroys: u16,
}

/// What a detector believes.
#[derive(Clone, Copy, Debug, Default)]
pub struct DetectorState {
    /// Since when it believes what it does.
    pub since: Time,
    /// When what it sees last changed.
    pub changed: Time,
    /// What made it believe so.
    pub origin: Option<Origin>,
    /// What was behind the last failure that its probes could meet.
    pub met: Option<Origin>,
    /// Vantage points that say "down".
    pub votes: u32,
    /// The false alarm that is being believed, if it is one.
    pub alarm: Option<Time>,
    /// Whether its probers have been given phases.
    pub has_phases: bool,
    /// Whether an opinion will change unless something happens before.
    pub wavers: bool,
}

/// Where a store's recovery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing is being done.
    Idle,
    /// The primary is believed down, and no standby may take over.
    Blocked,
    /// Somebody or something decides.
    Deciding,
    /// The old primary is being kept from accepting writes.
    Fencing,
    /// The candidate becomes the primary.
    Promoting,
    /// Callers are told.
    Redirecting,
    /// The preferred primary takes over again.
    FailingBack,
}

/// How a store replicates at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As configured.
    Full,
    /// Writes wait for standbys that are not there.
    Stalled,
    /// Writes are acknowledged without them.
    Degraded,
}

/// A store.
#[derive(Debug, PartialEq)]
pub struct StoreState {
    /// The member that the last promotion chose.
    pub primary: usize,
    /// Where callers go that have not been told of it.
    pub previous: usize,
    /// Whether callers have been told.
    pub redirected: bool,
    /// Where recovery stands.
    pub phase: Phase,
    /// When the recovery that is running began.
    pub began: Time,
    /// What set it off.
    pub origin: Option<Origin>,
    /// The standby that it wants to promote.
    pub candidate: usize,
    /// Whether the work in hand needs a person since something went wrong.
    pub by_hand: bool,
    /// How it replicates.
    pub mode: Mode,
    /// Since when.
    pub mode_since: Time,
    /// When a successor may be promoted, while the primary cannot renew its lease.
    pub lease_expires: Option<Time>,
    /// One entry per member.
    pub members: Vec<MemberState>,
}

/// What a member of a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The primary, as the last promotion has it.
    Primary,
    /// A standby that replicates.
    Standby,
    /// A primary that has been replaced and has not become a standby yet.
    Replaced,
}

/// A member of a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemberState {
    /// What it is.
    pub role: Role,
    /// Whether it accepts writes if it is alive.
    pub accepts: bool,
    /// Powered off by a fence.
    pub fenced: bool,
    /// Whether it was alive when it was last looked at.
    pub alive: bool,
    /// Seconds of acknowledged writes that it does not have, when last computed, besides the quiet lag.
    pub backlog: f64,
    /// When that was.
    pub backlog_at: Time,
    /// How the backlog changes, in seconds a second.
    pub slope: f64,
    /// The writes that are the backlog, when it was last computed.
    pub missing: f64,
    /// How many more there are each second while it grows.
    pub missing_rate: f64,
    /// How that rate changes each second.
    pub missing_bend: f64,
    /// When it can commit without the standbys that left it.
    pub commits_from: Time,
    /// Acknowledged writes that only it holds.
    pub orphans: f64,
}

/// An entry for clients.
#[derive(Debug)]
pub struct TrafficState {
    /// The shares that new answers give to each target.
    pub answer: Vec<f64>,
    /// The shares that will be answered when the pending change is published.
    pub pending: Vec<f64>,
    /// Answers of the past that some clients still use, oldest first.
    pub past: VecDeque<PastAnswer>,
    /// The shares that each of them gave to each target, one answer after the other.
    pub past_shares: Vec<f64>,
    /// Since when the present answer is given.
    pub since: Time,
    /// What made the answer change.
    pub origin: Option<Origin>,
    /// For each target, whether clients may be sent to it (fail-back is held until then).
    pub admitted: Vec<bool>,
}

impl TrafficState {
    /// The shares that each answer gives to each target: the present answer, and those of the past, oldest first.
    pub(super) fn answers(&self) -> impl Iterator<Item = &[f64]> {
        let past = self.past_shares.chunks_exact(self.answer.len());
        std::iter::once(self.answer.as_slice()).chain(past)
    }
}

/// An answer that was given until some time.
#[derive(Clone, Copy, Debug)]
pub struct PastAnswer {
    /// When it began to be given.
    pub from: Time,
    /// When it ceased to be given.
    pub until: Time,
}

impl State {
    /// Everything up, nothing running.
    pub(super) fn new(
        topology: &Topology,
        families: &Families,
        slots: usize,
        probers: usize,
        ejections: usize,
    ) -> State {
        let sharing = families.list.iter().filter(|family| family.shares_a_clock);
        State {
            now: Time::ZERO,
            agenda: Agenda::new(slots),
            faults: ranked_faults(topology, families),
            families: families.list.iter().map(FamilyState::new).collect(),
            family_order: sharing.flat_map(|family| family.faults.clone()).collect(),
            crews: vec![CrewState::default(); topology.crews.len()],
            places: vec![Effects::default(); topology.places.len()],
            place_conditions: vec![Condition::Up; topology.places.len()],
            parts: vec![Effects::default(); topology.parts.len()],
            conditions: vec![Condition::Up; topology.parts.len()],
            cuts: Vec::new(),
            instances_up: topology
                .pools
                .iter()
                .map(|pool| pool.parts.len() as u32)
                .collect(),
            detectors: vec![DetectorState::default(); topology.detectors.len()],
            believed_down: vec![false; topology.detectors.len()],
            coarse_opinions: 0,
            probers: vec![Prober::default(); probers],
            stores: topology
                .stores
                .iter()
                .map(|store| StoreState::new(store.members.len()))
                .collect(),
            traffic: (0..topology.traffic.len())
                .map(|index| TrafficState::new(topology, index.into()))
                .collect(),
            ejected: vec![false; ejections],
            restless: (0..topology.stores.len()).map(StoreId::from).collect(),
            draining: Vec::new(),
        }
    }
}

impl FamilyState {
    fn new(family: &Family) -> FamilyState {
        FamilyState {
            ready: if family.shares_a_clock {
                family.faults.len() as u32
            } else {
                0
            },
            wound_for: 0,
        }
    }
}

fn ranked_faults(topology: &Topology, families: &Families) -> Vec<FaultState> {
    let mut faults = vec![FaultState::default(); topology.faults.len()];
    for family in &families.list {
        for (rank, id) in family.faults.iter().enumerate() {
            faults[id.index()].rank = rank as u32;
        }
    }
    faults
}

impl Effects {
    /// How something with these effects behaves.
    #[must_use]
    pub fn condition(self) -> Condition {
        if self.silent + self.destroys > 0 {
            Condition::Silent
        } else if self.refuses > 0 {
            Condition::Refuses
        } else {
            Condition::Up
        }
    }
}

impl StoreState {
    pub(super) fn new(members: usize) -> StoreState {
        let standby = MemberState {
            role: Role::Standby,
            accepts: false,
            fenced: false,
            alive: true,
            backlog: 0.0,
            backlog_at: Time::ZERO,
            slope: 0.0,
            missing: 0.0,
            missing_rate: 0.0,
            missing_bend: 0.0,
            commits_from: Time::ZERO,
            orphans: 0.0,
        };
        let mut list = vec![standby; members];
        list[0].role = Role::Primary;
        list[0].accepts = true;
        StoreState {
            primary: 0,
            previous: 0,
            redirected: true,
            phase: Phase::Idle,
            began: Time::ZERO,
            origin: None,
            candidate: 0,
            by_hand: false,
            mode: Mode::Full,
            mode_since: Time::ZERO,
            lease_expires: None,
            members: list,
        }
    }
}

impl TrafficState {
    fn new(topology: &Topology, id: TrafficId) -> TrafficState {
        let traffic = &topology.traffic[id.index()];
        let targets = traffic.targets.len();
        TrafficState {
            answer: traffic.first_answer(),
            pending: traffic.first_answer(),
            past: VecDeque::new(),
            past_shares: Vec::new(),
            since: Time::ZERO,
            origin: None,
            admitted: vec![true; targets],
        }
    }
}
