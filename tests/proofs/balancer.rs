//! What a balancer makes of dead instances, and what a service sheds that has too few.
//!
//! Retries go to instances not tried yet, so the chance that all of k tries meet one of d dead among n is
//! d/n * (d-1)/(n-1) * ...; each try of a silent instance costs the connect timeout out of the client's patience.

use std::ops::ControlFlow;

use fivenines::math::gamma_lower_regularised;
use fivenines::measure::run_trials;
use fivenines::time::{Span, Time};
use fivenines::topology::Topology;
use fivenines::world::note::Event;

use super::observed::{SEEDS, assert_law, assert_mean, compiled, delays, events, step};

/// A region whose zone `a` is down from 1 h to 11 h of every 11 h, which takes some of six instances.
fn zone_outage(zones: &str, effect: &str, balancer: &str, journey: &str) -> String {
    format!(
        "fivenines: 1
name: balanced
window: {{ length: 12h, start: new }}
places: {{ east: {{ zones: [{zones}] }} }}
faults:
  zone: {{ hits: east/a, every: {{ fixed: 1h }}, lasts: {{ fixed: 10h }}, effect: {effect} }}
services: {{ api: {{ runs: {{ east: 6 }} }} }}
traffic: {{ www: {{ to: api, at: east, balancer: {{ l7: {{ {balancer} }} }} }} }}
journeys: {{ visit: {{ enters: www, {journey} }} }}
"
    )
}

