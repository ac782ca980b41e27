//! One number of a result, with its interval.
//!
//! JSON has no infinity: a side of the interval that is unbounded is `null`, and so is the estimate when there was
//! nothing to estimate from (no sample at all). An interval is never `[0, 0]` because nothing was seen: then it is the
//! bound that so many uneventful trials allow. Deliberately absent: rounding, which is a matter of reports
//! ([`super::digits`]).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// Units of figures, as written in results.
pub mod unit {
    /// A share or a probability, between 0 and 1.
    pub const SHARE: &str = "share";
    /// Seconds.
    pub const SECONDS: &str = "s";
    /// Events per year.
    pub const PER_YEAR: &str = "1/y";
    /// Seconds per year.
    pub const SECONDS_PER_YEAR: &str = "s/y";
}

/// An estimate with its confidence interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figure {
    /// The point estimate; `null` when there is nothing to estimate from.
    pub estimate: Option<f64>,
    /// The lower end of the interval; `null` when it is unbounded below.
    pub low: Option<f64>,
    /// The upper end of the interval; `null` when it is unbounded above.
    pub high: Option<f64>,
    /// The probability with which the interval holds the truth, over repeated runs.
    pub confidence: f64,
    /// The unit of estimate, low and high.
    pub unit: Cow<'static, str>,
    /// How the interval was made.
    pub method: Cow<'static, str>,
}

impl Figure {
    /// A figure at the usual confidence. Numbers that are not finite become `None`.
    #[must_use]
    pub fn new(estimate: Option<f64>, bounds: (f64, f64), method: &'static str) -> Figure {
        let finite = |number: f64| number.is_finite().then_some(number);
        Figure {
            estimate: estimate.and_then(finite),
            low: finite(bounds.0),
            high: finite(bounds.1),
            confidence: CONFIDENCE,
            unit: Cow::Borrowed(unit::SHARE),
            method: Cow::Borrowed(method),
        }
    }

    /// The same figure in another unit of the same size, named.
    #[must_use]
    pub fn in_unit(mut self, unit: impl Into<Cow<'static, str>>) -> Figure {
        self.unit = unit.into();
        self
    }

    /// The figure times a positive factor.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Figure {
        for number in [&mut self.estimate, &mut self.low, &mut self.high] {
            *number = number
                .map(|value| value * factor)
                .filter(|value| value.is_finite());
        }
        self
    }

    /// Whether the interval holds a value.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
    }

    /// The same figure with an interval that holds another one's, too.
    #[must_use]
    pub fn spanning(mut self, other: &Figure) -> Figure {
        let both = |one: Option<f64>, two: Option<f64>, choose: fn(f64, f64) -> f64| {
            one.zip(two).map(|(one, two)| choose(one, two))
        };
        self.low = both(self.low, other.low, f64::min);
        self.high = both(self.high, other.high, f64::max);
        self
    }

    /// One minus a share, with the interval mirrored: availability from unavailability.
    ///
    /// Stopping rules and comparisons should use the small side, which keeps its digits.
    #[must_use]
    pub fn complement(mut self) -> Figure {
        let mirrored = |number: Option<f64>| number.map(|value| 1.0 - value);
        (self.low, self.high) = (mirrored(self.high), mirrored(self.low));
        self.estimate = mirrored(self.estimate);
        self
    }

    /// Half the width of the interval over the estimate; infinite if unbounded or if the estimate is zero or absent.
    #[must_use]
    pub fn relative_half_width(&self) -> f64 {
        match (self.estimate, self.low, self.high) {
            (Some(estimate), Some(low), Some(high)) if estimate > 0.0 => {
                (high - low) / (2.0 * estimate)
            }
            _ => f64::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unbounded_sides_are_null_in_json_and_come_back() {
        let figure = Figure::new(Some(2.5), (1.0, f64::INFINITY), "test").in_unit(unit::SECONDS);
        let json = serde_json::to_string(&figure).unwrap();
        assert_eq!(
            json,
            r#"{"estimate":2.5,"low":1.0,"high":null,"confidence":0.95,"unit":"s","method":"test"}"#
        );
        assert_eq!(serde_json::from_str::<Figure>(&json).unwrap(), figure);
        assert_eq!(figure.relative_half_width(), f64::INFINITY);
    }

    #[test]
    fn the_complement_mirrors_the_interval() {
        let availability = Figure::new(Some(0.25), (0.125, 0.5), "test").complement();
        assert_eq!(availability.estimate, Some(0.75));
        assert_eq!(
            (availability.low, availability.high),
            (Some(0.5), Some(0.875))
        );
    }

    #[test]
    fn scaling_keeps_the_relative_half_width() {
        let figure = Figure::new(Some(4.0), (3.0, 6.0), "test");
        assert_eq!(figure.relative_half_width(), 0.375);
        assert_eq!(figure.scaled(8.0).relative_half_width(), 0.375);
    }
}
