//! The same law in other seconds: every duration times a factor.
//!
//! Comparisons and derivatives ask what happens when a mean grows by a tenth; a factor keeps the shape of every family.
//! Deliberately absent: shifts, which leave most families.

use super::{Law, LawError};
use crate::math::ln;

impl Law {
    /// The law of the duration times a factor.
    ///
    /// # Errors
    /// If the factor is not a positive number, or makes a figure too large or too small to represent.
    pub fn scaled(&self, factor: f64) -> Result<Law, LawError> {
        let factor = super::error::positive("the factor", factor)?;
        match self {
            Law::Fixed(law) => Law::fixed(law.value * factor),
            Law::Exponential(law) => Law::exponential(law.mean * factor),
            Law::Weibull(law) => Law::weibull(law.scale() * factor, law.shape()),
            Law::LogNormal(law) => Law::lognormal(law.mu + ln(factor), law.sigma),
            Law::Gamma(law) => Law::gamma(law.shape, law.scale * factor),
            Law::Uniform(law) => Law::uniform(law.from * factor, law.to * factor),
            Law::Triangular(law) => {
                Law::triangular(law.from * factor, law.mode * factor, law.to * factor)
            }
            Law::Pareto(law) => Law::pareto(law.minimum * factor, law.shape),
            Law::LogLogistic(law) => Law::log_logistic(law.scale * factor, law.shape),
            Law::Empirical(law) => {
                Law::empirical(law.values().iter().map(|value| value * factor).collect())
            }
            Law::Mixture(law) => {
                let scaled = law
                    .components()
                    .iter()
                    .map(|(share, law)| Ok((*share, law.scaled(factor)?)));
                Law::mixture(scaled.collect::<Result<_, LawError>>()?)
            }
            Law::Truncated(law) => {
                let bound = |bound: f64| (bound < f64::INFINITY).then_some(bound * factor);
                Law::truncated(
                    law.law().scaled(factor)?,
                    bound(law.from()),
                    bound(law.to()),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::checks;

    #[test]
    fn quantiles_and_means_are_scaled() {
        for law in checks::one_of_each() {
            for factor in [0.25, 1.1, 86_400.0] {
                let scaled = law.scaled(factor).unwrap();
                assert!((scaled.mean() / (factor * law.mean()) - 1.0).abs() < 1e-12);
                for probability in [0.01, 0.3, 0.77, 0.999] {
                    let expected = factor * law.quantile(probability);
                    let error = (scaled.quantile(probability) - expected).abs();
                    assert!(error <= 1e-9 * expected, "{law:?} {probability}");
                }
            }
        }
    }

    #[test]
    fn a_factor_must_be_positive_and_leave_a_law() {
        let law = Law::exponential(1.0).unwrap();
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(law.scaled(factor).is_err());
        }
        assert!(law.scaled(1e300).unwrap().scaled(1e300).is_err());
    }
}
