//! One-way loss of reachability during a failover.
//!
//! A link that loses the packets of one direction only. A request and its answer need both, so who asks across such a
//! link hears nothing, whichever direction is cut; who does not ask across it notices nothing.
//!
//! (a) east -> west is cut, the primary is in the east. The standby's probes arrive, their answers don't: it sees
//! silence. Its replication stream stops, for the writes don't arrive. The primary sees a standby that acknowledges
//! nothing, has no reason to stop by itself, and serves those in the east. So the standby is promoted, having lost all
//! that was acknowledged since the cut; the old primary is what the fence makes of it, and without a fence it goes on
//! until the repair. Those in the west reach nobody until they are redirected.
//!
//! (b) west -> east is cut. The probes don't arrive: the same silence. The writes do arrive, but acknowledgements and
//! requests of the stream don't, and replication over a connection stops as well. The rest is as in (a).
//!
//! (c) internet -> east is cut. The standby hears the primary and replicates: from where it stands all is well, and it
//! must not be promoted. Callers on the internet wait for the repair, and the cut alone is to blame. Only a detector on
//! the internet sees what they see; a failover on its word finds the old primary connected, which steps down.
//!
//! Each standby probes every 10 s, three probes must fail, each waits for 2 s: found D = U(22, 32) s after the cut.

use fivenines::measure::{Entry, Stage, Tally, journal};
use fivenines::topology::{Scope, Topology};

use super::support::{SEEDS, ratio, run, topology, within_999};

/// Seconds after which the cut strikes, and for which it lasts.
const STRUCK: f64 = 3_600.0;
const LASTS: f64 = 300.0;

const STONITH: &str = "{ stonith: { works: 100%, takes: 5s, otherwise: promote } }";
const LEASE: &str = "{ lease: { ttl: 30s, renew: 10s, margin: 5s, works: 100% } }";

fn cut(link: &str, from: &str, fence: &str) -> Topology {
    topology(&format!(
        "window: {{ length: 80m, start: new }}
places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  cut: {{ cuts: {link}, every: {{ fixed: 1h }}, lasts: 300s }}
services: {{ app: {{ runs: {{ east: 1, west: 1 }} }} }}
stores:
  db:
    members: {{ primary: east/a, async: west/a }}
    replication: async
    failover:
      detect: {{ every: 10s, after: 3, timeout: 2s, from: {from}, agree: 1 }}
      fence: {fence}
      promote: 20s
      redirect: 10s
traffic:
  east: {{ to: app, at: east }}
  west: {{ to: app, at: west }}
journeys:
  east: {{ enters: east, writes: db, rate: 100/s }}
  west: {{ enters: west, writes: db, rate: 50/s }}
"
    ))
}

/// Seconds after the cut of the first entry with this word.
fn after_cut(entries: &[Entry], event: &str) -> Option<f64> {
    let found = entries.iter().find(|entry| entry.event == event);
    found.map(|entry| entry.time.seconds() - STRUCK)
}

fn is(found: Option<f64>, exact: f64) -> bool {
    found.is_some_and(|found| (found - exact).abs() < 1e-6)
}

/// The sets of causes of a journey's downtime, by the paths of the model.
fn causes(topology: &Topology, tally: &Tally, journey: usize) -> Vec<Vec<String>> {
    let path = |cause: &u32| topology.causes[*cause as usize].path.clone();
    let rows = tally.journeys[journey].causes.keys();
    rows.map(|row| row.iter().map(path).collect()).collect()
}

fn scopes(tally: &Tally, journey: usize) -> Vec<Scope> {
    tally.journeys[journey]
        .rto_by_scope
        .keys()
        .copied()
        .collect()
}

/// Every step, and everything that it leads to, goes back to the cut.
fn goes_back_to_the_cut(entries: &[Entry]) {
    let steps = [
        "believed-down",
        "recovery-begins",
        "decided",
        "fenced",
        "promoted",
        "redirected",
    ];
    for entry in entries.iter().filter(|entry| steps.contains(&entry.event)) {
        let because = entry
            .because
            .unwrap_or_else(|| panic!("no reason: {entry:?}"));
        let because = &entries[because];
        assert!(
            because.path.starts_with("faults.cut.") && because.event == "strike",
            "{entry:?}"
        );
    }
    for entry in entries
        .iter()
        .filter(|entry| entry.event == "incident-opened")
    {
        assert!(entry.detail.contains("faults.cut."), "{entry:?}");
    }
}

