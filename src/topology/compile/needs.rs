//! Needs with their references resolved, and what they lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::pointer::{Pointer, at};
use super::{Compiler, names_of, sorted};
use crate::model::Code;
use crate::model::need as written;
use crate::topology::{Need, PoolId, ServiceId, StoreId};

impl Compiler<'_> {
    /// Resolves the needs of all services, and reports loops among them.
    pub(super) fn service_needs(&mut self) {
        let model = self.model;
        for (index, (name, service)) in sorted(&model.services).into_iter().enumerate() {
            let needs = self.needs(&service.needs, &at(&["services", name, "needs"]));
            self.services[index].needs = Need::All(needs);
        }
        self.report_loops();
    }

    /// The checked form of a list of needs; what was reported is left out.
    pub(super) fn needs(&mut self, needs: &[written::Need], pointer: &Pointer) -> Vec<Need> {
        needs
            .iter()
            .enumerate()
            .filter_map(|(index, need)| self.need(need, &pointer.index(index)))
            .collect()
    }

    fn need(&mut self, need: &written::Need, pointer: &Pointer) -> Option<Need> {
        match need {
            written::Need::Service { service, at } => {
                self.service_need(service, at.as_deref(), pointer)
            }
            written::Need::Read(store) => self.store(store, pointer).map(Need::Read),
            written::Need::Write(store) => self.store(store, pointer).map(Need::Write),
            written::Need::Any(of) => {
                let here = pointer.key("any");
                self.require_count(1, of.len(), &here);
                Some(Need::AtLeast {
                    count: 1,
                    of: self.needs(of, &here),
                })
            }
            written::Need::All(of) => Some(Need::All(self.needs(of, &pointer.key("all")))),
            written::Need::AtLeast(at_least) => {
                let here = pointer.key("at-least");
                let count = at_least.count.get() as usize;
                self.require_count(count, at_least.of.len(), &here.key("count"));
                Some(Need::AtLeast {
                    count,
                    of: self.needs(&at_least.of, &here.key("of")),
                })
            }
            written::Need::Soft(soft) => {
                let need = self.need(&soft.need, &pointer.key("soft").key("need"))?;
                Some(Need::Soft {
                    need: Box::new(need),
                    keeps: soft.keeps.value(),
                })
            }
        }
    }

    fn require_count(&mut self, count: usize, of: usize, pointer: &Pointer) {
        if count > of {
            let message = format!("{count} of {of} needs can never be met");
            self.error(
                Code::Count,
                pointer,
                message,
                "list more needs, or lower the count",
            );
        }
    }

    fn service_need(&mut self, name: &str, place: Option<&str>, pointer: &Pointer) -> Option<Need> {
        if !self.service_ids.contains_key(name) && self.store_ids.contains_key(name) {
            let message =
                format!("`{name}` is a store, and this does not say what is needed of it");
            self.error(
                Code::UnknownNeed,
                pointer,
                message,
                format!("write `{name}.read` or `{name}.write`"),
            );
            return None;
        }
        let service = self.service(name, pointer)?;
        let at = match place {
            None => None,
            Some(path) => {
                let place = self.place(path, pointer)?;
                let pool = self.pool_at(service, place);
                if pool.is_none() {
                    let message = format!("`{name}` does not run in `{path}` as such");
                    self.error(Code::NotThere, pointer, message, self.runs_where(name));
                }
                Some(pool?)
            }
        };
        Some(Need::Service { service, at })
    }

    /// The service of this name.
    pub(super) fn service(&mut self, name: &str, pointer: &Pointer) -> Option<ServiceId> {
        let id = self.service_ids.get(name).copied();
        if id.is_none() {
            self.unknown(
                Code::UnknownService,
                "services",
                name,
                &names_of(&self.model.services),
                pointer,
            );
        }
        id
    }

    /// The store of this name.
    pub(super) fn store(&mut self, name: &str, pointer: &Pointer) -> Option<StoreId> {
        let id = self.store_ids.get(name).copied();
        if id.is_none() {
            self.unknown(
                Code::UnknownStore,
                "stores",
                name,
                &names_of(&self.model.stores),
                pointer,
            );
        }
        id
    }

    /// The pool of a service whose place of `runs` is exactly this one.
    pub(super) fn pool_at(
        &self,
        service: ServiceId,
        place: crate::topology::PlaceId,
    ) -> Option<PoolId> {
        let pools = &self.services[service.index()].pools;
        pools
            .iter()
            .copied()
            .find(|pool| self.pools[pool.index()].place == place)
    }

    /// Advice that names the places of `runs`.
    pub(super) fn runs_where(&self, service: &str) -> String {
        let runs = self
            .model
            .services
            .get(service)
            .map(|service| &service.runs);
        let places: Vec<String> = runs
            .into_iter()
            .flat_map(|runs| runs.keys())
            .map(|place| format!("`{place}`"))
            .collect();
        format!(
            "`{service}` runs in {}; name one of these as written there",
            places.join(", ")
        )
    }

    /// Reports each loop among the needs of services once, from its first service by name.
    fn report_loops(&mut self) {
        let graph: Vec<BTreeSet<ServiceId>> = self
            .services
            .iter()
            .map(|service| direct(&service.needs).services)
            .collect();
        let mut done = vec![false; graph.len()];
        for start in 0..graph.len() {
            if done[start] {
                continue;
            }
            if let Some(path) = path_back(&graph, ServiceId::from(start)) {
                path.iter().for_each(|service| done[service.index()] = true);
                let name = |service: &ServiceId| self.services[service.index()].name.clone();
                let mut names: Vec<String> = path.iter().map(name).collect();
                names.push(names[0].clone());
                let pointer = at(&["services", &names[0], "needs"]);
                let message = format!("services need each other in a loop: {}", names.join(" -> "));
                self.error(
                    Code::NeedsLoop,
                    &pointer,
                    message,
                    "take one of these needs out, or make two services of one",
                );
            }
        }
    }

    /// The stores that this leads to writing, through services too.
    pub(super) fn stores_written(&self, needs: &Need) -> BTreeSet<StoreId> {
        let mut seen = BTreeSet::new();
        let mut todo = direct(needs);
        let mut written = todo.writes.clone();
        while let Some(service) = todo.services.pop_first() {
            if seen.insert(service) {
                let more = direct(&self.services[service.index()].needs);
                written.extend(more.writes);
                todo.services.extend(more.services);
            }
        }
        written
    }

    /// Warns about services and stores that nothing uses.
    pub(super) fn warn_unused(&mut self) {
        let mut used = Direct::default();
        for service in &self.services {
            collect(&service.needs, &mut used);
        }
        for journey in &self.journeys {
            collect(&journey.needs, &mut used);
        }
        used.services
            .extend(self.traffic.iter().map(|entry| entry.service));
        let names: Vec<(bool, String)> = self
            .service_ids
            .iter()
            .filter(|(_, id)| !used.services.contains(id))
            .map(|(name, _)| (true, name.clone()))
            .chain(
                self.store_ids
                    .iter()
                    .filter(|(_, id)| !used.reads.contains(id) && !used.writes.contains(id))
                    .map(|(name, _)| (false, name.clone())),
            )
            .collect();
        for (is_service, name) in names {
            let (list, what) = if is_service {
                ("services", "service")
            } else {
                ("stores", "store")
            };
            let message = format!("nothing uses the {what} `{name}`");
            self.warning(
                Code::Unused,
                &at(&[list, &name]),
                message,
                "let a journey or a service need it, or take it out",
            );
        }
    }
}

