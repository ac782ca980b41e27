//! What holds for every model: random valid ones, a few trials each.

use std::collections::BTreeMap;

use fivenines::engine::Plain;
use fivenines::measure::{JourneyTally, Tally, journal, run_trials};
use fivenines::model::parse;
use fivenines::time::Time;
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;
use fivenines::world::{Layout, World};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const TRIALS: u64 = 3;

fn compiled(text: &str) -> Topology {
    match compile_parsed(parse(text, &[])) {
        Ok((topology, _)) => topology,
        Err(diagnostics) => panic!("{text}\n{diagnostics:#?}"),
    }
}

const REGIONS: [&str; 3] = ["east", "north", "west"];
const ZONES: [&str; 3] = ["a", "b", "c"];

/// A law of durations around so many minutes.
fn law(minutes: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        Just(format!("{{ mean: {minutes}m }}")),
        Just(format!("{{ fixed: {minutes}m }}")),
        Just(format!("{{ median: {minutes}m, p95: {}m }}", 4 * minutes)),
        Just(format!("{{ weibull: {{ shape: 0.7, mean: {minutes}m }} }}")),
        Just(format!(
            "{{ uniform: {{ from: 1s, to: {}m }} }}",
            2 * minutes
        )),
        Just(format!("{{ erlang: {{ mean: {minutes}m, stages: 3 }} }}")),
    ]
}

fn effect() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["refuses", "silent", "destroys"])
}

/// `every`, `lasts` and `effect` of a fault.
fn fault(every: u32, lasts: u32) -> impl Strategy<Value = String> {
    (law(every), law(lasts), effect(), any::<bool>()).prop_map(|(every, lasts, effect, crew)| {
        let crew = if crew { ", crew: people" } else { "" };
        format!("every: {every}, lasts: {lasts}, effect: {effect}{crew}")
    })
}

fn check() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec![2, 10, 30]),
        1_u32..4,
        1_u32..4,
        prop::sample::select(vec!["fixed", "after-answer"]),
        prop::sample::select(vec!["0", "1e-3"]),
    )
        .prop_map(|(every, after, back, pace, wrong)| {
            format!(
                "every: {every}s, timeout: 4s, after: {after}, back-after: {back}, pace: {pace}, \
                 false-positive: {wrong}"
            )
        })
}

fn faults(regions: usize) -> impl Strategy<Value = String> {
    let optional = |text: BoxedStrategy<String>| prop::option::of(text);
    (
        optional(
            fault(1_000, 60)
                .prop_map(|f| format!("  zone: {{ hits: each zone, {f} }}\n"))
                .boxed(),
        ),
        optional(
            fault(3_000, 90)
                .prop_map(|f| format!("  region: {{ hits: each region, {f} }}\n"))
                .boxed(),
        ),
        optional(
            (law(1_500), law(20))
                .prop_map(|(every, lasts)| {
                    format!("  cut: {{ cuts: east <-> north, every: {every}, lasts: {lasts} }}\n")
                })
                .boxed(),
        ),
        optional(
            (law(1_500), law(5))
                .prop_map(|(every, lasts)| {
                    format!(
                        "  away: {{ cuts: internet -> east, every: {every}, lasts: {lasts} }}\n"
                    )
                })
                .boxed(),
        ),
    )
        .prop_map(move |(zone, region, cut, away)| {
            let cut = cut.filter(|_| regions > 1).unwrap_or_default();
            format!(
                "{}{}{cut}{}",
                zone.unwrap_or_default(),
                region.unwrap_or_default(),
                away.unwrap_or_default()
            )
        })
}

