//! Where the timers of a world are: slots numbered by class, so that ties are resolved truth first, then beliefs,
//! then decisions and roles, then flow; and what else is known before a trial starts.

use super::dependencies::Dependencies;
use super::families::SharedClock;
use super::flow::{self, PoolLoad};
use super::lists::Lists;
use super::state::State;
use crate::dist::Law;
use crate::engine::Slot;
use crate::time::Span;
use crate::topology::{
    Detector, DetectorId, Families, FamilyId, FaultId, JourneyId, PlaceId, StoreId, Topology,
    Traffic, TrafficId, Watch,
};

/// What a timer slot stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// A fault strikes or is repaired.
    Fault(FaultId),
    /// One of a family of faults strikes.
    Family(FamilyId),
    /// The opinion of a vantage point changes.
    Opinion(DetectorId),
    /// A detector raises a false alarm.
    Alarm(DetectorId),
    /// Passive health ejects an instance, or lets it in again: (entry, target, instance).
    Ejection(TrafficId, u32, u32),
    /// A stage of a store's recovery ends.
    Stage(StoreId),
    /// A store's stalled writes go on without their standbys.
    Stall(StoreId),
    /// The lease of a store's primary runs out for the primary itself.
    Lease(StoreId),
    /// A store's preferred primary has been healthy for long enough.
    FailBack(StoreId),
    /// A member steps down, or has become a standby again.
    Rejoin(StoreId, u32),
    /// A member has caught up.
    CaughtUp(StoreId, u32),
    /// A replaced primary can commit alone.
    CommitsAlone(StoreId, u32),
    /// DNS gives a new answer.
    Answer(TrafficId),
    /// The shares of clients bend.
    Drain(TrafficId),
    /// A target has been healthy for long enough to send clients back to it.
    Return(TrafficId),
}

/// The timers of a topology, and a few laws that follow from it.
#[derive(Clone, Debug)]
pub struct Layout {
    slots: Slots,
    /// From here on all timers are of stores and entries.
    pub(super) first_control: Slot,
    /// The families that share a clock, by fault.
    sharing: Vec<Option<FamilyId>>,
    /// The clock of each family.
    pub(super) shared_clocks: Vec<SharedClock>,
    /// Faults that strike by a clock of their own.
    pub(super) own_clocks: Vec<FaultId>,
    /// The phase of a probe, for each detector.
    pub(super) phases: Vec<Law>,
    /// The index of a detector's first prober.
    pub(super) probers: Vec<usize>,
    /// Detectors that raise false alarms, or whose vantage points meet different things from the start.
    pub(super) busy_at_start: Vec<DetectorId>,
    /// The detectors of each instance or member.
    pub(super) part_detectors: Lists<DetectorId>,
    /// For each part, the entries' targets that balance over it: (entry, target, instance).
    pub(super) part_backends: Lists<(TrafficId, u32, u32)>,
    /// The same, where passive health ejects instances.
    pub(super) ejecting: Lists<(TrafficId, u32, u32)>,
    /// For each store, the journeys that write to it.
    pub(super) writers: Lists<JourneyId>,
    /// For each store, the sum of the rates of those journeys.
    pub(super) write_rates: Vec<f64>,
    /// For each pool, the requests that come to it.
    pub(super) pool_loads: Lists<PoolLoad>,
    /// For each entry, the sum of the rates of the journeys that enter there.
    pub(super) entry_rates: Vec<f64>,
    /// Each place and all that are in it, places before what is in them.
    pub(super) insides: Lists<PlaceId>,
    /// Whom a change concerns.
    pub(super) depends: Dependencies,
    /// The state in which every trial starts.
    pub(super) fresh: State,
}

/// Where the timers of each class are.
#[derive(Clone, Debug)]
struct Slots {
    timers: Vec<Timer>,
    families: u32,
    opinions: u32,
    alarms: u32,
    first_ejection: u32,
    /// First ejection slot of each target of each entry.
    ejections: Lists<u32>,
    first_control: Slot,
    /// First slot of each store.
    stores: Vec<u32>,
    /// First slot of each entry.
    traffic: Vec<u32>,
}

