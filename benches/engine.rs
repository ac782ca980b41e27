//! The bare engine against a loop written by hand, on the same workload with the same streams and samplers.
//!
//! Read the ratio of the two, not the times. `cargo xtask bench` compares more.

mod w1;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const EVENTS: u64 = 15_750;

fn bench(criterion: &mut Criterion) {
    assert_eq!(
        w1::with_engine(1),
        w1::by_hand(1),
        "both must tell the same story"
    );
    let mut group = criterion.benchmark_group("90 instances, ten years");
    group.throughput(Throughput::Elements(EVENTS));
    let mut trial = 0;
    group.bench_function("engine", |bencher| {
        bencher.iter(|| {
            trial += 1;
            black_box(w1::with_engine(trial))
        });
    });
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            trial += 1;
            black_box(w1::by_hand(trial))
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
