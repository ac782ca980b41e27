//! Which stores a journey writes, directly or through the services that it calls: its promises about data concern those.

use super::{Journey, Need, StoreId, Topology};
use crate::time::Span;

impl Topology {
    /// The stores that a journey writes to, through its own needs and those of the services it calls; sorted.
    #[must_use]
    pub fn written_stores(&self, journey: &Journey) -> Vec<StoreId> {
        let mut stores = Vec::new();
        if let Some(entry) = journey.enters {
            let service = self.traffic[entry.index()].service;
            self.collect_writes(&self.services[service.index()].needs, &mut stores);
        }
        self.collect_writes(&journey.needs, &mut stores);
        stores.sort_unstable();
        stores.dedup();
        stores
    }

    /// The tightest objective for the loss of a store's writes among the journeys that write to it.
    #[must_use]
    pub fn tightest_rpo(&self, store: StoreId) -> Option<Span> {
        let writers = self
            .journeys
            .iter()
            .filter(|journey| self.written_stores(journey).contains(&store));
        writers.filter_map(|journey| journey.objective.rpo).min()
    }

    /// Needs of services have no cycles: `compile` refuses them.
    fn collect_writes(&self, need: &Need, stores: &mut Vec<StoreId>) {
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                needs
                    .iter()
                    .for_each(|need| self.collect_writes(need, stores));
            }
            Need::Soft { need, .. } => self.collect_writes(need, stores),
            Need::Service { service, .. } => {
                self.collect_writes(&self.services[service.index()].needs, stores);
            }
            Need::Write(store) => stores.push(*store),
            Need::Read(_) => {}
        }
    }
}
