//! Trials per second of each model that is shipped.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fivenines::measure::run_trials;
use fivenines::model;
use fivenines::topology::compile::compile_parsed;

const TRIALS: u64 = 16;

fn bench(criterion: &mut Criterion) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the models")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut group = criterion.benchmark_group("trials of a year");
    group.throughput(Throughput::Elements(TRIALS));
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a model");
        let (topology, _) =
            compile_parsed(model::parse(&text, &[])).expect("a model without errors");
        let mut first = 0;
        group.bench_function(
            file.file_stem().expect("a name").to_string_lossy(),
            |bencher| {
                bencher.iter(|| {
                    first += TRIALS;
                    black_box(run_trials(&topology, 1, first..first + TRIALS))
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
