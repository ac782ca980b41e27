//! What depends on what: found once from the model, so that an event costs what it touches and not the model's size.
//!
//! A journey is cut into arrivals, one per target of its entry, and these into factors, each of which depends on the
//! pools, stores, loads and places that requests meet there; so do detectors and stores. Turned round, these say whom a
//! change concerns. A place lists whoever depends on it or on anything inside; a cut concerns only those that are listed
//! on both of its sides, so the shorter list will do. Deliberately absent: anything that changes during a trial.

use super::factor::{Factor, FactorId, Factors};
use super::flow::PoolLoad;
use super::lists::Lists;
use crate::topology::{
    Cut, DetectorId, JourneyId, Need, PlaceId, PoolId, StoreId, Topology, TrafficId, Watch,
};

/// One way into a journey: its requests at one target of its entry, or all of them if it has no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub journey: JourneyId,
    /// The entry and the index of its target.
    pub through: Option<(TrafficId, usize)>,
}

/// The index of an arrival.
pub(super) type ArrivalId = usize;

/// Whom a change of a place, or of what reaches it, concerns.
#[derive(Clone, Debug, Default)]
pub(super) struct Concerned {
    pub factors: Vec<FactorId>,
    pub stores: Vec<StoreId>,
    pub detectors: Vec<DetectorId>,
}

/// Everything that follows from a change.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependencies {
    /// All arrivals; those of a journey are next to each other, in the order of its targets.
    pub arrivals: Vec<Arrival>,
    /// The first arrival of each journey, and one more for the end.
    pub first_arrival: Vec<ArrivalId>,
    /// What requests take.
    pub factors: Vec<Factor>,
    /// The factors of each arrival, one arrival after the other; with an entry, the first tells what gets through that.
    factors_of_arrivals: Vec<FactorId>,
    /// Where those of each arrival begin, and one more for the end.
    first_factor: Vec<usize>,
    /// The arrivals with each factor.
    pub with_factor: Lists<ArrivalId>,
    /// Factors that depend on the instances of each pool.
    pub of_pool: Lists<FactorId>,
    /// Detectors of targets that watch each pool.
    pub watching_pool: Lists<DetectorId>,
    /// Factors that depend on each store.
    pub of_store: Lists<FactorId>,
    /// Factors that depend on how many clients each entry sends where.
    pub of_load: Lists<FactorId>,
    /// Journeys that enter at each entry.
    pub entering: Lists<JourneyId>,
    /// Stores that each journey writes to.
    pub written_by: Lists<StoreId>,
    /// By place.
    pub concerned: Vec<Concerned>,
}

/// What is known of [`Dependencies`] while their lists grow.
struct Found {
    known: Dependencies,
    with_factor: Vec<Vec<ArrivalId>>,
    of_pool: Vec<Vec<FactorId>>,
    watching_pool: Vec<Vec<DetectorId>>,
    of_store: Vec<Vec<FactorId>>,
    of_load: Vec<Vec<FactorId>>,
    entering: Vec<Vec<JourneyId>>,
    written_by: Vec<Vec<StoreId>>,
}

/// What one factor depends on.
#[derive(Default)]
struct Met {
    /// For each pool, one more than the last factor that met it.
    last: Vec<usize>,
    pools: Vec<PoolId>,
    stores: Vec<StoreId>,
    places: Vec<PlaceId>,
}

impl Dependencies {
    pub fn new(
        topology: &Topology,
        writers: &[Vec<JourneyId>],
        loads: &[Vec<PoolLoad>],
    ) -> Dependencies {
        let mut found = Found::new(topology);
        found.cut_into_arrivals(topology);
        found.cut_into_factors(topology);
        let mut met = Met {
            last: vec![0; topology.pools.len()],
            ..Met::default()
        };
        for id in 0..found.known.factors.len() {
            met.follow(topology, &found.known.factors[id], id + 1);
            for pool in &met.pools {
                found.of_pool[pool.index()].push(id);
            }
            for store in &met.stores {
                found.of_store[store.index()].push(id);
            }
            found.list(
                topology,
                &met.places,
                |concerned| &mut concerned.factors,
                id,
            );
        }
        for (store, writers) in writers.iter().enumerate() {
            for journey in writers {
                found.written_by[journey.index()].push(store.into());
            }
        }
        found.find_loads(topology, loads);
        found.find_stores(topology, writers);
        found.find_detectors(topology);
        found.listed()
    }

    /// The arrivals of a journey.
    pub fn arrivals_of(&self, journey: JourneyId) -> std::ops::Range<ArrivalId> {
        self.first_arrival[journey.index()]..self.first_arrival[journey.index() + 1]
    }

