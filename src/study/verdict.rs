//! Whether an objective is met: judged by the interval, not by the estimate.
//!
//! An objective is met if the whole interval is on the right side of it, not met if the whole interval is on the
//! wrong side, and undecided in between: then more trials will tell. Deliberately absent: the wording (see `report`)
//! and what becomes of it (an exit code, see the command line).

use serde::{Deserialize, Serialize};

use super::figures::ANY_SCOPE;
use super::path;
use super::result::{JourneyFigures, StoreFigures};
use crate::estimate::Figure;
use crate::topology::{Journey, Store};

/// What became of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The interval is on the right side.
    Met,
    /// The interval is on the wrong side.
    NotMet,
    /// The objective is inside the interval.
    Undecided,
    /// There was no case of it to judge: no outage, no promotion.
    NeverTested,
}

/// Which side of a bound is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// At least the bound.
    AtLeast,
    /// At most the bound.
    AtMost,
}

impl Comparison {
    /// Judges a figure by its interval; a missing bound is unbounded.
    #[must_use]
    pub fn judge(self, figure: &Figure, bound: f64) -> Status {
        if figure.estimate.is_none() {
            return Status::NeverTested;
        }
        let low = figure.low.unwrap_or(f64::NEG_INFINITY);
        let high = figure.high.unwrap_or(f64::INFINITY);
        let (met, not_met) = match self {
            Comparison::AtLeast => (low >= bound, high < bound),
            Comparison::AtMost => (high <= bound, low > bound),
        };
        match (met, not_met) {
            (true, _) => Status::Met,
            (_, true) => Status::NotMet,
            _ => Status::Undecided,
        }
    }
}

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Request availability.
    Availability,
    /// The 95th percentile of RTO.
    Rto,
    /// The 95th percentile of RPO.
    Rpo,
    /// Split brains per year.
    SplitBrain,
}

/// One objective and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The journey it was promised for.
    pub journey: String,
    /// What was promised.
    pub promise: Promise,
    /// Which side of the target is the right one.
    pub comparison: Comparison,
    /// The target, in the unit of the figure.
    pub target: f64,
    /// The path of the figure that decides.
    pub path: String,
    /// That figure.
    pub figure: Figure,
    /// Met, not met or undecided.
    pub status: Status,
    /// The chance that it holds through a month, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_met_per_month: Option<Figure>,
    /// The chance that it holds through a year, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_met_per_year: Option<Figure>,
}

impl Verdict {
    fn new(
        journey: &Journey,
        promise: Promise,
        target: f64,
        path: String,
        figure: &Figure,
    ) -> Verdict {
        let comparison = match promise {
            Promise::Availability => Comparison::AtLeast,
            Promise::Rto | Promise::Rpo | Promise::SplitBrain => Comparison::AtMost,
        };
        Verdict {
            journey: journey.name.clone(),
            promise,
            comparison,
            target,
            path,
            status: comparison.judge(figure, target),
            figure: figure.clone(),
            chance_met_per_month: None,
            chance_met_per_year: None,
        }
    }
}

/// Judges what was promised for a journey as such: availability and RTO.
pub(super) fn of_journey(journey: &Journey, figures: &JourneyFigures) -> Vec<Verdict> {
    let name = path::segment(&journey.name);
    let mut verdicts = Vec::new();
    if let Some(target) = journey.objective.availability {
        let path = format!("journeys.{name}.availability.request");
        let figure = &figures.availability.request;
        let chance = figures.objective.availability.clone().unwrap_or_default();
        verdicts.push(Verdict {
            chance_met_per_month: chance.chance_met_per_month,
            chance_met_per_year: chance.chance_met_per_year,
            ..Verdict::new(journey, Promise::Availability, target, path, figure)
        });
    }
    if let Some(target) = journey.objective.rto {
        let path = format!("journeys.{name}.rto.{ANY_SCOPE}.p95");
        let figure = &figures.rto[ANY_SCOPE].p95;
        let chance = figures.objective.rto.clone().unwrap_or_default();
        verdicts.push(Verdict {
            chance_met_per_year: chance.chance_met_per_year,
            ..Verdict::new(journey, Promise::Rto, target.seconds(), path, figure)
        });
    }
    verdicts
}

/// Judges what was promised for a journey about a store that it writes: RPO and split brain.
pub(super) fn of_store(journey: &Journey, store: &Store, figures: &StoreFigures) -> Vec<Verdict> {
    let name = path::segment(&store.name);
    let mut verdicts = Vec::new();
    if let Some(target) = journey.objective.rpo {
        let path = format!("stores.{name}.rpo.{ANY_SCOPE}.seconds.p95");
        let figure = &figures.rpo[ANY_SCOPE].seconds.p95;
        let chance = figures.objective.rpo.clone().unwrap_or_default();
        verdicts.push(Verdict {
            chance_met_per_year: chance.chance_met_per_year,
            ..Verdict::new(journey, Promise::Rpo, target.seconds(), path, figure)
        });
    }
    if let Some(target) = journey.objective.split_brain {
        let path = format!("stores.{name}.split_brain.per_year");
        let figure = &figures.split_brain.per_year;
        verdicts.push(Verdict::new(
            journey,
            Promise::SplitBrain,
            target,
            path,
            figure,
        ));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(low: f64, high: f64) -> Figure {
        Figure::new(Some((low + high) / 2.0), (low, high), "test")
    }

    #[test]
    fn the_interval_decides() {
        let at_least = Comparison::AtLeast;
        assert_eq!(at_least.judge(&figure(0.9991, 0.9993), 0.999), Status::Met);
        assert_eq!(
            at_least.judge(&figure(0.9985, 0.9989), 0.999),
            Status::NotMet
        );
        assert_eq!(
            at_least.judge(&figure(0.9985, 0.9993), 0.999),
            Status::Undecided
        );
        let at_most = Comparison::AtMost;
        assert_eq!(at_most.judge(&figure(100.0, 300.0), 300.0), Status::Met);
        assert_eq!(at_most.judge(&figure(301.0, 400.0), 300.0), Status::NotMet);
    }

    #[test]
    fn a_missing_bound_decides_nothing() {
        let unbounded = Figure::new(Some(20.0), (10.0, f64::INFINITY), "test");
        assert_eq!(
            Comparison::AtMost.judge(&unbounded, 300.0),
            Status::Undecided
        );
        assert_eq!(Comparison::AtMost.judge(&unbounded, 5.0), Status::NotMet);
        let nothing = Figure::new(None, (0.0, f64::INFINITY), "test");
        assert_eq!(Comparison::AtMost.judge(&nothing, 5.0), Status::NeverTested);
    }
}
