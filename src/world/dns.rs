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
use crate::topology::{Drain, Policy, TrafficId};

/// Answers of the past that are kept apart; older ones are merged by mass.
const PAST_ANSWERS: usize = 8;

impl<C: Chance> World<'_, C> {
    pub(super) fn start_traffic(&mut self) {
        for id in (0..self.topology.traffic.len()).map(TrafficId::from) {
            let answer = self.wanted_answer(id);
            self.state.traffic[id.index()].pending.clone_from(&answer);
            self.state.traffic[id.index()].answer = answer;
        }
    }

    /// Whether an entry's target is believed healthy.
    #[must_use]
    pub fn believed_healthy(&self, id: TrafficId, target: usize) -> bool {
        let check = self.topology.traffic[id.index()].targets[target].check;
        check.is_none_or(|detector| !self.state.detectors[detector.index()].down)
    }

    /// Compares the answer with the beliefs, and has it changed if need be.
    pub(super) fn update_answer(&mut self, id: TrafficId) {
        self.update_admission(id);
        let wanted = self.wanted_answer(id);
        let pending = self.is_set(Timer::Answer(id));
        let origin = self.belief_origin(id);
        let state = &mut self.state.traffic[id.index()];
        if wanted == state.answer {
            if pending {
                state.pending = wanted;
                self.cancel(Timer::Answer(id));
            }
        } else if wanted != state.pending || !pending {
            state.pending = wanted;
            state.origin = origin;
            if !pending {
                let traffic = &self.topology.traffic[id.index()];
                let wait =
                    self.chance
                        .time(traffic.draw_answer, &traffic.answers_after, Span::ZERO);
                let at = self.state.now.after(wait);
                self.set(Timer::Answer(id), at);
                let origin = self.state.traffic[id.index()].origin;
                self.tell(Event::AnswerDue(id), origin);
            }
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
            let belief = self.state.detectors[check.index()];
            let admitted = &mut self.state.traffic[id.index()].admitted[index];
            if belief.down {
                *admitted = false;
            } else if !*admitted && let Some(delay) = traffic.fail_back_after {
                let due = belief.since.after(delay);
                if due <= now {
                    *admitted = true;
                } else {
                    wake = wake.min(due);
                }
            }
        }
        self.set(Timer::Return(id), wake);
    }

    fn wanted_answer(&self, id: TrafficId) -> Vec<f64> {
        let traffic = &self.topology.traffic[id.index()];
        let state = &self.state.traffic[id.index()];
        let targets = 0..traffic.targets.len();
        let healthy = |index: &usize| self.believed_healthy(id, *index);
        let mut usable: Vec<usize> = targets
            .clone()
            .filter(|index| healthy(index) && state.admitted[*index])
            .collect();
        if usable.is_empty() {
            usable = targets.clone().filter(healthy).collect();
        }
        if usable.is_empty() {
            usable = targets.clone().collect();
        }
        let mut shares = vec![0.0; traffic.targets.len()];
        match traffic.policy {
            Policy::Failover => shares[usable[0]] = 1.0,
            Policy::Spread => {
                let total: f64 = usable
                    .iter()
                    .map(|index| traffic.targets[*index].weight)
                    .sum();
                for index in &usable {
                    let weight = traffic.targets[*index].weight;
                    shares[*index] = if total > 0.0 {
                        weight / total
                    } else {
                        1.0 / usable.len() as f64
                    };
                }
            }
        }
        shares
    }

    /// The new answer is given from now on.
    pub(super) fn change_answer(&mut self, id: TrafficId) {
        let now = self.state.now;
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &mut self.state.traffic[id.index()];
        let old = std::mem::replace(&mut state.answer, state.pending.clone());
        state.past.push_back(PastAnswer {
            from: state.since,
            until: now,
            shares: old,
        });
        state.since = now;
        if state.past.len() > PAST_ANSWERS {
            merge_oldest(state, drain, now);
        }
        let origin = state.origin;
        self.tell(Event::AnswerChanged(id), origin);
        self.notice_dead_instances(id);
    }

    /// The share of clients at each target.
    pub fn shares(&self, id: TrafficId, at: Time) -> impl Iterator<Item = f64> + '_ {
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &self.state.traffic[id.index()];
        let moved = if state.past.is_empty() {
            1.0
        } else {
            1.0 - drain.left(at.since(state.since))
        };
        (0..state.answer.len()).map(move |target| {
            let stale = state
                .past
                .iter()
                .map(|past| past.mass(drain, at) * past.shares[target]);
            moved * state.answer[target] + stale.sum::<f64>()
        })
    }

    /// Forgets answers that nobody uses any more, and wakes up where the shares bend next.
    pub(super) fn next_bend(&mut self, id: TrafficId) -> Time {
        let now = self.state.now;
        let drain = &self.topology.traffic[id.index()].drain;
        let state = &mut self.state.traffic[id.index()];
        let length = drain.points.last().map_or(Span::ZERO, |point| point.0);
        while state
            .past
            .front()
            .is_some_and(|past| past.until.after(length) <= now)
        {
            state.past.pop_front();
        }
        let bends = state.past.iter().flat_map(|past| {
            drain
                .points
                .iter()
                .map(|point| past.until.after(point.0))
                .find(|bend| *bend > now)
        });
        let next = bends.min().unwrap_or(Time::NEVER);
        self.set(Timer::Drain(id), next);
        next
    }
}

impl PastAnswer {
    /// The share of clients that still use it.
    fn mass(&self, drain: &Drain, at: Time) -> f64 {
        let older = if self.from == Time::ZERO {
            0.0
        } else {
            drain.left(at.since(self.from))
        };
        drain.left(at.since(self.until)) - older
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

fn merge_oldest(state: &mut TrafficState, drain: &Drain, now: Time) {
    let first = state.past.pop_front().expect("more answers than are kept");
    let second = &mut state.past[0];
    let (one, two) = (first.mass(drain, now), second.mass(drain, now));
    let total = one + two;
    if total > 0.0 {
        for (share, other) in second.shares.iter_mut().zip(&first.shares) {
            *share = (*share * two + other * one) / total;
        }
    }
    second.from = first.from;
}
