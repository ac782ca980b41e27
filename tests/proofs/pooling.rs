//! Instances that strike by one clock: the same in law as one by one.
//!
//! Against closed forms, against clocks that were set by hand, and against the same instances with means that differ in
//! the thirteenth digit, so that each strikes by a clock of its own. The two sides of a comparison have different seeds,
//! because what both draw by name would be the same.

use fivenines::dist::Law;
use fivenines::engine::Plain;
use fivenines::exact::k_of_n::fewer_than;
use fivenines::math::exp_m1;
use fivenines::measure::Tally;
use fivenines::time::{Span, Time};
use fivenines::topology::{Families, FaultId, Topology};
use fivenines::world::clocks::Clock;
use fivenines::world::note::Event;
use fivenines::world::{Layout, World};

use crate::observed::assert_law;
use crate::redundancy::shop;
use crate::support::{DAY, Estimate, SEEDS, mean, ratio, run, topology, unavailable};

/// A pool in one zone of which so many instances must be up.
fn pool(window: &str, (least, of): (u32, u32), fails: &str) -> String {
    format!(
        "
window: {{ {window} }}
crews: {{ one: 1, two: 2 }}
places: {{ east: {{ zones: [a] }} }}
services: {{ api: {{ runs: {{ east/a: {of} }}, at-least: {least}, instance: {{ fails: {{ {fails} }} }} }} }}
journeys: {{ visit: {{ needs: [api], rate: 10/s }} }}
"
    )
}

const STATIONARY: &str = "length: 100d, warm-up: 100d";

fn clocks_shared(topology: &Topology) -> usize {
    let families = Families::of(topology).list;
    families.iter().filter(|it| it.shares_a_clock).count()
}

/// Compares with an exact value, if it is a pool.
fn pooled(what: &str, yaml: &str, trials: u64, exact: f64) {
    assert_eq!(clocks_shared(&topology(yaml)), 1, "{what}");
    unavailable(what, yaml, trials, exact, exact);
}

#[test]
fn pools_of_independent_instances() {
    let fails = "every: 9d, lasts: { lognormal: { mean: 1d, median: 12h } }";
    for (least, of) in [(1, 2), (2, 3), (4, 6), (18, 20)] {
        let exact = fewer_than(least as usize, &vec![0.9; of as usize]);
        let yaml = pool(STATIONARY, (least, of), fails);
        pooled(&format!("{least} of {of}"), &yaml, 500, exact);
    }
}

/// A law without memory does not ask how old it is.
#[test]
fn pools_as_old_after_repair() {
    let fails = "every: 9d, lasts: { lognormal: { mean: 1d, median: 12h } }, after-repair: as-old";
    let exact = fewer_than(3, &[0.9; 4]);
    pooled("as old", &pool(STATIONARY, (3, 4), fails), 500, exact);
}

/// Most members can't strike most of the time.
#[test]
fn pools_that_are_mostly_down() {
    let fails = "every: 1d, lasts: { uniform: { min: 1d, max: 5d } }";
    let exact = fewer_than(2, &[0.25; 6]);
    pooled("mostly down", &pool(STATIONARY, (2, 6), fails), 500, exact);
}

#[test]
fn pools_with_crews() {
    for (crew, crews) in [("one", 1), ("two", 2)] {
        let fails = format!("every: 20d, lasts: {{ mean: 2d }}, crew: {crew}");
        let chain = shop(12, crews, 20.0, 2.0);
        let down = |&broken: &u32| f64::from(u8::from(broken > 2));
        let exact = chain.stationary_mean(down).expect("a chain that returns");
        let yaml = pool(STATIONARY, (10, 12), &fails);
        pooled(&format!("10 of 12, crew of {crews}"), &yaml, 800, exact);
    }
}

#[test]
fn pools_over_an_interval_from_up() {
    let fails = "every: 20d, lasts: { mean: 2d }, crew: one";
    let chain = shop(8, 1, 20.0, 2.0);
    let exact = chain.interval_mean(8.0 * DAY, 1e-12, |&broken| f64::from(u8::from(broken > 2)));
    let yaml = pool("length: 8d, start: new", (6, 8), fails);
    pooled("6 of 8 from up", &yaml, 5_000, exact);
}

