//! Belief: what detectors think, and when they change their minds.
//!
//! A change of truth is told to each vantage point it concerns; the next change of an opinion is one timer per
//! detector. A detector believes its target down while at least `agree` of its vantage points say so.

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::probe::{self, Condition};
use super::state::{Origin, Role, Trigger};
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{DetectorId, PartId, PlaceId, StoreId, Watch};

impl<C: Chance> World<'_, C> {
    /// Draws first false alarms. Phases are drawn when somebody asks.
    pub(super) fn start_detectors(&mut self) {
        let layout = self.layout;
        for id in layout.busy_at_start.iter().copied() {
            self.schedule_alarm(id);
            let detector = &self.topology.detectors[id.index()];
            if let Watch::Primary(_) = detector.watches {
                let first = self.layout.probers[id.index()];
                for (index, place) in detector.vantage.iter().enumerate() {
                    let meets = self.meets(detector.watches, index, *place);
                    self.state.probers[first + index].meets = meets;
                }
            }
        }
    }

    /// The phases with which a detector started, if they have not been drawn yet: most detectors have nothing to
    /// see in most trials.
    fn draw_first_phases(&mut self, id: DetectorId) {
        if !std::mem::replace(&mut self.state.detectors[id.index()].has_phases, true) {
            self.draw_phases(id, Time::ZERO);
        }
    }

    fn draw_phases(&mut self, id: DetectorId, now: Time) {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        for vantage in 0..detector.vantage.len() {
            let law = &self.layout.phases[id.index()];
            let phase = self.chance.time(detector.draw_phase, law, Span::ZERO);
            self.state.probers[first + vantage].find_at_rest(detector, now, phase);
        }
    }

    /// The law of the time from one false alarm to the next.
    pub(super) fn alarm_law(&self, id: DetectorId) -> Option<Law> {
        let mean = self.topology.detectors[id.index()].false_alarm_every?;
        Some(Law::exponential(mean).expect("checked figures make a law"))
    }

    fn schedule_alarm(&mut self, id: DetectorId) {
        let detector = &self.topology.detectors[id.index()];
        if let Some(law) = self.alarm_law(id) {
            let wait = self.chance.time(detector.draw_alarm, &law, Span::ZERO);
            let at = self.state.now.after(wait);
            self.set(Timer::Alarm(id), at);
        }
    }

    /// Looks at what every vantage point of a detector meets now.
    pub(super) fn look(&mut self, id: DetectorId) {
        let topology = self.topology;
        let detector = &topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let now = self.state.now;
        let mut changed = false;
        for (index, place) in detector.vantage.iter().enumerate() {
            let meets = self.meets(detector.watches, index, *place);
            if self.state.probers[first + index].meets == meets {
                continue;
            }
            if !changed {
                changed = true;
                self.draw_first_phases(id);
                if now.since(self.state.detectors[id.index()].changed) > probe::rest(detector) {
                    self.refresh_phases(id);
                }
                self.state.detectors[id.index()].changed = now;
            }
            let prober = &mut self.state.probers[first + index];
            prober.advance(detector, now);
            if prober.meets == Condition::Blind {
                prober.restart(now, Span(prober.next.0 % detector.every.0.max(1)));
            }
            prober.meets = meets;
        }
        if changed {
            let blamed = self.blame(id);
            if blamed.is_some() {
                self.state.detectors[id.index()].met = blamed;
            }
            self.schedule_opinion(id);
        }
    }

    /// New phases for the vantage points that are at rest.
    fn refresh_phases(&mut self, id: DetectorId) {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let now = self.state.now;
        self.draw_first_phases(id);
        for index in first..first + detector.vantage.len() {
            self.state.probers[index].advance(detector, now);
        }
        self.draw_phases(id, now);
    }

    fn schedule_opinion(&mut self, id: DetectorId) {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let probers = &self.state.probers[first..first + detector.vantage.len()];
        let next = probers
            .iter()
            .map(|prober| prober.forecast(detector))
            .min()
            .unwrap_or(Time::NEVER);
        let slot = self.layout.opinion(id);
        self.state.agenda.set(slot, next);
        let wavers = !next.is_never();
        let wavered = std::mem::replace(&mut self.state.detectors[id.index()].wavers, wavers);
        if !matches!(detector.watches, Watch::Instance(..)) {
            self.state.coarse_opinions += u32::from(wavers);
            self.state.coarse_opinions -= u32::from(wavered);
        }
    }

    /// What a probe from one vantage point meets.
    fn meets(&self, watches: Watch, vantage: usize, place: PlaceId) -> Condition {
        if self.place_condition(place) != Condition::Up {
            return Condition::Blind;
        }
        match watches {
            Watch::Target(entry, target) => {
                let target = &self.topology.traffic[entry.index()].targets[target];
                let condition = self.place_condition(target.place);
                if condition != Condition::Up {
                    condition
                } else if !self.answers(place, target.place) {
                    Condition::Silent
                } else if self.state.instances_up[target.pool.index()] == 0 {
                    Condition::Refuses
                } else {
                    Condition::Up
                }
            }
            Watch::Instance(_, part) => self.part_seen_from(part, place),
            Watch::Primary(store) => self.primary_seen_from(store, vantage, place),
        }
    }

    fn part_seen_from(&self, part: PartId, place: PlaceId) -> Condition {
        let condition = self.state.conditions[part.index()];
        let unreachable = !self.answers(place, self.topology.parts[part.index()].place);
        if unreachable {
            condition.max(Condition::Silent)
        } else {
            condition
        }
    }

    fn primary_seen_from(&self, store: StoreId, vantage: usize, place: PlaceId) -> Condition {
        let members = &self.topology.stores[store.index()].members;
        let state = &self.state.stores[store.index()];
        let takes_itself_for_primary = members
            .get(vantage)
            .is_some_and(|member| member.place == place)
            && (vantage == state.primary
                || state.members[vantage].role == Role::Replaced && state.members[vantage].accepts);
        if takes_itself_for_primary {
            Condition::Blind
        } else if state.members[state.primary].fenced {
            Condition::Silent
        } else {
            self.part_seen_from(members[state.primary].part, place)
        }
    }

    /// An opinion changes: the belief may.
    pub(super) fn opinion_changes(&mut self, id: DetectorId) {
        let topology = self.topology;
        let detector = &topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let now = self.state.now;
        for index in first..first + detector.vantage.len() {
            if self.state.probers[index].forecast(detector) <= now {
                self.state.probers[index].change_opinion(detector, now);
            }
        }
        self.count_votes(id);
        self.schedule_opinion(id);
    }

    fn count_votes(&mut self, id: DetectorId) {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let probers = &self.state.probers[first..first + detector.vantage.len()];
        let votes = probers.iter().filter(|prober| prober.says_down).count();
        self.state.detectors[id.index()].votes = votes as u32;
        let down = votes >= detector.agree;
        if down != self.state.believed_down[id.index()] {
            self.change_belief(id, down);
        }
    }

    fn change_belief(&mut self, id: DetectorId, down: bool) {
        let now = self.state.now;
        let alarm = self.state.detectors[id.index()].alarm;
        let origin = match alarm {
            Some(struck) if down => Some(Origin {
                what: Trigger::Alarm(id),
                struck,
            }),
            _ if down => self.state.detectors[id.index()].met,
            _ => self.state.detectors[id.index()].origin,
        };
        self.state.believed_down[id.index()] = down;
        let state = &mut self.state.detectors[id.index()];
        state.since = now;
        state.origin = origin;
        if !down {
            state.alarm = None;
        }
        self.beliefs_changed = true;
        self.touch_belief(id);
        self.tell(
            if down {
                Event::BelievedDown(id)
            } else {
                Event::BelievedUp(id)
            },
            origin,
        );
    }

    /// A false alarm: enough vantage points say "down" of a healthy target. They find out by probing on.
    pub(super) fn false_alarm(&mut self, id: DetectorId) {
        let topology = self.topology;
        let detector = &topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let now = self.state.now;
        let probers = first..first + detector.vantage.len();
        let at_rest = probers.clone().all(|index| {
            let prober = &self.state.probers[index];
            prober.meets != Condition::Silent
                && prober.meets != Condition::Refuses
                && !prober.says_down
        });
        if at_rest {
            self.refresh_phases(id);
            self.state.detectors[id.index()].changed = now;
            self.state.detectors[id.index()].alarm = Some(now);
            let mut last = None;
            let mut wrong = 0;
            for index in probers {
                if wrong < detector.agree && self.state.probers[index].meets == Condition::Up {
                    self.state.probers[index].says_down = true;
                    last = Some(index);
                    wrong += 1;
                }
            }
            // The last of them has just probed; the others did at any moment of the last interval.
            if let Some(last) = last {
                self.state.probers[last].restart(now, detector.every);
            }
            self.tell(
                Event::FalseAlarm(id),
                Some(Origin {
                    what: Trigger::Alarm(id),
                    struck: now,
                }),
            );
            self.count_votes(id);
            self.schedule_opinion(id);
        }
        self.schedule_alarm(id);
    }

    /// A store has another primary: what was known of the old one is void.
    pub(super) fn watch_anew(&mut self, id: DetectorId) {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        for index in first..first + detector.vantage.len() {
            self.state.probers[index].says_down = false;
            self.state.probers[index].meets = Condition::Up;
        }
        self.draw_first_phases(id);
        self.draw_phases(id, self.state.now);
        self.state.detectors[id.index()].changed = self.state.now;
        self.state.detectors[id.index()].alarm = None;
        self.count_votes(id);
        self.look(id);
        self.schedule_opinion(id);
    }

    /// Whether enough vantage points meet a failure now.
    #[must_use]
    pub fn found_down(&self, id: DetectorId) -> bool {
        let detector = &self.topology.detectors[id.index()];
        let first = self.layout.probers[id.index()];
        let probers = &self.state.probers[first..first + detector.vantage.len()];
        let meets = |condition| move |prober: &&probe::Prober| prober.meets == condition;
        let failing = probers.iter().filter(meets(Condition::Refuses)).count()
            + probers.iter().filter(meets(Condition::Silent)).count();
        failing >= detector.agree
    }
}
