//! What a result says about the figures that come from branches, and whether they can be trusted.

use super::method::path_of;
use super::result::{AssumptionNote, RareNote};
use super::run::{Outcome, Study};
use super::sources::Sources;
use crate::estimate::Trust;
use crate::measure::Moments;
use crate::rare::Target;

/// One note for each target that is estimated by branches.
pub(super) fn notes(study: &Study, outcome: &Outcome) -> Vec<RareNote> {
    let tally = &outcome.tally;
    let Some(guide) = &study.guide else {
        return Vec::new();
    };
    let sources = Sources { study, tally };
    let note = |target: &Target| {
        let branches = sources.branches(*target)?;
        let totals: &Moments = match *target {
            Target::Journey(id) => branches.journeys[id.index()].requests.lost.numerator(),
            Target::Loss(id) => &branches.stores[id.index()].loss_events,
            Target::SplitBrain(id) => &branches.stores[id.index()].dual_primary.count,
        };
        let trust = Trust::of(totals, tally.trials);
        Some(RareNote {
            path: path_of(&study.topology, *target),
            relative_error: trust.relative_error,
            effective_trials: trust.effective_trials,
            largest_share: trust.largest_share,
            is_trustworthy: trust.trustworthy,
        })
    };
    guide.targets().iter().filter_map(note).collect()
}

/// What figures from branches rest on.
pub(super) fn assumptions(study: &Study) -> Option<AssumptionNote> {
    let guide = study.guide.as_ref()?;
    let paths: Vec<String> = guide
        .targets()
        .iter()
        .map(|target| path_of(&study.topology, *target))
        .collect();
    Some(AssumptionNote {
        path: paths.join(", "),
        text: "Too rare for plain simulation, so estimated by weighted branches; chances per year and month and \
               the downtime of a year take busy periods as rare, short and independent of each other (compound Poisson)"
            .to_owned(),
    })
}
