//! The machine-repair workload of `benches/w1` in nexosim.
//!
//! Usage: fivenines-bench-nexosim FIRST COUNT
//!
//! The form that is fastest there: one model that schedules itself for each instance, on one thread, with a fast
//! generator and ziggurat samplers. Prints one JSON object like `benches/comparison.rs`: the number of failures and
//! repairs, the seconds they took, and the share of time that an instance was down (1/1001 is right).

#[path = "../../processor_time/mod.rs"]
mod processor_time;

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, EventSource, Output, SinkState, event_queue};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

const INSTANCES: usize = 90;
const HORIZON: Duration = Duration::from_secs(87_600 * 3600);

#[derive(Serialize, Deserialize)]
struct Fleet {
    /// Failures and repairs, and seconds that instances were down: sent when the trial ends.
    story: Output<(u64, f64)>,
    luck: Xoshiro256PlusPlus,
    failed: Vec<bool>,
    down_in_zone: [u8; 9],
    zones_down_in_region: [u8; 3],
    regions_down: u8,
    down: u64,
    changed: f64,
    events: u64,
    instances_down: f64,
    system_down_since: Option<f64>,
    system_down: f64,
}

#[Model]
impl Fleet {
    fn new(trial: u64) -> Fleet {
        Fleet {
            story: Output::default(),
            luck: Xoshiro256PlusPlus::seed_from_u64(trial),
            failed: vec![false; INSTANCES],
            down_in_zone: [0; 9],
            zones_down_in_region: [0; 3],
            regions_down: 0,
            down: 0,
            changed: 0.0,
            events: 0,
            instances_down: 0.0,
            system_down_since: None,
            system_down: 0.0,
        }
    }

    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        for index in 0..INSTANCES {
            self.schedule(index, context);
        }
    }

    fn schedule(&mut self, index: usize, context: &Context<Self>) {
        let hours: f64 = if self.failed[index] {
            LogNormal::new(-0.5, 1.0)
                .expect("a law")
                .sample(&mut self.luck)
        } else {
            let unit: f64 = Exp1.sample(&mut self.luck);
            1000.0 * unit
        };
        let wait = Duration::from_nanos((hours * 3600e9) as u64 + 1);
        context
            .schedule_event(wait, schedulable!(Self::turn), index)
            .expect("it lies in the future");
    }

    #[nexosim(schedulable)]
    async fn turn(&mut self, index: usize, context: &Context<Self>) {
        let now = seconds(context.time());
        self.failed[index] = !self.failed[index];
        self.change(index, self.failed[index], now);
        self.schedule(index, context);
    }

    fn change(&mut self, instance: usize, failed: bool, now: f64) {
        self.events += 1;
        self.instances_down += self.down as f64 * (now - self.changed);
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
                self.system_down += now - since;
                self.system_down_since = None;
            }
            _ => {}
        }
    }

    fn is_system_down(&self) -> bool {
        self.regions_down >= 2
    }

    async fn tell(&mut self) {
        let rest = self.down as f64 * (HORIZON.as_secs_f64() - self.changed);
        self.story
            .send((self.events, self.instances_down + rest))
            .await;
    }
}

fn seconds(time: MonotonicTime) -> f64 {
    time.duration_since(MonotonicTime::EPOCH).as_secs_f64()
}

fn play(trial: u64) -> Result<(u64, f64), SimulationError> {
    let mut fleet = Fleet::new(trial);
    let mailbox = Mailbox::new();
    let (sink, mut stories) = event_queue(SinkState::Enabled);
    fleet.story.connect_sink(sink);
    let mut bench = SimInit::with_num_threads(1);
    let tell = EventSource::new()
        .connect(Fleet::tell, &mailbox)
        .register(&mut bench);
    let mut simulation = bench
        .add_model(fleet, mailbox, "fleet")
        .init(MonotonicTime::EPOCH)?;
    simulation.step_until(HORIZON)?;
    simulation.process_event(&tell, ())?;
    Ok(stories.try_read().expect("the fleet has told its story"))
}

fn main() -> Result<(), SimulationError> {
    let mut numbers = std::env::args()
        .skip(1)
        .map(|word| word.parse::<u64>().expect("a number"));
    let first = numbers.next().expect("the first trial");
    let count = numbers.next().expect("the number of trials");
    let start = processor_time::seconds();
    let (mut events, mut instances_down) = (0, 0.0);
    for trial in first..first + count {
        let story = play(trial)?;
        events += story.0;
        instances_down += story.1;
    }
    let taken = processor_time::seconds() - start;
    let whole = HORIZON.as_secs_f64() * (INSTANCES as u64 * count) as f64;
    let said =
        serde_json::json!({ "work": events, "seconds": taken, "down": instances_down / whole });
    println!("{said}");
    Ok(())
}
