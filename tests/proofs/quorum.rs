//! Quorum stores: availability against closed forms and a Markov chain, elections and leases, and what is never lost.
//!
//! Random models fail often, so that a short run says much; the others have faults at fixed times, so that the answer
//! is one number. Where a member that returns must not matter, it catches up a billion times faster than writes come.

use fivenines::exact::k_of_n::{at_least, counts};
use fivenines::exact::markov::Chain;
use fivenines::measure::Tally;
use fivenines::model::{self, Override};
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;

use super::support::{DAY, HOUR, SEEDS, mean, ratio, run, tally, topology, within_999};

/// The default law of elections and of what is left of a lease, seconds.
const ELECTION: (f64, f64) = (1.03, 5.2);
const LEASE: (f64, f64) = (3.0, 6.0);

/// The mean of the later of two independent uniform times.
fn later(one: (f64, f64), other: (f64, f64)) -> f64 {
    let steps = 100_000;
    let end = one.1.max(other.1);
    let width = end / f64::from(steps);
    let below = |at: f64, (from, to): (f64, f64)| ((at - from) / (to - from)).clamp(0.0, 1.0);
    let late = (0..steps).map(|step| (f64::from(step) + 0.5) * width);
    late.map(|at| (1.0 - below(at, one) * below(at, other)) * width)
        .sum()
}

/// Members in regions of their own that are up nine days in ten, and elections of this law.
fn independent(members: usize, elect: &str) -> String {
    let others: Vec<String> = (1..members).map(|index| format!("r{index}")).collect();
    let others = others.join(", ");
    format!(
        "
window: {{ length: 1000d, warm-up: 100d }}
places: {{ r0: {{}}, {}: {{}} }}
stores:
  db:
    members: {{ primary: r0, sync: [{others}] }}
    member: {{ fails: {{ every: 9d, lasts: {{ mean: 1d }} }} }}
    catch-up: 1e9
    replication: {{ quorum: {{ elect: {elect}, lease: {{ ttl: 2ms, renew: 1ms }} }} }}
journeys: {{ shop: {{ writes: db, rate: 1/s }} }}
",
        others.replace(", ", ": {}, ")
    )
}

/// Whenever a majority is up it has every write and a leader.
#[test]
fn independent_members() {
    for members in [3, 4, 5] {
        let exact = 1.0 - at_least(members / 2 + 1, &vec![0.9; members]);
        let topology = topology(&independent(members, "0s"));
        within_999(&format!("{members} members"), exact, |seed| {
            ratio(&run(&topology, seed, 60).journeys[0].requests.down, 60)
        });
    }
}

/// Whether the leader is up, and how many members are.
type Leading = (bool, usize);

/// Members with constant rates, of which the leader is lost with its failure, and replaced at a constant rate while a
/// majority of the others is up, unless it comes back first.
fn unavailable_with_elections(members: usize, election_seconds: f64) -> f64 {
    let (fails, repairs) = (1.0 / (9.0 * DAY), 1.0 / DAY);
    let majority = members / 2 + 1;
    let chain = Chain::explore((true, members), |state: &Leading| {
        let (leads, up) = *state;
        let followers = up - usize::from(leads);
        let down = members - up;
        let mut ways = vec![((leads, up.wrapping_sub(1)), followers as f64 * fails)];
        if leads {
            ways.push(((false, up - 1), fails));
            ways.push(((true, up + 1), down as f64 * repairs));
        } else {
            ways.push(((true, up + 1), repairs));
            ways.push(((false, up + 1), (down - 1) as f64 * repairs));
            if up >= majority {
                ways.push(((true, up), 1.0 / election_seconds));
            }
        }
        ways.retain(|way| way.1 > 0.0);
        ways
    });
    let serves = |state: &Leading| f64::from(u8::from(state.0 && state.1 >= majority));
    1.0 - chain.stationary_mean(serves).expect("an ergodic chain")
}

