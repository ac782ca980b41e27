//! From the model as written to the topology that is simulated.
//!
//! One pass per sort of thing, each in the order of names, so that the order in which the user wrote maps changes
//! nothing. A pass that finds a problem notes it and goes on with a stand-in, so that one run reports every problem;
//! a topology is only made if there was none. References are resolved to dense ids here, and nowhere else; every
//! random draw gets its key from the canonical path of what it belongs to, so that adding a part changes no other.
//! Lists keep the order written where it means something: the preference of `runs` and of DNS failover, the members
//! of a store, and lists of needs.
//!
//! Deliberately absent: reading text (see `model`), and anything that changes during a trial.

mod detectors;
mod drain;
mod draws;
mod false_alarm;
mod faults;
mod journeys;
mod needs;
mod parts;
mod places;
mod pointer;
mod quorum;
mod report;
mod settle;
mod stores;
mod strikes;
mod targets;
#[cfg(test)]
mod tests;
mod traffic;

use std::collections::BTreeMap;
use std::ops::Deref;

use indexmap::IndexMap;

use self::draws::Draws;
use self::parts::MemberFound;
use self::places::PlaceIndex;
use self::pointer::at;
use self::strikes::Strikes;
use super::{
    Assumption, CauseId, CauseKind, Crew, CrewId, Detector, Fault, Journey, Part, Place, Pool,
    Service, ServiceId, Start, Store, StoreId, Topology, Traffic, TrafficId, Window,
};
use crate::model::{self, Code, Diagnostic, Model, Parsed, SpanIndex};

/// Longest window and longest warm-up: time ends after 584 years.
const WINDOW_YEARS_MAX: f64 = 200.0;

/// Compiles a model: the topology and the warnings.
///
/// # Errors
///
/// Every problem at once, warnings among them, in the order of their places in the text.
pub fn compile(
    model: &Model,
    spans: &SpanIndex,
) -> Result<(Topology, Vec<Diagnostic>), Vec<Diagnostic>> {
    run(Compiler::new(model, spans, &|_| false))
}

/// Compiles what a text says, and joins the problems of reading it with those of compiling it.
///
/// # Errors
///
/// Every problem at once, warnings among them, in the order of their places in the text.
pub fn compile_parsed(parsed: Parsed) -> Result<(Topology, Vec<Diagnostic>), Vec<Diagnostic>> {
    let valid = parsed.is_valid();
    let mut diagnostics = parsed.diagnostics.clone();
    let Some(model) = &parsed.model else {
        return Err(diagnostics);
    };
    let compiled = run(Compiler::new(model, &parsed.spans, &|pointer| {
        parsed.pruned(pointer)
    }));
    let (topology, found) = match compiled {
        Ok((topology, found)) => (Some(topology), found),
        Err(found) => (None, found),
    };
    for diagnostic in found {
        let same = |other: &Diagnostic| {
            (other.code, &other.pointer) == (diagnostic.code, &diagnostic.pointer)
        };
        // What could not be read may have been what seems to be missing.
        let may_be_there = !valid && diagnostic.code == Code::NothingMeasured;
        if !may_be_there && !diagnostics.iter().any(same) {
            diagnostics.push(diagnostic);
        }
    }
    diagnostics.sort_by_key(position);
    match topology {
        Some(topology) if valid => Ok((topology, diagnostics)),
        _ => Err(diagnostics),
    }
}

fn run(mut compiler: Compiler) -> Result<(Topology, Vec<Diagnostic>), Vec<Diagnostic>> {
    compiler.window();
    compiler.places();
    compiler.crews();
    compiler.instances();
    compiler.members();
    compiler.faults();
    compiler.service_needs();
    compiler.stores();
    compiler.traffic();
    compiler.journeys();
    if !compiler.failed() {
        // With a wrong name, what it should have named is unused only by consequence.
        compiler.warn_unused();
    }
    compiler.finish()
}

/// What the passes share.
struct Compiler<'a> {
    model: &'a Model,
    spans: &'a SpanIndex,
    /// Whether the text has something at a pointer that the model lacks because of an error in it.
    pruned: &'a dyn Fn(&str) -> bool,
    diagnostics: Vec<Diagnostic>,
    assumptions: Vec<Assumption>,
    draws: Draws,
    causes: IndexMap<String, CauseKind>,
    places: Vec<Place>,
    place_index: PlaceIndex,
    crews: Vec<Crew>,
    crew_ids: BTreeMap<String, CrewId>,
    parts: Vec<Part>,
    pools: Vec<Pool>,
    services: Vec<Service>,
    service_ids: BTreeMap<String, ServiceId>,
    members: Vec<Vec<MemberFound>>,
    stores: Vec<Store>,
    store_ids: BTreeMap<String, StoreId>,
    faults: Vec<Fault>,
    strikes: Strikes,
    traffic: Vec<Traffic>,
    traffic_ids: BTreeMap<String, TrafficId>,
    detectors: Vec<Detector>,
    journeys: Vec<Journey>,
}

