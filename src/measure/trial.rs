//! Runs trials and tallies them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::journey::JourneyObserver;
use super::store::StoreObserver;
use super::tally::Tally;
use super::totals::{Ruler, Totals};
use crate::engine::{Chance, Plain};
use crate::time::{Span, Time};
use crate::topology::{JourneyId, StoreId, Topology};
use crate::world::copies::copied_field_by_field;
use crate::world::{Layout, World};

/// A month: a twelfth of 365 days.
pub const MONTH: Span = Span(2_628_000_000_000_000);

/// Incidents that are open at the end of the window are followed for this many windows, then cut off.
const FOLLOWED_WINDOWS: u32 = 10;

/// The part of a trial that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windowed {
    /// Where it starts.
    pub from: Time,
    /// Where it ends.
    pub to: Time,
}

impl Windowed {
    /// The window of a topology.
    #[must_use]
    pub fn of(topology: &Topology) -> Windowed {
        let from = Time::ZERO.after(topology.window.warm_up);
        Windowed {
            from,
            to: from.after(topology.window.length),
        }
    }

    /// How long it is.
    #[must_use]
    pub fn length(&self) -> Span {
        self.to.since(self.from)
    }

    /// Whether a moment is in it.
    #[must_use]
    pub fn contains(&self, at: Time) -> bool {
        at >= self.from && at < self.to
    }
}

/// The observers of one trial.
#[derive(Debug)]
pub struct Observers {
    /// What they measure.
    pub window: Windowed,
    /// One entry per journey of the topology.
    pub journeys: Vec<JourneyObserver>,
    /// One entry per store of the topology.
    pub stores: Vec<StoreObserver>,
    /// Journeys for which time matters: they are not served in full, or an incident is open.
    troubled_journeys: Listed,
    /// Stores for which time matters.
    troubled_stores: Listed,
    /// Journeys that may have met something that is not forgotten.
    met_journeys: Listed,
    /// Stores that may have.
    met_stores: Listed,
    /// Whether nothing has been looked at yet.
    is_new: bool,
}

copied_field_by_field!(Observers {
    window,
    journeys,
    stores,
    troubled_journeys,
    troubled_stores,
    met_journeys,
    met_stores,
    is_new,
});

/// Some of the observers.
#[derive(Debug)]
struct Listed {
    list: Vec<usize>,
    listed: Vec<bool>,
}

copied_field_by_field!(Listed { list, listed });

impl Listed {
    fn new(count: usize) -> Listed {
        Listed {
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
    /// Observers of the window of a topology.
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
            troubled_journeys: Listed::new(topology.journeys.len()),
            troubled_stores: Listed::new(topology.stores.len()),
            met_journeys: Listed::new(topology.journeys.len()),
            met_stores: Listed::new(topology.stores.len()),
            is_new: true,
        }
    }

    /// Ready for another trial, in the room that the last one took.
    pub fn restart(&mut self) {
        self.restart_over(self.window);
    }

    /// The same for another window.
    pub fn restart_over(&mut self, window: Windowed) {
        self.window = window;
        for observer in &mut self.journeys {
            observer.restart(window);
        }
        for observer in &mut self.stores {
            observer.restart(window);
        }
        self.troubled_journeys.retain(|_| false);
        self.troubled_stores.retain(|_| false);
        self.met_journeys.retain(|_| false);
        self.met_stores.retain(|_| false);
        self.is_new = true;
    }

    /// Whether something that began in the window is not over.
    pub fn is_open(&self) -> bool {
        self.open_journeys().next().is_some() || self.open_stores().next().is_some()
    }

