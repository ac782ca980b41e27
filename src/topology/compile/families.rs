//! Families: which faults are alike, and which of these share a clock.
//!
//! Alike are faults that each hit exactly one instance, of one pool and in one place, with the same effect, laws, crew and
//! age after repair. A shared clock draws from a stream that is named after the fault of the first instance, so that
//! more instances leave it where it is. Deliberately absent: members of stores, which have roles.

use std::collections::BTreeMap;

use super::Compiler;
use crate::dist::Law;
use crate::topology::{
    Effect, Family, FamilyId, Fault, FaultAction, FaultId, Owner, PartId, PlaceId, PoolId,
    SharedClock, purpose,
};

/// What a fault of one instance does, and where.
type Deed = (PoolId, PlaceId, Effect);

impl Compiler<'_> {
    /// Lists the families among the faults, which are in order by now.
    pub(super) fn families(&mut self) {
        for faults in self.alike_faults() {
            let id = FamilyId::from(self.families.len());
            for fault in &faults {
                self.faults[fault.index()].family = Some(id);
            }
            let clock = self.shared_clock(&faults);
            self.families.push(Family { faults, clock });
        }
    }

    /// Groups of two and more faults that are alike, in the order of their first ones.
    fn alike_faults(&self) -> Vec<Vec<FaultId>> {
        let mut groups: Vec<Vec<FaultId>> = Vec::new();
        let mut by_deed: BTreeMap<Deed, Vec<usize>> = BTreeMap::new();
        for (index, fault) in self.faults.iter().enumerate() {
            let Some((_, deed)) = self.instance_hit(fault) else {
                continue;
            };
            let candidates = by_deed.entry(deed).or_default();
            let is_alike =
                |group: &&usize| same_laws(fault, &self.faults[groups[**group][0].index()]);
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
    fn instance_hit(&self, fault: &Fault) -> Option<(PartId, Deed)> {
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
        let part = &self.parts[id.index()];
        match part.owner {
            Owner::Pool(pool) => Some((*id, (pool, part.place, *effect))),
            Owner::Store(..) => None,
        }
    }

    fn shared_clock(&mut self, faults: &[FaultId]) -> Option<SharedClock> {
        let Law::Exponential(_) = &self.faults[faults[0].index()].every else {
            return None;
        };
        let mean = self.faults[faults[0].index()].every.mean();
        let instance = |id: &&FaultId| {
            let hit = self.instance_hit(&self.faults[id.index()]);
            hit.map(|(part, _)| part)
        };
        let first = faults.iter().min_by_key(instance)?;
        let path = &self.faults[first.index()].path;
        let draw = self.draws.draw(path, purpose::SHARED_STRIKE);
        Some(SharedClock { mean, draw })
    }
}

fn same_laws(one: &Fault, other: &Fault) -> bool {
    one.every == other.every
        && one.lasts == other.lasts
        && one.after_repair == other.after_repair
        && one.crew == other.crew
}
