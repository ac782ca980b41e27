//! Reach: which targets a basic event can touch at all.
//!
//! A journey depends on its entry, on services, on stores, on who probes them, and on the places around all of these;
//! a store on its members and their detector. Sets of basic events without a target that all of them touch need no
//! drill. What is unclear counts as touched: a cut of the network touches everything, journeys that share limited
//! capacity depend on each other, and so do faults that wait for the same crew. Deliberately absent: how one touches
//! the other, which drills tell.

use super::event::{Events, What};
use super::guide::Target;
use crate::engine::DrawId;
use crate::topology::{
    DetectorId, FaultAction, FaultId, JourneyId, Need, PlaceId, ServiceId, StoreId, Topology,
    TrafficId, Watch,
};
use crate::world::clocks::Clock;

/// For each basic event, whether it touches each target.
#[derive(Clone, Debug)]
pub struct Reach {
    touches: Vec<Vec<bool>>,
}

impl Reach {
    /// Follows what every target depends on.
    pub fn new(topology: &Topology, events: &Events, targets: &[Target]) -> Reach {
        let dependencies = dependencies(topology, targets);
        let touches = events.list.iter().map(|event| {
            let touched = dependencies.iter();
            let touched = touched.map(|of| of.are_touched_by(&event.what));
            touched.collect()
        });
        let mut reach = Reach {
            touches: touches.collect(),
        };
        reach.share_crews(topology, events);
        reach
    }

    /// The targets that a basic event touches, each as true.
    pub fn of(&self, event: u32) -> &[bool] {
        &self.touches[event as usize]
    }

    /// Whether all of these basic events touch a target.
    pub fn all_touch(&self, set: &[(u32, u16)], target: usize) -> bool {
        set.iter().all(|(event, _)| self.of(*event)[target])
    }

    fn share_crews(&mut self, topology: &Topology, events: &Events) {
        let crew_of = |what: &What| match what {
            What::Strike(clocks) => match clocks[0] {
                Clock::Fault(id) => topology.faults[id.index()].crew,
                Clock::Alarm(_) => None,
            },
            What::Failure(_) => None,
        };
        let targets = self.touches.first().map_or(0, Vec::len);
        let mut of_crew = vec![vec![false; targets]; topology.crews.len()];
        for (event, touches) in events.list.iter().zip(&self.touches) {
            if let Some(crew) = crew_of(&event.what) {
                add(&mut of_crew[crew.index()], touches);
            }
        }
        for (event, touches) in events.list.iter().zip(&mut self.touches) {
            if let Some(crew) = crew_of(&event.what) {
                touches.clone_from(&of_crew[crew.index()]);
            }
        }
    }
}

fn add(to: &mut [bool], more: &[bool]) {
    to.iter_mut().zip(more).for_each(|(to, more)| *to |= more);
}

/// What one target depends on.
#[derive(Clone)]
struct Dependencies<'t> {
    topology: &'t Topology,
    parts: Vec<bool>,
    places: Vec<bool>,
    services: Vec<bool>,
    stores: Vec<bool>,
    entries: Vec<bool>,
    /// Whether it has limited capacity, whose load others may raise.
    is_limited: bool,
}

fn dependencies<'t>(topology: &'t Topology, targets: &[Target]) -> Vec<Dependencies<'t>> {
    let mut all: Vec<Dependencies<'t>> = targets
        .iter()
        .map(|target| Dependencies::of(topology, *target))
        .collect();
    let limited: Vec<usize> = (0..all.len()).filter(|one| all[*one].is_limited).collect();
    if let Some((first, others)) = limited.split_first() {
        let mut shared = all[*first].clone();
        for other in others {
            shared.add(&all[*other]);
        }
        for one in limited {
            all[one].clone_from(&shared);
        }
    }
    all
}

