//! The workload by hand: one array of keys and a tournament of fixed depth, nothing generic.

use fivenines::rng::Stream;
use fivenines::time::{Span, Time};

use super::{HORIZON, Health, INSTANCES, Laws, Story, streams};

const LEAVES: usize = 256;
const NODES: usize = LEAVES + 64 + 16 + 4 + 1;

struct Tournament {
    keys: [u128; NODES],
    laws: Laws,
    streams: Vec<Stream>,
}

impl Tournament {
    fn schedule(&mut self, index: usize, failed: bool, now: Time) {
        let law = if failed {
            &self.laws.repair
        } else {
            &self.laws.failure
        };
        let wait = Span::from_seconds(law.residual(0.0, self.streams[index].uniform()));
        let mut key = u128::from(now.after(wait).0) << 32 | index as u128;
        let mut child = index;
        let (mut below, mut above) = (0, LEAVES);
        for width in [LEAVES, 64, 16, 4] {
            let (group, lane) = (below + child / 4 * 4, child % 4);
            let siblings = [lane ^ 1, lane ^ 2, lane ^ 3].map(|lane| self.keys[group + lane]);
            self.keys[group + lane] = key;
            key = key.min(siblings[0].min(siblings[1]).min(siblings[2]));
            child /= 4;
            below = above;
            above += width / 4;
        }
        self.keys[NODES - 1] = key;
    }
}

/// Plays one trial by hand.
pub fn by_hand(trial: u64) -> Story {
    let mut tournament = Tournament {
        keys: [u128::MAX; NODES],
        laws: Laws::new(),
        streams: streams(trial),
    };
    let mut failed = [false; INSTANCES];
    let mut health = Health::default();
    for index in 0..INSTANCES {
        tournament.schedule(index, false, Time::ZERO);
    }
    loop {
        let next = tournament.keys[NODES - 1];
        let (now, index) = (Time((next >> 32) as u64), next as u32 as usize);
        failed[index] = !failed[index];
        health.change(index, failed[index], now);
        tournament.schedule(index, failed[index], now);
        if now >= HORIZON {
            return health.story;
        }
    }
}
