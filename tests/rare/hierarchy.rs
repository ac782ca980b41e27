//! Replicas, and regions of zones of instances: independent parts, whose stationary unavailability depends on the means
//! of their laws only.

use super::case::Case;
use super::solved::{at_least_down, either, share_down};

/// A lognormal law whose mean is twice its median.
fn lognormal(mean_hours: f64) -> String {
    let median = 0.5 * mean_hours;
    format!("{{ lognormal: {{ mean: {mean_hours}h, median: {median}h }} }}")
}

/// Five replicas of which three are needed: 1000 h up and 1 h down.
fn replicas(name: &str, warm_up_days: u32, lasts: &str, scale: f64) -> Case {
    let up = 1_000.0 / scale;
    let body = format!(
        "places: {{ site: {{}} }}
services:
  replica: {{ runs: {{ site: 5 }}, at-least: 3, instance: {{ fails: {{ every: {up}h, lasts: {lasts} }} }} }}
journeys: {{ write: {{ needs: [replica], rate: 10/s }} }}
"
    );
    let exact = at_least_down(3, 5, share_down(up, 1.0));
    Case::down(name, warm_up_days, &body, exact)
}

/// Repaired in exponential times.
pub fn exponential_replicas(scale: f64) -> Case {
    replicas("exponential-replicas", 10, "{ mean: 1h }", scale)
}

/// Repaired in lognormal times.
pub fn lognormal_replicas(scale: f64) -> Case {
    replicas("lognormal-replicas", 30, &lognormal(1.0), scale)
}

/// Repaired in lognormal times with a heavy tail: the median is a quarter of the mean, and a repair in a thousand takes
/// more than 40 h.
pub fn heavy_replicas(scale: f64) -> Case {
    let heavy = "{ lognormal: { mean: 1h, median: 15m } }";
    replicas("heavy-replicas", 120, heavy, scale)
}

/// Three regions of three zones of ten instances: a zone is down when it has an outage or lacks four instances, a
/// region when it has an outage or lacks two zones, the system when it lacks two regions. Repairs are lognormal.
pub fn regions(scale: f64) -> Case {
    let (instance, zone, region) = (1_000.0 / scale, 20_000.0 / scale, 100_000.0 / scale);
    let zones = |name: &str| {
        ["a", "b", "c"]
            .map(|zone| format!("app@{name}/{zone}"))
            .join(", ")
    };
    let needs = ["north", "east", "south"]
        .map(|name| format!("{{ at-least: {{ count: 2, of: [{}] }} }}", zones(name)))
        .join(", ");
    let runs = ["north", "east", "south"]
        .map(|name| format!("{name}/a: 10, {name}/b: 10, {name}/c: 10"))
        .join(", ");
    let body = format!(
        "places: {{ north: {{ zones: [a, b, c] }}, east: {{ zones: [a, b, c] }}, south: {{ zones: [a, b, c] }} }}
faults:
  zone: {{ hits: each zone, every: {zone}h, lasts: {} }}
  region: {{ hits: each region, every: {region}h, lasts: {} }}
services:
  app: {{ runs: {{ {runs} }}, at-least: 7, instance: {{ fails: {{ every: {instance}h, lasts: {} }} }} }}
journeys: {{ visit: {{ needs: [ {{ at-least: {{ count: 2, of: [{needs}] }} }} ], rate: 10/s }} }}
",
        lognormal(4.0),
        lognormal(2.0),
        lognormal(1.0),
    );
    let name = format!("regions-{scale}").replace('.', "-");
    Case::down(&name, 30, &body, regions_down(scale)[2])
}

/// The unavailability of a zone, a region and the system.
pub fn regions_down(scale: f64) -> [f64; 3] {
    let instance = share_down(1_000.0 / scale, 1.0);
    let outage = share_down(20_000.0 / scale, 4.0);
    let zone = either(&[outage, at_least_down(4, 10, instance)]);
    let outage = share_down(100_000.0 / scale, 2.0);
    let region = either(&[outage, at_least_down(2, 3, zone)]);
    [zone, region, at_least_down(2, 3, region)]
}
