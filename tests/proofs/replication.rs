//! What a failover costs in data, and what replication costs in writes: loss by lag and backlog, and the modes.
//!
//! Faults strike at fixed times, so that most answers are one number. The primary is watched from a third place,
//! which a cut between the members does not disturb.

use fivenines::math;
use fivenines::measure::{Samples, StoreTally, Tally};

use super::support::{DAY, Estimate, HOUR, SEEDS, mean, ratio, run, tally, topology, within_999};

const MINUTE: f64 = 60.0;

/// A primary and one standby, watched by a witness, with 100 writes a second.
fn pair(standby: &str, store: &str, faults: &str) -> String {
    let failover =
        "detect: { every: 10s, after: 1, from: [witness], agree: 1 }, promote: 5s, fence: none";
    format!(
        "window: {{ length: 130m, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }}, witness: {{}} }}
faults:
{faults}
stores:
  db:
    members: {{ primary: east/a, {standby}: west/a }}
    write-size: 2 KB
    failover: {{ {failover} }}
{store}
journeys:
  shop: {{ writes: db, rate: 100/s }}
"
    )
}

/// A fault that strikes once, after so many minutes; what comes after its repair is beyond the window.
fn once(name: &str, what: &str, at_minutes: u32, lasts: &str) -> String {
    format!("  {name}: {{ {what}, every: {{ fixed: {at_minutes}m }}, lasts: {lasts} }}\n")
}

fn crash(at_minutes: u32) -> String {
    once("crash", "hits: member db@east/a", at_minutes, "3h")
}

/// The mean of clustered samples.
fn average(samples: &Samples) -> Estimate {
    ratio(samples.clusters(), samples.trials())
}

/// Every trial has one promotion, which lacks this many seconds of writes.
fn loses(what: &str, yaml: &str, seconds: f64) {
    let topology = topology(yaml);
    for seed in SEEDS {
        let tally = run(&topology, seed, 20);
        assert_eq!(tally.stores[0].rpo.seconds.count(), 20, "{what}");
    }
    let of = |pick: fn(&StoreTally) -> &Samples| {
        let topology = &topology;
        move |seed| average(pick(&run(topology, seed, 20).stores[0]))
    };
    within_999(
        &format!("{what}, seconds"),
        seconds,
        of(|db| &db.rpo.seconds),
    );
    within_999(
        &format!("{what}, writes"),
        100.0 * seconds,
        of(|db| &db.rpo.writes),
    );
}

/// A constant lag is what each failover loses, in seconds, in writes at 100 a second, and in bytes at 2 KB a write.
#[test]
fn a_constant_lag_is_lost() {
    let yaml = pair("async", "    replication: async\n    lag: 2s", &crash(60));
    loses("constant lag", &yaml, 2.0);
    let topology = topology(&yaml);
    within_999("constant lag, bytes", 400_000.0, |seed| {
        let mut writes = average(&run(&topology, seed, 20).stores[0].rpo.writes);
        writes.value *= topology.stores[0].write_bytes;
        writes
    });
}

/// An exponential lag: its mean, and the share of losses below a bound, which is 1 - exp(-bound/mean).
#[test]
fn an_exponential_lag_is_lost() {
    let lag = "    replication: async\n    lag: { exponential: { mean: 3s } }";
    let topology = topology(&pair("async", lag, &crash(60)));
    const TRIALS: u64 = 20_000;
    let tallies = SEEDS.map(|seed| run(&topology, seed, TRIALS));
    let of_seed = |seed: u64| &tallies[seed as usize - 1].stores[0].rpo.seconds;
    within_999("exponential lag", 3.0, |seed| average(of_seed(seed)));
    // A bound that is the edge of a bucket, so that the histogram counts exactly.
    let bound = 7.0;
    let exact = 1.0 - math::exp(-bound / 3.0);
    within_999("losses under 7 s", exact, |seed| {
        let below = of_seed(seed).histogram().iter();
        let below = below.filter(|(bucket, _)| bucket.upper() <= bound);
        let events = below.map(|(_, cell)| cell.samples).sum();
        super::support::chance(events, TRIALS, exact)
    });
}

