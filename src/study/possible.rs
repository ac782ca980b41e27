//! Which figures a study can have, known before it runs: so that a wrong path costs no run.
//!
//! This is the document of a trial in which nothing happened, but in which every scope was seen. Deliberately
//! absent: rows of causes and stages, which only a run knows.

use super::result::ResultDocument;
use super::run::{Outcome, Study};
use crate::measure::Tally;
use crate::time::YEAR_SECONDS;
use crate::topology::{JourneyKind, Scope};

impl Study {
    /// A document with every figure that a result of this study can have; its numbers mean nothing.
    #[must_use]
    pub fn possible(&self) -> ResultDocument {
        let mut tally = Tally::empty(&self.topology);
        tally.trials = 1;
        let seconds = self.topology.window.length.seconds();
        for (journey, tally_of) in self.topology.journeys.iter().zip(&mut tally.journeys) {
            for scope in Scope::ALL {
                let recovery = tally_of.rto_by_scope.entry(scope).or_default();
                recovery.seconds.add_trial(&mut [(0.0, 1)]);
            }
            tally_of.rto.seconds.add_trial(&mut [(0.0, 1)]);
            if seconds >= YEAR_SECONDS / 12.0 {
                tally_of.month_seconds.add_trial(&mut [(0.0, 1)]);
                tally_of.months_met.add(1.0, 1.0);
            }
            if seconds >= YEAR_SECONDS {
                tally_of.year_seconds.add_trial(&mut [(0.0, 1)]);
                tally_of.years_met.add(1.0, 1.0);
            }
            let kind = match journey.kind {
                JourneyKind::Read => &mut tally.reads,
                JourneyKind::Write => &mut tally.writes,
            };
            kind.lost.add(0.0, 1.0);
            kind.down.add(0.0, seconds);
        }
        for store in &mut tally.stores {
            for scope in Scope::ALL {
                store.rpo_by_scope.entry(scope).or_default();
            }
        }
        let complete = true;
        ResultDocument::new(self, &Outcome { tally, complete })
    }
}
