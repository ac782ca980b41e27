//! What every law must satisfy, for the tests beside each family.

use rand::distr::Distribution;

use super::Law;
use crate::math::{exp, ln_1p};
use crate::rng::{Entity, Purpose, Stream};

/// The normal quantile of a two-sided 99.9 % interval.
const DEVIATIONS: f64 = 3.290_526_731_491_895;
const SEEDS: [u64; 3] = [1, 2, 3];

fn stream(seed: u64, name: &str) -> Stream {
    Stream::new(seed, 0, Entity::named(name), Purpose(0))
}

#[track_caller]
fn assert_close(value: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (value - expected).abs();
    assert!(
        error <= tolerance * expected.abs() || value == expected,
        "{what}: {value} should be {expected}"
    );
}

/// Checks a law with a density on all its functions; `tail_hazard` is the cumulative hazard up to which its tail
/// can be told apart in double precision (about 20 for bounded laws).
#[track_caller]
pub fn smooth(law: &Law, tail_hazard: f64) {
    distribution_function(law);
    hazards(law, tail_hazard);
    density(law);
    means(law);
    residual_lives(law, tail_hazard);
    equilibrium(law);
}

#[track_caller]
fn distribution_function(law: &Law) {
    for p in [
        1e-12,
        1e-6,
        0.001,
        0.1,
        0.3,
        0.5,
        0.7,
        0.9,
        0.999,
        1.0 - 1e-9,
    ] {
        let x = law.quantile(p);
        assert_close(
            law.cdf(x),
            p,
            1e-11 + 1e-15 / (p * (1.0 - p)),
            "cdf of quantile",
        );
        let survival_tolerance = 1e-11 + 1e-13 / (1.0 - p);
        assert_close(
            law.survival(x),
            1.0 - p,
            survival_tolerance,
            "survival of quantile",
        );
    }
    assert_eq!((law.cdf(-1.0), law.survival(-1.0)), (0.0, 1.0));
    assert_eq!((law.cdf(0.0), law.survival(0.0)), (0.0, 1.0));
    assert_eq!(
        (law.pdf(-1.0), law.hazard(-1.0), law.cumulative_hazard(-1.0)),
        (0.0, 0.0, 0.0)
    );
}

#[track_caller]
fn hazards(law: &Law, tail_hazard: f64) {
    for h in [
        1e-12, 1e-6, 0.01, 0.5, 0.69, 0.7, 2.0, 8.0, 40.0, 300.0, 740.0, 1e4,
    ] {
        if h > tail_hazard {
            continue;
        }
        let x = law.inverse_cumulative_hazard(h);
        let bounded = if tail_hazard < 100.0 {
            1e-15 * exp(h)
        } else {
            0.0
        };
        assert_close(
            law.cumulative_hazard(x),
            h,
            1e-10 + bounded + 1e-15 / h,
            "hazard inverse",
        );
        // Beyond, the survival is subnormal and keeps few digits.
        if h < 700.0 {
            let survival = law.survival(x);
            assert_close(survival, exp(-h), 1e-9 + bounded, "survival by hazard");
        }
        if h < 100.0 {
            let hazard = law.pdf(x) / law.survival(x);
            assert_close(law.hazard(x), hazard, 1e-9 + bounded, "hazard by density");
        }
    }
}

#[track_caller]
fn density(law: &Law) {
    for p in [0.02, 0.11, 0.33, 0.61, 0.87, 0.98] {
        let x = law.quantile(p);
        let step = 1e-5 * (law.quantile(p + 0.01) - law.quantile(p - 0.01));
        let slope = (law.cdf(x + step) - law.cdf(x - step)) / (2.0 * step);
        assert_close(law.pdf(x), slope, 1e-5, "density");
    }
}

