//! Two sets of figures on one path: what is found under the second are its exact values, and the difference between the
//! two takes a fraction of the trials that two runs take.

use fivenines::dist::Law;
use fivenines::math::ln;
use fivenines::rare::{
    self, ContrastError, ContrastTally, Guide, PairedMoments, Parameter, Rarity,
};
use fivenines::topology::{FaultId, Topology};

use super::ageing::ageing;
use super::case::{Case, DAY, Figure, HOUR, YEAR};
use super::database::database;
use super::failover::{dns_requests, store};
use super::fates::shared_power;
use super::first_hours::first_hours;
use super::hierarchy::{lognormal_replicas, regions};
use super::kinds::{kinds, two_large_kinds};
use super::solved::{at_least_down, either, share_down};

/// The two-sided 99.9 % quantile of the normal law.
const QUANTILE_999: f64 = 3.2905;

/// Two topologies of one structure, and what is exactly asked of both.
struct Change {
    name: &'static str,
    first: Topology,
    second: Topology,
    exact: [f64; 2],
    figure: Figure,
}

/// The faults whose path begins so.
fn faults(topology: &Topology, path: &str) -> Vec<FaultId> {
    let all = topology.faults.iter().enumerate();
    let found = all.filter(|(_, fault)| fault.path.starts_with(path));
    let found: Vec<FaultId> = found.map(|(index, _)| index.into()).collect();
    assert!(!found.is_empty(), "no fault is called {path}");
    found
}

impl Change {
    /// One parameter of a case times a factor.
    fn of(
        name: &'static str,
        case: &Case,
        parameter: impl Fn(Vec<FaultId>) -> Parameter,
        (path, factor): (&str, f64),
        second: f64,
    ) -> Change {
        let first = case.topology();
        let parameter = parameter(faults(&first, path));
        Change {
            name,
            second: parameter.scaled(&first, factor).expect("a law"),
            first,
            exact: [case.exact, second],
            figure: case.figure,
        }
    }

    /// Two cases.
    fn between(name: &'static str, first: &Case, second: &Case) -> Change {
        Change {
            name,
            first: first.topology(),
            second: second.topology(),
            exact: [first.exact, second.exact],
            figure: first.figure,
        }
    }

    fn tally(&self, guide: &Guide, seed: u64, trials: u64) -> ContrastTally {
        rare::contrast(&self.first, &self.second, guide, seed, 0..trials).expect("one structure")
    }

    fn pairs<'t>(&self, tally: &'t ContrastTally) -> &'t PairedMoments {
        match self.figure {
            Figure::UnavailabilityTime => &tally.journeys[0].down,
            Figure::UnavailabilityRequest => &tally.journeys[0].lost,
            Figure::SplitBrainPerYear => &tally.stores[0].split_brains,
            Figure::DualPrimaryPerYear | Figure::OrphanedPerYear => {
                panic!("contrasts do not count these")
            }
        }
    }

    /// Fails unless the 99.9 % intervals of each seed have both values, their difference and their ratio.
    fn agrees(&self, trials: u64) {
        self.agrees_guided(&Guide::new(&self.first, Rarity::All), trials);
    }

    fn agrees_guided(&self, guide: &Guide, trials: u64) {
        let [first, second] = self.exact;
        let mut report = format!("{}: {first:e} and {second:e}", self.name);
        let mut holds = true;
        for seed in [1, 2, 3] {
            let tally = self.tally(guide, seed, trials);
            let pairs = self.pairs(&tally);
            let of = |moments: &fivenines::measure::Moments| {
                let count = trials as f64;
                let mean = moments.sum() / count;
                let variance = (moments.squares() / count - mean * mean).max(0.0);
                (mean, (variance / (count - 1.0)).sqrt())
            };
            let found = [
                (of(&pairs.first), first),
                (of(&pairs.second), second),
                (pairs.difference(trials), second - first),
                (pairs.ratio(trials), second / first),
            ];
            report += &format!("; seed {seed}:");
            for ((value, error), exact) in found {
                let z = (value - exact) / error;
                // Models forget their start to within 1e-4 of the figure.
                holds &= z.abs() <= QUANTILE_999;
                report += &format!(" z {z:.2} ({:.2} %)", 100.0 * error / exact.abs());
            }
        }
        println!("{report}");
        assert!(holds, "{report}");
    }
}

/// The unavailability of `regions` with zones that have outages so often, for so long.
fn regions_with(zone_hours: f64, zone_lasts: f64) -> f64 {
    let instance = share_down(1_000.0, 1.0);
    let zone = either(&[
        share_down(zone_hours, zone_lasts),
        at_least_down(4, 10, instance),
    ]);
    let region = either(&[share_down(100_000.0, 2.0), at_least_down(2, 3, zone)]);
    at_least_down(2, 3, region)
}

/// Zones of `regions` whose outages are a tenth more frequent.
fn zones() -> Change {
    let case = regions(1.0);
    let second = regions_with(20_000.0 / 1.1, 4.0);
    Change::of(
        "zones",
        &case,
        Parameter::Every,
        ("faults.zone", 1.0 / 1.1),
        second,
    )
}

