//! Which tally each figure comes from: plain trials, or the same trials with their branches.
//!
//! The choice follows the targets that the guide explores. Where branches have seen nothing at all of a target, or
//! disagree with plain simulation at inflated rates, plain trials give the figures. Deliberately absent: mixing the two in one figure.

use super::basis::{Basis, Trials};
use super::result::{RequestFigures, StoreFigures};
use super::run::Study;
use crate::measure::{BranchTally, JourneyTally, Requests, Samples, StoreTally, Tally};
use crate::rare::Target;
use crate::time::YEAR_SECONDS;
use crate::topology::{JourneyId, JourneyKind, StoreId};

/// With this many failures in a trial, plain trials know how many there are and what years are like.
const OFTEN_PER_TRIAL: f64 = 0.5;

/// A busy period is short that costs this share of a month at most.
const SHORT: f64 = 0.1;

/// Trials, and what they add up to for a journey.
pub(super) type OfJourney<'a> = (Trials, &'a JourneyTally);

/// Where the figures of a journey come from.
pub(super) struct JourneySources<'a> {
    /// What it loses.
    pub requests: OfJourney<'a>,
    /// How long it is down, why, and in which stages of recovery.
    pub outages: OfJourney<'a>,
    /// How many outages it has.
    pub counts: OfJourney<'a>,
    /// What it loses in a month and a year.
    pub losses_of_periods: OfJourney<'a>,
    /// How long it is down in a month and a year.
    pub outages_of_periods: OfJourney<'a>,
}

/// A study and its tally.
pub(super) struct Sources<'a> {
    pub study: &'a Study,
    pub tally: &'a Tally,
}

impl<'a> Sources<'a> {
    /// The branches, if a target is estimated by them and they have seen anything of it.
    pub fn branches(&self, target: Target) -> Option<&'a BranchTally> {
        let branches = self.tally.branches.as_ref()?;
        let has_seen = match target {
            Target::Requests(id) => {
                let requests = &branches.journeys[id.index()].requests;
                requests.lost.numerator().sum() > 0.0
            }
            Target::Outage(id) => {
                let requests = &branches.journeys[id.index()].requests;
                requests.down.numerator().sum() > 0.0
            }
            Target::Loss(id) => branches.stores[id.index()].promotions.sum() > 0.0,
            Target::SplitBrain(id) => branches.stores[id.index()].dual_primary.count.sum() > 0.0,
        };
        let explored = has_seen && self.study.explores(target);
        (explored && self.study.agrees(target)).then_some(branches)
    }

    fn trials(&self, basis: Basis) -> Trials {
        Trials {
            count: self.tally.trials,
            window_seconds: self.study.topology.window.length.seconds(),
            basis,
        }
    }

    /// Where the figures of a journey come from.
    pub fn journey(&self, id: JourneyId) -> JourneySources<'a> {
        let (requests, outage) = (Target::Requests(id), Target::Outage(id));
        JourneySources {
            requests: self.of_journey(id, self.branches(requests)),
            outages: self.of_journey(id, self.branches(outage)),
            counts: self.of_journey(id, self.counts(outage)),
            losses_of_periods: self.of_journey(id, self.periods(id, requests)),
            outages_of_periods: self.of_journey(id, self.periods(id, outage)),
        }
    }

    fn of_journey(&self, id: JourneyId, branches: Option<&'a BranchTally>) -> OfJourney<'a> {
        match branches {
            Some(branches) => (self.trials(Basis::Branches), &branches.journeys[id.index()]),
            None => (self.trials(Basis::Plain), &self.tally.journeys[id.index()]),
        }
    }

    /// The branches, where few trials have a failure; otherwise whole plain trials know how many there are. Each outage
    /// counts as one there, however rare those that matter are.
    fn counts(&self, target: Target) -> Option<&'a BranchTally> {
        let branches = self.branches(target)?;
        (self.study.expects(target) < OFTEN_PER_TRIAL).then_some(branches)
    }

    /// The branches for figures of years and months: like the number of outages, unless these are too long for months to
    /// be put together from whole busy periods.
    fn periods(&self, id: JourneyId, target: Target) -> Option<&'a BranchTally> {
        let branches = self.counts(target)?;
        are_short(&branches.journeys[id.index()].busy_down).then_some(branches)
    }

    fn store(&self, index: usize, target: Target) -> (Trials, &'a StoreTally) {
        match self.branches(target) {
            Some(branches) => (self.trials(Basis::Branches), &branches.stores[index]),
            None => (self.trials(Basis::Plain), &self.tally.stores[index]),
        }
    }

    /// The figures of a store, with its name.
    pub fn store_figures(&self, index: usize) -> (String, StoreFigures) {
        let id = StoreId::from(index);
        let topology = &self.study.topology;
        let store = &topology.stores[index];
        let promised = topology.tightest_rpo(id).is_some();
        let (trials, tally) = self.store(index, Target::Loss(id));
        let primaries = self.store(index, Target::SplitBrain(id));
        // Where no branch has seen a split brain, plain trials at least bound their number.
        let split_brains = match primaries.1.split_brain.count.sum() > 0.0 {
            true => primaries,
            false => (self.trials(Basis::Plain), &self.tally.stores[index]),
        };
        let figures = trials.store(store, tally, primaries, split_brains, promised);
        (store.name.clone(), figures)
    }

    /// All journeys of a kind together: with branches only if all of them have some.
    pub fn requests(&self, kind: JourneyKind) -> Option<RequestFigures> {
        let (lost, down) = (
            self.together(kind, Target::Requests),
            self.together(kind, Target::Outage),
        );
        let has_any = lost.1.lost.denominator() > 0.0;
        has_any.then(|| RequestFigures::of(lost, down))
    }

    fn together(
        &self,
        kind: JourneyKind,
        target: impl Fn(JourneyId) -> Target,
    ) -> (Trials, &'a Requests) {
        let journeys = self.study.topology.journeys.iter().enumerate();
        let mut of_kind = journeys.filter(|(_, journey)| journey.kind == kind);
        let explored = of_kind.all(|(index, _)| self.branches(target(index.into())).is_some());
        let branches = self.tally.branches.as_ref().filter(|_| explored);
        let (basis, requests) = match (branches, kind) {
            (Some(branches), JourneyKind::Read) => (Basis::Branches, &branches.reads),
            (Some(branches), JourneyKind::Write) => (Basis::Branches, &branches.writes),
            (None, JourneyKind::Read) => (Basis::Plain, &self.tally.reads),
            (None, JourneyKind::Write) => (Basis::Plain, &self.tally.writes),
        };
        (self.trials(basis), requests)
    }
}

/// Whether downtime is a matter of busy periods that are short against a month: of that in which a second of downtime
/// falls, on the average.
fn are_short(busy_down: &Samples) -> bool {
    let (mut seconds, mut squares) = (0.0, 0.0);
    for (bucket, cell) in busy_down.histogram().iter() {
        let down = bucket.lower();
        seconds += cell.weight as f64 * down;
        squares += cell.weight as f64 * down * down;
    }
    squares <= SHORT * (YEAR_SECONDS / 12.0) * seconds
}
