//! Flow: where requests go and what share of them succeeds, for as long as nothing happens.
//!
//! Shares of clients are linear between the bends of their drains, so every figure is computed now and at the next
//! bend, and is linear between. Where a capacity or a product of two drains makes it curve, this is an interpolation
//! between at most 16 points a drain. Only what the event touched is computed again, and what depends on clients on
//! their way from one answer to the next. Deliberately absent: overload that feeds back (retries, collapse), and demand
//! that varies with the hour.

use super::answers::worth;
use super::dependencies::Arrival;
use super::factor::Factor;
use super::probe::Condition;
use super::state::{Mode, Role};
use super::{Layout, World};
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{
    JourneyId, Need, PlaceId, PoolId, Reads, ServiceId, StoreId, Topology, TrafficId,
};

/// The flow from the last event to the next.
#[derive(Debug)]
pub struct Flow {
    /// Up to when it is linear.
    pub until: Time,
    /// Success of each journey, now and at `until`.
    pub journeys: Vec<Linear>,
    /// For each store, writes per second that reach each member.
    pub stores: Vec<MemberFlow>,
    /// How far each thing that requests take is met.
    pub(super) factors: Vec<Linear>,
    /// What becomes of requests on each way into a journey.
    pub(super) arrivals: Vec<Arrived>,
    /// What each answer that clients may use is worth to each journey with an entry: its success if all used that one.
    /// The present answer comes first, then those of the past, oldest first.
    pub(super) worth: Vec<Vec<Linear>>,
}

/// What becomes of requests on one way into a journey.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Arrived {
    /// The share that gets from the internet to an instance that answers.
    pub(super) entered: f64,
    /// The share that succeeds.
    pub(super) success: Linear,
}

/// A value that changes linearly from the last event to [`Flow::until`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Linear {
    /// At the last event.
    pub now: f64,
    /// At [`Flow::until`].
    pub later: f64,
}

const CERTAIN: Linear = Linear {
    now: 1.0,
    later: 1.0,
};

/// Writes per second that reach the members of a store and are accepted.
#[derive(Debug, Default)]
pub struct MemberFlow {
    /// At the last event.
    pub now: Vec<f64>,
    /// At [`Flow::until`].
    pub later: Vec<f64>,
}

impl Flow {
    pub(super) fn new(topology: &Topology, layout: &Layout) -> Flow {
        let members = |index: usize| vec![0.0; topology.stores[index].members.len()];
        Flow {
            until: Time::NEVER,
            journeys: vec![Linear::default(); topology.journeys.len()],
            stores: (0..topology.stores.len())
                .map(|index| MemberFlow {
                    now: members(index),
                    later: members(index),
                })
                .collect(),
            factors: vec![Linear::default(); layout.depends.factors.len()],
            arrivals: vec![Arrived::default(); layout.depends.arrivals.len()],
            worth: vec![Vec::new(); topology.journeys.len()],
        }
    }
}

