//! The gamma function and the regularised incomplete gamma functions, with their inverses.
//!
//! P(a, x) is summed from its power series below x = a + 1, and Q(a, x) = 1 - P(a, x) from its continued fraction (by
//! Lentz's method) above; both as logarithms, so that the tails neither underflow nor cancel. The common factor
//! x^a e^-x / Gamma(a + 1) is taken in Loader's saddle-point form (C. Loader, Fast and Accurate Computation of Binomial
//! Probabilities, 2000), which keeps its digits for large a. The inverses are Newton's method on ln P or ln Q as a
//! function of ln x: both are concave there, so that the iteration converges from any starting point.

use super::{exp, exp_m1, ln, ln_1p, normal_from_cumulative_hazard, normal_quantile};

/// ln(2 pi).
const LN_TAU: f64 = 1.837_877_066_409_345_3;
/// Enough for the series at a = 10^10; each needs about 6 sqrt(a) terms at worst.
const MAXIMUM_TERMS: u32 = 1_000_000;
const MAXIMUM_NEWTON_STEPS: u32 = 100;

/// Natural logarithm of the gamma function, for positive arguments.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The gamma function.
#[must_use]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// P(a, x): the probability that a gamma variable of shape `a > 0` and scale 1 is at most `x`.
#[must_use]
pub fn gamma_lower_regularised(a: f64, x: f64) -> f64 {
    exp(tails(a, x).0)
}

/// Q(a, x) = 1 - P(a, x), accurate in the upper tail.
#[must_use]
pub fn gamma_upper_regularised(a: f64, x: f64) -> f64 {
    exp(tails(a, x).1)
}

/// -ln Q(a, x), finite also where Q underflows.
#[must_use]
pub fn gamma_cumulative_hazard(a: f64, x: f64) -> f64 {
    // The positive sign of zero, for x at or below zero.
    (-tails(a, x).1).max(0.0)
}

/// The logarithm of the density x^(a-1) e^-x / Gamma(a), for positive `x`.
#[must_use]
pub fn ln_gamma_density(a: f64, x: f64) -> f64 {
    ln_kernel(a, x) + ln(a / x)
}

/// The x with P(a, x) = `probability`.
#[must_use]
pub fn gamma_lower_inverse(a: f64, probability: f64) -> f64 {
    if probability <= 0.5 {
        invert_lower(a, probability)
    } else {
        invert_upper(a, -ln(1.0 - probability))
    }
}

/// The x with Q(a, x) = `probability`.
#[must_use]
pub fn gamma_upper_inverse(a: f64, probability: f64) -> f64 {
    if probability < 0.5 {
        invert_upper(a, -ln(probability))
    } else {
        invert_lower(a, 1.0 - probability)
    }
}

/// The x with -ln Q(a, x) = `hazard`.
#[must_use]
pub fn gamma_from_cumulative_hazard(a: f64, hazard: f64) -> f64 {
    if hazard < std::f64::consts::LN_2 {
        invert_lower(a, -exp_m1(-hazard))
    } else {
        invert_upper(a, hazard)
    }
}

/// The quantile of the chi-square law with this many (positive, not necessarily whole) degrees of freedom.
#[must_use]
pub fn chi_square_quantile(degrees: f64, probability: f64) -> f64 {
    2.0 * gamma_lower_inverse(0.5 * degrees, probability)
}

/// `(ln P, ln Q)`, each computed from the other only where that loses nothing.
fn tails(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (f64::NEG_INFINITY, 0.0);
    }
    if x == f64::INFINITY {
        return (0.0, f64::NEG_INFINITY);
    }
    if x < a + 1.0 {
        let lower = (ln_kernel(a, x) + ln(series(a, x))).min(0.0);
        (lower, ln_1p(-exp(lower)))
    } else {
        let upper = (ln_kernel(a, x) + ln(a * continued_fraction(a, x))).min(0.0);
        (ln_1p(-exp(upper)), upper)
    }
}

/// ln(x^a e^-x / Gamma(a + 1)).
fn ln_kernel(a: f64, x: f64) -> f64 {
    -deviance(a, x) - stirling_error(a) - 0.5 * (LN_TAU + ln(a))
}