    /// The factors of an arrival.
    pub fn factors_of(&self, arrival: ArrivalId) -> &[FactorId] {
        let (from, to) = (self.first_factor[arrival], self.first_factor[arrival + 1]);
        &self.factors_of_arrivals[from..to]
    }

    /// Whom a cut concerns, and perhaps others.
    pub fn cut_off(&self, cut: &Cut) -> &Concerned {
        let sides = [cut.from, cut.to].map(|place| &self.concerned[place.index()]);
        if sides[0].size() <= sides[1].size() {
            sides[0]
        } else {
            sides[1]
        }
    }
}

impl Found {
    fn new(topology: &Topology) -> Found {
        Found {
            known: Dependencies {
                concerned: vec![Concerned::default(); topology.places.len()],
                ..Dependencies::default()
            },
            with_factor: Vec::new(),
            of_pool: vec![Vec::new(); topology.pools.len()],
            watching_pool: vec![Vec::new(); topology.pools.len()],
            of_store: vec![Vec::new(); topology.stores.len()],
            of_load: vec![Vec::new(); topology.traffic.len()],
            entering: vec![Vec::new(); topology.traffic.len()],
            written_by: vec![Vec::new(); topology.journeys.len()],
        }
    }

    fn listed(self) -> Dependencies {
        Dependencies {
            with_factor: self.with_factor.into(),
            of_pool: self.of_pool.into(),
            watching_pool: self.watching_pool.into(),
            of_store: self.of_store.into(),
            of_load: self.of_load.into(),
            entering: self.entering.into(),
            written_by: self.written_by.into(),
            ..self.known
        }
    }

    fn cut_into_arrivals(&mut self, topology: &Topology) {
        for (index, journey) in topology.journeys.iter().enumerate() {
            let journey_id = JourneyId::from(index);
            self.known.first_arrival.push(self.known.arrivals.len());
            let arrival = |through| Arrival {
                journey: journey_id,
                through,
            };
            match journey.enters {
                None => self.known.arrivals.push(arrival(None)),
                Some(entry) => {
                    self.entering[entry.index()].push(journey_id);
                    let targets = 0..topology.traffic[entry.index()].targets.len();
                    self.known
                        .arrivals
                        .extend(targets.map(|target| arrival(Some((entry, target)))));
                }
            }
        }
        self.known.first_arrival.push(self.known.arrivals.len());
    }

    fn cut_into_factors(&mut self, topology: &Topology) {
        let mut factors = Factors::default();
        for arrival in &self.known.arrivals {
            let found = &mut self.known.factors_of_arrivals;
            self.known.first_factor.push(found.len());
            let journey = &topology.journeys[arrival.journey.index()];
            let mut site = PlaceId::INTERNET;
            if let Some((entry, target)) = arrival.through {
                site = topology.traffic[entry.index()].targets[target].place;
                factors.of_entering(topology, (entry, target), journey.timeout, found);
            }
            factors.of_need(topology, &journey.needs, site, found);
        }
        self.known
            .first_factor
            .push(self.known.factors_of_arrivals.len());
        self.known.factors = factors.list;
        self.with_factor = vec![Vec::new(); self.known.factors.len()];
        for arrival in 0..self.known.arrivals.len() {
            let (from, to) = (
                self.known.first_factor[arrival],
                self.known.first_factor[arrival + 1],
            );
            for factor in &self.known.factors_of_arrivals[from..to] {
                let arrivals = &mut self.with_factor[*factor];
                if arrivals.last() != Some(&arrival) {
                    arrivals.push(arrival);
                }
            }
        }
    }

    /// Lists something at each of its places and at all that are around them.
    fn list<T: Copy + PartialEq>(
        &mut self,
        topology: &Topology,
        places: &[PlaceId],
        listed: impl Fn(&mut Concerned) -> &mut Vec<T>,
        item: T,
    ) {
        for &(mut place) in places {
            loop {
                let list = listed(&mut self.known.concerned[place.index()]);
                if list.last() == Some(&item) {
                    // So do all places around it.
                    break;
                }
                list.push(item);
                let parent = topology.places[place.index()].parent;
                if parent == place {
                    break;
                }
                place = parent;
            }
        }
    }

    /// Pools of limited capacity make the success of some depend on where others go.
    fn find_loads(&mut self, topology: &Topology, loads: &[Vec<PoolLoad>]) {
        for (pool, loads) in loads.iter().enumerate() {
            if topology.pools[pool].serves.is_none() {
                continue;
            }
            let mut entries: Vec<TrafficId> =
                loads.iter().filter_map(|load| load.entry()).collect();
            entries.sort_unstable();
            entries.dedup();
            for entry in entries {
                let factors = self.of_pool[pool].iter().copied();
                let loaded = factors.filter(|id| !self.known.factors[*id].is_entry());
                self.of_load[entry.index()].extend(loaded);
            }
        }
        // How often a balancer tries an ejected instance again depends on the requests that come.
        for (entry, traffic) in topology.traffic.iter().enumerate() {
            if traffic.has_passive_health() {
                let arrivals = self.entering[entry]
                    .iter()
                    .flat_map(|journey| self.known.arrivals_of(*journey));
                let entered: Vec<FactorId> = arrivals
                    .map(|arrival| self.known.factors_of(arrival)[0])
                    .collect();
                self.of_load[entry].extend(entered);
            }
        }
        for factors in &mut self.of_load {
            factors.sort_unstable();
            factors.dedup();
        }
    }

