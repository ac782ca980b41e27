//! Simulated time: integer nanoseconds since the start of a trial.
//!
//! Integers, because sums of them are exact and so identical on every platform and for every split of the work.
//! 2^64 ns is 584 years; whatever would lie beyond saturates to [`Time::NEVER`]. Deliberately absent: calendars
//! and time zones (a trial starts on a Monday at 00:00 UTC by definition), and every clock of the host.

/// Seconds in the year used for all rates and objectives: 365 days.
pub const YEAR_SECONDS: f64 = 365.0 * 86_400.0;

/// An instant, in nanoseconds since the start of the trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        } else if nanoseconds > 0.0 {
            Span((nanoseconds + 0.5) as u64)
        } else {
            Span::ZERO
        }
    }

    /// This length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}
