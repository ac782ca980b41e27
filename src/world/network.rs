//! Truth about places and links: who is up, and who reaches whom.

use super::World;
use super::probe::Condition;
use super::state::Effects;
use crate::engine::Chance;
use crate::topology::{FaultId, PartId, PlaceId, Topology};

/// Whether a place is another one or lies in it.
#[must_use]
pub fn within(topology: &Topology, mut place: PlaceId, around: PlaceId) -> bool {
    loop {
        if place == around {
            return true;
        }
        let parent = topology.places[place.index()].parent;
        if parent == place {
            return false;
        }
        place = parent;
    }
}

impl<C: Chance> World<'_, C> {
    /// The condition of a place, with everything around it.
    #[must_use]
    pub fn place_condition(&self, place: PlaceId) -> Condition {
        self.state.place_conditions[place.index()]
    }

    /// Effects on a place have changed: so may have the conditions of all that is in it.
    pub(super) fn update_place(&mut self, place: PlaceId) {
        for inside in self.layout.insides.of(place.index()) {
            let own = self.state.places[inside.index()].condition();
            let parent = self.topology.places[inside.index()].parent;
            let around = if parent == *inside {
                Condition::Up
            } else {
                self.state.place_conditions[parent.index()]
            };
            self.state.place_conditions[inside.index()] = own.max(around);
        }
    }

    /// The condition of a part, from its own faults and those of its places.
    #[must_use]
    pub(super) fn compute_condition(&self, part: PartId) -> Condition {
        let own: Effects = self.state.parts[part.index()];
        own.condition()
            .max(self.place_condition(self.topology.parts[part.index()].place))
    }

    /// Whether packets get from one place to another.
    #[must_use]
    pub fn reaches(&self, from: PlaceId, to: PlaceId) -> bool {
        self.blocking(from, to).next().is_none()
    }

    /// Whether a request gets there and its answer back.
    #[must_use]
    pub fn answers(&self, caller: PlaceId, callee: PlaceId) -> bool {
        self.state.cuts.is_empty() || (self.reaches(caller, callee) && self.reaches(callee, caller))
    }

    /// The faults whose cuts keep packets from getting from one place to another.
    ///
    /// A cut between a place and one around it separates the inside of the smaller from its outside.
    pub(super) fn blocking(
        &self,
        from: PlaceId,
        to: PlaceId,
    ) -> impl Iterator<Item = FaultId> + '_ {
        let topology = self.topology;
        self.state.cuts.iter().filter_map(move |(cut, fault)| {
            let crosses = within(topology, from, cut.from) && within(topology, to, cut.to);
            let inside = within(topology, from, cut.to) && within(topology, to, cut.from);
            (crosses && !inside).then_some(*fault)
        })
    }

    /// Whether the data of a part is gone at the moment.
    #[must_use]
    pub fn destroyed(&self, part: PartId) -> bool {
        let mut place = self.topology.parts[part.index()].place;
        let mut destroyed = self.state.parts[part.index()].destroys > 0;
        loop {
            destroyed |= self.state.places[place.index()].destroys > 0;
            let parent = self.topology.places[place.index()].parent;
            if parent == place {
                return destroyed;
            }
            place = parent;
        }
    }
}
