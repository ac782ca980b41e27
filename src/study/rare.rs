//! What a result says about the figures that come from branches, and whether they can be trusted.

use super::method::path_of;
use super::result::{AssumptionNote, CheckNote, RareNote};
use super::run::{Outcome, Study};
use crate::estimate::Trust;
use crate::rare::Target;
use crate::rare::check::by_branches;

/// One note for each target that is estimated by branches.
pub(super) fn notes(study: &Study, outcome: &Outcome) -> Vec<RareNote> {
    let tally = &outcome.tally;
    let (Some(guide), Some(branches)) = (&study.guide, &tally.branches) else {
        return Vec::new();
    };
    let note = |target: &Target| {
        let trust = Trust::of(by_branches(branches, *target), tally.trials);
        let check = study.checks().iter().find(|check| check.target == *target);
        let check = check.map(|check| CheckNote {
            inflated: check.inflated,
            branches: check.branches,
            plain: check.plain,
            distance: check.distance,
            agrees: check.agrees(),
        });
        RareNote {
            path: path_of(&study.topology, *target),
            relative_error: trust.relative_error,
            effective_trials: trust.effective_trials,
            largest_share: trust.largest_share,
            is_trustworthy: trust.trustworthy && check.as_ref().is_none_or(|check| check.agrees),
            check,
        }
    };
    guide.targets().iter().map(note).collect()
}

/// What figures from branches rest on.
pub(super) fn assumptions(study: &Study) -> Option<AssumptionNote> {
    let guide = study.guide.as_ref()?;
    let paths: Vec<String> = guide
        .targets()
        .iter()
        .filter(|target| study.agrees(**target))
        .map(|target| path_of(&study.topology, *target))
        .collect();
    (!paths.is_empty()).then(|| AssumptionNote {
        path: paths.join(", "),
        text: "Too rare or too uneven for plain simulation, so estimated by weighted branches; where a trial has \
               less than one failure in two, the downtime of a year and a month and the chances for them take busy \
               periods as short, rare and independent of each other (compound Poisson)"
            .to_owned(),
    })
}
