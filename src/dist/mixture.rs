//! Mixtures of laws: with this share this law, with that share that one. Hyper-exponential laws are mixtures.
//!
//! Quantiles are found by a bracketing search between those of the components, so that one uniform number still gives
//! one draw, monotonically; choosing a component first would be faster but not monotone.

use super::Law;
use super::family::{Family, Order, increasing_root};
use crate::math::{exp, ln, ln_1p};

/// Mixture of laws.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Positive shares that add up to 1.
    components: Vec<(f64, Law)>,
    mean: f64,
}

impl Mixture {
    /// Takes positive shares that add up to 1.
    pub(super) fn new(components: Vec<(f64, Law)>) -> Mixture {
        let mean = components
            .iter()
            .map(|(share, law)| share * law.mean())
            .sum();
        Mixture { components, mean }
    }

    /// Shares and laws.
    #[must_use]
    pub fn components(&self) -> &[(f64, Law)] {
        &self.components
    }

    fn weighted(&self, figure: impl Fn(&Law) -> f64) -> f64 {
        self.components
            .iter()
            .map(|(share, law)| share * figure(law))
            .sum()
    }

    fn bracket(&self, figure: impl Fn(&Law) -> f64) -> (f64, f64) {
        let start = (f64::INFINITY, 0.0_f64);
        self.components.iter().fold(start, |(low, high), (_, law)| {
            let value = figure(law);
            (low.min(value), high.max(value))
        })
    }
}

impl Family for Mixture {
    fn pdf(&self, x: f64) -> f64 {
        self.weighted(|law| law.pdf(x))
    }

    fn cdf(&self, x: f64) -> f64 {
        self.weighted(|law| law.cdf(x)).min(1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        self.weighted(|law| law.survival(x)).min(1.0)
    }

    /// The components' hazards weighted by what survives of each.
    fn hazard(&self, x: f64) -> f64 {
        let (least, _) = self.bracket(|law| law.cumulative_hazard(x));
        if least == f64::INFINITY {
            return 0.0;
        }
        let left = |law: &Law| exp(least - law.cumulative_hazard(x));
        let alive = |law: &Law| {
            if left(law) > 0.0 {
                left(law) * law.hazard(x)
            } else {
                0.0
            }
        };
        self.weighted(alive) / self.weighted(left)
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        let cdf = self.cdf(x);
        if cdf < 0.5 {
            // Adding zero turns minus zero into zero.
            return -ln_1p(-cdf) + 0.0;
        }
        let (least, _) = self.bracket(|law| law.cumulative_hazard(x));
        if least == f64::INFINITY {
            return f64::INFINITY;
        }
        let left = self.weighted(|law| exp(least - law.cumulative_hazard(x)));
        (least - ln(left)).max(0.0)
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        let (low, high) = self.bracket(|law| law.inverse_cumulative_hazard(hazard));
        if low >= high || hazard == f64::INFINITY {
            return high;
        }
        // Far out the search must not meet an infinite hazard: all of it counts as "beyond".
        increasing_root(low, high, |x| {
            (self.cumulative_hazard(x) - hazard).min(f64::MAX)
        })
    }

    fn quantile(&self, probability: f64) -> f64 {
        let (low, high) = self.bracket(|law| law.quantile(probability));
        if low >= high || probability >= 1.0 {
            return high;
        }
        if probability < 0.5 {
            return increasing_root(low, high, |x| self.cdf(x) - probability);
        }
        let survival = 1.0 - probability;
        increasing_root(low, high, |x| survival - self.survival(x))
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.weighted(|law| {
            let apart = law.mean() - self.mean;
            law.variance() + apart * apart
        })
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        self.weighted(|law| law.partial_moment(order, x))
    }

    fn limited_mean(&self, x: f64) -> f64 {
        self.weighted(|law| law.limited_mean(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Law, checks};

    fn hyper_exponential() -> Law {
        let (fast, slow) = (
            Law::exponential(10.0).unwrap(),
            Law::exponential(400.0).unwrap(),
        );
        Law::mixture(vec![(0.8, fast), (0.2, slow)]).unwrap()
    }

    fn with_a_step() -> Law {
        let (step, rest) = (Law::fixed(30.0).unwrap(), Law::lognormal(4.0, 1.0).unwrap());
        Law::mixture(vec![(0.6, step), (0.4, rest)]).unwrap()
    }

    #[test]
    fn functions_agree_with_each_other() {
        checks::smooth(&hyper_exponential(), 1e5);
        let (weibull, uniform) = (Law::weibull(50.0, 3.0), Law::uniform(0.0, 90.0));
        let law = Law::mixture(vec![(0.5, weibull.unwrap()), (0.5, uniform.unwrap())]);
        checks::smooth(&law.unwrap(), 1e3);
    }

    #[test]
    fn hyper_exponential_is_the_closed_form() {
        let law = hyper_exponential();
        assert!((law.mean() - 88.0).abs() < 1e-12);
        let second = 0.8 * 200.0 + 0.2 * 320_000.0;
        assert!((law.variance() - (second - 88.0 * 88.0)).abs() < 1e-9);
        let survival = 0.8 * exp(-5.0) + 0.2 * exp(-0.125);
        assert!((law.survival(50.0) - survival).abs() < 1e-15);
    }

    #[test]
    fn the_step_of_a_fixed_component_is_found() {
        let law = with_a_step();
        let before = law.cdf(29.999_999);
        for share in [0.01, 0.3, 0.5, 0.59] {
            let x = law.quantile(before + share);
            assert!((x - 30.0).abs() < 1e-12, "{x}");
            assert!(law.cdf(x) >= before + share);
        }
        assert!(law.quantile(before + 0.61) > 30.0);
        assert!((law.residual(20.0, 0.5) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&hyper_exponential());
        checks::moments(&with_a_step());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&hyper_exponential()),
            [
                0x4018_2945_4f8e_408a,
                0x40a2_b92b_f072_8a2c,
                0x403b_ea09_6527_59ca,
                0x4061_d54e_b786_de9e,
                0x407b_b770_d811_7236
            ]
        );
    }
}
