//! Whether two primaries coexist after a cut, for how long, and how many writes diverge.
//!
//! Two regions, callers in both, and a cut that strikes once after an hour. Each standby probes the primary every
//! 10 s from a random phase, three probes in a row must fail, and each waits 2 s for an answer: the cut is found
//! D = U(22, 32) s after it, if the third probe started before the repair.

use fivenines::math;
use fivenines::measure::{Samples, Tally, journal};
use fivenines::topology::Topology;

use super::support::{Estimate, SEEDS, chance, mean, ratio, run, topology, within_999};

const DETECT: &str = "detect: { every: 10s, after: 3, timeout: 2s }";

fn cut(lasts: &str, failover: &str) -> Topology {
    topology(&format!(
        "window: {{ length: 100m, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }}, witness: {{}} }}
faults:
  cut: {{ cuts: east <-> west, every: {{ fixed: 1h }}, lasts: {lasts} }}
services: {{ app: {{ runs: {{ east: 1, west: 1 }} }} }}
stores:
  db:
    members: {{ primary: east/a, async: west/a }}
    replication: async
    failover: {{ promote: 20s, redirect: 10s, steps-down: 10s, {failover} }}
traffic:
  east: {{ to: app, at: east }}
  west: {{ to: app, at: west }}
journeys:
  east: {{ enters: east, writes: db, rate: 100/s }}
  west: {{ enters: west, writes: db, rate: 50/s }}
"
    ))
}

fn average(samples: &Samples) -> Estimate {
    ratio(samples.clusters(), samples.trials())
}

fn runs(topology: &Topology, trials: u64) -> [Tally; 3] {
    SEEDS.map(|seed| run(topology, seed, trials))
}

/// Per cut, two primaries need a cut that is found and a fence that fails: with lengths exponential of mean 60 s,
/// P(L > U(20, 30)) = exp(-1/3) (1 - exp(-1/6)) 6, times 10 %.
#[test]
fn a_fence_that_fails_leaves_two_primaries() {
    let fence = "fence: { stonith: { works: 90%, takes: 5s, otherwise: promote } }";
    let topology = cut(
        "{ exponential: { mean: 60s } }",
        &format!("{DETECT}, {fence}"),
    );
    const TRIALS: u64 = 20_000;
    let tallies = runs(&topology, TRIALS);
    let found = math::exp(-1.0 / 3.0) * (1.0 - math::exp(-1.0 / 6.0)) * 6.0;
    within_999("promotions per cut", found, |seed| {
        let promotions = &tallies[seed as usize - 1].stores[0].promotions;
        chance(promotions.nonzero(), TRIALS, found)
    });
    within_999("two primaries per cut", 0.1 * found, |seed| {
        let count = &tallies[seed as usize - 1].stores[0].dual_primary.count;
        chance(count.nonzero(), TRIALS, 0.1 * found)
    });
}

/// A cut of 300 s and no fence. Two primaries accept writes from the promotion, D + 20 s, until the old one has
/// stepped down 10 s after the cut is repaired: 263 s on average. Both receive them from the redirection, D + 30 s, to
/// the repair: 243 s. What diverges are the writes of those near the old primary, 100 a second, from the promotion to
/// the repair. What the promotion leaves behind are their writes since the cut.
#[test]
fn without_a_fence_two_primaries_last_until_the_repair() {
    let topology = cut("300s", &format!("{DETECT}, fence: none"));
    let tallies = runs(&topology, 1_000);
    let db = |seed: u64| &tallies[seed as usize - 1].stores[0];
    let detected = 27.0;
    let promoted = detected + 20.0;
    within_999("dual primary", 310.0 - promoted, |seed| {
        average(&db(seed).dual_primary.seconds)
    });
    within_999("split brain", 300.0 - promoted - 10.0, |seed| {
        average(&db(seed).split_brain.seconds)
    });
    within_999(
        "divergent, dual primary",
        100.0 * (300.0 - promoted),
        |seed| average(&db(seed).dual_primary.divergent_writes),
    );
    within_999(
        "divergent, split brain",
        100.0 * (290.0 - promoted),
        |seed| average(&db(seed).split_brain.divergent_writes),
    );
    within_999("loss, seconds", promoted, |seed| {
        average(&db(seed).rpo.seconds)
    });
    within_999("loss, writes", 100.0 * promoted, |seed| {
        average(&db(seed).rpo.writes)
    });
    within_999("episodes", 1.0, |seed| {
        mean(&db(seed).dual_primary.count, 1_000)
    });
}