#[test]
fn independent_members_with_elections() {
    for members in [3, 5] {
        let exact = unavailable_with_elections(members, 6.0 * HOUR);
        let topology = topology(&independent(members, "{ exponential: { mean: 6h } }"));
        within_999(&format!("{members} members, elections"), exact, |seed| {
            ratio(&run(&topology, seed, 60).journeys[0].requests.down, 60)
        });
    }
}

/// Two, two and one: zones are down one day in ten, regions one in twenty. Three members are enough, wherever.
#[test]
fn members_in_three_regions() {
    let yaml = "
window: { length: 1000d, warm-up: 100d }
places: { r: { zones: [a, b] }, s: { zones: [a, b] }, t: { zones: [a] } }
faults:
  zone: { hits: each zone, every: 9d, lasts: { mean: 1d } }
  region: { hits: each region, every: 19d, lasts: { mean: 1d } }
stores:
  db:
    members: { primary: r/a, sync: [r/b, s/a, s/b, t/a] }
    catch-up: 1e9
    replication: { quorum: { elect: 0s, lease: { ttl: 2ms, renew: 1ms } } }
journeys: { shop: { writes: db, rate: 1/s } }
";
    let one = counts(&[0.9]);
    let two = counts(&[0.9, 0.9]);
    let in_region = |zones: &[f64]| {
        let mut law: Vec<f64> = zones.iter().map(|chance| 0.95 * chance).collect();
        law[0] += 0.05;
        law
    };
    let (two, one) = (in_region(&two), in_region(&one));
    let mut exact = 0.0;
    for (r, in_r) in two.iter().enumerate() {
        for (s, in_s) in two.iter().enumerate() {
            for (t, in_t) in one.iter().enumerate() {
                if r + s + t < 3 {
                    exact += in_r * in_s * in_t;
                }
            }
        }
    }
    let topology = topology(yaml);
    within_999("2 + 2 + 1", exact, |seed| {
        ratio(&run(&topology, seed, 60).journeys[0].requests.down, 60)
    });
}

/// Three regions with a member and callers each, faults at fixed times, and the defaults of a quorum.
fn trio(replication: &str, faults: &str) -> Topology {
    topology(&format!(
        "window: {{ length: 100m, start: new }}
places: {{ a: {{}}, b: {{}}, c: {{}} }}
faults:
{faults}
services: {{ app: {{ runs: {{ a: 1, b: 1, c: 1 }} }} }}
stores:
  db:
    members: {{ primary: a, sync: [b, c] }}
    replication: {replication}
traffic:
  a: {{ to: app, at: a }}
  b: {{ to: app, at: b }}
journeys:
  near: {{ enters: a, writes: db, rate: 100/s }}
  far: {{ enters: b, writes: db, rate: 50/s }}
  look: {{ enters: a, reads: db, rate: 50/s }}
"
    ))
}

fn runs(topology: &Topology, trials: u64) -> [Tally; 3] {
    SEEDS.map(|seed| run(topology, seed, trials))
}

/// Seconds for which a journey was down in a window of 100 minutes.
fn down(what: &str, exact: f64, tallies: &[Tally; 3], journey: &str, trials: u64) {
    let index = ["far", "look", "near"]
        .iter()
        .position(|name| *name == journey)
        .expect("a journey");
    within_999(what, exact, |seed| {
        let journey = &tallies[seed as usize - 1].journeys[index];
        let mut down = ratio(&journey.requests.down, trials);
        down.value *= 6_000.0;
        down.standard_error *= 6_000.0;
        down
    });
}

