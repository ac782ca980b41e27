//! Compound Poisson totals against closed forms, direct simulation and their own promises.

use super::*;
use crate::dist::Law;
use crate::estimate::intervals::weighted;
use crate::math::{gamma_upper_regularised, ln, normal_quantile};
use crate::measure::Moments;
use crate::rng::{Entity, Purpose, Stream};

fn stream(seed: u64, name: &str) -> Stream {
    Stream::new(seed, 0, Entity::named(name), Purpose(0))
}

fn exactly(per_year: f64) -> Figure {
    Figure::new(Some(per_year), (per_year, per_year), "given").in_unit(unit::PER_YEAR)
}

/// The quantiles of a law, each a trial of its own.
fn quantiles(law: &Law, count: u32) -> Samples {
    let mut samples = Samples::default();
    for rank in 0..count {
        let probability = (f64::from(rank) + 0.5) / f64::from(count);
        samples.add_trial(&mut [(law.quantile(probability), 1)]);
    }
    samples
}

/// The chance that a Poisson number of exponential costs of mean 1 adds up to more than a limit.
fn exponential_exceeds(expected: f64, limit: f64) -> f64 {
    let (mut chance, mut sum) = (exp(-expected), 0.0);
    for count in 1..400_u32 {
        chance *= expected / f64::from(count);
        sum += chance * gamma_upper_regularised(f64::from(count), limit);
    }
    sum
}

#[test]
fn exponential_costs_have_a_closed_form() {
    let samples = quantiles(&Law::exponential(1.0).unwrap(), 20_000);
    for per_year in [1e-13, 1e-6, 0.05, 1.0, 8.0, 50.0] {
        let year = CompoundPoisson::new(&exactly(per_year), &samples);
        for limit in [0.01, 1.0, 3.0, 1.3 * per_year + 2.0] {
            let truth = exponential_exceeds(per_year, limit);
            let figure = year.exceeds(1.0, limit);
            let error = (figure.estimate.unwrap() / truth - 1.0).abs();
            assert!(error < 0.01, "{per_year} {limit}: {figure:?} {truth}");
            // The last digits of the closed form are rounded.
            let low = figure.low.unwrap() <= truth * (1.0 + 1e-12);
            let high = truth <= figure.high.unwrap() * (1.0 + 1e-12);
            assert!(low && high, "{per_year} {limit}: {figure:?} {truth}");
        }
    }
}

#[test]
fn percentiles_undo_probabilities() {
    let samples = quantiles(&Law::exponential(1.0).unwrap(), 20_000);
    for per_year in [0.2, 2.0, 30.0] {
        let year = CompoundPoisson::new(&exactly(per_year), &samples);
        for level in [0.5, 0.9, 0.95, 0.99] {
            let figure = year.percentile(1.0, level);
            let total = figure.estimate.unwrap();
            if total == 0.0 {
                assert!(exp(-per_year) >= level, "{per_year} {level}");
                continue;
            }
            // A step of the lattice is 1/512 of the total at most, and the density of the total below 1.
            let chance = exponential_exceeds(per_year, total);
            let error = (chance - (1.0 - level)).abs();
            assert!(error < 0.01 * (1.0 - level) + total / 2_000.0, "{figure:?}");
            assert!(figure.low.unwrap() <= total && total <= figure.high.unwrap());
        }
    }
}

#[test]
fn equal_costs_give_the_poisson_law() {
    let mut samples = Samples::default();
    for _ in 0..1_000 {
        samples.add_trial(&mut [(60.0, 1)]);
    }
    let year = CompoundPoisson::new(&exactly(0.7), &samples);
    // More than 100 s are two periods or more.
    let truth = 1.0 - exp(-0.7) * 1.7;
    let estimate = year.exceeds(1.0, 100.0).estimate.unwrap();
    assert!((estimate - truth).abs() < 1e-12, "{estimate} {truth}");
    let month = year.exceeds(1.0 / 12.0, 30.0).estimate.unwrap();
    assert!((month + exp_m1(-0.7 / 12.0)).abs() < 1e-12);
}

#[test]
fn what_was_never_seen_is_bounded_by_the_rate() {
    let seen_none = weighted::rate(&Moments::default(), 1_000, 1.0);
    let year = CompoundPoisson::new(&seen_none, &Samples::default());
    let chance = year.exceeds(1.0, 10.0);
    assert_eq!(
        (chance.estimate, chance.low, chance.high),
        (Some(0.0), Some(0.0), Some(1.0))
    );
    let rare = Figure::new(Some(0.0), (0.0, 0.003), "given");
    let year = CompoundPoisson::new(&rare, &Samples::default());
    let high = year.exceeds(1.0, 10.0).high.unwrap();
    assert!((high + exp_m1(-0.003)).abs() < 1e-12);
    assert_eq!(year.percentile(1.0, 0.99).high, Some(0.0));
    assert_eq!(year.percentile(1.0, 0.999).high, None);
}

