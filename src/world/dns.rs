//! DNS: which answer is given, and which answers clients still use.
//!
//! Clients resolve again at moments that have nothing to do with what the answers are. So the share that still uses
//! an answer given from `a` to `b` is S(t-b) - S(t-a), where S is the drain curve: the chance that a client's last
//! resolution is older than that. Flaps shorter than a drain superpose exactly; no curve is ever restarted.
//!
//! With all targets believed down, [`Policy::Failover`] answers with the first and [`Policy::Spread`] with all, as
//! Route 53 does ("How Amazon Route 53 chooses records when health checking is configured", Route 53 Developer
//! Guide). Deliberately absent: what different places of the world see of the same target.

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::state::{PastAnswer, TrafficState};
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Drain, Policy, Traffic, TrafficId};

/// Answers of the past that are kept apart; older ones are merged by mass.
const PAST_ANSWERS: usize = 8;

/// The shares of clients that use the present answer and each of the past.
pub(super) struct Using {
    present: f64,
    past: [f64; PAST_ANSWERS + 1],
}

/// What a look at the beliefs makes of an entry's answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// The answer is the one that is wanted.
    None,
    /// Another one is wanted.
    Due,
    /// The one that is wanted is on its way.
    UnderWay,
}

impl<C: Chance> World<'_, C> {
    /// Whether an entry's target is believed healthy.
    #[must_use]
    pub fn believed_healthy(&self, id: TrafficId, target: usize) -> bool {
        let check = self.topology.traffic[id.index()].targets[target].check;
        check.is_none_or(|detector| !self.state.believed_down[detector.index()])
    }

    /// Compares the answer with the beliefs, and has it changed if need be.
    pub(super) fn update_answer(&mut self, id: TrafficId) {
        self.update_admission(id);
        let pending = self.is_set(Timer::Answer(id));
        let origin = self.belief_origin(id);
        let change = self.with_wanted_answer(id, |state, wanted| {
            if wanted == state.answer {
                state.pending.copy_from_slice(wanted);
                Change::None
            } else if wanted != state.pending || !pending {
                state.pending.copy_from_slice(wanted);
                state.origin = origin;
                Change::Due
            } else {
                Change::UnderWay
            }
        });
        if change == Change::None && pending {
            self.cancel(Timer::Answer(id));
        } else if change == Change::Due && !pending {
            let traffic = &self.topology.traffic[id.index()];
            let wait = self
                .chance
                .time(traffic.draw_answer, &traffic.answers_after, Span::ZERO);
            let at = self.state.now.after(wait);
            self.set(Timer::Answer(id), at);
            self.tell(Event::AnswerDue(id), origin);
        }
    }

    /// What made the last of the beliefs about an entry's targets.
    fn belief_origin(&self, id: TrafficId) -> Option<super::state::Origin> {
        let checks = self.topology.traffic[id.index()]
            .targets
            .iter()
            .filter_map(|target| target.check);
        let states = checks.map(|check| &self.state.detectors[check.index()]);
        states
            .max_by_key(|state| state.since)
            .and_then(|state| state.origin)
    }

    /// A target that was down is admitted again after the fail-back delay.
    fn update_admission(&mut self, id: TrafficId) {
        let traffic = &self.topology.traffic[id.index()];
        let now = self.state.now;
        let mut wake = Time::NEVER;
        for (index, target) in traffic.targets.iter().enumerate() {
            let Some(check) = target.check else { continue };
            let believed_since = self.state.detectors[check.index()].since;
            let admitted = &mut self.state.traffic[id.index()].admitted[index];
            if self.state.believed_down[check.index()] {
                *admitted = false;
            } else if !*admitted && let Some(delay) = traffic.fail_back_after {
                let due = believed_since.after(delay);
                if due <= now {
                    *admitted = true;
                } else {
                    wake = wake.min(due);
                }
            }
        }
        self.set(Timer::Return(id), wake);
    }

    /// Works out the shares that the beliefs ask for, in room that is kept.
    fn with_wanted_answer<T>(
        &mut self,
        id: TrafficId,
        then: impl FnOnce(&mut TrafficState, &[f64]) -> T,
    ) -> T {
        let mut wanted = std::mem::take(&mut self.wanted);
        wanted.clear();
        wanted.resize(self.topology.traffic[id.index()].targets.len(), 0.0);
        self.want(id, &mut wanted);
        let result = then(&mut self.state.traffic[id.index()], &wanted);
        self.wanted = wanted;
        result
    }

    /// The shares that the beliefs ask for; all of them are zero before.
    fn want(&self, id: TrafficId, shares: &mut [f64]) {
        let traffic = &self.topology.traffic[id.index()];
        let state = &self.state.traffic[id.index()];
        let targets = || 0..shares.len();
        let healthy = |index: &usize| self.believed_healthy(id, *index);
        let admitted = |index: &usize| healthy(index) && state.admitted[*index];
        if targets().any(|index| admitted(&index)) {
            traffic.spread(shares, admitted);
        } else if targets().any(|index| healthy(&index)) {
            traffic.spread(shares, healthy);
        } else {
            traffic.spread(shares, |_| true);
        }
    }

    /// The new answer is given from now on.
    pub(super) fn change_answer(&mut self, id: TrafficId) {
        let now = self.state.now;
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &mut self.state.traffic[id.index()];
        state.past.push_back(PastAnswer {
            from: state.since,
            until: now,
        });
        state.past_shares.extend(state.answer.iter().copied());
        state.answer.copy_from_slice(&state.pending);
        state.since = now;
        if state.past.len() > PAST_ANSWERS {
            merge_oldest(state, drain, now);
        }
        let origin = state.origin;
        self.touch_answers(id);
        if !self.state.draining.contains(&id) {
            self.state.draining.push(id);
        }
        self.tell(Event::AnswerChanged(id), origin);
        self.notice_dead_instances(id);
    }

    /// The share of clients at each target.
    pub fn shares(&self, id: TrafficId, at: Time) -> impl Iterator<Item = f64> + '_ {
        let using = self.using(id, at);
        let state = &self.state.traffic[id.index()];
        (0..state.answer.len()).map(move |target| using.share(state, target))
    }

    /// The share of clients at one target.
    pub(super) fn share(&self, id: TrafficId, target: usize, at: Time) -> f64 {
        let state = &self.state.traffic[id.index()];
        if state.past.is_empty() {
            return state.answer[target];
        }
        self.using(id, at).share(state, target)
    }

    /// The shares of clients that use each answer.
    pub(super) fn using(&self, id: TrafficId, at: Time) -> Using {
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &self.state.traffic[id.index()];
        let mut using = Using {
            present: 1.0,
            past: [0.0; PAST_ANSWERS + 1],
        };
        // Each answer was given until the next one was.
        let mut older = state.past.front().map_or(0.0, |past| past.older(drain, at));
        for (mass, past) in using.past.iter_mut().zip(&state.past) {
            let left = drain.left(at.since(past.until));
            *mass = left - older;
            older = left;
        }
        using.present -= older;
        using
    }

    /// Forgets answers that nobody uses any more, and wakes up where the shares bend next.
    pub(super) fn next_bend(&mut self, id: TrafficId) -> Time {
        let now = self.state.now;
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &mut self.state.traffic[id.index()];
        let length = drain.points.last().map_or(Span::ZERO, |point| point.0);
        let known = state.past.len();
        while state
            .past
            .front()
            .is_some_and(|past| past.until.after(length) <= now)
        {
            state.past.pop_front();
            state.past_shares.drain(..state.answer.len());
        }
        let bends = state.past.iter().flat_map(|past| {
            drain
                .points
                .iter()
                .map(|point| past.until.after(point.0))
                .find(|bend| *bend > now)
        });
        let next = bends.min().unwrap_or(Time::NEVER);
        if state.past.len() < known {
            self.touch_answers(id);
        }
        self.set(Timer::Drain(id), next);
        next
    }
}

