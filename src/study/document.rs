//! Putting the result document together.

use serde_json::Value;

use super::path::{self, PathError};
use super::rare;
use super::result::{AssumptionNote, Provenance, RESULT_SCHEMA, ResultDocument, WindowNote};
use super::run::{Outcome, Study};
use super::sources::{JourneySources, Sources};
use super::{NUMBERS_REVISION, verdict};
use crate::time::YEAR_SECONDS;
use crate::topology::{Journey, JourneyKind, Start, StoreId, Topology};

impl ResultDocument {
    /// The result of a study.
    ///
    /// # Panics
    /// If the tally is of another topology than the study's.
    #[must_use]
    pub fn new(study: &Study, outcome: &Outcome) -> ResultDocument {
        let topology = &study.topology;
        let tally = &outcome.tally;
        assert_eq!(topology.journeys.len(), tally.journeys.len());
        assert_eq!(topology.stores.len(), tally.stores.len());
        let sources = Sources::new(study, tally);
        let journeys: Vec<(&Journey, JourneySources<'_>)> = topology
            .journeys
            .iter()
            .enumerate()
            .map(|(index, journey)| (journey, sources.journey(index.into())))
            .collect();
        let stores = topology.stores.iter().enumerate().map(|(index, store)| {
            let id = StoreId::from(index);
            let promised = topology.tightest_rpo(id).is_some();
            let figures = sources.store(id).figures(store, promised);
            (store.name.clone(), figures)
        });
        let mut document = ResultDocument {
            schema: RESULT_SCHEMA.to_owned(),
            provenance: provenance(study, outcome),
            objectives: Vec::new(),
            journeys: journeys
                .iter()
                .map(|(journey, sources)| (journey.name.clone(), sources.figures(journey)))
                .collect(),
            stores: stores.collect(),
            reads: sources.requests(JourneyKind::Read),
            writes: sources.requests(JourneyKind::Write),
            causes: journeys
                .iter()
                .map(|(journey, sources)| {
                    let (trials, tally) = sources.outages;
                    trials.causes(topology, &journey.name, tally)
                })
                .collect(),
            stages: journeys
                .iter()
                .map(|(journey, sources)| {
                    let (trials, tally) = sources.outages;
                    trials.stages(&journey.name, tally)
                })
                .collect(),
            rare: rare::notes(study, outcome),
            assumptions: assumptions(&sources),
        };
        document.judge(topology);
        document
    }

    fn judge(&mut self, topology: &Topology) {
        for journey in &topology.journeys {
            let figures = &self.journeys[&journey.name];
            self.objectives
                .extend(verdict::of_journey(journey, figures));
            for store in topology.written_stores(journey) {
                let store = &topology.stores[store.index()];
                let figures = &self.stores[&store.name];
                self.objectives
                    .extend(verdict::of_store(journey, store, figures));
            }
        }
    }

    /// The document as a JSON value: what paths are looked up in.
    ///
    /// # Panics
    /// Never: every key of the document is a string.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("the keys of a result are strings")
    }

    /// What a path leads to: a figure, or any other part of the document.
    ///
    /// # Errors
    /// If the text is not a path, or if the document has nothing there.
    pub fn get(&self, path: &str) -> Result<Value, PathError> {
        path::get(&self.to_value(), path).cloned()
    }
}

fn provenance(study: &Study, outcome: &Outcome) -> Provenance {
    let window = study.topology.window;
    let start = match window.start {
        Start::Equilibrium => "equilibrium",
        Start::New => "new",
    };
    Provenance {
        model: study.topology.name.clone(),
        model_hash: study.model_hash.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        numbers_revision: NUMBERS_REVISION,
        seed: study.seed,
        trials: outcome.tally.trials,
        method: study.method,
        branches: outcome
            .tally
            .branches
            .as_ref()
            .map_or(0, |tally| tally.branches),
        cut_off: outcome.tally.cut_off,
        window: WindowNote {
            length_seconds: window.length.seconds(),
            warm_up_seconds: window.warm_up.seconds(),
            start: start.to_owned(),
        },
        complete: outcome.complete,
    }
}

fn assumptions(sources: &Sources<'_>) -> Vec<AssumptionNote> {
    let study = sources.study;
    let topology = &study.topology;
    let note = |assumption: &crate::topology::Assumption| AssumptionNote {
        path: assumption.path.clone(),
        text: assumption.text.clone(),
    };
    let mut notes: Vec<AssumptionNote> = topology.assumptions.iter().map(note).collect();
    notes.extend(short_window(topology.window.length.seconds()));
    notes.extend(rare::assumptions(study));
    notes.extend(rare::queues(study));
    notes.extend(sources.refutation());
    notes.extend(sources.clustering());
    notes
}

/// What a window is too short for.
fn short_window(seconds: f64) -> Option<AssumptionNote> {
    let text = if seconds < YEAR_SECONDS / 12.0 {
        "No whole month of 30 d 10 h fits into the window, so there are no figures of months or years"
    } else if seconds < YEAR_SECONDS {
        "No whole year of 365 d fits into the window, so there are no figures of years"
    } else {
        return None;
    };
    Some(AssumptionNote {
        path: "window.length".to_owned(),
        text: text.to_owned(),
    })
}
