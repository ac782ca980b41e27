//! A small study with a tally made by hand, for tests of results and reports.

use crate::estimate::stopping::Plan;
use crate::measure::{JourneyTally, Loss, Recovery, Stage, StoreTally, Tally};
use crate::model;
use crate::time::YEAR_SECONDS;
use crate::topology::{Scope, compile};

use super::method::Method;
use super::run::{Outcome, Study};

const MODEL: &str = "
fivenines: 1
name: two-region-failover
places:
  us-east-1: { zones: [a, b] }
  eu-west-1: { zones: [a] }
faults:
  region-outage: { hits: each region, every: 10y, lasts: { median: 3h, p95: 18h } }
services:
  api:
    runs: { us-east-1: 2, eu-west-1: 2 }
    instance: { fails: { every: 180d, lasts: { median: 4m, p95: 20m } } }
    needs: [ db.write ]
stores:
  db:
    members: { primary: us-east-1/a, async: [eu-west-1/a] }
    member: { fails: { every: 1y, lasts: { median: 4m, p95: 20m } } }
    replication: async
    failover: { detect: { every: 10s, after: 3 }, decide: automatic, fence: none, promote: 20s }
traffic:
  api.example.com: { to: api, dns: { failover: [us-east-1, eu-west-1], ttl: 60s, check: { every: 10s, after: 3 } } }
journeys:
  checkout: { enters: api.example.com, writes: db, rate: 100/s }
objectives:
  checkout: { availability: 99.99%, rto: 5m, rpo: 10s, split-brain: 1e-3/y }
";

/// The model with this plan.
pub(crate) fn study(plan: Plan) -> Study {
    let parsed = model::parse(MODEL, &[]);
    assert!(parsed.is_valid(), "{:?}", parsed.diagnostics);
    let model = parsed.model.expect("a valid text has a model");
    let (topology, _) = compile::compile(&model, &parsed.spans).expect("the model is right");
    Study::new(topology, model::hash::hash(&model), 1, plan, Method::Plain)
}

/// The model with 1000 trials made by hand: every fourth year has an outage of a region, every year one of an instance.
pub(crate) fn outcome() -> (Study, Outcome) {
    let study = study(Plan::Trials(1000));
    let mut tally = Tally::empty(&study.topology);
    for trial in 0..1000 {
        tally.trials += 1;
        let region_seconds = if trial % 4 == 0 {
            400.0 + trial as f64
        } else {
            0.0
        };
        let instance_seconds = 30.0 + (trial % 7) as f64;
        add_outages(&mut tally.journeys[0], region_seconds, instance_seconds);
        add_promotions(&mut tally.stores[0], region_seconds);
    }
    tally.writes = tally.journeys[0].requests.clone();
    let complete = true;
    (study, Outcome { tally, complete })
}

fn add_outages(journey: &mut JourneyTally, region_seconds: f64, instance_seconds: f64) {
    let down = region_seconds + instance_seconds;
    journey
        .requests
        .lost
        .add(100.0 * down, 100.0 * YEAR_SECONDS);
    journey.requests.down.add(down, YEAR_SECONDS);
    let mut outages = vec![instance_seconds];
    journey
        .causes
        .entry(vec![0])
        .or_default()
        .add(instance_seconds);
    journey.involved.entry(0).or_default().add(instance_seconds);
    add_recovery(&mut journey.rto, instance_seconds, Stage::Detect);
    let scoped = journey.rto_by_scope.entry(Scope::Instance).or_default();
    add_recovery(scoped, instance_seconds, Stage::Detect);
    journey
        .stages
        .entry(Stage::Detect)
        .or_default()
        .add(instance_seconds);
    if region_seconds > 0.0 {
        outages.push(region_seconds);
        add_recovery(&mut journey.rto, region_seconds, Stage::Drain);
        let scoped = journey.rto_by_scope.entry(Scope::Region).or_default();
        add_recovery(scoped, region_seconds, Stage::Drain);
        journey
            .causes
            .entry(vec![0, 1])
            .or_default()
            .add(region_seconds);
        journey.involved.entry(1).or_default().add(region_seconds);
    }
    journey
        .stages
        .entry(Stage::Drain)
        .or_default()
        .add(region_seconds);
    journey.outages.add(outages.len() as f64);
    journey.outage_seconds.add_trial(&mut weighed(&outages));
    journey.year_seconds.add_trial(&mut [(down, 1)]);
    journey
        .month_seconds
        .add_trial(&mut [(down, 1), (0.0, 1), (0.0, 1)]);
    let year_met = if down <= 3_153.6 { 1.0 } else { 0.0 };
    journey.years_met.add(year_met, 1.0);
    journey.months_met.add(11.0 + year_met, 12.0);
    let rto_missed = if region_seconds > 300.0 { 1.0 } else { 0.0 };
    journey.rto_missed.add(rto_missed);
    journey.outage_periods.add(1.0);
}

/// Samples of a plain simulation: each weighs 1.
fn weighed(values: &[f64]) -> Vec<(f64, u64)> {
    values.iter().map(|&value| (value, 1)).collect()
}

/// An incident all of whose downtime is in one stage.
fn add_recovery(recovery: &mut Recovery, seconds: f64, all_in: Stage) {
    recovery.seconds.add_trial(&mut [(seconds, 1)]);
    let samples = recovery.stages.entry(all_in).or_default();
    samples.add_trial(&mut [(seconds, 1)]);
}

fn add_promotions(store: &mut StoreTally, region_seconds: f64) {
    store.degraded_seconds.add(region_seconds);
    if region_seconds == 0.0 {
        return;
    }
    store.promotions.add(1.0);
    let seconds = region_seconds / 200.0;
    store.missing_seconds.add(seconds);
    add_loss(&mut store.rpo, seconds);
    add_loss(
        store.rpo_by_scope.entry(Scope::Region).or_default(),
        seconds,
    );
    store.loss_events.add(1.0);
    let rpo_missed = if seconds > 10.0 { 1.0 } else { 0.0 };
    store.rpo_missed.add(rpo_missed);
    for episodes in [&mut store.dual_primary, &mut store.split_brain] {
        if region_seconds > 1_300.0 {
            episodes.count.add(1.0);
            episodes.seconds.add_trial(&mut [(20.0, 1)]);
            episodes.divergent_writes.add_trial(&mut [(2000.0, 1)]);
        }
    }
}

fn add_loss(loss: &mut Loss, seconds: f64) {
    loss.seconds.add_trial(&mut [(seconds, 1)]);
    loss.writes.add_trial(&mut [(100.0 * seconds, 1)]);
    loss.lost_writes.add(60.0 * seconds);
    loss.orphaned_writes.add(40.0 * seconds);
    loss.recovered_writes.add(10.0 * seconds);
}
