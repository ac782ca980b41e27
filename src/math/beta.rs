//! The regularised incomplete beta function, its inverse, and Student's t law on top of it.
//!
//! I_x(a, b) comes from its continued fraction (DLMF 8.17.22, by Lentz's method) on the side where that converges
//! fast, as a logarithm and with the leading factor in Loader's saddle-point form, so that counts of 10^9 (as in
//! Clopper-Pearson intervals) keep their digits. The inverse is Newton's method on ln I as a function of the logit of
//! x: it is concave there, so that the iteration converges from any starting point.

use super::gamma::{away_from_zero, deviance, stirling_error};
use super::{exp, exp_m1, ln, ln_1p, normal_quantile};

/// Enough at a = b = 10^9; about sqrt(max(a, b)) terms are needed.
const MAXIMUM_TERMS: u32 = 1_000_000;
/// Degrees of freedom from which three terms of Fisher's expansion say more than the beta function.
const NEARLY_NORMAL: f64 = 1e6;
const MAXIMUM_NEWTON_STEPS: u32 = 200;

/// I_x(a, b): the probability that a beta variable with shapes `a, b > 0` is at most `x`.
#[must_use]
pub fn beta_lower_regularised(a: f64, b: f64, x: f64) -> f64 {
    beta_lower_regularised_by_parts(a, b, x, 1.0 - x)
}

/// I_x(a, b) with `y` = 1 - `x` given apart, for an `x` so close to 1 that the difference would lose its digits.
#[must_use]
pub fn beta_lower_regularised_by_parts(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if y <= 0.0 {
        1.0
    } else {
        exp(ln_lower(a, b, x, y))
    }
}

/// The x with I_x(a, b) = `probability`.
#[must_use]
pub fn beta_lower_inverse(a: f64, b: f64, probability: f64) -> f64 {
    if probability <= 0.5 {
        share(lower_logit(a, b, probability))
    } else {
        share(-lower_logit(b, a, 1.0 - probability))
    }
}

/// The x with 1 - I_x(a, b) = `probability`, accurate for small probabilities.
#[must_use]
pub fn beta_upper_inverse(a: f64, b: f64, probability: f64) -> f64 {
    if probability <= 0.5 {
        share(-lower_logit(b, a, probability))
    } else {
        share(lower_logit(a, b, 1.0 - probability))
    }
}

/// The distribution function of Student's t law with this many (positive) degrees of freedom.
#[must_use]
pub fn student_t_cdf(degrees: f64, t: f64) -> f64 {
    let square = t * t;
    let x = degrees / (degrees + square);
    let y = square / (degrees + square);
    let tail = match (x, y) {
        (x, _) if x <= 0.0 => 0.0,
        (_, y) if y <= 0.0 => 0.5,
        _ => 0.5 * exp(ln_lower(0.5 * degrees, 0.5, x, y)),
    };
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The quantile of Student's t law with this many (positive) degrees of freedom.
#[must_use]
pub fn student_t_quantile(degrees: f64, probability: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if probability == 0.0 || probability == 1.0 {
        return f64::INFINITY.copysign(probability - 0.5);
    }
    if degrees > NEARLY_NORMAL {
        return nearly_normal_quantile(degrees, normal_quantile(probability));
    }
    let upper = probability > 0.5;
    let tail = if upper {
        1.0 - probability
    } else {
        probability
    };
    // Both branches give the logit of t^2 / (degrees + t^2), each where its probability keeps its digits.
    let logit = if tail < 0.25 {
        -lower_logit(0.5 * degrees, 0.5, 2.0 * tail)
    } else {
        lower_logit(0.5, 0.5 * degrees, 1.0 - 2.0 * tail)
    };
    let size = degrees.sqrt() * exp(0.5 * logit);
    if upper { size } else { -size }
}

/// Fisher's expansion of the t quantile about the normal quantile `z` (Abramowitz and Stegun 26.7.5).
fn nearly_normal_quantile(degrees: f64, z: f64) -> f64 {
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    z + (first + second / degrees) / degrees
}

/// e^logit / (1 + e^logit).
fn share(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
}

/// The logit of the x with I_x(a, b) = `probability`.
fn lower_logit(a: f64, b: f64, probability: f64) -> f64 {
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let target = ln(probability);
    let mut logit = ln(a / b);
    for _ in 0..MAXIMUM_NEWTON_STEPS {
        let (x, y) = (share(logit), share(-logit));
        // Below the least positive number there is nothing left to find.
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        if y <= 0.0 {
            return f64::INFINITY;
        }
        let lower = ln_lower(a, b, x, y);
        let change = (lower - target) / exp(ln_kernel(a, b, x, y) - lower);
        logit -= change;
        if change.abs() < 1e-15 * logit.abs().max(1.0) {
            break;
        }
    }
    logit
}

/// ln I_x(a, b), with `y` = 1 - `x` given apart so that it may be tiny.
fn ln_lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x < (a + 1.0) / (a + b + 2.0) {
        (ln_kernel(a, b, x, y) + ln(continued_fraction(a, b, x, y) / a)).min(0.0)
    } else {
        let upper = (ln_kernel(a, b, x, y) + ln(continued_fraction(b, a, y, x) / b)).min(0.0);
        if upper > -0.1 {
            ln(-exp_m1(upper))
        } else {
            ln_1p(-exp(upper))
        }
    }
}

