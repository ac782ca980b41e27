//! One vantage point of a detector, without an event per probe.
//!
//! Probes start one interval after another from a random phase. Between two changes of what they meet, how many have
//! started, how the run of equal results grew and when the opinion will change are arithmetic. The phase is drawn
//! anew whenever the vantage point has been at rest for longer than any run of probes can matter (clocks drift, so an
//! old phase says nothing), and kept through a flapping target, which may then go unseen: a failure that is shorter
//! than the gap between two probes meets none of them.
//!
//! A probe's result is decided by what it meets when it starts; it becomes known at once, or after the timeout if
//! nothing answers. With [`Pace::AfterAnswer`] the timeout also delays the next probe, as in Route 53 health checks
//! (Amazon Route 53 Developer Guide, "Values that you specify when you create or update health checks").

use crate::time::{Span, Time};
use crate::topology::{Detector, Pace};

/// What a probe or a caller meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// An answer.
    #[default]
    Up,
    /// A refusal at once.
    Refuses,
    /// Nothing, until the timeout.
    Silent,
    /// The prober itself is down and keeps its last opinion.
    Blind,
}

/// One vantage point.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prober {
    /// When its next probe starts.
    pub next: Time,
    /// Results in a row that contradict its opinion.
    pub run: u32,
    /// Its opinion.
    pub says_down: bool,
    /// What its probes meet.
    pub meets: Condition,
    /// When a change of opinion that is decided becomes known.
    pub known: Option<Time>,
}

impl Prober {
    /// A prober at rest whose next probe starts after `phase`.
    pub fn restart(&mut self, now: Time, phase: Span) {
        self.next = now.after(phase);
        self.run = 0;
        self.known = None;
    }

    /// A prober that has met the same for long is looked at; `phase` is where in its interval that is. Probes that
    /// meet silence may be further apart than an interval, and so is the next one.
    pub fn find_at_rest(&mut self, detector: &Detector, now: Time, phase: Span) {
        let period = self.period(detector);
        let phase = if period == detector.every {
            phase
        } else {
            let every = u128::from(detector.every.0.max(1));
            let stretched = u128::from(phase.0) * u128::from(period.0) / every;
            Span(u64::try_from(stretched).unwrap_or(u64::MAX))
        };
        self.restart(now, phase);
    }

    /// Accounts for all probes that started before `now`.
    pub fn advance(&mut self, detector: &Detector, now: Time) {
        if self.next >= now || self.meets == Condition::Blind {
            return;
        }
        let period = self.period(detector);
        let behind = now.since(self.next).0 - 1;
        let started = behind / period.0 + 1;
        if self.contrary() && self.known.is_none() {
            let needed = self.threshold(detector) - self.run;
            if started >= u64::from(needed) {
                self.known = Some(self.decisive(detector, needed));
                self.run = 0;
            } else {
                self.run += started as u32;
            }
        } else {
            self.run = 0;
        }
        let whole_periods = Span(behind - behind % period.0);
        self.next = self.next.after(whole_periods).after(period);
    }

    /// When its opinion changes, if what it meets stays as it is.
    #[must_use]
    pub fn forecast(&self, detector: &Detector) -> Time {
        if let Some(known) = self.known {
            known
        } else if self.contrary() && self.meets != Condition::Blind {
            self.decisive(detector, self.threshold(detector) - self.run)
        } else {
            Time::NEVER
        }
    }

    /// The time has come that [`Prober::forecast`] gave.
    pub fn change_opinion(&mut self, detector: &Detector, now: Time) {
        self.advance(detector, now.after(Span(1)));
        self.says_down = !self.says_down;
        self.run = 0;
        self.known = None;
    }

    /// When the result is known of the probe that many from now.
    fn decisive(&self, detector: &Detector, probes: u32) -> Time {
        let before = self.period(detector).times(probes - 1);
        self.next.after(before).after(self.wait(detector))
    }

    fn contrary(&self) -> bool {
        self.says_down == (self.meets == Condition::Up)
    }

    fn threshold(&self, detector: &Detector) -> u32 {
        if self.says_down {
            detector.up_after
        } else {
            detector.down_after
        }
    }

    fn wait(&self, detector: &Detector) -> Span {
        if self.meets == Condition::Silent {
            detector.timeout
        } else {
            Span::ZERO
        }
    }

    fn period(&self, detector: &Detector) -> Span {
        match detector.pace {
            Pace::Fixed => detector.every,
            Pace::AfterAnswer => Span(detector.every.0.saturating_add(self.wait(detector).0)),
        }
    }
}

/// After this long without a change, a detector's phases say nothing about the future.
#[must_use]
pub fn rest(detector: &Detector) -> Span {
    let longest = detector.every.0.saturating_add(detector.timeout.0);
    let probes = detector.down_after.max(detector.up_after);
    Span(longest).times(probes.saturating_add(2))
}
