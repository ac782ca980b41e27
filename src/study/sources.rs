//! Which tally each figure comes from: plain trials, or the same trials with their branches.
//!
//! The choice follows the targets that the guide explores. Where branches have seen nothing at all of a target, or
//! disagree with plain simulation at inflated rates, plain trials give the figures. They give chances and bad years, too,
//! where they refute that these can be put together from a rate (see `independence`), bound the chance of what no branch
//! has seen, and widen the interval of one that they hardly allow. Deliberately absent: mixing the two in one estimate.

use super::basis::{Basis, Events, Trials};
use super::result::RequestFigures;
use super::run::Study;
use crate::measure::{BranchTally, JourneyTally, Moments, Requests, Samples, StoreTally, Tally};
use crate::rare::Target;
use crate::time::YEAR_SECONDS;
use crate::topology::{JourneyId, JourneyKind, StoreId};

/// With this many failures in a trial, plain trials know how many there are and what years are like.
const OFTEN_PER_TRIAL: f64 = 0.5;

/// A busy period is short that costs this share of a month at most.
const SHORT: f64 = 0.1;

/// Trials, and what they add up to for a journey.
pub(super) type OfJourney<'a> = (Trials, &'a JourneyTally);

/// Trials, and what they add up to for a store.
pub(super) type OfStore<'a> = (Trials, &'a StoreTally);

/// Where the figures of a journey come from.
pub(super) struct JourneySources<'a> {
    /// What it loses.
    pub requests: OfJourney<'a>,
    /// How long it is down, why, and in which stages of recovery.
    pub outages: OfJourney<'a>,
    /// How many outages it has.
    pub counts: OfJourney<'a>,
    /// Whether it has any.
    pub outage_periods: Events<'a>,
    /// Whether one takes too long.
    pub rto_missed: Events<'a>,
    /// What it loses in a month and a year.
    pub losses_of_periods: OfJourney<'a>,
    /// How long it is down in a month and a year.
    pub outages_of_periods: OfJourney<'a>,
}

/// Where the figures of a store come from.
pub(super) struct StoreSources<'a> {
    /// What promotions lose.
    pub losses: OfStore<'a>,
    /// Whether one loses too much.
    pub rpo_missed: Events<'a>,
    /// Two members that accept writes.
    pub dual_primaries: OfStore<'a>,
    /// Whether there are ever two.
    pub any_dual_primary: Events<'a>,
    /// Two members that receive them.
    pub split_brains: OfStore<'a>,
    /// Whether there are ever two.
    pub any_split_brain: Events<'a>,
}

/// A study and its tally.
pub(super) struct Sources<'a> {
    pub study: &'a Study,
    pub tally: &'a Tally,
    /// The targets whose plain trials refute that failures are independent.
    pub refuted: Vec<Target>,
}

