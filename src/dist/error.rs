//! Why figures do not make a law.

use thiserror::Error;

/// The figures given do not describe a probability law of durations; no law is made.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum LawError {
    /// A figure lies outside the values it may take (NaN always does).
    #[error("{figure} is {value}, but must be {allowed}")]
    OutOfRange {
        /// The figure as people call it.
        figure: &'static str,
        /// Its value.
        value: f64,
        /// The values it may take.
        allowed: &'static str,
    },
    /// Two figures, each fine alone, contradict each other.
    #[error("{first} is {first_value} and {second} is {second_value}, but {rule}")]
    Contradiction {
        /// The first figure.
        first: &'static str,
        /// Its value.
        first_value: f64,
        /// The second figure.
        second: &'static str,
        /// Its value.
        second_value: f64,
        /// The rule that they break together.
        rule: &'static str,
    },
    /// The law would have no finite mean, so that no rate and no availability exists.
    #[error("the mean of this {law} law is infinite or too large to represent")]
    InfiniteMean {
        /// The family.
        law: &'static str,
    },
    /// A list of values or of components is empty.
    #[error("{list} is empty")]
    Empty {
        /// What the list holds.
        list: &'static str,
    },
    /// The shares of a mixture do not add up.
    #[error("the shares of the mixture add up to {sum}, but must add up to 1")]
    Shares {
        /// Their sum.
        sum: f64,
    },
    /// Truncation leaves nothing of the law.
    #[error("the law has no probability between {from} and {to} seconds")]
    NoMassLeft {
        /// The lower bound in seconds.
        from: f64,
        /// The upper bound in seconds.
        to: f64,
    },
}

/// The value itself if it is finite and not negative.
pub(super) fn not_negative(figure: &'static str, value: f64) -> Result<f64, LawError> {
    if (0.0..f64::INFINITY).contains(&value) {
        // Minus zero becomes zero.
        return Ok(value + 0.0);
    }
    let allowed = "zero or a positive number";
    Err(LawError::OutOfRange {
        figure,
        value,
        allowed,
    })
}

/// The value itself if it is finite and positive.
pub(super) fn positive(figure: &'static str, value: f64) -> Result<f64, LawError> {
    if value > 0.0 && value < f64::INFINITY {
        return Ok(value);
    }
    let allowed = "a positive number";
    Err(LawError::OutOfRange {
        figure,
        value,
        allowed,
    })
}

/// The law itself if its mean is finite.
pub(super) fn with_finite_mean<T>(family: &'static str, mean: f64, law: T) -> Result<T, LawError> {
    if mean.is_finite() {
        Ok(law)
    } else {
        Err(LawError::InfiniteMean { law: family })
    }
}