/// Compares with integrals of the survival by the midpoint rule, in a variable that stretches both ends.
#[track_caller]
fn means(law: &Law) {
    const PANELS: u32 = 200_000;
    let integral = |scale: f64, at: &dyn Fn(f64) -> (f64, f64)| {
        let panel = |index: u32| {
            let (place, weight) = at((f64::from(index) + 0.5) / f64::from(PANELS));
            law.survival(scale * place) * scale * weight
        };
        (0..PANELS).map(panel).sum::<f64>() / f64::from(PANELS)
    };
    for p in [0.01, 0.4, 0.8, 0.999] {
        let x = law.quantile(p);
        let expected = integral(x, &|s| (s * s, 2.0 * s));
        assert_close(law.limited_mean(x), expected, 1e-8, "limited mean");
        let square = integral(x, &|s| (s * s, 4.0 * x * s * s * s));
        assert_close(
            law.limited_mean_square(x),
            square,
            1e-8,
            "limited mean square",
        );
    }
    let whole = integral(law.mean(), &|s| {
        let odds = s / (1.0 - s);
        (
            odds * odds * odds,
            3.0 * odds * odds / ((1.0 - s) * (1.0 - s)),
        )
    });
    assert_close(law.mean(), whole, 1e-4, "mean");
    assert_close(
        law.limited_mean(f64::INFINITY),
        law.mean(),
        1e-14,
        "limit of limited mean",
    );
    assert_eq!(law.limited_mean(0.0), 0.0);
}

#[track_caller]
fn residual_lives(law: &Law, tail_hazard: f64) {
    let tail = law.inverse_cumulative_hazard(0.5 * tail_hazard.min(600.0));
    let bounded = if tail_hazard < 100.0 {
        1e-15 * exp(0.5 * tail_hazard)
    } else {
        0.0
    };
    for age in [
        0.0,
        law.quantile(0.01),
        law.quantile(0.5),
        law.quantile(0.999),
        tail,
    ] {
        let mut previous = 0.0;
        for step in 1..1000_u32 {
            let uniform = f64::from(step) / 1000.0;
            let rest = law.residual(age, uniform);
            assert!(
                rest >= previous && rest.is_finite(),
                "residual at {age}, {uniform}: {rest}"
            );
            previous = rest;
            let passed = law.cumulative_hazard(age + rest) - law.cumulative_hazard(age);
            // The sum age + rest is rounded, which moves the hazard by the hazard rate times that.
            let rounding = 1e-15 * law.hazard(age + rest) * (age + rest)
                + 1e-14 * law.cumulative_hazard(age + rest);
            let error = (passed + ln_1p(-uniform)).abs();
            assert!(
                error < 1e-11 + 4.0 * rounding + bounded,
                "residual at {age}, {uniform}: {error}"
            );
        }
    }
    for uniform in [1e-16, 1e-9, 0.2, 0.5, 0.97, 1.0 - 1e-15] {
        assert_eq!(law.residual(0.0, uniform), law.quantile(uniform));
    }
}

#[track_caller]
fn equilibrium(law: &Law) {
    let mut previous = 0.0;
    for step in 1..500_u32 {
        let uniform = f64::from(step) / 500.0;
        let age = law.equilibrium_age(uniform);
        assert!(age > previous, "equilibrium age at {uniform}: {age}");
        previous = age;
        assert_close(
            law.limited_mean(age) / law.mean(),
            uniform,
            1e-12,
            "equilibrium",
        );
    }
    assert!(law.equilibrium_age(1.0 - 1e-16).is_finite());
}

