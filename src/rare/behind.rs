//! Standbys that fall behind: a fault that keeps writes from one matters until it has caught up.
//!
//! A standby that was gone for days may be promoted as soon as it is back, and what it lacks by then is lost. So a fault
//! that one falls behind by counts as long as that lasts, and a drill of several faults is played again with one of them
//! over before the others strike, in the middle of catching up; that counts on top, as often as it comes. Deliberately
//! absent: quorums, which promote nobody who lacks a write, and two faults that a standby falls behind by, one after the
//! other.

use crate::engine::Chance;
use crate::time::Time;
use crate::topology::{FaultAction, FaultId, Owner, Replication, StoreId, Topology};
use crate::world::World;
use crate::world::network::within;

use super::event::parts_hit;
use crate::world::clocks::Clock;

/// By which faults which members fall behind.
#[derive(Clone, Debug)]
pub struct Behind {
    /// By fault, members of stores that may promote what is behind.
    members: Vec<Vec<(StoreId, usize)>>,
}

impl Behind {
    pub fn new(topology: &Topology) -> Behind {
        let faults = (0..topology.faults.len()).map(FaultId::from);
        Behind {
            members: faults.map(|id| members(topology, id)).collect(),
        }
    }

    /// When the last of those that fell behind by a fault will have caught up, if all goes on as it does; nothing if none is
    /// catching up.
    pub fn until<C: Chance>(&self, world: &World<'_, C>, fault: FaultId) -> Option<Time> {
        let members = self.members[fault.index()].iter();
        let due = members.filter_map(|(store, member)| world.catches_up_at(*store, *member));
        due.max()
    }
}

fn members(topology: &Topology, fault: FaultId) -> Vec<(StoreId, usize)> {
    let may_lose = |store: &StoreId| {
        let store = &topology.stores[store.index()];
        store.failover.is_some() && !matches!(store.replication, Replication::Quorum { .. })
    };
    match &topology.faults[fault.index()].action {
        FaultAction::Down { .. } => parts_hit(topology, Clock::Fault(fault))
            .filter_map(|part| match topology.parts[part.index()].owner {
                Owner::Store(store, member) => Some((store, member)),
                Owner::Pool(_) => None,
            })
            .filter(|(store, _)| may_lose(store))
            .collect(),
        FaultAction::Cut(cuts) => {
            let stores = (0..topology.stores.len()).map(StoreId::from);
            let all = stores.filter(may_lose).flat_map(|store| {
                let members = 0..topology.stores[store.index()].members.len();
                members.map(move |member| (store, member))
            });
            let is_cut_off = |(store, member): &(StoreId, usize)| {
                let place = topology.stores[store.index()].members[*member].place;
                cuts.iter()
                    .any(|cut| within(topology, place, cut.from) != within(topology, place, cut.to))
            };
            all.filter(is_cut_off).collect()
        }
    }
}