/// Zones of `regions` whose outages last a tenth less.
fn zone_repairs() -> Change {
    let case = regions(1.0);
    let second = regions_with(20_000.0, 3.6);
    Change::of(
        "zone-repairs",
        &case,
        Parameter::Lasts,
        ("faults.zone", 0.9),
        second,
    )
}

/// One of two kinds fails a tenth more often.
fn kind() -> Change {
    let second = kinds("two-large-kinds", &[1.1e-3, 5e-4], 12, 9).exact;
    let of = "services.kind-0";
    let case = two_large_kinds(1.0);
    Change::of("kind", &case, Parameter::Every, (of, 1.0 / 1.1), second)
}

/// The power of `shared_power` fails a tenth more often.
fn power() -> Change {
    let case = shared_power(1.0);
    let power = share_down(20.0 / 1.1 * YEAR, 6.0 * HOUR);
    let zone = share_down(2.0 * YEAR, 4.0 * HOUR);
    let second = power * either(&[zone, zone]) + (1.0 - power) * at_least_down(3, 4, zone);
    let of = ("faults.power", 1.0 / 1.1);
    Change::of("faults.power", &case, Parameter::Every, of, second)
}

/// Repairs of replicas take a quarter longer.
fn repairs() -> Change {
    let case = lognormal_replicas(1.0);
    let second = at_least_down(3, 5, share_down(1_000.0, 1.25));
    let of = ("services", 1.25);
    Change::of("repairs", &case, Parameter::Lasts, of, second)
}

#[test]
fn more_outages_of_zones() {
    zones().agrees(500);
}

#[test]
fn shorter_outages_of_zones() {
    zone_repairs().agrees(500);
}

#[test]
fn more_failures_of_a_kind() {
    kind().agrees(1_000);
}

#[test]
fn more_failures_of_power() {
    power().agrees(1_000);
}

#[test]
fn longer_repairs_of_replicas() {
    repairs().agrees(1_000);
}

#[test]
fn disks_that_last_less() {
    let case = ageing(1.0);
    let disks = at_least_down(3, 4, share_down(36.0 * DAY, HOUR));
    let fans = at_least_down(3, 3, share_down(20.0 * DAY, HOUR));
    let second = either(&[disks, fans]);
    let of = ("services.disk", 0.9);
    Change::of("disks", &case, Parameter::Every, of, second).agrees(2_000);
}

/// Repairs wait for crews, so that all of a month is remembered.
#[test]
fn crews() {
    let (first, second) = (database(1.0).over(30), database(1.1).over(30));
    Change::between("database", &first, &second).agrees(4_000);
}

#[test]
fn from_the_start_on() {
    Change::between("first-hours", &first_hours(1.0), &first_hours(1.2)).agrees(2_000);
}

#[test]
fn failovers() {
    Change::between("store", &store(1.0), &store(1.2)).agrees(1_000);
    Change::between("dns", &dns_requests(1.0), &dns_requests(0.8)).agrees(1_000);
}

/// What the nominal trial itself meets, without any branch.
#[test]
fn what_is_not_rare() {
    let body = "places: { site: {} }
services: { app: { runs: { site: 2 }, instance: { fails: { every: 30h, lasts: { lognormal: { mean: 1h, median: 30m } } } } } }
journeys: { visit: { needs: [app], rate: 10/s } }
";
    let exact = |every, lasts| at_least_down(2, 2, share_down(every, lasts));
    let case = Case::down("often", 30, body, exact(30.0, 1.0));
    let guide = Guide::new(&case.topology(), Rarity::Rare);
    assert!(!guide.has_branches());
    let often = ("services", 0.8);
    let long = ("services", 1.2);
    let often = Change::of("often", &case, Parameter::Every, often, exact(24.0, 1.0));
    often.agrees_guided(&guide, 200);
    let long = Change::of("long", &case, Parameter::Lasts, long, exact(30.0, 1.2));
    long.agrees_guided(&guide, 200);
}

/// The squared error of a difference for each branch: from paired runs, from independent runs and on one path.
fn squared_errors(change: &Change, trials: u64) -> [f64; 3] {
    let guide = Guide::new(&change.first, Rarity::All);
    let mut branches = 0;
    let mut run = |topology: &Topology| -> Vec<f64> {
        let down = |trial: u64| {
            let tally = rare::run_trials(topology, &guide, 1, trial..trial + 1);
            let explored = tally.branches.expect("branches were asked for");
            branches += explored.branches;
            let requests = &explored.journeys[0].requests;
            requests.down.numerator().sum() / requests.down.denominator()
        };
        (0..trials).map(down).collect()
    };
    let (first, second) = (run(&change.first), run(&change.second));
    let variance = |values: &[f64]| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean) * (value - mean));
        squares.sum::<f64>() / (count - 1.0)
    };
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| b - a).collect();
    let tally = change.tally(&guide, 1, trials);
    let (_, error) = change.pairs(&tally).difference(trials);
    [
        variance(&differences) * branches as f64,
        (variance(&first) + variance(&second)) * branches as f64,
        error * error * trials as f64 * tally.branches as f64,
    ]
}

