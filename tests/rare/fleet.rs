//! Large fleets in which something is always broken: the loss of two regions, and of too many machines at once.

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

/// So many machines, each up for 1,000 hours, of which so many are needed. How many are down is binomial, whatever the
/// laws are.
fn crowd(name: &str, [size, least]: [usize; 2], every: &str, (law, hours): (&str, f64)) -> Case {
    let body = format!(
        "places: {{ site: {{}} }}
services:
  app: {{ runs: {{ site: {size} }}, at-least: {least}, instance: {{ fails: {{ every: {every}, lasts: {{ {law} }} }} }} }}
journeys: {{ visit: {{ needs: [app], rate: 10/s }} }}
"
    );
    let exact = at_least_down(size - least + 1, size, share_down(1000.0, hours));
    Case::down(name, 30, &body, exact)
}

/// Fifty machines that age, and forty are needed: one is down on average, and ten more have to follow.
pub fn ageing_crowd() -> Case {
    let every = "{ weibull: { mean: 1000h, shape: 2 } }";
    let lasts = "lognormal: { mean: 20h, median: 12h }";
    crowd("ageing-crowd", [50, 40], every, (lasts, 20.0))
}

/// Two hundred machines, of which 170 are needed: eight are down on average.
pub fn large_crowd() -> Case {
    let lasts = "exponential: { mean: 40h }";
    crowd("large-crowd", [200, 170], "1000h", (lasts, 40.0))
}

/// Twenty-four crowds of four machines, of which the journey needs two each. Branches begin with machines of some of the crowds,
/// as long as these are seldom down all together; those of the others are usual.
pub fn mixed_crowds() -> Case {
    let names: Vec<String> = (0..24).map(|index| format!("s{index}")).collect();
    let services = names.iter().map(|name| {
        let fails = "every: 1000h, lasts: { exponential: { mean: 5h } }";
        format!("  {name}: {{ runs: {{ site: 4 }}, at-least: 2, instance: {{ fails: {{ {fails} }} }} }}\n")
    });
    let body = format!(
        "places: {{ site: {{}} }}
services:
{}journeys: {{ visit: {{ needs: [{}], rate: 10/s }} }}
",
        services.collect::<String>(),
        names.join(", ")
    );
    let exact = either(&[at_least_down(3, 4, share_down(1000.0, 5.0)); 24]);
    Case::down("mixed-crowds", 30, &body, exact)
}
