//! What an event touches: whoever has to look again before the next one.
//!
//! Every mechanism says what it changed, and [`Dependencies`](super::dependencies::Dependencies) says whom that
//! concerns. A store whose last look changed it looks again at the next change, whatever that is about, until a look
//! changes nothing. Touching too much costs time, touching too little is wrong; a test compares every mechanism with
//! a world in which every event touches everything.

use super::World;
use super::dependencies::{Concerned, Dependencies};
use super::marks::Marks;
use crate::engine::Chance;
use crate::topology::{
    DetectorId, FaultAction, FaultId, Owner, PartId, PlaceId, StoreId, Topology, TrafficId, Watch,
};

/// What has been touched since the last event was settled.
#[derive(Debug)]
pub(super) struct Touched {
    /// Detectors that may meet something else.
    pub detectors: Marks,
    /// Stores whose roles may change.
    pub stores: Marks,
    /// Entries whose answer may change.
    pub answers: Marks,
    /// What requests take that may be met otherwise.
    pub factors: Marks,
    /// Ways into journeys on which requests may fare otherwise.
    pub arrivals: Marks,
    /// Journeys to which an answer may be worth something else.
    pub worth: Marks,
    /// Journeys whose success may change.
    pub journeys: Marks,
    /// Stores whose writes may go elsewhere.
    pub flows: Marks,
}

impl Touched {
    pub fn new(topology: &Topology, depends: &Dependencies) -> Touched {
        Touched {
            detectors: Marks::new(topology.detectors.len()),
            stores: Marks::new(topology.stores.len()),
            answers: Marks::new(topology.traffic.len()),
            factors: Marks::new(depends.factors.len()),
            arrivals: Marks::new(depends.arrivals.len()),
            worth: Marks::new(topology.journeys.len()),
            journeys: Marks::new(topology.journeys.len()),
            flows: Marks::new(topology.stores.len()),
        }
    }

    pub fn clear(&mut self) {
        self.detectors.clear();
        self.stores.clear();
        self.answers.clear();
        self.factors.clear();
        self.arrivals.clear();
        self.worth.clear();
        self.journeys.clear();
        self.flows.clear();
    }

    pub fn everything(&mut self) {
        self.detectors.add_all();
        self.stores.add_all();
        self.answers.add_all();
        self.factors.add_all();
        self.arrivals.add_all();
        self.worth.add_all();
        self.journeys.add_all();
        self.flows.add_all();
    }

    fn concern(&mut self, concerned: &Concerned) {
        for id in &concerned.factors {
            self.factors.add(*id);
        }
        for id in &concerned.stores {
            self.stores.add(id.index());
            self.flows.add(id.index());
        }
        for id in &concerned.detectors {
            self.detectors.add(id.index());
        }
    }
}

impl<C: Chance> World<'_, C> {
    /// A fault has struck or was repaired. The conditions of parts may be what they were, and still their data are
    /// gone or back.
    pub(super) fn touch_fault(&mut self, id: FaultId) {
        let (topology, depends) = (self.topology, &self.layout.depends);
        match &topology.faults[id.index()].action {
            FaultAction::Cut(cuts) => {
                for cut in cuts {
                    self.touched.concern(depends.cut_off(cut));
                }
            }
            FaultAction::Down { places, parts, .. } => {
                for place in places {
                    self.touch_place(*place);
                }
                for part in parts {
                    self.touch_part(*part);
                }
            }
        }
    }

    fn touch_place(&mut self, place: PlaceId) {
        let layout = self.layout;
        self.touched
            .concern(&layout.depends.concerned[place.index()]);
    }

    /// A part is up or down.
    pub(super) fn touch_part(&mut self, part: PartId) {
        let (topology, layout) = (self.topology, self.layout);
        for id in layout.part_detectors.of(part.index()) {
            self.touched.detectors.add(id.index());
        }
        match topology.parts[part.index()].owner {
            Owner::Pool(pool) => {
                for id in layout.depends.of_pool.of(pool.index()) {
                    self.touched.factors.add(*id);
                }
                for id in layout.depends.watching_pool.of(pool.index()) {
                    self.touched.detectors.add(id.index());
                }
            }
            Owner::Store(store, _) => {
                let failover = topology.stores[store.index()].failover.as_ref();
                if let Some(detector) = failover.and_then(|failover| failover.detector) {
                    self.touched.detectors.add(detector.index());
                }
                self.touch_store(store);
            }
        }
    }

    /// The roles or the members of a store change.
    pub(super) fn touch_store(&mut self, id: StoreId) {
        self.touched.stores.add(id.index());
        self.touch_writes(id);
    }

    /// A store answers its callers otherwise.
    pub(super) fn touch_writes(&mut self, id: StoreId) {
        let layout = self.layout;
        self.touched.flows.add(id.index());
        for factor in layout.depends.of_store.of(id.index()) {
            self.touched.factors.add(*factor);
        }
    }

    /// Clients go elsewhere.
    pub(super) fn touch_shares(&mut self, id: TrafficId) {
        let depends = &self.layout.depends;
        for factor in depends.of_load.of(id.index()) {
            self.touched.factors.add(*factor);
        }
        for journey in depends.entering.of(id.index()) {
            self.touched.journeys.add(journey.index());
            for store in depends.written_by.of(journey.index()) {
                self.touched.flows.add(store.index());
            }
        }
    }

    /// There is an answer more, or one less, that clients may use.
    pub(super) fn touch_answers(&mut self, id: TrafficId) {
        for journey in self.layout.depends.entering.of(id.index()) {
            self.touched.worth.add(journey.index());
        }
    }

    /// A balancer sends to other instances of a target.
    pub(super) fn touch_target(&mut self, id: TrafficId, target: usize) {
        let depends = &self.layout.depends;
        for journey in depends.entering.of(id.index()) {
            let arrival = depends.first_arrival[journey.index()] + target;
            self.touched.factors.add(depends.factors_of(arrival)[0]);
        }
    }

    /// A detector believes something else.
    pub(super) fn touch_belief(&mut self, id: DetectorId) {
        let (topology, layout) = (self.topology, self.layout);
        match topology.detectors[id.index()].watches {
            Watch::Target(entry, _) => self.touched.answers.add(entry.index()),
            Watch::Primary(store) => self.touched.stores.add(store.index()),
            Watch::Instance(entry, part) => {
                for (other, target, _) in layout.part_backends.of(part.index()) {
                    if *other == entry {
                        self.touch_target(entry, *target as usize);
                    }
                }
            }
        }
    }
}
