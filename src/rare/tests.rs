//! Guides of small systems whose cut sets are known by hand, and importance against its definition.

mod stores;

use super::check::check;
use super::cuts::chance_of_set;
use super::drill::Drills;
use super::event::{BasicEvent, Events, What};
use super::guide::{Guide, Rarity, Target, targets};
use super::ledger::Ledger;
use super::reach::Reach;
use crate::model;
use crate::rng::{Entity, Purpose, Stream};
use crate::topology::compile::compile_parsed;
use crate::topology::{FaultId, JourneyId, StoreId, Topology};
use crate::world::Layout;
use crate::world::clocks::Clock;

const VISIT: Target = Target::Requests(JourneyId(0));

fn topology(body: &str) -> Topology {
    let text = format!("fivenines: 1\nname: small\n{body}");
    match compile_parsed(model::parse(&text, &[])) {
        Ok((topology, _)) => topology,
        Err(problems) => panic!("{problems:#?}\n{text}"),
    }
}

/// Services of one place, with as many instances as `least` says are needed of `size`.
fn services(list: &[(&str, u32, u32)]) -> String {
    let lines = list.iter().map(|(name, size, least)| {
        format!(
            "  {name}: {{ runs: {{ site: {size} }}, at-least: {least}, instance: {{ fails: {{ every: 100h, lasts: {{ mean: 1h }} }} }} }}\n"
        )
    });
    format!(
        "places: {{ site: {{}} }}\nservices:\n{}",
        lines.collect::<String>()
    )
}

#[test]
fn targets_are_found_by_arithmetic() {
    let topology = topology(
        "places: { r: { zones: [a, b] } }\nservices:\n  web: { runs: { r: 2 }, instance: { fails: { every: 100h, lasts: 1h } } }\n\
         stores:\n  db: { members: { primary: r/a, async: [r/b] }, member: { fails: { every: 100h, lasts: 1h } }, replication: async }\n\
         journeys:\n  look: { needs: [web], rate: 1/s }\n  buy: { needs: [web], writes: db, rate: 1/s }\n",
    );
    let guide = Guide::new(&topology, Rarity::All);
    let places = guide.all.iter().map(|target| guide.place_of(*target));
    assert!(places.eq(0..7));
}

/// What leads to the target, each set by the second part of its paths with its counts, in alphabetical order.
fn sets(topology: &Topology, target: Target) -> Vec<String> {
    let guide = Guide::new(topology, Rarity::All);
    let mut sets: Vec<String> = guide
        .leads_to(topology, target)
        .iter()
        .map(|set| {
            let mut needs: Vec<String> = set
                .needs
                .iter()
                .map(|(path, count)| {
                    let mut words = path.split('.').skip(1);
                    let named = match words.next() {
                        Some(name) if path.starts_with("faults.") => words
                            .next()
                            .map_or(name.to_owned(), |at| format!("{name}@{at}")),
                        Some(name) if path.starts_with("services.") => name.to_owned(),
                        _ => path.clone(),
                    };
                    if *count == 1 {
                        named
                    } else {
                        format!("{count} {named}")
                    }
                })
                .collect();
            needs.sort();
            needs.join(" + ")
        })
        .collect();
    sets.sort();
    sets
}

#[test]
fn two_of_three() {
    let body = services(&[("a", 1, 1), ("b", 1, 1), ("c", 1, 1)])
        + "journeys: { visit: { needs: [ { at-least: { count: 2, of: [a, b, c] } } ], rate: 10/s } }";
    assert_eq!(sets(&topology(&body), VISIT), ["a + b", "a + c", "b + c"]);
}

#[test]
fn one_in_series_with_two_in_parallel() {
    let body = services(&[("a", 1, 1), ("b", 1, 1), ("c", 1, 1)])
        + "journeys: { visit: { needs: [a, { any: [b, c] }], rate: 10/s } }";
    assert_eq!(sets(&topology(&body), VISIT), ["a", "b + c"]);
}

