//! What each family of laws answers, and the answers that follow from others.
//!
//! Everything is phrased in survival and cumulative hazard H = -ln(survival), because 1 - cdf loses all digits in the
//! tail, where residual lives of old components are drawn.

use crate::math::{exp, exp_m1, ln_1p};

/// Bracketing steps before the root search settles for what it has; it needs about ten for smooth laws.
const MAXIMUM_ROOT_STEPS: u32 = 200;

/// One family of laws of non-negative durations. `x` and `age` are seconds at or above zero.
pub(super) trait Family {
    fn pdf(&self, x: f64) -> f64;
    fn cumulative_hazard(&self, x: f64) -> f64;
    /// The least `x` whose cumulative hazard is `hazard` or more.
    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64;
    fn mean(&self) -> f64;
    fn variance(&self) -> f64;
    /// The integral of t^order over the law restricted to `t <= x`, for order 1 or 2.
    fn partial_moment(&self, order: Order, x: f64) -> f64;

    fn cdf(&self, x: f64) -> f64 {
        // Adding zero turns minus zero into zero.
        -exp_m1(-self.cumulative_hazard(x)) + 0.0
    }

    fn survival(&self, x: f64) -> f64 {
        exp(-self.cumulative_hazard(x))
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.inverse_cumulative_hazard(-ln_1p(-probability))
    }

    fn hazard(&self, x: f64) -> f64 {
        let pdf = self.pdf(x);
        if pdf > 0.0 {
            pdf / self.survival(x)
        } else {
            0.0
        }
    }

    fn limited_mean(&self, x: f64) -> f64 {
        if x == f64::INFINITY {
            return self.mean();
        }
        self.partial_moment(Order::First, x) + x * self.survival(x)
    }

    /// The residual life at a positive age; at age zero it is the quantile.
    fn residual(&self, age: f64, uniform: f64) -> f64 {
        let hazard = self.cumulative_hazard(age) - ln_1p(-uniform);
        (self.inverse_cumulative_hazard(hazard) - age).max(0.0)
    }

    fn equilibrium_age(&self, uniform: f64) -> f64 {
        let mean = self.mean();
        let mut upper = mean;
        // Limited means rise to the mean, so some multiple of it suffices; the count bounds heavy tails.
        for _ in 0..1000 {
            if self.limited_mean(upper) >= uniform * mean {
                break;
            }
            upper *= 2.0;
        }
        increasing_root(0.0, upper, |age| self.limited_mean(age) - uniform * mean)
    }
}

/// Which moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    First,
    Second,
}

impl Order {
    pub(super) fn number(self) -> f64 {
        match self {
            Order::First => 1.0,
            Order::Second => 2.0,
        }
    }

    pub(super) fn power(self, x: f64) -> f64 {
        match self {
            Order::First => x,
            Order::Second => x * x,
        }
    }
}

/// The least `x` in the bracket where an increasing function, perhaps with jumps, is zero or more.
///
/// False position with the Illinois rule, and a bisection whenever that fails to halve the bracket: the same steps on
/// every platform, and never more than [`MAXIMUM_ROOT_STEPS`] of them.
pub(super) fn increasing_root(lower: f64, upper: f64, value: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (lower, upper);
    let (mut low_value, mut high_value) = (value(low), value(high));
    if low_value >= 0.0 {
        return low;
    }
    let mut bisect = false;
    for _ in 0..MAXIMUM_ROOT_STEPS {
        let width = high - low;
        if width <= 4.0 * f64::EPSILON * high || high_value <= 0.0 {
            break;
        }
        let secant = high - width * (high_value / (high_value - low_value));
        let inside = secant > low && secant < high;
        let middle = if bisect || !inside {
            low + 0.5 * width
        } else {
            secant
        };
        if middle <= low || middle >= high {
            break;
        }
        let middle_value = value(middle);
        if middle_value >= 0.0 {
            (high, high_value) = (middle, middle_value);
            low_value *= 0.5;
        } else {
            (low, low_value) = (middle, middle_value);
            high_value *= 0.5;
        }
        bisect = high - low > 0.5 * width;
    }
    high
}
