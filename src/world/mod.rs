//! The state of one trial and what happens to it; one file per mechanism.
//!
//! At every event, changes travel one way: truth (`truth`, `network`) -> belief (`belief`, `probe`) -> decision and
//! role (`recovery`, `replication`, `quorum`, `lease`) -> flow (`dns`, `balancer`, `flow`). Observers look at the result and
//! at the notes; mechanisms don't measure themselves. Deliberately absent: events for probes, requests, heartbeats
//! and lag, all of which are arithmetic between the things that happen.

mod answers;
mod balancer;
mod belief;
pub mod clocks;
pub(crate) mod copies;
mod dependencies;
mod dns;
pub mod factor;
mod families;
mod flow;
mod layout;
mod lease;
mod lists;
mod marks;
pub mod network;
pub mod note;
pub mod probe;
mod quorum;
mod recovery;
mod replication;
pub mod state;
mod touch;
mod truth;
pub mod why;

pub use flow::Flow;
pub use layout::{Layout, Timer};
pub use state::State;

use crate::dist::Law;
use crate::engine::{self, Agenda, Chance, Slot};
use crate::time::{Span, Time};
use crate::topology::{CauseId, JourneyId, PartId, StoreId, Topology};
use note::{Event, Note};
use state::{Origin, Phase, StoreState};
use touch::Touched;

/// One trial in progress.
#[derive(Debug)]
pub struct World<'t, C> {
    /// The model.
    pub topology: &'t Topology,
    layout: &'t Layout,
    /// Everything that changes.
    pub state: State,
    /// Where requests go, for as long as nothing happens.
    pub flow: Flow,
    /// What happened at the last event, for observers.
    pub notes: Vec<Note>,
    chance: C,
    truth_changed: bool,
    network_changed: bool,
    beliefs_changed: bool,
    roles_changed: bool,
    touched_parts: Vec<PartId>,
    touched: Touched,
    looks_everywhere: bool,
    /// Room for the answer that an entry wants to give.
    wanted: Vec<f64>,
    /// Room for a store as it was before it looked again.
    before: StoreState,
    /// Room for the causes that a walk meets.
    causes: Vec<CauseId>,
}

