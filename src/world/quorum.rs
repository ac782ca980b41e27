//! Quorums: who reaches a majority of the votes, and what follows from it.
//!
//! Every member that acknowledges has a vote, the primary among them. Any two majorities share a member, so a write
//! that a majority has is known to one of every majority that elects: whoever is elected lacks none (Ongaro and
//! Ousterhout, "In Search of an Understandable Consensus Algorithm", USENIX ATC 2014, sections 5.4 and 8). Hence two
//! differences from other replication. A member counts towards a majority of acknowledgements only once it lacks
//! nothing, because logs have no holes. And a leader that comes back after another was elected is a follower at once,
//! unless it did not notice that its lease was over; even then nobody acknowledges what it writes.
//!
//! Deliberately absent: elections that fail (split votes are in the law of elections) and elections without a loss.

use super::World;
use super::state::Role;
use crate::engine::Chance;
use crate::topology::{Replication, StoreId};

impl<C: Chance> World<'_, C> {
    /// How many votes a majority is, if the members of a store elect their primary.
    pub(super) fn majority(&self, id: StoreId) -> Option<usize> {
        match self.topology.stores[id.index()].replication {
            Replication::Quorum { majority } => Some(majority),
            _ => None,
        }
    }

    /// Whether a member is alive and reaches so many others that have a vote that they are a majority with it.
    pub(super) fn has_majority(&self, id: StoreId, member: usize, majority: usize) -> bool {
        let members = self.topology.stores[id.index()].members.len();
        let votes = |other: &usize| {
            self.acknowledges(id, *other)
                && self.alive(id, *other)
                && (*other == member || self.linked(id, member, *other))
        };
        self.alive(id, member) && (0..members).filter(votes).count() >= majority
    }

    /// Whether the primary is alive and reaches a majority.
    pub(super) fn leads(&self, id: StoreId, majority: usize) -> bool {
        self.has_majority(id, self.state.stores[id.index()].primary, majority)
    }

    /// Whether a member serves reads that must not be old: in a quorum, only under its lease.
    pub(super) fn serves_current_reads(&self, id: StoreId, member: usize) -> bool {
        self.majority(id).is_none() || self.state.stores[id.index()].members[member].accepts
    }

    /// A member that stops running is a follower when it starts again, unless it is still the primary.
    pub(super) fn forget_leading(&mut self, id: StoreId, member: usize) {
        let state = &mut self.state.stores[id.index()].members[member];
        state.accepts &= state.role == Role::Primary;
    }

    /// Whether what a member lacks is kept account of: in a quorum also while it has been replaced and not stepped down.
    pub(super) fn follows(&self, id: StoreId, member: usize) -> bool {
        match self.state.stores[id.index()].members[member].role {
            Role::Standby => true,
            Role::Replaced => self.majority(id).is_some(),
            Role::Primary => false,
        }
    }

    /// What becomes of a replaced primary. That of a quorum is a follower, unless it still takes itself for the leader.
    pub(super) fn role_after(&mut self, id: StoreId, replaced: usize) -> Role {
        let now = self.state.now;
        let elected = self.majority(id).is_some();
        let state = &mut self.state.stores[id.index()].members[replaced];
        if !elected {
            return Role::Replaced;
        }
        state.catches_up(now);
        if state.accepts {
            Role::Replaced
        } else {
            Role::Standby
        }
    }
}
