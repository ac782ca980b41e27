//! A stretch of time in which a value is linear: its integrals and crossings, exactly.

use crate::time::{Span, Time};

/// A value between two events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Where it starts.
    pub from: Time,
    /// Where it ends; not before its start.
    pub to: Time,
    /// The value at its start.
    pub first: f64,
    /// The value at its end.
    pub last: f64,
}

impl Segment {
    /// How long it is.
    pub fn length(&self) -> Span {
        self.to.since(self.from)
    }

    /// The value at a moment inside.
    pub fn value(&self, at: Time) -> f64 {
        if self.first == self.last || self.to <= self.from {
            return self.first;
        }
        let share = at.since(self.from).0 as f64 / self.length().0 as f64;
        self.first + (self.last - self.first) * share
    }

    /// The part between two moments; empty if it does not reach there.
    pub fn between(&self, from: Time, to: Time) -> Segment {
        let (from, to) = (from.clamp(self.from, self.to), to.clamp(self.from, self.to));
        Segment {
            from,
            to: to.max(from),
            first: self.value(from),
            last: self.value(to),
        }
    }

    /// The integral over time, in units times seconds.
    pub fn integral(&self) -> f64 {
        (self.first + self.last) / 2.0 * self.length().seconds()
    }

    /// The lower of its ends.
    pub fn least(&self) -> f64 {
        self.first.min(self.last)
    }

    /// When the value crosses a threshold, strictly inside.
    pub fn crossing(&self, threshold: f64) -> Option<Time> {
        if (self.first < threshold) == (self.last < threshold) {
            return None;
        }
        let share = (threshold - self.first) / (self.last - self.first);
        let at = Time(self.from.0 + (share * self.length().0 as f64) as u64);
        (at > self.from && at < self.to).then_some(at)
    }

    /// Whether most of it lies below a threshold; all of it does if it has no crossing inside.
    pub fn below(&self, threshold: f64) -> bool {
        (self.first + self.last) / 2.0 < threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp() {
        let ramp = Segment {
            from: Time(0),
            to: Time(4_000_000_000),
            first: 0.0,
            last: 1.0,
        };
        assert_eq!(ramp.integral(), 2.0);
        assert_eq!(ramp.crossing(0.75), Some(Time(3_000_000_000)));
        assert_eq!(ramp.crossing(1.5), None);
        let part = ramp.between(Time(1_000_000_000), Time(9_000_000_000));
        assert_eq!((part.first, part.last, part.to), (0.25, 1.0, ramp.to));
        assert!(part.between(Time(0), Time(2_000_000_000)).below(0.5));
    }
}
