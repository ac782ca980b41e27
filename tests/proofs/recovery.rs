//! The pipeline of a failover: how long each stage takes, what blocks it, and how the old primary comes back.

use fivenines::measure::{Entry, Samples, Stage, Tally, journal};
use fivenines::topology::{Scope, Topology};

use super::support::{Estimate, HOUR, SEEDS, mean, ratio, run, topology, within_999};

/// A primary, standbys and a witness; the crash of the primary after an hour, and more faults.
fn set(members: &str, store: &str, faults: &str) -> String {
    format!(
        "window: {{ length: 4h, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }}, north: {{ zones: [a] }}, witness: {{}} }}
faults:
  crash: {{ hits: member db@east/a, every: {{ fixed: 1h }}, lasts: 10h }}
{faults}
stores:
  db:
    members: {{ primary: east/a, {members} }}
    replication: async
{store}
journeys:
  shop: {{ writes: db, rate: 100/s }}
"
    )
}

const DETECT: &str = "detect: { every: 10s, after: 1, from: [witness], agree: 1 }";

fn average(samples: &Samples) -> Estimate {
    ratio(samples.clusters(), samples.trials())
}

fn runs(topology: &Topology, trials: u64) -> [Tally; 3] {
    SEEDS.map(|seed| run(topology, seed, trials))
}

fn seconds_down(tally: &Tally) -> f64 {
    tally.journeys[0].requests.down.numerator().sum() / tally.trials as f64
}

/// The first entry with this word.
fn first<'e>(entries: &'e [Entry], event: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| entry.event == event)
}

fn at(entries: &[Entry], event: &str) -> f64 {
    let found = first(entries, event);
    found
        .unwrap_or_else(|| panic!("no {event}: {entries:#?}"))
        .time
        .seconds()
}

/// Stages in a row, each with its own chance to need a person: the mean of each is its own time plus the chance that
/// it fails times the person's time, and the RTO is their sum. A refusing primary is found down at the third probe
/// from a random phase: 25 s on average.
#[test]
fn the_stages_of_a_failover_add_up() {
    let store = "    failover:
      detect: { every: 10s, after: 3, from: [witness], agree: 1 }
      decide: { human: { exponential: { mean: 60s } } }
      fence: { stonith: { works: 80%, takes: 5s, otherwise: { human: 120s } } }
      promote: { takes: { exponential: { mean: 20s } }, works: 90%, otherwise: 300s }
      redirect: { takes: 10s, works: 95%, otherwise: 60s }";
    let topology = topology(&set("async: west/a", store, ""));
    const TRIALS: u64 = 10_000;
    let tallies = runs(&topology, TRIALS);
    let stages = [
        (Stage::Detect, 25.0),
        (Stage::Decide, 60.0),
        (Stage::Fence, 5.0 + 0.2 * 120.0),
        (Stage::Promote, 20.0 + 0.1 * 300.0),
        (Stage::Redirect, 10.0 + 0.05 * 60.0),
    ];
    for (stage, exact) in stages {
        within_999(stage.name(), exact, |seed| {
            average(&tallies[seed as usize - 1].journeys[0].rto.stages[&stage])
        });
    }
    within_999("RTO", stages.iter().map(|stage| stage.1).sum(), |seed| {
        average(&tallies[seed as usize - 1].journeys[0].rto.seconds)
    });
    for tally in &tallies {
        assert!(!tally.journeys[0].rto.stages.contains_key(&Stage::Repair));
        let scopes: Vec<&Scope> = tally.journeys[0].rto_by_scope.keys().collect();
        assert_eq!(scopes, [&Scope::Instance]);
    }
}

/// A person decides, and only across regions: in another zone of the region nobody waits.
#[test]
fn a_person_decides_across_regions_only() {
    let failover =
        "    failover: { DETECT, across-regions: { human: 1000s }, promote: 5s, fence: none }"
            .replace("DETECT", DETECT);
    let far = topology(&set("async: west/a", &failover, ""));
    let near = set("async: east/b", &failover, "")
        .replace("east: { zones: [a] }", "east: { zones: [a, b] }");
    let near = topology(&near);
    const TRIALS: u64 = 500;
    for (topology, exact) in [(&far, 5.0 + 1000.0 + 5.0), (&near, 5.0 + 5.0)] {
        let tallies = runs(topology, TRIALS);
        within_999("RTO", exact, |seed| {
            average(&tallies[seed as usize - 1].journeys[0].rto.seconds)
        });
    }
}

