//! Runs trials and tallies them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::journey::JourneyObserver;
use super::store::StoreObserver;
use super::tally::Tally;
use crate::engine::{Chance, Plain};
use crate::time::{Span, Time};
use crate::topology::{JourneyKind, Topology};
use crate::world::{Layout, World};

/// A month: a twelfth of 365 days.
pub const MONTH: Span = Span(2_628_000_000_000_000);

/// Incidents that are open at the end of the window are followed for this many windows, then cut off.
pub const FOLLOWED_WINDOWS: u64 = 10;

/// The part of a trial that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windowed {
    /// Where it starts.
    pub from: Time,
    /// Where it ends.
    pub to: Time,
}

impl Windowed {
    pub fn of(topology: &Topology) -> Windowed {
        let from = Time::ZERO.after(topology.window.warm_up);
        Windowed {
            from,
            to: from.after(topology.window.length),
        }
    }

    pub fn length(&self) -> Span {
        self.to.since(self.from)
    }

    pub fn contains(&self, at: Time) -> bool {
        at >= self.from && at < self.to
    }
}

/// The observers of one trial.
#[derive(Clone, Debug)]
pub struct Observers {
    pub(crate) window: Windowed,
    pub(crate) journeys: Vec<JourneyObserver>,
    pub(crate) stores: Vec<StoreObserver>,
    /// Journeys for which time matters: they are not served in full, or an incident is open.
    troubled_journeys: Troubled,
    /// Stores for which time matters.
    troubled_stores: Troubled,
    /// Whether nothing has been looked at yet.
    is_new: bool,
}

/// Those of some observers that have to account for the time; the others would account for nothing.
#[derive(Clone, Debug)]
struct Troubled {
    list: Vec<usize>,
    listed: Vec<bool>,
}

impl Troubled {
    fn new(count: usize) -> Troubled {
        Troubled {
            list: Vec::with_capacity(count),
            listed: vec![false; count],
        }
    }

    fn add(&mut self, index: usize) {
        if !std::mem::replace(&mut self.listed[index], true) {
            self.list.push(index);
        }
    }

    fn retain(&mut self, mut keeps: impl FnMut(usize) -> bool) {
        let listed = &mut self.listed;
        self.list.retain(|index| {
            listed[*index] = keeps(*index);
            listed[*index]
        });
    }
}

impl Observers {
    /// Observers of every journey and every store, over the window of the topology.
    #[must_use]
    pub fn new(topology: &Topology) -> Observers {
        let window = Windowed::of(topology);
        Observers {
            window,
            journeys: (0..topology.journeys.len())
                .map(|id| JourneyObserver::new(id.into(), window))
                .collect(),
            stores: (0..topology.stores.len())
                .map(|id| StoreObserver::new(id.into(), window))
                .collect(),
            troubled_journeys: Troubled::new(topology.journeys.len()),
            troubled_stores: Troubled::new(topology.stores.len()),
            is_new: true,
        }
    }

    /// Ready for another trial, in the room that the last one took.
    pub fn restart(&mut self) {
        self.journeys.iter_mut().for_each(JourneyObserver::restart);
        self.stores.iter_mut().for_each(StoreObserver::restart);
        self.troubled_journeys.retain(|_| false);
        self.troubled_stores.retain(|_| false);
        self.is_new = true;
    }

    fn is_open(&self) -> bool {
        let mut journeys = self.troubled_journeys.list.iter();
        let mut stores = self.troubled_stores.list.iter();
        journeys.any(|index| self.journeys[*index].is_open())
            || stores.any(|index| self.stores[*index].is_open())
    }

    fn advance(&mut self, topology: &Topology, to: Time) {
        for index in &self.troubled_journeys.list {
            self.journeys[*index].advance(&topology.journeys[*index], to);
        }
        for index in &self.troubled_stores.list {
            self.stores[*index].advance(to);
        }
    }

