//! What a trial adds up to before it joins a tally: plain sums, or sums of weighted parts.
//!
//! A trial is one independent case, whatever was explored in it. Parts of it (the stretches between two flushes of its
//! observers, and the branches of rare-event estimation) are therefore added up here, each with its weight, and the sum
//! goes into the tally as one value. Deliberately absent: what is no sum over parts, such as the downtime of a month,
//! which observers keep through the whole trial.

use std::collections::BTreeMap;

use super::tally::{Episodes, JourneyTally, Loss, Recovery, Requests, Stage, StoreTally};
use crate::time::Span;
use crate::topology::{Journey, JourneyKind, Scope, Topology};

/// The sums of one trial.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// One entry per journey of the topology.
    pub journeys: Vec<JourneyTotals>,
    /// One entry per store of the topology.
    pub stores: Vec<StoreTotals>,
}

/// Sums of one journey.
#[derive(Clone, Debug, Default)]
pub struct JourneyTotals {
    /// Seconds' worth of lost requests.
    pub lost_seconds: f64,
    /// Seconds below `up_when`.
    pub down_seconds: f64,
    /// Incidents that ended.
    pub incidents: Vec<WeightedIncident>,
    /// Seconds down by stage.
    pub stages: [f64; Stage::COUNT],
    /// Seconds down by set of causes.
    pub causes: BTreeMap<Vec<u32>, f64>,
    /// What each busy period cost.
    pub busy: Vec<Busy>,
}

/// An incident, and what it counts for.
#[derive(Clone, Debug)]
pub struct WeightedIncident {
    /// From its opening to its end, seconds.
    pub seconds: f64,
    /// From the strike of its trigger to its end, seconds.
    pub recovery_seconds: f64,
    /// How far its trigger reaches.
    pub scope: Option<Scope>,
    /// Time below `up_when` in each stage.
    pub stages: [Span; Stage::COUNT],
    /// Its weight.
    pub weight: f64,
}

/// What one busy period cost a journey.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    /// Seconds down.
    pub down_seconds: f64,
    /// Seconds' worth of lost requests.
    pub lost_seconds: f64,
    /// The longest recovery of an incident in it, if there was one, seconds.
    pub longest_recovery: Option<f64>,
    /// Its weight.
    pub weight: f64,
}

/// Sums of one store.
#[derive(Clone, Debug, Default)]
pub struct StoreTotals {
    /// Promotions, planned ones included.
    pub promotions: f64,
    /// Unplanned promotions and what they cost.
    pub losses: Vec<WeightedLoss>,
    /// Writes that came back, by the scope of what had set the promotion off.
    pub recovered: Vec<(f64, Scope, f64)>,
    /// Episodes of two members that accept writes: (seconds, writes, weight).
    pub dual_primary: Vec<(f64, f64, f64)>,
    /// Episodes of two members that receive writes: (seconds, writes, weight).
    pub split_brain: Vec<(f64, f64, f64)>,
    /// Seconds of degraded replication.
    pub degraded_seconds: f64,
}

/// What a promotion cost, and what it counts for.
#[derive(Clone, Copy, Debug)]
pub struct WeightedLoss {
    /// Seconds of acknowledged writes.
    pub seconds: f64,
    /// The writes.
    pub writes: f64,
    /// Whether no copy holds them.
    pub lost: bool,
    /// How far what set it off reaches.
    pub scope: Scope,
    /// Its weight.
    pub weight: f64,
}

/// What a tally needs to know of the topology, and how weights become integers.
#[derive(Clone, Debug)]
pub struct Ruler<'t> {
    topology: &'t Topology,
    window_seconds: f64,
    /// The tightest objective for the loss of each store's writes, seconds.
    rpo_limits: Vec<f64>,
    /// How many units a weight of one has in samples.
    units: f64,
}

