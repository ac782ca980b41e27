//! What DNS answers, and what it costs that clients follow late.
//!
//! A client that honours a TTL of T asks again every T, at moments that have nothing to do with the answers: the share
//! whose last answer is older than t is 1 - t/T. A client that holds on for an exponential time of mean m asks again
//! as a Poisson process: that share is exp(-t/m). Requests lost to a dead target are therefore the delay until the
//! answer changes plus the integral of S(t).

use std::ops::ControlFlow;

use fivenines::engine::Plain;
use fivenines::math;
use fivenines::measure::{Stage, run_trials};
use fivenines::time::{Span, Time};
use fivenines::topology::{Topology, TrafficId};
use fivenines::world::World;
use fivenines::world::note::Event;

use super::observed::{SEEDS, assert_mean, brute_force, compiled, events, step};

const ENTRY: TrafficId = TrafficId(0);
const RATE: f64 = 100.0;

fn model(faults: &str, dns: &str) -> String {
    format!(
        "fivenines: 1
name: names
window: {{ length: 2d, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }}, north: {{ zones: [a] }} }}
faults: {{ {faults} }}
services: {{ api: {{ runs: {{ east: 1, west: 1, north: 1 }} }} }}
traffic: {{ www: {{ to: api, dns: {{ {dns} }} }} }}
journeys: {{ visit: {{ enters: www, rate: {RATE}/s }} }}
"
    )
}

/// One outage of a place, from and to an hour.
fn outage(place: &str, from: f64, to: f64) -> String {
    let lasts = to - from;
    format!(
        "{place}: {{ hits: {place}, every: {{ fixed: {from}h }}, lasts: {{ fixed: {lasts}h }}, effect: refuses }}"
    )
}

const CHECK: &str = "check: { every: 10s, timeout: 4s, after: 3 }";

fn shares(world: &World<'_, Plain<'_>>) -> Vec<f64> {
    world.shares(ENTRY, world.state.now).collect()
}