fn store(regions: usize) -> impl Strategy<Value = String> {
    let replication = prop::sample::select(vec![
        "async",
        "{ semi-sync: { acks: 1, fall-back-after: 10s } }",
        "{ sync: { acks: 1, without-standby: blocks } }",
        "{ sync: { acks: 1, without-standby: { alone-after: { mean: 30s } } } }",
        "quorum",
        "{ quorum: { elect: { mean: 10m }, lease: { ttl: 20m, renew: 5m, works: 80% } } }",
    ]);
    let fence = prop::sample::select(vec![
        "none",
        "{ lease: { ttl: 30s, renew: 10s, margin: 5s, works: 90% } }",
        "{ stonith: { works: 80%, takes: 5s, otherwise: promote } }",
        "{ stonith: { works: 80%, takes: 5s, otherwise: { human: { mean: 20m } } } }",
    ]);
    let decide = prop::sample::select(vec!["automatic", "{ human: { mean: 10m } }"]);
    let across = prop::sample::select(vec!["same", "never", "{ human: 15m }"]);
    let fail_back = prop::sample::select(vec!["never", "{ after: 30m, takes: 20s }"]);
    let reads = prop::sample::select(vec!["primary", "any"]);
    let failover = (check(), decide, across, fence, fail_back).prop_map(
        |(check, decide, across, fence, fail_back)| {
            format!(
                "
    failover:
      detect: {{ {check} }}
      decide: {decide}
      across-regions: {across}
      fence: {fence}
      promote: {{ takes: {{ median: 20s, p95: 45s }}, works: 90%, otherwise: {{ mean: 30m }} }}
      redirect: 5s
      fail-back: {fail_back}"
            )
        },
    );
    (
        fault(1_000, 30),
        replication,
        reads,
        prop::option::weighted(0.8, failover),
    )
        .prop_map(move |(member, replication, reads, failover)| {
            let elects = replication.contains("quorum");
            let standbys = match regions {
                1 if elects => "sync: [east/b, east/b]".to_owned(),
                _ if elects => {
                    format!("sync: [north/a, {}/b]", REGIONS[regions - 1])
                }
                1 => "sync: [east/b]".to_owned(),
                _ => format!("sync: [north/a], async: [{}/b]", REGIONS[regions - 1]),
            };
            format!(
                "stores:
  db:
    members: {{ primary: east/a, {standbys} }}
    member: {{ fails: {{ {member} }} }}
    replication: {replication}
    reads: {reads}{}
",
                if elects {
                    String::new()
                } else {
                    let lag = "\n    lag: { median: 200ms, p99: 5s }";
                    format!("{lag}{}", failover.unwrap_or_default())
                }
            )
        })
}

fn balancer() -> impl Strategy<Value = String> {
    (
        1_u32..4,
        prop::sample::select(vec!["none", "cookie", "{ sticky: 70% }"]),
        prop::option::of(check()),
        prop::option::of(1_u32..4),
        prop::sample::select(vec!["send-to-all", "refuse"]),
    )
        .prop_map(|(tries, affinity, active, passive, none)| {
            let active = active.map_or(String::new(), |check| format!(", active: {{ {check} }}"));
            let passive = passive.map_or(String::new(), |failures| {
                format!(", passive: {{ failures: {failures}, ejects-for: 30s }}")
            });
            format!(
                "
    balancer: {{ l7: {{ tries: {tries}, affinity: {affinity}, none-healthy: {none}{active}{passive} }} }}"
            )
        })
}

fn traffic(regions: usize) -> impl Strategy<Value = String> {
    let policy = prop::sample::select(vec!["failover", "spread"]);
    let fail_back = prop::sample::select(vec!["automatic", "never", "{ after: 5m }"]);
    let stale = prop::sample::select(vec!["", " stale: [],"]);
    (
        policy,
        fail_back,
        stale,
        check(),
        prop::option::of(balancer()),
    )
        .prop_map(move |(policy, fail_back, stale, check, balancer)| {
            let targets = &REGIONS[..regions];
            let targets = match policy {
                "failover" => format!("[{}]", targets.join(", ")),
                _ => format!("{{ {}: 1 }}", targets.join(": 1, ")),
            };
            format!(
                "traffic:
  www:
    to: api
    dns: {{ {policy}: {targets}, ttl: 60s,{stale} fail-back: {fail_back}, check: {{ {check} }} }}{}
",
                balancer.unwrap_or_default()
            )
        })
}