impl<'t> Ruler<'t> {
    /// For trials that all weigh the same.
    #[must_use]
    pub fn plain(topology: &'t Topology) -> Ruler<'t> {
        Ruler::weighted(topology, 1.0)
    }

    /// For weighted parts: a weight of one has so many units, at least one.
    #[must_use]
    pub fn weighted(topology: &'t Topology, units: f64) -> Ruler<'t> {
        let limit = |store: usize| {
            let tightest = topology.tightest_rpo(store.into());
            tightest.map_or(f64::INFINITY, Span::seconds)
        };
        Ruler {
            topology,
            window_seconds: topology.window.length.seconds(),
            rpo_limits: (0..topology.stores.len()).map(limit).collect(),
            units,
        }
    }

    fn integer(&self, weight: f64) -> u64 {
        // What was seen counts, however little it weighs.
        ((weight * self.units + 0.5) as u64).max(1)
    }
}

impl Totals {
    /// Nothing yet.
    #[must_use]
    pub fn new(topology: &Topology) -> Totals {
        Totals {
            journeys: vec![JourneyTotals::default(); topology.journeys.len()],
            stores: vec![StoreTotals::default(); topology.stores.len()],
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.journeys.iter_mut().for_each(JourneyTotals::clear);
        self.stores.iter_mut().for_each(StoreTotals::clear);
    }

    /// Adds one trial to a tally of journeys and stores.
    pub fn record(
        &self,
        ruler: &Ruler<'_>,
        journeys: &mut [JourneyTally],
        stores: &mut [StoreTally],
        kinds: [&mut Requests; 2],
    ) {
        let mut sums = [[0.0; 4]; 2];
        for (index, journey) in ruler.topology.journeys.iter().enumerate() {
            let totals = &self.journeys[index];
            let offered = journey.rate * ruler.window_seconds;
            // What a weighted trial lost may be more than it offered.
            let lost = totals.lost_seconds * journey.rate;
            totals.record(ruler, journey, lost, &mut journeys[index]);
            let sums = &mut sums[usize::from(journey.kind == JourneyKind::Write)];
            let more = [lost, offered, totals.down_seconds, ruler.window_seconds];
            sums.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        }
        for ([lost, offered, down, measured], requests) in sums.into_iter().zip(kinds) {
            requests.lost.add(lost, offered);
            requests.down.add(down, measured);
        }
        for (index, totals) in self.stores.iter().enumerate() {
            totals.record(ruler, ruler.rpo_limits[index], &mut stores[index]);
        }
    }
}

impl JourneyTotals {
    fn clear(&mut self) {
        (self.lost_seconds, self.down_seconds) = (0.0, 0.0);
        self.stages = [0.0; Stage::COUNT];
        self.incidents.clear();
        self.causes.clear();
        self.busy.clear();
    }

    fn record(&self, ruler: &Ruler<'_>, journey: &Journey, lost: f64, tally: &mut JourneyTally) {
        let offered = journey.rate * ruler.window_seconds;
        tally.requests.lost.add(lost, offered);
        tally
            .requests
            .down
            .add(self.down_seconds, ruler.window_seconds);
        self.record_incidents(ruler, tally);
        for stage in Stage::ALL {
            let seconds = self.stages[stage as usize];
            if seconds > 0.0 {
                tally.stages.entry(stage).or_default().add(seconds);
            }
        }
        self.record_causes(tally);
        let samples = |value: fn(&Busy) -> f64| -> Vec<(f64, u64)> {
            let sample = |busy: &Busy| (value(busy), ruler.integer(busy.weight));
            self.busy.iter().map(sample).collect()
        };
        let limit = journey.objective.rto.map_or(f64::INFINITY, Span::seconds);
        let periods = |counts: &dyn Fn(&Busy) -> bool| -> f64 {
            let counted = self.busy.iter().filter(|busy| counts(busy));
            counted.map(|busy| busy.weight).sum()
        };
        tally.busy_periods.add(periods(&|_| true));
        tally
            .outage_periods
            .add(periods(&|busy| busy.longest_recovery.is_some()));
        let misses = |busy: &Busy| busy.longest_recovery.is_some_and(|longest| longest > limit);
        tally.rto_missed.add(periods(&misses));
        tally
            .busy_down
            .add_trial(&mut samples(|busy| busy.down_seconds));
        tally
            .busy_lost
            .add_trial(&mut samples(|busy| busy.lost_seconds));
    }

    fn record_incidents(&self, ruler: &Ruler<'_>, tally: &mut JourneyTally) {
        let all: Vec<&WeightedIncident> = self.incidents.iter().collect();
        tally.outages.add(sum_of(&all, |_| true));
        let length =
            |incident: &&WeightedIncident| (incident.seconds, ruler.integer(incident.weight));
        tally
            .outage_seconds
            .add_trial(&mut all.iter().map(length).collect::<Vec<_>>());
        record_recovery(ruler, &all, &mut tally.rto);
        for scope in Scope::ALL {
            let of_scope: Vec<&WeightedIncident> = all
                .iter()
                .copied()
                .filter(|incident| incident.scope == Some(scope))
                .collect();
            if !of_scope.is_empty() {
                let recovery = tally.rto_by_scope.entry(scope).or_default();
                record_recovery(ruler, &of_scope, recovery);
            }
        }
    }

    fn record_causes(&self, tally: &mut JourneyTally) {
        let mut involved = BTreeMap::<u32, f64>::new();
        for (causes, seconds) in self.causes.iter().filter(|row| *row.1 > 0.0) {
            let moments = tally.causes.entry(causes.clone()).or_default();
            moments.add(*seconds);
            for cause in causes {
                *involved.entry(*cause).or_default() += seconds;
            }
        }
        for (cause, seconds) in involved {
            tally.involved.entry(cause).or_default().add(seconds);
        }
    }
}

fn sum_of(incidents: &[&WeightedIncident], counts: impl Fn(&WeightedIncident) -> bool) -> f64 {
    let counted = incidents.iter().filter(|incident| counts(incident));
    counted.map(|incident| incident.weight).sum()
}

fn record_recovery(ruler: &Ruler<'_>, incidents: &[&WeightedIncident], tally: &mut Recovery) {
    if incidents.is_empty() {
        return;
    }
    let mut samples = Vec::with_capacity(incidents.len());
    let weigh = |incident: &WeightedIncident| ruler.integer(incident.weight);
    let recovery = |incident: &&WeightedIncident| (incident.recovery_seconds, weigh(incident));
    samples.extend(incidents.iter().map(recovery));
    tally.seconds.add_trial(&mut samples);
    for stage in Stage::ALL {
        let seconds = |incident: &WeightedIncident| incident.stages[stage as usize].seconds();
        samples.clear();
        samples.extend(incidents.iter().map(|it| (seconds(it), weigh(it))));
        if samples.iter().any(|(seconds, _)| *seconds > 0.0) {
            let tally = tally.stages.entry(stage).or_default();
            tally.add_trial(&mut samples);
        }
    }
}

impl StoreTotals {
    fn clear(&mut self) {
        (self.promotions, self.degraded_seconds) = (0.0, 0.0);
        self.losses.clear();
        self.recovered.clear();
        self.dual_primary.clear();
        self.split_brain.clear();
    }

    fn record(&self, ruler: &Ruler<'_>, limit: f64, tally: &mut StoreTally) {
        tally.promotions.add(self.promotions);
        let weights = |counts: fn(&WeightedLoss, f64) -> bool| -> f64 {
            let counted = self.losses.iter().filter(|loss| counts(loss, limit));
            counted.map(|loss| loss.weight).sum()
        };
        tally.loss_events.add(weights(|loss, _| loss.writes > 0.0));
        tally
            .rpo_missed
            .add(weights(|loss, limit| loss.seconds > limit));
        let missing = self.losses.iter().map(|loss| loss.seconds * loss.weight);
        tally.missing_seconds.add(missing.sum());
        self.record_loss(ruler, |_| true, &mut tally.rpo);
        for scope in Scope::ALL {
            let mine = |other: Scope| other == scope;
            if self.losses.iter().any(|loss| mine(loss.scope)) {
                let of_scope = tally.rpo_by_scope.entry(scope).or_default();
                self.record_loss(ruler, mine, of_scope);
            }
        }
        record_episodes(ruler, &self.dual_primary, &mut tally.dual_primary);
        record_episodes(ruler, &self.split_brain, &mut tally.split_brain);
        tally.degraded_seconds.add(self.degraded_seconds);
    }

    fn record_loss(&self, ruler: &Ruler<'_>, counts: impl Fn(Scope) -> bool, tally: &mut Loss) {
        let mine = || self.losses.iter().filter(|loss| counts(loss.scope));
        let samples = |value: fn(&WeightedLoss) -> f64| -> Vec<(f64, u64)> {
            mine()
                .map(|loss| (value(loss), ruler.integer(loss.weight)))
                .collect()
        };
        tally.seconds.add_trial(&mut samples(|loss| loss.seconds));
        tally.writes.add_trial(&mut samples(|loss| loss.writes));
        let writes = |lost: bool| -> f64 {
            mine()
                .filter(|loss| loss.lost == lost)
                .map(|loss| loss.writes * loss.weight)
                .sum()
        };
        tally.lost_writes.add(writes(true));
        tally.orphaned_writes.add(writes(false));
        let recovered = self.recovered.iter().filter(|entry| counts(entry.1));
        let recovered = recovered.map(|(writes, _, weight)| writes * weight);
        tally.recovered_writes.add(recovered.sum());
    }
}

fn record_episodes(ruler: &Ruler<'_>, episodes: &[(f64, f64, f64)], tally: &mut Episodes) {
    tally
        .count
        .add(episodes.iter().map(|episode| episode.2).sum());
    let samples = |value: fn(&(f64, f64, f64)) -> f64| -> Vec<(f64, u64)> {
        let sample = |episode: &(f64, f64, f64)| (value(episode), ruler.integer(episode.2));
        episodes.iter().map(sample).collect()
    };
    tally.seconds.add_trial(&mut samples(|episode| episode.0));
    tally
        .divergent_writes
        .add_trial(&mut samples(|episode| episode.1));
}