/// What blocks a failover leaves the journey down until the repair: another region that is out of bounds, or a
/// standby that is too far behind, or none at all.
#[test]
fn a_blocked_failover_waits_for_the_repair() {
    let failover =
        "    failover: { DETECT, LIMIT, promote: 5s, fence: none }".replace("DETECT", DETECT);
    let cut = "  cut: { cuts: east <-> west, every: { fixed: 50m }, lasts: 3h }";
    let dead = "  dead: { hits: member db@west/a, every: { fixed: 50m }, lasts: 3h }";
    let blocked = [
        ("across-regions: never", "", "another region"),
        ("max-lag: 30s", cut, "further behind"),
        ("decide: automatic", dead, "no standby"),
    ];
    for (limit, faults, why) in blocked {
        let yaml = set("async: west/a", &failover.replace("LIMIT", limit), faults)
            .replace("10h", "30m")
            .replace("length: 4h", "length: 2h");
        let topology = topology(&yaml);
        for seed in SEEDS {
            let tally = run(&topology, seed, 20);
            assert_eq!(tally.stores[0].promotions.sum(), 0.0, "{limit}");
            assert!(
                (seconds_down(&tally) - 1800.0).abs() < 1e-6,
                "{limit}: {}",
                seconds_down(&tally)
            );
            let entries = journal(&topology, seed, 0);
            let entry = first(&entries, "recovery-blocked").expect("an entry");
            assert!(entry.detail.contains(why), "{limit}: {}", entry.detail);
            assert_eq!(
                entries[entry.because.expect("a reason")].path,
                "faults.crash.db@east/a"
            );
        }
    }
    let yaml = set(
        "async: west/a",
        &failover.replace("LIMIT", "max-lag: 11m"),
        cut,
    );
    for seed in SEEDS {
        let db = run(&topology(&yaml), seed, 20).stores.remove(0);
        assert_eq!(
            (db.promotions.sum(), db.rpo.seconds.largest()),
            (20.0, Some(600.0))
        );
    }
}

/// The primary is repaired after 30 min, is a standby 5 min later, is left alone for 30 min, and takes over again in a
/// planned write outage of 45 s, without loss.
#[test]
fn failing_back_is_a_planned_outage() {
    let store = "    failover: { DETECT, promote: 5s, fence: none, rejoin: 5m, fail-back: { after: 30m, takes: 45s } }"
        .replace("DETECT", DETECT);
    let topology = topology(
        &set("async: west/a", &store, "")
            .replace("10h", "30m")
            .replace("length: 4h", "length: 150m"),
    );
    let tallies = runs(&topology, 20);
    within_999("fail-back", 45.0, |seed| {
        mean(
            &tallies[seed as usize - 1].journeys[0].stages[&Stage::FailBack],
            20,
        )
    });
    for (seed, tally) in SEEDS.into_iter().zip(&tallies) {
        assert_eq!(tally.stores[0].promotions.sum(), 40.0);
        assert_eq!(
            tally.stores[0].rpo.seconds.count(),
            20,
            "the planned one is no loss"
        );
        let entries = journal(&topology, seed, 0);
        assert!((at(&entries, "fail-back-begins") - 7_500.0).abs() < 1e-6);
        let planned = entries
            .iter()
            .filter(|entry| entry.event == "promoted")
            .nth(1)
            .expect("two");
        assert!((planned.time.seconds() - 7_545.0).abs() < 1e-6);
    }
}

/// A crashed primary that comes back after a promotion finds its successor and accepts nothing, whatever the fence.
#[test]
fn a_primary_that_comes_back_accepts_nothing() {
    for fence in [
        "none",
        "{ stonith: { works: 0%, takes: 0s, otherwise: promote } }",
    ] {
        let store = "    failover: { DETECT, promote: 5s, fence: FENCE }"
            .replace("DETECT", DETECT)
            .replace("FENCE", fence);
        let topology = topology(&set("async: west/a", &store, "").replace("10h", "30m"));
        for seed in SEEDS {
            let tally = run(&topology, seed, 20);
            assert_eq!(tally.stores[0].promotions.sum(), 20.0);
            assert_eq!(tally.stores[0].dual_primary.count.sum(), 0.0, "{fence}");
            let entries = journal(&topology, seed, 0);
            assert!(
                (at(&entries, "stepped-down") - 5_400.0).abs() < 1e-6,
                "{fence}"
            );
            assert!((at(&entries, "rejoined") - 5_700.0).abs() < 1e-6, "{fence}");
        }
    }
}