/// (a) and (b): the standby hears nothing and takes over.
#[test]
fn either_direction_silences_the_link() {
    for link in ["east -> west", "west -> east"] {
        for fence in ["none", STONITH, LEASE] {
            let topology = cut(link, "standbys", fence);
            for seed in SEEDS {
                for trial in 0..20 {
                    takes_over(&journal(&topology, seed, trial), fence);
                }
            }
        }
    }
}

fn takes_over(entries: &[Entry], fence: &str) {
    let found = after_cut(entries, "believed-down").expect("the standby finds the primary down");
    assert!((22.0..=32.0).contains(&found), "{found}");
    assert!(is(after_cut(entries, "decided"), found));
    let promoted = after_cut(entries, "promoted").expect("the standby is promoted");
    let lost = entries
        .iter()
        .find(|entry| entry.event == "promoted")
        .expect("an entry");
    let fenced = promoted - 20.0;
    // Replication stops with the cut. It goes on losing writes until the old primary stops.
    let stopped = match fence {
        "none" => {
            assert!((fenced - found).abs() < 1e-6);
            let heal = LASTS;
            assert!(is(after_cut(entries, "dual-primary"), promoted));
            assert!(is(after_cut(entries, "split-brain"), promoted + 10.0));
            assert!(is(after_cut(entries, "split-brain-over"), heal));
            assert!(is(after_cut(entries, "stepped-down"), heal + 10.0));
            assert!(is(after_cut(entries, "single-primary"), heal + 10.0));
            promoted
        }
        STONITH => {
            assert!(is(after_cut(entries, "fenced"), fenced) && is(Some(fenced), found + 5.0));
            fenced
        }
        _ => {
            let stopped = after_cut(entries, "lease-lost").expect("the lease runs out");
            assert!((15.0..=25.0).contains(&stopped), "{stopped}");
            assert!((fenced - found.max(stopped + 5.0)).abs() < 1e-6);
            stopped
        }
    };
    if fence != "none" {
        assert_eq!(after_cut(entries, "dual-primary"), None);
        assert_eq!(after_cut(entries, "split-brain"), None);
    }
    let seconds = lost.detail.split(' ').next().expect("a number");
    let seconds: f64 = seconds.parse().expect("a number");
    assert!((seconds - stopped).abs() < 1e-3, "{seconds} of {stopped}");
    assert!(is(after_cut(entries, "redirected"), promoted + 10.0));
    assert_eq!(
        entries
            .iter()
            .filter(|entry| entry.event == "recovery-begins")
            .count(),
        1,
        "{entries:#?}"
    );
    goes_back_to_the_cut(entries);
}

/// (a) and (b): those in the west are down from the cut to the redirection, stage by stage; the cut is always a cause,
/// and the failover is one while it runs. Those near the fenced primary are down until the repair.
#[test]
fn the_cut_is_to_blame() {
    const TRIALS: u64 = 400;
    let sets = |sets: &[&[&str]]| -> Vec<Vec<String>> {
        sets.iter()
            .map(|set| set.iter().map(|&path| path.to_owned()).collect())
            .collect()
    };
    for link in ["east -> west", "west -> east"] {
        let topology = cut(link, "standbys", STONITH);
        let tallies = SEEDS.map(|seed| run(&topology, seed, TRIALS));
        let of_seed = |seed: u64| &tallies[seed as usize - 1];
        let west = [
            (Stage::Detect, 27.0),
            (Stage::Fence, 5.0),
            (Stage::Promote, 20.0),
            (Stage::Redirect, 10.0),
        ];
        for (stage, exact) in west {
            within_999(stage.name(), exact, |seed| {
                ratio(
                    of_seed(seed).journeys[1].rto.stages[&stage].clusters(),
                    TRIALS,
                )
            });
        }
        let east = [
            (Stage::Promote, 20.0),
            (Stage::Redirect, 10.0),
            (Stage::Repair, LASTS - 27.0 - 35.0),
        ];
        for (stage, exact) in east {
            within_999(stage.name(), exact, |seed| {
                ratio(
                    of_seed(seed).journeys[0].rto.stages[&stage].clusters(),
                    TRIALS,
                )
            });
        }
        for tally in &tallies {
            assert!(!tally.journeys[1].rto.stages.contains_key(&Stage::Repair));
            for journey in [0, 1] {
                assert_eq!(scopes(tally, journey), [Scope::Link]);
                let mut found = causes(&topology, tally, journey);
                found.iter_mut().for_each(|set| set.sort());
                found.sort();
                let cut = topology.faults[0].path.as_str();
                assert_eq!(
                    found,
                    sets(&[&[cut], &[cut, "stores.db.failover"]]),
                    "{journey}"
                );
            }
        }
    }
}

