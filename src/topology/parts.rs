//! Places, parts, faults, services and detectors.

use super::ids::*;
use super::names::Scope;
use crate::dist::Law;
use crate::time::Span;

/// A place and failure domain.
#[derive(Clone, Debug)]
pub struct Place {
    /// The canonical path, such as `us-east-1/a`.
    pub path: String,
    /// What sort of place it is.
    pub kind: PlaceKind,
    /// The place around it; the world is its own parent.
    pub parent: PlaceId,
    /// The region it is in (itself for a region and whatever contains regions).
    pub region: PlaceId,
    /// Faults that take this very place down.
    pub faults: Vec<FaultId>,
    /// Parts in this place or anywhere below it.
    pub parts: Vec<PartId>,
}

/// The kinds of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// Everything, the internet included.
    World,
    /// Where clients are.
    Internet,
    /// A cloud provider or a company's own estate.
    Provider,
    /// A region.
    Region,
    /// An availability zone.
    Zone,
    /// A rack.
    Rack,
    /// A node.
    Node,
}

/// How something that is down behaves towards its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Connections are refused at once.
    Refuses,
    /// Nothing answers: callers wait for their timeout (a blackhole).
    Silent,
    /// Silent, and what it stored is gone.
    Destroys,
}

/// A fault process: when it strikes, for how long, and what it does to which targets.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The canonical name path, which keys its streams and names it in a journal.
    pub path: String,
    /// The cause it counts as.
    pub cause: CauseId,
    /// How far it reaches.
    pub scope: Scope,
    /// From the end of a repair (or the start of the trial) to the strike.
    pub every: Law,
    /// From the strike (or from the start of the repair, if a crew has to come) to the end.
    pub lasts: Law,
    /// Whether a repair makes the law of `every` start again.
    pub after_repair: AfterRepair,
    /// What it does.
    pub action: FaultAction,
    /// The crew that repairs it; without one, repair starts at once.
    pub crew: Option<CrewId>,
    /// Draws of `every`, of the initial age, and of `lasts`.
    pub draw_strike: DrawId,
    /// See `draw_strike`.
    pub draw_age: DrawId,
    /// See `draw_strike`.
    pub draw_repair: DrawId,
}

/// What repair does to the age of a fault process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRepair {
    /// Good as new: the age is zero again.
    AsNew,
    /// Bad as old: the age goes on where it was.
    AsOld,
}

/// What a fault does while it is active.
#[derive(Clone, Debug)]
pub enum FaultAction {
    /// Takes places and parts down.
    Down {
        /// Places that are down while it is active.
        places: Vec<PlaceId>,
        /// Parts that are down while it is active.
        parts: Vec<PartId>,
        /// How they behave.
        effect: Effect,
    },
    /// Cuts the network.
    Cut(Vec<Cut>),
}

/// One direction of a cut: nothing gets from one place (and what is in it) to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where packets come from.
    pub from: PlaceId,
    /// Where they no longer arrive.
    pub to: PlaceId,
}

/// A repair crew.
#[derive(Clone, Debug)]
pub struct Crew {
    /// Its name.
    pub name: String,
    /// How many repairs it can do at a time; at least one.
    pub size: u32,
}

/// One instance or one store member.
#[derive(Clone, Debug)]
pub struct Part {
    /// The canonical path, such as `services.api.us-east-1.3`.
    pub path: String,
    /// Where it is.
    pub place: PlaceId,
    /// What it belongs to.
    pub owner: Owner,
    /// Faults that take this very part down.
    pub faults: Vec<FaultId>,
}

/// What a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// It is an instance of this pool.
    Pool(PoolId),
    /// It is the member with this index of this store.
    Store(StoreId, usize),
}

/// The instances of one service in one place of its `runs`.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The service.
    pub service: ServiceId,
    /// The place of `runs`.
    pub place: PlaceId,
    /// Its instances.
    pub parts: Vec<PartId>,
    /// Fewer than this many instances up means that the pool serves nothing; at least one.
    pub at_least: u32,
    /// Requests per second that one instance serves; without it, capacity is unlimited.
    pub serves: Option<f64>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its pools, in the order of the places in `runs` as the user wrote them (callers prefer the nearest, then this order).
    pub pools: Vec<PoolId>,
    /// What each instance needs, evaluated where the instance is.
    pub needs: Need,
    /// The cause of a demand that exceeds the capacity of instances that are all up.
    pub overload_cause: CauseId,
}

/// What something needs, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// All of these; an empty list is always met. Success multiplies.
    All(Vec<Need>),
    /// At least `count` of these; `count` = 1 is a fallback: 1 - (1-a)(1-b).
    AtLeast {
        /// How many.
        count: usize,
        /// Of these.
        of: Vec<Need>,
    },
    /// Met or not, requests go on; unmet, this share of them still succeeds.
    Soft {
        /// The need.
        need: Box<Need>,
        /// The share of requests that succeed without it.
        keeps: f64,
    },
    /// A service: the pool at `at`, or else the pool where the caller is, or else the best reachable one.
    Service {
        /// The service.
        service: ServiceId,
        /// A pool that is named.
        at: Option<PoolId>,
    },
    /// Reads from a store.
    Read(StoreId),
    /// Writes to a store.
    Write(StoreId),
}

/// Something that probes a target and believes it healthy or not.
#[derive(Clone, Debug)]
pub struct Detector {
    /// The canonical name path.
    pub path: String,
    /// The cause that its false belief counts as.
    pub cause: CauseId,
    /// What it watches.
    pub watches: Watch,
    /// Where the probes come from, one entry per vantage point; at least one. For [`Watch::Primary`] with
    /// `from_standbys`, one entry per member.
    pub vantage: Vec<PlaceId>,
    /// How many vantage points must find the target down; at least one.
    pub agree: usize,
    /// Time between probes.
    pub every: Span,
    /// How long a probe waits for an answer.
    pub timeout: Span,
    /// Whether the next probe is timed from the start or from the answer of the last one.
    pub pace: Pace,
    /// Failed probes in a row that make a vantage point say "down".
    pub down_after: u32,
    /// Passed probes in a row that make it say "up" again.
    pub up_after: u32,
    /// Mean time from one false alarm to the next, in seconds; without it, there are none.
    pub false_alarm_every: Option<f64>,
    /// Draws of the phases of the probes, and of false alarms.
    pub draw_phase: DrawId,
    /// See `draw_phase`.
    pub draw_alarm: DrawId,
}

impl Detector {
    /// How long the probes take that a target has to pass to be believed up again.
    #[must_use]
    pub fn time_to_pass(&self) -> Span {
        self.every.times(self.up_after)
    }
}

/// What a detector watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// The target with this index of an entry: is there anything behind it that answers?
    Target(TrafficId, usize),
    /// One instance, for the balancer of an entry.
    Instance(TrafficId, PartId),
    /// Whichever member of a store is primary.
    Primary(StoreId),
}

/// How probes are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A fixed interval from start to start.
    Fixed,
    /// The interval runs from the answer (or timeout) to the next probe.
    AfterAnswer,
}