/// The exponential law of a mean of so many days.
fn exponential(days: f64) -> impl Fn(f64) -> f64 {
    move |seconds| -exp_m1(-seconds / (days * DAY))
}

/// Seconds at which each fault first strikes, with a world made ready and changed after three days.
fn first_strikes(
    topology: &Topology,
    (seed, trial): (u64, u64),
    ready: impl Fn(&mut World<'_, Plain<'_>>),
    change: impl Fn(&mut World<'_, Plain<'_>>),
) -> Vec<f64> {
    let layout = Layout::new(topology);
    let mut world = World::new(topology, &layout, Plain::new(&topology.draws, seed, trial));
    ready(&mut world);
    let mut strikes = vec![f64::INFINITY; topology.faults.len()];
    let mut is_changed = false;
    loop {
        if !is_changed && world.next() > three_days() {
            change(&mut world);
            is_changed = true;
        }
        if world.step().is_none()
            || world.state.now > Time::ZERO.after(Span::from_seconds(200.0 * DAY))
        {
            return strikes;
        }
        for note in &world.notes {
            if let Event::Strike(id) = note.event {
                let first = &mut strikes[id.index()];
                *first = first.min(world.state.now.seconds());
            }
        }
    }
}

fn three_days() -> Time {
    Time::ZERO.after(Span::from_seconds(3.0 * DAY))
}

/// Five that are never repaired: the waits are exponential of a fifth, a quarter, ... of the mean, and any may come first.
#[test]
fn strikes_of_a_pool_follow_their_law() {
    let topology = topology(&pool(
        "length: 100d",
        (1, 5),
        "every: 10d, lasts: { fixed: 1000d }",
    ));
    for seed in SEEDS {
        let mut waits = vec![Vec::new(); 5];
        let mut came_first = [0_u32; 5];
        for trial in 0..4_000 {
            let strikes = first_strikes(&topology, (seed, trial), |_| {}, |_| {});
            let mut order: Vec<usize> = (0..5).collect();
            order.sort_by(|a, b| strikes[*a].total_cmp(&strikes[*b]));
            came_first[order[0]] += 1;
            let mut before = 0.0;
            for (rank, index) in order.into_iter().enumerate().take(3) {
                waits[rank].push(strikes[index] - before);
                before = strikes[index];
            }
        }
        for (rank, waits) in waits.iter().enumerate().take(3) {
            let law = exponential(10.0 / (5 - rank) as f64);
            assert_law(waits, law, &format!("wait {rank}, seed {seed}"));
        }
        // Binomial with 4,000 cases of 1/5: standard deviation 25.3, and 3.72 of them make 99.9 % for five at once.
        let is_fair = came_first.iter().all(|count| count.abs_diff(800) <= 94);
        assert!(is_fair, "seed {seed}: {came_first:?}");
    }
}

/// One is withheld for three days and given back, one is made to strike; two know nothing of it.
#[test]
fn clocks_set_by_hand_leave_the_others_alone() {
    let topology = topology(&pool(
        "length: 100d",
        (1, 4),
        "every: 10d, lasts: { fixed: 1000d }",
    ));
    let clock = |index: u32| Clock::Fault(FaultId(index));
    for seed in SEEDS {
        let mut since: Vec<Vec<f64>> = vec![Vec::new(); 4];
        for trial in 0..4_000 {
            let strikes = first_strikes(
                &topology,
                (seed, trial),
                |world| {
                    world.withhold(clock(0));
                    world.withhold(clock(0));
                    world.strike_at(clock(1), three_days());
                },
                |world| {
                    let age = world.clock_age(clock(0), three_days());
                    assert_eq!(age, Some(Span::from_seconds(3.0 * DAY)));
                    world.release(clock(0), three_days());
                    world.release(clock(0), three_days());
                },
            );
            assert!((strikes[1] - 3.0 * DAY).abs() < 1e-6, "{strikes:?}");
            since[0].push(strikes[0] - 3.0 * DAY);
            since[2].push(strikes[2]);
            since[3].push(strikes[3]);
        }
        for index in [0, 2, 3] {
            let what = format!("instance {index}, seed {seed}");
            let seen: Vec<f64> = since[index].iter().map(|s| s.min(190.0 * DAY)).collect();
            assert_law(&seen, exponential(10.0), &what);
        }
    }
}

