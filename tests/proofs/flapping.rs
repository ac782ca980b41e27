//! Targets that change faster than they are detected.
//!
//! What to expect, thought through with probes every 10 s and a threshold of 3:
//!
//! - 20 s down, 5 s up. Five starts of probes cover the period of 25 s at distances of 5 s, so of five probes in a
//!   row exactly four fail and one passes. Three failures in a row come at the third probe or soon after, whatever
//!   the phase: it is believed down, within 55 s of the first strike. Back up takes three passes in a row, which never come: the belief
//!   holds for as long as it flaps, clients leave once, and the flapping costs no more requests.
//! - 5 s down, 20 s up. One probe of five fails. Three in a row never do: it is never believed down, no client
//!   leaves, and a fifth of the requests is lost for as long as it flaps. A real detector is as blind as that; a
//!   simulator that draws a new phase (or a new delay) at each strike would let the belief flip every few minutes.
//!
//! So the phase must be kept while it flaps and runs of results must survive. Every flap here is shorter than the
//! rest after which a phase is drawn anew, so the beliefs must equal those of a prober simulated probe by probe, to
//! the nanosecond.

use std::ops::ControlFlow;

use fivenines::engine::Plain;
use fivenines::measure::{Stage, run_trials};
use fivenines::time::{Span, Time};
use fivenines::topology::{Detector, Pace, Topology};
use fivenines::world::World;
use fivenines::world::note::Event;

use super::observed::{SEEDS, compiled, step};

