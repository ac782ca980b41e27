//! Truth: faults strike, wait for a crew and are repaired; their effects are counted on places, parts and links.
//!
//! A fault's clock runs whatever other faults do, and something is up when no effect is on it. A fault that comes
//! back inherits its age if its law says so (bad as old), and starts anew otherwise. Faults that are alike may share
//! a clock (see `families`); each is repaired by itself.

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::probe::Condition;
use super::state::{Effects, Origin, Trigger};
use crate::engine::Chance;
use crate::time::Span;
use crate::topology::{AfterRepair, Effect, FaultAction, FaultId, Owner, PartId, Start};

impl<C: Chance> World<'_, C> {
    /// Starts the clock of every fault.
    pub(super) fn start_faults(&mut self) {
        let topology = self.topology;
        let layout = self.layout;
        for id in &layout.own_clocks {
            let fault = &topology.faults[id.index()];
            let renewed = fault.after_repair == AfterRepair::AsNew;
            let age = match topology.window.start {
                Start::Equilibrium if renewed => self.chance.age(fault.draw_age, &fault.every),
                Start::Equilibrium | Start::New => Span::ZERO,
            };
            self.state.faults[id.index()].age = age;
            self.start_clock(*id);
        }
        self.start_families();
    }

    fn start_clock(&mut self, id: FaultId) {
        let fault = &self.topology.faults[id.index()];
        let state = &mut self.state.faults[id.index()];
        state.clock = self.state.now;
        if self.layout.sharing_a_clock(id).is_some() {
            return self.join_family(id, self.state.now);
        }
        let wait = self.chance.time(fault.draw_strike, &fault.every, state.age);
        let at = self.state.now.after(wait);
        self.set(Timer::Fault(id), at);
    }

    pub(super) fn fault_changes(&mut self, id: FaultId) {
        if self.state.faults[id.index()].active {
            self.end_fault(id);
        } else {
            self.strike(id);
        }
        self.truth_changed = true;
    }

    fn strike(&mut self, id: FaultId) {
        let topology = self.topology;
        let fault = &topology.faults[id.index()];
        let now = self.state.now;
        let state = &mut self.state.faults[id.index()];
        state.active = true;
        state.struck = now;
        state.age = match fault.after_repair {
            AfterRepair::AsNew => Span::ZERO,
            AfterRepair::AsOld => Span(state.age.0.saturating_add(now.since(state.clock).0)),
        };
        let origin = Origin {
            what: Trigger::Fault(id),
            struck: now,
        };
        self.tell(Event::Strike(id), Some(origin));
        self.apply(id, true);
        match fault.crew {
            None => self.start_repair(id),
            Some(crew) => {
                let size = topology.crews[crew.index()].size;
                let crew = &mut self.state.crews[crew.index()];
                if crew.busy < size {
                    crew.busy += 1;
                    self.start_repair(id);
                } else {
                    crew.waiting.push_back(id);
                    self.tell(Event::RepairWaits(id), Some(origin));
                }
            }
        }
    }

    fn start_repair(&mut self, id: FaultId) {
        let fault = &self.topology.faults[id.index()];
        let lasts = self
            .chance
            .time(fault.draw_repair, &fault.lasts, Span::ZERO);
        let at = self.state.now.after(lasts);
        self.set(Timer::Fault(id), at);
    }

    fn end_fault(&mut self, id: FaultId) {
        let struck = self.state.faults[id.index()].struck;
        self.state.faults[id.index()].active = false;
        self.apply(id, false);
        self.tell(
            Event::Repaired(id),
            Some(Origin {
                what: Trigger::Fault(id),
                struck,
            }),
        );
        if let Some(crew) = self.topology.faults[id.index()].crew {
            let crew = &mut self.state.crews[crew.index()];
            match crew.waiting.pop_front() {
                Some(next) => self.start_repair(next),
                None => crew.busy -= 1,
            }
        }
        self.start_clock(id);
    }

    /// Puts the effects of a fault on its targets, or takes them away.
    fn apply(&mut self, id: FaultId, on: bool) {
        let topology = self.topology;
        match &topology.faults[id.index()].action {
            FaultAction::Cut(cuts) => {
                if on {
                    self.state.cuts.extend(cuts.iter().map(|cut| (*cut, id)));
                } else {
                    self.state.cuts.retain(|(_, fault)| *fault != id);
                }
                self.network_changed = true;
            }
            FaultAction::Down {
                places,
                parts,
                effect,
            } => {
                for place in places {
                    count(&mut self.state.places[place.index()], *effect, on);
                    self.update_place(*place);
                    for part in &topology.places[place.index()].parts {
                        self.update_condition(*part);
                    }
                    self.network_changed = true;
                }
                for part in parts {
                    count(&mut self.state.parts[part.index()], *effect, on);
                    self.update_condition(*part);
                }
            }
        }
    }

    fn update_condition(&mut self, part: PartId) {
        let condition = self.compute_condition(part);
        let before = std::mem::replace(&mut self.state.conditions[part.index()], condition);
        if before == condition {
            return;
        }
        if let Owner::Pool(pool) = self.topology.parts[part.index()].owner {
            let up = &mut self.state.instances_up[pool.index()];
            match (before, condition) {
                (Condition::Up, _) => *up -= 1,
                (_, Condition::Up) => *up += 1,
                _ => {}
            }
        }
        self.touched_parts.push(part);
    }
}

fn count(effects: &mut Effects, effect: Effect, on: bool) {
    let counter = match effect {
        Effect::Refuses => &mut effects.refuses,
        Effect::Silent => &mut effects.silent,
        Effect::Destroys => &mut effects.destroys,
    };
    if on {
        *counter += 1;
    } else {
        *counter -= 1;
    }
}