/// The same instances, each with a clock of its own.
fn one_by_one(pooled: &Topology) -> Topology {
    let mut apart = pooled.clone();
    for (index, fault) in apart.faults.iter_mut().enumerate() {
        if let Law::Exponential(_) = &fault.every {
            let mean = fault.every.mean() * (1.0 + 1e-12 * index as f64);
            fault.every = Law::exponential(mean).expect("a mean");
        }
    }
    apart
}

fn assert_same(what: &str, one: Estimate, other: Estimate) {
    let error = one.standard_error.hypot(other.standard_error);
    let z = (one.value - other.value) / error;
    println!("{what}: {} and {}, z = {z:.2}", one.value, other.value);
    assert!(z.abs() <= 3.2905, "{what}: {one:?} {other:?}");
}

/// An estate in which instances fail alone and with their zones, wait for crews, are ejected and run out of capacity.
const ESTATE: &str = "
window: { length: 60d, warm-up: 10d }
crews: { one: 1 }
places: { east: { zones: [a, b] } }
faults:
  zone: { hits: each zone, every: 30d, lasts: { median: 2h, p95: 6h } }
  leak: { hits: each instance of api, every: 40d, lasts: { median: 1h, p95: 8h }, effect: silent }
services:
  api: { runs: { east: 8 }, instance: { fails: { every: 5d, lasts: { median: 3h, p95: 12h }, crew: one }, serves: 20/s } }
  search: { runs: { east/b: 3 }, at-least: 2, instance: { fails: { every: 20d, lasts: 4h } } }
traffic:
  www: { to: api, at: east, balancer: { l7: { tries: 2, active: { every: 10s, after: 2 } } } }
journeys:
  visit: { enters: www, rate: 100/s }
  find: { needs: [search], rate: 10/s }
";

#[test]
fn pooled_is_as_one_by_one() {
    const TRIALS: u64 = 600;
    let pooled = topology(ESTATE);
    let apart = one_by_one(&pooled);
    assert_eq!((clocks_shared(&pooled), clocks_shared(&apart)), (5, 0));
    for seed in SEEDS {
        let (one, other) = (run(&pooled, seed, TRIALS), run(&apart, seed + 100, TRIALS));
        let figures = |tally: &Tally| -> Vec<(String, Estimate)> {
            let journeys = tally.journeys.iter().enumerate();
            let each = journeys.flat_map(|(index, journey)| {
                let name = |what: &str| format!("journey {index}, {what}, seed {seed}");
                [
                    (name("time"), ratio(&journey.requests.down, TRIALS)),
                    (name("requests"), ratio(&journey.requests.lost, TRIALS)),
                    (name("outages"), mean(&journey.outages, TRIALS)),
                    (
                        name("outage"),
                        ratio(journey.outage_seconds.clusters(), TRIALS),
                    ),
                ]
            });
            each.collect()
        };
        for ((what, one), (_, other)) in figures(&one).into_iter().zip(figures(&other)) {
            assert_same(&what, one, other);
        }
    }
}

/// Zones, laws, crews and effects tell families apart; nothing else does.
#[test]
fn families_are_what_is_alike() {
    let topology = topology(ESTATE);
    let families = Families::of(&topology).list;
    let sizes: Vec<usize> = families.iter().map(|it| it.faults.len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 19);
    let first = |index: usize| &topology.faults[families[index].faults[0].index()].path;
    let names: Vec<&String> = (0..families.len()).map(first).collect();
    assert_eq!(
        names,
        [
            "faults.leak.api@east.1",
            "faults.leak.api@east.2",
            "services.api.east.1.fails",
            "services.api.east.2.fails",
            "services.search.east/b.1.fails",
        ]
    );
    assert!(families.iter().all(|it| it.shares_a_clock));
}
