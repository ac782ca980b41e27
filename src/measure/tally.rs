//! What a set of trials adds up to, kept so that any split of the trials folds to the same bytes.
//!
//! Everything is an integer or an exact sum; variances come from moments per trial, because what happens inside one
//! trial is correlated. Deliberately absent: intervals (see `estimate`) and names (see `study`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::totals::{Ruler, Totals};
use super::{Moments, Ratio, Samples};
use crate::topology::{Scope, Topology};

/// The stages of recovery, in the order in which a moment of downtime is given to the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// No detector will see it.
    Undetected,
    /// A detector is on its way to see it.
    Detect,
    /// Seen; somebody or something decides.
    Decide,
    /// Making sure that the old primary accepts nothing more.
    Fence,
    /// Making a standby the primary.
    Promote,
    /// Applying what the standby has received.
    Replay,
    /// Telling callers where to go.
    Redirect,
    /// Clients that still use an old answer.
    Drain,
    /// Caches and capacity that are not there yet.
    WarmUp,
    /// Going back to the preferred place.
    FailBack,
    /// No pipeline is running: waiting for a repair.
    Repair,
}

impl Stage {
    /// How many stages there are.
    pub const COUNT: usize = 11;

    /// Every stage, in order.
    pub const ALL: [Stage; Stage::COUNT] = [
        Stage::Undetected,
        Stage::Detect,
        Stage::Decide,
        Stage::Fence,
        Stage::Promote,
        Stage::Replay,
        Stage::Redirect,
        Stage::Drain,
        Stage::WarmUp,
        Stage::FailBack,
        Stage::Repair,
    ];

    /// The name used in paths of figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Undetected => "undetected",
            Stage::Detect => "detect",
            Stage::Decide => "decide",
            Stage::Fence => "fence",
            Stage::Promote => "promote",
            Stage::Replay => "replay",
            Stage::Redirect => "redirect",
            Stage::Drain => "drain",
            Stage::WarmUp => "warm-up",
            Stage::FailBack => "fail-back",
            Stage::Repair => "repair",
        }
    }
}

/// The sum of a set of trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// How many trials.
    pub trials: u64,
    /// Trials whose open incidents were cut off because they did not end within ten windows.
    pub cut_off: u64,
    /// One entry per journey of the topology.
    pub journeys: Vec<JourneyTally>,
    /// One entry per store of the topology.
    pub stores: Vec<StoreTally>,
    /// Requests of all read journeys together.
    pub reads: Requests,
    /// Requests of all write journeys together.
    pub writes: Requests,
    /// The same trials with what their branches explored, if they had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<BranchTally>,
}

/// The sum of a set of trials in which weighted branches stand for what the trials themselves met rarely.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BranchTally {
    /// How many branches were explored.
    pub branches: u64,
    /// One entry per journey of the topology.
    pub journeys: Vec<JourneyTally>,
    /// One entry per store of the topology.
    pub stores: Vec<StoreTally>,
    /// Requests of all read journeys together.
    pub reads: Requests,
    /// Requests of all write journeys together.
    pub writes: Requests,
}

impl BranchTally {
    /// No trials yet.
    #[must_use]
    pub fn empty(topology: &Topology) -> BranchTally {
        BranchTally {
            journeys: vec![JourneyTally::default(); topology.journeys.len()],
            stores: vec![StoreTally::default(); topology.stores.len()],
            ..BranchTally::default()
        }
    }

    /// Adds one trial.
    pub fn add_trial(&mut self, ruler: &Ruler<'_>, totals: &Totals, branches: u64) {
        self.branches += branches;
        let kinds = [&mut self.reads, &mut self.writes];
        totals.record(ruler, &mut self.journeys, &mut self.stores, kinds);
    }

    fn merge(&mut self, other: &BranchTally) {
        self.branches += other.branches;
        self.reads.merge(&other.reads);
        self.writes.merge(&other.writes);
        merge_each(&mut self.journeys, &other.journeys, JourneyTally::merge);
        merge_each(&mut self.stores, &other.stores, StoreTally::merge);
    }
}

