//! Instances and store members: who they are and where they are.
//!
//! Instances of a place of `runs` are dealt round-robin over its innermost places in the order of their paths, so that
//! six instances in three zones are two each. Members are the primary, then the synchronous standbys, then the
//! asynchronous ones, each in the order written, because the first ones are preferred.

use std::collections::BTreeMap;

use super::pointer::{Pointer, at};
use super::{Compiler, sorted};
use crate::model::Code;
use crate::model::names::PlacePath;
use crate::model::services as written;
use crate::topology::{
    CauseKind, Need, Owner, Part, PartId, PlaceId, Pool, PoolId, Service, ServiceId, StoreId,
};

/// Most instances of one service in one place.
const INSTANCES_MAX: u32 = 10_000;

/// A member of a store, before its store is checked.
#[derive(Clone, Debug)]
pub(super) struct MemberFound {
    /// The part.
    pub part: PartId,
    /// Where it is.
    pub place: PlaceId,
    /// Whether it acknowledges writes.
    pub acknowledges: bool,
}

impl Compiler<'_> {
    /// Lists services, pools and their instances.
    pub(super) fn instances(&mut self) {
        let model = self.model;
        for (index, (name, service)) in sorted(&model.services).into_iter().enumerate() {
            let id = ServiceId::from(index);
            self.service_ids.insert(name.to_owned(), id);
            let pointer = at(&["services", name]);
            let first = self.pools.len();
            for (place, count) in sorted(&service.runs) {
                self.pool(id, name, service, (place, count.get()), &pointer);
            }
            if service.runs.is_empty() {
                let help =
                    "name a place and a number of instances, such as `runs: { us-east-1: 3 }`";
                self.error(
                    Code::NoTarget,
                    &pointer.key("runs"),
                    format!("`{name}` runs nowhere"),
                    help,
                );
            }
            let pools: BTreeMap<PlaceId, PoolId> = (first..self.pools.len())
                .map(|pool| (self.pools[pool].place, PoolId::from(pool)))
                .collect();
            let in_order = |place: &PlacePath| {
                let place = self.place_index.by_path.get(&**place)?;
                pools.get(place).copied()
            };
            let pools = service.runs.keys().filter_map(in_order).collect();
            let overload_cause = self.cause(format!("services.{name}.overload"), CauseKind::Fault);
            self.services.push(Service {
                name: name.to_owned(),
                pools,
                needs: Need::All(Vec::new()),
                overload_cause,
            });
        }
    }

    fn pool(
        &mut self,
        id: ServiceId,
        name: &str,
        service: &written::Service,
        (path, count): (&str, u32),
        pointer: &Pointer,
    ) {
        let here = pointer.key("runs").key(path);
        let Some(place) = self.place(path, &here) else {
            return;
        };
        if count > INSTANCES_MAX {
            let message =
                format!("{count} instances in one place are more than this program simulates");
            self.error(
                Code::TooManyParts,
                &here,
                message,
                format!("write at most {INSTANCES_MAX}"),
            );
        }
        let count = count.min(INSTANCES_MAX);
        if service.at_least.get() > count {
            let least = service.at_least;
            let message =
                format!("`{name}` needs {least} instances in `{path}`, where only {count} run");
            self.error(
                Code::AtLeast,
                &here,
                message,
                "run more instances, or lower `at-least`",
            );
        }
        let pool = PoolId::from(self.pools.len());
        let leaves = self.leaves(place);
        let parts = (0..count as usize)
            .map(|number| {
                let path = format!("services.{name}.{path}.{}", number + 1);
                self.part(path, leaves[number % leaves.len()], Owner::Pool(pool))
            })
            .collect();
        self.pools.push(Pool {
            service: id,
            place,
            parts,
            at_least: service.at_least.get(),
            serves: service.instance.serves.map(|rate| rate.per_second()),
        });
    }

    /// Lists the members of stores.
    pub(super) fn members(&mut self) {
        let model = self.model;
        for (index, (name, store)) in sorted(&model.stores).into_iter().enumerate() {
            let id = StoreId::from(index);
            self.store_ids.insert(name.to_owned(), id);
            let pointer = at(&["stores", name, "members"]);
            let members = &store.members;
            let mut found = Vec::new();
            let mut seen: BTreeMap<PlaceId, u32> = BTreeMap::new();
            let primary = (&members.primary, pointer.key("primary"), false);
            let sync = members
                .sync
                .iter()
                .enumerate()
                .map(|(index, path)| (path, pointer.key("sync").index(index), true));
            let asynchronous = members.asynchronous.iter().enumerate();
            let asynchronous =
                asynchronous.map(|(index, path)| (path, pointer.key("async").index(index), false));
            for (path, here, acknowledges) in
                std::iter::once(primary).chain(sync).chain(asynchronous)
            {
                if let Some(place) = self.place(path, &here) {
                    let again =
                        self.member_again(&members.primary, path, seen.get(&place).copied(), &here);
                    let times = seen.entry(place).or_default();
                    *times += 1;
                    if again {
                        let number = if *times > 1 {
                            format!(".{times}")
                        } else {
                            String::new()
                        };
                        let part = format!("stores.{name}.members.{path}{number}");
                        let part = self.part(part, place, Owner::Store(id, found.len()));
                        found.push(MemberFound {
                            part,
                            place,
                            acknowledges,
                        });
                    }
                }
            }
            self.members.push(found);
        }
    }

    /// Whether a member counts although its place may already have some.
    fn member_again(
        &mut self,
        primary: &str,
        path: &str,
        before: Option<u32>,
        pointer: &Pointer,
    ) -> bool {
        if before.is_none() {
            return true;
        }
        if primary == path {
            let message = format!("the primary in `{path}` is listed again as a standby");
            self.error(
                Code::PrimaryTwice,
                pointer,
                message,
                "take it out here; standbys are the other members",
            );
            return false;
        }
        let message = format!("two members of this store are in `{path}`");
        self.warning(
            Code::MembersTogether,
            pointer,
            message,
            "they share the fate of the place; spread them if you can",
        );
        true
    }

    fn part(&mut self, path: String, place: PlaceId, owner: Owner) -> PartId {
        let id = PartId::from(self.parts.len());
        self.parts.push(Part {
            path,
            place,
            owner,
            faults: Vec::new(),
        });
        let mut around = place;
        loop {
            self.places[around.index()].parts.push(id);
            let parent = self.places[around.index()].parent;
            if parent == around {
                return id;
            }
            around = parent;
        }
    }
}
