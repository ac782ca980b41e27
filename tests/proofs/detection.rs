//! How long a failure and a recovery go unseen, and how often a detector sees a failure where there is none.
//!
//! The probes of one vantage point start at a random phase of their interval I, so the first to meet a change does so
//! after U(0, I); the N-th in a row decides, each P after the one before (P is I, or I + timeout where the interval
//! runs from the answer and nothing answers); its result is known at once or after the timeout. With several vantage
//! points the one that completes the quorum counts: an order statistic of uniform phases, a beta law.

use fivenines::math::beta_lower_regularised;
use fivenines::time::Span;
use fivenines::world::note::Event;

use super::observed::{
    SEEDS, assert_law, assert_mean, assert_same_mean, brute_force, compiled, delays, events,
};

const CYCLES: u64 = 1_500;

/// A region that is down an hour and up an hour, in turn.
fn cycles(effect: &str, check: &str) -> String {
    format!(
        "fivenines: 1
name: cycles
window: {{ length: 365d, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  outage: {{ hits: east, every: {{ fixed: 1h }}, lasts: {{ fixed: 1h }}, effect: {effect} }}
services: {{ api: {{ runs: {{ east: 1, west: 1 }} }} }}
traffic: {{ www: {{ to: api, dns: {{ failover: [east, west], ttl: 60s, check: {{ {check} }} }} }} }}
journeys: {{ visit: {{ enters: www, rate: 1/s }} }}
"
    )
}

/// Delays until the failure is believed, and until the recovery is.
fn seen(effect: &str, check: &str, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let topology = compiled(&cycles(effect, check));
    let noted = events(&topology, seed, Span::from_seconds(CYCLES as f64 * 7200.0));
    let strike = |event: &Event| matches!(event, Event::Strike(_));
    let repaired = |event: &Event| matches!(event, Event::Repaired(_));
    let down = |event: &Event| matches!(event, Event::BelievedDown(_));
    let up = |event: &Event| matches!(event, Event::BelievedUp(_));
    let found = (delays(&noted, strike, down), delays(&noted, repaired, up));
    assert!(found.0.len() as u64 >= CYCLES - 1 && found.1.len() as u64 >= CYCLES - 1);
    found
}

fn assert_uniform(values: &[f64], from: f64, length: f64, what: &str) {
    assert_mean(values, from + length / 2.0, what);
    assert_law(
        values,
        |value| ((value - from) / length).clamp(0.0, 1.0),
        what,
    );
}

/// The law of the `rank`-th smallest of `count` phases in an interval, after a fixed start.
fn assert_rank(values: &[f64], start: f64, length: f64, (rank, count): (u32, u32), what: &str) {
    let (a, b) = (f64::from(rank), f64::from(count - rank + 1));
    assert_mean(values, start + length * a / (a + b), what);
    let law = |value: f64| beta_lower_regularised(a, b, ((value - start) / length).clamp(0.0, 1.0));
    assert_law(values, law, what);
}

#[test]
fn one_prober_and_a_target_that_refuses() {
    for seed in SEEDS {
        let (down, up) = seen("refuses", "every: 10s, timeout: 4s, after: 3", seed);
        assert_uniform(&down, 20.0, 10.0, "down");
        assert_uniform(&up, 20.0, 10.0, "up");
    }
}

#[test]
fn one_prober_and_a_silent_target_at_a_fixed_pace() {
    for seed in SEEDS {
        let (down, up) = seen("silent", "every: 10s, timeout: 4s, after: 3", seed);
        assert_uniform(&down, 24.0, 10.0, "down");
        assert_uniform(&up, 20.0, 10.0, "up");
    }
}

/// Silence stretches the distance of probes to 14 s, until the first probe after the repair.
#[test]
fn one_prober_and_a_silent_target_paced_by_answers() {
    for seed in SEEDS {
        let check = "every: 10s, timeout: 4s, after: 3, pace: after-answer";
        let (down, up) = seen("silent", check, seed);
        assert_uniform(&down, 32.0, 10.0, "down");
        assert_uniform(&up, 20.0, 14.0, "up");
    }
}

#[test]
fn one_prober_and_a_target_that_refuses_paced_by_answers() {
    for seed in SEEDS {
        let check = "every: 30s, timeout: 4s, after: 2, pace: after-answer";
        let (down, up) = seen("refuses", check, seed);
        assert_uniform(&down, 30.0, 30.0, "down");
        assert_uniform(&up, 30.0, 30.0, "up");
    }
}

#[test]
fn the_first_failed_probe_may_decide() {
    for seed in SEEDS {
        let (down, up) = seen("silent", "every: 10s, timeout: 2s, after: 1", seed);
        assert_uniform(&down, 2.0, 10.0, "down");
        assert_uniform(&up, 0.0, 10.0, "up");
    }
}

#[test]
fn recovery_has_a_threshold_of_its_own() {
    for seed in SEEDS {
        let check = "every: 10s, timeout: 4s, after: 2, back-after: 5";
        let (down, up) = seen("refuses", check, seed);
        assert_uniform(&down, 10.0, 10.0, "down");
        assert_uniform(&up, 40.0, 10.0, "up");
    }
}

/// 82 % of 16 are 14, so that 3 of 16 who find it up bring it back: recovery is seen sooner than failure. The means
/// are those of uniform order statistics, 20 + 10 * 14 / 17 = 28.2 s, 12 s later in silence, and 20 + 10 * 3 / 17 =
/// 21.8 s; after silence the stretched distance of probes makes it 20 + 14 * 3 / 17 = 22.5 s.
#[test]
fn sixteen_vantage_points_by_order_statistics() {
    let check = "every: 10s, timeout: 4s, after: 3, pace: after-answer, from: 16, agree: 82%";
    for seed in SEEDS {
        let (down, up) = seen("refuses", check, seed);
        assert_rank(&down, 20.0, 10.0, (14, 16), "refused: down");
        assert_rank(&up, 20.0, 10.0, (3, 16), "refused: up");
        let (down, up) = seen("silent", check, seed);
        assert_rank(&down, 32.0, 10.0, (14, 16), "silent: down");
        assert_rank(&up, 20.0, 14.0, (3, 16), "silent: up");
    }
}

/// The same table at an interval of 30 s and a threshold of 1: 24.7 s, 28.7 s and 5.3 s.
#[test]
fn sixteen_slow_vantage_points_that_decide_at_once() {
    let check = "every: 30s, timeout: 4s, after: 1, from: 16, agree: 82%";
    for seed in SEEDS {
        let (down, up) = seen("refuses", check, seed);
        assert_rank(&down, 0.0, 30.0, (14, 16), "refused: down");
        assert_rank(&up, 0.0, 30.0, (3, 16), "refused: up");
        let (down, _) = seen("silent", check, seed);
        assert_rank(&down, 4.0, 30.0, (14, 16), "silent: down");
    }
}

/// Not the mean of the probers: a majority of three is the middle one.
#[test]
fn a_majority_of_three() {
    for seed in SEEDS {
        let (down, up) = seen("refuses", "every: 12s, after: 2, from: 3", seed);
        assert_rank(&down, 12.0, 12.0, (2, 3), "down");
        assert_rank(&up, 12.0, 12.0, (2, 3), "up");
    }
}

/// Probes of a healthy target, one by one, until `after` fail in a row; seconds.
fn first_run_of_failures(every: f64, after: u32, chance: f64, seed: u64, trial: u64) -> f64 {
    let mut stream = brute_force(seed, trial);
    let mut time = stream.uniform() * every;
    let mut run = 0;
    loop {
        run = if stream.uniform() < chance {
            run + 1
        } else {
            0
        };
        if run == after {
            return time;
        }
        time += every;
    }
}

/// The law is an exponential of the exact mean. Its first alarm comes half an interval late (5 s of 11 100 s), which
/// these samples do not resolve; later ones are not affected.
#[test]
fn false_alarms_of_one_prober() {
    let check = "every: 10s, after: 3, back-after: 2, false-positive: 10%";
    let quiet = cycles("refuses", check).replace("every: { fixed: 1h }", "every: { fixed: 100y }");
    let topology = compiled(&quiet);
    for seed in SEEDS {
        let noted = events(&topology, seed, Span::from_seconds(4e7));
        let alarm = |event: &Event| matches!(event, Event::FalseAlarm(id) if id.index() == 0);
        let between = delays(&noted, alarm, alarm);
        let wanted: Vec<f64> = (0..2_000)
            .map(|trial| first_run_of_failures(10.0, 3, 0.1, seed, trial))
            .collect();
        assert_same_mean(&between, &wanted, "between alarms");
        assert_mean(&between, 10.0 * (1.0 - 1e-3) / (0.9 * 1e-3), "exact");
        // The prober has just probed and finds out by the next two probes; that those fail too is left out.
        let down = |event: &Event| matches!(event, Event::BelievedDown(id) if id.index() == 0);
        let up = |event: &Event| matches!(event, Event::BelievedUp(id) if id.index() == 0);
        let believed = delays(&noted, down, up);
        assert!(believed.len() > 2_000);
        assert!(believed.iter().all(|seconds| (seconds - 20.0).abs() < 1e-6));
    }
}