/// Requests and time, by trial.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// Requests lost over requests made.
    pub lost: Ratio,
    /// Seconds down over seconds measured.
    pub down: Ratio,
}

/// What one journey met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JourneyTally {
    /// Requests and time.
    pub requests: Requests,
    /// Incidents that opened in the window, per trial.
    pub outages: Moments,
    /// Durations of incidents, seconds.
    pub outage_seconds: Samples,
    /// RTO whatever the scope.
    pub rto: Recovery,
    /// RTO by the scope of the trigger.
    pub rto_by_scope: BTreeMap<Scope, Recovery>,
    /// Seconds down by stage, per trial.
    pub stages: BTreeMap<Stage, Moments>,
    /// Seconds down by the set of causes (sorted indices into the topology's causes), per trial; disjoint.
    #[serde(with = "super::pairs")]
    pub causes: BTreeMap<Vec<u32>, Moments>,
    /// Seconds down in which each cause is involved, per trial; not disjoint.
    pub involved: BTreeMap<u32, Moments>,
    /// Seconds down in each whole year of the window (365 days).
    pub year_seconds: Samples,
    /// Seconds down in each whole month of the window (a twelfth of a year).
    pub month_seconds: Samples,
    /// Years that met the objective of availability, over years.
    pub years_met: Ratio,
    /// Months that met it, over months.
    pub months_met: Ratio,
    /// Busy periods with an incident whose RTO missed the objective, per trial.
    pub rto_missed: Moments,
    /// Busy periods with an incident, per trial.
    pub outage_periods: Moments,
    /// Busy periods that cost something, per trial.
    pub busy_periods: Moments,
    /// Seconds down in each busy period: what years are put together from when outages are rare.
    pub busy_down: Samples,
    /// Seconds' worth of lost requests in each busy period.
    pub busy_lost: Samples,
}

/// How long incidents of one scope took to recover.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Seconds from the strike of the trigger to the first moment of the minute in which success was restored.
    pub seconds: Samples,
    /// Seconds of downtime of each incident in each stage, for trials that have any.
    pub stages: BTreeMap<Stage, Samples>,
}

/// What one store met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreTally {
    /// Promotions in the window, planned ones included, per trial.
    pub promotions: Moments,
    /// Promotions that lost or orphaned at least one write, per trial.
    pub loss_events: Moments,
    /// Seconds of writes missing from the winners of promotions, per trial.
    pub missing_seconds: Moments,
    /// Loss whatever the scope.
    pub rpo: Loss,
    /// Loss by the scope of what set the promotion off.
    pub rpo_by_scope: BTreeMap<Scope, Loss>,
    /// Two members willing to accept writes.
    pub dual_primary: Episodes,
    /// Two members that receive writes.
    pub split_brain: Episodes,
    /// Seconds in which writes were acknowledged with less replication than configured, per trial.
    pub degraded_seconds: Moments,
    /// Promotions whose RPO missed the tightest objective of the journeys that write here, per trial.
    pub rpo_missed: Moments,
}

/// Writes missing from the winner of a promotion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Last acknowledgement on the old primary minus the newest commit of the winner.
    pub seconds: Samples,
    /// Acknowledged writes that are missing.
    pub writes: Samples,
    /// Writes that no copy holds, per trial.
    pub lost_writes: Moments,
    /// Writes that only a copy out of service holds, per trial.
    pub orphaned_writes: Moments,
    /// Orphaned writes that came back when their copy did, per trial.
    pub recovered_writes: Moments,
}

/// Episodes of two primaries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episodes {
    /// Episodes that began in the window, per trial.
    pub count: Moments,
    /// How long they lasted, seconds.
    pub seconds: Samples,
    /// Writes that the old primary accepted during them.
    pub divergent_writes: Samples,
}

impl Tally {
    /// No trials yet.
    #[must_use]
    pub fn empty(topology: &Topology) -> Tally {
        Tally {
            journeys: vec![JourneyTally::default(); topology.journeys.len()],
            stores: vec![StoreTally::default(); topology.stores.len()],
            ..Tally::default()
        }
    }

