//! Probability laws of durations, in seconds.
//!
//! Laws are checked when they are made (see the constructors in [`figures`](self)), so that no method can fail. Draws are
//! inverse-CDF, one uniform number each: portable to the last bit, monotone in the uniform number, and residual lives
//! can be redrawn at any age. Each family is a file; this one is the list of them. Deliberately absent: laws without a
//! finite mean, and negative durations.

#[cfg(test)]
mod checks;
mod empirical;
mod error;
mod exponential;
mod family;
mod figures;
mod fixed;
mod gamma;
mod length_biased;
mod likelihood;
mod log_logistic;
mod log_normal;
mod mixture;
mod pareto;
mod scaled;
mod triangular;
mod truncated;
mod uniform;
mod weibull;

pub use empirical::Empirical;
pub use error::LawError;
pub use exponential::Exponential;
pub use figures::Percentile;
pub use fixed::Fixed;
pub use gamma::Gamma;
pub use length_biased::LengthBiased;
pub use log_logistic::LogLogistic;
pub use log_normal::LogNormal;
pub use mixture::Mixture;
pub use pareto::Pareto;
pub use triangular::Triangular;
pub use truncated::Truncated;
pub use uniform::Uniform;
pub use weibull::Weibull;

use family::{Family, Order};

/// A checked probability law of a non-negative duration in seconds, with a finite mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Fixed(Fixed),
    /// Constant hazard.
    Exponential(Exponential),
    /// Hazard that is a power of the age.
    Weibull(Weibull),
    /// Normal logarithm.
    LogNormal(LogNormal),
    /// Gamma; with a whole shape an Erlang law.
    Gamma(Gamma),
    /// Uniform between two bounds.
    Uniform(Uniform),
    /// Triangular between two bounds.
    Triangular(Triangular),
    /// Power-law tail from a minimum on.
    Pareto(Pareto),
    /// Logistic logarithm.
    LogLogistic(LogLogistic),
    /// Equally likely values.
    Empirical(Empirical),
    /// Mixture of laws.
    Mixture(Mixture),
    /// Law cut to an interval.
    Truncated(Truncated),
}

/// Evaluates the expression on the family inside, without a virtual call.
macro_rules! dispatch {
    ($law:expr, $family:ident => $answer:expr) => {
        match $law {
            Law::Fixed($family) => $answer,
            Law::Exponential($family) => $answer,
            Law::Weibull($family) => $answer,
            Law::LogNormal($family) => $answer,
            Law::Gamma($family) => $answer,
            Law::Uniform($family) => $answer,
            Law::Triangular($family) => $answer,
            Law::Pareto($family) => $answer,
            Law::LogLogistic($family) => $answer,
            Law::Empirical($family) => $answer,
            Law::Mixture($family) => $answer,
            Law::Truncated($family) => $answer,
        }
    };
}

impl Law {
    /// The density at `x` seconds. Step laws have none: 0.
    #[must_use]
    pub fn pdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        dispatch!(self, family => family.pdf(x))
    }

    /// The probability of `x` seconds or less.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        dispatch!(self, family => family.cdf(x))
    }

    /// The probability of more than `x` seconds, accurate in the tail.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 1.0;
        }
        dispatch!(self, family => family.survival(x))
    }

    /// The least duration whose cdf is `probability` (strictly between 0 and 1) or more.
    #[must_use]
    #[inline]
    pub fn quantile(&self, probability: f64) -> f64 {
        dispatch!(self, family => family.quantile(probability))
    }

    /// Density over survival: the chance per second to end now, having lasted until `x`. Step laws report 0, and so
    /// does every law beyond its greatest duration.
    #[must_use]
    pub fn hazard(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        dispatch!(self, family => family.hazard(x))
    }

    /// `-ln(survival(x))`, accurate for small and for enormous values; infinite from the greatest duration on.
    #[must_use]
    pub fn cumulative_hazard(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        dispatch!(self, family => family.cumulative_hazard(x))
    }

    /// The least duration whose cumulative hazard is `hazard` (positive) or more.
    #[must_use]
    pub fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        dispatch!(self, family => family.inverse_cumulative_hazard(hazard))
    }

    /// The mean in seconds; finite.
    #[must_use]
    pub fn mean(&self) -> f64 {
        dispatch!(self, family => family.mean())
    }

    /// The variance in seconds squared; may be infinite.
    #[must_use]
    pub fn variance(&self) -> f64 {
        dispatch!(self, family => family.variance())
    }

    /// Whether the variance is more than the squared mean, which is that of an exponential law, by more than rounding.
    #[must_use]
    pub fn varies_more_than_exponential(&self) -> bool {
        const ROUNDING: f64 = 1.0 + 1e-9;
        self.variance() > self.mean() * self.mean() * ROUNDING
    }

    /// The mean of the smaller of the duration and `x` seconds.
    #[must_use]
    pub fn limited_mean(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        dispatch!(self, family => family.limited_mean(x))
    }

    /// The mean square of the smaller of the duration and `x` seconds, in seconds squared; finite if `x` is.
    #[must_use]
    pub fn limited_mean_square(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        self.partial_moment(Order::Second, x) + x * x * self.survival(x)
    }

    /// The residual life in seconds of what has lasted `age` seconds: its quantile at `uniform`, strictly between 0
    /// and 1. Increases with `uniform`; zero at ages that the law does not reach.
    #[must_use]
    #[inline]
    pub fn residual(&self, age: f64, uniform: f64) -> f64 {
        if age <= 0.0 {
            return self.quantile(uniform);
        }
        dispatch!(self, family => family.residual(age, uniform))
    }

    /// The age in equilibrium: the quantile at `uniform` of the density `survival(age) / mean`.
    #[must_use]
    pub fn equilibrium_age(&self, uniform: f64) -> f64 {
        dispatch!(self, family => family.equilibrium_age(uniform))
    }

    /// The integral of t^order over the law restricted to `t <= x`.
    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        dispatch!(self, family => family.partial_moment(order, x))
    }
}