/// The effect of a tenth more or less of one parameter takes a fraction of the branches that two runs take, whether
/// they meet the same luck or not.
#[test]
fn differences_are_cheap() {
    let changes = [
        (zones(), 1_000.0),
        (zone_repairs(), 300.0),
        (kind(), 5.0),
        (power(), 20.0),
    ];
    for (change, least) in changes {
        let [paired, independent, one_path] = squared_errors(&change, 500);
        let gains = [paired, independent].map(|error| error / one_path);
        println!("{}: gains {gains:?}", change.name);
        assert!(
            gains.iter().all(|gain| *gain > least),
            "{}: {gains:?}",
            change.name
        );
    }
}

/// Intervals of 95 % hold the exact values in as many of 200 studies, but for three binomial standard errors.
fn covers(change: &Change, trials: u64) {
    const STUDIES: u64 = 200;
    let guide = Guide::new(&change.first, Rarity::All);
    let mut held = [0; 4];
    for seed in 1..=STUDIES {
        let tally = change.tally(&guide, seed, trials);
        let found = change.pairs(&tally).contrasted(trials);
        let [first, second] = change.exact;
        let figures = [
            (found.first, first),
            (found.second, second),
            (found.difference, second - first),
            (found.ratio, second / first),
        ];
        for (held, (figure, exact)) in held.iter_mut().zip(figures) {
            let low = figure.low.expect("seen often enough");
            let high = figure.high.expect("seen often enough");
            *held += u64::from((low..=high).contains(&exact));
        }
    }
    println!("{}: {held:?} of {STUDIES}", change.name);
    let least = 0.95 * STUDIES as f64 - 3.0 * (0.95 * 0.05 * STUDIES as f64).sqrt();
    assert!(held.iter().all(|held| *held as f64 >= least), "{held:?}");
}

#[test]
fn intervals_cover() {
    covers(&power(), 200);
    covers(&repairs(), 200);
}

/// Three of five replicas down are three times as likely for each relative change of one of them.
#[test]
fn elasticities() {
    let case = lognormal_replicas(1.0);
    let topology = case.topology();
    let guide = Guide::new(&topology, Rarity::All);
    let all = faults(&topology, "services");
    let exact = |every: f64, lasts: f64| at_least_down(3, 5, share_down(1_000.0 * every, lasts));
    let step: f64 = 1.01;
    let slope = |up: f64, down: f64| ln(up / down) / (2.0 * ln(step));
    let parameters = [
        (
            Parameter::Every(all.clone()),
            slope(exact(step, 1.0), exact(1.0 / step, 1.0)),
        ),
        (
            Parameter::Lasts(all),
            slope(exact(1.0, step), exact(1.0, 1.0 / step)),
        ),
    ];
    for (parameter, exact) in parameters {
        assert!((exact.abs() - 3.0).abs() < 0.02, "{exact}");
        for seed in [1, 2, 3] {
            let tally = rare::elasticity(&topology, &parameter, &guide, seed, 0..2_000);
            let figure = tally.expect("laws scale").journeys[0]
                .down
                .elasticity(2_000);
            let estimate = figure.estimate.expect("seen");
            let reach = figure.high.expect("bounded") - estimate;
            let z = (estimate - exact) / reach * 1.96;
            println!("{exact:.4}: {estimate:.4} +- {reach:.4}");
            assert!(z.abs() <= QUANTILE_999, "{exact} {figure:?}");
            assert!(reach < 0.1 * exact.abs(), "{figure:?}");
        }
    }
}

/// Blocks add up to the whole, byte for byte.
#[test]
fn blocks_add_up() {
    let change = repairs();
    let guide = Guide::new(&change.first, Rarity::All);
    let part = |range| {
        rare::contrast(&change.first, &change.second, &guide, 1, range).expect("one structure")
    };
    let mut parts = part(40..100);
    parts.merge(&part(0..40));
    assert_eq!(parts, part(0..100));
}

#[test]
fn what_has_no_common_paths_is_refused() {
    let first = regions(1.0).topology();
    let guide = Guide::new(&first, Rarity::All);
    let refused = |change: &dyn Fn(&mut Topology)| {
        let mut second = first.clone();
        change(&mut second);
        rare::contrast(&first, &second, &guide, 1, 0..1).expect_err("no common paths")
    };
    let law = |law: Result<Law, fivenines::dist::LawError>| law.expect("a law");
    let found = refused(&|second| second.pools[0].at_least = 6);
    assert_eq!(found, ContrastError::Structure);
    let found = refused(&|second| second.faults[0].lasts = law(Law::fixed(3_600.0)));
    assert!(matches!(found, ContrastError::Atoms(_)), "{found}");
    let found = refused(&|second| second.faults[0].every = law(Law::weibull(1e9, 2.0)));
    assert!(matches!(found, ContrastError::Memory(_)), "{found}");
    let mut narrow = first.clone();
    narrow.faults[0].lasts = law(Law::uniform(10.0, 20.0));
    let found = rare::contrast(&narrow, &first, &guide, 1, 0..1).expect_err("wider");
    assert!(matches!(found, ContrastError::Support(_)), "{found}");
}