/// The answer given at each of these hours.
fn answers(topology: &Topology, seed: u64, hours: &[f64]) -> Vec<Vec<f64>> {
    let mut found = Vec::new();
    let mut last = Vec::new();
    step(topology, seed, |world| {
        while found.len() < hours.len() && world.state.now.seconds() > hours[found.len()] * 3600.0 {
            found.push(std::mem::take(&mut last));
            last.clone_from(&found[found.len() - 1]);
        }
        last.clone_from(&world.state.traffic[0].answer);
        if found.len() == hours.len() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(found.len(), hours.len());
    found
}

/// Requests lost in each of several independent outages, in seconds of full load.
fn lost_seconds(topology: &Topology, seed: u64, trials: u64) -> Vec<f64> {
    (0..trials)
        .map(|trial| {
            let tally = run_trials(topology, seed, trial..trial + 1);
            tally.journeys[0].requests.lost.numerator().sum() / RATE
        })
        .collect()
}

/// Detection takes 25 s on average, the answer 3 s, and clients leave over 60 s.
#[test]
fn a_lost_region_costs_detection_answer_and_half_a_ttl() {
    let dns = format!("failover: [east, west], ttl: 60s, stale: [], answers-after: 3s, {CHECK}");
    let topology = compiled(&model(&outage("east", 1.0, 11.0), &dns));
    for seed in SEEDS {
        let lost = lost_seconds(&topology, seed, 300);
        // Two outages start in two days: after 1 h, and 1 h after the end of the first; 1 to 4 in all.
        let outages = (48.0_f64 / 11.0).floor() + 1.0;
        let per_outage: Vec<f64> = lost.iter().map(|lost| lost / outages).collect();
        assert_mean(&per_outage, 25.0 + 3.0 + 30.0, "lost");
        let tally = run_trials(&topology, seed, 0..100);
        let stages = &tally.journeys[0].stages;
        let mean = |stage| stages[&stage].sum() / 100.0 / outages;
        assert!((mean(Stage::Redirect) - 3.0).abs() < 1e-6);
        // A journey is down until 1 % of its clients are left at the dead target.
        assert!((mean(Stage::Drain) - 0.99 * 60.0).abs() < 1e-6);
    }
}

/// The part of S(t) that holds on, integrated up to a time in seconds.
fn held_on(seconds: f64) -> f64 {
    [(0.123, 120.0), (0.026, 3600.0)]
        .iter()
        .map(|(share, mean): &(f64, f64)| share * mean * (1.0 - math::exp(-seconds / mean)))
        .sum()
}

/// The straight pieces keep the whole integral of the curve.
#[test]
fn clients_that_hold_on_cost_their_mean_time() {
    let dns = format!("failover: [east, west], ttl: 60s, answers-after: 3s, {CHECK}");
    let topology = compiled(&model(&outage("east", 5.0, 47.0), &dns));
    for seed in SEEDS {
        let lost = lost_seconds(&topology, seed, 300);
        assert_mean(&lost, 28.0 + 0.851 * 30.0 + held_on(42.0 * 3600.0), "lost");
    }
}

/// An outage of an hour cuts the tail short; the pieces then differ from the curve by at most 1 %.
#[test]
fn a_repair_cuts_the_tail_short() {
    let dns =
        format!("failover: [east, west], ttl: 60s, answers-after: 3s, fail-back: never, {CHECK}");
    let topology = compiled(&model(&outage("east", 40.0, 41.0), &dns));
    for seed in SEEDS {
        let lost = lost_seconds(&topology, seed, 300);
        let mean = lost.iter().sum::<f64>() / 300.0;
        let exact = 28.0 + 0.851 * 30.0 + held_on(3600.0 - 28.0);
        // Detection is uniform over 10 s: 99.9 % of 300 are within 0.55 s.
        assert!((mean - exact).abs() < 0.01 * exact + 0.55, "{mean} {exact}");
    }
}

/// With the default law, answers take 1 s to 5 s; a share of clients moves back without a loss.
#[test]
fn delay_of_the_answer_has_its_mean() {
    let dns = format!("failover: [east, west], ttl: 20s, stale: [], {CHECK}");
    let topology = compiled(&model(&outage("east", 40.0, 47.0), &dns));
    for seed in SEEDS {
        assert_mean(
            &lost_seconds(&topology, seed, 600),
            25.0 + 3.0 + 10.0,
            "lost",
        );
    }
}

/// Half of the clients are spread to the lost region.
#[test]
fn spread_loses_the_share_of_the_region() {
    let dns =
        format!("spread: {{ east: 1, west: 3 }}, ttl: 60s, stale: [], answers-after: 3s, {CHECK}");
    let topology = compiled(&model(&outage("east", 40.0, 47.0), &dns));
    for seed in SEEDS {
        assert_mean(&lost_seconds(&topology, seed, 300), 0.25 * 58.0, "lost");
    }
    let hours = [39.0, 41.0, 47.9];
    let given = answers(&topology, 1, &hours);
    assert_eq!(given, [[0.25, 0.75], [0.0, 1.0], [0.25, 0.75]]);
}

/// East is down from 1 h to 21 h, west from 2 h to 4 h and from 6 h to 8 h.
#[test]
fn with_nothing_healthy_failover_answers_the_first_and_spread_all() {
    let faults = format!(
        "{}, {}",
        outage("east", 1.0, 21.0),
        outage("west", 2.0, 4.0)
    );
    let hours = [0.5, 1.5, 3.0, 5.0, 7.0];
    let failover = model(
        &faults,
        &format!("failover: [east, west], ttl: 60s, {CHECK}"),
    );
    let given = answers(&compiled(&failover), 1, &hours);
    let (east, west) = (vec![1.0, 0.0], vec![0.0, 1.0]);
    assert_eq!(given, [&east, &west, &east, &west, &east].map(Clone::clone));
    let spread = model(
        &faults,
        &format!("spread: {{ east: 1, west: 4 }}, ttl: 60s, {CHECK}"),
    );
    let given = answers(&compiled(&spread), 1, &hours);
    let all = vec![0.2, 0.8];
    assert_eq!(given, [&all, &west, &all, &west, &all].map(Clone::clone));
}

/// Without a check nothing is ever taken out.
#[test]
fn without_a_check_the_answer_stays() {
    let text = model(
        &outage("east", 1.0, 47.0),
        "failover: [east, west], ttl: 60s",
    );
    let given = answers(&compiled(&text), 1, &[1.5, 24.0]);
    assert_eq!(given, [[1.0, 0.0], [1.0, 0.0]]);
}

/// The times of a kind of event, in seconds.
fn times(noted: &[(Time, Event)], wanted: impl Fn(&Event) -> bool) -> Vec<f64> {
    let found = noted.iter().filter(|(_, event)| wanted(event));
    found.map(|(time, _)| time.seconds()).collect()
}

#[test]
fn fail_back_is_at_once_held_or_never() {
    let of = |fail_back: &str, seed: u64| {
        let dns = format!(
            "failover: [east, west], ttl: 60s, answers-after: 3s, fail-back: {fail_back}, {CHECK}"
        );
        let topology = compiled(&model(&outage("east", 1.0, 2.0), &dns));
        let noted = events(&topology, seed, Span::from_seconds(2.9 * 3600.0));
        let up = times(&noted, |event| matches!(event, Event::BelievedUp(_)));
        let changed = times(&noted, |event| matches!(event, Event::AnswerChanged(_)));
        assert_eq!(up.len(), 1);
        (up[0], changed)
    };
    for seed in SEEDS {
        let (up, changed) = of("automatic", seed);
        assert!(changed.len() == 2 && (changed[1] - up - 3.0).abs() < 1e-6);
        let (up, changed) = of("{ after: 10m }", seed);
        assert!(changed.len() == 2 && (changed[1] - up - 603.0).abs() < 1e-6);
        let (_, changed) = of("never", seed);
        assert_eq!(changed.len(), 1);
    }
}

/// East is up for 20 min at a time and is asked for 30 min: it never gets its clients back until west fails at 6 h.
#[test]
fn a_held_fail_back_starts_over_with_each_outage() {
    let faults = format!(
        "east: {{ hits: east, every: {{ fixed: 20m }}, lasts: {{ fixed: 10m }}, effect: refuses }}, {}",
        outage("west", 6.1, 47.0)
    );
    let dns = format!(
        "failover: [east, west], ttl: 60s, answers-after: 3s, fail-back: {{ after: 30m }}, {CHECK}"
    );
    for seed in SEEDS {
        let topology = compiled(&model(&faults, &dns));
        let noted = events(&topology, seed, Span::from_seconds(7.0 * 3600.0));
        let changed = times(&noted, |event| matches!(event, Event::AnswerChanged(_)));
        assert_eq!(changed.len(), 2, "{changed:?}");
        assert!((6.1..6.12).contains(&(changed[1] / 3600.0)));
    }
}

/// A belief that changes back before the answer is published publishes nothing.
#[test]
fn an_answer_that_is_no_longer_wanted_is_not_given() {
    let faults =
        "east: { hits: east, every: { fixed: 1h }, lasts: { fixed: 40s }, effect: refuses }";
    let dns = format!("failover: [east, west], ttl: 60s, stale: [], answers-after: 60s, {CHECK}");
    for seed in SEEDS {
        let topology = compiled(&model(faults, &dns));
        let noted = events(&topology, seed, Span::from_seconds(40.0 * 3600.0));
        let due = times(&noted, |event| matches!(event, Event::AnswerDue(_)));
        assert!(due.len() > 30);
        assert!(times(&noted, |event| matches!(event, Event::AnswerChanged(_))).is_empty());
    }
}

/// The answers a world gave, and the shares of clients it found at regular moments.
struct Watched {
    answers: Vec<(f64, Vec<f64>)>,
    shares: Vec<(f64, Vec<f64>)>,
}

fn watched(topology: &Topology, seed: u64, until: f64, each: f64) -> Watched {
    let mut watched = Watched {
        answers: Vec::new(),
        shares: Vec::new(),
    };
    let mut next = each;
    step(topology, seed, |world| {
        let now = world.state.now.seconds();
        let answer = &world.state.traffic[0].answer;
        if watched
            .answers
            .last()
            .is_none_or(|(_, last)| last != answer)
        {
            watched.answers.push((now, answer.clone()));
        }
        if now >= next {
            let shares = shares(world);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            watched.shares.push((now, shares));
            next = now + each;
        }
        if now > until {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    watched
}

/// The answer that a client got at a time.
fn given(answers: &[(f64, Vec<f64>)], time: f64) -> &[f64] {
    let after = answers.partition_point(|(from, _)| *from <= time);
    &answers[after.saturating_sub(1)].1
}

/// Three regions that flap so often that many answers are in use at once.
fn restless(stale: &str) -> Topology {
    let flap = |place: &str| {
        format!(
            "{place}: {{ hits: {place}, every: {{ mean: 100s }}, lasts: {{ mean: 30s }}, effect: refuses }}"
        )
    };
    let faults = ["east", "west", "north"].map(flap).join(", ");
    let dns = format!(
        "spread: {{ east: 1, west: 2, north: 3 }}, ttl: 60s, {stale} answers-after: 1s, \
         check: {{ every: 2s, timeout: 1s, after: 1 }}"
    );
    compiled(&model(&faults, &dns))
}

/// Each client asks every 60 s from a phase of its own: the shares equal a count over clients at every moment. Only
/// where more than eight answers are in use at once are the oldest mixed, and then their clients are off a little.
#[test]
fn superposed_flaps_are_clients_that_ask_every_ttl() {
    const CLIENTS: u32 = 2_000;
    let topology = restless("stale: [],");
    for seed in SEEDS {
        let watched = watched(&topology, seed, 40_000.0, 37.0);
        assert!(watched.answers.len() > 1_000 && watched.shares.len() > 700);
        let mut crowds = 0;
        for (time, shares) in &watched.shares {
            let mut counted = [0.0; 3];
            for client in 0..CLIENTS {
                let phase = 60.0 * (f64::from(client) + 0.5) / f64::from(CLIENTS);
                let asked = phase + ((time - phase) / 60.0).floor() * 60.0;
                for (sum, share) in counted.iter_mut().zip(given(&watched.answers, asked)) {
                    *sum += share / f64::from(CLIENTS);
                }
            }
            let recent = |(from, _): &&(f64, Vec<f64>)| (time - 120.0..=*time).contains(from);
            let crowded = watched.answers.iter().filter(recent).count() > 8;
            // Each answer of a minute is counted to one client.
            let tolerance = if crowded { 0.1 } else { 0.005 };
            crowds += u32::from(crowded);
            for (share, counted) in shares.iter().zip(counted) {
                assert!(
                    (share - counted).abs() < tolerance,
                    "{time}: {share} {counted}"
                );
            }
        }
        assert!((10..200).contains(&crowds), "{crowds}");
    }
}

/// Clients that hold on ask as Poisson processes; old answers are merged by mass, the curve is in straight pieces.
/// Over many moments the shares agree with single clients drawn at random, without a bias.
#[test]
fn superposed_flaps_with_clients_that_hold_on() {
    const CLIENTS: u64 = 40;
    let topology = restless("");
    for seed in SEEDS {
        let watched = watched(&topology, seed, 160_000.0, 150.0);
        let mut differences = vec![Vec::new(); 3];
        let late = watched.shares.iter().filter(|(time, _)| *time > 40_000.0);
        for (index, (time, shares)) in late.enumerate() {
            let mut stream = brute_force(seed, index as u64);
            let mut counted = [0.0; 3];
            for _ in 0..CLIENTS {
                let sort = stream.uniform();
                let age = match sort {
                    sort if sort < 0.123 => -120.0 * math::ln(stream.uniform()),
                    sort if sort < 0.149 => -3600.0 * math::ln(stream.uniform()),
                    _ => 60.0 * stream.uniform(),
                };
                for (sum, share) in counted.iter_mut().zip(given(&watched.answers, time - age)) {
                    *sum += share / CLIENTS as f64;
                }
            }
            for (target, counted) in counted.iter().enumerate() {
                differences[target].push(shares[target] - counted);
                assert!((shares[target] - counted).abs() < 0.4);
            }
        }
        for (target, differences) in differences.iter().enumerate() {
            assert!(differences.len() > 500);
            assert_mean(differences, 0.0, &format!("target {target}"));
        }
    }
}