#[test]
fn a_pool_falls_short() {
    let body = services(&[("a", 10, 7), ("b", 2, 1)])
        + "journeys: { visit: { needs: [a, b], rate: 10/s } }";
    let topology = topology(&body);
    assert_eq!(sets(&topology, VISIT), ["2 b", "4 a"]);
    let guide = Guide::new(&topology, Rarity::All);
    let [pair, four] = &guide.leads_to(&topology, VISIT)[..] else {
        panic!("two sets");
    };
    // By hand: the chance of so many or more, times how fast that ends.
    let (share, hours_of_a_year) = (1.0 / 101.0_f64, 8_760.0);
    let by_hand = |all: i32, ways: &[f64]| {
        let least = all + 1 - ways.len() as i32;
        let chances = ways.iter().zip(least..).map(|(ways, count)| {
            let [down, up] = [count, all - count].map(f64::from);
            ways * crate::math::pow(share, down) * crate::math::pow(1.0 - share, up)
        });
        chances.sum::<f64>() * f64::from(least) * hours_of_a_year
    };
    let of_ten = by_hand(10, &[210.0, 252.0, 210.0, 120.0, 45.0, 10.0, 1.0]);
    assert!((pair.per_year / by_hand(2, &[1.0]) - 1.0).abs() < 1e-9);
    assert!((four.per_year / of_ten - 1.0).abs() < 1e-9);
}

/// Nine services must all be gone; each of them is gone with its one instance, or with one of each of two pairs.
fn deep() -> Topology {
    let mut list = Vec::new();
    let names: Vec<[String; 3]> = (0..9)
        .map(|number| ["one", "left", "right"].map(|what| format!("{what}-{number}")))
        .collect();
    for [one, left, right] in &names {
        list.extend([(one.as_str(), 3, 3), (left, 2, 2), (right, 2, 2)]);
    }
    let modules = names
        .iter()
        .map(|[one, left, right]| format!("{{ all: [{one}, {{ any: [{left}, {right}] }}] }}"));
    let modules: Vec<String> = modules.collect();
    topology(&format!(
        "{}journeys: {{ visit: {{ needs: [ {{ any: [{}] }} ], rate: 10/s }} }}",
        services(&list),
        modules.join(", ")
    ))
}

#[test]
fn nine_members_are_found_from_above_and_exchanged() {
    let topology = deep();
    let found = sets(&topology, VISIT);
    let likeliest: Vec<String> = (0..9).map(|number| format!("one-{number}")).collect();
    assert!(found.contains(&likeliest.join(" + ")), "{found:?}");
    for number in 0..9 {
        let mut exchanged = likeliest.clone();
        exchanged[number] = format!("left-{number}");
        exchanged.push(format!("right-{number}"));
        exchanged.sort();
        assert!(found.contains(&exchanged.join(" + ")), "{exchanged:?}");
    }
}

fn two_regions() -> Topology {
    topology(
        "places: { east: { zones: [a] }, west: { zones: [a] } }
faults:
  region: { hits: each region, every: 1y, lasts: { fixed: 2h }, effect: refuses }
services:
  api: { runs: { east: 1, west: 1 } }
  other: { runs: { east: 1 }, instance: { fails: { every: 1y, lasts: 1h } } }
traffic:
  www:
    to: api
    dns: { failover: [east, west], ttl: 60s, stale: [], answers-after: 3s, check: { every: 10s, timeout: 4s, after: 3 } }
journeys:
  visit: { enters: www, rate: 10/s }
  watch: { needs: [other], rate: 10/s }",
    )
}

/// The loss of the first region is over once clients have moved; that of both lasts.
#[test]
fn a_failover_makes_one_region_short_and_two_long() {
    let topology = two_regions();
    assert_eq!(
        sets(&topology, VISIT),
        ["region@east", "region@east + region@west"]
    );
    let guide = Guide::new(&topology, Rarity::All);
    let cuts = &guide.configurations[0].cuts;
    let costs: Vec<f64> = cuts
        .iter()
        .filter(|cut| cut.target == 0)
        .map(|cut| cut.cost)
        .collect();
    assert!(costs[1] > 50.0 * costs[0], "{costs:?}");
}