/// Writes that are acknowledged while the link is cut are lost with the primary: all since the cut, and the lag.
#[test]
fn a_cut_before_the_crash_is_lost() {
    let store = "    replication: async\n    lag: 2s";
    let cut = once("cut", "cuts: east <-> west", 60, "2h");
    loses(
        "cut 10 min before",
        &pair("async", store, &(cut + &crash(70))),
        602.0,
    );
}

/// A cut of 10 min leaves 600 s of writes to catch up. At 3 s of writes a second, less the one that is written
/// meanwhile, 360 s are left 2 min later, and nothing but the lag 5 min later.
#[test]
fn catching_up_shrinks_the_loss() {
    let store = "    replication: async\n    lag: 2s\n    catch-up: 3";
    let cut = once("cut", "cuts: east <-> west", 60, "10m");
    loses(
        "2 min of catching up",
        &pair("async", store, &(cut.clone() + &crash(72))),
        362.0,
    );
    loses("caught up", &pair("async", store, &(cut + &crash(76))), 2.0);
}

/// While the callers themselves are cut off nothing is acknowledged: no backlog grows, and what there was is caught
/// up at the full 3 s a second. 600 s of backlog, 100 s of it without writes: 300 s less; then 50 s with: 100 s less.
#[test]
fn without_writes_catching_up_is_faster() {
    let store = "    replication: async\n    catch-up: 3";
    let faults = once("cut", "cuts: east <-> west", 60, "10m")
        + &once("callers", "cuts: internet -> east", 70, "100s")
        + "  crash: { hits: member db@east/a, every: { fixed: 4350s }, lasts: 3h }\n";
    loses("no writes meanwhile", &pair("async", store, &faults), 200.0);
}

const SEMI: &str =
    "    replication: { semi-sync: { acks: 1, fall-back-after: 10s } }\n    catch-up: 3";

/// Semi-synchronous: nothing is lost while standbys acknowledge, nor during the stall. After the fallback, everything
/// since then is: a cut at 60 min falls back 10 s later. Back after 20 min, 1190 s are missing; 100 s of catching up
/// leave 990 s, and 595 s leave nothing.
#[test]
fn semi_synchronous_loses_what_came_after_the_fallback() {
    let cut = |lasts| once("cut", "cuts: east <-> west", 60, lasts);
    let crash_at = |seconds: u32| {
        format!(
            "  crash: {{ hits: member db@east/a, every: {{ fixed: {seconds}s }}, lasts: 3h }}\n"
        )
    };
    let at = |lasts, seconds| pair("sync", SEMI, &(cut(lasts) + &crash_at(seconds)));
    loses("acknowledging", &at("2h", 3_599), 0.0);
    loses("stalled", &at("2h", 3_605), 0.0);
    loses("fallen back", &at("2h", 4_200), 590.0);
    loses("catching up", &at("20m", 4_900), 990.0);
    loses("acknowledging again", &at("20m", 5_400), 0.0);
}

/// An outage of 20 min of the standby stalls writes for 10 s and degrades replication for the rest of it and the
/// 595 s that 1190 s of backlog need; nobody is promoted.
#[test]
fn semi_synchronous_stalls_once() {
    let outage = once("outage", "hits: member db@west/a", 60, "20m");
    let topology = topology(&pair("sync", SEMI, &outage));
    let run = |seed| run(&topology, seed, 5);
    within_999("stall", 10.0, |seed| {
        let mut down = ratio(&run(seed).journeys[0].requests.down, 5);
        down.value *= 130.0 * MINUTE;
        down
    });
    within_999("degraded", 1_190.0 + 595.0, |seed| {
        mean(&run(seed).stores[0].degraded_seconds, 5)
    });
    within_999("promotions", 0.0, |seed| {
        mean(&run(seed).stores[0].promotions, 5)
    });
}

/// Two sorts of callers, of which the cut separates one: the loss in seconds is the time since the cut, but the writes
/// are those that were acknowledged, at the rate of the others alone.
#[test]
fn only_acknowledged_writes_are_lost() {
    let faults = once("cut", "cuts: east <-> west", 60, "2h") + &crash(70);
    let yaml = pair("async", "    replication: async", &faults)
        + "  near: { enters: near, writes: db, rate: 30/s }
  far: { enters: far, writes: db, rate: 70/s }
services: { app: { runs: { east: 1, west: 1 } } }
traffic: { near: { to: app, at: east }, far: { to: app, at: west } }
";
    let topology = topology(&yaml);
    within_999("seconds", 600.0, |seed| {
        average(&run(&topology, seed, 5).stores[0].rpo.seconds)
    });
    within_999("writes", 130.0 * 600.0, |seed| {
        average(&run(&topology, seed, 5).stores[0].rpo.writes)
    });
}

