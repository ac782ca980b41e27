//! One part: availability under every law, from new and in equilibrium, and what repair does to its age.

use fivenines::dist::Law;
use fivenines::exact::alternating::Alternating;
use fivenines::exact::renewal::expected_strikes;
use fivenines::math::{exp, gamma, pow};

use crate::support::{DAY, YEAR, chance, mean, tally, unavailable, within_999};

/// A journey that needs one part, which fails and is repaired as said.
fn one_part(window: &str, fails: &str) -> String {
    format!(
        "
window: {{ {window} }}
places: {{ east: {{ zones: [a] }} }}
services: {{ api: {{ runs: {{ east/a: 1 }}, instance: {{ fails: {{ {fails} }} }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
"
    )
}

/// In the long run only the means count, whatever the laws (mean 9 days between, mean 1 day of repair).
fn stationary(what: &str, every: &str, lasts: &str, down: f64) {
    let yaml = one_part(
        "length: 100d, warm-up: 200d",
        &format!("every: {every}, lasts: {lasts}"),
    );
    unavailable(what, &yaml, 500, down, down);
}

/// Exponential laws of both, with the means of the other checks.
const EVERY: &str = "{ mean: 9d }";
const LASTS: &str = "{ mean: 1d }";

#[test]
fn exponential_and_lognormal() {
    stationary("exponential", EVERY, LASTS, 0.1);
    stationary("rates", "{ rate: 73/y }", "{ mean: 48000s }", 0.1);
    let repair = "{ lognormal: { mean: 1d, median: 12h } }";
    stationary("lognormal repair", EVERY, repair, 0.1);
    let both = "{ lognormal: { mean: 9d, median: 7d } }";
    stationary("lognormal of both", both, repair, 0.1);
}

#[test]
fn infants_and_wear_out() {
    let infant = "{ weibull: { shape: 0.7, mean: 9d } }";
    stationary("Weibull, shape 0.7", infant, LASTS, 0.1);
    let worn = "{ weibull: { shape: 3, mean: 9d } }";
    stationary("Weibull, shape 3", worn, LASTS, 0.1);
    let gamma = "{ gamma: { mean: 1d, shape: 2.5 } }";
    stationary("gamma repair", EVERY, gamma, 0.1);
    let stages = "{ erlang: { mean: 1d, stages: 4 } }";
    stationary(
        "gamma and Erlang",
        "{ gamma: { mean: 9d, shape: 0.6 } }",
        stages,
        0.1,
    );
}

#[test]
fn bounded_laws() {
    stationary(
        "uniform",
        "{ uniform: { from: 3d, to: 15d } }",
        "{ uniform: { from: 0s, to: 2d } }",
        0.1,
    );
    stationary(
        "triangular",
        "{ triangular: { from: 0s, mode: 9d, to: 18d } }",
        "{ triangular: { from: 6h, mode: 12h, to: 54h } }",
        0.1,
    );
    stationary(
        "empirical",
        "{ empirical: [3d, 6d, 18d] }",
        "{ empirical: [6h, 12h, 54h] }",
        0.1,
    );
    stationary("fixed repair", EVERY, "{ fixed: 1d }", 0.1);
    stationary("fixed time between", "{ fixed: 9d }", LASTS, 0.1);
}

#[test]
fn heavy_tails_and_compositions() {
    let pareto = "{ pareto: { minimum: 19.2h, shape: 5 } }";
    stationary("Pareto repair", EVERY, pareto, 0.1);
    let mixture =
        "{ mixture: [ { share: 80%, law: { mean: 12h } }, { share: 20%, law: { fixed: 3d } } ] }";
    stationary("mixture", EVERY, mixture, 0.1);
    // Beyond its lower bound an exponential law starts again: 12 h + 12 h.
    let above = "{ truncated: { law: { mean: 12h }, from: 12h } }";
    stationary("truncated below", EVERY, above, 0.1);
    // Below an upper bound b the mean is m - b / (exp(b / m) - 1).
    let below = "{ truncated: { law: { mean: 9d }, from: 0s, to: 18d } }";
    let between = 9.0 - 18.0 / (exp(2.0) - 1.0);
    stationary("truncated above", below, LASTS, 1.0 / (1.0 + between));
    // The mean of a log-logistic law of shape b is (pi / b) / sin(pi / b) medians.
    let quarter = std::f64::consts::FRAC_PI_4;
    let mean = 12.0 / 24.0 * quarter / std::f64::consts::FRAC_1_SQRT_2;
    let logistic = "{ log-logistic: { median: 12h, shape: 4 } }";
    stationary("log-logistic", EVERY, logistic, mean / (9.0 + mean));
}

/// Two fixed laws have no variance over whole periods, so nothing but rounding is allowed.
#[test]
fn fixed_laws_are_exact_over_whole_periods() {
    let yaml = one_part(
        "length: 110d, warm-up: 50d",
        "every: { fixed: 10d }, lasts: { fixed: 1d }",
    );
    unavailable("fixed", &yaml, 50, 1.0 / 11.0, 1.0 / 11.0);
}

#[test]
fn an_interval_that_starts_up_is_better_than_the_long_run() {
    let process = Alternating::from_means(10.0 * DAY, 2.0 * DAY);
    for start in ["new", "equilibrium"] {
        let window = format!("length: 6d, start: {start}");
        let yaml = one_part(&window, "every: 10d, lasts: { mean: 2d }");
        let exact = process.interval_unavailability(6.0 * DAY);
        assert!(exact < 0.8 * process.unavailability());
        unavailable("interval from up", &yaml, 5_000, exact, exact);
    }
}

const WORN: &str = "every: { weibull: { shape: 3, mean: 10y } }, lasts: 1h";

/// In equilibrium the strikes come at one per mean, in the first year as in any other.
#[test]
fn wear_out_strikes_at_its_rate_in_equilibrium() {
    let yaml = one_part("length: 1y", WORN);
    within_999("wear-out in equilibrium", 0.1, |seed| {
        mean(&tally(&yaml, seed, 15_000).journeys[0].outages, 15_000)
    });
}

/// From new the first years are quiet.
#[test]
fn wear_out_from_new_hardly_strikes() {
    let scale = 10.0 / gamma(4.0 / 3.0);
    let yaml = one_part("length: 5y, start: new", WORN);
    let exact = 1.0 - exp(-pow(5.0 / scale, 3.0));
    assert!(exact < 0.1);
    within_999("chance of a strike from new", exact, |seed| {
        let outages = &tally(&yaml, seed, 15_000).journeys[0].outages;
        chance(outages.nonzero(), 15_000, exact)
    });
    let law = Law::weibull_from_mean(10.0 * YEAR, 3.0).expect("a law");
    let strikes = expected_strikes(&law, 5.0 * YEAR, 400);
    within_999("strikes from new", strikes, |seed| {
        mean(&tally(&yaml, seed, 15_000).journeys[0].outages, 15_000)
    });
}

/// Bad as old: the strikes are a Poisson process with the cumulative hazard (t / scale)^shape. Good as new: a renewal
/// process. Repairs of a second are nothing beside days, and so are the gaps under a minute that join two outages.
#[test]
fn repair_that_renews_and_repair_that_does_not() {
    let law = "{ weibull: { shape: 2, scale: 73d } }";
    let strikes = |after: &str, seed: u64| {
        let fails = format!("every: {law}, lasts: 1s, after-repair: {after}");
        let yaml = one_part("length: 1y, start: new", &fails);
        let tally = tally(&yaml, seed, 1_000);
        mean(&tally.journeys[0].outages, 1_000)
    };
    within_999("as old", 25.0, |seed| strikes("as-old", seed));
    let weibull = Law::weibull(73.0 * DAY, 2.0).expect("a law");
    let renewals = expected_strikes(&weibull, YEAR, 800);
    assert!(renewals < 6.0);
    within_999("as new", renewals, |seed| strikes("as-new", seed));
}

/// The number of strikes of a bad-as-old process is Poisson: its variance is its mean.
#[test]
fn strikes_bad_as_old_are_poisson() {
    let fails = "every: { weibull: { shape: 2, scale: 182.5d } }, lasts: 1s, after-repair: as-old";
    let yaml = one_part("length: 1y, start: new", fails);
    let exact = exp(-4.0);
    within_999("no strike in a year, as old", exact, |seed| {
        let outages = &tally(&yaml, seed, 5_000).journeys[0].outages;
        chance(5_000 - outages.nonzero(), 5_000, exact)
    });
    within_999("squared strikes", 4.0 + 16.0, |seed| {
        squared_mean(&yaml, seed, 5_000)
    });
}

/// The mean square of the number of outages, with the error that a Poisson law of mean 4 gives it: the variance of the
/// square is m + 6 m^2 + 4 m^3.
fn squared_mean(yaml: &str, seed: u64, trials: u64) -> crate::support::Estimate {
    let outages = tally(yaml, seed, trials).journeys.swap_remove(0).outages;
    let variance = 4.0 + 6.0 * 16.0 + 4.0 * 64.0;
    crate::support::Estimate {
        value: outages.squares() / trials as f64,
        standard_error: f64::sqrt(variance / trials as f64),
    }
}