#[test]
fn reach_tells_what_a_target_does_not_depend_on() {
    let topology = two_regions();
    let events = Events::new(&topology);
    let all = targets(&topology);
    let reach = Reach::new(&topology, &events, &all);
    let touched: Vec<[bool; 2]> = (0..events.list.len() as u32)
        .map(|event| [0, 2].map(|target| reach.touches(event, target)))
        .collect();
    // The region of the east, that of the west, and the instance of the other service; "visit" and "watch".
    assert_eq!(touched, [[true, true], [true, false], [false, true]]);
    let detector = &topology.detectors[0];
    assert!(
        detector.vantage.iter().all(|place| place.index() == 1),
        "from outside"
    );
}

/// Two regions that serve half of the clients each; a cut of the network between them, an outage of each, and one
/// instance of each of two services in both.
fn halves() -> Topology {
    topology(
        "places: { east: { zones: [a] }, west: { zones: [a] } }
faults:
  cut: { cuts: east <-> west, every: 1y, lasts: 1h }
  region: { hits: each region, every: 10y, lasts: 1h }
services:
  front: { runs: { east: 1, west: 1 } }
  first: { runs: { east: 1, west: 1 }, instance: { fails: { every: 1y, lasts: 1h } } }
  second: { runs: { east: 1, west: 1 }, instance: { fails: { every: 1y, lasts: 1h } } }
  apart: { runs: { west: 1 }, instance: { fails: { every: 1y, lasts: 1h } } }
traffic:
  www: { to: front, dns: { spread: { east: 1, west: 1 }, ttl: 60s } }
journeys:
  visit: { enters: www, needs: [first, second], up-when: 40%, restored-when: 40%, rate: 10/s }
  watch: { needs: [apart], rate: 10/s }",
    )
}

/// Half of the clients is no outage; any two causes that take a half each are one.
#[test]
fn outages_are_unions_of_losses() {
    let topology = halves();
    let guide = Guide::new(&topology, Rarity::All);
    let outage = Target::Outage(JourneyId(0));
    assert_eq!(guide.explored_as(outage), Some(outage));
    let paths = |target: Target| {
        let sets = guide.leads_to(&topology, target).into_iter();
        let paths = sets.map(|set| {
            let paths: Vec<String> = set.needs.into_iter().map(|need| need.0).collect();
            paths.join(" + ")
        });
        paths.collect::<Vec<String>>()
    };
    let losses = paths(VISIT);
    assert_eq!(losses.len(), 6, "{losses:?}");
    let found = paths(outage);
    assert_eq!(found.len(), 9, "{found:?}");
    let has_both = |set: &&String| set.contains("east") && set.contains("west");
    assert_eq!(found.iter().filter(has_both).count(), 9, "{found:?}");
    let watch = Target::Outage(JourneyId(1));
    let losses = Target::Requests(JourneyId(1));
    assert_eq!(guide.explored_as(watch), Some(losses), "all or nothing");
}

/// What a journey needs one and all has nothing in common but the places around it; a cut does nothing to what is on one
/// of its sides.
#[test]
fn strands_tell_what_does_nothing_together() {
    let topology = halves();
    let events = Events::new(&topology);
    let all = targets(&topology);
    let reach = Reach::new(&topology, &events, &all);
    let event = |path: &str| {
        let is_it = |fault: &&crate::topology::Fault| fault.path.starts_with(path);
        let id = topology.faults.iter().position(|fault| is_it(&fault));
        let clock = Clock::Fault(FaultId::from(id.expect(path)));
        events.of_clock(clock).expect(path) as u32
    };
    let together = |paths: &[&str]| {
        let mut set: Vec<(u32, u16)> = paths.iter().map(|path| (event(path), 1)).collect();
        set.sort_unstable();
        reach.targets_of(&set).contains(&0)
    };
    assert_eq!(all[0], VISIT);
    assert!(!together(&["services.first.east", "services.second.west"]));
    assert!(together(&["services.first.east", "services.first.west"]));
    assert!(together(&["services.first.east", "faults.region.west"]));
    assert!(together(&["services.second.east", "faults.region.east"]));
    assert!(together(&["services.first.east", "faults.cut"]));
    let watch = 2;
    assert_eq!(all[watch], Target::Requests(JourneyId(1)));
    assert!(reach.touches(event("faults.region.west"), watch));
    assert!(!reach.touches(event("faults.cut"), watch));
}