    /// Adds one trial.
    pub fn add_trial(&mut self, ruler: &Ruler<'_>, totals: &Totals, cut_off: bool) {
        self.trials += 1;
        self.cut_off += u64::from(cut_off);
        let kinds = [&mut self.reads, &mut self.writes];
        totals.record(ruler, &mut self.journeys, &mut self.stores, kinds);
    }

    /// Adds the trials of another tally of the same topology.
    ///
    /// # Panics
    /// If the other tally is of a topology with other journeys or stores.
    pub fn merge(&mut self, other: &Tally) {
        assert_eq!(self.journeys.len(), other.journeys.len());
        assert_eq!(self.stores.len(), other.stores.len());
        self.trials += other.trials;
        self.cut_off += other.cut_off;
        self.reads.merge(&other.reads);
        self.writes.merge(&other.writes);
        merge_each(&mut self.journeys, &other.journeys, JourneyTally::merge);
        merge_each(&mut self.stores, &other.stores, StoreTally::merge);
        match (&mut self.branches, &other.branches) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}

impl Requests {
    fn merge(&mut self, other: &Requests) {
        self.lost.merge(&other.lost);
        self.down.merge(&other.down);
    }
}

impl JourneyTally {
    fn merge(&mut self, other: &JourneyTally) {
        self.requests.merge(&other.requests);
        self.outages.merge(&other.outages);
        self.outage_seconds.merge(&other.outage_seconds);
        self.rto.merge(&other.rto);
        merge_maps(&mut self.rto_by_scope, &other.rto_by_scope, Recovery::merge);
        merge_maps(&mut self.stages, &other.stages, Moments::merge);
        merge_maps(&mut self.causes, &other.causes, Moments::merge);
        merge_maps(&mut self.involved, &other.involved, Moments::merge);
        self.year_seconds.merge(&other.year_seconds);
        self.month_seconds.merge(&other.month_seconds);
        self.years_met.merge(&other.years_met);
        self.months_met.merge(&other.months_met);
        self.rto_missed.merge(&other.rto_missed);
        self.outage_periods.merge(&other.outage_periods);
        self.busy_periods.merge(&other.busy_periods);
        self.busy_down.merge(&other.busy_down);
        self.busy_lost.merge(&other.busy_lost);
    }
}

impl Recovery {
    fn merge(&mut self, other: &Recovery) {
        self.seconds.merge(&other.seconds);
        merge_maps(&mut self.stages, &other.stages, Samples::merge);
    }
}

impl StoreTally {
    fn merge(&mut self, other: &StoreTally) {
        self.promotions.merge(&other.promotions);
        self.loss_events.merge(&other.loss_events);
        self.missing_seconds.merge(&other.missing_seconds);
        self.rpo.merge(&other.rpo);
        merge_maps(&mut self.rpo_by_scope, &other.rpo_by_scope, Loss::merge);
        self.dual_primary.merge(&other.dual_primary);
        self.split_brain.merge(&other.split_brain);
        self.degraded_seconds.merge(&other.degraded_seconds);
        self.rpo_missed.merge(&other.rpo_missed);
    }
}

impl Loss {
    fn merge(&mut self, other: &Loss) {
        self.seconds.merge(&other.seconds);
        self.writes.merge(&other.writes);
        self.lost_writes.merge(&other.lost_writes);
        self.orphaned_writes.merge(&other.orphaned_writes);
        self.recovered_writes.merge(&other.recovered_writes);
    }
}

impl Episodes {
    fn merge(&mut self, other: &Episodes) {
        self.count.merge(&other.count);
        self.seconds.merge(&other.seconds);
        self.divergent_writes.merge(&other.divergent_writes);
    }
}

fn merge_each<T>(mine: &mut [T], theirs: &[T], merge: fn(&mut T, &T)) {
    for (one, other) in mine.iter_mut().zip(theirs) {
        merge(one, other);
    }
}

fn merge_maps<K: Clone + Ord, V: Clone + Default>(
    mine: &mut BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
    merge: fn(&mut V, &V),
) {
    for (key, value) in theirs {
        merge(mine.entry(key.clone()).or_default(), value);
    }
}