impl<C: Chance> World<'_, C> {
    /// Works the flow out for whatever is touched, from the state as it is.
    pub(super) fn update_flow(&mut self) {
        self.update_drains();
        self.update_factors();
        self.update_arrivals();
        self.update_worth();
        self.update_journeys();
        for rank in 0..self.touched.flows.len() {
            self.update_writes(self.touched.flows.at(rank).into());
        }
    }

    /// Clients on their way touch everything that depends on where they are, up to the moment they have arrived.
    fn update_drains(&mut self) {
        let mut until = Time::NEVER;
        let mut kept = 0;
        for index in 0..self.state.draining.len() {
            let id = self.state.draining[index];
            self.touch_shares(id);
            let bend = self.next_bend(id);
            if !bend.is_never() {
                self.state.draining[kept] = id;
                kept += 1;
                until = until.min(bend);
            }
        }
        self.state.draining.truncate(kept);
        self.flow.until = until;
    }

    fn update_factors(&mut self) {
        let layout = self.layout;
        let (now, until) = (self.state.now, self.flow.until);
        for rank in 0..self.touched.factors.len() {
            let id = self.touched.factors.at(rank);
            let factor = &layout.depends.factors[id];
            let first = self.factor_met(factor, now);
            let met = Linear {
                now: first,
                later: if until.is_never() || factor.is_entry() {
                    first
                } else {
                    self.factor_met(factor, until)
                },
            };
            if std::mem::replace(&mut self.flow.factors[id], met) != met {
                for arrival in layout.depends.with_factor.of(id) {
                    self.touched.arrivals.add(*arrival);
                }
            }
        }
    }

    fn update_arrivals(&mut self) {
        let layout = self.layout;
        for rank in 0..self.touched.arrivals.len() {
            let id = self.touched.arrivals.at(rank);
            let Arrival { journey, through } = layout.depends.arrivals[id];
            let factors = layout.depends.factors_of(id).iter();
            let factors = factors.map(|factor| self.flow.factors[*factor]);
            let met = |all: Linear, factor: Linear| Linear {
                now: all.now * factor.now,
                later: all.later * factor.later,
            };
            let entered = through.and_then(|_| factors.clone().next());
            let arrived = Arrived {
                entered: entered.map_or(1.0, |entered| entered.now),
                success: factors.fold(CERTAIN, met),
            };
            if std::mem::replace(&mut self.flow.arrivals[id], arrived) != arrived {
                self.touched.worth.add(journey.index());
                self.touched.journeys.add(journey.index());
                for store in layout.depends.written_by.of(journey.index()) {
                    self.touched.flows.add(store.index());
                }
            }
        }
    }

    fn update_worth(&mut self) {
        for rank in 0..self.touched.worth.len() {
            let id = JourneyId::from(self.touched.worth.at(rank));
            let Some(entry) = self.topology.journeys[id.index()].enters else {
                continue;
            };
            let arrivals = &self.flow.arrivals[self.layout.depends.arrivals_of(id)];
            let known = &mut self.flow.worth[id.index()];
            known.clear();
            let answers = self.state.traffic[entry.index()].answers();
            known.extend(answers.map(|shares| worth(shares, arrivals)));
        }
    }

    fn update_journeys(&mut self) {
        let until = self.flow.until;
        for rank in 0..self.touched.journeys.len() {
            let id = JourneyId::from(self.touched.journeys.at(rank));
            let now = self.success(id, self.state.now, |success| success.now);
            let later = if until.is_never() {
                now
            } else {
                self.success(id, until, |success| success.later)
            };
            self.flow.journeys[id.index()] = Linear { now, later };
        }
    }

    /// The share of a journey's requests that succeed.
    fn success(&self, id: JourneyId, at: Time, when: impl Fn(Linear) -> f64) -> f64 {
        let Some(entry) = self.topology.journeys[id.index()].enters else {
            let only = self.layout.depends.arrivals_of(id).start;
            return when(self.flow.arrivals[only].success);
        };
        let masses = self.using(entry, at).masses();
        let worth = self.flow.worth[id.index()].iter();
        masses
            .zip(worth)
            .map(|(mass, worth)| mass * when(*worth))
            .sum()
    }

    fn update_writes(&mut self, id: StoreId) {
        let (now, until) = (self.state.now, self.flow.until);
        let mut flow = std::mem::take(&mut self.flow.stores[id.index()]);
        self.write_rates(id, now, &mut flow.now);
        if until.is_never() {
            flow.later.clone_from(&flow.now);
        } else {
            self.write_rates(id, until, &mut flow.later);
        }
        self.flow.stores[id.index()] = flow;
    }

    /// What something is now, or at the next bend.
    pub(super) fn flow_at(&self, flow: Linear, at: Time) -> f64 {
        if at == self.state.now {
            flow.now
        } else {
            flow.later
        }
    }

    fn factor_met(&self, factor: &Factor, at: Time) -> f64 {
        match factor {
            Factor::Entered {
                entry,
                target,
                timeout,
            } => self.entered(*entry, *target, *timeout),
            Factor::Headroom(pool) => self.headroom(*pool, at),
            Factor::Served { pool, site } => self.pool_serves(*pool, *site, at),
            Factor::Met { need, site } => self.met(need, *site, at),
        }
    }

    /// The share of requests that get from the internet to an instance that answers.
    #[must_use]
    pub fn entered(&self, entry: TrafficId, target: usize, timeout: Span) -> f64 {
        let checked = &self.topology.traffic[entry.index()].targets[target];
        if self.target_open(entry, target) && self.pool_stands(checked.pool) {
            self.balanced(entry, target, timeout)
        } else {
            0.0
        }
    }

    /// Whether clients reach the place of a target.
    #[must_use]
    pub fn target_open(&self, entry: TrafficId, target: usize) -> bool {
        let place = self.topology.traffic[entry.index()].targets[target].place;
        self.place_condition(place) == Condition::Up && self.answers(PlaceId::INTERNET, place)
    }

    /// Whether enough instances of a pool are up.
    #[must_use]
    pub fn pool_stands(&self, pool: PoolId) -> bool {
        self.state.instances_up[pool.index()] >= self.topology.pools[pool.index()].at_least
    }

    /// The share of its load that a pool has capacity for; the rest is shed.
    pub(super) fn headroom(&self, id: PoolId, at: Time) -> f64 {
        let pool = &self.topology.pools[id.index()];
        let Some(serves) = pool.serves else {
            return 1.0;
        };
        let capacity = serves * f64::from(self.state.instances_up[id.index()]);
        let load = self.load(id, at);
        if load <= capacity {
            1.0
        } else {
            capacity / load
        }
    }

    fn load(&self, id: PoolId, at: Time) -> f64 {
        let loads = self.layout.pool_loads.of(id.index()).iter();
        loads
            .map(|load| match load.through {
                None => load.rate,
                Some((entry, target)) => load.rate * self.share(entry, target, at),
            })
            .sum()
    }

    /// How far a need is met for a caller at a place, in [0, 1].
    #[must_use]
    pub fn met(&self, need: &Need, site: PlaceId, at: Time) -> f64 {
        match need {
            Need::All(needs) => needs.iter().map(|need| self.met(need, site, at)).product(),
            Need::AtLeast { count, of } => {
                at_least(*count, of.iter().map(|need| self.met(need, site, at)))
            }
            Need::Soft { need, keeps } => {
                let met = self.met(need, site, at);
                met + (1.0 - met) * keeps
            }
            Need::Service { service, at: pool } => self.served(*service, *pool, site, at),
            Need::Read(store) => f64::from(u8::from(self.readable(*store, site))),
            Need::Write(store) => f64::from(u8::from(self.writable(*store, site))),
        }
    }

    fn served(&self, service: ServiceId, named: Option<PoolId>, site: PlaceId, at: Time) -> f64 {
        match self.topology.pool_called(service, named, site) {
            Some(pool) => self.served_by(pool, site, at),
            None => self.topology.services[service.index()]
                .pools
                .iter()
                .map(|pool| self.served_by(*pool, site, at))
                .fold(0.0, f64::max),
        }
    }

    /// How far a pool serves callers at a place.
    fn served_by(&self, id: PoolId, site: PlaceId, at: Time) -> f64 {
        let serves = self.pool_serves(id, site, at);
        if serves <= 0.0 {
            return 0.0;
        }
        let pool = &self.topology.pools[id.index()];
        let needs = &self.topology.services[pool.service.index()].needs;
        serves * self.met(needs, pool.place, at)
    }

    /// The same, if all that its service needs is met.
    fn pool_serves(&self, id: PoolId, site: PlaceId, at: Time) -> f64 {
        let place = self.topology.pools[id.index()].place;
        if self.pool_stands(id) && self.answers(site, place) {
            self.headroom(id, at)
        } else {
            0.0
        }
    }

    /// The member that callers at a place write to.
    #[must_use]
    pub fn writer(&self, id: StoreId, site: PlaceId) -> usize {
        let store = &self.state.stores[id.index()];
        let place = self.topology.stores[id.index()].members[store.primary].place;
        let alone = store.primary == store.previous || !store.members[store.previous].accepts;
        let told = store.redirected && (alone || self.answers(site, place));
        if told { store.primary } else { store.previous }
    }

    /// Whether callers at a place get their writes acknowledged.
    #[must_use]
    pub fn writable(&self, id: StoreId, site: PlaceId) -> bool {
        let member = self.writer(id, site);
        let place = self.topology.stores[id.index()].members[member].place;
        self.commits(id, member) && self.answers(site, place)
    }

    /// Whether callers at a place can read.
    #[must_use]
    pub fn readable(&self, id: StoreId, site: PlaceId) -> bool {
        let members = &self.topology.stores[id.index()].members;
        let serves =
            |member: usize| self.alive(id, member) && self.answers(site, members[member].place);
        match self.topology.stores[id.index()].reads {
            Reads::Primary => {
                let writer = self.writer(id, site);
                serves(writer) && self.serves_current_reads(id, writer)
            }
            Reads::Any => (0..members.len()).any(serves),
        }
    }

    fn write_rates(&self, id: StoreId, at: Time, rates: &mut [f64]) {
        rates.fill(0.0);
        for writer in self.layout.writers.of(id.index()) {
            let journey = &self.topology.journeys[writer.index()];
            let Some(entry) = journey.enters else {
                if self.writable(id, PlaceId::INTERNET) {
                    rates[self.writer(id, PlaceId::INTERNET)] += journey.rate;
                }
                continue;
            };
            let arrivals = &self.flow.arrivals[self.layout.depends.arrivals_of(*writer)];
            let targets = &self.topology.traffic[entry.index()].targets;
            for ((share, arrived), target) in self.shares(entry, at).zip(arrivals).zip(targets) {
                if share > 0.0 && self.writable(id, target.place) {
                    let arriving = share * arrived.entered;
                    rates[self.writer(id, target.place)] += journey.rate * arriving;
                }
            }
        }
    }

    /// How many members of a store accept writes.
    #[must_use]
    pub fn accepting(&self, id: StoreId) -> usize {
        let members = &self.state.stores[id.index()].members;
        (0..members.len())
            .filter(|member| members[*member].accepts && self.alive(id, *member))
            .count()
    }

    /// Writes per second that members other than the primary acknowledge, while the primary accepts writes too.
    #[must_use]
    pub fn divergent(&self, id: StoreId) -> Linear {
        let store = &self.state.stores[id.index()];
        let flow = &self.flow.stores[id.index()];
        let others = |rates: &[f64]| {
            let replaced = |member: &usize| store.members[*member].role == Role::Replaced;
            (0..rates.len())
                .filter(replaced)
                .map(|member| rates[member])
                .sum()
        };
        Linear {
            now: others(&flow.now),
            later: others(&flow.later),
        }
    }

    /// Whether a store acknowledges writes with less replication than configured.
    #[must_use]
    pub fn degraded(&self, id: StoreId) -> bool {
        self.state.stores[id.index()].mode == Mode::Degraded
    }
}

