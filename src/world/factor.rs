//! Factors: what has to be so for a request to succeed, cut into pieces whose shares multiply.
//!
//! A journey that calls a hundred services fails with any of them, and an event touches one or two. So an event works
//! out anew the factors that it touches, and what becomes of requests is a product of numbers that are known. Where
//! requests have a choice, of pools or of two needs out of three, one factor stands for all of it. Deliberately
//! absent: how far each is met, which `flow` tells.

use std::collections::BTreeMap;

use crate::time::Span;
use crate::topology::{Need, PlaceId, PoolId, StoreId, Topology, TrafficId};

/// The index of a factor.
pub(super) type FactorId = usize;

/// One of the things that a request takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Factor {
    /// It gets from the internet to an instance behind a target in time.
    Entered {
        entry: TrafficId,
        target: usize,
        timeout: Span,
    },
    /// A pool has capacity for it.
    Headroom(PoolId),
    /// A pool serves callers at a place, whatever its service needs.
    Served { pool: PoolId, site: PlaceId },
    /// A need is met for callers at a place.
    Met { need: Need, site: PlaceId },
}

/// By which factors that occur more than once are recognised.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Entered(TrafficId, usize, Span),
    Headroom(PoolId),
    Served(PoolId, PlaceId),
    Read(StoreId, PlaceId),
    Write(StoreId, PlaceId),
}

/// All factors of a topology, each once but for needs with a choice.
#[derive(Default)]
pub(super) struct Factors {
    pub list: Vec<Factor>,
    known: BTreeMap<Key, FactorId>,
}

impl Factors {
    /// What requests take that enter at a target, up to the needs of its service.
    pub fn of_entering(
        &mut self,
        topology: &Topology,
        (entry, target): (TrafficId, usize),
        timeout: Span,
        found: &mut Vec<FactorId>,
    ) {
        let traffic = &topology.traffic[entry.index()];
        let checked = &traffic.targets[target];
        found.push(self.id(Factor::Entered {
            entry,
            target,
            timeout,
        }));
        if topology.pools[checked.pool.index()].serves.is_some() {
            found.push(self.id(Factor::Headroom(checked.pool)));
        }
        let needs = &topology.services[traffic.service.index()].needs;
        self.of_need(topology, needs, checked.place, found);
    }

    /// What a need takes for callers at a place; what it takes twice is found twice.
    pub fn of_need(
        &mut self,
        topology: &Topology,
        need: &Need,
        site: PlaceId,
        found: &mut Vec<FactorId>,
    ) {
        let called = match need {
            Need::All(needs) => {
                for need in needs {
                    self.of_need(topology, need, site, found);
                }
                return;
            }
            Need::Service { service, at } => topology.pool_called(*service, *at, site),
            _ => None,
        };
        match called {
            Some(pool) => {
                found.push(self.id(Factor::Served { pool, site }));
                let pool = &topology.pools[pool.index()];
                let needs = &topology.services[pool.service.index()].needs;
                self.of_need(topology, needs, pool.place, found);
            }
            None => found.push(self.id(Factor::Met {
                need: need.clone(),
                site,
            })),
        }
    }

    fn id(&mut self, factor: Factor) -> FactorId {
        let next = self.list.len();
        let id = match factor.key() {
            Some(key) => *self.known.entry(key).or_insert(next),
            None => next,
        };
        if id == next {
            self.list.push(factor);
        }
        id
    }
}

impl Factor {
    /// Whether it is about how requests get in.
    pub fn is_entry(&self) -> bool {
        matches!(self, Factor::Entered { .. })
    }

    fn key(&self) -> Option<Key> {
        match self {
            Factor::Entered {
                entry,
                target,
                timeout,
            } => Some(Key::Entered(*entry, *target, *timeout)),
            Factor::Headroom(pool) => Some(Key::Headroom(*pool)),
            Factor::Served { pool, site } => Some(Key::Served(*pool, *site)),
            Factor::Met { need, site } => match need {
                Need::Read(store) => Some(Key::Read(*store, *site)),
                Need::Write(store) => Some(Key::Write(*store, *site)),
                _ => None,
            },
        }
    }
}
