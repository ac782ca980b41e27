//! Reach: what basic events can touch in common.
//!
//! A journey depends on its entry, on services, on stores, on who probes them, and on the places around all of these;
//! a store on its members and their detector. Where a journey needs several things, each of them without a choice, what
//! it loses is cut into *strands*, one for each: as each loss costs requests by itself, things that touch no strand in
//! common cost no more together than each alone. Sets whose members touch no strand in common therefore need no drill,
//! and a journey over a hundred services has hundreds of sets of two worth a drill, not ten thousand. A cut of the network
//! touches what has something on both of its sides, entries touch whatever of limited capacity their clients load, and
//! faults that wait for the same crew touch what any of them does. Deliberately absent: how one touches the other, which
//! drills tell; and outages, which several losses add up to (see `unions`).

use std::collections::BTreeSet;

use super::event::{Events, What};
use super::guide::Target;
use crate::engine::DrawId;
use crate::topology::{
    FaultAction, FaultId, JourneyId, Need, PartId, PlaceId, PoolId, ServiceId, StoreId, Topology,
    TrafficId, Watch,
};
use crate::world::clocks::Clock;

/// The index of a strand.
type StrandId = u32;

/// For each basic event, what it touches.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The strands that each basic event touches, in ascending order.
    touched_by: Vec<Vec<StrandId>>,
    /// The target of each strand; those of a target are next to each other.
    target_of: Vec<usize>,
}

impl Reach {
    /// Follows what every target depends on.
    pub fn new(topology: &Topology, events: &Events, targets: &[Target]) -> Reach {
        let world = Surroundings::new(topology);
        let mut target_of = Vec::new();
        let mut touching = Touching::new(topology);
        for (index, target) in targets.iter().enumerate() {
            for strand in world.strands(*target) {
                touching.list(&strand, target_of.len() as StrandId);
                target_of.push(index);
            }
        }
        let touched = events.list.iter().filter_map(|event| match &event.what {
            What::Strike(clocks) => Some(match clocks[0] {
                Clock::Fault(id) => touching.by_fault(topology, id),
                Clock::Alarm(id) => touching
                    .by_what_watches(topology.detectors[id.index()].watches)
                    .clone(),
            }),
            What::Failure(draw) => Some(touching.by_stage(topology, *draw)),
            // These are the last ones.
            What::AnyOf(_) => None,
        });
        let mut reach = Reach {
            touched_by: touched.collect(),
            target_of,
        };
        reach.share_crews(topology, events);
        reach.count_together(events);
        reach
    }

    /// Takes in what counts others together, which touches the same as any of them.
    pub fn count_together(&mut self, events: &Events) {
        for (_, group) in events.groups() {
            let touched = self.touched_by(group.events[0]).to_vec();
            self.touched_by.push(touched);
        }
    }

    /// What a basic event touches.
    pub fn touched_by(&self, event: u32) -> &[StrandId] {
        &self.touched_by[event as usize]
    }

    /// Whether a basic event touches a target.
    pub fn touches(&self, event: u32, target: usize) -> bool {
        let mut touched = self.touched_by[event as usize].iter();
        touched.any(|strand| self.target_of[*strand as usize] == target)
    }

    /// The strands that all of these basic events touch, in ascending order.
    pub fn in_common(&self, set: &[(u32, u16)]) -> Vec<StrandId> {
        let Some(((first, _), others)) = set.split_first() else {
            return (0..self.target_of.len() as StrandId).collect();
        };
        let mut common = self.touched_by[*first as usize].clone();
        for (event, _) in others {
            let touched = &self.touched_by[*event as usize];
            common.retain(|strand| touched.binary_search(strand).is_ok());
        }
        common
    }

