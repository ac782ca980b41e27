//! Simulated time: integer nanoseconds since the start of a trial.
//!
//! Integers, because sums of them are exact and so identical on every platform and for every split of the work.
//! 2^64 ns is 584 years; whatever would lie beyond saturates to [`Time::NEVER`]. Deliberately absent: calendars
//! and time zones (a trial starts on a Monday at 00:00 UTC by definition), and every clock of the host.

/// Seconds in the year used for all rates and objectives: 365 days.
pub const YEAR_SECONDS: f64 = 365.0 * 86_400.0;

/// An instant, in nanoseconds since the start of the trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Time(pub u64);

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// The start of the trial.
    pub const ZERO: Time = Time(0);
    /// Later than every event: the time of a timer that is not running.
    pub const NEVER: Time = Time(u64::MAX);

    /// The instant `span` later; saturates to [`Time::NEVER`].
    #[must_use]
    pub const fn after(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }

    /// The time from `earlier` to `self`; zero if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Whether a timer set to this instant is not running.
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == u64::MAX
    }

    /// Seconds since the start of the trial.
    #[must_use]
    pub fn seconds(self) -> f64 {
        Span(self.0).seconds()
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than every trial.
    pub const FOREVER: Span = Span(u64::MAX);

    /// Rounds seconds to the nearest nanosecond. Negative values and NaN give zero; what does not fit is
    /// [`Span::FOREVER`].
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Span {
        let nanoseconds = seconds * 1e9;
        if nanoseconds >= 1.8e19 {
            Span::FOREVER
        } else if nanoseconds >= 9e18 {
            Span((nanoseconds + 0.5) as u64)
        } else if nanoseconds > 0.0 {
            // What fits into a signed integer, processors convert in one step.
            Span((nanoseconds + 0.5) as i64 as u64)
        } else {
            Span::ZERO
        }
    }

    /// This length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// So many times this length; what does not fit is [`Span::FOREVER`].
    #[must_use]
    pub const fn times(self, count: u32) -> Span {
        // In halves, because products of 128 bits are function calls in WebAssembly.
        let low = (self.0 & 0xffff_ffff) * count as u64;
        let high = (self.0 >> 32) * count as u64 + (low >> 32);
        if high >> 32 == 0 {
            Span(high << 32 | low & 0xffff_ffff)
        } else {
            Span::FOREVER
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(Span::from_seconds(1.5), Span(1_500_000_000));
        assert_eq!(Span::from_seconds(0.4e-9), Span::ZERO);
        assert_eq!(Span::from_seconds(0.6e-9), Span(1));
        assert_eq!(Span::from_seconds(0.1), Span(100_000_000));
        assert_eq!(Span(2_500_000_000).seconds(), 2.5);
        assert_eq!(Time(250_000_000).seconds(), 0.25);
    }

    #[test]
    fn what_does_not_fit_is_zero_or_forever() {
        for nothing in [-1.0, -0.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Span::from_seconds(nothing), Span::ZERO);
        }
        for endless in [1.8e10, 1e300, f64::INFINITY] {
            assert_eq!(Span::from_seconds(endless), Span::FOREVER);
        }
        assert!(Span::from_seconds(1.79e10) < Span::FOREVER);
    }

    #[test]
    fn multiplying_saturates_to_forever() {
        for length in [0, 1, 0xffff_ffff, 0x1_0000_0000, u64::MAX / 3, u64::MAX] {
            for count in [0, 1, 2, 3, 4, u32::MAX] {
                let product = length.saturating_mul(u64::from(count));
                assert_eq!(Span(length).times(count), Span(product));
            }
        }
    }

    #[test]
    fn adding_saturates_to_never() {
        assert_eq!(Time(5).after(Span(7)), Time(12));
        assert_eq!(Time(5).after(Span::FOREVER), Time::NEVER);
        assert_eq!(Time::NEVER.after(Span(1)), Time::NEVER);
        assert!(Time::NEVER.is_never() && !Time(u64::MAX - 1).is_never());
    }

    #[test]
    fn time_since_a_later_instant_is_zero() {
        assert_eq!(Time(12).since(Time(5)), Span(7));
        assert_eq!(Time(5).since(Time(12)), Span::ZERO);
        assert_eq!(Time(5).since(Time::ZERO), Span(5));
    }

    #[test]
    fn a_year_is_365_days() {
        assert_eq!(
            Span::from_seconds(YEAR_SECONDS),
            Span(31_536_000_000_000_000)
        );
    }
}
