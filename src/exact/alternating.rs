//! One thing that fails and is repaired, both at constant rates.
//!
//! Availability over an interval is the integral of the well-known transient solution; the law of the downtime within
//! an interval is that of L. Takács, "On certain sojourn time problems in the theory of stochastic processes" (Acta
//! Mathematica Hungarica 8, 1957): the downtime in T is at most x when the repairs of all failures within the first
//! T - x of uptime take no longer than x, and those are Poisson many, each exponential. Deliberately absent: other
//! laws, for which only the stationary availability is this simple.

use crate::math::{exp, exp_m1, gamma_lower_regularised, ln, ln_gamma};

/// Constant rates of failure (while up) and repair (while down), per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alternating {
    /// Failures per second of uptime; positive.
    pub failure_rate: f64,
    /// Repairs per second of downtime; positive.
    pub repair_rate: f64,
}

impl Alternating {
    /// From the mean time to a failure and the mean time to its repair, in seconds, both positive.
    #[must_use]
    pub fn from_means(uptime_seconds: f64, downtime_seconds: f64) -> Alternating {
        Alternating {
            failure_rate: 1.0 / uptime_seconds,
            repair_rate: 1.0 / downtime_seconds,
        }
    }

    /// The stationary share of time down.
    #[must_use]
    pub fn unavailability(&self) -> f64 {
        self.failure_rate / (self.failure_rate + self.repair_rate)
    }

    /// The chance to be down after so many seconds, starting up.
    #[must_use]
    pub fn unavailability_at(&self, seconds: f64) -> f64 {
        -self.unavailability() * exp_m1(-(self.failure_rate + self.repair_rate) * seconds)
    }

    /// The mean share of an interval that is spent down, starting up.
    #[must_use]
    pub fn interval_unavailability(&self, seconds: f64) -> f64 {
        let passed = (self.failure_rate + self.repair_rate) * seconds;
        self.unavailability() * (1.0 + exp_m1(-passed) / passed)
    }

    /// The expected number of failures in an interval, starting up.
    #[must_use]
    pub fn failures(&self, seconds: f64) -> f64 {
        self.failure_rate * seconds * (1.0 - self.interval_unavailability(seconds))
    }

    /// The chance of no failure in an interval, starting up.
    #[must_use]
    pub fn chance_of_no_failure(&self, seconds: f64) -> f64 {
        exp(-self.failure_rate * seconds)
    }

    /// The chance that an interval that starts up has at most `allowed` seconds of downtime.
    #[must_use]
    pub fn chance_of_downtime_within(&self, allowed: f64, seconds: f64) -> f64 {
        self.takacs(allowed, seconds, 0)
    }

    /// The same for an interval that starts at a random moment of a process that has long been running.
    #[must_use]
    pub fn stationary_chance_of_downtime_within(&self, allowed: f64, seconds: f64) -> f64 {
        let down = self.unavailability();
        (1.0 - down) * self.takacs(allowed, seconds, 0) + down * self.takacs(allowed, seconds, 1)
    }

    /// The chance that the repairs of `already` failures and of those in the uptime that is left fit in `allowed`.
    fn takacs(&self, allowed: f64, seconds: f64, already: u32) -> f64 {
        if allowed >= seconds {
            return 1.0;
        }
        if allowed < 0.0 {
            return 0.0;
        }
        let expected = self.failure_rate * (seconds - allowed);
        let mut sum = 0.0;
        let mut left = 1.0;
        let mut failures = 0_u32;
        while left > 1e-15 && f64::from(failures) < 2.0 * expected + 1_000.0 {
            let number = f64::from(failures);
            let probability = exp(number * ln(expected) - expected - ln_gamma(number + 1.0));
            sum += probability * fits(failures + already, self.repair_rate * allowed);
            left -= probability;
            failures += 1;
        }
        sum
    }
}

/// The chance that so many exponential repairs of mean 1 add up to at most `allowed`.
fn fits(repairs: u32, allowed: f64) -> f64 {
    if repairs == 0 {
        1.0
    } else if allowed <= 0.0 {
        0.0
    } else {
        gamma_lower_regularised(f64::from(repairs), allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: Alternating = Alternating {
        failure_rate: 0.1,
        repair_rate: 0.5,
    };

    #[test]
    fn long_intervals_are_stationary_and_short_ones_are_up() {
        assert!((DAYS.interval_unavailability(1e9) - 1.0 / 6.0).abs() < 1e-9);
        assert!((DAYS.unavailability_at(1e3) - 1.0 / 6.0).abs() < 1e-15);
        let short = 1e-6;
        assert!((DAYS.unavailability_at(short) / (0.1 * short) - 1.0).abs() < 1e-5);
        assert!((DAYS.failures(short) / (0.1 * short) - 1.0).abs() < 1e-5);
    }

    /// The mean of a positive quantity is the integral of the chance to exceed it.
    #[test]
    fn downtime_has_the_mean_of_the_interval() {
        let seconds = 30.0;
        for stationary in [false, true] {
            let chance = |allowed| match stationary {
                false => DAYS.chance_of_downtime_within(allowed, seconds),
                true => DAYS.stationary_chance_of_downtime_within(allowed, seconds),
            };
            let steps = 3_000;
            let width = seconds / f64::from(steps);
            let exceeded = |step: i32| 1.0 - chance((f64::from(step) + 0.5) * width);
            let mean: f64 = (0..steps).map(exceeded).sum::<f64>() * width;
            let share = if stationary {
                DAYS.unavailability()
            } else {
                DAYS.interval_unavailability(seconds)
            };
            assert!((mean / (seconds * share) - 1.0).abs() < 1e-5, "{mean}");
        }
    }

    #[test]
    fn no_downtime_at_all_is_no_failure() {
        let none = DAYS.chance_of_downtime_within(0.0, 12.0);
        assert!((none - DAYS.chance_of_no_failure(12.0)).abs() < 1e-14);
        assert_eq!(DAYS.chance_of_downtime_within(12.0, 12.0), 1.0);
        assert_eq!(DAYS.chance_of_downtime_within(-1.0, 12.0), 0.0);
    }
}