    /// The targets that a basic event touches by some of these strands, each once.
    pub fn targets_by<'r>(
        &'r self,
        event: u32,
        strands: &'r [StrandId],
    ) -> impl Iterator<Item = usize> + 'r {
        let touched = &self.touched_by[event as usize][..];
        let (fewer, more) = if touched.len() < strands.len() {
            (touched, strands)
        } else {
            (strands, touched)
        };
        let both = fewer
            .iter()
            .filter(move |strand| more.binary_search(strand).is_ok());
        let mut last = None;
        both.map(|strand| self.target_of[*strand as usize])
            .filter(move |target| last.replace(*target) != Some(*target))
    }

    /// The targets that all of these basic events touch by a strand in common.
    pub fn targets_of(&self, set: &[(u32, u16)]) -> Vec<usize> {
        let common = self.in_common(set);
        let targets = common.iter().map(|strand| self.target_of[*strand as usize]);
        let mut targets: Vec<usize> = targets.collect();
        targets.dedup();
        targets
    }

    fn share_crews(&mut self, topology: &Topology, events: &Events) {
        let crew_of = |what: &What| match what {
            What::Strike(clocks) => match clocks[0] {
                Clock::Fault(id) => topology.faults[id.index()].crew,
                Clock::Alarm(_) => None,
            },
            What::AnyOf(_) | What::Failure(_) => None,
        };
        let mut of_crew = vec![Vec::new(); topology.crews.len()];
        for (event, touched) in events.list.iter().zip(&self.touched_by) {
            if let Some(crew) = crew_of(&event.what) {
                of_crew[crew.index()].extend(touched);
            }
        }
        let of_crew: Vec<Vec<StrandId>> = of_crew.into_iter().map(in_order).collect();
        for (event, touched) in events.list.iter().zip(&mut self.touched_by) {
            if let Some(crew) = crew_of(&event.what) {
                touched.clone_from(&of_crew[crew.index()]);
            }
        }
    }
}

fn in_order(mut strands: Vec<StrandId>) -> Vec<StrandId> {
    strands.sort_unstable();
    strands.dedup();
    strands
}

/// The strands that depend on each thing, in ascending order.
struct Touching {
    parts: Vec<Vec<StrandId>>,
    places: Vec<Vec<StrandId>>,
    stores: Vec<Vec<StrandId>>,
    entries: Vec<Vec<StrandId>>,
}

impl Touching {
    fn new(topology: &Topology) -> Touching {
        Touching {
            parts: vec![Vec::new(); topology.parts.len()],
            places: vec![Vec::new(); topology.places.len()],
            stores: vec![Vec::new(); topology.stores.len()],
            entries: vec![Vec::new(); topology.traffic.len()],
        }
    }

    fn list(&mut self, strand: &Strand, id: StrandId) {
        let Strand {
            parts,
            places,
            stores,
            entries,
        } = strand;
        parts
            .iter()
            .for_each(|part| self.parts[part.index()].push(id));
        places
            .iter()
            .for_each(|place| self.places[place.index()].push(id));
        stores
            .iter()
            .for_each(|store| self.stores[store.index()].push(id));
        entries
            .iter()
            .for_each(|entry| self.entries[entry.index()].push(id));
    }

    fn by_fault(&self, topology: &Topology, id: FaultId) -> Vec<StrandId> {
        match &topology.faults[id.index()].action {
            FaultAction::Down { places, parts, .. } => {
                let places = places.iter().flat_map(|place| &self.places[place.index()]);
                let parts = parts.iter().flat_map(|part| &self.parts[part.index()]);
                in_order(places.chain(parts).copied().collect())
            }
            FaultAction::Cut(cuts) => {
                let cut_off = cuts.iter().flat_map(|cut| {
                    let [one, other] = [cut.from, cut.to].map(|side| &self.places[side.index()]);
                    let is_there = |strand: &&StrandId| other.binary_search(strand).is_ok();
                    one.iter().filter(is_there).copied()
                });
                in_order(cut_off.collect())
            }
        }
    }

    fn by_what_watches(&self, watches: Watch) -> &Vec<StrandId> {
        match watches {
            Watch::Target(id, _) | Watch::Instance(id, _) => &self.entries[id.index()],
            Watch::Primary(id) => &self.stores[id.index()],
        }
    }