/// Mean and variance of 100 000 draws lie in their 99.9 % intervals, and so does the mean age in equilibrium.
#[track_caller]
pub fn moments(law: &Law) {
    const DRAWS: u32 = 100_000;
    for seed in SEEDS {
        let mut draws = stream(seed, "moments");
        let values: Vec<f64> = (0..DRAWS)
            .map(|_| law.residual(0.0, draws.uniform()))
            .collect();
        within(&values, law.mean(), seed, "mean");
        let squares: Vec<f64> = values
            .iter()
            .map(|value| (value - law.mean()) * (value - law.mean()))
            .collect();
        within(&squares, law.variance(), seed, "variance");
        let ages: Vec<f64> = (0..DRAWS)
            .map(|_| law.equilibrium_age(draws.uniform()))
            .collect();
        let second = law.variance() + law.mean() * law.mean();
        within(
            &ages,
            second / (2.0 * law.mean()),
            seed,
            "mean age in equilibrium",
        );
    }

    #[track_caller]
    fn within(values: &[f64], expected: f64, seed: u64, what: &str) {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum::<f64>();
        let error = squares.sqrt() / count;
        if error <= 1e-15 * expected.abs() {
            // Without spread the figure itself must be right.
            return assert_close(mean, expected, 1e-9, what);
        }
        let deviations = (mean - expected) / error;
        assert!(
            deviations.abs() < DEVIATIONS,
            "{what} at seed {seed}: {mean}, not {expected}: {deviations} standard errors"
        );
    }
}

/// Two-sample Kolmogorov-Smirnov test at 99.9 % against another sampler.
#[track_caller]
pub fn same_as(law: &Law, oracle: &impl Distribution<f64>) {
    const DRAWS: usize = 20_000;
    for seed in SEEDS {
        let mut uniforms = stream(seed, "law");
        let mut source = stream(seed, "oracle");
        let mut ours: Vec<f64> = (0..DRAWS)
            .map(|_| law.quantile(uniforms.uniform()))
            .collect();
        let mut theirs: Vec<f64> = (0..DRAWS).map(|_| oracle.sample(&mut source)).collect();
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let distance = ours
            .iter()
            .enumerate()
            .map(|(rank, x)| rank.abs_diff(theirs.partition_point(|other| other < x)))
            .max()
            .unwrap_or(DRAWS);
        // sqrt(-ln(0.001 / 2) / 2) = 1.9495, times sqrt(2 / n).
        let critical = 1.9495 * (2.0 * DRAWS as f64).sqrt();
        assert!(
            (distance as f64) < critical,
            "seed {seed}: {distance} against {critical}"
        );
    }
}

/// A law of every family, and some made of others.
pub fn one_of_each() -> Vec<Law> {
    let lognormal = Law::lognormal(3.0, 0.9).unwrap();
    let exponential = Law::exponential(25.0).unwrap();
    let weibull = Law::weibull(30.0, 1.7).unwrap();
    let mixed = vec![(0.7, lognormal.clone()), (0.3, weibull.clone())];
    let laws = vec![
        Law::fixed(20.0),
        Law::gamma(2.5, 12.0),
        Law::uniform(5.0, 80.0),
        Law::triangular(2.0, 10.0, 70.0),
        Law::pareto(9.0, 4.5),
        Law::log_logistic(22.0, 4.2),
        Law::empirical(vec![3.0, 8.0, 8.0, 90.0]),
        Law::mixture(mixed),
        Law::truncated(lognormal.clone(), Some(6.0), Some(200.0)),
        Law::truncated(weibull.clone(), Some(10.0), Some(60.0)),
        Law::truncated(exponential.clone(), None, Some(40.0)),
        Law::weibull(40.0, 0.8),
    ];
    let checked = laws.into_iter().map(Result::unwrap);
    checked.chain([lognormal, exponential, weibull]).collect()
}

/// The exact bits of a few draws, the same on every platform.
pub fn bits(law: &Law) -> [u64; 5] {
    let mut draws = stream(1, "bits");
    [
        law.residual(0.0, draws.uniform()),
        law.residual(0.0, 0.9995),
        law.residual(0.3 * law.mean(), draws.uniform()),
        law.residual(1.5 * law.mean(), 0.3),
        law.equilibrium_age(0.7),
    ]
    .map(f64::to_bits)
}