impl Slots {
    fn new(topology: &Topology, families: &Families) -> Slots {
        let mut timers: Vec<Timer> = (0..topology.faults.len())
            .map(|id| Timer::Fault(id.into()))
            .collect();
        let first_family = timers.len() as u32;
        timers.extend((0..families.list.len()).map(|id| Timer::Family(id.into())));
        let opinions = timers.len() as u32;
        timers.extend((0..topology.detectors.len()).map(|id| Timer::Opinion(id.into())));
        let alarms = timers.len() as u32;
        timers.extend((0..topology.detectors.len()).map(|id| Timer::Alarm(id.into())));
        let first_ejection = timers.len() as u32;
        let ejections = ejection_slots(topology, &mut timers).into();
        let first_control = Slot(timers.len() as u32);
        let stores = store_slots(topology, &mut timers);
        let mut traffic = Vec::new();
        for id in (0..topology.traffic.len()).map(TrafficId::from) {
            traffic.push(timers.len() as u32);
            timers.extend([Timer::Answer(id), Timer::Drain(id), Timer::Return(id)]);
        }
        Slots {
            timers,
            families: first_family,
            opinions,
            alarms,
            first_ejection,
            ejections,
            first_control,
            stores,
            traffic,
        }
    }

    /// How many instances passive health may eject.
    fn ejection_count(&self) -> usize {
        (self.first_control.0 - self.first_ejection) as usize
    }
}

impl Layout {
    /// Numbers the timers of a topology.
    #[must_use]
    pub fn new(topology: &Topology) -> Layout {
        let faults = || (0..topology.faults.len()).map(FaultId::from);
        let families = Families::of(topology);
        let slots = Slots::new(topology, &families);
        let mut probers = Vec::new();
        let mut prober_count = 0;
        for detector in &topology.detectors {
            probers.push(prober_count);
            prober_count += detector.vantage.len();
        }
        let writers = flow::writers(topology);
        let rate = |journeys: &Vec<JourneyId>| {
            journeys
                .iter()
                .map(|id| topology.journeys[id.index()].rate)
                .sum()
        };
        let pool_loads = flow::pool_loads(topology);
        let depends = Dependencies::new(topology, &writers, &pool_loads);
        Layout {
            fresh: State::new(
                topology,
                &families,
                slots.timers.len(),
                prober_count,
                slots.ejection_count(),
            ),
            depends,
            first_control: slots.first_control,
            slots,
            own_clocks: faults()
                .filter(|id| families.sharing_a_clock(*id).is_none())
                .collect(),
            sharing: faults().map(|id| families.sharing_a_clock(id)).collect(),
            shared_clocks: SharedClock::of(topology, &families),
            phases: topology
                .detectors
                .iter()
                .map(|detector| super::uniform(Span::ZERO, detector.every))
                .collect(),
            probers,
            busy_at_start: those_detectors(topology, |detector| {
                detector.false_alarm_every.is_some()
                    || matches!(detector.watches, Watch::Primary(_))
            }),
            part_detectors: detectors(topology).into(),
            ejecting: backends(topology, Traffic::has_passive_health).into(),
            part_backends: backends(topology, |_| true).into(),
            write_rates: writers.iter().map(rate).collect(),
            writers: writers.into(),
            pool_loads: pool_loads.into(),
            insides: insides(topology).into(),
            entry_rates: entry_rates(topology),
        }
    }

    /// How many slots there are.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots.timers.len()
    }

    /// What a slot stands for.
    #[must_use]
    pub fn timer(&self, slot: Slot) -> Timer {
        // Most of what happens is of these, and a large table is in no cache.
        let id = |first: u32| (slot.0 - first) as usize;
        if slot.0 < self.slots.families {
            Timer::Fault(id(0).into())
        } else if slot.0 < self.slots.opinions {
            Timer::Family(id(self.slots.families).into())
        } else if slot.0 < self.slots.alarms {
            Timer::Opinion(id(self.slots.opinions).into())
        } else {
            self.slots.timers[slot.0 as usize]
        }
    }

    pub(super) fn fault(&self, id: FaultId) -> Slot {
        Slot(id.0)
    }

    pub(super) fn family(&self, id: FamilyId) -> Slot {
        Slot(self.slots.families + id.0)
    }

    pub(super) fn opinion(&self, id: DetectorId) -> Slot {
        Slot(self.slots.opinions + id.0)
    }

    pub(super) fn alarm(&self, id: DetectorId) -> Slot {
        Slot(self.slots.alarms + id.0)
    }

    pub(super) fn ejection(&self, entry: TrafficId, target: u32, instance: u32) -> Slot {
        Slot(self.slots.ejections.of(entry.index())[target as usize] + instance)
    }

    /// The index of an instance in [`State::ejected`].
    pub(super) fn ejected(&self, entry: TrafficId, target: u32, instance: u32) -> usize {
        (self.ejection(entry, target, instance).0 - self.slots.first_ejection) as usize
    }

    /// The family whose clock a fault shares, if it does.
    pub(super) fn sharing_a_clock(&self, id: FaultId) -> Option<FamilyId> {
        self.sharing[id.index()]
    }

    pub(super) fn stage(&self, id: StoreId) -> Slot {
        Slot(self.slots.stores[id.index()])
    }

    pub(super) fn stall(&self, id: StoreId) -> Slot {
        Slot(self.slots.stores[id.index()] + 1)
    }

    pub(super) fn lease(&self, id: StoreId) -> Slot {
        Slot(self.slots.stores[id.index()] + 2)
    }

    pub(super) fn fail_back(&self, id: StoreId) -> Slot {
        Slot(self.slots.stores[id.index()] + 3)
    }

    pub(super) fn rejoin(&self, id: StoreId, member: usize) -> Slot {
        Slot(self.slots.stores[id.index()] + 4 + 3 * member as u32)
    }

    pub(super) fn caught_up(&self, id: StoreId, member: usize) -> Slot {
        Slot(self.slots.stores[id.index()] + 5 + 3 * member as u32)
    }

    pub(super) fn commits_alone(&self, id: StoreId, member: usize) -> Slot {
        Slot(self.slots.stores[id.index()] + 6 + 3 * member as u32)
    }

    pub(super) fn answer(&self, id: TrafficId) -> Slot {
        Slot(self.slots.traffic[id.index()])
    }

    pub(super) fn drain(&self, id: TrafficId) -> Slot {
        Slot(self.slots.traffic[id.index()] + 1)
    }

    pub(super) fn back(&self, id: TrafficId) -> Slot {
        Slot(self.slots.traffic[id.index()] + 2)
    }
}