/// STONITH that works on the same cut: one primary at any time, and no writes on two sides.
#[test]
fn a_fence_that_works_leaves_one_primary() {
    let fence = "fence: { stonith: { works: 100%, takes: 5s, otherwise: promote } }";
    let topology = cut("300s", &format!("{DETECT}, {fence}"));
    for tally in runs(&topology, 100) {
        let db = &tally.stores[0];
        assert_eq!(db.promotions.sum(), 100.0);
        assert_eq!(
            (db.dual_primary.count.sum(), db.split_brain.count.sum()),
            (0.0, 0.0)
        );
    }
}

/// The mean of the later of two independent times, one uniform on (22, 32) and one on (20, 30).
fn later_of_detection_and_lease() -> f64 {
    let steps = 100_000;
    let width = 12.0 / f64::from(steps);
    let below = |at: f64, from: f64| ((at - from) / 10.0).clamp(0.0, 1.0);
    let late = (0..steps).map(|step| 20.0 + (f64::from(step) + 0.5) * width);
    20.0 + late
        .map(|at| (1.0 - below(at, 22.0) * below(at, 20.0)) * width)
        .sum::<f64>()
}

/// A lease of 30 s, renewed every 10 s, runs out U(20, 30) s after the cut; the old primary stops 5 s before that, and
/// the standby is promoted 20 s after the later of that and the detection. It keeps the lease that it was granted,
/// although it does not reach its predecessor. If the old primary fails to stop, in 30 % of cuts, both accept writes
/// until 10 s after the repair.
#[test]
fn a_lease_leaves_one_primary_if_it_works() {
    const TRIALS: u64 = 4_000;
    for works in [1.0, 0.7] {
        let lease =
            format!("fence: {{ lease: {{ ttl: 30s, renew: 10s, margin: 5s, works: {works} }} }}");
        let topology = cut("300s", &format!("{DETECT}, {lease}"));
        let tallies = runs(&topology, TRIALS);
        let exact = (1.0 - works) * (310.0 - later_of_detection_and_lease() - 20.0);
        within_999("time with two primaries, per cut", exact, |seed| {
            let seconds = tallies[seed as usize - 1].stores[0]
                .dual_primary
                .seconds
                .clusters();
            mean(seconds.numerator(), TRIALS)
        });
        for (seed, tally) in SEEDS.into_iter().zip(&tallies) {
            assert_eq!(tally.stores[0].promotions.sum(), TRIALS as f64);
            let entries = journal(&topology, seed, 0);
            let over = ["lease-lost", "lease-ignored"];
            let over = entries.iter().filter(|entry| over.contains(&entry.event));
            assert_eq!(
                over.count(),
                1,
                "the new primary keeps its lease: {entries:#?}"
            );
        }
    }
}

/// A lease without margin: the old primary stops at the very moment at which the other may be promoted, and a
/// promotion that takes no time still comes after that.
#[test]
fn a_lease_without_margin() {
    let lease = "fence: { lease: { ttl: 30s, renew: 10s, margin: 0s, works: 100% } }";
    let topology = topology_without_delay(&format!("{DETECT}, {lease}"));
    for tally in runs(&topology, 200) {
        assert_eq!(tally.stores[0].promotions.sum(), 200.0);
        assert_eq!(tally.stores[0].dual_primary.count.sum(), 0.0);
    }
}

fn topology_without_delay(failover: &str) -> Topology {
    let mut topology = cut("300s", failover);
    let failover = topology.stores[0].failover.as_mut().expect("a failover");
    failover.promote.takes = fivenines::dist::Law::fixed(0.0).expect("a law");
    topology
}

/// A pair that decides by itself has two primaries after each cut that is found. Asked together with a witness that
/// still sees the primary, the standby stays what it is; and when the primary dies, both see it.
#[test]
fn a_witness_keeps_a_pair_from_splitting() {
    let alone = cut("300s", &format!("{DETECT}, fence: none"));
    let detect = "detect: { every: 10s, after: 3, timeout: 2s, from: [west, witness], agree: 2 }";
    let witnessed = cut("300s", &format!("{detect}, fence: none"));
    for (topology, cuts) in [(&alone, 100.0), (&witnessed, 0.0)] {
        for tally in runs(topology, 100) {
            let db = &tally.stores[0];
            assert_eq!(
                (db.promotions.sum(), db.dual_primary.count.sum()),
                (cuts, cuts)
            );
            assert_eq!(db.split_brain.count.sum(), cuts);
        }
    }
    let mut dies = witnessed;
    let crash = cut("300s", &format!("{detect}, fence: none")).stores[0].members[0].part;
    dies.faults[0].action = fivenines::topology::FaultAction::Down {
        places: Vec::new(),
        parts: vec![crash],
        effect: fivenines::topology::Effect::Silent,
    };
    dies.parts[crash.index()].faults.push(0_usize.into());
    for tally in runs(&dies, 100) {
        let db = &tally.stores[0];
        assert_eq!(
            (db.promotions.sum(), db.dual_primary.count.sum()),
            (100.0, 0.0)
        );
    }
}