impl<'t, C: Chance> World<'t, C> {
    /// A trial at its start: everything up, every clock running.
    pub fn new(topology: &'t Topology, layout: &'t Layout, chance: C) -> World<'t, C> {
        let mut world = World {
            topology,
            layout,
            state: layout.fresh.clone(),
            flow: Flow::new(topology, layout),
            notes: Vec::new(),
            chance,
            truth_changed: false,
            network_changed: false,
            beliefs_changed: false,
            roles_changed: false,
            touched_parts: Vec::new(),
            touched: Touched::new(topology, &layout.depends),
            looks_everywhere: false,
            wanted: Vec::new(),
            before: StoreState::new(1),
            causes: Vec::new(),
        };
        world.start();
        world
    }

    /// Another trial, in the room that this one took. Its chance has to be made ready first.
    pub fn restart(&mut self) {
        self.state.clone_from(&self.layout.fresh);
        self.notes.clear();
        self.start();
    }

    fn start(&mut self) {
        self.state.agenda.hold();
        self.start_faults();
        self.start_detectors();
        self.state.agenda.settle();
        self.touched.clear();
        self.touched.everything();
        self.update_flow();
    }

    /// Journeys whose success may have changed at the last event.
    pub fn touched_journeys(&self) -> impl Iterator<Item = JourneyId> + '_ {
        self.touched.journeys.iter().map(JourneyId::from)
    }

    /// Stores that may have changed at the last event.
    pub fn touched_stores(&self) -> impl Iterator<Item = StoreId> + '_ {
        self.touched.flows.iter().map(StoreId::from)
    }

    /// When the next thing happens.
    #[must_use]
    pub fn next(&self) -> Time {
        self.state
            .agenda
            .next()
            .map_or(Time::NEVER, |(time, _)| time)
    }

    /// Lets the next thing happen; returns when it did, or `None` if nothing ever will.
    pub fn step(&mut self) -> Option<Time> {
        self.notes.clear();
        self.touched.clear();
        if self.looks_everywhere {
            self.touched.everything();
        }
        engine::step(self)
    }

    /// From now on every event touches everything: slow and obvious, and the same. The reference for tests.
    pub fn look_everywhere(&mut self) {
        self.looks_everywhere = true;
    }

    fn set(&mut self, timer: Timer, at: Time) {
        let slot = self.slot(timer);
        self.state.agenda.set(slot, at);
    }

    fn cancel(&mut self, timer: Timer) {
        self.set(timer, Time::NEVER);
    }

    fn is_set(&self, timer: Timer) -> bool {
        self.state.agenda.is_set(self.slot(timer))
    }

    fn slot(&self, timer: Timer) -> Slot {
        match timer {
            Timer::Fault(id) => self.layout.fault(id),
            Timer::Family(id) => self.layout.family(id),
            Timer::Opinion(id) => self.layout.opinion(id),
            Timer::Alarm(id) => self.layout.alarm(id),
            Timer::Ejection(entry, target, instance) => {
                self.layout.ejection(entry, target, instance)
            }
            Timer::Stage(id) => self.layout.stage(id),
            Timer::Stall(id) => self.layout.stall(id),
            Timer::Lease(id) => self.layout.lease(id),
            Timer::FailBack(id) => self.layout.fail_back(id),
            Timer::Rejoin(id, member) => self.layout.rejoin(id, member as usize),
            Timer::CaughtUp(id, member) => self.layout.caught_up(id, member as usize),
            Timer::CommitsAlone(id, member) => self.layout.commits_alone(id, member as usize),
            Timer::Answer(id) => self.layout.answer(id),
            Timer::Drain(id) => self.layout.drain(id),
            Timer::Return(id) => self.layout.back(id),
        }
    }

    fn store_changes(&mut self, timer: Timer) {
        match timer {
            Timer::Stage(id) => self.stage_ends(id),
            Timer::Stall(id) => self.stall_ends(id),
            Timer::Lease(id) => self.lease_ends(id),
            Timer::FailBack(id) => self.begin_fail_back(id),
            Timer::Rejoin(id, member) => self.rejoin(id, member as usize),
            Timer::CaughtUp(id, member) => self.caught_up(id, member as usize),
            _ => {}
        }
    }

    fn tell(&mut self, event: Event, origin: Option<Origin>) {
        self.notes.push(Note { event, origin });
    }

    /// Nothing changes, but a flow that is under way has got further since the last event.
    fn nothing_changes(&mut self) {
        if !self.flow.until.is_never() {
            self.update_flow();
        }
    }

    /// Lets a change travel from truth to flow.
    fn settle(&mut self) {
        if self.truth_changed {
            self.look_at_truth();
        }
        if self.truth_changed || self.beliefs_changed || self.roles_changed {
            self.update_stores();
            self.touched.answers.sort();
            for rank in 0..self.touched.answers.len() {
                self.update_answer(self.touched.answers.at(rank).into());
            }
        }
        self.truth_changed = false;
        self.network_changed = false;
        self.beliefs_changed = false;
        self.roles_changed = false;
        self.update_flow();
        self.update_backlogs();
    }

    fn look_at_truth(&mut self) {
        let touched = std::mem::take(&mut self.touched_parts);
        for part in &touched {
            self.update_ejections(*part);
            self.touch_part(*part);
        }
        self.touched_parts = touched;
        self.touched_parts.clear();
        for rank in 0..self.touched.detectors.len() {
            self.look(self.touched.detectors.at(rank).into());
        }
    }

    /// Lets the stores that are touched look again, and those whose last look changed them.
    fn update_stores(&mut self) {
        for id in self.state.restless.drain(..) {
            self.touched.stores.add(id.index());
        }
        self.touched.stores.sort();
        for rank in 0..self.touched.stores.len() {
            let id = StoreId::from(self.touched.stores.at(rank));
            self.before.clone_from(&self.state.stores[id.index()]);
            let changes = self.state.agenda.changes();
            self.update_store(id);
            let changed = self.state.stores[id.index()] != self.before
                || self.state.agenda.changes() != changes;
            // A fence, or another primary, changes what its detector meets.
            let failover = self.topology.stores[id.index()].failover.as_ref();
            if let Some(detector) = failover.and_then(|failover| failover.detector) {
                self.look(detector);
            }
            let idle = matches!(
                self.state.stores[id.index()].phase,
                Phase::Idle | Phase::Blocked
            );
            let lost = |failover| self.takes_primary_for_lost(id, failover);
            let waits = idle && failover.is_some_and(lost);
            if changed || waits {
                self.state.restless.push(id);
                self.touch_writes(id);
            }
        }
    }

    /// Recomputes how backlogs grow and shrink, after the flow of writes is known.
    fn update_backlogs(&mut self) {
        for rank in 0..self.touched.flows.len() {
            let id = StoreId::from(self.touched.flows.at(rank));
            self.before.clone_from(&self.state.stores[id.index()]);
            self.update_backlogs_of(id);
            let changed = self.state.stores[id.index()] != self.before;
            if changed && !self.state.restless.contains(&id) {
                self.state.restless.push(id);
            }
        }
    }
}

