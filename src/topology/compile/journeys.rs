//! What users do, and what they were promised.

use super::pointer::{Pointer, at};
use super::{Compiler, names_of, sorted};
use crate::model::units::Duration;
use crate::model::{Code, journeys as written};
use crate::time::Span;
use crate::topology::{Journey, JourneyKind, Need, Objective, TrafficId};

impl Compiler<'_> {
    /// Lists the journeys by name, each with its objective.
    pub(super) fn journeys(&mut self) {
        let model = self.model;
        for (name, journey) in sorted(&model.journeys) {
            let checked = self.journey(name, journey);
            self.journeys.push(checked);
        }
        if model.journeys.is_empty() {
            let help = "add one, such as `journeys: { checkout: { enters: api.example.com, rate: 100/s } }`";
            self.warning(
                Code::NothingMeasured,
                &at(&["journeys"]),
                "without a journey there is nothing to measure",
                help,
            );
        }
        for (name, objective) in sorted(&model.objectives) {
            let pointer = at(&["objectives", name]);
            if !model.journeys.contains_key(name) {
                self.unknown(
                    Code::UnknownJourney,
                    "journeys",
                    name,
                    &names_of(&model.journeys),
                    &pointer,
                );
            }
            if *objective == written::Objective::default() {
                let message = format!("the objective of `{name}` promises nothing");
                let help = "give at least one of `availability`, `rto`, `rpo` and `split-brain`";
                self.error(Code::EmptyObjective, &pointer, message, help);
            }
        }
    }

    fn journey(&mut self, name: &str, journey: &written::Journey) -> Journey {
        let pointer = at(&["journeys", name]);
        let enters = journey
            .enters
            .as_deref()
            .and_then(|entry| self.traffic_entry(entry, &pointer.key("enters")));
        let mut needs = self.needs(&journey.needs, &pointer.key("needs"));
        for (stores, key, need) in [
            (&journey.reads, "reads", Need::Read as fn(_) -> Need),
            (&journey.writes, "writes", Need::Write),
        ] {
            for (index, store) in stores.iter().enumerate() {
                let here = pointer.key(key).index(index);
                needs.extend(
                    self.store(store, &here)
                        .map(need)
                        .filter(|need| !needs.contains(need)),
                );
            }
        }
        let nothing = journey.enters.is_none() && journey.needs.is_empty();
        if nothing && journey.reads.is_empty() && journey.writes.is_empty() {
            let message = format!("the journey `{name}` needs nothing, so that it is always up");
            self.error(
                Code::NeedsNothing,
                &pointer,
                message,
                "say what it `enters`, `needs`, `reads` or `writes`",
            );
        }
        let needs = Need::All(needs);
        let writes = self.journey_writes(&needs, enters);
        self.check_figures(journey, &pointer);
        let text = "An answer slower than 10 s failed: an assumption";
        self.assume_if(
            journey.timeout == Duration::seconds_exactly(10),
            format!("journeys.{name}.timeout"),
            text,
        );
        Journey {
            name: name.to_owned(),
            enters,
            needs,
            kind: if writes {
                JourneyKind::Write
            } else {
                JourneyKind::Read
            },
            rate: journey.rate.per_second(),
            timeout: journey.timeout.span(),
            up_when: journey.up_when.value(),
            restored_when: journey.restored_when.value(),
            objective: self.objective(name, writes),
        }
    }

    fn journey_writes(&self, needs: &Need, enters: Option<TrafficId>) -> bool {
        let behind = enters.map(|entry| self.traffic[entry.index()].service);
        let behind = behind.map(|service| Need::Service { service, at: None });
        !self.stores_written(needs).is_empty()
            || behind.is_some_and(|need| !self.stores_written(&need).is_empty())
    }

    fn traffic_entry(&mut self, name: &str, pointer: &Pointer) -> Option<TrafficId> {
        let id = self.traffic_ids.get(name).copied();
        // An entry that is there but was reported is not unknown.
        if id.is_none() && !self.model.traffic.contains_key(name) {
            self.unknown(
                Code::UnknownTraffic,
                "traffic",
                name,
                &names_of(&self.model.traffic),
                pointer,
            );
        }
        id
    }

    fn check_figures(&mut self, journey: &written::Journey, pointer: &Pointer) {
        let rate = journey.rate.per_second();
        self.require_positive(rate <= 0.0, "the rate", &pointer.key("rate"));
        self.require_positive(
            journey.timeout.is_zero(),
            "the timeout",
            &pointer.key("timeout"),
        );
        self.require_positive(
            journey.up_when.value() <= 0.0,
            "`up-when`",
            &pointer.key("up-when"),
        );
        self.require_positive(
            journey.restored_when.value() <= 0.0,
            "`restored-when`",
            &pointer.key("restored-when"),
        );
        if journey.restored_when.value() > journey.up_when.value() {
            let message = "`restored-when` is above `up-when`, so that an incident could stay open while all is well";
            self.error(
                Code::Thresholds,
                &pointer.key("restored-when"),
                message,
                "make it at most `up-when`",
            );
        }
    }

    fn objective(&mut self, name: &str, writes: bool) -> Objective {
        let Some(written) = self.model.objectives.get(name) else {
            return Objective::default();
        };
        let pointer = at(&["objectives", name]);
        for (promised, key) in [
            (written.rpo.is_some(), "rpo"),
            (written.split_brain.is_some(), "split-brain"),
        ] {
            if promised && !writes {
                let message = format!("`{name}` writes to no store, so that it can lose nothing");
                let help = format!("take `{key}` out, or say what the journey `writes`");
                self.error(Code::NothingWritten, &pointer.key(key), message, help);
            }
        }
        Objective {
            availability: written.availability.map(|share| share.value()),
            rto: written.rto.map(|rto| -> Span { rto.span() }),
            rpo: written.rpo.map(|rpo| -> Span { rpo.span() }),
            split_brain: written.split_brain.map(|rate| rate.per_year()),
        }
    }
}