impl<'a> Sources<'a> {
    /// The sources of a study with this tally.
    pub fn new(study: &'a Study, tally: &'a Tally) -> Sources<'a> {
        let unasked = Sources {
            study,
            tally,
            refuted: Vec::new(),
        };
        Sources {
            refuted: unasked.find_refuted(),
            ..unasked
        }
    }

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
            Target::Loss(id) | Target::Backlog(id) => {
                branches.stores[id.index()].loss_events.sum() > 0.0
            }
            Target::SplitBrain(id) => branches.stores[id.index()].dual_primary.count.sum() > 0.0,
        };
        let explored = has_seen && self.study.explores(target);
        (explored && self.study.agrees(target)).then_some(branches)
    }

    /// Trials that were counted in this way.
    pub fn trials(&self, basis: Basis) -> Trials {
        Trials {
            count: self.tally.trials,
            window_seconds: self.study.topology.window.length.seconds(),
            basis,
        }
    }

    /// Where the figures of a journey come from.
    pub fn journey(&self, id: JourneyId) -> JourneySources<'a> {
        let (requests, outage) = (Target::Requests(id), Target::Outage(id));
        let (branches, counts) = (self.branches(outage), self.counts(outage));
        let (losses, outages) = (self.periods(id, requests), self.periods(id, outage));
        let unless_refuted =
            |branches: Option<&'a BranchTally>| branches.filter(|_| !self.is_refuted(outage));
        let losses = unless_refuted(losses).filter(|_| !self.is_refuted(requests));
        JourneySources {
            requests: self.of_journey(id, self.branches(requests)),
            outages: self.of_journey(id, branches),
            counts: self.of_journey(id, counts),
            outage_periods: self.of_events(unless_refuted(counts), |journeys, _| {
                &journeys[id.index()].outage_periods
            }),
            rto_missed: self.of_events(unless_refuted(branches), |journeys, _| {
                &journeys[id.index()].rto_missed
            }),
            losses_of_periods: self.of_journey(id, losses),
            outages_of_periods: self.of_journey(id, unless_refuted(outages)),
        }
    }

    fn of_journey(&self, id: JourneyId, branches: Option<&'a BranchTally>) -> OfJourney<'a> {
        match branches {
            Some(branches) => (self.trials(Basis::Branches), &branches.journeys[id.index()]),
            None => (self.trials(Basis::Plain), &self.tally.journeys[id.index()]),
        }
    }

    /// The events that a chance is about. Where no branch has seen any, plain trials at least bound their number; where a
    /// trial has one often, plain trials know the chance, whether events are independent or not.
    fn of_events(
        &self,
        branches: Option<&'a BranchTally>,
        events: impl Fn(&'a [JourneyTally], &'a [StoreTally]) -> &'a Moments,
    ) -> Events<'a> {
        let plain = events(&self.tally.journeys, &self.tally.stores);
        let weighted = branches.map(|branches| events(&branches.journeys, &branches.stores));
        let often = OFTEN_PER_TRIAL * self.tally.trials as f64;
        let are_rare = |events: &&Moments| events.sum() > 0.0 && events.sum() < often;
        let (basis, counted) = match weighted.filter(are_rare) {
            Some(weighted) => (Basis::Branches, weighted),
            None => (Basis::Plain, plain),
        };
        Events {
            trials: self.trials(basis),
            counted,
            plain,
        }
    }

    /// The branches, where few trials have a failure; otherwise whole plain trials know how many there are. Each outage
    /// counts as one there, however rare those that matter are.
    pub fn counts(&self, target: Target) -> Option<&'a BranchTally> {
        let branches = self.branches(target)?;
        (self.study.expects(target) < OFTEN_PER_TRIAL).then_some(branches)
    }

    /// The branches for figures of years and months: like the number of outages, unless these are too long for months to
    /// be put together from whole busy periods.
    pub fn periods(&self, id: JourneyId, target: Target) -> Option<&'a BranchTally> {
        let branches = self.counts(target)?;
        are_short(&branches.journeys[id.index()].busy_down).then_some(branches)
    }

    /// Where the figures of a store come from.
    pub fn store(&self, id: StoreId) -> StoreSources<'a> {
        let (loss, two) = (Target::Loss(id), Target::SplitBrain(id));
        // How often writes are lost, and how many, is told by the same trials.
        let losses = self
            .branches(loss)
            .or_else(|| self.branches(Target::Backlog(id)))
            .filter(|_| self.study.agrees(Target::Backlog(id)));
        let primaries = self.branches(two);
        // Where no branch has seen a split brain, plain trials at least bound their number.
        let split_brains =
            primaries.filter(|branches| branches.stores[id.index()].split_brain.count.sum() > 0.0);
        let chances_of_loss = losses.filter(|_| !self.is_refuted(loss));
        let chances_of_two = primaries.filter(|_| !self.is_refuted(two));
        StoreSources {
            losses: self.of_store(id, losses),
            rpo_missed: self.of_events(chances_of_loss, |_, stores| &stores[id.index()].rpo_missed),
            dual_primaries: self.of_store(id, primaries),
            any_dual_primary: self.of_events(chances_of_two, |_, stores| {
                &stores[id.index()].dual_primary.count
            }),
            split_brains: self.of_store(id, split_brains),
            any_split_brain: self.of_events(chances_of_two, |_, stores| {
                &stores[id.index()].split_brain.count
            }),
        }
    }

    fn of_store(&self, id: StoreId, branches: Option<&'a BranchTally>) -> OfStore<'a> {
        match branches {
            Some(branches) => (self.trials(Basis::Branches), &branches.stores[id.index()]),
            None => (self.trials(Basis::Plain), &self.tally.stores[id.index()]),
        }
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