/// 1 + x/(a+1) + x^2/((a+1)(a+2)) + ...
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut denominator = a;
    for _ in 0..MAXIMUM_TERMS {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Gamma(a, x) e^x x^-a as a continued fraction.
fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for step in 1..MAXIMUM_TERMS {
        let i = f64::from(step);
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b, TINY);
        c = away_from_zero(b + numerator / c, TINY);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The value itself, or `tiny` where it would divide by zero in Lentz's method.
pub(super) fn away_from_zero(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

/// Loader's deviance a ln(a / x) + x - a, without cancellation where x is near a.
pub(super) fn deviance(a: f64, x: f64) -> f64 {
    let difference = a - x;
    if difference.abs() >= 0.1 * (a + x) {
        return a * ln(a / x) - difference;
    }
    let ratio = difference / (a + x);
    let square = ratio * ratio;
    let mut sum = difference * ratio;
    let mut term = 2.0 * a * ratio;
    for j in 1..50_u32 {
        term *= square;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// ln Gamma(a + 1) minus Stirling's approximation of it, for positive `a`.
pub(super) fn stirling_error(a: f64) -> f64 {
    if a < 15.0 {
        return ln_gamma(a + 1.0) - (a + 0.5) * ln(a) + a - 0.5 * LN_TAU;
    }
    let inverse_square = 1.0 / (a * a);
    let series = 1.0 / 1260.0 - inverse_square * (1.0 / 1680.0 - inverse_square / 1188.0);
    (1.0 / 12.0 - inverse_square * (1.0 / 360.0 - inverse_square * series)) / a
}

/// The x with P(a, x) = `probability`, for probabilities up to about a half.
fn invert_lower(a: f64, probability: f64) -> f64 {
    if probability <= 0.0 {
        return 0.0;
    }
    let target = ln(probability);
    let start = wilson_hilferty(a, normal_quantile(probability))
        .map_or((target + ln_gamma(a + 1.0)) / a, ln);
    newton(start, |log| {
        let x = exp(log);
        let lower = tails(a, x).0;
        (lower - target) / exp(ln_kernel(a, x) + ln(a) - lower)
    })
}

/// The x with -ln Q(a, x) = `hazard`, for hazards from about ln 2.
fn invert_upper(a: f64, hazard: f64) -> f64 {
    if hazard == f64::INFINITY {
        return f64::INFINITY;
    }
    let start = wilson_hilferty(a, normal_from_cumulative_hazard(hazard)).unwrap_or(hazard);
    newton(ln(start), |log| {
        let x = exp(log);
        let upper = tails(a, x).1;
        (-upper - hazard) / exp(ln_kernel(a, x) + ln(a) - upper)
    })
}

/// The cube-root normal approximation of the gamma quantile, where it is any good.
fn wilson_hilferty(a: f64, z: f64) -> Option<f64> {
    let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    (a >= 0.5 && root > 0.1).then_some(a * root * root * root)
}

/// Follows Newton steps in ln x until they no longer matter, and returns x.
fn newton(start: f64, step: impl Fn(f64) -> f64) -> f64 {
    let mut log = start;
    for _ in 0..MAXIMUM_NEWTON_STEPS {
        // Below the least positive number there is nothing left to find.
        if log < -745.0 {
            return 0.0;
        }
        let change = step(log);
        log -= change;
        if change.abs() < 1e-15 {
            break;
        }
        if change.abs() < 1e-9 {
            // Convergence is quadratic, so this step was the last; taken in x it keeps the digits of large logarithms.
            return exp(log + change) * (1.0 - change);
        }
    }
    exp(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    const SHAPES: [f64; 9] = [1e-3, 0.1, 0.5, 1.0, 2.5, 10.0, 100.0, 1e4, 1e6];

    #[test]
    fn agrees_with_statrs() {
        for a in [0.1, 0.5, 1.0, 2.5, 10.0, 100.0] {
            for factor in [0.01, 0.3, 0.9, 1.0, 1.2, 3.0] {
                let x = a * factor;
                let lower = statrs::function::gamma::gamma_lr(a, x);
                assert!(
                    (gamma_lower_regularised(a, x) - lower).abs() < 1e-11,
                    "{a} {x}"
                );
                let upper = statrs::function::gamma::gamma_ur(a, x);
                assert!(
                    (gamma_upper_regularised(a, x) - upper).abs() < 1e-11,
                    "{a} {x}"
                );
            }
            assert!((ln_gamma(a) - statrs::function::gamma::ln_gamma(a)).abs() < 1e-11);
        }
        for degrees in [1.0, 4.0, 30.0] {
            let reference = ChiSquared::new(degrees).unwrap();
            for p in [0.0005, 0.025, 0.5, 0.9995] {
                let ratio = chi_square_quantile(degrees, p) / reference.inverse_cdf(p);
                assert!((ratio - 1.0).abs() < 1e-6, "{degrees} {p}");
            }
        }
    }

    #[test]
    fn shape_one_is_exponential_and_one_half_is_normal() {
        for x in [1e-9, 0.1, 1.0, 1.9, 2.1, 30.0, 600.0] {
            assert!(
                (gamma_cumulative_hazard(1.0, x) / x - 1.0).abs() < 1e-14,
                "{x}"
            );
            let expected = crate::math::erfc(x.sqrt());
            assert!(
                (gamma_upper_regularised(0.5, x) / expected - 1.0).abs() < 2e-13,
                "{x}"
            );
        }
        assert!((gamma_cumulative_hazard(1.0, 1e6) / 1e6 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn whole_shapes_are_poisson_sums() {
        // Q(n, x) is the probability of fewer than n Poisson events.
        for (n, x) in [(3, 0.5), (5, 5.0), (20, 14.0), (20, 40.0)] {
            let mut term = exp(-x);
            let mut sum = term;
            for count in 1..n {
                term *= x / f64::from(count);
                sum += term;
            }
            let value = gamma_upper_regularised(f64::from(n), x);
            assert!((value / sum - 1.0).abs() < 1e-13, "{n} {x}");
        }
    }

    #[test]
    fn large_shapes_keep_their_digits() {
        // Near the mean the law is normal with the first Edgeworth correction: P(a, a) = 1/2 + 1 / (3 sqrt(2 pi a)) + ...
        for a in [1e4, 1e6, 1e8] {
            let expected = 0.5 + 1.0 / (3.0 * (2.0 * std::f64::consts::PI * a).sqrt());
            let error = gamma_lower_regularised(a, a) - expected;
            assert!(error.abs() < 0.02 / (a * a.sqrt()) + 1e-12, "{a}: {error}");
        }
    }

    #[test]
    fn inverses_invert() {
        for a in SHAPES {
            for p in [1e-200, 1e-15, 1e-3, 0.2, 0.5, 0.8, 0.999] {
                let x = gamma_lower_inverse(a, p);
                if x > 1e-300 {
                    let back = gamma_lower_regularised(a, x);
                    assert!((back / p - 1.0).abs() < 1e-11, "{a} {p}: {back}");
                }
                let x = gamma_upper_inverse(a, p);
                if x > 1e-300 {
                    let back = gamma_upper_regularised(a, x);
                    assert!((back / p - 1.0).abs() < 1e-11, "{a} {p}: {back}");
                }
            }
        }
    }

    #[test]
    fn cumulative_hazard_inverts() {
        for a in SHAPES {
            for hazard in [1e-12, 0.01, 0.69, 0.7, 5.0, 1e3, 1e6] {
                let x = gamma_from_cumulative_hazard(a, hazard);
                if x > 1e-300 {
                    let back = gamma_cumulative_hazard(a, x);
                    assert!((back / hazard - 1.0).abs() < 1e-11, "{a} {hazard}: {back}");
                }
            }
            assert_eq!(gamma_from_cumulative_hazard(a, 0.0), 0.0);
            assert_eq!(
                gamma_from_cumulative_hazard(a, f64::INFINITY),
                f64::INFINITY
            );
        }
    }

    #[test]
    fn chi_square_table() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4.
        for (degrees, expected) in [(1.0, 3.841), (10.0, 18.307), (100.0, 124.342)] {
            assert!((chi_square_quantile(degrees, 0.95) - expected).abs() < 5e-4);
        }
    }

    #[test]
    fn value_stability() {
        let values = [
            gamma_lower_regularised(2.5, 1.3),
            gamma_upper_regularised(2.5, 9.0),
            gamma_lower_inverse(2.5, 0.3),
            gamma_from_cumulative_hazard(0.4, 20.0),
        ];
        assert_eq!(
            values.map(f64::to_bits),
            [
                0x3fce_8b95_3925_cf28,
                0x3f68_230e_eb10_38c5,
                0x3ff7_ffcf_d5c9_aa74,
                0x4031_7495_93de_bb93
            ]
        );
    }
}