/// Busy periods that are drawn four times as often as they come if they are long, in trials of a year.
fn study(stream: &mut Stream, trials: u64) -> (Figure, Samples) {
    let (mut count, mut samples) = (Moments::default(), Samples::default());
    for _ in 0..trials {
        let (mut events, mut costs) = (0.0, Vec::new());
        if stream.uniform() < 0.5 {
            // Half of the costs are drawn with mean 3 instead of 1; the weight is the ratio of densities.
            let mean = if stream.uniform() < 0.5 { 3.0 } else { 1.0 };
            let cost = -mean * ln(stream.uniform());
            let ratio = 2.0 / (1.0 + exp(cost * (1.0 - 1.0 / 3.0)) / 3.0);
            events += 0.02 * ratio;
            costs.push((cost, (ratio * 1_048_576.0).round().max(1.0) as u64));
        }
        count.add(events);
        samples.add_trial(&mut costs);
    }
    (weighted::rate(&count, trials, 1.0), samples)
}

#[test]
fn intervals_hold_the_truth() {
    const STUDIES: u64 = 300;
    let (limit, expected) = (4.0, 0.01);
    let truth = exponential_exceeds(expected, limit);
    let mut held = [0_u32; 2];
    for seed in 1..=STUDIES {
        let (rate, samples) = study(&mut stream(seed, "compound"), 400);
        let years = CompoundPoisson::new(&rate, &samples);
        let chance = years.exceeds(1.0, limit);
        held[0] += u32::from(chance.low <= Some(truth) && Some(truth) <= chance.high);
        // The median of a hundred years, in which one busy period is expected.
        let median = years.percentile(100.0, 0.5);
        let below = exponential_exceeds(1.0, median.low.unwrap()) >= 0.5;
        let above = median
            .high
            .is_none_or(|high| exponential_exceeds(1.0, high) <= 0.5);
        held[1] += u32::from(below && above);
    }
    // Three standard errors below 95 % of 300.
    assert!(held.iter().all(|held| *held >= 274), "{held:?}");
}

/// Thirty parts that wear, each with a fault every 15 years, seen for a year after long use: their faults are nearly a
/// Poisson process, although those of one part are not.
#[test]
fn many_renewal_processes_are_nearly_compound_poisson() {
    const YEARS: u32 = 4_000;
    let life = Law::weibull_from_mean(15.0, 2.0).unwrap();
    let repair = Law::lognormal(0.0, 1.0).unwrap();
    let year = CompoundPoisson::new(&exactly(2.0), &quantiles(&repair, 10_000));
    for seed in 1..=3 {
        let mut stream = stream(seed, "renewal");
        let mut over = [0_u32; 3];
        for _ in 0..YEARS {
            let mut total = 0.0;
            for _ in 0..30 {
                let age = life.equilibrium_age(stream.uniform());
                let mut at = life.residual(age, stream.uniform());
                while at < 1.0 {
                    total += exp(normal_quantile(stream.uniform()));
                    at += life.quantile(stream.uniform());
                }
            }
            for (over, limit) in over.iter_mut().zip([1.0, 4.0, 10.0]) {
                *over += u32::from(total > limit);
            }
        }
        for (over, limit) in over.into_iter().zip([1.0, 4.0, 10.0]) {
            let chance = year.exceeds(1.0, limit).estimate.unwrap();
            let share = f64::from(over) / f64::from(YEARS);
            let error = (chance * (1.0 - chance) / f64::from(YEARS)).sqrt();
            let apart = (share - chance).abs() / error;
            assert!(apart < 3.2905, "seed {seed}, {limit}: {share} {chance}");
        }
    }
}

/// What the assumption leaves out: one part that wears spaces its faults, and bad years are rarer than computed.
#[test]
fn one_renewal_process_that_wears_is_not_compound_poisson() {
    let life = Law::weibull_from_mean(0.5, 4.0).unwrap();
    let year = CompoundPoisson::new(&exactly(2.0), &quantiles(&Law::fixed(1.0).unwrap(), 1_000));
    let mut stream = stream(1, "spaced");
    let mut over = 0_u32;
    for _ in 0..2_000 {
        let age = life.equilibrium_age(stream.uniform());
        let (mut at, mut faults) = (life.residual(age, stream.uniform()), 0);
        while at < 1.0 {
            faults += 1;
            at += life.quantile(stream.uniform());
        }
        over += u32::from(faults > 3);
    }
    let chance = year.exceeds(1.0, 3.5).estimate.unwrap();
    assert!(f64::from(over) / 2_000.0 < 0.5 * chance, "{over} {chance}");
}
