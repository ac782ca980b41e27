//! Which stores a journey writes, directly or through the services it calls: its promises about data concern those.

use std::collections::BTreeSet;

use crate::topology::{Journey, Need, ServiceId, Topology};

/// The indices of the stores that each journey writes.
pub(super) fn stores_written(topology: &Topology) -> Vec<Vec<usize>> {
    let stores = |journey: &Journey| {
        let mut walk = Walk {
            topology,
            services: BTreeSet::new(),
            stores: BTreeSet::new(),
        };
        if let Some(entry) = journey.enters {
            walk.service(topology.traffic[entry.index()].service);
        }
        walk.need(&journey.needs);
        walk.stores.into_iter().collect()
    };
    topology.journeys.iter().map(stores).collect()
}

/// Whether a journey with an objective for RPO writes this store.
pub(super) fn rpo_is_promised(topology: &Topology, written: &[Vec<usize>], store: usize) -> bool {
    let mut journeys = topology.journeys.iter().zip(written);
    journeys.any(|(journey, stores)| journey.objective.rpo.is_some() && stores.contains(&store))
}

/// A walk over needs; services may need each other in circles.
struct Walk<'a> {
    topology: &'a Topology,
    services: BTreeSet<ServiceId>,
    stores: BTreeSet<usize>,
}

impl Walk<'_> {
    fn service(&mut self, service: ServiceId) {
        if self.services.insert(service) {
            self.need(&self.topology.services[service.index()].needs);
        }
    }

    fn need(&mut self, need: &Need) {
        match need {
            Need::All(of) | Need::AtLeast { of, .. } => {
                for need in of {
                    self.need(need);
                }
            }
            Need::Soft { need, .. } => self.need(need),
            Need::Service { service, .. } => self.service(*service),
            Need::Write(store) => {
                self.stores.insert(store.index());
            }
            Need::Read(_) => {}
        }
    }
}
