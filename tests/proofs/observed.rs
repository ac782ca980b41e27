//! What the checks of detection, DNS and balancers look at: a world that is stepped, and samples against a law.

use std::ops::ControlFlow;

use fivenines::engine::Plain;
use fivenines::model::parse;
use fivenines::rng::{Entity, Purpose, Stream};
use fivenines::time::{Span, Time};
use fivenines::topology::Topology;
use fivenines::topology::compile::compile_parsed;
use fivenines::world::{Layout, World, note::Event};

/// The seeds of every check.
pub const SEEDS: [u64; 3] = [1, 2, 3];

/// The quantile of a 99.9 % two-sided normal interval.
const NORMAL_999: f64 = 3.290_526_731_491_926;

/// The quantile 99.9 % of Kolmogorov's limiting law.
const KOLMOGOROV_999: f64 = 1.949_5;

/// A text compiled.
pub fn compiled(text: &str) -> Topology {
    match compile_parsed(parse(text, &[])) {
        Ok((topology, _)) => topology,
        Err(diagnostics) => panic!("{text}\n{diagnostics:#?}"),
    }
}

/// Steps trial 0 of a seed and shows each event until told to stop or until nothing more happens.
pub fn step(
    topology: &Topology,
    seed: u64,
    mut show: impl FnMut(&World<'_, Plain<'_>>) -> ControlFlow<()>,
) {
    let layout = Layout::new(topology);
    let mut world = World::new(topology, &layout, Plain::new(&topology.draws, seed, 0));
    while show(&world).is_continue() && world.step().is_some() {}
}

/// Everything that was noted up to a moment.
pub fn events(topology: &Topology, seed: u64, until: Span) -> Vec<(Time, Event)> {
    let mut events = Vec::new();
    step(topology, seed, |world| {
        if world.state.now > Time::ZERO.after(until) {
            return ControlFlow::Break(());
        }
        let now = world.state.now;
        events.extend(world.notes.iter().map(|note| (now, note.event)));
        ControlFlow::Continue(())
    });
    events
}

/// Seconds from each event of one sort to the next event of another sort.
pub fn delays(
    events: &[(Time, Event)],
    from: impl Fn(&Event) -> bool,
    to: impl Fn(&Event) -> bool,
) -> Vec<f64> {
    let mut began = None;
    let mut delays = Vec::new();
    for (time, event) in events {
        if to(event)
            && let Some(start) = began.take()
        {
            delays.push(time.since(start).seconds());
        }
        if from(event) {
            began = Some(*time);
        }
    }
    delays
}

/// Fails unless the mean of independent values agrees with an exact one within 99.9 %.
pub fn assert_mean(values: &[f64], exact: f64, what: &str) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (count - 1.0);
    let error = (variance / count).sqrt();
    let z = (mean - exact) / error;
    assert!(
        (mean - exact).abs() <= NORMAL_999 * error + 1e-9 * exact.abs(),
        "{what}: mean {mean} of {count} values, exact {exact}, z {z:.2}"
    );
}

/// Fails unless two means of independent values agree within 99.9 %.
pub fn assert_same_mean(one: &[f64], other: &[f64], what: &str) {
    let moments = |values: &[f64]| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean, first), (expected, second)) = (moments(one), moments(other));
    let z = (mean - expected) / (first + second).sqrt();
    assert!(
        z.abs() <= NORMAL_999,
        "{what}: {mean} and {expected}, z {z:.2}"
    );
}

/// Fails unless independent values follow a continuous law (Kolmogorov and Smirnov, 99.9 %).
pub fn assert_law(values: &[f64], law: impl Fn(f64) -> f64, what: &str) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let distance = sorted
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let share = law(*value);
            let (below, upto) = (index as f64 / count, (index as f64 + 1.0) / count);
            (share - below).abs().max((upto - share).abs())
        })
        .fold(0.0, f64::max);
    let limit = KOLMOGOROV_999 / count.sqrt();
    assert!(
        distance <= limit,
        "{what}: distance {distance} of {count} values, limit {limit}"
    );
}

/// A stream for brute force, apart from those of the simulator.
pub fn brute_force(seed: u64, trial: u64) -> Stream {
    Stream::new(seed, trial, Entity::named("brute-force"), Purpose(1))
}