impl<'a> Compiler<'a> {
    fn new(
        model: &'a Model,
        spans: &'a SpanIndex,
        pruned: &'a dyn Fn(&str) -> bool,
    ) -> Compiler<'a> {
        Compiler {
            model,
            spans,
            pruned,
            diagnostics: Vec::new(),
            assumptions: Vec::new(),
            draws: Draws::default(),
            causes: IndexMap::new(),
            places: Vec::new(),
            place_index: PlaceIndex::default(),
            crews: Vec::new(),
            crew_ids: BTreeMap::new(),
            parts: Vec::new(),
            pools: Vec::new(),
            services: Vec::new(),
            service_ids: BTreeMap::new(),
            members: Vec::new(),
            stores: Vec::new(),
            store_ids: BTreeMap::new(),
            faults: Vec::new(),
            strikes: Strikes::default(),
            traffic: Vec::new(),
            traffic_ids: BTreeMap::new(),
            detectors: Vec::new(),
            journeys: Vec::new(),
        }
    }

    /// The cause of this path; asking again gives the same one.
    fn cause(&mut self, path: String, kind: CauseKind) -> CauseId {
        let (index, _) = self.causes.insert_full(path, kind);
        CauseId::from(index)
    }

    fn window(&mut self) {
        let window = self.model.window;
        self.require_positive(
            window.length.is_zero(),
            "the window",
            &at(&["window", "length"]),
        );
        for (length, key) in [(window.length, "length"), (window.warm_up, "warm-up")] {
            if length.seconds() > WINDOW_YEARS_MAX * crate::time::YEAR_SECONDS {
                let help = format!(
                    "write at most {WINDOW_YEARS_MAX} years; more trials see more rare events"
                );
                self.error(
                    Code::TooLong,
                    &at(&["window", key]),
                    "this is longer than simulated time lasts",
                    help,
                );
            }
        }
        let text = "Requests come at a constant rate, day and night: a limit of this version";
        self.assume("journeys", text);
        let text = "Deployments, maintenance and mistakes of operators do nothing unless they are written as faults";
        self.assume("faults", text);
        let text = "Probes of different vantage points fail independently of each other, and links have no delay";
        self.assume("places", text);
    }

    fn finish(mut self) -> Result<(Topology, Vec<Diagnostic>), Vec<Diagnostic>> {
        self.diagnostics.sort_by(|a, b| {
            (position(a), a.code, &a.pointer, &a.message).cmp(&(
                position(b),
                b.code,
                &b.pointer,
                &b.message,
            ))
        });
        if self.failed() {
            return Err(self.diagnostics);
        }
        self.settle_detectors();
        let causes = self.settle_causes();
        self.assumptions
            .sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
        self.assumptions.dedup();
        let window = self.model.window;
        let topology = Topology {
            name: self.model.name.clone(),
            window: Window {
                length: window.length.span(),
                warm_up: window.warm_up.span(),
                start: match window.start {
                    model::Start::Equilibrium => Start::Equilibrium,
                    model::Start::New => Start::New,
                },
            },
            places: self.places,
            faults: self.faults,
            crews: self.crews,
            parts: self.parts,
            pools: self.pools,
            services: self.services,
            stores: self.stores,
            traffic: self.traffic,
            detectors: self.detectors,
            journeys: self.journeys,
            causes,
            draws: self.draws.into_keys(),
            assumptions: self.assumptions,
        };
        Ok((topology, self.diagnostics))
    }
}

/// The names in a map, in order.
fn names_of<V>(map: &IndexMap<String, V>) -> Vec<&str> {
    sorted(map).into_iter().map(|(name, _)| name).collect()
}

/// Where a problem is in the text; what is not in it comes last.
fn position(diagnostic: &Diagnostic) -> usize {
    diagnostic.span.map_or(usize::MAX, |span| span.start)
}

/// The entries of a map in the order of their names.
fn sorted<K: Deref<Target = str>, V>(map: &IndexMap<K, V>) -> Vec<(&str, &V)> {
    let mut entries: Vec<(&str, &V)> = map.iter().map(|(key, value)| (&**key, value)).collect();
    entries.sort_by_key(|&(key, _)| key);
    entries
}
