//! The workload as a world of the engine.

use fivenines::engine::{Agenda, Slot, World, step};
use fivenines::rng::Stream;
use fivenines::time::{Span, Time};

use super::{HORIZON, Health, INSTANCES, Laws, Story, streams};

struct Fleet {
    agenda: Agenda,
    laws: Laws,
    streams: Vec<Stream>,
    failed: [bool; INSTANCES],
    health: Health,
}

impl Fleet {
    fn new(trial: u64) -> Fleet {
        let mut fleet = Fleet {
            agenda: Agenda::new(INSTANCES),
            laws: Laws::new(),
            streams: streams(trial),
            failed: [false; INSTANCES],
            health: Health::default(),
        };
        for index in 0..INSTANCES {
            fleet.schedule(index, Time::ZERO);
        }
        fleet
    }

    fn schedule(&mut self, index: usize, now: Time) {
        let law = if self.failed[index] {
            &self.laws.repair
        } else {
            &self.laws.failure
        };
        let wait = Span::from_seconds(law.residual(0.0, self.streams[index].uniform()));
        self.agenda.set(Slot(index as u32), now.after(wait));
    }
}

impl World for Fleet {
    fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    fn fire(&mut self, slot: Slot, now: Time) {
        let index = slot.0 as usize;
        self.failed[index] = !self.failed[index];
        self.health.change(index, self.failed[index], now);
        self.schedule(index, now);
    }
}

/// Plays one trial with the engine.
pub fn with_engine(trial: u64) -> Story {
    let mut fleet = Fleet::new(trial);
    while step(&mut fleet).is_some_and(|now| now < HORIZON) {}
    fleet.health.story
}
