//! The triangular law: what people mean by "at least, usually, at most".

use super::family::{Family, Order};
use crate::math::{exp, exp_m1, ln, ln_1p};

/// Triangular law with `from <= mode <= to` and `from < to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangular {
    pub(super) from: f64,
    pub(super) mode: f64,
    pub(super) to: f64,
}

impl Triangular {
    fn width(&self) -> f64 {
        self.to - self.from
    }

    /// The integral of t^order f(t) over a piece of a straight density that rises from zero at `zero` with `slope`
    /// (negative for a falling piece), from `a` to `b`, by Simpson's rule, which is exact for cubics.
    fn piece(&self, order: Order, zero: f64, slope: f64, a: f64, b: f64) -> f64 {
        let value = |t: f64| order.power(t) * slope * (t - zero);
        (b - a) / 6.0 * (value(a) + 4.0 * value(0.5 * (a + b)) + value(b))
    }
}

impl Family for Triangular {
    fn pdf(&self, x: f64) -> f64 {
        if x < self.from || x > self.to {
            0.0
        } else if x < self.mode {
            2.0 * (x - self.from) / (self.width() * (self.mode - self.from))
        } else if self.mode < self.to {
            2.0 * (self.to - x) / (self.width() * (self.to - self.mode))
        } else {
            2.0 / self.width()
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.from {
            0.0
        } else if x < self.mode {
            let passed = x - self.from;
            passed / self.width() * (passed / (self.mode - self.from))
        } else {
            1.0 - self.survival(x)
        }
    }

    fn survival(&self, x: f64) -> f64 {
        if x >= self.to {
            0.0
        } else if x >= self.mode {
            let left = self.to - x;
            left / self.width() * (left / (self.to - self.mode))
        } else {
            1.0 - self.cdf(x)
        }
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        // Adding zero turns minus zero into zero.
        if x < self.mode {
            -ln_1p(-self.cdf(x)) + 0.0
        } else {
            -ln(self.survival(x)) + 0.0
        }
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        let below_mode = (self.mode - self.from) / self.width();
        let probability = -exp_m1(-hazard);
        if probability <= below_mode {
            self.from + self.width() * (probability * below_mode).sqrt()
        } else {
            let left = exp(-hazard) * ((self.to - self.mode) / self.width());
            self.to - self.width() * left.sqrt()
        }
    }

    fn mean(&self) -> f64 {
        (self.from + self.mode + self.to) / 3.0
    }

    fn variance(&self) -> f64 {
        let (before, after) = (self.mode - self.from, self.to - self.mode);
        (before * before + before * after + after * after) / 18.0
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let mut sum = 0.0;
        if x > self.from && self.mode > self.from {
            let slope = 2.0 / (self.width() * (self.mode - self.from));
            sum += self.piece(order, self.from, slope, self.from, x.min(self.mode));
        }
        if x > self.mode && self.to > self.mode {
            let slope = -2.0 / (self.width() * (self.to - self.mode));
            sum += self.piece(order, self.to, slope, self.mode, x.min(self.to));
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::triangular(10.0, 15.0, 60.0),
            Law::triangular(0.0, 0.0, 5.0),
            Law::triangular(2.0, 9.0, 9.0),
        ]
        .map(Result::unwrap)
        .to_vec()
    }

    #[test]
    fn functions_agree_with_each_other() {
        for law in laws() {
            checks::smooth(&law, 20.0);
        }
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&laws()[0]);
    }

    #[test]
    fn draws_follow_the_oracle() {
        checks::same_as(
            &laws()[0],
            &rand_distr::Triangular::new(10.0, 60.0, 15.0).unwrap(),
        );
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x4036_38f2_8474_f040,
                0x404d_783c_4999_04a1,
                0x4025_ffe6_acb6_ecf4,
                0x4006_de1a_ca47_3100,
                0x4035_6e47_5859_bd86
            ]
        );
    }
}