/// What a need names itself.
#[derive(Clone, Debug, Default)]
struct Direct {
    services: BTreeSet<ServiceId>,
    reads: BTreeSet<StoreId>,
    writes: BTreeSet<StoreId>,
}

fn direct(need: &Need) -> Direct {
    let mut found = Direct::default();
    collect(need, &mut found);
    found
}

fn collect(need: &Need, found: &mut Direct) {
    match need {
        Need::All(of) | Need::AtLeast { of, .. } => of.iter().for_each(|need| collect(need, found)),
        Need::Soft { need, .. } => collect(need, found),
        Need::Service { service, .. } => {
            found.services.insert(*service);
        }
        Need::Read(store) => {
            found.reads.insert(*store);
        }
        Need::Write(store) => {
            found.writes.insert(*store);
        }
    }
}

/// The shortest way from a service back to itself.
fn path_back(graph: &[BTreeSet<ServiceId>], start: ServiceId) -> Option<Vec<ServiceId>> {
    let mut from: BTreeMap<ServiceId, ServiceId> = BTreeMap::new();
    let mut layer = vec![start];
    while !layer.is_empty() {
        let mut next = Vec::new();
        for &service in &layer {
            for &needed in &graph[service.index()] {
                if needed == start {
                    let mut path = vec![service];
                    while let Some(&before) = from.get(path.last().expect("a path is never empty"))
                    {
                        path.push(before);
                    }
                    path.reverse();
                    return Some(path);
                }
                if needed != start && !from.contains_key(&needed) {
                    from.insert(needed, service);
                    next.push(needed);
                }
            }
        }
        layer = next;
    }
    None
}
