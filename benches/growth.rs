//! Models for growth: the same cell again and again, so that the cost of a trial can be compared with the size.
//!
//! A cell is a region of three zones with a service, a store and an entry of its own, and two journeys through them.
//! What spans all cells is one more entry that spreads clients over them and one journey that enters there, for in
//! a large estate something always does. What happens in a year grows as the number of cells does, and so should the cost.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fivenines::measure::run_trials;
use fivenines::model;
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;

/// Few, because a trial of the largest model takes seconds; enough that what is prepared once does not count.
const TRIALS: u64 = 4;

/// Places of a cell: a region and its three zones.
const PLACES_OF_A_CELL: usize = 4;

/// A model of about this many places.
fn cells(places: usize) -> Topology {
    let count = places.div_ceil(PLACES_OF_A_CELL);
    let text = written(count);
    let (topology, _) = compile_parsed(model::parse(&text, &[])).expect("a model without errors");
    topology
}

fn written(count: usize) -> String {
    let mut text = String::from("fivenines: 1\nname: cells\nplaces:\n");
    let mut section = |title: &str, cell: &dyn Fn(usize) -> String| {
        text.push_str(title);
        for index in 0..count {
            text.push_str(&cell(index));
        }
    };
    section("", &|index| format!("  r{index}: {{ zones: [a, b, c] }}\n"));
    section(FAULTS, &|_| String::new());
    section("services:\n  front:\n    runs:\n", &|index| {
        format!("      r{index}: 3\n")
    });
    section(
        "    instance: { fails: { every: 90d, lasts: 10m } }\n",
        &service,
    );
    section("stores:\n", &store);
    section(
        "traffic:\n  front.example.com:\n    to: front\n    dns:\n      spread:\n",
        &|index| format!("        r{index}: 1\n"),
    );
    section(GLOBAL_DNS, &entry);
    section(
        "journeys:\n  front: { enters: front.example.com, rate: 100/s }\n",
        &journeys,
    );
    text
}

const FAULTS: &str = "faults:
  zone-outage: { hits: each zone, every: 5y, lasts: { median: 2h, p95: 12h } }
  region-outage: { hits: each region, every: 10y, lasts: { median: 3h, p95: 18h } }
  isolation: { cuts: each region <-> internet, every: 5y, lasts: { median: 3m, p95: 20m } }
";

const GLOBAL_DNS: &str = "      ttl: 60s
      check: { every: 10s, timeout: 4s, after: 3, from: 3, agree: 2 }
";

fn service(index: usize) -> String {
    let mut text = String::new();
    write!(
        text,
        "  api-{index}:
    runs: {{ r{index}: 6 }}
    instance: {{ fails: {{ every: 90d, lasts: {{ median: 4m, p95: 20m }} }}, serves: 300/s }}
"
    )
    .expect("text can be written");
    text
}

fn store(index: usize) -> String {
    format!(
        "  db-{index}:
    members: {{ primary: r{index}/a, sync: [r{index}/b, r{index}/c] }}
    member: {{ fails: {{ every: 180d, lasts: {{ median: 10m, p95: 1h }} }} }}
    replication: {{ sync: {{ acks: 1, without-standby: {{ alone-after: 10s }} }} }}
    failover:
      detect: {{ every: 10s, timeout: 5s, after: 2 }}
      decide: automatic
      fence: {{ lease: {{ ttl: 30s, renew: 10s, margin: 5s, works: 99.99% }} }}
      promote: 5s
      redirect: 2s
      steps-down: 10s
      rejoin: 5m
"
    )
}

fn entry(index: usize) -> String {
    format!(
        "  r{index}.example.com:
    to: api-{index}
    at: r{index}
    balancer:
      l7: {{ tries: 2, connect-timeout: 1s, active: {{ every: 10s, timeout: 5s, after: 2, back-after: 2 }} }}
"
    )
}

fn journeys(index: usize) -> String {
    format!(
        "  browse-{index}: {{ enters: r{index}.example.com, reads: db-{index}, rate: 900/s }}
  order-{index}: {{ enters: r{index}.example.com, writes: db-{index}, rate: 300/s }}
"
    )
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("four trials by places");
    group.sample_size(10);
    for places in [10, 100, 1_000, 10_000] {
        let topology = cells(places);
        group.throughput(Throughput::Elements(places as u64));
        let mut trial = 0;
        group.bench_function(BenchmarkId::from_parameter(places), |bencher| {
            bencher.iter(|| {
                trial += TRIALS;
                black_box(run_trials(&topology, 1, trial..trial + TRIALS))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
