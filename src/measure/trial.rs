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
    pub window: Windowed,
    pub journeys: Vec<JourneyObserver>,
    pub stores: Vec<StoreObserver>,
}

impl Observers {
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
        }
    }

    fn is_open(&self) -> bool {
        self.journeys.iter().any(JourneyObserver::is_open)
            || self.stores.iter().any(StoreObserver::is_open)
    }

    fn advance(&mut self, topology: &Topology, to: Time) {
        for (observer, journey) in self.journeys.iter_mut().zip(&topology.journeys) {
            observer.advance(journey, to);
        }
        for observer in &mut self.stores {
            observer.advance(to);
        }
    }

    fn settled<C: Chance>(&mut self, world: &World<'_, C>) {
        for observer in &mut self.journeys {
            observer.settled(world);
        }
        for observer in &mut self.stores {
            observer.settled(world);
        }
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
    for trial in trials {
        let run = catch_unwind(AssertUnwindSafe(|| {
            let chance = Plain::new(&topology.draws, seed, trial);
            let mut world = World::new(topology, &layout, chance);
            let mut observers = Observers::new(topology);
            let cut_off = observers.watch(&mut world, |_, _| {});
            (observers, cut_off)
        }));
        match run {
            Ok((observers, cut_off)) => {
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
