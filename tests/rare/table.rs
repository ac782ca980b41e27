//! All cases at their own rates, and what is known of their values from elsewhere.

use fivenines::exact::structure::long_run;
use fivenines::topology::JourneyId;

use super::ageing::{ageing, late};
use super::case::{Case, YEAR};
use super::crews::held_up;
use super::database::database;
use super::failover::{dns, dns_requests, store};
use super::fates::{shared_power, single_cause};
use super::fence::fence;
use super::first_hours::first_hours;
use super::fleet::{ageing_crowd, fleet, large_crowd, mixed_crowds};
use super::hierarchy::{
    exponential_replicas, heavy_replicas, lognormal_replicas, regions, regions_down,
};
use super::kinds::{four_kinds, three_kinds, two_large_kinds};
use super::many::{banks, brokers, nodes, racks};
use super::published::{das9205, das9209, lift, one_node_of_three, two_nodes_of_four};
use super::returning::{returning, returning_during_a_cut};
use super::settling::{kept_out, taken_for_down};
use super::stages::promotion;

/// Every case.
pub fn cases() -> Vec<Case> {
    vec![
        database(1.0),
        three_kinds(1e-3),
        three_kinds(1e-4),
        two_large_kinds(1.0),
        four_kinds(1.0),
        exponential_replicas(1.0),
        lognormal_replicas(1.0),
        heavy_replicas(1.0),
        regions(1.0),
        regions(0.1),
        regions(0.01),
        one_node_of_three(1.0),
        two_nodes_of_four(1.0),
        lift(1.0),
        das9205(1.0),
        das9209(1.0),
        shared_power(1.0),
        single_cause(1.0),
        ageing(1.0),
        late(),
        fleet(1.0),
        ageing_crowd(),
        large_crowd(),
        mixed_crowds(),
        brokers(),
        racks(),
        banks(),
        nodes(),
        first_hours(1.0),
        dns(1.0),
        dns_requests(1.0),
        store(1.0),
        fence(1e-6, 1.0),
        kept_out(),
        taken_for_down(),
        promotion(),
        held_up(),
        returning(1.0),
        returning_during_a_cut((40.0, 3.0), 1.0),
    ]
}

fn is(name: &str, found: f64, value: f64) {
    assert!(
        (found / value - 1.0).abs() < 2e-9,
        "{name}: {found} {value}"
    );
}

/// Solved before with another program, to as many digits as are written.
#[test]
fn values_solved_elsewhere() {
    let known = [
        (three_kinds(1e-2), 9.408_194_70e-4),
        (three_kinds(1e-3), 9.715_082_62e-6),
        (three_kinds(1e-4), 9.746_500_83e-8),
        (two_large_kinds(1.0), 5.206_589_95e-10),
        (four_kinds(1.0), 1.594_014_36e-8),
        (exponential_replicas(1.0), 9.955_125_720_5e-9),
        (lognormal_replicas(1.0), 9.955_125_720_5e-9),
        (regions(1.0), 1.214_370_642_4e-9),
        (regions(0.1), 1.201_433_946_6e-11),
        (regions(0.01), 1.200_143_364_2e-13),
    ];
    for (case, value) in known {
        is(&case.name, case.exact, value);
    }
    let [zone, region, _] = regions_down(1.0);
    is("zone", zone, 1.999_602_16e-4);
    is("region", region, 2.011_953_39e-5);
    assert!((database(1.0).exact - 3.497_829e-6).abs() < 5e-13);
}

#[test]
fn every_case_is_rare_and_compiles() {
    let cases = cases();
    for case in &cases {
        println!("{}: {:e}", case.name, case.exact);
        assert!(
            (1e-13..2e-5).contains(&case.exact),
            "{}: {}",
            case.name,
            case.exact
        );
        case.topology();
    }
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "names are unique");
}

/// What the solver of structure functions can enumerate, it solves to the same value at the true rates. It adds up
/// chances that are close to one, so that the last digits of the rarest are lost.
#[test]
fn the_structure_function_says_the_same() {
    let mut solved = Vec::new();
    for case in cases() {
        let topology = case.topology();
        let Some(found) = long_run(&topology, JourneyId(0)) else {
            continue;
        };
        let off = (found.time_unavailability - case.exact).abs();
        println!("{}: {:e}", case.name, off / case.exact);
        assert!(off < 1e-14 + 1e-9 * case.exact, "{}: {found:?}", case.name);
        solved.push(case.name);
    }
    assert!(solved.len() >= 11, "{solved:?}");
}

/// A million years are longer than a trial can last, and still the mean of a law.
#[test]
fn a_million_years_are_not_cut_off() {
    let topology = single_cause(1.0).topology();
    let years = topology.faults[0].every.mean() / YEAR;
    assert!((years / 1e6 - 1.0).abs() < 1e-12, "{years}");
}
