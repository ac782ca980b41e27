//! The state of one trial and what happens to it; one file per mechanism.
//!
//! At every event, changes travel one way: truth (`truth`, `network`) -> belief (`belief`, `probe`) -> decision and
//! role (`recovery`, `replication`, `quorum`, `lease`) -> flow (`dns`, `balancer`, `flow`). Observers look at the result and
//! at the notes; mechanisms don't measure themselves. Deliberately absent: events for probes, requests, heartbeats
//! and lag, all of which are arithmetic between the things that happen.

mod balancer;
mod belief;
pub mod clocks;
mod dns;
pub mod flow;
mod layout;
mod lease;
pub mod network;
pub mod note;
pub mod probe;
mod quorum;
mod recovery;
mod replication;
pub mod state;
mod truth;
pub mod why;

pub use flow::Flow;
pub use layout::{Layout, Timer};
pub use state::State;

use crate::dist::Law;
use crate::engine::{self, Agenda, Chance, Slot};
use crate::time::{Span, Time};
use crate::topology::{DetectorId, PartId, StoreId, Topology, TrafficId};
use note::{Event, Note};
use state::Origin;

/// One trial in progress.
#[derive(Clone, Debug)]
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
}

impl<'t, C: Chance> World<'t, C> {
    /// A trial at its start: everything up, every clock running.
    pub fn new(topology: &'t Topology, layout: &'t Layout, chance: C) -> World<'t, C> {
        let mut world = World {
            topology,
            layout,
            state: State::new(topology, layout),
            flow: Flow::new(topology),
            notes: Vec::new(),
            chance,
            truth_changed: false,
            network_changed: false,
            beliefs_changed: false,
            roles_changed: false,
            touched_parts: Vec::new(),
        };
        world.start_faults();
        world.start_detectors();
        world.start_traffic();
        world.update_flow();
        world
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
        engine::step(self)
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

    fn tell(&mut self, event: Event, origin: Option<Origin>) {
        self.notes.push(Note { event, origin });
    }

    /// Lets a change travel from truth to flow.
    fn settle(&mut self) {
        if self.truth_changed {
            self.look_at_truth();
        }
        if self.truth_changed || self.beliefs_changed || self.roles_changed {
            for id in (0..self.topology.stores.len()).map(StoreId::from) {
                self.update_store(id);
                // A fence, or another primary, changes what its detector meets.
                let failover = self.topology.stores[id.index()].failover.as_ref();
                if let Some(detector) = failover.and_then(|failover| failover.detector) {
                    self.look(detector);
                }
            }
            for id in (0..self.topology.traffic.len()).map(TrafficId::from) {
                self.update_answer(id);
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
        let topology = self.topology;
        let layout = self.layout;
        let touched = std::mem::take(&mut self.touched_parts);
        for part in &touched {
            self.update_ejections(*part);
        }
        if self.network_changed {
            for id in (0..topology.detectors.len()).map(DetectorId::from) {
                self.look(id);
            }
        } else {
            for part in &touched {
                for id in &layout.part_detectors[part.index()] {
                    self.look(*id);
                }
            }
            for id in &layout.coarse_detectors {
                self.look(*id);
            }
        }
        self.touched_parts = touched;
        self.touched_parts.clear();
    }
}

impl<C: Chance> engine::World for World<'_, C> {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.state.agenda
    }

    fn fire(&mut self, slot: Slot, now: Time) {
        assert!(now >= self.state.now, "time went back");
        self.state.now = now;
        match self.layout.timer(slot) {
            Timer::Fault(id) => self.fault_changes(id),
            Timer::Opinion(id) => {
                self.opinion_changes(id);
                if !self.beliefs_changed {
                    // Nothing changes, but a flow that is under way has got further since the last event.
                    if !self.flow.until.is_never() {
                        self.update_flow();
                    }
                    return;
                }
            }
            Timer::Alarm(id) => self.false_alarm(id),
            Timer::Ejection(entry, target, instance) => {
                self.ejection_changes(entry, target, instance)
            }
            Timer::Stage(id) => self.stage_ends(id),
            Timer::Stall(id) => self.stall_ends(id),
            Timer::Lease(id) => self.lease_ends(id),
            Timer::FailBack(id) => self.begin_fail_back(id),
            Timer::Rejoin(id, member) => self.rejoin(id, member as usize),
            Timer::CaughtUp(id, member) => self.caught_up(id, member as usize),
            Timer::CommitsAlone(..) | Timer::Drain(_) => {}
            Timer::Answer(id) => self.change_answer(id),
            Timer::Return(_) => self.beliefs_changed = true,
        }
        self.settle();
    }
}

/// The uniform law between two times.
fn uniform(from: Span, to: Span) -> Law {
    Law::uniform(from.seconds(), to.seconds()).expect("checked figures make a law")
}