/// Success from just after the strike.
fn success_after(topology: &Topology) -> f64 {
    let mut success = 1.0;
    step(topology, 1, |world| {
        success = world.flow.journeys[0].now;
        if world.state.now >= Time::ZERO.after(Span::from_seconds(3600.0)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    success
}

/// The chance of an answer in time, over every order in which a request may try the instances.
fn tried_one_by_one(dead: u32, all: u32, tries: u32, each: f64, patience: f64) -> f64 {
    fn answered(dead: u32, left: u32, tries: u32, each: f64, patience: f64) -> f64 {
        if tries == 0 || left == 0 || patience < 0.0 {
            return 0.0;
        }
        let alive = f64::from(left - dead) / f64::from(left);
        let later = if dead > 0 {
            answered(dead - 1, left - 1, tries - 1, each, patience - each)
        } else {
            0.0
        };
        alive + (1.0 - alive) * later
    }
    answered(dead, all, tries, each, patience)
}

#[test]
fn retries_meet_dead_instances_without_replacement() {
    for (zones, dead) in [("a, b, c, d, e, f", 1), ("a, b, c", 2), ("a, b", 3)] {
        for tries in 1..=5 {
            let balancer = format!("tries: {tries}");
            let topology = compiled(&zone_outage(zones, "refuses", &balancer, "rate: 1/s"));
            let wanted = tried_one_by_one(dead, 6, tries, 0.0, 0.0);
            let success = success_after(&topology);
            assert!(
                (success - wanted).abs() < 1e-12,
                "{dead} {tries}: {success} {wanted}"
            );
        }
    }
}

/// Patience of 12 s bears two tries of 5 s that nobody answers, and one of 3 s bears none.
#[test]
fn silent_instances_use_up_the_patience_of_clients() {
    for (timeout, tries) in [("12s", 5), ("12s", 2), ("3s", 5), ("7s", 4), ("24s", 8)] {
        let balancer = format!("tries: {tries}, connect-timeout: 5s");
        let journey = format!("rate: 1/s, timeout: {timeout}");
        let topology = compiled(&zone_outage("a, b", "silent", &balancer, &journey));
        let patience: f64 = timeout.trim_end_matches('s').parse().unwrap();
        let wanted = tried_one_by_one(3, 6, tries, 5.0, patience);
        let success = success_after(&topology);
        assert!(
            (success - wanted).abs() < 1e-12,
            "{timeout} {tries}: {success} {wanted}"
        );
    }
}

/// A cookie sends every retry to the same instance: retries help the others only.
#[test]
fn sticky_clients_stay_with_a_dead_instance() {
    let two = 2.0 / 6.0;
    let retried = 1.0 - two / 5.0;
    let sticky = [("cookie", 1.0), ("{ sticky: 80% }", 0.8), ("none", 0.0)];
    for (affinity, share) in sticky {
        let balancer = format!("tries: 2, affinity: {affinity}");
        let topology = compiled(&zone_outage("a, b, c", "refuses", &balancer, "rate: 1/s"));
        let wanted = share * (1.0 - two) + (1.0 - share) * retried;
        assert!((success_after(&topology) - wanted).abs() < 1e-12);
    }
}

/// Two of six are dead: a third of the requests is lost until the first is ejected, a fifth until the second is. The
/// two delays are 24 s + U(0, 10 s) and independent, so their least and largest split the interval into thirds.
#[test]
fn a_zone_outage_lasts_until_active_checks_have_ejected_its_instances() {
    let balancer = "tries: 1, active: { every: 10s, timeout: 4s, after: 3 }";
    let topology = compiled(&zone_outage("a, b, c", "silent", balancer, "rate: 1/s"));
    for seed in SEEDS {
        let lost: Vec<f64> = (0..1_000)
            .map(|trial| {
                let tally = run_trials(&topology, seed, trial..trial + 1);
                tally.journeys[0].requests.lost.numerator().sum()
            })
            .collect();
        let third = 10.0 / 3.0;
        // After the repair the live instances that are kept out are not missed.
        assert_mean(&lost, (24.0 + third) / 3.0 + third / 5.0, "lost");
    }
}

/// Failures in a row at a sixth of the rate: the time to eject is a gamma law. An instance that comes back does so at
/// a random moment of its ejection.
#[test]
fn passive_health_ejects_after_so_many_requests() {
    let balancer = "tries: 1, passive: { failures: 4, ejects-for: 10m }";
    let text = zone_outage("a, b, c, d, e, f", "refuses", balancer, "rate: 3/s")
        .replace("length: 12h", "length: 3y");
    let topology = compiled(&text);
    for seed in SEEDS {
        let noted = events(&topology, seed, Span::from_seconds(1_500.0 * 11.0 * 3600.0));
        let strike = |event: &Event| matches!(event, Event::Strike(_));
        let repaired = |event: &Event| matches!(event, Event::Repaired(_));
        let out = |event: &Event| matches!(event, Event::Ejected(..));
        let back = |event: &Event| matches!(event, Event::Readmitted(..));
        let (ejected, readmitted) = (delays(&noted, strike, out), delays(&noted, repaired, back));
        assert!(ejected.len() > 1_400 && readmitted.len() > 1_400);
        // One of six gets 0.5 requests a second.
        assert_mean(&ejected, 4.0 / 0.5, "ejected");
        assert_law(
            &ejected,
            |value| gamma_lower_regularised(4.0, 0.5 * value),
            "ejected",
        );
        assert_mean(&readmitted, 300.0, "readmitted");
        assert_law(&readmitted, |value| (value / 600.0).min(1.0), "readmitted");
    }
}

/// Ejected after two failures at 2/s, 1 s on average, and tried again for as long after each minute: two requests are
/// lost in the first second and two in each 61 s from then to the repair.
#[test]
fn passive_health_limits_what_is_lost() {
    let balancer = "tries: 1, passive: { failures: 2, ejects-for: 1m }";
    let journey = "rate: 12/s";
    let topology = compiled(&zone_outage(
        "a, b, c, d, e, f",
        "refuses",
        balancer,
        journey,
    ));
    for seed in SEEDS {
        let lost: Vec<f64> = (0..1_000)
            .map(|trial| {
                let tally = run_trials(&topology, seed, trial..trial + 1);
                tally.journeys[0].requests.lost.numerator().sum()
            })
            .collect();
        assert_mean(&lost, 2.0 + 35_999.0 * 2.0 / 61.0, "lost");
    }
}

/// With every instance down and ejected, one balancer tries them all and the other answers with an error; both are
/// down until they know better.
#[test]
fn with_none_healthy_requests_are_refused_or_sent_to_all() {
    let lost = |none_healthy: &str, seed: u64| {
        let balancer = format!(
            "tries: 1, none-healthy: {none_healthy}, active: {{ every: 10s, timeout: 4s, after: 2 }}"
        );
        let text = zone_outage("a", "refuses", &balancer, "rate: 1/s")
            .replace("fixed: 10h", "fixed: 1h")
            .replace("length: 12h", "length: 2h30m");
        let tally = run_trials(&compiled(&text), seed, 0..400);
        tally.journeys[0].requests.lost.numerator().sum() / 400.0
    };
    for seed in SEEDS {
        assert!((lost("send-to-all", seed) - 3600.0).abs() < 1e-6);
        // The first of six to be found up again serves: the least of six delays of 10 s + U(0, 10 s).
        let late = lost("refuse", seed) - 3600.0;
        let deviation = 10.0 * (6.0_f64 / (49.0 * 8.0)).sqrt();
        assert!(
            (late - 10.0 - 10.0 / 7.0).abs() < 3.2905 * deviation / 20.0,
            "{late}"
        );
    }
}

/// 4000/s on two regions of 3000/s each: the survivor sheds a quarter, and shedding ends with the outage.
#[test]
fn a_lost_region_leaves_too_little_capacity() {
    let text = "fivenines: 1
name: capacity
window: { length: 12h, start: new }
places: { east: { zones: [a] }, west: { zones: [a] } }
faults:
  outage: { hits: east, every: { fixed: 1h }, lasts: { fixed: 10h }, effect: refuses }
services: { api: { runs: { east: 6, west: 6 }, instance: { serves: 500/s } } }
traffic:
  www:
    to: api
    dns:
      spread: { east: 1, west: 1 }
      ttl: 60s
      stale: []
      answers-after: 3s
      check: { every: 10s, timeout: 4s, after: 3 }
journeys: { visit: { enters: www, rate: 4000/s } }
";
    let topology = compiled(text);
    let mut later = Vec::new();
    step(&topology, 1, |world| {
        later.push((world.state.now.seconds(), world.flow.journeys[0].now));
        if world.state.now.seconds() < 12.0 * 3600.0 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let at = |hours: f64| {
        let before = later.partition_point(|(time, _)| *time <= hours * 3600.0);
        later[before - 1].1
    };
    assert!((at(0.9) - 1.0).abs() < 1e-12);
    assert!((at(1.001) - 0.5).abs() < 1e-12);
    assert!((at(5.0) - 0.75).abs() < 1e-12);
    assert!((at(11.9) - 1.0).abs() < 1e-12);
}