/// (a): under a lease those near the old primary are down from the moment at which it stops; the cut is a cause even
/// before anybody has found it.
#[test]
fn the_cut_is_to_blame_for_a_lease_that_ran_out() {
    let topology = cut("east -> west", "standbys", LEASE);
    for seed in SEEDS {
        let tally = run(&topology, seed, 100);
        let found = causes(&topology, &tally, 0);
        assert!(!found.is_empty());
        for set in &found {
            assert!(
                set.iter().any(|path| path.starts_with("faults.cut.")),
                "{found:?}"
            );
        }
        assert_eq!(scopes(&tally, 0), [Scope::Link]);
    }
}

/// The cut is repaired while the probe that decides still waits for its answer: the belief forms after the repair,
/// and what follows still goes back to the cut.
#[test]
fn a_belief_that_forms_after_the_repair_goes_back_to_the_cut() {
    let mut topology = cut("east -> west", "standbys", "none");
    topology.faults[0].lasts = fivenines::dist::Law::fixed(25.0).expect("a law");
    let mut late = 0;
    for trial in 0..100 {
        let entries = journal(&topology, 1, trial);
        if after_cut(&entries, "believed-down").is_some_and(|found| found > 25.0) {
            late += 1;
            goes_back_to_the_cut(&entries);
        }
    }
    assert!(late > 5, "{late}");
}

/// (c): the callers on the internet are cut off, nobody is promoted, and the cut alone is to blame, for 300 s.
#[test]
fn clients_alone_are_cut_off() {
    let topology = cut("internet -> east", "standbys", "none");
    for seed in SEEDS {
        let entries = journal(&topology, seed, 0);
        for event in [
            "believed-down",
            "recovery-begins",
            "promoted",
            "dual-primary",
            "lease-lost",
        ] {
            assert_eq!(after_cut(&entries, event), None, "{entries:#?}");
        }
        goes_back_to_the_cut(&entries);
        let tally = run(&topology, seed, 10);
        assert_eq!(
            causes(&topology, &tally, 0),
            [[topology.faults[0].path.as_str()]]
        );
        assert_eq!(scopes(&tally, 0), [Scope::Link]);
        let stages: Vec<Stage> = tally.journeys[0].stages.keys().copied().collect();
        assert_eq!(stages, [Stage::Repair]);
        let down = |journey: usize| tally.journeys[journey].requests.down.numerator().sum();
        assert!((down(0) - 10.0 * LASTS).abs() < 1e-6);
        assert_eq!(
            down(1),
            0.0,
            "those in the west reach the primary from inside"
        );
    }
}

/// (c) with a detector on the internet: the standby is promoted and lacks nothing, for it has replicated all along; the
/// old primary, which it reaches, steps down 10 s later.
#[test]
fn a_detector_on_the_internet_sees_what_clients_see() {
    for link in ["internet -> east", "east -> internet"] {
        let topology = cut(link, "3", "none");
        for seed in SEEDS {
            let entries = journal(&topology, seed, 0);
            let found = after_cut(&entries, "believed-down").expect("a belief");
            assert!((22.0..=32.0).contains(&found), "{found}");
            let promoted = found + 20.0;
            assert!(is(after_cut(&entries, "promoted"), promoted));
            assert!(is(after_cut(&entries, "dual-primary"), promoted));
            assert!(is(after_cut(&entries, "stepped-down"), promoted + 10.0));
            goes_back_to_the_cut(&entries);
            let tally = run(&topology, seed, 10);
            assert_eq!(tally.stores[0].rpo.seconds.largest(), Some(0.0));
        }
    }
}
