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