/// Alternatives of which so many are needed at most take no room from the heap.
const FEW: usize = 15;

/// The chance that at least `count` of several independent things with these chances hold.
fn at_least(count: usize, chances: impl Iterator<Item = f64>) -> f64 {
    if count <= FEW {
        count_held(&mut [0.0; FEW + 1][..=count], chances)
    } else {
        count_held(&mut vec![0.0; count + 1], chances)
    }
}

/// The same, with room for the chance of each number from zero to `count`, all of them zero.
fn count_held(held: &mut [f64], chances: impl Iterator<Item = f64>) -> f64 {
    let count = held.len() - 1;
    held[0] = 1.0;
    for chance in chances {
        for number in (1..=count).rev() {
            let stays = if number == count { 1.0 } else { 1.0 - chance };
            held[number] = held[number] * stays + held[number - 1] * chance;
        }
        if count > 0 {
            held[0] *= 1.0 - chance;
        }
    }
    held[count]
}

/// Requests that a journey brings to a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PoolLoad {
    /// Requests per second if all of the journey's clients came this way.
    rate: f64,
    /// The target through which they come.
    through: Option<(TrafficId, usize)>,
}

impl PoolLoad {
    /// The entry on whose clients it depends.
    pub(super) fn entry(&self) -> Option<TrafficId> {
        self.through.map(|(entry, _)| entry)
    }
}

