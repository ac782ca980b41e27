//! What a journey needs: series, parallel, nested, shared fate, soft, and capacity.

use fivenines::exact::k_of_n::{at_least, counts};
use fivenines::exact::structure::long_run;
use fivenines::topology::JourneyId;

use crate::support::{topology, unavailable};

const WINDOW: &str = "window: { length: 100d, warm-up: 100d }";

/// Two services that are down 10 % and 20 % of the time.
fn two_services(journey: &str) -> String {
    format!(
        "
{WINDOW}
places: {{ east: {{ zones: [a] }} }}
services:
  front: {{ runs: {{ east/a: 1 }}, instance: {{ fails: {{ every: 9d, lasts: {{ mean: 1d }} }} }} }}
  back: {{ runs: {{ east/a: 1 }}, instance: {{ fails: {{ every: 8d, lasts: {{ gamma: {{ mean: 2d, shape: 2 }} }} }} }} }}
journeys: {{ visit: {{ {journey}, rate: 10/s }} }}
"
    )
}

/// Compares the simulation with a hand-made answer, and the structure function too.
fn long_run_is(what: &str, yaml: &str, trials: u64, time: f64, request: f64) {
    let solved = long_run(&topology(yaml), JourneyId(0)).expect("the model is solved exactly");
    assert!(
        (solved.time_unavailability - time).abs() < 1e-12,
        "{what}: {solved:?}"
    );
    assert!(
        (solved.request_unavailability - request).abs() < 1e-12,
        "{what}: {solved:?}"
    );
    unavailable(what, yaml, trials, time, request);
}

#[test]
fn series_and_parallel() {
    let series = 1.0 - 0.9 * 0.8;
    long_run_is(
        "series",
        &two_services("needs: [front, back]"),
        500,
        series,
        series,
    );
    let parallel = two_services("needs: [ { any: [front, back] } ]");
    long_run_is("parallel", &parallel, 500, 0.02, 0.02);
    let all = two_services("needs: [ { all: [front, { any: [front, back] }] } ]");
    long_run_is("one of them anyway", &all, 500, 0.1, 0.1);
}

#[test]
fn services_that_need_services() {
    let yaml = two_services("enters: site")
        .replace("services:\n  front: { runs: { east/a: 1 },", "traffic: { site: { to: front, at: east/a } }\nservices:\n  front: { needs: [back], runs: { east/a: 1 },");
    assert!(yaml.contains("needs: [back]"));
    long_run_is("through an entry", &yaml, 500, 0.28, 0.28);
}

/// Without the first, 90 % of the requests succeed; without the second, half of them.
#[test]
fn soft_needs_lose_a_share() {
    let needs =
        "needs: [ { soft: { need: front, keeps: 90% } }, { soft: { need: back, keeps: 50% } } ]";
    let lost = 1.0 - (1.0 - 0.1 * 0.1) * (1.0 - 0.2 * 0.5);
    long_run_is("soft", &two_services(needs), 500, 0.28, lost);
    let patient = format!("{needs}, up-when: 80%, restored-when: 80%");
    long_run_is(
        "soft, up from 80 %",
        &two_services(&patient),
        500,
        0.2,
        lost,
    );
}

/// Two zones of three in one region of two; zones and regions fail by themselves.
#[test]
fn at_least_within_any() {
    let zones = |region: &str| {
        format!(
            "{{ at-least: {{ count: 2, of: [api@{region}/a, api@{region}/b, api@{region}/c] }} }}"
        )
    };
    let yaml = format!(
        "
{WINDOW}
places: {{ r1: {{ zones: [a, b, c] }}, r2: {{ zones: [a, b, c] }} }}
faults:
  zone: {{ hits: each zone, every: 9d, lasts: {{ mean: 1d }} }}
  region: {{ hits: each region, every: 19d, lasts: {{ lognormal: {{ mean: 1d, median: 12h }} }} }}
services: {{ api: {{ runs: {{ r1/a: 1, r1/b: 1, r1/c: 1, r2/a: 1, r2/b: 1, r2/c: 1 }} }} }}
journeys: {{ visit: {{ needs: [ {{ any: [ {}, {} ] }} ], rate: 10/s }} }}
",
        zones("r1"),
        zones("r2")
    );
    let region = 1.0 - 0.95 * at_least(2, &[0.9; 3]);
    long_run_is(
        "zones in regions",
        &yaml,
        800,
        region * region,
        region * region,
    );
}

#[test]
fn a_shared_fate_beats_redundancy() {
    let yaml = format!(
        "
{WINDOW}
places: {{ east: {{ zones: [a, b] }} }}
faults:
  zone: {{ hits: each zone, every: 9d, lasts: {{ mean: 1d }} }}
  power: {{ hits: {{ together: [east/a, east/b] }}, every: 24d, lasts: {{ uniform: {{ from: 12h, to: 36h }} }} }}
services: {{ api: {{ runs: {{ east: 2 }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
"
    );
    let exact = 1.0 - 0.96 * (1.0 - 0.01);
    long_run_is("shared fate", &yaml, 600, exact, exact);
}

/// Instances, zones, a region and a shared fate at once: only the structure function has the answer.
#[test]
fn nested_faults_of_every_sort() {
    let yaml = format!(
        "
{WINDOW}
places: {{ east: {{ zones: [a, b, c] }}, west: {{ zones: [a, b] }} }}
faults:
  zone: {{ hits: each zone, every: 12d, lasts: {{ mean: 1d }} }}
  region: {{ hits: each region, every: 30d, lasts: {{ mean: 1d }} }}
  release: {{ hits: {{ together: [east/a, west/a] }}, every: 10d, lasts: {{ fixed: 1d }} }}
services:
  api: {{ runs: {{ east: 5, west: 3 }}, at-least: 2, instance: {{ fails: {{ every: 6d, lasts: {{ mean: 1d }} }} }} }}
  login: {{ runs: {{ east: 2 }}, instance: {{ fails: {{ every: 6d, lasts: {{ mean: 1d }} }} }} }}
journeys: {{ visit: {{ needs: [ api, {{ soft: {{ need: login, keeps: 70% }} }} ], rate: 10/s }} }}
"
    );
    let solved = long_run(&topology(&yaml), JourneyId(0)).expect("the model is solved exactly");
    unavailable(
        "faults of every sort",
        &yaml,
        600,
        solved.time_unavailability,
        solved.request_unavailability,
    );
}

/// Four instances serve 100 requests a second each; what exceeds those that are up is shed.
#[test]
fn capacity_is_shed() {
    let yaml = |journeys: &str| {
        format!(
            "
{WINDOW}
places: {{ east: {{ zones: [a, b] }} }}
services: {{ api: {{ runs: {{ east: 4 }}, instance: {{ serves: 100/s, fails: {{ every: 4d, lasts: {{ mean: 1d }} }} }} }} }}
traffic: {{ site: {{ to: api, at: east }} }}
journeys: {{ {journeys} }}
"
        )
    };
    let up = counts(&[0.8; 4]);
    let served: f64 = up
        .iter()
        .zip([0.0, 100.0, 200.0, 300.0, 300.0])
        .map(|(chance, capacity)| chance * capacity / 300.0)
        .sum();
    let short = up[0] + up[1] + up[2];
    let one = yaml("visit: { enters: site, rate: 300/s }");
    unavailable("capacity", &one, 600, short, 1.0 - served);
    let two = yaml("visit: { enters: site, rate: 100/s }, other: { needs: [api], rate: 200/s }");
    unavailable("capacity of two journeys", &two, 600, short, 1.0 - served);
}
