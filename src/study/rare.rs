//! What a result says about the figures that come from branches, and whether they can be trusted.

use super::method::path_of;
use super::result::{AssumptionNote, CheckNote, RareNote};
use super::run::{Outcome, Study};
use crate::estimate::Trust;
use crate::rare::Target;
use crate::rare::check::by_branches;
use crate::topology::{Crew, CrewId, Fault};

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

/// What branches do not look for: that a repair takes very long while others wait for the same crew, where no branch begins
/// with it.
pub(super) fn queues(study: &Study) -> Vec<AssumptionNote> {
    let topology = &study.topology;
    let Some(guide) = &study.guide else {
        return Vec::new();
    };
    let note = |(index, crew): (usize, &Crew)| {
        let id = CrewId::from(index);
        let faults = || {
            topology
                .faults
                .iter()
                .filter(|fault| fault.crew == Some(id))
        };
        let is_uneven = |fault: &Fault| fault.lasts.varies_more_than_exponential();
        let may_queue = faults().count() > crew.size as usize && faults().any(is_uneven);
        let is_left_out = may_queue && !guide.begins_with_all_of(id);
        is_left_out.then(|| AssumptionNote {
            path: format!("crews.{}", super::path::segment(&crew.name)),
            text: "Branches do not begin with every repair that this crew does: where some of those take very long while \
                   others wait, and that makes up much of what is lost, figures from branches are mostly too low and \
                   their intervals too narrow; plain simulation counts it as often as it comes"
                .to_owned(),
        })
    };
    topology.crews.iter().enumerate().filter_map(note).collect()
}