/// ln(x^a y^b / B(a, b)).
fn ln_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    0.5 * ln(a * (b / n) / (2.0 * std::f64::consts::PI)) + stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y)
}

/// The continued fraction of I_x(a, b), without its leading factor x^a (1 - x)^b / (a B(a, b)).
fn continued_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut c = 1.0;
    // 1 - (a + b) x / (a + 1), from the smaller of x and y = 1 - x for the sake of its digits.
    let first = if x < 0.5 {
        1.0 - (a + b) * x / (a + 1.0)
    } else {
        ((a + b) * y + (1.0 - b)) / (a + 1.0)
    };
    let mut d = 1.0 / away_from_zero(first, TINY);
    let mut value = d;
    for step in 1..MAXIMUM_TERMS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d, TINY);
        c = away_from_zero(1.0 + even / c, TINY);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d, TINY);
        c = away_from_zero(1.0 + odd / c, TINY);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn agrees_with_statrs() {
        for a in [0.3, 1.0, 4.0, 60.0] {
            for b in [0.5, 1.0, 7.0, 300.0] {
                for x in [1e-4, 0.05, 0.3, 0.7, 0.99] {
                    let expected = statrs::function::beta::beta_reg(a, b, x);
                    let value = beta_lower_regularised(a, b, x);
                    assert!((value - expected).abs() < 1e-11, "{a} {b} {x}");
                }
            }
        }
        for degrees in [1.0, 3.0, 12.5, 200.0] {
            let reference = StudentsT::new(0.0, 1.0, degrees).unwrap();
            for t in [-30.0, -2.0, -0.1, 0.0, 0.4, 3.0] {
                let expected = reference.cdf(t);
                assert!((student_t_cdf(degrees, t) - expected).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn closed_forms() {
        for x in [1e-12, 0.1, 0.5, 0.9, 0.999] {
            assert!((beta_lower_regularised(1.0, 1.0, x) / x - 1.0).abs() < 1e-14);
            let power = crate::math::pow(x, 3.5);
            assert!((beta_lower_regularised(3.5, 1.0, x) / power - 1.0).abs() < 2e-14);
            // The arc-sine law.
            let arc = 2.0 / std::f64::consts::PI * libm::asin(x.sqrt());
            assert!((beta_lower_regularised(0.5, 0.5, x) / arc - 1.0).abs() < 2e-14);
        }
    }

    #[test]
    fn inverses_invert() {
        for a in [0.01, 0.5, 1.0, 3.0, 1e3, 1e7] {
            for b in [0.01, 0.5, 1.0, 9.0, 1e4, 1e9] {
                for p in [1e-20, 5e-4, 0.3, 0.5, 0.9, 0.9995] {
                    let x = beta_lower_inverse(a, b, p);
                    if x > 1e-300 && x < 0.999_999 {
                        let back = beta_lower_regularised(a, b, x);
                        assert!((back / p - 1.0).abs() < 1e-8, "{a} {b} {p}: {back}");
                    }
                    let mirrored = beta_upper_inverse(b, a, p);
                    assert!((x + mirrored - 1.0).abs() < 1e-12, "{a} {b} {p}");
                }
            }
        }
    }

    #[test]
    fn clopper_pearson_bounds_are_exact_where_they_are_closed() {
        // No event in n trials: the upper bound at error rate e is 1 - e^(1/n). All events: its mirror image.
        for trials in [1.0, 20.0, 1e6, 1e9] {
            let upper = beta_upper_inverse(1.0, trials, 0.0005);
            let expected = -exp_m1(ln(0.0005) / trials);
            assert!((upper / expected - 1.0).abs() < 1e-12, "{trials}");
            let lower = beta_lower_inverse(trials, 1.0, 0.0005);
            assert!((lower + expected - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn student_quantiles() {
        // One degree is the Cauchy law, two have a closed form, many are normal.
        for p in [1e-9, 0.0005, 0.2, 0.26, 0.5, 0.74, 0.975, 0.9995] {
            // The cotangent keeps the digits of small shares.
            let cauchy = -1.0 / libm::tan(std::f64::consts::PI * p);
            let value = student_t_quantile(1.0, p);
            assert!(
                (value - cauchy).abs() <= 1e-12 * cauchy.abs() + 1e-15,
                "{p}"
            );
            let two = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
            let value = student_t_quantile(2.0, p);
            assert!((value - two).abs() <= 1e-12 * two.abs() + 1e-15, "{p}");
            let normal = crate::math::normal_quantile(p);
            let value = student_t_quantile(1e12, p);
            assert!((value - normal).abs() <= 1e-9 * normal.abs() + 1e-15, "{p}");
        }
        // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
        assert!((student_t_quantile(10.0, 0.975) - 2.228).abs() < 5e-4);
        assert!((student_t_quantile(30.0, 0.999) - 3.385).abs() < 5e-4);
        assert!(student_t_quantile(3.0, f64::NAN).is_nan());
        assert_eq!(student_t_quantile(3.0, 1.0), f64::INFINITY);
    }

    #[test]
    fn value_stability() {
        let values = [
            beta_lower_regularised(2.5, 7.0, 0.2),
            beta_lower_inverse(2.5, 7.0, 0.3),
            student_t_quantile(7.0, 0.9995),
        ];
        assert_eq!(
            values.map(f64::to_bits),
            [
                0x3fd7_8510_1f98_6c0e,
                0x3fc6_a16e_2a1a_0971,
                0x4015_a1ab_f49e_d8a9
            ]
        );
    }
}
