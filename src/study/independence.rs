//! Which figures take failures as independent of each other, and whether the run itself refutes that.
//!
//! Chances of a year and bad years of what branches estimate are put together from a rate, as if failures were short, rare and
//! independent of each other. The plain trials of the same run are evidence about that; where they refute it, they give
//! these figures. The decision is taken from the tally alone, so that threads, shards and merges cannot change it, and for
//! each explored target as a whole, so that its figures fit each other. Means don't depend on it, and stay with the branches.
//! Deliberately absent: what no trial has met. There a result can only name causes that come in clusters.

use super::basis::Basis;
use super::method::path_of;
use super::result::AssumptionNote;
use super::sources::Sources;
use crate::estimate::Figure;
use crate::estimate::independence::{is_independence_refuted, is_share_refuted};
use crate::measure::{BranchTally, Moments, Ratio};
use crate::rare::Target;
use crate::topology::{JourneyId, StoreId};

impl Sources<'_> {
    /// Whether plain trials refute what is put together from the rate of a target's failures.
    pub fn is_refuted(&self, target: Target) -> bool {
        let guide = self.study.guide.as_ref();
        let explored = guide.and_then(|guide| guide.explored_as(target));
        explored.is_some_and(|explored| self.refuted.contains(&explored))
    }

    /// The explored targets for which they do.
    pub fn find_refuted(&self) -> Vec<Target> {
        let is_refuted = |target: &Target| match self.branches(*target) {
            Some(branches) => self.do_trials_refute(*target, branches),
            None => false,
        };
        self.explored().filter(is_refuted).collect()
    }

    /// The targets that branches explore.
    fn explored(&self) -> impl Iterator<Item = Target> {
        let guide = self.study.guide.iter();
        guide.flat_map(|guide| guide.targets()).copied()
    }

    /// The journey whose outages the branches of an explored target tell about.
    fn outages_of(&self, explored: Target) -> Option<JourneyId> {
        let guide = self.study.guide.as_ref()?;
        match explored {
            Target::Requests(id) | Target::Outage(id) => {
                let is_told = guide.explored_as(Target::Outage(id)) == Some(explored);
                is_told.then_some(id)
            }
            Target::Loss(_) | Target::Backlog(_) | Target::SplitBrain(_) => None,
        }
    }

    fn do_trials_refute(&self, explored: Target, branches: &BranchTally) -> bool {
        let outages = self.outages_of(explored);
        if outages.is_some_and(|id| self.are_outages_refuted(id)) {
            return true;
        }
        let of_store = |id: StoreId| {
            let index = id.index();
            (&branches.stores[index], &self.tally.stores[index])
        };
        match explored {
            Target::Requests(id) => self.are_losses_refuted(id),
            Target::Outage(_) | Target::Backlog(_) => false,
            Target::Loss(id) => {
                let (weighted, plain) = of_store(id);
                self.are_refuted(&weighted.rpo_missed, &plain.rpo_missed)
            }
            Target::SplitBrain(id) => {
                let (weighted, plain) = of_store(id);
                self.are_refuted(&weighted.dual_primary.count, &plain.dual_primary.count)
                    || self.are_refuted(&weighted.split_brain.count, &plain.split_brain.count)
            }
        }
    }

    /// Whether a chance that follows from weighted events is not that of the plain ones, or these hang together.
    fn are_refuted(&self, weighted: &Moments, plain: &Moments) -> bool {
        let trials = self.tally.trials;
        let predicted = self.trials(Basis::Branches).chance_of_any(weighted);
        is_share_refuted(&predicted, plain.nonzero(), trials)
            || is_independence_refuted(plain, trials)
    }

    /// The same for busy periods with an outage, and for those with one that takes too long.
    fn are_outages_refuted(&self, id: JourneyId) -> bool {
        let (target, index) = (Target::Outage(id), id.index());
        let plain = &self.tally.journeys[index];
        let is_any_refuted = |branches: &BranchTally| {
            let weighted = &branches.journeys[index];
            self.are_refuted(&weighted.outage_periods, &plain.outage_periods)
        };
        let is_late_refuted = |branches: &BranchTally| {
            let weighted = &branches.journeys[index];
            self.are_refuted(&weighted.rto_missed, &plain.rto_missed)
        };
        self.counts(target).is_some_and(is_any_refuted)
            || self.branches(target).is_some_and(is_late_refuted)
    }

    /// The same for all busy periods of a journey, and for the months and years that meet its objective.
    fn are_losses_refuted(&self, id: JourneyId) -> bool {
        let Some(branches) = self.periods(id, Target::Requests(id)) else {
            return false;
        };
        let weighted = &branches.journeys[id.index()];
        let plain = &self.tally.journeys[id.index()];
        if self.are_refuted(&weighted.busy_periods, &plain.busy_periods) {
            return true;
        }
        let journey = &self.study.topology.journeys[id.index()];
        if journey.objective.availability.is_none() {
            return false;
        }
        let trials = self.trials(Basis::Branches);
        let predicted = trials.availability_met(journey, weighted);
        let is_refuted = |predicted: &Option<Figure>, met: &Ratio| {
            let (met, all) = (met.numerator().sum() as u64, met.denominator() as u64);
            let predicted = predicted.as_ref();
            predicted.is_some_and(|predicted| is_share_refuted(predicted, met, all))
        };
        is_refuted(&predicted.chance_met_per_year, &plain.years_met)
            || is_refuted(&predicted.chance_met_per_month, &plain.months_met)
    }

    /// What a result says of the targets for which it is refuted.
    pub fn refutation(&self) -> Option<AssumptionNote> {
        let path = |target: &Target| path_of(&self.study.topology, *target);
        let paths: Vec<String> = self.refuted.iter().map(path).collect();
        (!paths.is_empty()).then(|| AssumptionNote {
            path: paths.join(", "),
            text: "The plain trials of this run refute that failures are short, rare and independent of each other here, so \
                   the chances of a month, a year or a window and the downtime of bad months and years come from them, \
                   not from weighted branches"
                .to_owned(),
        })
    }

    /// What a result says of causes that come in clusters where the opposite is assumed.
    pub fn clustering(&self) -> Vec<AssumptionNote> {
        let Some(guide) = &self.study.guide else {
            return Vec::new();
        };
        let topology = &self.study.topology;
        let note = |target: Target| {
            let causes = guide.clustering(topology, target);
            (!causes.is_empty()).then(|| AssumptionNote {
                path: path_of(topology, target),
                text: format!(
                    "Strikes of {} come in clusters, which too few trials met to tell: the chance of any failure in a \
                     year may be lower than given here, and bad years worse",
                    causes.join(", ")
                ),
            })
        };
        let assumed = self.explored().filter(|target| self.is_assumed(*target));
        assumed.filter_map(note).collect()
    }

    /// Whether figures of an explored target are put together from the rate of its failures.
    fn is_assumed(&self, explored: Target) -> bool {
        if self.branches(explored).is_none() || self.is_refuted(explored) {
            return false;
        }
        let topology = &self.study.topology;
        let are_outages_assumed = |id: JourneyId| {
            let promised = topology.journeys[id.index()].objective.rto;
            promised.is_some() || self.counts(Target::Outage(id)).is_some()
        };
        let of_itself = match explored {
            Target::Requests(id) => {
                let promised = topology.journeys[id.index()].objective.availability;
                promised.is_some() && self.periods(id, explored).is_some()
            }
            Target::Outage(_) | Target::Backlog(_) => false,
            Target::Loss(id) => topology.tightest_rpo(id).is_some(),
            Target::SplitBrain(_) => true,
        };
        of_itself || self.outages_of(explored).is_some_and(are_outages_assumed)
    }
}