fn ejection_slots(topology: &Topology, timers: &mut Vec<Timer>) -> Vec<Vec<u32>> {
    let mut slots = Vec::new();
    for (entry, traffic) in topology.traffic.iter().enumerate() {
        let mut of_entry = Vec::new();
        for (index, target) in traffic.targets.iter().enumerate() {
            of_entry.push(timers.len() as u32);
            if traffic.has_passive_health() {
                let instances = topology.pools[target.pool.index()].parts.len();
                let timer = |instance| Timer::Ejection(entry.into(), index as u32, instance as u32);
                timers.extend((0..instances).map(timer));
            }
        }
        slots.push(of_entry);
    }
    slots
}

fn store_slots(topology: &Topology, timers: &mut Vec<Timer>) -> Vec<u32> {
    let mut slots = Vec::new();
    for (index, store) in topology.stores.iter().enumerate() {
        let id = StoreId::from(index);
        slots.push(timers.len() as u32);
        timers.extend([
            Timer::Stage(id),
            Timer::Stall(id),
            Timer::Lease(id),
            Timer::FailBack(id),
        ]);
        for member in 0..store.members.len() as u32 {
            timers.extend([
                Timer::Rejoin(id, member),
                Timer::CaughtUp(id, member),
                Timer::CommitsAlone(id, member),
            ]);
        }
    }
    slots
}

fn entry_rates(topology: &Topology) -> Vec<f64> {
    let rate = |entry: TrafficId| {
        let journeys = topology.journeys.iter();
        let entering = journeys.filter(|journey| journey.enters == Some(entry));
        entering.map(|journey| journey.rate).sum()
    };
    (0..topology.traffic.len())
        .map(|entry| rate(entry.into()))
        .collect()
}

fn those_detectors(topology: &Topology, which: impl Fn(&Detector) -> bool) -> Vec<DetectorId> {
    let all = topology.detectors.iter().enumerate();
    all.filter(|(_, detector)| which(detector))
        .map(|(index, _)| index.into())
        .collect()
}

fn detectors(topology: &Topology) -> Vec<Vec<DetectorId>> {
    let mut lists = vec![Vec::new(); topology.parts.len()];
    for (index, detector) in topology.detectors.iter().enumerate() {
        if let Watch::Instance(_, part) = detector.watches {
            lists[part.index()].push(index.into());
        }
    }
    lists
}

fn backends(
    topology: &Topology,
    counts: impl Fn(&Traffic) -> bool,
) -> Vec<Vec<(TrafficId, u32, u32)>> {
    let mut lists = vec![Vec::new(); topology.parts.len()];
    let entries = topology.traffic.iter().enumerate();
    for (entry, traffic) in entries.filter(|(_, traffic)| counts(traffic)) {
        for (index, target) in traffic.targets.iter().enumerate() {
            for (instance, part) in topology.pools[target.pool.index()].parts.iter().enumerate() {
                lists[part.index()].push((entry.into(), index as u32, instance as u32));
            }
        }
    }
    lists
}

fn insides(topology: &Topology) -> Vec<Vec<PlaceId>> {
    let mut lists = vec![Vec::new(); topology.places.len()];
    for inside in (0..topology.places.len()).map(PlaceId::from) {
        let mut around = inside;
        loop {
            lists[around.index()].push(inside);
            let parent = topology.places[around.index()].parent;
            if parent == around {
                break;
            }
            around = parent;
        }
    }
    lists
}