impl Traffic {
    /// Gives the usable targets their shares, which are zero before; there is one at least.
    fn spread(&self, shares: &mut [f64], usable: impl Fn(&usize) -> bool) {
        let count = shares.len();
        let usable = || (0..count).filter(&usable);
        match self.policy {
            Policy::Failover => {
                let first = usable().next().expect("a usable target");
                shares[first] = 1.0;
            }
            Policy::Spread => {
                let total: f64 = usable().map(|index| self.targets[index].weight).sum();
                for index in usable() {
                    shares[index] = if total > 0.0 {
                        self.targets[index].weight / total
                    } else {
                        1.0 / usable().count() as f64
                    };
                }
            }
        }
    }

    /// The answer that is given while all targets are believed healthy.
    pub(super) fn first_answer(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.targets.len()];
        self.spread(&mut shares, |_| true);
        shares
    }
}

impl Using {
    /// The share that uses the present answer, those of the past, oldest first, and zeros.
    pub(super) fn masses(self) -> impl Iterator<Item = f64> {
        std::iter::once(self.present).chain(self.past)
    }

    fn share(&self, state: &TrafficState, target: usize) -> f64 {
        let targets = state.answer.len();
        let past = self.past.iter().take(state.past.len()).enumerate();
        let stale = past.map(|(rank, mass)| mass * state.past_shares[rank * targets + target]);
        self.present * state.answer[target] + stale.sum::<f64>()
    }
}

impl PastAnswer {
    /// The share of clients that still use it.
    fn mass(&self, drain: &Drain, at: Time) -> f64 {
        drain.left(at.since(self.until)) - self.older(drain, at)
    }

    /// The share of clients that still use what was given before it.
    fn older(&self, drain: &Drain, at: Time) -> f64 {
        if self.from == Time::ZERO {
            0.0
        } else {
            drain.left(at.since(self.from))
        }
    }
}

impl Drain {
    /// The share of clients whose last resolution is older than this.
    #[must_use]
    pub fn left(&self, age: Span) -> f64 {
        let after = self.points.partition_point(|point| point.0 <= age);
        if after == 0 {
            return 1.0;
        }
        let (start, share) = self.points[after - 1];
        let Some(&(end, next)) = self.points.get(after) else {
            return 0.0;
        };
        share + (next - share) * (age.0 - start.0) as f64 / (end.0 - start.0) as f64
    }
}

/// Makes one answer of the two oldest.
fn merge_oldest(state: &mut TrafficState, drain: &Drain, now: Time) {
    let (one, two) = (
        state.past[0].mass(drain, now),
        state.past[1].mass(drain, now),
    );
    let total = one + two;
    let targets = state.answer.len();
    if total > 0.0 {
        for target in 0..targets {
            let (older, newer) = (
                state.past_shares[target],
                state.past_shares[targets + target],
            );
            state.past_shares[targets + target] = (newer * two + older * one) / total;
        }
    }
    state.past[1].from = state.past[0].from;
    state.past.pop_front();
    state.past_shares.drain(..targets);
}