/// What loads each pool. A call without a pool where the caller is spreads evenly over the service's pools.
pub(super) fn pool_loads(topology: &Topology) -> Vec<Vec<PoolLoad>> {
    let mut loads = vec![Vec::new(); topology.pools.len()];
    for journey in &topology.journeys {
        let Some(entry) = journey.enters else {
            let load = PoolLoad {
                rate: journey.rate,
                through: None,
            };
            add_loads(
                topology,
                &journey.needs,
                PlaceId::INTERNET,
                load,
                &mut loads,
            );
            continue;
        };
        let traffic = &topology.traffic[entry.index()];
        for (index, target) in traffic.targets.iter().enumerate() {
            let load = PoolLoad {
                rate: journey.rate,
                through: Some((entry, index)),
            };
            loads[target.pool.index()].push(load);
            let service = &topology.services[traffic.service.index()];
            add_loads(topology, &service.needs, target.place, load, &mut loads);
            add_loads(topology, &journey.needs, target.place, load, &mut loads);
        }
    }
    loads
}

fn add_loads(
    topology: &Topology,
    need: &Need,
    site: PlaceId,
    load: PoolLoad,
    loads: &mut [Vec<PoolLoad>],
) {
    match need {
        Need::All(needs) | Need::AtLeast { of: needs, .. } => {
            needs
                .iter()
                .for_each(|need| add_loads(topology, need, site, load, loads));
        }
        Need::Soft { need, .. } => add_loads(topology, need, site, load, loads),
        Need::Read(_) | Need::Write(_) => {}
        Need::Service { service, at } => {
            let checked = &topology.services[service.index()];
            let called = topology.pool_called(*service, *at, site);
            let pools = called.map_or_else(|| checked.pools.clone(), |pool| vec![pool]);
            let load = PoolLoad {
                rate: load.rate / pools.len() as f64,
                ..load
            };
            for pool in pools {
                loads[pool.index()].push(load);
                add_loads(
                    topology,
                    &checked.needs,
                    topology.pools[pool.index()].place,
                    load,
                    loads,
                );
            }
        }
    }
}

/// The journeys that write to each store.
pub(super) fn writers(topology: &Topology) -> Vec<Vec<JourneyId>> {
    let mut writers = vec![Vec::new(); topology.stores.len()];
    for (index, journey) in topology.journeys.iter().enumerate() {
        for store in topology.written_stores(journey) {
            writers[store.index()].push(index.into());
        }
    }
    writers
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn k_of_n_by_hand() {
        let chances = [0.9, 0.8, 0.5];
        let two = 0.9 * 0.8 * 0.5 + 0.9 * 0.8 * 0.5 + 0.9 * 0.2 * 0.5 + 0.1 * 0.8 * 0.5;
        assert!((at_least(2, chances.into_iter()) - two).abs() < 1e-15);
        assert!((at_least(1, chances.into_iter()) - (1.0 - 0.1 * 0.2 * 0.5)).abs() < 1e-15);
        assert!((at_least(3, chances.into_iter()) - 0.36).abs() < 1e-15);
        assert_eq!(at_least(0, chances.into_iter()), 1.0);
        assert_eq!(at_least(4, chances.into_iter()), 0.0);
    }
}
