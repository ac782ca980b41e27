//! Journeys over many services: pairs that share two zones, and regions that serve a part of the clients each.

use super::case::{Case, DAY, Figure, HOUR, YEAR};
use super::solved::{at_least_down, either, share_down};

const PAIRS: usize = 60;
const TRIPLES: usize = 6;

/// The mean time to a failure of an instance of these services, days: no two alike.
fn days(service: usize, scale: f64) -> f64 {
    (100 + service) as f64 / scale
}

/// Services by number, each with instances that fail for half an hour.
fn services(count: usize, runs: &str, scale: f64) -> String {
    let service = |number: usize| {
        let every = days(number, scale);
        let fails = format!("every: {every}d, lasts: {{ exponential: {{ mean: 30m }} }}");
        format!("  s{number}: {{ {runs}, instance: {{ fails: {{ {fails} }} }} }}\n")
    };
    (0..count).map(service).collect()
}

fn names(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    names.join(", ")
}

/// Sixty services, all of which the journey needs: each has an instance in either of two zones and needs one.
pub fn many_pairs(scale: f64) -> Case {
    let zone = 2.0 / scale;
    let body = format!(
        "places: {{ site: {{ zones: [a, b] }} }}
faults:
  zone: {{ hits: each zone, every: {zone}y, lasts: {{ lognormal: {{ mean: 2h, median: 1h }} }} }}
services:
{}journeys: {{ visit: {{ needs: [{}], rate: 10/s }} }}
",
        services(PAIRS, "runs: { site: 2 }", scale),
        names(PAIRS),
    );
    let zone = share_down(zone * YEAR, 2.0 * HOUR);
    let alone = |service: usize| share_down(days(service, scale) * DAY, 0.5 * HOUR);
    let singles: Vec<f64> = (0..PAIRS).map(alone).collect();
    let pairs: Vec<f64> = singles.iter().map(|chance| chance * chance).collect();
    let both_zones = (1.0 - zone) * (1.0 - zone) * either(&pairs);
    let one_zone = 2.0 * zone * (1.0 - zone) * either(&singles);
    let exact = both_zones + one_zone + zone * zone;
    Case::down("many-pairs", 30, &body, exact)
}

/// Two regions serve half of the clients each, with six services of which two instances of three are needed. The
/// journey is up as long as one of the regions is.
pub fn halves(scale: f64) -> Case {
    let body = format!(
        "places: {{ east: {{ zones: [a, b, c] }}, west: {{ zones: [a, b, c] }} }}
services:
  front: {{ runs: {{ east: 1, west: 1 }} }}
{}traffic:
  www: {{ to: front, dns: {{ spread: {{ east: 1, west: 1 }}, ttl: 60s }} }}
journeys:
  visit: {{ enters: www, needs: [{}], up-when: 40%, restored-when: 40%, rate: 10/s }}
",
        services(TRIPLES, "runs: { east: 3, west: 3 }, at-least: 2", scale),
        names(TRIPLES),
    );
    let region = region_of_halves(scale);
    Case::down("halves", 30, &body, region * region)
}

/// The same of requests.
pub fn halves_of_requests(scale: f64) -> Case {
    let exact = region_of_halves(scale);
    halves(scale)
        .named("halves-of-requests")
        .asks(Figure::UnavailabilityRequest, exact)
}

fn region_of_halves(scale: f64) -> f64 {
    let service =
        |number: usize| at_least_down(2, 3, share_down(days(number, scale) * DAY, 0.5 * HOUR));
    let services: Vec<f64> = (0..TRIPLES).map(service).collect();
    either(&services)
}

/// Eight services that are often down, each of which the journey can do without but for 3 % of its requests; three of
/// them are an outage. So is a pair that it needs, whose loss is rare beside theirs.
pub fn frequent_losses(scale: f64) -> Case {
    let (soft, hard) = (100.0 / scale, 300.0 / scale);
    let soft_services = (0..8).map(|number| {
        let fails = format!("every: {soft}d, lasts: {{ exponential: {{ mean: 2h }} }}");
        format!("  s{number}: {{ runs: {{ site: 1 }}, instance: {{ fails: {{ {fails} }} }} }}\n")
    });
    let needs = (0..8).map(|number| format!("{{ soft: {{ need: s{number}, keeps: 97% }} }}"));
    let body = format!(
        "places: {{ site: {{}} }}
services:
{}  pair: {{ runs: {{ site: 2 }}, instance: {{ fails: {{ every: {hard}d, lasts: {{ exponential: {{ mean: 1h }} }} }} }} }}
journeys:
  visit: {{ needs: [{}, pair], up-when: 92%, restored-when: 92%, rate: 10/s }}
",
        soft_services.collect::<String>(),
        needs.collect::<Vec<String>>().join(", "),
    );
    let softs = at_least_down(3, 8, share_down(soft * DAY, 2.0 * HOUR));
    let pair = at_least_down(2, 2, share_down(hard * DAY, HOUR));
    Case::down("frequent-losses", 30, &body, either(&[softs, pair]))
}