fn parted(detect: &str) -> Topology {
    topology(&format!(
        "places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  cut: {{ cuts: east <-> west, every: 1y, lasts: {{ fixed: 300s }} }}
services: {{ app: {{ runs: {{ east: 1, west: 1 }} }} }}
stores:
  db:
    members: {{ primary: east/a, async: west/a }}
    replication: async
    failover:
      detect: {{ every: 10s, after: 3, timeout: 2s{detect} }}
      fence: {{ stonith: {{ works: 0.999999, takes: 5s, otherwise: promote }} }}
      promote: 20s
      redirect: 10s
      steps-down: 10s
      rejoin: 300s
traffic:
  east: {{ to: app, at: east }}
  west: {{ to: app, at: west }}
journeys:
  east: {{ enters: east, writes: db, rate: 100/s }}
  west: {{ enters: west, writes: db, rate: 50/s }}
"
    ))
}

#[test]
fn a_split_brain_takes_a_cut_and_a_fence_that_fails() {
    let found = sets(&parted(""), Target::SplitBrain(StoreId(0)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("cut@") && found[0].contains("db.failover.fence"),
        "{found:?}"
    );
}

#[test]
fn drills_repeat() {
    let topology = parted("");
    let events = Events::new(&topology);
    let layout = Layout::new(&topology);
    let mut drills = Drills::new(&topology, &events);
    let base = drills.base(&layout);
    let set: Vec<(u32, u16)> = (0..events.list.len() as u32)
        .map(|event| (event, 1))
        .collect();
    let first = drills.run(&base, &set);
    drills.run(&base, &set[..1]);
    let again = drills.run(&base, &set);
    assert_eq!(first.costs, again.costs);
    assert_eq!(first.fails, again.fails);
    assert!(first.costs.iter().any(|cost| *cost > 0.0));
}

/// The chance that so many of a basic event are the case at a moment, way by way.
fn chance_of_count(kind: &BasicEvent, count: u16) -> f64 {
    let all = kind.size();
    let ways = (0..count).map(|taken| f64::from(all - taken) / f64::from(taken + 1));
    let up = (count..all).map(|_| 1.0 - kind.chance);
    ways.map(|ways| ways * kind.chance).chain(up).product()
}

/// The chance that it takes so many to come to `count` before it is as usual, as Feller has it.
fn chance_of_coming_to(kind: &BasicEvent, count: u16, from: u16) -> f64 {
    let usual = (f64::from(kind.size()) * kind.chance) as u16;
    let odds = |level: u16| {
        let up = f64::from(kind.size() - level) * kind.chance;
        f64::from(level) * (1.0 - kind.chance) / up
    };
    let below = |level: u16| -> f64 {
        let levels = usual..level;
        levels
            .map(|level| (usual + 1..=level).map(odds).product::<f64>())
            .sum()
    };
    below(from) / below(count)
}

/// The chance of what a set still lacks, by counting ways one by one.
fn chance_of_rest(events: &Events, set: &[(u32, u16)], counts: &[u16]) -> f64 {
    let chances = set.iter().map(|(event, count)| {
        let kind = &events.list[*event as usize];
        let down = counts[*event as usize];
        let any_time: f64 = (*count..=kind.size())
            .map(|count| chance_of_count(kind, count))
            .sum();
        if down >= *count {
            1.0
        } else {
            any_time.max(chance_of_coming_to(kind, *count, down))
        }
    });
    chances.product()
}

#[test]
fn a_crowd_comes_to_a_level_as_a_gambler_is_ruined() {
    for (size, chance) in [(5, 1e-3), (10, 0.2), (200, 0.04), (1000, 0.06)] {
        let clocks = (0..size).map(|id| Clock::Fault(FaultId(id))).collect();
        let kind = BasicEvent::new(What::Strike(clocks), chance, 1.0);
        let mut sum = 0.0;
        for count in (0..=kind.size()).rev() {
            sum += chance_of_count(&kind, count);
            let found = kind.chance_of(count);
            assert!(
                (found - sum).abs() <= 1e-9 * sum + f64::MIN_POSITIVE,
                "{size} {count}: {found:e} {sum:e}"
            );
        }
        let usual = (f64::from(kind.size()) * chance) as u16;
        let enough = (2 * usual + 4).min(kind.size());
        let chances = kind.chances_to_reach(enough);
        for from in usual + 1..enough {
            let right = chance_of_coming_to(&kind, enough, from).max(kind.chance_of(enough));
            let found = chances[usize::from(from)];
            assert!(
                (found / right - 1.0).abs() < 1e-9,
                "{size} {from}: {found:e} {right:e}"
            );
        }
        assert_eq!(chances[usize::from(enough)], 1.0);
    }
}

#[test]
fn usual_states_are_as_frequent_as_they_should_be() {
    let clocks = (0..50).map(|id| Clock::Fault(FaultId(id))).collect();
    let kind = BasicEvent::new(What::Strike(clocks), 0.03, 1.0);
    let draws = 100_000;
    let mut seen = [0.0; 51];
    for draw in 0..draws {
        seen[usize::from(kind.usual((f64::from(draw) + 0.5) / f64::from(draws)))] += 1.0;
    }
    for (count, seen) in seen.into_iter().enumerate() {
        let expected = f64::from(draws) * chance_of_count(&kind, count as u16);
        assert!((seen - expected).abs() <= 1.0, "{count}: {seen} {expected}");
    }
}

#[test]
fn importance_and_gains_are_what_they_are_defined_as() {
    let body = services(&[("a", 10, 7), ("b", 2, 1), ("c", 4, 3)])
        + "journeys: { visit: { needs: [a, { any: [b, c] }], rate: 10/s }, other: { needs: [b], rate: 1/s } }";
    for topology in [topology(&body), deep(), parted("")] {
        let guide = Guide::new(&topology, Rarity::All);
        let events = &guide.events;
        let configuration = &guide.configurations[0];
        let defined = |counts: &[u16], target: usize| -> f64 {
            let cuts = configuration.cuts.iter().filter(|cut| cut.target == target);
            cuts.map(|cut| cut.cost * chance_of_rest(events, &cut.needs, counts))
                .sum()
        };
        let mut luck = Stream::new(1, 0, Entity(7), Purpose(7));
        let mut gains = vec![0.0; events.list.len()];
        for _ in 0..50 {
            let mut ledger = Ledger::of(events);
            let mut counts = vec![0; events.list.len()];
            for (event, kind) in events.list.iter().enumerate() {
                for _ in 0..kind.size() {
                    if luck.uniform() < 0.2 {
                        ledger.add(events, event as u32);
                        counts[event] += 1;
                    }
                }
            }
            let all = 0..guide.all.len();
            let total: f64 = all.clone().map(|target| defined(&counts, target)).sum();
            let found = configuration.importance(&ledger);
            assert!((found / total - 1.0).abs() < 1e-9, "{found} {total}");
            let standing: Vec<bool> = all.clone().map(|_| luck.uniform() < 0.7).collect();
            let sum = |counts: &[u16]| -> f64 {
                let stands = all.clone().filter(|target| standing[*target]);
                stands.map(|target| defined(counts, target)).sum()
            };
            let now = sum(&counts);
            let found = configuration.gains(&ledger, &standing, &mut gains);
            assert!((found - now).abs() < 1e-9 * total, "{found} {now}");
            for event in 0..counts.len() {
                let mut more = counts.clone();
                more[event] = (more[event] + 1).min(events.list[event].size());
                // A failure to work counts for targets that have failed already, too.
                let gain = match events.list[event].what {
                    What::Failure(_) => {
                        let of_all = |counts: &[u16]| -> f64 {
                            all.clone().map(|target| defined(counts, target)).sum()
                        };
                        of_all(&more) - of_all(&counts)
                    }
                    What::Strike(_) | What::AnyOf(_) => sum(&more) - now,
                };
                assert!(
                    (gains[event] - gain).abs() < 1e-9 * (total + gain),
                    "{event}"
                );
            }
        }
    }
}

#[test]
fn everything_up_comes_to_one_for_each_target() {
    let topology = parted("");
    let guide = Guide::new(&topology, Rarity::All);
    let configuration = &guide.configurations[0];
    for (index, target) in guide.all.iter().enumerate() {
        let cuts = configuration.cuts.iter().filter(|cut| cut.target == index);
        let sum: f64 = cuts
            .map(|cut| cut.cost * chance_of_set(&guide.events, &cut.needs))
            .sum();
        let wanted = f64::from(u8::from(guide.targets().contains(target)));
        assert!((sum - wanted).abs() < 1e-9, "{target:?} {sum}");
    }
}

/// What is common by itself is left to plain simulation, and so is what nothing leads to; but not losses, common or not.
#[test]
fn only_what_is_rare_is_estimated_by_branches() {
    let guide = Guide::new(&parted(""), Rarity::Rare);
    let of_store = [Target::Loss, Target::Backlog, Target::SplitBrain].map(|of| of(StoreId(0)));
    assert_eq!(guide.targets(), of_store);
    let body = services(&[("a", 1, 1)]) + "journeys: { visit: { needs: [a], rate: 10/s } }";
    assert!(!Guide::new(&topology(&body), Rarity::Rare).has_branches());
    let body = "places: { site: {} }
services: { a: { runs: { site: 1 } } }
journeys: { visit: { needs: [a], rate: 10/s } }";
    assert!(!Guide::new(&topology(body), Rarity::All).has_branches());
}

/// One repair in a thousand takes sixty days instead of ten minutes: most of what two of them cost together, and 256
/// plain trials meet none.
#[test]
fn what_plain_trials_have_not_met_is_no_disagreement() {
    let topology = topology(
        "window: { length: 365d, warm-up: 180d }\nplaces: { site: {} }\nservices:\n  w: { runs: { site: 2 }, instance: { \
         fails: { every: 20d, lasts: { mixture: [{ share: 0.999, law: 10m }, { share: 0.001, law: 60d }] } } } }\n\
         journeys: { visit: { needs: [w], rate: 1/s } }",
    );
    let guide = Guide::new(&topology, Rarity::Rare);
    for seed in 1..=5 {
        let checks = check(&topology, &guide, seed, 256);
        assert_eq!(checks.len(), 1);
        assert!(checks[0].agrees(), "seed {seed}: {checks:?}");
    }
}

/// What is short and frequent is known by plain trials, also beside something as rare as this that costs a tenth of it; but
/// not if that is mostly short and seldom very long.
#[test]
fn uneven_repairs_make_a_target_rare() {
    let estimated = |lasts: &str| {
        let topology = topology(&format!(
            "places: {{ site: {{}} }}
faults:
  blip: {{ hits: instances of web in site, every: 36d, lasts: 30s, effect: refuses }}
  long: {{ hits: site, every: 150y, lasts: {lasts} }}
services: {{ web: {{ runs: {{ site: 1 }} }} }}
journeys: {{ visit: {{ needs: [web], rate: 10/s }} }}
"
        ));
        Guide::new(&topology, Rarity::Rare).targets().to_vec()
    };
    assert_eq!(estimated("5m"), []);
    assert_eq!(estimated("{ median: 1m, p95: 1h }"), [VISIT]);
}
