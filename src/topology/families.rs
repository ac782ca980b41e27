//! Families: faults that do the same to instances of one pool in one place, by the same laws.
//!
//! Alike are faults that each hit exactly one instance, of one pool and in one place, with the same effect, laws, crew and
//! age after repair. Which of them is active makes no difference, so they may be counted instead of told apart. If
//! the law between their strikes has no memory, they share one clock: the first of n exponential times of rate r is
//! exponential of rate n r, and any of the n is equally likely to have struck. Its stream is that of the first instance,
//! so that more instances leave it where it is.
//!
//! Families follow from a topology and are no part of it: whoever changes a law changes them. Deliberately absent:
//! members of stores, which have roles, and pooled repairs, whose laws have a memory.

use std::collections::BTreeMap;

use super::Topology;
use super::ids::*;
use super::parts::{Effect, Fault, FaultAction, Owner};
use crate::dist::Law;

/// Faults that are alike.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its faults, two at least, in the order of the instances that they hit.
    pub faults: Vec<FaultId>,
    /// Whether they strike by one clock; it draws from the stream of the first one.
    pub shares_a_clock: bool,
}

/// The families of a topology.
#[derive(Clone, Debug)]
pub struct Families {
    /// All of them.
    pub list: Vec<Family>,
    of_fault: Vec<Option<FamilyId>>,
}

/// What a fault of one instance does, and where.
type Deed = (PoolId, PlaceId, Effect);

impl Families {
    /// Finds the families among the faults of a topology.
    #[must_use]
    pub fn of(topology: &Topology) -> Families {
        let mut families = Families {
            list: Vec::new(),
            of_fault: vec![None; topology.faults.len()],
        };
        for mut faults in groups(topology) {
            faults.sort_by_key(|id| {
                let hit = instance_hit(topology, &topology.faults[id.index()]);
                (hit.map(|(part, _)| part), *id)
            });
            let id = FamilyId::from(families.list.len());
            for fault in &faults {
                families.of_fault[fault.index()] = Some(id);
            }
            let every = &topology.faults[faults[0].index()].every;
            families.list.push(Family {
                faults,
                shares_a_clock: matches!(every, Law::Exponential(_)),
            });
        }
        families
    }

    /// The family of a fault.
    #[must_use]
    pub fn family_of(&self, id: FaultId) -> Option<FamilyId> {
        self.of_fault[id.index()]
    }

    /// The family of a fault that strikes by its clock.
    #[must_use]
    pub fn sharing_a_clock(&self, id: FaultId) -> Option<FamilyId> {
        self.family_of(id)
            .filter(|family| self.list[family.index()].shares_a_clock)
    }
}

/// Two and more faults that are alike, in the order of their first ones.
fn groups(topology: &Topology) -> Vec<Vec<FaultId>> {
    let mut groups: Vec<Vec<FaultId>> = Vec::new();
    let mut by_deed: BTreeMap<Deed, Vec<usize>> = BTreeMap::new();
    for (index, fault) in topology.faults.iter().enumerate() {
        let Some((_, deed)) = instance_hit(topology, fault) else {
            continue;
        };
        let candidates = by_deed.entry(deed).or_default();
        let is_alike =
            |group: &&usize| same_laws(fault, &topology.faults[groups[**group][0].index()]);
        match candidates.iter().find(is_alike) {
            Some(group) => groups[*group].push(index.into()),
            None => {
                candidates.push(groups.len());
                groups.push(vec![index.into()]);
            }
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// The instance that a fault hits, if it hits nothing else, and what it does to it.
fn instance_hit(topology: &Topology, fault: &Fault) -> Option<(PartId, Deed)> {
    let FaultAction::Down {
        places,
        parts,
        effect,
    } = &fault.action
    else {
        return None;
    };
    let (true, [id]) = (places.is_empty(), &parts[..]) else {
        return None;
    };
    let part = &topology.parts[id.index()];
    match part.owner {
        Owner::Pool(pool) => Some((*id, (pool, part.place, *effect))),
        Owner::Store(..) => None,
    }
}

fn same_laws(one: &Fault, other: &Fault) -> bool {
    one.every == other.every
        && one.lasts == other.lasts
        && one.after_repair == other.after_repair
        && one.crew == other.crew
}