/// A leader that is cut off for 300 s cannot commit, stops serving reads 500 ms before its lease ends, and leads again
/// nowhere: the others elect one of themselves at the later of the election and the end of the lease.
#[test]
fn a_leader_that_is_cut_off() {
    for cuts in ["[a <-> b, a <-> c]", "[a -> b, a -> c]", "[b -> a, c -> a]"] {
        let fault = format!("  cut: {{ cuts: {cuts}, every: {{ fixed: 1h }}, lasts: 300s }}\n");
        let topology = trio("quorum", &fault);
        let tallies = runs(&topology, 400);
        down(cuts, later(ELECTION, LEASE), &tallies, "far", 400);
        down(cuts, 300.0, &tallies, "near", 400);
        down(cuts, 300.0 - (4.5 - 0.5), &tallies, "look", 400);
        for tally in &tallies {
            let db = &tally.stores[0];
            assert_eq!(db.promotions.sum(), 400.0);
            assert_eq!(db.rpo.writes.largest(), Some(0.0));
            assert_eq!(db.dual_primary.count.sum(), 0.0);
        }
    }
}

/// One cut, in one direction or in both, leaves the leader its majority.
#[test]
fn a_leader_that_loses_one_follower() {
    for cut in ["a <-> b", "a -> b", "b -> a"] {
        let fault = format!("  cut: {{ cuts: {cut}, every: {{ fixed: 1h }}, lasts: 300s }}\n");
        let topology = trio("quorum", &fault);
        let tallies = runs(&topology, 20);
        down(cut, 0.0, &tallies, "near", 20);
        down(cut, 300.0, &tallies, "far", 20);
        assert!(
            tallies
                .iter()
                .all(|it| it.stores[0].promotions.sum() == 0.0)
        );
    }
}

/// A leader that does not notice the end of its lease, in 30 % of cuts, takes itself for one until the repair. Nobody
/// acknowledges what it writes, so that no write diverges.
#[test]
fn a_lease_that_is_ignored() {
    const TRIALS: u64 = 4_000;
    let fault = "  cut: { cuts: [a <-> b, a <-> c], every: { fixed: 1h }, lasts: 300s }\n";
    let quorum = "{ quorum: { lease: { ttl: 6s, renew: 3s, margin: 500ms, works: 70% } } }";
    let tallies = runs(&trio(quorum, fault), TRIALS);
    let exact = 0.3 * (300.0 - later(ELECTION, LEASE));
    within_999("seconds with two leaders, per cut", exact, |seed| {
        let seconds = tallies[seed as usize - 1].stores[0]
            .dual_primary
            .seconds
            .clusters();
        mean(seconds.numerator(), TRIALS)
    });
    for tally in &tallies {
        assert_eq!(tally.stores[0].promotions.sum(), TRIALS as f64);
        assert_eq!(tally.stores[0].split_brain.count.sum(), 0.0);
        assert_eq!(tally.stores[0].rpo.writes.largest(), Some(0.0));
    }
}

/// A member that was away for 20 minutes lacks 1200 s of writes. 300 s later it still lacks 600, and only when it lacks
/// nothing does it help its leader to a majority: 200 s later, because no write comes meanwhile.
#[test]
fn a_member_that_catches_up_does_not_count() {
    let faults = "  away: { hits: member db@b, every: { fixed: 50m }, lasts: 20m }
  other: { hits: member db@c, every: { fixed: 75m }, lasts: 24m }
";
    let topology = trio("quorum", faults);
    down("catching up", 200.0, &runs(&topology, 5), "near", 5);
}

/// Two of three votes in one region: when it is lost nobody is elected, and when the other is lost nothing happens.
#[test]
fn a_majority_in_one_region() {
    for (lost, seconds) in [("r", 600.0), ("s", 0.0)] {
        let yaml = format!(
            "
window: {{ length: 100m, start: new }}
places: {{ r: {{ zones: [a, b] }}, s: {{ zones: [a] }} }}
faults: {{ outage: {{ hits: {lost}, every: {{ fixed: 1h }}, lasts: 10m }} }}
stores:
  db: {{ members: {{ primary: r/a, sync: [r/b, s/a] }}, replication: quorum }}
journeys: {{ shop: {{ writes: db, rate: 1/s }} }}
"
        );
        let topology = topology(&yaml);
        for tally in runs(&topology, 10) {
            assert_eq!(tally.stores[0].promotions.sum(), 0.0);
            let lost = ratio(&tally.journeys[0].requests.down, 10).value * 6_000.0;
            assert!((lost - seconds).abs() < 1e-6, "{lost}");
        }
    }
}