impl<'t> Dependencies<'t> {
    fn of(topology: &'t Topology, target: Target) -> Dependencies<'t> {
        let mut found = Dependencies {
            topology,
            parts: vec![false; topology.parts.len()],
            places: vec![false; topology.places.len()],
            services: vec![false; topology.services.len()],
            stores: vec![false; topology.stores.len()],
            entries: vec![false; topology.traffic.len()],
            is_limited: false,
        };
        found.add_place(PlaceId::INTERNET);
        match target {
            Target::Journey(id) => found.add_journey(id),
            Target::Loss(id) | Target::SplitBrain(id) => found.add_store(id),
        }
        for detector in &topology.detectors {
            if found.is_watched(detector.watches) {
                let vantage = detector.vantage.iter();
                vantage.for_each(|place| found.add_place(*place));
            }
        }
        found
    }

    fn add(&mut self, other: &Dependencies<'_>) {
        add(&mut self.parts, &other.parts);
        add(&mut self.places, &other.places);
        add(&mut self.services, &other.services);
        add(&mut self.stores, &other.stores);
        add(&mut self.entries, &other.entries);
    }

    fn add_journey(&mut self, id: JourneyId) {
        let topology = self.topology;
        let journey = &topology.journeys[id.index()];
        self.add_need(&journey.needs);
        if let Some(id) = journey.enters {
            let entry = &topology.traffic[id.index()];
            self.entries[id.index()] = true;
            self.add_service(entry.service);
            for target in &entry.targets {
                self.add_place(target.place);
            }
        }
    }

    fn add_need(&mut self, need: &Need) {
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                needs.iter().for_each(|need| self.add_need(need));
            }
            Need::Soft { need, .. } => self.add_need(need),
            Need::Service { service, .. } => self.add_service(*service),
            Need::Read(store) | Need::Write(store) => self.add_store(*store),
        }
    }

    fn add_service(&mut self, id: ServiceId) {
        if std::mem::replace(&mut self.services[id.index()], true) {
            return;
        }
        let topology = self.topology;
        let service = &topology.services[id.index()];
        for pool in &service.pools {
            let pool = &topology.pools[pool.index()];
            self.is_limited |= pool.serves.is_some();
            self.add_place(pool.place);
            for part in &pool.parts {
                self.parts[part.index()] = true;
                self.add_place(topology.parts[part.index()].place);
            }
        }
        self.add_need(&service.needs);
    }

    fn add_store(&mut self, id: StoreId) {
        let topology = self.topology;
        self.stores[id.index()] = true;
        for member in &topology.stores[id.index()].members {
            self.parts[member.part.index()] = true;
            self.add_place(member.place);
        }
    }

    /// A place, and all that it is in.
    fn add_place(&mut self, mut place: PlaceId) {
        while !std::mem::replace(&mut self.places[place.index()], true) {
            place = self.topology.places[place.index()].parent;
        }
    }

    fn is_watched(&self, watch: Watch) -> bool {
        match watch {
            Watch::Target(TrafficId(id), _) | Watch::Instance(TrafficId(id), _) => {
                self.entries[id as usize]
            }
            Watch::Primary(id) => self.stores[id.index()],
        }
    }

    fn are_touched_by(&self, what: &What) -> bool {
        match what {
            What::Strike(clocks) => match clocks[0] {
                Clock::Fault(id) => self.are_hit_by(id),
                Clock::Alarm(id) => self.are_watched_by(id),
            },
            What::Failure(draw) => self.have_a_stage(*draw),
        }
    }

    fn are_hit_by(&self, id: FaultId) -> bool {
        match &self.topology.faults[id.index()].action {
            FaultAction::Down { places, parts, .. } => {
                places.iter().any(|place| self.places[place.index()])
                    || parts.iter().any(|part| self.parts[part.index()])
            }
            FaultAction::Cut(_) => true,
        }
    }

    fn are_watched_by(&self, id: DetectorId) -> bool {
        self.is_watched(self.topology.detectors[id.index()].watches)
    }

    fn have_a_stage(&self, draw: DrawId) -> bool {
        let stores = self.topology.stores.iter().zip(&self.stores);
        let mut failovers = stores
            .filter(|(_, is)| **is)
            .filter_map(|(store, _)| store.failover.as_ref());
        failovers.any(|failover| {
            let promote = failover.promote.draw_works;
            let redirect = failover.redirect.draw_works;
            [failover.draw_fence_works, promote, redirect].contains(&draw)
        })
    }
}