/// A model; its journeys come last, so that a test can add one.
fn models() -> impl Strategy<Value = String> {
    (1_usize..4, 2_usize..4, 1_u32..4).prop_flat_map(|(regions, zones, instances)| {
        let api = (
            fault(700, 15),
            1..=instances,
            prop::option::of(150_u32..600),
        );
        (
            faults(regions),
            api,
            fault(1_500, 10),
            store(regions),
            traffic(regions),
            prop::sample::select(vec!["auth", "{ soft: { need: auth, keeps: 60% } }"]),
        )
            .prop_map(move |(faults, api, auth, store, traffic, need)| {
                let (api, at_least, serves) = api;
                let serves = serves.map_or(String::new(), |rate| format!(", serves: {rate}/s"));
                let zones = ZONES[..zones].join(", ");
                let places: String = REGIONS[..regions]
                    .iter()
                    .map(|region| format!("  {region}: {{ zones: [{zones}] }}\n"))
                    .collect();
                let runs: Vec<String> = REGIONS[..regions]
                    .iter()
                    .map(|region| format!("{region}: {instances}"))
                    .collect();
                let runs = runs.join(", ");
                format!(
                    "fivenines: 1
name: random
window: {{ length: 7d }}
crews: {{ people: 1 }}
places:
{places}faults:
  never: {{ hits: each zone, every: 1000000000y, lasts: 1h }}
{faults}services:
  api:
    runs: {{ {runs} }}
    at-least: {at_least}
    instance: {{ fails: {{ {api} }}{serves} }}
    needs: [ {need} ]
  auth: {{ runs: {{ {runs} }}, instance: {{ fails: {{ {auth} }} }} }}
{store}{traffic}journeys:
  buy: {{ enters: www, writes: db, rate: 300/s }}
  look: {{ enters: www, reads: db, rate: 500/s, up-when: 80%, restored-when: 70% }}
  sync: {{ needs: [ db.write, {{ any: [ auth, api ] }} ], rate: 10/s }}
"
                )
            })
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 32,
        failure_persistence: None,
        max_shrink_iters: 64,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

/// Downtime of the trials of a tally, in seconds.
fn down(journey: &JourneyTally) -> f64 {
    journey.requests.down.numerator().sum()
}

fn assert_in_bounds(journey: &JourneyTally) -> Result<(), TestCaseError> {
    let requests = &journey.requests;
    for ratio in [&requests.lost, &requests.down] {
        prop_assert!((0.0..=ratio.denominator()).contains(&ratio.numerator().sum()));
    }
    Ok(())
}

fn assert_attributed(topology: &Topology, journey: &JourneyTally) -> Result<(), TestCaseError> {
    let down = down(journey);
    let rows: f64 = journey.causes.values().map(|row| row.sum()).sum();
    let stages: f64 = journey.stages.values().map(|stage| stage.sum()).sum();
    prop_assert!(
        (rows - down).abs() <= 1e-12 * down,
        "rows {rows}, down {down}"
    );
    prop_assert!(
        (stages - down).abs() <= 1e-12 * down,
        "stages {stages}, down {down}"
    );
    for causes in journey.causes.keys() {
        prop_assert!(!causes.is_empty(), "downtime without a cause");
        prop_assert!(causes.is_sorted());
        for cause in causes {
            let path = &topology.causes[*cause as usize].path;
            prop_assert!(!path.starts_with("faults.never"), "{path}");
        }
    }
    for involved in journey.involved.values() {
        prop_assert!(involved.sum() <= down * (1.0 + 1e-12));
    }
    Ok(())
}

fn assert_incidents(journey: &JourneyTally) -> Result<(), TestCaseError> {
    let (outages, recoveries) = (&journey.outage_seconds, &journey.rto.seconds);
    prop_assert_eq!(outages.count() as f64, journey.outages.sum());
    prop_assert_eq!(recoveries.count(), outages.count());
    // What set an incident off struck before it opened.
    let (lasted, recovered) = (
        outages.clusters().numerator(),
        recoveries.clusters().numerator(),
    );
    prop_assert!(recovered.sum() >= lasted.sum() * (1.0 - 1e-12));
    Ok(())
}

/// Steps a trial: time never goes back, and every share is one.
fn assert_steps(topology: &Topology, seed: u64) -> Result<(), TestCaseError> {
    let layout = Layout::new(topology);
    let mut world = World::new(topology, &layout, Plain::new(&topology.draws, seed, 0));
    let end = Time::ZERO.after(topology.window.length);
    let mut last = Time::ZERO;
    while let Some(now) = world.step().filter(|now| *now < end) {
        prop_assert!(now >= last && world.next() >= now && world.flow.until > now);
        last = now;
        for (index, flow) in world.flow.journeys.iter().enumerate() {
            for share in [flow.now, flow.later] {
                prop_assert!(
                    (0.0..=1.0 + 1e-9).contains(&share),
                    "journey {index}: {share}"
                );
            }
        }
        for (index, entry) in topology.traffic.iter().enumerate() {
            let shares: Vec<f64> = world.shares(index.into(), now).collect();
            prop_assert_eq!(shares.len(), entry.targets.len());
            prop_assert!(
                (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                "{shares:?}"
            );
        }
    }
    Ok(())
}

/// Incidents open and close in turn, and none closes before it opens.
/// Steps a trial beside one in which every event touches everything.
fn assert_touched(topology: &Topology, seed: u64) -> Result<(), TestCaseError> {
    let layout = Layout::new(topology);
    let world = || World::new(topology, &layout, Plain::new(&topology.draws, seed, 0));
    let (mut world, mut reference) = (world(), world());
    reference.look_everywhere();
    let end = Time::ZERO.after(topology.window.length);
    while let Some(now) = world.step().filter(|now| *now < end) {
        prop_assert_eq!(Some(now), reference.step());
        prop_assert_eq!(&world.notes, &reference.notes);
        prop_assert_eq!(world.flow.until, reference.flow.until);
        prop_assert_eq!(&world.flow.journeys, &reference.flow.journeys);
        prop_assert_eq!(&world.state.stores, &reference.state.stores);
        for (flow, reference) in world.flow.stores.iter().zip(&reference.flow.stores) {
            prop_assert_eq!(&flow.now, &reference.now);
            prop_assert_eq!(&flow.later, &reference.later);
        }
    }
    Ok(())
}

fn assert_journal(topology: &Topology, seed: u64) -> Result<(), TestCaseError> {
    let entries = journal(topology, seed, 0);
    prop_assert_eq!(&entries, &journal(topology, seed, 0));
    let mut opened: BTreeMap<&str, Time> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        prop_assert!(entry.because.is_none_or(|because| because < index));
        match entry.event {
            "incident-opened" => {
                prop_assert!(opened.insert(&entry.path, entry.time).is_none());
            }
            "incident-closed" => {
                let since = opened.remove(entry.path.as_str());
                prop_assert!(since.is_some_and(|since| since <= entry.time));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What happened in the window to everything but what was added; incidents are left to the tallies.
fn happened(topology: &Topology, seed: u64) -> Vec<(Time, String, &'static str)> {
    let end = Time::ZERO.after(topology.window.length);
    journal(topology, seed, 0)
        .into_iter()
        .filter(|entry| entry.time < end && !entry.path.contains("aside"))
        .filter(|entry| !entry.event.starts_with("incident"))
        .map(|entry| (entry.time, entry.path, entry.event))
        .collect()
}

/// The same model without figures that depend on how many clients come: capacity and passive health.
fn without_load(text: &str) -> String {
    let cut = |text: &str, from: &str, to: &str| match text.split_once(from) {
        Some((before, after)) => {
            before.to_owned() + after.split_once(to).map_or("", |(_, rest)| rest)
        }
        None => text.to_owned(),
    };
    let text = cut(text, ", passive: {", "}");
    match text.split_once(", serves: ") {
        Some((before, after)) => before.to_owned() + &after[after.find(" }").unwrap_or(0)..],
        None => text,
    }
}

fn journey<'a>(topology: &Topology, tally: &'a Tally, name: &str) -> &'a JourneyTally {
    let mut journeys = topology.journeys.iter();
    let index = journeys.position(|journey| journey.name == name);
    &tally.journeys[index.expect("a journey of the model")]
}

/// What users felt. Which cause and stage a moment counts to is looked up at events, so that other events may refine it.
fn felt(journey: &JourneyTally) -> [f64; 4] {
    [
        journey.requests.lost.numerator().sum(),
        down(journey),
        journey.outages.sum(),
        journey.rto.seconds.clusters().numerator().sum(),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_trial_adds_up(text in models(), seed in 1_u64..1_000) {
        let topology = compiled(&text);
        for trial in 0..TRIALS {
            let tally = run_trials(&topology, seed, trial..trial + 1);
            for journey in &tally.journeys {
                assert_in_bounds(journey)?;
                assert_attributed(&topology, journey)?;
                assert_incidents(journey)?;
            }
        }
        assert_steps(&topology, seed)?;
        assert_journal(&topology, seed)?;
    }

    #[test]
    fn what_an_event_does_not_touch_stays_as_it_is(text in models(), seed in 1_u64..1_000) {
        assert_touched(&compiled(&text), seed)?;
    }

    #[test]
    fn a_split_of_the_trials_changes_nothing(text in models(), seed in 1_u64..1_000) {
        let topology = compiled(&text);
        let mut split = run_trials(&topology, seed, 1..TRIALS);
        split.merge(&run_trials(&topology, seed, 0..1));
        prop_assert_eq!(split, run_trials(&topology, seed, 0..TRIALS));
    }

    /// Common random numbers: what a model has in common with another fares the same. Each event of the other parts
    /// ends a stretch of time, and backlogs and sums are rounded there: times may differ by nanoseconds. What
    /// depends on load is left out: it curves, and is interpolated between events, of which there are more.
    #[test]
    fn an_unrelated_service_changes_nothing(text in models(), seed in 1_u64..1_000) {
        let text = without_load(&text);
        let service = "services:
  aside:
    runs: { east: 3 }
    at-least: 2
    instance: { fails: { every: 6h, lasts: 1h } }
";
        let larger = text.replace("services:\n", service)
            + "  aside: { needs: [ aside ], rate: 3/s }\n";
        let (small, large) = (compiled(&text), compiled(&larger));
        let (wanted, found) = (happened(&small, seed), happened(&large, seed));
        prop_assert_eq!(wanted.len(), found.len());
        for (wanted, found) in wanted.iter().zip(&found) {
            prop_assert!(wanted.0.0.abs_diff(found.0.0) < 1_000, "{wanted:?} {found:?}");
            prop_assert_eq!((&wanted.1, wanted.2), (&found.1, found.2));
        }
        let one = run_trials(&small, seed, 0..TRIALS);
        let other = run_trials(&large, seed, 0..TRIALS);
        for name in ["buy", "look", "sync"] {
            let wanted = felt(journey(&small, &one, name));
            let found = felt(journey(&large, &other, name));
            for (wanted, found) in wanted.iter().zip(found) {
                prop_assert!((wanted - found).abs() <= 1e-9 * wanted + 1e-6, "{name}: {wanted} {found}");
            }
        }
    }

    /// One more of something needed never hurts: nobody is sent to it, so that it is there or not.
    #[test]
    fn redundancy_never_hurts(
        zones in 1_usize..4,
        count in 1_u32..6,
        at_least in 1_u32..4,
        fault in fault(200, 70),
        zone in fault(1_500, 90),
        seed in 1_u64..1_000,
    ) {
        let at_least = at_least.min(count);
        let zones = ZONES[..zones].join(", ");
        let of = |count: u32| {
            let text = format!("fivenines: 1
name: redundant
window: {{ length: 7d }}
places: {{ east: {{ zones: [{zones}] }} }}
faults: {{ zone: {{ hits: each zone, {zone} }} }}
services:
  api:
    runs: {{ east: {count} }}
    at-least: {at_least}
    instance: {{ fails: {{ {fault} }} }}
journeys: {{ use: {{ needs: [ api ], rate: 1/s }} }}
").replace(", crew: people", "");
            compiled(&text)
        };
        let (fewer, more) = (of(count), of(count + 1));
        for trial in 0..TRIALS {
            let one = run_trials(&fewer, seed, trial..trial + 1);
            let other = run_trials(&more, seed, trial..trial + 1);
            prop_assert!(down(&other.journeys[0]) <= down(&one.journeys[0]));
        }
    }
}
