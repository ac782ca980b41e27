//! Whole years and months of one part: outages, downtime, and the chance to keep a promise.

use fivenines::exact::alternating::Alternating;

use crate::support::{DAY, HOUR, YEAR, chance, mean, ratio, tally, within_999};

const MONTH: f64 = YEAR / 12.0;

/// One part with constant rates and a promised availability.
fn promised(window: &str, every: &str, lasts: &str, availability: f64) -> String {
    format!(
        "
window: {{ {window} }}
places: {{ east: {{ zones: [a] }} }}
services: {{ api: {{ runs: {{ east/a: 1 }}, instance: {{ fails: {{ every: {every}, lasts: {lasts} }} }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
objectives: {{ visit: {{ availability: {availability} }} }}
"
    )
}

#[test]
fn a_year_without_outage() {
    let exact = Alternating::from_means(YEAR, 4.0 * HOUR).chance_of_no_failure(YEAR);
    let yaml = promised("length: 1y", "1y", "{ mean: 4h }", 0.99);
    within_999("no outage in a year", exact, |seed| {
        let tally = tally(&yaml, seed, 10_000);
        chance(10_000 - tally.journeys[0].outages.nonzero(), 10_000, exact)
    });
}

/// The whole law of the yearly downtime, at its lower end, its middle and its tail.
#[test]
fn downtime_of_a_year() {
    let process = Alternating::from_means(73.0 * DAY, DAY);
    for allowed_days in [1.0, 4.0, 9.0, 14.0] {
        let availability = 1.0 - allowed_days / 365.0;
        let yaml = promised("length: 1y", "73d", "{ mean: 1d }", availability);
        let exact = process.chance_of_downtime_within(allowed_days * DAY, YEAR);
        within_999(
            &format!("at most {allowed_days} days a year"),
            exact,
            |seed| {
                let met = &tally(&yaml, seed, 4_000).journeys[0].years_met;
                chance(met.numerator().sum() as u64, 4_000, exact)
            },
        );
    }
}

/// After a warm-up a month starts in the middle of a repair as often as any moment is.
#[test]
fn downtime_of_a_month() {
    let process = Alternating::from_means(20.0 * DAY, 2.0 * DAY);
    for allowed_days in [0.5, 3.0, 7.0] {
        let availability = 1.0 - allowed_days * DAY / MONTH;
        let window = "length: 1y, warm-up: 60d";
        let yaml = promised(window, "20d", "{ mean: 2d }", availability);
        let exact = process.stationary_chance_of_downtime_within(allowed_days * DAY, MONTH);
        within_999(
            &format!("at most {allowed_days} days a month"),
            exact,
            |seed| ratio(&tally(&yaml, seed, 1_500).journeys[0].months_met, 1_500),
        );
    }
}

#[test]
fn outages_of_a_year() {
    let process = Alternating::from_means(30.0 * DAY, 5.0 * DAY);
    let yaml = promised("length: 1y", "30d", "{ mean: 5d }", 0.99);
    within_999("outages a year from up", process.failures(YEAR), |seed| {
        mean(&tally(&yaml, seed, 1_500).journeys[0].outages, 1_500)
    });
    let yaml = promised(
        "length: 1y, warm-up: 100d",
        "30d",
        "{ lognormal: { mean: 5d, median: 3d } }",
        0.99,
    );
    within_999("outages a year in the long run", 365.0 / 35.0, |seed| {
        mean(&tally(&yaml, seed, 1_500).journeys[0].outages, 1_500)
    });
}

/// Outages that open in the window are followed to their end, so that long ones are not cut short.
#[test]
fn outages_last_as_long_as_repairs() {
    let yaml = promised("length: 10d", "20d", "{ mean: 10d }", 0.99);
    within_999("seconds of an outage", 10.0 * DAY, |seed| {
        let tally = tally(&yaml, seed, 4_000);
        ratio(tally.journeys[0].outage_seconds.clusters(), 4_000)
    });
    within_999("seconds to recover", 10.0 * DAY, |seed| {
        let tally = tally(&yaml, seed, 4_000);
        ratio(tally.journeys[0].rto.seconds.clusters(), 4_000)
    });
}
