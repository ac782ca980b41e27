//! The same models with higher rates, simulated as they are.
//!
//! If the estimate of the inflated model is its exact value at every seed, the model means what its exact value says,
//! and so it does at its own rates.

use super::ageing::ageing;
use super::case::Case;
use super::database::database;
use super::dear::{blips_and_disasters, blips_and_long_repairs, both_behind, catching_up};
use super::failover::{dns, dns_requests, store};
use super::fates::{shared_power, single_cause};
use super::fence::fence;
use super::first_hours::first_hours;
use super::fleet::fleet;
use super::hierarchy::{exponential_replicas, heavy_replicas, lognormal_replicas, regions};
use super::kinds::{four_kinds, three_kinds, two_large_kinds};
use super::published::{das9205, das9209, lift, one_node_of_three, two_nodes_of_four};
use super::returning::{returning, returning_during_a_cut};
use super::services::{frequent_losses, halves, halves_of_requests, many_pairs};

/// The two-sided 99.9 % quantile of the normal law.
const QUANTILE_999: f64 = 3.2905;

/// Fails unless the 99.9 % interval of each seed has the exact value.
fn agrees(case: &Case, trials: u64) {
    let topology = case.topology();
    let mut report = format!("{}: exact {:e}", case.name, case.exact);
    let mut holds = true;
    for seed in [1, 2, 3] {
        let found = case.simulate(&topology, seed, trials);
        let z = (found.value - case.exact) / found.standard_error;
        let relative = found.standard_error / case.exact;
        holds &= z.abs() <= QUANTILE_999;
        report += &format!("; seed {seed}: z = {z:.2}, error {:.2} %", 100.0 * relative);
    }
    println!("{report}");
    assert!(holds, "{report}");
}

#[test]
fn inflated_database() {
    agrees(&database(30.0).over(100), 400);
}

#[test]
fn inflated_kinds() {
    agrees(&three_kinds(0.05).over(100), 100);
    agrees(&two_large_kinds(80.0).over(100), 100);
    agrees(&four_kinds(60.0).over(100), 100);
}

#[test]
fn inflated_replicas() {
    agrees(&exponential_replicas(60.0).over(200), 100);
    agrees(&lognormal_replicas(60.0).over(200), 100);
    agrees(&heavy_replicas(60.0), 100);
}

#[test]
fn inflated_regions() {
    agrees(&regions(300.0).over(30), 20);
}

#[test]
fn inflated_nodes() {
    agrees(&one_node_of_three(60.0), 2_000);
    agrees(&two_nodes_of_four(40.0), 2_000);
}

#[test]
fn inflated_fault_trees() {
    agrees(&lift(3_000.0), 200);
    agrees(&das9205(20.0).over(20), 20);
    agrees(&das9209(20.0).over(20), 20);
}

#[test]
fn inflated_fates() {
    agrees(&shared_power(400.0), 400);
    agrees(&single_cause(20_000_000.0), 400);
}

#[test]
fn inflated_ageing() {
    agrees(&ageing(60.0).over(200), 100);
}

#[test]
fn inflated_fleet() {
    agrees(&fleet(25.0).over(30), 25);
}

#[test]
fn inflated_services() {
    agrees(&many_pairs(10.0).over(100), 200);
    agrees(&halves(100.0).over(100), 400);
    agrees(&halves_of_requests(100.0).over(100), 400);
    agrees(&frequent_losses(20.0).over(100), 200);
}

#[test]
fn inflated_first_hours() {
    agrees(&first_hours(200.0), 3_000);
}

#[test]
fn inflated_dns() {
    agrees(&dns(1_000.0), 300);
    agrees(&dns_requests(1_000.0), 300);
}

/// The second time so many crashes that the time in which the first member is standby shows.
#[test]
fn inflated_store() {
    agrees(&store(2_000.0), 200);
    agrees(&store(70_000.0).over(100), 100);
}

/// No more often, or what the second failure of a pair does would show, which the exact value leaves out.
#[test]
fn inflated_returning() {
    agrees(&returning(1_000.0), 20_000);
    agrees(&returning_during_a_cut((0.5, 9.0), 5_000.0), 2_000);
}

/// The second time so many cuts that the time without a standby shows.
#[test]
fn inflated_fence() {
    agrees(&fence(0.4, 50.0), 200);
    agrees(&fence(0.4, 5_000.0).over(50), 50);
}

#[test]
fn inflated_disasters() {
    agrees(&blips_and_disasters(0.5), 1000);
    // As many as it takes until a mean of such repairs is about normal.
    agrees(&blips_and_long_repairs(0.5), 40_000);
    agrees(&catching_up(20.0, 1.0), 10_000);
    agrees(&both_behind(20.0, 0.5), 20_000);
}
