//! Which tally each figure comes from: plain trials, or the same trials with their branches.
//!
//! The choice follows the targets that the guide explores. Where branches have seen nothing at all of a target, or
//! disagree with plain simulation at inflated rates, plain trials give the figures. Deliberately absent: mixing the two in one figure.

use super::basis::{Basis, Trials};
use super::result::{RequestFigures, StoreFigures};
use super::run::Study;
use crate::measure::{BranchTally, JourneyTally, Samples, StoreTally, Tally};
use crate::rare::Target;
use crate::time::YEAR_SECONDS;
use crate::topology::{JourneyKind, StoreId};

/// With this many failures in a trial, plain trials know how many there are and what years are like.
const OFTEN_PER_TRIAL: f64 = 0.5;

/// A busy period is short that costs this share of a month at most.
const SHORT: f64 = 0.1;

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
            Target::Journey(id) => {
                let requests = &branches.journeys[id.index()].requests;
                requests.lost.numerator().sum() > 0.0
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
    pub fn journey(&self, index: usize) -> (Trials, &'a JourneyTally) {
        match self.branches(Target::Journey(index.into())) {
            Some(branches) => (self.trials(Basis::Branches), &branches.journeys[index]),
            None => (self.trials(Basis::Plain), &self.tally.journeys[index]),
        }
    }

    /// Where the number of outages of a journey comes from: from whole plain trials, unless few of them have a failure.
    /// Each outage counts as one there, however rare those that matter are.
    pub fn counts(&self, index: usize) -> (Trials, &'a JourneyTally) {
        let target = Target::Journey(index.into());
        match self.branches(target) {
            Some(branches) if self.study.expects(target) < OFTEN_PER_TRIAL => {
                (self.trials(Basis::Branches), &branches.journeys[index])
            }
            _ => (self.trials(Basis::Plain), &self.tally.journeys[index]),
        }
    }

    /// Where the figures of years and months of a journey come from: like the number of its outages, unless they are too
    /// long for months to be put together from whole busy periods.
    pub fn periods(&self, index: usize) -> (Trials, &'a JourneyTally) {
        let (trials, tally) = self.counts(index);
        match are_short(&tally.busy_down) {
            true => (trials, tally),
            false => (self.trials(Basis::Plain), &self.tally.journeys[index]),
        }
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
        let journeys = self.study.topology.journeys.iter().enumerate();
        let mut of_kind = journeys.filter(|(_, journey)| journey.kind == kind);
        let explored =
            of_kind.all(|(index, _)| self.branches(Target::Journey(index.into())).is_some());
        let branches = self.tally.branches.as_ref().filter(|_| explored);
        let (basis, requests) = match (branches, kind) {
            (Some(branches), JourneyKind::Read) => (Basis::Branches, &branches.reads),
            (Some(branches), JourneyKind::Write) => (Basis::Branches, &branches.writes),
            (None, JourneyKind::Read) => (Basis::Plain, &self.tally.reads),
            (None, JourneyKind::Write) => (Basis::Plain, &self.tally.writes),
        };
        (requests.lost.denominator() > 0.0).then(|| self.trials(basis).requests(requests))
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