    /// Looks at what the last event touched, and at whatever is not well.
    fn settled<C: Chance>(&mut self, world: &World<'_, C>) {
        if std::mem::take(&mut self.is_new) {
            (0..self.journeys.len()).for_each(|index| self.troubled_journeys.add(index));
            (0..self.stores.len()).for_each(|index| self.troubled_stores.add(index));
        }
        for id in world.touched_journeys() {
            self.troubled_journeys.add(id.index());
        }
        for id in world.touched_stores() {
            self.troubled_stores.add(id.index());
        }
        self.troubled_journeys.retain(|index| {
            self.journeys[index].settled(world);
            self.journeys[index].is_troubled()
        });
        self.troubled_stores.retain(|index| {
            self.stores[index].settled(world);
            self.stores[index].is_troubled()
        });
    }

    /// Runs a world to the end of its window, and on until every incident of the window is over; `after` is called
    /// at the start, after each event and at the end. Returns whether something had to be cut off.
    pub fn watch<C: Chance>(
        &mut self,
        world: &mut World<'_, C>,
        mut after: impl FnMut(&World<'_, C>, &Observers),
    ) -> bool {
        let topology = world.topology;
        let end = self.window.to;
        let limit = end.after(Span(
            self.window.length().0.saturating_mul(FOLLOWED_WINDOWS),
        ));
        self.settled(world);
        after(world, self);
        loop {
            let next = world.next().min(limit);
            if next >= end {
                self.advance(topology, end);
                if !self.is_open() {
                    world.notes.clear();
                    after(world, self);
                    return false;
                }
            }
            self.advance(topology, next);
            if next >= limit || (next >= end && !self.is_open()) {
                world.notes.clear();
                after(world, self);
                return self.is_open();
            }
            world.step();
            self.settled(world);
            after(world, self);
        }
    }

    fn record(&self, topology: &Topology, rpo_limits: &[f64], tally: &mut Tally) {
        tally.trials += 1;
        let mut kinds = [(0.0, 0.0, 0.0, 0.0); 2];
        for (index, journey) in topology.journeys.iter().enumerate() {
            self.journeys[index].record(journey, &mut tally.journeys[index]);
            let (lost, offered, down) = self.journeys[index].totals(journey);
            let sums = &mut kinds[usize::from(journey.kind == JourneyKind::Write)];
            *sums = (
                sums.0 + lost,
                sums.1 + offered,
                sums.2 + down,
                sums.3 + self.window.length().seconds(),
            );
        }
        for (sums, requests) in kinds.into_iter().zip([&mut tally.reads, &mut tally.writes]) {
            requests.lost.add(sums.0, sums.1);
            requests.down.add(sums.2, sums.3);
        }
        let stores = self.stores.iter().zip(rpo_limits).zip(&mut tally.stores);
        for ((observer, limit), tally) in stores {
            observer.record(*limit, tally);
        }
    }
}

/// Runs these trials one after the other.
///
/// # Panics
/// If an invariant of the simulation is broken; the message names the seed and the trial.
#[must_use]
pub fn run_trials(topology: &Topology, seed: u64, trials: Range<u64>) -> Tally {
    let layout = Layout::new(topology);
    let mut tally = Tally::empty(topology);
    let rpo_limit = |store: usize| {
        topology
            .tightest_rpo(store.into())
            .map_or(f64::INFINITY, Span::seconds)
    };
    let rpo_limits: Vec<f64> = (0..topology.stores.len()).map(rpo_limit).collect();
    let chance = Plain::new(&topology.draws, seed, trials.start);
    let mut world = World::new(topology, &layout, chance);
    let mut observers = Observers::new(topology);
    for trial in trials {
        let run = catch_unwind(AssertUnwindSafe(|| {
            world.chance.restart(trial);
            world.restart();
            observers.restart();
            observers.watch(&mut world, |_, _| {})
        }));
        match run {
            Ok(cut_off) => {
                tally.cut_off += u64::from(cut_off);
                observers.record(topology, &rpo_limits, &mut tally);
            }
            Err(cause) => panic!("seed {seed}, trial {trial}: {}", message(cause.as_ref())),
        }
    }
    tally
}

fn message(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a broken invariant")
}