    /// Journeys with an incident that began in the window and is not over.
    pub fn open_journeys(&self) -> impl Iterator<Item = JourneyId> + '_ {
        let troubled = self.troubled_journeys.list.iter();
        let open = troubled.filter(|index| self.journeys[**index].is_open());
        open.map(|index| JourneyId::from(*index))
    }

    /// Stores with two primaries since the window began.
    pub fn open_stores(&self) -> impl Iterator<Item = StoreId> + '_ {
        let troubled = self.troubled_stores.list.iter();
        let open = troubled.filter(|index| self.stores[**index].is_open());
        open.map(|index| StoreId::from(*index))
    }

    /// Accounts for the time up to a moment that is not later than the next event.
    pub fn advance(&mut self, topology: &Topology, to: Time) {
        for index in &self.troubled_journeys.list {
            self.journeys[*index].advance(&topology.journeys[*index], to);
        }
        for index in &self.troubled_stores.list {
            self.stores[*index].advance(to);
        }
    }

    /// Looks at what the last event touched, and at whatever is not well.
    pub fn settled<C: Chance>(&mut self, world: &World<'_, C>) {
        let is_new = std::mem::take(&mut self.is_new);
        if is_new {
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
            let is_troubled = self.journeys[index].is_troubled();
            if is_troubled || !is_new {
                self.met_journeys.add(index);
            }
            is_troubled
        });
        self.troubled_stores.retain(|index| {
            self.stores[index].settled(world);
            let is_troubled = self.stores[index].is_troubled();
            if is_troubled || !is_new {
                self.met_stores.add(index);
            }
            is_troubled
        });
    }

    /// Accounts for the time up to the next event, if it belongs to the trial: it is in the window, or something that
    /// began in the window is still open. Nothing if the trial is over.
    pub fn due<C: Chance>(&mut self, world: &World<'_, C>) -> Option<Time> {
        let (next, end) = (world.next(), self.window.to);
        if next < end {
            self.advance(world.topology, next);
            return Some(next);
        }
        self.advance(world.topology, end);
        if !self.is_open() {
            return None;
        }
        let limit = end.after(self.window.length().times(FOLLOWED_WINDOWS));
        self.advance(world.topology, next.min(limit));
        (next < limit && self.is_open()).then_some(next)
    }

    /// Runs a world to the end of its window, and on until every incident of the window is over; `after` is called
    /// at the start, after each event and at the end. Returns whether something had to be cut off.
    pub fn watch<C: Chance>(
        &mut self,
        world: &mut World<'_, C>,
        mut after: impl FnMut(&World<'_, C>, &Observers),
    ) -> bool {
        self.settled(world);
        after(world, self);
        while self.due(world).is_some() {
            world.step();
            self.settled(world);
            after(world, self);
        }
        world.notes.clear();
        after(world, self);
        self.is_open()
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight, and forgets it; what
    /// is open stays open, and the busy period goes on.
    pub fn count_part(&mut self, weight: f64, totals: &mut Totals) {
        let troubled = &self.troubled_journeys;
        self.met_journeys.retain(|index| {
            let observer = &mut self.journeys[index];
            observer.count_part(weight, &mut totals.journeys[index]);
            troubled.listed[index] || observer.is_in_busy_period()
        });
        let troubled = &self.troubled_stores;
        self.met_stores.retain(|index| {
            self.stores[index].count_part(weight, &mut totals.stores[index]);
            troubled.listed[index]
        });
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight, and the busy periods,
    /// which are over.
    pub fn add_to(&self, weight: f64, totals: &mut Totals) {
        for index in &self.met_journeys.list {
            self.journeys[*index].add_to(weight, &mut totals.journeys[*index]);
        }
        for index in &self.met_stores.list {
            self.stores[*index].add_to(weight, &mut totals.stores[*index]);
        }
    }

    /// Begins anew with what adds up over the parts of a trial; what is open stays open.
    pub fn forget(&mut self) {
        let troubled = &self.troubled_journeys;
        self.met_journeys.retain(|index| {
            self.journeys[index].forget();
            troubled.listed[index]
        });
        let troubled = &self.troubled_stores;
        self.met_stores.retain(|index| {
            self.stores[index].forget();
            troubled.listed[index]
        });
    }

    /// Adds the months and years of a whole trial to a tally.
    pub fn record_periods(&self, topology: &Topology, tally: &mut Tally) {
        let observers = self.journeys.iter().zip(&topology.journeys);
        for ((observer, journey), tally) in observers.zip(&mut tally.journeys) {
            observer.record_periods(journey, tally);
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
    let ruler = Ruler::plain(topology);
    let mut totals = Totals::new(topology);
    let mut tally = Tally::empty(topology);
    let mut world = World::new(topology, &layout, Plain::new(&topology.draws, seed, 0));
    let mut observers = Observers::new(topology);
    for trial in trials {
        let cut_off = guarded(seed, trial, || {
            world.chance_mut().restart(trial);
            world.restart();
            observers.restart();
            observers.watch(&mut world, |_, _| {})
        });
        totals.clear();
        observers.add_to(1.0, &mut totals);
        observers.record_periods(topology, &mut tally);
        tally.add_trial(&ruler, &totals, cut_off);
    }
    tally
}

/// Runs a trial; the message of a broken invariant names the seed and the trial.
///
/// # Panics
/// If an invariant of the simulation is broken.
pub fn guarded<T>(seed: u64, trial: u64, run: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(outcome) => outcome,
        Err(cause) => panic!("seed {seed}, trial {trial}: {}", message(cause.as_ref())),
    }
}

fn message(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a broken invariant")
}
