//! The journal of one trial: what happened, to what, and which entry set it off.

use serde::Serialize;

use super::journey::{JourneyObserver, Turn};
use super::trial::Observers;
use crate::engine::{Chance, Plain};
use crate::time::Time;
use crate::topology::{StoreId, Topology};
use crate::world::note::{Event, Note, Obstacle};
use crate::world::state::{Mode, Origin, Trigger};
use crate::world::{Layout, World};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// When.
    pub time: Time,
    /// The canonical name of what it happened to.
    pub path: String,
    /// What happened, one word of a closed list.
    pub event: &'static str,
    /// Why, or with what result: one sentence; may be empty.
    pub detail: String,
    /// The index of the entry that set it off.
    pub because: Option<usize>,
}

/// Replays one trial and tells everything that happened in it.
#[must_use]
pub fn journal(topology: &Topology, seed: u64, trial: u64) -> Vec<Entry> {
    let layout = Layout::new(topology);
    let mut world = World::new(topology, &layout, Plain::new(&topology.draws, seed, trial));
    let mut writer = Writer::new(topology);
    Observers::new(topology).watch(&mut world, |world, observers| {
        writer.after(world, observers)
    });
    writer.in_order()
}

struct Writer<'t> {
    topology: &'t Topology,
    entries: Vec<Entry>,
    /// The entry with which each fault or false alarm last struck.
    strikes: std::collections::BTreeMap<Trigger, usize>,
    /// How many openings and closings of each journey have been written.
    told: Vec<usize>,
    two_primaries: Vec<(bool, bool)>,
}

