//! Standbys that fall behind: a fault that keeps writes from one matters until it has caught up.
//!
//! A standby that was gone for days may be promoted as soon as it is back, and what it lacks by then is lost. So a fault
//! that one falls behind by counts as long as that lasts, and one that brought a primary down until this is a standby
//! again; and drills are played again with standbys that have fallen behind (see `staggered`). Deliberately absent:
//! quorums, which promote nobody who lacks a write.

use super::event::parts_hit;
use crate::engine::Chance;
use crate::time::Time;
use crate::topology::{
    Cut, FaultAction, FaultId, Owner, PartId, PlaceId, Replication, StoreId, Topology,
};
use crate::world::World;
use crate::world::clocks::Clock;
use crate::world::network::within;

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

    /// Whether any member may fall behind by a fault.
    pub fn is_by(&self, fault: FaultId) -> bool {
        !self.members[fault.index()].is_empty()
    }

    /// Whether any of those that may fall behind by a fault lacks something at a moment, if nothing happens before.
    pub fn lags<C: Chance>(&self, world: &World<'_, C>, fault: FaultId, at: Time) -> bool {
        self.members[fault.index()].iter().any(|(store, member)| {
            let member = &world.state.stores[store.index()].members[*member];
            member.backlog(at) > 0.0
        })
    }

    /// Whether any of those that a fault took out of their role is on its way to be a standby again.
    pub fn rejoins<C: Chance>(&self, world: &World<'_, C>, fault: FaultId) -> bool {
        let mut members = self.members[fault.index()].iter();
        members.any(|(store, member)| world.is_rejoining(*store, *member))
    }

    /// When the last of those that fell behind by a fault will have caught up, if all goes on as it does; nothing if none is
    /// catching up.
    pub fn until<C: Chance>(&self, world: &World<'_, C>, fault: FaultId) -> Option<Time> {
        let members = self.members[fault.index()].iter();
        let due = members.filter_map(|(store, member)| world.catches_up_at(*store, *member));
        due.max()
    }
}

/// The members that a fault takes down or cuts off.
fn members(topology: &Topology, fault: FaultId) -> Vec<(StoreId, usize)> {
    let mut parts: Vec<PartId> = match &topology.faults[fault.index()].action {
        FaultAction::Down { .. } => parts_hit(topology, Clock::Fault(fault)).collect(),
        FaultAction::Cut(cuts) => cuts.iter().flat_map(|cut| cut_off(topology, cut)).collect(),
    };
    parts.sort_unstable();
    parts.dedup();
    let members = parts.iter().filter_map(|part| {
        let Owner::Store(id, member) = topology.parts[part.index()].owner else {
            return None;
        };
        let store = &topology.stores[id.index()];
        let is_quorum = matches!(store.replication, Replication::Quorum { .. });
        (store.failover.is_some() && !is_quorum).then_some((id, member))
    });
    members.collect()
}

/// The parts on one side of a cut that are not on the other.
fn cut_off<'t>(topology: &'t Topology, cut: &Cut) -> impl Iterator<Item = PartId> + 't {
    let side = |one: PlaceId, other: PlaceId| {
        let parts = topology.places[one.index()].parts.iter().copied();
        parts.filter(move |part| !within(topology, topology.parts[part.index()].place, other))
    };
    side(cut.from, cut.to).chain(side(cut.to, cut.from))
}
