//! Several parts of a kind: k of n, and crews that can't be everywhere.

use fivenines::exact::k_of_n::fewer_than;
use fivenines::exact::markov::Chain;
use fivenines::measure::journal;

use crate::support::{DAY, SEEDS, mean, ratio, tally, topology, unavailable, within_999};

/// A pool of which so many instances must be up.
fn pool(window: &str, (least, of): (u32, u32), fails: &str) -> String {
    format!(
        "
window: {{ {window} }}
crews: {{ one: 1, two: 2 }}
places: {{ east: {{ zones: [a, b] }} }}
services: {{ api: {{ runs: {{ east: {of} }}, at-least: {least}, instance: {{ fails: {{ {fails} }} }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
"
    )
}

const STATIONARY: &str = "length: 100d, warm-up: 100d";

/// How many of `machines` are broken: each breaks once in `up` days, and `crews` repair at once, `down` days each.
pub fn shop(machines: u32, crews: u32, up: f64, down: f64) -> Chain<u32> {
    Chain::explore(0, |&broken| {
        let fails = f64::from(machines - broken) / (up * DAY);
        let repaired = f64::from(broken.min(crews)) / (down * DAY);
        let mut next = Vec::new();
        if fails > 0.0 {
            next.push((broken + 1, fails));
        }
        if repaired > 0.0 {
            next.push((broken - 1, repaired));
        }
        next
    })
}

/// With a repair for each, the laws don't matter and the parts are independent.
#[test]
fn k_of_n_with_independent_repair() {
    let fails = "every: { weibull: { shape: 2, mean: 9d } }, lasts: { lognormal: { mean: 1d, median: 12h } }";
    for (least, of) in [(1, 2), (2, 3), (3, 3), (4, 6)] {
        let exact = fewer_than(least as usize, &vec![0.9; of as usize]);
        let yaml = pool(STATIONARY, (least, of), fails);
        unavailable(&format!("{least} of {of}"), &yaml, 500, exact, exact);
    }
}

#[test]
fn k_of_n_with_crews() {
    for (crew, crews) in [("one", 1), ("two", 2)] {
        let fails = format!("every: 10d, lasts: {{ mean: 2d }}, crew: {crew}");
        let chain = shop(4, crews, 10.0, 2.0);
        let down = |&broken: &u32| f64::from(u8::from(broken > 1));
        let exact = chain.stationary_mean(down).expect("a chain that returns");
        let yaml = pool(STATIONARY, (3, 4), &fails);
        unavailable(
            &format!("3 of 4, crew of {crews}"),
            &yaml,
            600,
            exact,
            exact,
        );
    }
}

#[test]
fn k_of_n_over_an_interval_from_up() {
    let fails = "every: 10d, lasts: { mean: 2d }, crew: one";
    let chain = shop(3, 1, 10.0, 2.0);
    let exact = chain.interval_mean(8.0 * DAY, 1e-12, |&broken| f64::from(u8::from(broken > 1)));
    let yaml = pool("length: 8d, start: new", (2, 3), fails);
    unavailable("2 of 3 from up", &yaml, 5_000, exact, exact);
}

/// The system fails as often as its last working part does.
#[test]
fn outages_of_a_pair() {
    let chain = shop(2, 2, 5.0, 1.0);
    let stationary = chain.stationary().expect("a chain that returns");
    let exact = stationary[1] * 100.0 / 5.0;
    let yaml = pool(STATIONARY, (1, 2), "every: 5d, lasts: { mean: 1d }");
    within_999("outages of a pair", exact, |seed| {
        mean(&tally(&yaml, seed, 1_000).journeys[0].outages, 1_000)
    });
    // Either repair ends it: half a repair on the average.
    within_999("outage of a pair", 0.5 * DAY, |seed| {
        let tally = tally(&yaml, seed, 1_000);
        ratio(tally.journeys[0].outage_seconds.clusters(), 1_000)
    });
}

/// Days between failures and of a repair, of three unlike things that one person repairs in the order of failure.
/// That they wait shows in these means; the order itself moves them by a percent at most, and is proved below.
const UNLIKE: [(f64, f64); 3] = [(10.0, 1.0), (6.0, 3.0), (4.0, 0.5)];

#[test]
fn unlike_things_wait_for_one_person() {
    let chain = Chain::explore(Vec::new(), |waiting: &Vec<usize>| {
        let mut next = Vec::new();
        for (thing, (up, _)) in UNLIKE.iter().enumerate() {
            if !waiting.contains(&thing) {
                let mut longer = waiting.clone();
                longer.push(thing);
                next.push((longer, 1.0 / up));
            }
        }
        if let Some(first) = waiting.first() {
            next.push((waiting[1..].to_vec(), 1.0 / UNLIKE[*first].1));
        }
        next
    });
    assert_eq!(chain.states().len(), 16);
    let services: String = UNLIKE
        .iter()
        .enumerate()
        .map(|(thing, (up, down))| {
            format!(
                "  s{thing}: {{ runs: {{ east/a: 1 }}, instance: {{ fails: {{ every: {up}d, lasts: {{ mean: {down}d }}, crew: person }} }} }}\n"
            )
        })
        .collect();
    for thing in 0..UNLIKE.len() {
        let yaml = format!(
            "
window: {{ {STATIONARY} }}
crews: {{ person: 1 }}
places: {{ east: {{ zones: [a] }} }}
services:
{services}
journeys: {{ visit: {{ needs: [s{thing}], rate: 10/s }} }}
"
        );
        let waits = |waiting: &Vec<usize>| f64::from(u8::from(waiting.contains(&thing)));
        let exact = chain.stationary_mean(waits).expect("a chain that returns");
        unavailable(&format!("thing {thing} of three"), &yaml, 600, exact, exact);
    }
}

/// Four faults at known times, and one person who takes an hour for each: last come, first served would repair d second
/// and a again before b and c, the order in which the model names them would repair b before c.
#[test]
fn one_person_repairs_first_come_first_served() {
    let zones = [("a", 60), ("b", 80), ("c", 70), ("d", 90)];
    let faults: String = zones
        .iter()
        .map(|(zone, minutes)| {
            format!(
                "  {zone}: {{ hits: east/{zone}, every: {{ fixed: {minutes}m }}, lasts: {{ fixed: 1h }}, crew: person }}\n"
            )
        })
        .collect();
    let topology = topology(&format!(
        "
window: {{ length: 8h, start: new }}
crews: {{ person: 1 }}
places: {{ east: {{ zones: [a, b, c, d] }} }}
faults:
{faults}
services: {{ api: {{ runs: {{ east/a: 1, east/b: 1, east/c: 1, east/d: 1 }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
"
    ));
    // The person is never idle from the first strike on. Repaired at 2 h and 3 h, a and c strike again at 3 h and
    // 4 h 10 min and wait behind those that came before.
    let wanted = [("a", 2), ("c", 3), ("b", 4), ("d", 5), ("a", 6), ("c", 7)];
    let wanted = wanted.map(|(zone, hour)| {
        (
            format!("faults.{zone}.east/{zone}"),
            f64::from(hour) * 3600.0,
        )
    });
    for seed in SEEDS {
        let repaired: Vec<(String, f64)> = journal(&topology, seed, 0)
            .into_iter()
            .filter(|entry| entry.event == "repaired")
            .map(|entry| (entry.path, entry.time.seconds()))
            .take(wanted.len())
            .collect();
        assert_eq!(repaired, wanted);
    }
}