    /// A store depends on the places of its members, of those who watch its primary, and of those who write.
    fn find_stores(&mut self, topology: &Topology, writers: &[Vec<JourneyId>]) {
        for (index, store) in topology.stores.iter().enumerate() {
            let mut places: Vec<PlaceId> =
                store.members.iter().map(|member| member.place).collect();
            let failover = store.failover.as_ref();
            if let Some(detector) = failover.and_then(|failover| failover.detector) {
                places.extend(&topology.detectors[detector.index()].vantage);
            }
            for journey in &writers[index] {
                places.push(PlaceId::INTERNET);
                if let Some(entry) = topology.journeys[journey.index()].enters {
                    let targets = &topology.traffic[entry.index()].targets;
                    places.extend(targets.iter().map(|target| target.place));
                }
            }
            let id = StoreId::from(index);
            self.list(topology, &places, |concerned| &mut concerned.stores, id);
        }
    }

    fn find_detectors(&mut self, topology: &Topology) {
        for (index, detector) in topology.detectors.iter().enumerate() {
            let id = DetectorId::from(index);
            let mut places = detector.vantage.clone();
            match detector.watches {
                Watch::Target(entry, target) => {
                    let target = &topology.traffic[entry.index()].targets[target];
                    places.push(target.place);
                    self.watching_pool[target.pool.index()].push(id);
                }
                Watch::Instance(_, part) => places.push(topology.parts[part.index()].place),
                Watch::Primary(store) => {
                    let members = &topology.stores[store.index()].members;
                    places.extend(members.iter().map(|member| member.place));
                }
            }
            self.list(topology, &places, |concerned| &mut concerned.detectors, id);
        }
    }
}

impl Concerned {
    fn size(&self) -> usize {
        self.factors.len() + self.stores.len() + self.detectors.len()
    }
}

impl Met {
    /// Follows requests through a factor; `mark` is another number for each.
    fn follow(&mut self, topology: &Topology, factor: &Factor, mark: usize) {
        self.pools.clear();
        self.stores.clear();
        self.places.clear();
        match factor {
            Factor::Entered { entry, target, .. } => {
                let target = &topology.traffic[entry.index()].targets[*target];
                self.places.extend([PlaceId::INTERNET, target.place]);
                self.meet_instances(topology, target.pool);
            }
            Factor::Headroom(pool) => self.pools.push(*pool),
            Factor::Served { pool, site } => {
                self.places.push(*site);
                self.meet_instances(topology, *pool);
            }
            Factor::Met { need, site } => self.meet(topology, need, *site, mark),
        }
        self.places.sort_unstable();
        self.places.dedup();
        self.stores.sort_unstable();
        self.stores.dedup();
    }

    fn meet(&mut self, topology: &Topology, need: &Need, site: PlaceId, mark: usize) {
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                for need in needs {
                    self.meet(topology, need, site, mark);
                }
            }
            Need::Soft { need, .. } => self.meet(topology, need, site, mark),
            Need::Service { service, at } => match topology.pool_called(*service, *at, site) {
                Some(pool) => self.meet_pool(topology, pool, site, mark),
                None => {
                    for pool in &topology.services[service.index()].pools {
                        self.meet_pool(topology, *pool, site, mark);
                    }
                }
            },
            Need::Read(store) | Need::Write(store) => {
                self.stores.push(*store);
                self.places.push(site);
                let members = &topology.stores[store.index()].members;
                self.places
                    .extend(members.iter().map(|member| member.place));
            }
        }
    }

    fn meet_pool(&mut self, topology: &Topology, id: PoolId, site: PlaceId, mark: usize) {
        self.places.push(site);
        if std::mem::replace(&mut self.last[id.index()], mark) == mark {
            return;
        }
        self.meet_instances(topology, id);
        let pool = &topology.pools[id.index()];
        let needs = &topology.services[pool.service.index()].needs;
        self.meet(topology, needs, pool.place, mark);
    }

    fn meet_instances(&mut self, topology: &Topology, id: PoolId) {
        let pool = &topology.pools[id.index()];
        self.pools.push(id);
        self.places.push(pool.place);
        let parts = pool.parts.iter();
        self.places
            .extend(parts.map(|part| topology.parts[part.index()].place));
    }
}
