//! How much likelier one law makes an outcome than another: the weights of importance sampling and of comparisons.
//!
//! A duration that was drawn from one law stands for the other with the ratio of their densities. A duration that was
//! cut short (the trial ended, or the timer was cancelled) is known only to exceed some age, and stands with the ratio
//! of their survivals. Both may be conditioned on an age already reached. Hazards are used throughout, so that nothing
//! is lost in the tail.
//!
//! Deliberately absent: ratios at atoms. A law with atoms compares with itself only.

use super::Law;
use crate::math::exp;

/// Simulated time has nanoseconds: below, densities that are infinite at zero are taken here.
const LEAST_DURATION: f64 = 1e-9;

impl Law {
    /// Whether the law has a density: whether no single duration has a positive probability.
    #[must_use]
    pub fn has_density(&self) -> bool {
        match self {
            Law::Fixed(_) | Law::Empirical(_) => false,
            Law::Mixture(law) => law.components().iter().all(|(_, law)| law.has_density()),
            Law::Truncated(law) => law.law().has_density(),
            _ => true,
        }
    }

    /// The density at `x` seconds over that of `other`, both conditioned on exceeding `age`, which is at most `x`.
    ///
    /// Zero where either has none: no draw of `other` lies there. Equal laws have the ratio 1; of others, both must
    /// have a density.
    #[must_use]
    pub fn density_ratio(&self, other: &Law, age: f64, x: f64) -> f64 {
        if self == other {
            return 1.0;
        }
        let x = x.max(LEAST_DURATION);
        let (hazard, others) = (self.hazard(x), other.hazard(x));
        if hazard <= 0.0 || others <= 0.0 {
            return 0.0;
        }
        hazard / others * self.survival_ratio(other, age, x)
    }

    /// The probability of more than `x` seconds over that of `other`, both conditioned on exceeding `age`, which is at
    /// most `x`. Zero where either is.
    #[must_use]
    pub fn survival_ratio(&self, other: &Law, age: f64, x: f64) -> f64 {
        if self == other {
            return 1.0;
        }
        let (passed, others) = (self.cumulative_hazard(x), other.cumulative_hazard(x));
        if passed == f64::INFINITY || others == f64::INFINITY {
            return 0.0;
        }
        let since = passed - self.cumulative_hazard(age);
        exp(others - other.cumulative_hazard(age) - since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::checks;

    #[test]
    fn laws_with_atoms_have_no_density() {
        let fixed = Law::fixed(3.0).unwrap();
        let smooth = Law::exponential(3.0).unwrap();
        let mixed = Law::mixture(vec![(0.5, fixed.clone()), (0.5, smooth.clone())]).unwrap();
        let cut = |law: &Law| Law::truncated(law.clone(), Some(1.0), Some(9.0)).unwrap();
        for law in [&fixed, &mixed, &cut(&mixed)] {
            assert!(!law.has_density(), "{law:?}");
        }
        assert!(!Law::empirical(vec![1.0, 2.0]).unwrap().has_density());
        assert!(smooth.has_density() && cut(&smooth).has_density());
    }

    #[test]
    fn ratios_are_those_of_densities_and_survivals() {
        let laws: Vec<Law> = checks::one_of_each()
            .into_iter()
            .filter(Law::has_density)
            .collect();
        for law in &laws {
            for other in &laws {
                let (age, x) = (other.quantile(0.2), other.quantile(0.6));
                let density = |law: &Law| law.pdf(x) / law.survival(age);
                let survival = |law: &Law| law.survival(x) / law.survival(age);
                let expected = [
                    density(law) / density(other),
                    survival(law) / survival(other),
                ];
                let ratios = [
                    law.density_ratio(other, age, x),
                    law.survival_ratio(other, age, x),
                ];
                for (ratio, expected) in ratios.into_iter().zip(expected) {
                    let close = (ratio - expected).abs() <= 1e-9 * expected.abs();
                    let undefined = expected.is_nan() && ratio == 0.0;
                    assert!(close || undefined, "{law:?} {other:?}: {ratio} {expected}");
                }
            }
        }
    }

    #[test]
    fn the_far_tail_keeps_its_digits() {
        // exp(-1000/1) / exp(-1000/1.01) at age 990: only the last ten count.
        let (one, other) = (
            Law::exponential(1.0).unwrap(),
            Law::exponential(1.01).unwrap(),
        );
        let ratio = one.survival_ratio(&other, 990.0, 1000.0);
        assert!((ratio / exp(-10.0 + 10.0 / 1.01) - 1.0).abs() < 1e-12);
        assert!((one.density_ratio(&other, 990.0, 1000.0) / (1.01 * ratio) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn where_a_density_is_zero_or_infinite_the_ratio_is_safe() {
        let (narrow, wide) = (
            Law::uniform(1.0, 2.0).unwrap(),
            Law::uniform(0.0, 4.0).unwrap(),
        );
        for x in [0.0, 0.5, 2.0, 3.0, 4.0, 9.0] {
            assert_eq!(narrow.density_ratio(&wide, 0.0, x), 0.0);
            assert_eq!(wide.density_ratio(&narrow, 0.0, x), 0.0);
        }
        assert_eq!(narrow.density_ratio(&wide, 0.0, 1.5), 4.0);
        assert_eq!(narrow.survival_ratio(&wide, 0.0, 5.0), 0.0);
        let early = |scale| Law::weibull(scale, 0.5).unwrap();
        let at_zero = early(1.0).density_ratio(&early(4.0), 0.0, 0.0);
        assert!((at_zero / 2.0 - 1.0).abs() < 1e-4, "{at_zero}");
        let fixed = Law::fixed(3.0).unwrap();
        assert_eq!(fixed.density_ratio(&fixed, 0.0, 3.0), 1.0);
    }
}
