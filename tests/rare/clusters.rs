//! Outages that come together, outages as long as what is measured, and repairs that no trial lives to see.
//!
//! Chances of a year without an outage follow from the rate of busy periods only if these are what comes independently, and
//! are short (what is not, and shows it in plain trials, is in `refuted`). Deliberately absent: stores, whose losses and split brains
//! count one by one.

use fivenines::estimate::Figure as Known;
use fivenines::estimate::stopping::Plan;
use fivenines::math::{exp, exp_m1, pow};
use fivenines::study::{Method, ResultDocument, Study};

use super::case::{Case, DAY, HOUR, YEAR};

mod refuted;

const TRIALS: u64 = 300;

fn document(case: &Case, seed: u64, method: Method) -> ResultDocument {
    let plan = Plan::Trials(TRIALS);
    let study = Study::new(case.topology(), String::new(), seed, plan, method);
    ResultDocument::new(&study, &study.run())
}

/// Whether a figure is near a value by its own interval, stretched from 95 % to 99.9 %, give or take what is neglected.
fn is_near(figure: &Known, value: f64, neglected: f64) -> bool {
    let (Some(estimate), Some(low), Some(high)) = (figure.estimate, figure.low, figure.high) else {
        return false;
    };
    const STRETCH: f64 = 3.2905 / 1.96;
    let below = estimate - STRETCH * (estimate - low) - neglected;
    let above = estimate + STRETCH * (high - estimate) + neglected;
    (below..=above).contains(&value)
}

/// A part breaks every twenty years for a week, in which the other one, an hour of every day, brings seven outages.
#[test]
fn a_year_without_outage_counts_the_causes_that_come_together() {
    const MEAN: f64 = 20.0;
    let case = Case::down(
        "together",
        0,
        "places: { site: {} }
services:
  a: { runs: { site: 1 }, instance: { fails: { every: 20y, lasts: 7d } } }
  b: { runs: { site: 1 }, instance: { fails: { every: 23h, lasts: 1h } } }
journeys: { visit: { needs: [{ any: [a, b] }], rate: 1/s } }
",
        0.0,
    );
    // The other part is down at once with 1/24, or breaks within the week, or within what is left of the year.
    let first_outage = 23.0 * HOUR * (1.0 - 1.0 / 24.0);
    let spared = exp(-7.0 * DAY / (23.0 * HOUR)) + first_outage / YEAR;
    let calm = exp(-1.0 / MEAN) * (1.0 + spared / MEAN);
    for seed in 1..=3 {
        let document = document(&case, seed, Method::Auto);
        let figures = &document.journeys["visit"];
        let chance = figures.no_outage.chance_per_year.as_ref().expect("a year");
        assert!(
            is_near(chance, calm, 1e-4),
            "seed {seed}: {chance:?} {calm}"
        );
    }
}

/// One part, broken for ninety days every twenty years: a month misses its objective while any of these days is in it.
#[test]
fn months_are_not_put_together_from_outages_that_are_longer() {
    let case = Case::down(
        "long",
        0,
        "places: { site: {} }
services:
  a: { runs: { site: 1 }, instance: { fails: { every: 20y, lasts: 90d } } }
journeys: { visit: { needs: [a], rate: 1/s } }
objectives: { visit: { availability: 99% } }
",
        0.0,
    );
    // A month is missed by 7.3 hours of an outage; nothing is broken when the first one begins.
    let month = YEAR / 12.0;
    let missing = 0.01 * month;
    let strikes =
        |number: i32| (f64::from(number) * month).min(90.0 * DAY + month - missing) - missing;
    let met = |number: i32| exp(-strikes(number) / (20.0 * YEAR));
    let exact = (1..=12).map(met).sum::<f64>() / 12.0;
    for seed in 1..=3 {
        let document = document(&case, seed, Method::Auto);
        let objective = &document.journeys["visit"].objective;
        let met = objective.availability.as_ref().expect("an objective");
        let month = met.chance_met_per_month.as_ref().expect("months");
        // Neglected: that it may break twice.
        assert!(
            is_near(month, exact, 2e-4),
            "seed {seed}: {month:?} {exact}"
        );
    }
}

/// Three parts that hardly break and are never repaired: all are broken at the time t with (1 - exp(-t / mean))^3.
#[test]
fn missions_without_repair_are_explored() {
    const MEAN: f64 = 100.0;
    let case = Case::down(
        "mission",
        0,
        "places: { site: {} }
services:
  a: { runs: { site: 3 }, instance: { fails: { every: 100y, lasts: 1000y } } }
journeys: { visit: { needs: [a], rate: 1/s } }
",
        0.0,
    );
    let broken = |years: f64| pow(-exp_m1(-years / MEAN), 3.0);
    let steps = 1000;
    let middle = |step: i32| (f64::from(step) + 0.5) / f64::from(steps);
    let exact = (0..steps).map(|step| broken(middle(step))).sum::<f64>() / f64::from(steps);
    for seed in 1..=3 {
        let document = document(&case, seed, Method::Auto);
        let down = &document.journeys["visit"].unavailability.time;
        assert!(is_near(down, exact, 0.0), "seed {seed}: {down:?} {exact:e}");
    }
}
