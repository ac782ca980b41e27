//! The machine-repair workload that engines are compared on, with the streams and samplers of this project.
//!
//! 90 instances in three regions of three zones; exponential failures (mean 1,000 h), lognormal repairs (mean 1 h); a
//! zone is up with 7 of 10 instances, a region with 2 of 3 zones, the system with 2 of 3 regions; ten years, about
//! 15,750 events a trial. Every engine that plays it says how long its instances were down, because that is known:
//! an instance is down 1/1001 of the time. The same workload is written for other engines in `benches/nexosim` and
//! `benches/simpy`. Deliberately absent: anything that one engine would do and another would not.

mod by_hand;
mod with_engine;

pub use by_hand::by_hand;
pub use with_engine::with_engine;

use fivenines::dist::Law;
use fivenines::rng::{Entity, Purpose, Stream};
use fivenines::time::Time;

/// How many instances there are.
pub const INSTANCES: usize = 90;
/// The end of a trial.
pub const HORIZON: Time = Time(87_600 * 3_600_000_000_000);

/// What one trial came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Failures and repairs.
    pub events: u64,
    /// For how long instances were down, all added up, in nanoseconds.
    pub instances_down: u64,
    /// For how long the system was down, in nanoseconds.
    pub system_down: u64,
}

struct Laws {
    failure: Law,
    repair: Law,
}

impl Laws {
    fn new() -> Laws {
        Laws {
            failure: Law::exponential(3_600e3).expect("a law"),
            repair: Law::lognormal_from_median_and_sigma(3600.0 * 0.606_530_659_712_633_4, 1.0)
                .expect("a law"),
        }
    }
}

fn streams(trial: u64) -> Vec<Stream> {
    let name = |index: usize| Entity(index as u128 * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    (0..INSTANCES)
        .map(|index| Stream::new(1, trial, name(index), Purpose(1)))
        .collect()
}

/// What is down, by zone and by region, and since when.
#[derive(Default)]
struct Health {
    down_in_zone: [u8; 9],
    zones_down_in_region: [u8; 3],
    regions_down: u8,
    down: u64,
    changed: Time,
    system_down_since: Option<Time>,
    story: Story,
}

impl Health {
    fn change(&mut self, instance: usize, failed: bool, now: Time) {
        let now = now.min(HORIZON);
        self.story.events += 1;
        self.story.instances_down += self.down * now.since(self.changed).0;
        self.changed = now;
        let region = &mut self.zones_down_in_region[instance / 30];
        let zone = &mut self.down_in_zone[instance / 10];
        if failed {
            self.down += 1;
            *zone += 1;
            *region += u8::from(*zone == 4);
            self.regions_down += u8::from(*zone == 4 && *region == 2);
        } else {
            self.down -= 1;
            *zone -= 1;
            *region -= u8::from(*zone == 3);
            self.regions_down -= u8::from(*zone == 3 && *region == 1);
        }
        match (self.system_down_since, self.is_system_down()) {
            (None, true) => self.system_down_since = Some(now),
            (Some(since), false) => {
                self.story.system_down += now.since(since).0;
                self.system_down_since = None;
            }
            _ => {}
        }
    }

    fn is_system_down(&self) -> bool {
        self.regions_down >= 2
    }
}
