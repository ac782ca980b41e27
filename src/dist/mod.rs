//! Probability laws of durations, in seconds.

use crate::math;

/// A checked probability law of a non-negative duration in seconds. (Placeholder families: more follow.)
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Fixed(f64),
    /// Exponential with this mean.
    Exponential(f64),
}

impl Law {
    /// The mean in seconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Law::Fixed(value) => *value,
            Law::Exponential(mean) => *mean,
        }
    }

    /// The residual life at the given age (seconds) for one uniform number in (0, 1).
    #[must_use]
    pub fn residual(&self, age: f64, uniform: f64) -> f64 {
        match self {
            Law::Fixed(value) => (value - age).max(0.0),
            Law::Exponential(mean) => -mean * math::ln(1.0 - uniform),
        }
    }

    /// The age in equilibrium (backward recurrence time) for one uniform number in (0, 1).
    #[must_use]
    pub fn equilibrium_age(&self, uniform: f64) -> f64 {
        match self {
            Law::Fixed(value) => value * uniform,
            Law::Exponential(mean) => -mean * math::ln(1.0 - uniform),
        }
    }
}