/// Strictly synchronous with one standby: writes wait exactly as long as it is down. It works for 10 days and is down
/// for 2 h on average, so the share is 2 h / (10 days + 2 h); the time in which the primary is down is left out.
#[test]
fn strictly_synchronous_waits_for_its_standby() {
    let yaml = "
window: { length: 3650d, warm-up: 100d }
places: { east: { zones: [a, b] } }
faults:
  standby: { hits: member db@east/b, every: 10d, lasts: { exponential: { mean: 2h } } }
stores:
  db:
    members: { primary: east/a, sync: east/b }
    replication: { sync: { acks: 1, without-standby: blocks } }
journeys:
  shop: { writes: db, rate: 100/s }
";
    let topology = topology(yaml);
    within_999(
        "write downtime",
        2.0 * HOUR / (10.0 * DAY + 2.0 * HOUR),
        |seed| ratio(&run(&topology, seed, 100).journeys[0].requests.down, 100),
    );
}

/// Synchronous replication of either kind never loses a write, whatever dies when.
#[test]
fn synchronous_replication_loses_nothing() {
    for mode in ["blocks", "{ alone-after: 15s }"] {
        let yaml = format!(
            "
window: {{ length: 365d }}
places: {{ east: {{ zones: [a, b, c] }} }}
faults:
  cut: {{ cuts: [east/a <-> east/b, east/b <-> east/c], every: 5d, lasts: {{ median: 5m, p95: 2h }} }}
stores:
  db:
    members: {{ primary: east/a, sync: [east/b, east/c] }}
    member: {{ fails: {{ every: 3d, lasts: {{ median: 30m, p95: 10h }} }} }}
    replication: {{ sync: {{ acks: 1, without-standby: {mode} }} }}
    lag: {{ exponential: {{ mean: 1s }} }}
    failover: {{ detect: {{ every: 10s, after: 3 }}, promote: 5s, fence: {{ lease: {{ ttl: 30s, renew: 10s, margin: 5s, works: 100% }} }}, fail-back: never }}
journeys:
  shop: {{ writes: db, rate: 100/s }}
"
        );
        for seed in SEEDS {
            let db = tally(&yaml, seed, 20).stores.remove(0);
            assert!(
                db.rpo.seconds.count() > 500,
                "{mode}: {}",
                db.rpo.seconds.count()
            );
            assert_eq!(db.rpo.seconds.largest(), Some(0.0), "{mode}");
            assert_eq!(db.rpo.writes.largest(), Some(0.0), "{mode}");
        }
    }
}

/// Degrading synchronous replication: the standby goes at 60 min, writes wait for 15 s and go on alone. It is back at
/// 79 min, with 1125 s to catch up, when the primary dies at 80 min for 10 min: nobody may be promoted, so writes wait
/// until the primary is back, and nothing is lost.
#[test]
fn nobody_is_promoted_while_degraded() {
    let store = "    replication: { sync: { acks: 1, without-standby: { alone-after: 15s } } }";
    let faults = once("standby", "hits: member db@west/a", 60, "19m")
        + &once("primary", "hits: member db@east/a", 80, "10m");
    let topology = topology(&pair("sync", store, &faults));
    let tallies: Vec<Tally> = SEEDS.iter().map(|seed| run(&topology, *seed, 5)).collect();
    within_999("downtime", 15.0 + 10.0 * MINUTE, |seed| {
        let mut down = ratio(&tallies[seed as usize - 1].journeys[0].requests.down, 5);
        down.value *= 130.0 * MINUTE;
        down
    });
    for tally in &tallies {
        assert_eq!(tally.stores[0].promotions.sum(), 0.0);
    }
}

/// The same primary, dying while the standby acknowledges, is replaced at once and without loss.
#[test]
fn a_synchronous_standby_takes_over_without_loss() {
    let store = "    lag: 3s\n    replication: { sync: { acks: 1, without-standby: { alone-after: 15s } } }";
    loses("synchronous", &pair("sync", store, &crash(80)), 0.0);
}
