//! Fault processes: those of `faults`, of instances and of store members, one per target.
//!
//! A process is named after its definition and its target (`faults.zone-outage.us-east-1/a`), and that name keys its
//! streams. Causes are coarser where targets are interchangeable: the instances of a service are one cause.

use super::pointer::{Pointer, at};
use super::targets::Target;
use super::{Compiler, names_of, sorted};
use crate::dist::Law;
use crate::model::Code;
use crate::model::faults as written;
use crate::topology::{
    AfterRepair, CauseId, CauseKind, Crew, CrewId, Effect, Fault, FaultAction, FaultId, Owner,
    Scope, purpose,
};

/// What the processes of one definition share.
struct Process {
    every: Law,
    lasts: Law,
    after_repair: AfterRepair,
    crew: Option<CrewId>,
}

fn checked_effect(effect: written::Effect) -> Effect {
    match effect {
        written::Effect::Refuses => Effect::Refuses,
        written::Effect::Silent => Effect::Silent,
        written::Effect::Destroys => Effect::Destroys,
    }
}

fn checked_after_repair(after: written::AfterRepair) -> AfterRepair {
    match after {
        written::AfterRepair::AsNew => AfterRepair::AsNew,
        written::AfterRepair::AsOld => AfterRepair::AsOld,
    }
}