    fn by_stage(&self, topology: &Topology, draw: DrawId) -> Vec<StrandId> {
        let stores = topology.stores.iter().zip(&self.stores);
        let mut decided = stores.filter(|(store, _)| {
            store.failover.as_ref().is_some_and(|failover| {
                let promote = failover.promote.draw_works;
                let redirect = failover.redirect.draw_works;
                [failover.draw_fence_works, promote, redirect].contains(&draw)
            })
        });
        decided
            .next()
            .map_or_else(Vec::new, |(_, strands)| strands.clone())
    }
}

/// What a strand depends on.
#[derive(Clone, Default)]
struct Strand {
    parts: BTreeSet<PartId>,
    places: BTreeSet<PlaceId>,
    stores: BTreeSet<StoreId>,
    entries: BTreeSet<TrafficId>,
}

/// One of the things that a journey needs.
enum Needed<'t> {
    /// The instances of a service, whatever that needs.
    Instances(ServiceId),
    /// A need with all that it needs in turn.
    Whole(&'t Need),
}

/// What the things of a topology have to do with each other.
struct Surroundings<'t> {
    topology: &'t Topology,
    /// Where each entry's detectors probe from.
    entry_vantage: Vec<BTreeSet<PlaceId>>,
    /// Where the detector of each store's primary probes from.
    store_vantage: Vec<BTreeSet<PlaceId>>,
    /// The entries whose clients load each service.
    callers: Vec<BTreeSet<TrafficId>>,
}

