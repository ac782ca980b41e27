//! The empirical law: each of the given values is equally likely.
//!
//! A step law: it has no density (0 is reported). Deliberately absent: smoothing between the values, which would invent
//! durations nobody measured.

use super::family::{Family, Order};
use crate::math::{exp_m1, ln_1p};

/// Equally likely values.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// In ascending order.
    values: Vec<f64>,
    /// The sum of the first `i` values at index `i`.
    sums: Vec<f64>,
}

impl Empirical {
    /// Takes a list that is not empty, in any order.
    pub(super) fn new(mut values: Vec<f64>) -> Empirical {
        values.sort_by(f64::total_cmp);
        let mut sums = vec![0.0; values.len() + 1];
        for (index, value) in values.iter().enumerate() {
            sums[index + 1] = sums[index] + value;
        }
        Empirical { values, sums }
    }

    /// The values in seconds, in ascending order.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    fn count(&self) -> f64 {
        self.values.len() as f64
    }

    fn at_most(&self, x: f64) -> usize {
        self.values.partition_point(|value| *value <= x)
    }

    /// The quantile among the values from index `first` on.
    fn pick(&self, first: usize, probability: f64) -> f64 {
        let left = self.values.len() - first;
        let rank = (left as f64 * probability).ceil().max(1.0) as usize;
        self.values[first + rank.min(left) - 1]
    }
}

impl Family for Empirical {
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }

    fn cdf(&self, x: f64) -> f64 {
        self.at_most(x) as f64 / self.count()
    }

    fn survival(&self, x: f64) -> f64 {
        (self.values.len() - self.at_most(x)) as f64 / self.count()
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        // Adding zero turns minus zero into zero.
        -ln_1p(-self.cdf(x)) + 0.0
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        let probability = -exp_m1(-hazard);
        // A hazard that is exactly that of a step may come back a rounding above it.
        self.pick(0, probability * (1.0 - 4.0 * f64::EPSILON))
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.pick(0, probability)
    }

    fn mean(&self) -> f64 {
        self.sums[self.values.len()] / self.count()
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self
            .values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        squares / self.count()
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let below = self.at_most(x);
        let sum = match order {
            Order::First => self.sums[below],
            Order::Second => self.values[..below].iter().map(|value| value * value).sum(),
        };
        sum / self.count()
    }

    fn residual(&self, age: f64, uniform: f64) -> f64 {
        let first = self.at_most(age);
        if first == self.values.len() {
            return 0.0;
        }
        self.pick(first, uniform) - age
    }

    fn equilibrium_age(&self, uniform: f64) -> f64 {
        let target = uniform * self.sums[self.values.len()];
        // Up to value number i the survival integrates to the values before it plus itself for all that are left.
        let reached = |index: usize| {
            let left = (self.values.len() - index) as f64;
            self.sums[index] + left * self.values[index]
        };
        let (mut low, mut high) = (0, self.values.len() - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if reached(middle) >= target {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let left = (self.values.len() - low) as f64;
        ((target - self.sums[low]) / left).clamp(0.0, self.values[low])
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn law() -> Law {
        Law::empirical(vec![30.0, 10.0, 0.0, 10.0]).unwrap()
    }

    #[test]
    fn it_steps_at_each_value() {
        let law = law();
        assert_eq!(
            [0.0, 9.9, 10.0, 29.9, 30.0].map(|x| law.cdf(x)),
            [0.25, 0.25, 0.75, 0.75, 1.0]
        );
        assert_eq!(
            [0.0, 9.9, 10.0, 30.0].map(|x| law.survival(x)),
            [0.75, 0.75, 0.25, 0.0]
        );
        let quantiles = [0.1, 0.25, 0.26, 0.75, 0.76, 0.99].map(|p| law.quantile(p));
        assert_eq!(quantiles, [0.0, 0.0, 10.0, 10.0, 30.0, 30.0]);
        assert_eq!((law.mean(), law.variance()), (12.5, 118.75));
        assert_eq!(
            [5.0, 10.0, 20.0, 90.0].map(|x| law.limited_mean(x)),
            [3.75, 7.5, 10.0, 12.5]
        );
    }

    #[test]
    fn hazards_invert_at_the_steps() {
        let law = law();
        for x in [0.0, 10.0, 30.0] {
            assert_eq!(law.inverse_cumulative_hazard(law.cumulative_hazard(x)), x);
        }
    }

    #[test]
    fn residual_lives_are_those_of_the_survivors() {
        let law = law();
        assert_eq!(
            (law.residual(5.0, 0.6), law.residual(5.0, 0.7)),
            (5.0, 25.0)
        );
        assert_eq!(
            (law.residual(10.0, 0.1), law.residual(30.0, 0.5)),
            (20.0, 0.0)
        );
        assert_eq!(law.residual(0.0, 0.2), 0.0);
    }

    #[test]
    fn equilibrium_ages_invert_the_limited_mean() {
        let law = law();
        for step in 1..100_u32 {
            let uniform = f64::from(step) / 100.0;
            let age = law.equilibrium_age(uniform);
            assert!((law.limited_mean(age) / law.mean() - uniform).abs() < 1e-14);
        }
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&law());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&law()),
            [
                0x4024_0000_0000_0000,
                0x403e_0000_0000_0000,
                0x4019_0000_0000_0000,
                0x4026_8000_0000_0000,
                0x402e_0000_0000_0000
            ]
        );
    }
}