impl<C: Chance> engine::World for World<'_, C> {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.state.agenda
    }

    fn fire(&mut self, slot: Slot, now: Time) {
        assert!(now >= self.state.now, "time went back");
        self.state.now = now;
        let timer = self.layout.timer(slot);
        match timer {
            Timer::Fault(id) => {
                self.fault_changes(id);
                self.touch_fault(id);
            }
            Timer::Family(id) => match self.family_rings(id) {
                Some(fault) => {
                    self.fault_changes(fault);
                    self.touch_fault(fault);
                }
                None => return self.nothing_changes(),
            },
            Timer::Opinion(id) => {
                self.opinion_changes(id);
                if !self.beliefs_changed {
                    return self.nothing_changes();
                }
            }
            Timer::Alarm(id) => self.false_alarm(id),
            Timer::Ejection(entry, target, instance) => {
                self.ejection_changes(entry, target, instance);
                self.touch_target(entry, target as usize);
            }
            Timer::Stage(id)
            | Timer::Stall(id)
            | Timer::Lease(id)
            | Timer::FailBack(id)
            | Timer::Rejoin(id, _)
            | Timer::CaughtUp(id, _)
            | Timer::CommitsAlone(id, _) => {
                self.store_changes(timer);
                self.touch_store(id);
            }
            Timer::Drain(_) => {}
            Timer::Answer(id) => self.change_answer(id),
            Timer::Return(id) => {
                self.beliefs_changed = true;
                self.touched.answers.add(id.index());
            }
        }
        self.settle();
    }
}

/// The uniform law between two times.
fn uniform(from: Span, to: Span) -> Law {
    Law::uniform(from.seconds(), to.seconds()).expect("checked figures make a law")
}

impl<C: Clone> Clone for World<'_, C> {
    fn clone(&self) -> Self {
        World {
            state: self.state.clone(),
            flow: self.flow.clone(),
            notes: self.notes.clone(),
            chance: self.chance.clone(),
            touched_parts: self.touched_parts.clone(),
            touched: self.touched.clone(),
            wanted: self.wanted.clone(),
            before: self.before.clone(),
            causes: Vec::new(),
            ..*self
        }
    }

    fn clone_from(&mut self, other: &Self) {
        self.topology = other.topology;
        self.layout = other.layout;
        self.state.clone_from(&other.state);
        self.flow.clone_from(&other.flow);
        self.notes.clone_from(&other.notes);
        self.chance.clone_from(&other.chance);
        self.truth_changed = other.truth_changed;
        self.network_changed = other.network_changed;
        self.beliefs_changed = other.beliefs_changed;
        self.roles_changed = other.roles_changed;
        self.touched_parts.clone_from(&other.touched_parts);
        self.touched.clone_from(&other.touched);
        self.looks_everywhere = other.looks_everywhere;
    }
}