impl<'t> Surroundings<'t> {
    fn new(topology: &'t Topology) -> Surroundings<'t> {
        let mut found = Surroundings {
            topology,
            entry_vantage: vec![BTreeSet::new(); topology.traffic.len()],
            store_vantage: vec![BTreeSet::new(); topology.stores.len()],
            callers: vec![BTreeSet::new(); topology.services.len()],
        };
        for detector in &topology.detectors {
            let vantage = match detector.watches {
                Watch::Target(id, _) | Watch::Instance(id, _) => {
                    &mut found.entry_vantage[id.index()]
                }
                Watch::Primary(id) => &mut found.store_vantage[id.index()],
            };
            vantage.extend(&detector.vantage);
        }
        for journey in &topology.journeys {
            if let Some(entry) = journey.enters {
                let mut called = BTreeSet::new();
                let service = topology.traffic[entry.index()].service;
                found.call(service, &mut called);
                found.call_for(&journey.needs, &mut called);
                for service in called {
                    found.callers[service.index()].insert(entry);
                }
            }
        }
        found
    }

    fn call(&self, id: ServiceId, called: &mut BTreeSet<ServiceId>) {
        if called.insert(id) {
            self.call_for(&self.topology.services[id.index()].needs, called);
        }
    }

    fn call_for(&self, need: &Need, called: &mut BTreeSet<ServiceId>) {
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                needs.iter().for_each(|need| self.call_for(need, called));
            }
            Need::Soft { need, .. } => self.call_for(need, called),
            Need::Service { service, .. } => self.call(*service, called),
            Need::Read(_) | Need::Write(_) => {}
        }
    }

    /// The strands of a target, at least one.
    fn strands(&self, target: Target) -> Vec<Strand> {
        let mut common = Strand::default();
        self.add_place(&mut common, PlaceId::INTERNET);
        let id = match target {
            Target::Requests(id) | Target::Outage(id) => id,
            Target::Loss(id) | Target::Backlog(id) | Target::SplitBrain(id) => {
                self.add_store(&mut common, id);
                return vec![common];
            }
        };
        if let Some(entry) = self.topology.journeys[id.index()].enters {
            self.add_instances(&mut common, self.topology.traffic[entry.index()].service);
            self.add_entry(&mut common, entry);
        }
        let needed = self.needed(id);
        let strands = needed.iter().map(|needed| {
            let mut strand = common.clone();
            match needed {
                Needed::Instances(service) => self.add_instances(&mut strand, *service),
                Needed::Whole(need) => self.add_need(&mut strand, need),
            }
            strand
        });
        let strands: Vec<Strand> = strands.collect();
        if strands.is_empty() {
            vec![common]
        } else {
            strands
        }
    }

    /// What a journey needs one and all, each service and store once.
    fn needed(&self, id: JourneyId) -> Vec<Needed<'t>> {
        let journey = &self.topology.journeys[id.index()];
        let mut found = Vec::new();
        let (mut services, mut stores) = (BTreeSet::new(), BTreeSet::new());
        let mut waiting = Vec::new();
        match journey.enters {
            None => waiting.push((&journey.needs, vec![PlaceId::INTERNET])),
            Some(entry) => {
                let traffic = &self.topology.traffic[entry.index()];
                let sites: Vec<PlaceId> =
                    traffic.targets.iter().map(|target| target.place).collect();
                let service = &self.topology.services[traffic.service.index()];
                waiting.push((&journey.needs, sites.clone()));
                waiting.push((&service.needs, sites));
            }
        }
        while let Some((need, sites)) = waiting.pop() {
            match need {
                Need::All(needs) => {
                    waiting.extend(needs.iter().map(|need| (need, sites.clone())));
                }
                Need::Service { service, at } if self.has_no_choice(*service, *at, &sites) => {
                    if services.insert(*service) {
                        found.push(Needed::Instances(*service));
                        let checked = &self.topology.services[service.index()];
                        let pools = checked.pools.iter();
                        let sites = pools.map(|pool| self.topology.pools[pool.index()].place);
                        waiting.push((&checked.needs, sites.collect()));
                    }
                }
                Need::Read(store) | Need::Write(store) => {
                    if stores.insert(*store) {
                        found.push(Needed::Whole(need));
                    }
                }
                _ => found.push(Needed::Whole(need)),
            }
        }
        found
    }

    fn has_no_choice(&self, service: ServiceId, named: Option<PoolId>, sites: &[PlaceId]) -> bool {
        let called = |site: &PlaceId| self.topology.pool_called(service, named, *site);
        sites.iter().all(|site| called(site).is_some())
    }

    fn add_need(&self, strand: &mut Strand, need: &Need) {
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                needs.iter().for_each(|need| self.add_need(strand, need));
            }
            Need::Soft { need, .. } => self.add_need(strand, need),
            Need::Service { service, .. } => {
                self.add_instances(strand, *service);
                self.add_need(strand, &self.topology.services[service.index()].needs);
            }
            Need::Read(store) | Need::Write(store) => self.add_store(strand, *store),
        }
    }

    fn add_instances(&self, strand: &mut Strand, id: ServiceId) {
        let pools = &self.topology.services[id.index()].pools;
        let mut is_limited = false;
        for pool in pools {
            let pool = &self.topology.pools[pool.index()];
            is_limited |= pool.serves.is_some();
            self.add_place(strand, pool.place);
            for part in &pool.parts {
                strand.parts.insert(*part);
                self.add_place(strand, self.topology.parts[part.index()].place);
            }
        }
        if is_limited {
            for entry in &self.callers[id.index()] {
                self.add_entry(strand, *entry);
            }
        }
    }

    /// All that decides about where the clients of an entry go.
    fn add_entry(&self, strand: &mut Strand, id: TrafficId) {
        if !strand.entries.insert(id) {
            return;
        }
        for target in &self.topology.traffic[id.index()].targets {
            self.add_place(strand, target.place);
            for part in &self.topology.pools[target.pool.index()].parts {
                strand.parts.insert(*part);
                self.add_place(strand, self.topology.parts[part.index()].place);
            }
        }
        for place in &self.entry_vantage[id.index()] {
            self.add_place(strand, *place);
        }
    }

    fn add_store(&self, strand: &mut Strand, id: StoreId) {
        strand.stores.insert(id);
        for member in &self.topology.stores[id.index()].members {
            strand.parts.insert(member.part);
            self.add_place(strand, member.place);
        }
        for place in &self.store_vantage[id.index()] {
            self.add_place(strand, *place);
        }
    }

    /// A place, and all that it is in.
    fn add_place(&self, strand: &mut Strand, mut place: PlaceId) {
        while strand.places.insert(place) {
            place = self.topology.places[place.index()].parent;
        }
    }
}