/// The writes that a failover leaves behind are lost if the old primary's data is destroyed, else orphaned; of those,
/// 40 % come back with it. They are lost as well if the data is destroyed before it comes back.
#[test]
fn lost_orphaned_recovered() {
    let store = "    lag: 2s\n    orphans-recovered: 40%\n    failover: { DETECT, promote: 5s, fence: none }".replace("DETECT", DETECT);
    let destroyed_later =
        "  fire: { hits: member db@east/a, every: { fixed: 70m }, lasts: 10m, effect: destroys }";
    let cases = [
        ("silent", "", (0.0, 200.0, 80.0)),
        ("destroys", "", (200.0, 0.0, 0.0)),
        ("silent", destroyed_later, (0.0, 200.0, 0.0)),
    ];
    for (effect, faults, exact) in cases {
        let yaml = set("async: west/a", &store, faults)
            .replace("lasts: 10h", &format!("lasts: 30m, effect: {effect}"));
        let yaml = yaml.replace("length: 4h", "length: 2h");
        for seed in SEEDS {
            let loss = &run(&topology(&yaml), seed, 1).stores[0].rpo;
            let found = (
                loss.lost_writes.sum(),
                loss.orphaned_writes.sum(),
                loss.recovered_writes.sum(),
            );
            assert_eq!(found, exact, "{effect} {faults}");
        }
    }
}

/// A healthy primary that is found down twice in a row by mistake. Without a fence its successor and it both accept
/// writes until it has stepped down, 10 s later; with STONITH that works, and with a lease, never; and under a lease,
/// which it goes on renewing, nobody is promoted.
#[test]
fn false_alarms() {
    let fences = [
        ("none", true, 10.0),
        (
            "{ stonith: { works: 100%, takes: 5s, otherwise: promote } }",
            true,
            0.0,
        ),
        (
            "{ lease: { ttl: 30s, renew: 10s, margin: 5s, works: 100% } }",
            false,
            0.0,
        ),
    ];
    for (fence, promotes, overlap) in fences {
        let store = "    failover: { detect: { every: 10s, after: 2, back-after: 6, from: [witness], agree: 1, false-positive: 5% }, promote: 5s, fence: FENCE }"
            .replace("FENCE", fence);
        let yaml = set("async: west/a", &store, "")
            .replace("every: { fixed: 1h }", "every: { fixed: 90d }");
        for seed in SEEDS {
            let tally = run(
                &topology(&yaml.replace("length: 4h", "length: 5d")),
                seed,
                10,
            );
            let db = &tally.stores[0];
            assert_eq!(db.promotions.sum() > 20.0, promotes, "{fence}");
            let scopes: Vec<Scope> = db.rpo_by_scope.keys().copied().collect();
            assert_eq!(
                scopes,
                if promotes {
                    vec![Scope::FalseAlarm]
                } else {
                    vec![]
                }
            );
            assert_eq!(db.dual_primary.count.sum() > 0.0, overlap > 0.0, "{fence}");
            if overlap > 0.0 {
                assert_eq!(db.dual_primary.count.sum(), db.promotions.sum());
                let (least, largest) = (
                    db.dual_primary.seconds.least(),
                    db.dual_primary.seconds.largest(),
                );
                assert_eq!((least, largest), (Some(overlap), Some(overlap)));
            }
        }
    }
}

/// The candidate dies while it is being promoted. The next one is promoted in its place, which takes as long again;
/// with no other, the failover is blocked until somebody is back.
#[test]
fn the_candidate_dies_too() {
    let store = "    failover: { DETECT, promote: 60s, fence: none }".replace("DETECT", DETECT);
    let dies = "  dies: { hits: member db@west/a, every: { fixed: 3630s }, lasts: 10h }";
    let three = topology(&set("async: [west/a, north/a]", &store, dies));
    let tallies = runs(&three, 500);
    within_999("RTO", 5.0 + 60.0 + 60.0, |seed| {
        average(&tallies[seed as usize - 1].journeys[0].rto.seconds)
    });
    let two = topology(
        &set("async: west/a", &store, dies)
            .replacen("10h", "30m", 1)
            .replace("length: 4h", "length: 2h"),
    );
    for seed in SEEDS {
        let tally = run(&two, seed, 20);
        assert_eq!(tally.stores[0].promotions.sum(), 0.0);
        assert!((seconds_down(&tally) - 0.5 * HOUR).abs() < 1e-6);
        assert!(first(&journal(&two, seed, 0), "recovery-blocked").is_some());
    }
}