impl<'t> Writer<'t> {
    fn new(topology: &'t Topology) -> Writer<'t> {
        Writer {
            topology,
            entries: Vec::new(),
            strikes: std::collections::BTreeMap::new(),
            told: vec![0; topology.journeys.len()],
            two_primaries: vec![(false, false); topology.stores.len()],
        }
    }

    fn after<C: Chance>(&mut self, world: &World<'_, C>, observers: &Observers) {
        for note in &world.notes {
            self.write_note(world.state.now, note);
        }
        self.write_incidents(observers);
        for (index, observer) in observers.stores.iter().enumerate() {
            let now = observer.two_primaries();
            let before = std::mem::replace(&mut self.two_primaries[index], now);
            let because = self.because(world.state.stores[index].origin);
            let (dual, split) = (
                Some(now.0).filter(|is| *is != before.0),
                Some(now.1).filter(|is| *is != before.1),
            );
            let accepts = dual.map(|is| {
                if is {
                    ("dual-primary", "two members accept writes")
                } else {
                    ("single-primary", "one member accepts writes")
                }
            });
            let receives = split.map(|is| {
                if is {
                    ("split-brain", "two members receive writes")
                } else {
                    ("split-brain-over", "one member receives writes")
                }
            });
            for (event, detail) in accepts.into_iter().chain(receives) {
                let path = format!("stores.{}", self.topology.stores[index].name);
                self.entries.push(Entry {
                    time: world.state.now,
                    path,
                    event,
                    detail: detail.to_owned(),
                    because,
                });
            }
        }
    }

    fn write_incidents(&mut self, observers: &Observers) {
        for (index, observer) in observers.journeys.iter().enumerate() {
            let path = format!("journeys.{}", self.topology.journeys[index].name);
            let told = std::mem::replace(&mut self.told[index], observer.turns().len());
            for turn in &observer.turns()[told..] {
                self.write_turn(&path, turn, observer);
            }
        }
    }

    fn write_turn(&mut self, path: &str, turn: &Turn, observer: &JourneyObserver) {
        let (time, event, detail, because) = match turn {
            Turn::Opened { at, row } => {
                let causes = observer
                    .causes(*row)
                    .iter()
                    .map(|cause| self.topology.causes[*cause as usize].path.as_str());
                let detail = format!(
                    "down because of {}",
                    causes.collect::<Vec<_>>().join(" and ")
                );
                (*at, "incident-opened", detail, None)
            }
            Turn::Closed { at, opened } => {
                let opening = self.entries.iter().rposition(|entry| {
                    entry.event == "incident-opened" && entry.path == path && entry.time == *opened
                });
                let detail = format!("after {:.1} s", at.since(*opened).seconds());
                (*at, "incident-closed", detail, opening)
            }
        };
        self.entries.push(Entry {
            time,
            path: path.to_owned(),
            event,
            detail,
            because,
        });
    }

    /// The entries by time: openings and closings of incidents are only known at the event after them.
    fn in_order(self) -> Vec<Entry> {
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_key(|index| self.entries[*index].time);
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let moved = |entry: &Entry| Entry {
            because: entry.because.map(|because| place[because]),
            ..entry.clone()
        };
        order.iter().map(|old| moved(&self.entries[*old])).collect()
    }

    fn push(
        &mut self,
        time: Time,
        path: String,
        event: &'static str,
        detail: String,
        origin: Option<Origin>,
    ) {
        let because = self.because(origin);
        self.entries.push(Entry {
            time,
            path,
            event,
            detail,
            because,
        });
    }

    fn because(&self, origin: Option<Origin>) -> Option<usize> {
        origin.and_then(|origin| self.strikes.get(&origin.what).copied())
    }

    fn write_note(&mut self, now: Time, note: &Note) {
        let (path, event, detail) = self.words(note.event);
        let struck = match note.event {
            Event::Strike(id) => Some(Trigger::Fault(id)),
            Event::FalseAlarm(id) => Some(Trigger::Alarm(id)),
            _ => None,
        };
        match struck {
            Some(trigger) => {
                self.push(now, path, event, detail, None);
                self.strikes.insert(trigger, self.entries.len() - 1);
            }
            None => self.push(now, path, event, detail, note.origin),
        }
    }

    /// The path, the word and the sentence for an event.
    fn words(&self, event: Event) -> (String, &'static str, String) {
        let topology = self.topology;
        let fault = |id: crate::topology::FaultId| topology.faults[id.index()].path.clone();
        let detector =
            |id: crate::topology::DetectorId| topology.detectors[id.index()].path.clone();
        let store = |id: StoreId| format!("stores.{}", topology.stores[id.index()].name);
        let entry = |id: crate::topology::TrafficId| {
            format!("traffic.{}", topology.traffic[id.index()].name)
        };
        let member = |id: StoreId, index: usize| {
            let member = &topology.stores[id.index()].members[index];
            topology.parts[member.part.index()].path.clone()
        };
        let plain = String::new;
        match event {
            Event::Strike(id) => (fault(id), "strike", plain()),
            Event::RepairWaits(id) => (fault(id), "repair-waits", "every crew is busy".into()),
            Event::Repaired(id) => (fault(id), "repaired", plain()),
            Event::FalseAlarm(id) => (detector(id), "false-alarm", "the target is healthy".into()),
            Event::BelievedDown(id) => (detector(id), "believed-down", plain()),
            Event::BelievedUp(id) => (detector(id), "believed-up", plain()),
            Event::AnswerDue(id) => (
                entry(id),
                "answer-due",
                "beliefs ask for another answer".into(),
            ),
            Event::AnswerChanged(id) => (
                entry(id),
                "answer-changed",
                "clients follow as they resolve again".into(),
            ),
            Event::Ejected(id, target, instance) => (
                entry(id),
                "ejected",
                format!("instance {instance} of target {target} failed too many requests"),
            ),
            Event::Readmitted(id, target, instance) => (
                entry(id),
                "readmitted",
                format!("instance {instance} of target {target}"),
            ),
            Event::Replicates(id, mode) => (store(id), "replication", replicates(mode).into()),
            Event::RecoveryBegins(id, candidate) => (
                store(id),
                "recovery-begins",
                format!("the candidate is {}", member(id, candidate)),
            ),
            Event::RecoveryBlocked(id, obstacle) => {
                (store(id), "recovery-blocked", blocked(obstacle).into())
            }
            Event::RecoveryCalledOff(id) => (
                store(id),
                "recovery-called-off",
                "the primary is healthy again, or holds its lease".into(),
            ),
            Event::Decided(id) => (store(id), "decided", "to fail over".into()),
            Event::Fenced(id, old) => (member(id, old), "fenced", plain()),
            Event::FenceFailed(id, old, true) => (
                member(id, old),
                "fence-failed",
                "a person has to make sure that it is off".into(),
            ),
            Event::FenceFailed(id, old, false) => (
                member(id, old),
                "fence-failed",
                "the candidate is promoted all the same".into(),
            ),
            Event::LeaseLost(id, old) => (
                member(id, old),
                "lease-lost",
                "it stops accepting writes".into(),
            ),
            Event::LeaseIgnored(id, old) => (
                member(id, old),
                "lease-ignored",
                "it should have stopped and has not".into(),
            ),
            Event::LeaseRegained(id, old) => (
                member(id, old),
                "lease-regained",
                "it accepts writes again".into(),
            ),
            Event::StageFailed(id) => (
                store(id),
                "stage-failed",
                "a person has to bring it to its end".into(),
            ),
            Event::Promoted(promotion) if promotion.planned => (
                member(promotion.store, promotion.to),
                "promoted",
                "as planned, without loss".into(),
            ),
            Event::Promoted(promotion) => {
                let kind = if promotion.lost {
                    "lost"
                } else {
                    "orphaned on the old primary"
                };
                let detail = format!(
                    "{:.3} s of acknowledged writes ({:.0}) are {kind}",
                    promotion.seconds, promotion.writes
                );
                (member(promotion.store, promotion.to), "promoted", detail)
            }
            Event::Redirected(id) => (
                store(id),
                "redirected",
                "callers go to the new primary".into(),
            ),
            Event::FailBackBegins(id) => (
                store(id),
                "fail-back-begins",
                "the preferred primary is healthy and has caught up".into(),
            ),
            Event::SteppedDown(id, old) => (member(id, old), "stepped-down", plain()),
            Event::Rejoined(id, old, recovered) => (
                member(id, old),
                "rejoined",
                format!("{recovered:.0} orphaned writes recovered"),
            ),
            Event::CaughtUp(id, standby) => (member(id, standby), "caught-up", plain()),
        }
    }
}

fn replicates(mode: Mode) -> &'static str {
    match mode {
        Mode::Full => "as configured",
        Mode::Stalled => "writes wait for standbys that are not there",
        Mode::Degraded => "writes are acknowledged without standbys",
    }
}

fn blocked(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::NoStandby => "no standby is up, reachable and replicating",
        Obstacle::TooFarBehind => "every standby is further behind than is allowed",
        Obstacle::NotSynchronous => {
            "every standby may lack writes that were acknowledged without it"
        }
        Obstacle::OtherRegion => {
            "the only candidates are in another region, and nobody may decide that"
        }
    }
}