fn flapping(up: &str, down: &str, effect: &str, check: &str) -> String {
    format!(
        "fivenines: 1
name: flapping
window: {{ length: 1d, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  flap: {{ hits: east, every: {up}, lasts: {down}, effect: {effect} }}
services: {{ api: {{ runs: {{ east: 1, west: 1 }} }} }}
traffic:
  www:
    to: api
    dns: {{ failover: [east, west], ttl: 60s, stale: [], answers-after: 3s, check: {{ {check} }} }}
journeys: {{ visit: {{ enters: www, rate: 100/s }} }}
"
    )
}

/// What happened to the first target: the truth, the belief, and the phases of the probers at the start.
#[derive(Default)]
struct History {
    phases: Vec<u64>,
    /// When it went down and came back.
    outages: Vec<(u64, u64)>,
    /// When the belief changed.
    beliefs: Vec<(u64, bool)>,
}

fn history(topology: &Topology, seed: u64, until: Time) -> History {
    let probers = topology.detectors[0].vantage.len();
    let mut history = History::default();
    step(topology, seed, |world: &World<'_, Plain<'_>>| {
        let now = world.state.now;
        if history.phases.is_empty() && !world.notes.is_empty() {
            // Phases are drawn when something changes for the first time; until then every probe was answered.
            let every = topology.detectors[0].every.0;
            history.phases = (0..probers)
                .map(|index| world.state.probers[index].next.0 % every)
                .collect();
        }
        for note in &world.notes {
            match note.event {
                Event::Strike(_) => history.outages.push((now.0, u64::MAX)),
                Event::Repaired(_) => history.outages.last_mut().unwrap().1 = now.0,
                Event::BelievedDown(id) if id.index() == 0 => history.beliefs.push((now.0, true)),
                Event::BelievedUp(id) if id.index() == 0 => history.beliefs.push((now.0, false)),
                _ => {}
            }
        }
        if now >= until {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    history
}

/// The opinions of one vantage point, probe by probe: when each changes, and to what.
fn opinions(
    detector: &Detector,
    phase: u64,
    outages: &[(u64, u64)],
    silent: bool,
    until: u64,
) -> Vec<(u64, bool)> {
    let wait = if silent { detector.timeout.0 } else { 0 };
    let (mut start, mut run, mut says_down) = (phase, 0, false);
    let mut changes = Vec::new();
    let mut outage = 0;
    while start < until {
        while outage < outages.len() && outages[outage].1 <= start {
            outage += 1;
        }
        let fails = outages.get(outage).is_some_and(|(from, _)| *from <= start);
        let known = if fails { start + wait } else { start };
        run = if fails == says_down { 0 } else { run + 1 };
        let needed = if says_down {
            detector.up_after
        } else {
            detector.down_after
        };
        if run == needed {
            says_down = !says_down;
            run = 0;
            changes.push((known, says_down));
        }
        start = match detector.pace {
            Pace::Fixed => start + detector.every.0,
            Pace::AfterAnswer => known + detector.every.0,
        };
    }
    changes
}

/// The beliefs of a detector whose vantage points probe one by one.
fn beliefs(detector: &Detector, history: &History, silent: bool, until: u64) -> Vec<(u64, bool)> {
    let mut changes: Vec<(u64, bool)> = history
        .phases
        .iter()
        .flat_map(|phase| opinions(detector, *phase, &history.outages, silent, until))
        .collect();
    changes.sort_unstable();
    let (mut votes, mut down) = (0, false);
    let mut beliefs = Vec::new();
    for (time, says_down) in changes {
        votes = if says_down { votes + 1 } else { votes - 1 };
        if (votes >= detector.agree) != down {
            down = !down;
            beliefs.push((time, down));
        }
    }
    beliefs
}

/// Compares beliefs with those of probes one by one; returns how many there were.
fn assert_probe_by_probe(text: &str, silent: bool, seed: u64) -> usize {
    let topology = compiled(text);
    let until = Time::ZERO.after(Span::from_seconds(86_400.0));
    let seen = history(&topology, seed, until);
    let mut wanted = beliefs(&topology.detectors[0], &seen, silent, until.0);
    // The simulator's history stops at an event, that of the probes at the hour.
    let last = seen.beliefs.len().min(wanted.len());
    assert!(seen.beliefs.len().abs_diff(wanted.len()) <= 1);
    wanted.truncate(last);
    assert_eq!(seen.beliefs[..last], wanted, "{text}");
    last
}

#[test]
fn beliefs_about_random_flaps_are_those_of_probes_one_by_one() {
    let checks = [
        "every: 10s, timeout: 4s, after: 3",
        "every: 10s, timeout: 4s, after: 3, pace: after-answer",
        "every: 10s, timeout: 4s, after: 2, back-after: 3",
        "every: 7s, timeout: 7s, after: 4, back-after: 1, pace: after-answer",
        "every: 10s, timeout: 4s, after: 3, from: 5",
        "every: 10s, timeout: 4s, after: 2, from: 16, agree: 82%, pace: after-answer",
    ];
    for seed in SEEDS {
        for check in checks {
            for (effect, silent) in [("refuses", false), ("silent", true)] {
                let (up, down) = (
                    "{ uniform: { from: 500ms, to: 38s } }",
                    "{ uniform: { from: 100ms, to: 38s } }",
                );
                let text = flapping(up, down, effect, check);
                let changes = assert_probe_by_probe(&text, silent, seed);
                assert!(changes > 100, "{check}: {changes} changes");
            }
        }
    }
}

#[test]
fn mostly_down_is_believed_down_once_and_for_all() {
    for seed in SEEDS {
        let text = flapping("{ fixed: 5s }", "{ fixed: 20s }", "refuses", CHECK);
        assert_eq!(assert_probe_by_probe(&text, false, seed), 1);
        let topology = compiled(&text);
        let seen = history(&topology, seed, Time::ZERO.after(Span::from_seconds(600.0)));
        let believed = Span(seen.beliefs[0].0).seconds();
        assert!((25.0..=60.0).contains(&believed), "{believed}");

        // Everybody is lost in each outage until the answer changes; then who has not asked again since.
        let changed = believed + 3.0;
        let lost: f64 = (0..40)
            .map(|flap| {
                let (from, to) = (5.0 + 25.0 * f64::from(flap), 25.0 + 25.0 * f64::from(flap));
                stale_seconds(changed, to) - stale_seconds(changed, from)
            })
            .sum();
        let tally = run_trials(&topology, seed, 0..1);
        let measured = tally.journeys[0].requests.lost.numerator().sum() / 100.0;
        assert!((measured - lost).abs() < 1e-6, "{measured} {lost}");
    }
}

const CHECK: &str = "every: 10s, timeout: 4s, after: 3";

/// The integral, from the start to a time, of the share of clients at the old target, with a TTL of 60 s.
fn stale_seconds(changed: f64, time: f64) -> f64 {
    let since = (time - changed).clamp(0.0, 60.0);
    time.min(changed) + since - since * since / 120.0
}

#[test]
fn mostly_up_is_never_believed_down() {
    for seed in SEEDS {
        let text = flapping("{ fixed: 20s }", "{ fixed: 5s }", "refuses", CHECK);
        assert_eq!(assert_probe_by_probe(&text, false, seed), 0);
        let tally = run_trials(&compiled(&text), seed, 0..1);
        let journey = &tally.journeys[0];
        let lost = journey.requests.lost.numerator().sum() / journey.requests.lost.denominator();
        assert!((lost - 0.2).abs() < 1e-9, "{lost}");
        assert!(!journey.stages.contains_key(&Stage::Drain));
        // Back for less than a minute each time: one incident, still open at the end, cut off.
        assert_eq!((journey.outages.sum(), tally.cut_off), (0.0, 1));
    }
}

/// Flaps that silence hides from a slow prober: it is down 29 s of 30 s, and every probe meets the second when it is
/// up.
#[test]
fn a_target_in_step_with_its_prober_is_seen_up() {
    let topology = compiled(&flapping(
        "{ fixed: 1s }",
        "{ fixed: 29s }",
        "silent",
        "every: 30s, timeout: 4s, after: 2",
    ));
    let until = Time::ZERO.after(Span::from_seconds(3_000.0));
    let (mut blind, mut seeing) = (0, 0);
    for seed in 1..=300 {
        let seen = history(&topology, seed, until);
        if Span(seen.phases[0]) < Span::from_seconds(1.0) {
            blind += 1;
            assert!(seen.beliefs.is_empty());
        } else {
            seeing += 1;
            assert_eq!(seen.beliefs.len(), 1);
        }
    }
    assert!(blind >= 1 && seeing >= 250, "{blind} {seeing}");
}