impl Compiler<'_> {
    /// Lists the crews by name.
    pub(super) fn crews(&mut self) {
        let model = self.model;
        for (name, size) in sorted(&model.crews) {
            self.crew_ids
                .insert(name.to_owned(), CrewId::from(self.crews.len()));
            self.crews.push(Crew {
                name: name.to_owned(),
                size: size.get(),
            });
        }
    }

    /// Lists every fault process by path, and notes it at what it takes down.
    pub(super) fn faults(&mut self) {
        let model = self.model;
        for (name, fault) in sorted(&model.faults) {
            self.named_fault(name, fault);
        }
        for (name, service) in sorted(&model.services) {
            if let Some(fails) = &service.instance.fails {
                self.instance_faults(name, fails);
            } else {
                let text = "Its instances fail only with the places they are in";
                self.assume(format!("services.{name}.instance"), text);
            }
        }
        for (name, store) in sorted(&model.stores) {
            if let Some(fails) = &store.member.fails {
                self.member_faults(name, fails);
            } else {
                let text = "Its members fail only with the places they are in";
                self.assume(format!("stores.{name}.member"), text);
            }
        }
        self.bound_strikes();
        self.faults.sort_by(|a, b| a.path.cmp(&b.path));
        for (index, fault) in self.faults.iter_mut().enumerate() {
            fault.draw_strike = self.draws.draw(&fault.path, purpose::STRIKE);
            fault.draw_age = self.draws.draw(&fault.path, purpose::AGE);
            fault.draw_repair = self.draws.draw(&fault.path, purpose::REPAIR);
            if let FaultAction::Down { places, parts, .. } = &fault.action {
                let id = FaultId::from(index);
                places
                    .iter()
                    .for_each(|place| self.places[place.index()].faults.push(id));
                parts
                    .iter()
                    .for_each(|part| self.parts[part.index()].faults.push(id));
            }
        }
    }

    fn named_fault(&mut self, name: &str, fault: &written::Fault) {
        let pointer = at(&["faults", name]);
        let process = Process {
            every: self.positive_law(&fault.every, &pointer.key("every")),
            lasts: self.law(&fault.lasts, &pointer.key("lasts")),
            after_repair: checked_after_repair(fault.after_repair),
            crew: self.crew(fault.crew.as_deref(), &pointer),
        };
        let path = format!("faults.{name}");
        let problems = self.diagnostics.len();
        let before = self.faults.len();
        let found = match (&fault.hits, &fault.cuts) {
            (Some(hits), None) => {
                let targets = self.hits(hits, &pointer.key("hits"));
                self.down(&path, fault, &process, &targets)
            }
            (None, Some(cuts)) => {
                let targets = self.cuts(&cuts.0, &pointer.key("cuts"));
                for target in &targets {
                    let full = joined(&path, &target.name);
                    let cause = self.cause(full.clone(), CauseKind::Fault);
                    let scope = fault.scope.unwrap_or(Scope::Link);
                    self.push_fault(
                        full,
                        cause,
                        scope,
                        &process,
                        FaultAction::Cut(target.cuts.clone()),
                    );
                }
                if fault.effect.is_some() {
                    let help = "what is cut is silent; take `effect` out";
                    self.error(
                        Code::EffectOfCut,
                        &pointer.key("effect"),
                        "a cut has no effect of its own",
                        help,
                    );
                }
                targets.len()
            }
            _ => {
                let message = format!("the fault `{name}` must have either `hits` or `cuts`");
                self.error(
                    Code::EitherOr,
                    &pointer,
                    message,
                    "`hits` takes places and parts down, `cuts` cuts links",
                );
                return;
            }
        };
        self.count_strikes(&pointer, before);
        if found == 0 && self.diagnostics.len() == problems {
            let message = format!("the fault `{name}` hits nothing");
            self.error(
                Code::HitsNothing,
                &pointer,
                message,
                "the model has nothing that it selects",
            );
        }
    }

    fn down(
        &mut self,
        path: &str,
        fault: &written::Fault,
        process: &Process,
        targets: &[Target],
    ) -> usize {
        let places = targets.iter().any(|target| !target.places.is_empty());
        let (default, text) = if places {
            (Effect::Silent, SILENT)
        } else {
            (Effect::Refuses, REFUSES)
        };
        let effect = fault.effect.map_or(default, checked_effect);
        if fault.effect.is_none() {
            self.assume(format!("{path}.effect"), text);
        }
        for target in targets {
            let full = joined(path, &target.name);
            let cause = if target.one_cause {
                path.to_owned()
            } else {
                full.clone()
            };
            let cause = self.cause(cause, CauseKind::Fault);
            let scope = fault.scope.or(target.scope).unwrap_or(Scope::Shared);
            let action = FaultAction::Down {
                places: target.places.clone(),
                parts: target.parts.clone(),
                effect,
            };
            self.push_fault(full, cause, scope, process, action);
        }
        targets.len()
    }

    fn instance_faults(&mut self, name: &str, fails: &written::Fails) {
        let pointer = at(&["services", name, "instance", "fails"]);
        let process = self.process_of(fails, &pointer);
        let path = format!("services.{name}.instance");
        self.assume_if(
            fails.effect == written::Effect::Refuses,
            format!("{path}.fails.effect"),
            REFUSES,
        );
        let before = self.faults.len();
        let cause = self.cause(path, CauseKind::Fault);
        let service = self.service_ids[name];
        let of_service = |owner| matches!(owner, Owner::Pool(pool) if self.pools[pool.index()].service == service);
        let indices: Vec<usize> = (0..self.parts.len())
            .filter(|&index| of_service(self.parts[index].owner))
            .collect();
        self.part_faults(&indices, fails, &process, |_, _| cause);
        self.count_strikes(&pointer, before);
    }

    fn member_faults(&mut self, name: &str, fails: &written::Fails) {
        let pointer = at(&["stores", name, "member", "fails"]);
        let process = self.process_of(fails, &pointer);
        let path = format!("stores.{name}.member.fails.effect");
        self.assume_if(fails.effect == written::Effect::Refuses, path, REFUSES);
        let before = self.faults.len();
        let store = self.store_ids[name];
        let indices: Vec<usize> = self.members[store.index()]
            .iter()
            .map(|member| member.part.index())
            .collect();
        self.part_faults(&indices, fails, &process, |compiler, path| {
            compiler.cause(path.to_owned(), CauseKind::Fault)
        });
        self.count_strikes(&pointer, before);
    }

    fn part_faults(
        &mut self,
        indices: &[usize],
        fails: &written::Fails,
        process: &Process,
        mut cause: impl FnMut(&mut Self, &str) -> CauseId,
    ) {
        for &index in indices {
            let path = self.parts[index].path.clone();
            let cause = cause(self, &path);
            let action = FaultAction::Down {
                places: Vec::new(),
                parts: vec![index.into()],
                effect: checked_effect(fails.effect),
            };
            self.push_fault(
                format!("{path}.fails"),
                cause,
                Scope::Instance,
                process,
                action,
            );
        }
    }

    fn process_of(&mut self, fails: &written::Fails, pointer: &Pointer) -> Process {
        Process {
            every: self.positive_law(&fails.every, &pointer.key("every")),
            lasts: self.law(&fails.lasts, &pointer.key("lasts")),
            after_repair: checked_after_repair(fails.after_repair),
            crew: self.crew(fails.crew.as_deref(), pointer),
        }
    }

    fn crew(&mut self, name: Option<&str>, pointer: &Pointer) -> Option<CrewId> {
        let name = name?;
        let id = self.crew_ids.get(name).copied();
        if id.is_none() {
            let names = names_of(&self.model.crews);
            self.unknown(
                Code::UnknownCrew,
                "crews",
                name,
                &names,
                &pointer.key("crew"),
            );
        }
        id
    }

    fn push_fault(
        &mut self,
        path: String,
        cause: CauseId,
        scope: Scope,
        process: &Process,
        action: FaultAction,
    ) {
        // The draws are given out once the order of the faults is known.
        let later = crate::topology::DrawId(0);
        self.faults.push(Fault {
            path,
            cause,
            scope,
            every: process.every.clone(),
            lasts: process.lasts.clone(),
            after_repair: process.after_repair,
            action,
            crew: process.crew,
            draw_strike: later,
            draw_age: later,
            draw_repair: later,
        });
    }
}

/// What the defaults of `effect` rest on.
const SILENT: &str =
    "What is hit is silent, so that callers wait for their timeouts: an assumption";
const REFUSES: &str = "What is hit refuses connections at once: an assumption";

fn joined(path: &str, name: &str) -> String {
    if name.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
