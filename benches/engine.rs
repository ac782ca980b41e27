//! The bare engine against a loop written by hand, on the same workload with the same streams and samplers.
//!
//! Workload: 90 instances in three regions of three zones; exponential failures (mean 1,000 h), lognormal repairs
//! (mean about 1 h); a zone is up with 7 of 10 instances, a region with 2 of 3 zones, the system with 2 of 3 regions;
//! ten years, about 15,750 events a trial. Read the ratio of the two, not the times.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fivenines::dist::Law;
use fivenines::engine::{Agenda, Slot, World, step};
use fivenines::rng::{Entity, Purpose, Stream};
use fivenines::time::{Span, Time};

const INSTANCES: usize = 90;
const HORIZON: Time = Time(87_600 * 3_600_000_000_000);
const EVENTS: u64 = 15_750;

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

/// What is up, by zone, and for how long the system was down.
#[derive(Default)]
struct Health {
    down_in_zone: [u8; 9],
    down_since: Option<Time>,
    downtime: u64,
    events: u64,
}

impl Health {
    fn change(&mut self, instance: usize, failed: bool, now: Time) {
        self.events += 1;
        let zone = &mut self.down_in_zone[instance / 10];
        if failed {
            *zone += 1;
        } else {
            *zone -= 1;
        }
        let region = |index: usize| {
            self.down_in_zone[3 * index..3 * index + 3]
                .iter()
                .filter(|down| **down > 3)
                .count()
                >= 2
        };
        let system_down = (0..3).filter(|index| region(*index)).count() >= 2;
        match (self.down_since, system_down) {
            (None, true) => self.down_since = Some(now),
            (Some(since), false) => {
                self.downtime += now.since(since).0;
                self.down_since = None;
            }
            _ => {}
        }
    }
}

/// The workload as a world of the engine.
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

fn with_engine(trial: u64) -> (u64, u64) {
    let mut fleet = Fleet::new(trial);
    while step(&mut fleet).is_some_and(|now| now < HORIZON) {}
    (fleet.health.events, fleet.health.downtime)
}

/// The same by hand: one array of keys and a linear tournament of fixed depth, nothing generic.
fn by_hand(trial: u64) -> (u64, u64) {
    const LEAVES: usize = 256;
    let laws = Laws::new();
    let mut streams = streams(trial);
    let mut failed = [false; INSTANCES];
    let mut health = Health::default();
    let mut keys = [u128::MAX; LEAVES + 64 + 16 + 4 + 1];
    let mut set =
        |keys: &mut [u128; LEAVES + 64 + 16 + 4 + 1], index: usize, failed: bool, now: Time| {
            let law = if failed { &laws.repair } else { &laws.failure };
            let at = now.after(Span::from_seconds(
                law.residual(0.0, streams[index].uniform()),
            ));
            keys[index] = u128::from(at.0) << 32 | index as u128;
            let mut child = index;
            let (mut below, mut above) = (0, LEAVES);
            for width in [LEAVES, 64, 16, 4] {
                let group = below + child / 4 * 4;
                child /= 4;
                keys[above + child] = keys[group]
                    .min(keys[group + 1])
                    .min(keys[group + 2].min(keys[group + 3]));
                below = above;
                above += width / 4;
            }
        };
    for index in 0..INSTANCES {
        set(&mut keys, index, false, Time::ZERO);
    }
    loop {
        let next = keys[LEAVES + 64 + 16 + 4];
        let (now, index) = (Time((next >> 32) as u64), next as u32 as usize);
        failed[index] = !failed[index];
        health.change(index, failed[index], now);
        set(&mut keys, index, failed[index], now);
        if now >= HORIZON {
            return (health.events, health.downtime);
        }
    }
}

fn bench(criterion: &mut Criterion) {
    assert_eq!(with_engine(1), by_hand(1), "both must tell the same story");
    let mut group = criterion.benchmark_group("90 instances, ten years");
    group.throughput(Throughput::Elements(EVENTS));
    let mut trial = 0;
    group.bench_function("engine", |bencher| {
        bencher.iter(|| {
            trial += 1;
            black_box(with_engine(trial))
        });
    });
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            trial += 1;
            black_box(by_hand(trial))
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
