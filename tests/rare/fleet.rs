//! A large fleet in which something is always broken, and the loss of two regions, which is what matters.

use super::case::{Case, DAY, HOUR, YEAR};
use super::solved::{at_least_down, either, share_down};

const REGIONS: [&str; 4] = ["north", "east", "south", "west"];
const ZONES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// 400 instances in 20 zones of four regions. A zone stands with 15 of its 20 instances, a region with four of its five
/// zones, the journey with three regions. Three instances are broken on average.
pub fn fleet(scale: f64) -> Case {
    let (instance, region) = (20.0 / scale, 5.0 / scale);
    let zones = |region: &str, suffix: &str| {
        ZONES
            .map(|zone| format!("{region}/{zone}{suffix}"))
            .join(", ")
    };
    let places = REGIONS.map(|region| format!("{region}: {{ zones: [{}] }}", ZONES.join(", ")));
    let runs = REGIONS.map(|region| zones(region, ": 20"));
    let needs = REGIONS.map(|region| {
        let zones = zones(&format!("app@{region}"), "");
        format!("{{ at-least: {{ count: 4, of: [{zones}] }} }}")
    });
    let body = format!(
        "places: {{ {} }}
faults:
  region: {{ hits: each region, every: {region}y, lasts: {{ lognormal: {{ mean: 6h, median: 3h }} }} }}
services:
  app: {{ runs: {{ {} }}, at-least: 15, instance: {{ fails: {{ every: {instance}d, lasts: {{ lognormal: {{ mean: 4h, median: 2h }} }} }} }} }}
journeys: {{ visit: {{ needs: [ {{ at-least: {{ count: 3, of: [{}] }} }} ], rate: 10/s }} }}
",
        places.join(", "),
        runs.join(", "),
        needs.join(", "),
    );
    let zone = at_least_down(6, 20, share_down(instance * DAY, 4.0 * HOUR));
    let outage = share_down(region * YEAR, 6.0 * HOUR);
    let region = either(&[outage, at_least_down(2, 5, zone)]);
    Case::down("fleet", 30, &body, at_least_down(2, 4, region))
}