/// Whatever dies and is cut when, and whether leases work or not: every leader that is elected has every write that was
/// acknowledged, and no write is acknowledged by two.
#[test]
fn nothing_is_lost() {
    for works in ["100%", "50%"] {
        let yaml = format!(
            "
window: {{ length: 365d }}
places: {{ r: {{ zones: [a, b] }}, s: {{ zones: [a, b] }}, t: {{ zones: [a] }} }}
faults:
  cut: {{ cuts: each region <-> each region, every: 5d, lasts: {{ median: 5m, p95: 2h }} }}
  one-way: {{ cuts: [r/a -> s/a, s/b -> t, t -> r/b], every: 5d, lasts: {{ median: 5m, p95: 2h }} }}
  region: {{ hits: each region, every: 20d, lasts: {{ median: 30m, p95: 3h }} }}
services: {{ app: {{ runs: {{ r: 1, s: 1, t: 1 }} }} }}
stores:
  db:
    members: {{ primary: r/a, sync: [r/b, s/a, s/b, t/a] }}
    member: {{ fails: {{ every: 3d, lasts: {{ median: 30m, p95: 10h }} }} }}
    replication: {{ quorum: {{ lease: {{ ttl: 6s, renew: 3s, works: {works} }} }} }}
traffic: {{ r: {{ to: app, at: r }}, s: {{ to: app, at: s }}, t: {{ to: app, at: t }} }}
journeys:
  r: {{ enters: r, writes: db, rate: 100/s }}
  s: {{ enters: s, writes: db, rate: 100/s }}
  t: {{ enters: t, writes: db, rate: 100/s }}
"
        );
        for seed in SEEDS {
            let db = tally(&yaml, seed, 20).stores.remove(0);
            let elections = db.rpo.seconds.count();
            assert!(elections > 500, "{works}: {elections}");
            assert_eq!(db.rpo.seconds.largest(), Some(0.0), "{works}");
            assert_eq!(db.rpo.writes.largest(), Some(0.0), "{works}");
            assert_eq!(db.split_brain.count.sum(), 0.0, "{works}");
            assert_eq!(db.dual_primary.count.sum() > 0.0, works == "50%");
        }
    }
}

/// The arithmetic in the head of the model of nine nines, with regions that fail so often that the result is seen: two
/// of three regions serve, each with two of its three zones, whatever quorum and elections do.
#[test]
fn nine_nines() {
    let often = Override::parse("faults.region-outage.every=12d").expect("an override");
    let parsed = model::parse(include_str!("../../models/nine-nines.yaml"), &[often]);
    let (topology, _) = compile_parsed(parsed).expect("a model that is fine");
    let down = |part: &str| {
        let mut faults = topology.faults.iter();
        let fault = faults.find(|fault| fault.path.starts_with(part));
        let fault = fault.unwrap_or_else(|| panic!("{part} fails"));
        fault.lasts.mean() / (fault.every.mean() + fault.lasts.mean())
    };
    let zone = (1.0 - down("faults.zone-outage")) * (1.0 - down("services.api"));
    let region = (1.0 - down("faults.region-outage")) * at_least(2, &[zone; 3]);
    let exact = 1.0 - at_least(2, &[region; 3]);
    const TRIALS: u64 = 400;
    let tallies = runs(&topology, TRIALS);
    within_999("two of three regions", exact, |seed| {
        ratio(
            &tallies[seed as usize - 1].journeys[0].requests.down,
            TRIALS,
        )
    });
    for tally in &tallies {
        assert!(tally.stores[0].rpo.writes.count() > 0);
        assert_eq!(tally.stores[0].rpo.writes.largest(), Some(0.0));
    }
}
