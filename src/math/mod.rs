//! The one place where transcendental functions come from.
//!
//! The platform's `ln`, `exp` and `powf` differ in the last bit between native and WebAssembly builds; `libm` is the
//! same pure Rust everywhere, and so are the two functions that sampling leans on most, which are written for speed here
//! (see `elementary`). Only +, -, *, / and `sqrt`, which IEEE 754 rounds exactly, may be used directly.
//! The special functions behind the laws and the intervals live here too, for the same reason. Deliberately absent:
//! complex arguments, and every function that no law or interval needs.

mod beta;
mod elementary;
mod exact_sum;
mod gamma;
mod normal;

pub use beta::{
    beta_lower_inverse, beta_lower_regularised, beta_lower_regularised_by_parts,
    beta_upper_inverse, student_t_cdf, student_t_quantile,
};
pub use elementary::{exp, ln, ln_1p};
pub use exact_sum::ExactSum;
pub use gamma::{
    chi_square_quantile, gamma, gamma_cumulative_hazard, gamma_from_cumulative_hazard,
    gamma_lower_inverse, gamma_lower_regularised, gamma_upper_inverse, gamma_upper_regularised,
    ln_gamma, ln_gamma_density,
};
pub use normal::{
    erf, erfc, normal_cdf, normal_cumulative_hazard, normal_density, normal_from_cumulative_hazard,
    normal_hazard, normal_quantile, normal_survival,
};

/// `exp(x) - 1`, accurate near zero.
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `base` to the power of `exponent` for a base that is not negative, as `exp(exponent * ln(base))`.
///
/// Exact for the exponents -1, 0, 1/2, 1, 2 and for the bases 0, 1 and infinity; elsewhere the relative error is
/// about `|exponent * ln(base)|` units in the last place. A negative base gives NaN.
#[must_use]
pub fn pow(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 || base == 1.0 {
        1.0
    } else if exponent == 1.0 {
        base
    } else if exponent == 2.0 {
        base * base
    } else if exponent == 0.5 {
        base.sqrt()
    } else if exponent == -1.0 {
        1.0 / base
    } else {
        exp(exponent * ln(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pow_special_cases_are_exact() {
        for base in [0.0, 0.3, 1.0, 7.5, 1e200, f64::INFINITY] {
            assert_eq!(pow(base, 0.0), 1.0);
            assert_eq!(pow(base, 1.0), base);
            assert_eq!(pow(base, 2.0), base * base);
            assert_eq!(pow(base, -1.0), 1.0 / base);
        }
        assert_eq!(pow(0.0, 3.7), 0.0);
        assert_eq!(pow(0.0, -3.7), f64::INFINITY);
        assert_eq!(pow(f64::INFINITY, -0.3), 0.0);
        assert_eq!(pow(1.0, f64::INFINITY), 1.0);
        assert_eq!(pow(2.0, f64::INFINITY), f64::INFINITY);
        assert_eq!(pow(0.5, f64::INFINITY), 0.0);
        assert!(pow(-2.0, 0.3).is_nan());
    }

    #[test]
    fn pow_agrees_with_the_long_way() {
        for base in [1e-9, 0.02, 0.9, 1.1, 30.0, 1e7] {
            for exponent in [-3.5, -0.7, 0.1, 0.999, 4.0] {
                let expected = libm::pow(base, exponent);
                assert!((pow(base, exponent) / expected - 1.0).abs() < 2e-14);
            }
        }
    }

    #[test]
    fn small_arguments_keep_their_digits() {
        assert_eq!(ln_1p(1e-20), 1e-20);
        assert_eq!(exp_m1(-1e-20), -1e-20);
        assert_eq!(ln(exp(1.0)), 1.0);
    }

    #[test]
    fn value_stability() {
        let bits = [ln(3.0), exp(0.7), ln_1p(0.3), exp_m1(0.3), pow(3.0, 0.7)].map(f64::to_bits);
        assert_eq!(
            bits,
            [
                0x3ff1_93ea_7aad_030b,
                0x4000_1c2a_6126_8987,
                0x3fd0_ca93_7be1_b9dc,
                0x3fd6_6416_3230_6a56,
                0x4001_42e8_1c88_9914
            ]
        );
    }
}
