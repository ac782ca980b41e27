//! Branches against the exact values, at the true rates: each estimate at seeds 1, 2 and 3 inside its 99.9 % interval, and
//! precise enough that it could miss.

use fivenines::measure::Moments;
use fivenines::rare::{self, Guide, Rarity};

use super::ageing::{ageing, late};
use super::case::{Case, Estimate, Figure, YEAR};
use super::crews::held_up;
use super::database::database;
use super::dear::{blips_and_disasters, blips_and_long_repairs, both_behind, catching_up};
use super::failover::{dns, dns_requests, store};
use super::fates::{shared_power, single_cause};
use super::fence::fence;
use super::first_hours::first_hours;
use super::fleet::{ageing_crowd, fleet, large_crowd, mixed_crowds};
use super::hierarchy::{exponential_replicas, heavy_replicas, lognormal_replicas, regions};
use super::kinds::{four_kinds, three_kinds, two_large_kinds};
use super::many::{banks, brokers, nodes, racks};
use super::published::{lift, one_node_of_three, two_nodes_of_four};
use super::returning::{returning, returning_during_a_cut};
use super::services::{frequent_losses, halves, halves_of_requests, many_pairs};
use super::settling::{kept_out, taken_for_down};
use super::shipped::browse;
use super::stages::promotion;

/// The two-sided 99.9 % quantile of the normal law.
const QUANTILE_999: f64 = 3.2905;
/// The standard error over the value, at most.
const PRECISE: f64 = 0.1;
const TRIALS: u64 = 1_500;

fn estimate(case: &Case, seed: u64, (trials, rarity): (u64, Rarity)) -> Estimate {
    let topology = case.topology();
    let guide = Guide::new(&topology, rarity);
    let tally = rare::run_trials(&topology, &guide, seed, 0..trials);
    let branches = tally.branches.expect("a guide that found something");
    let window = topology.window.length.seconds();
    let (moments, scale): (&Moments, f64) = match case.figure {
        Figure::UnavailabilityTime => {
            let down = branches.journeys[0].requests.down.numerator();
            (down, 1.0 / window)
        }
        Figure::UnavailabilityRequest => {
            let rate = topology.journeys[0].rate;
            let lost = branches.journeys[0].requests.lost.numerator();
            (lost, 1.0 / window / rate)
        }
        Figure::SplitBrainPerYear => (&branches.stores[0].split_brain.count, YEAR / window),
        Figure::DualPrimaryPerYear => (&branches.stores[0].dual_primary.count, YEAR / window),
        Figure::OrphanedPerYear => (&branches.stores[0].rpo.orphaned_writes, YEAR / window),
    };
    let count = trials as f64;
    let mean = moments.sum() / count;
    let variance = (moments.squares() / count - mean * mean).max(0.0);
    Estimate {
        value: mean * scale,
        standard_error: (variance / (count - 1.0)).sqrt() * scale,
    }
}

fn agrees_after(trials: u64, case: &Case) {
    holds_for(case, (trials, Rarity::All));
}

/// The same for a figure that is to be taken for rare without being told.
fn is_found_rare(case: &Case) {
    holds_for(case, (TRIALS, Rarity::Rare));
}

fn holds_for(case: &Case, how: (u64, Rarity)) {
    let mut report = format!("{}: exact {:e}", case.name, case.exact);
    let mut holds = true;
    for seed in [1, 2, 3] {
        let Estimate {
            value,
            standard_error,
        } = estimate(case, seed, how);
        let distance = (value - case.exact) / standard_error;
        holds &= distance.abs() <= QUANTILE_999 && standard_error <= PRECISE * value;
        let error = standard_error / value;
        report += &format!("; seed {seed}: {value:e}, error {error:.3}, z = {distance:.2}");
    }
    println!("{report}");
    assert!(holds, "{report}");
}

fn agrees(case: &Case) {
    agrees_after(TRIALS, case);
}

#[test]
fn subsystems_with_a_repairman_each() {
    agrees(&database(1.0));
}

#[test]
fn kinds_of_parts() {
    agrees(&three_kinds(1e-3));
    agrees(&three_kinds(1e-4));
    agrees(&two_large_kinds(1.0));
    agrees(&four_kinds(1.0));
}

#[test]
fn replicas_whatever_the_law_of_their_repairs() {
    agrees(&exponential_replicas(1.0));
    agrees(&lognormal_replicas(1.0));
    agrees(&heavy_replicas(1.0));
}

#[test]
fn regions_down_to_nine_nines() {
    agrees_after(600, &regions(1.0));
}

#[test]
fn the_shipped_model_of_nine_nines() {
    agrees_after(500, &browse());
}

#[test]
fn regions_down_to_thirteen_nines() {
    agrees(&regions(0.1));
    agrees(&regions(0.01));
}

#[test]
fn published_systems() {
    agrees_after(3_000, &one_node_of_three(1.0));
    agrees_after(3_000, &two_nodes_of_four(1.0));
    agrees(&lift(1.0));
}

#[test]
fn a_shared_fate_and_a_single_cause_of_one_in_a_million_years() {
    agrees(&shared_power(1.0));
    agrees(&single_cause(1.0));
}

#[test]
fn parts_that_age() {
    agrees_after(600, &ageing(1.0));
    agrees(&late());
}

#[test]
fn a_fleet_in_which_something_is_always_broken() {
    agrees_after(64, &fleet(1.0));
}

/// Branches begin with some strikes, and others are usual: what is tried at one time happens by itself at another.
#[test]
fn crowds_of_which_some_are_usual() {
    agrees(&mixed_crowds());
}

/// It takes many small steps from what is usual.
#[test]
fn crowds() {
    agrees_after(200, &ageing_crowd());
    agrees_after(100, &large_crowd());
}

/// Nobody could list what leads to these outages.
#[test]
fn so_many_of_many_different_things() {
    agrees_after(128, &brokers());
    agrees_after(64, &nodes());
}

#[test]
fn racks_of_machines_and_banks_of_services() {
    agrees_after(64, &racks());
    agrees_after(64, &banks());
}

#[test]
fn what_balancers_keep_out() {
    agrees(&kept_out());
    agrees_after(3_000, &taken_for_down());
}

#[test]
fn a_stage_that_fails_when_the_journey_is_down_already() {
    agrees(&promotion());
}

#[test]
fn many_services() {
    agrees_after(200, &many_pairs(1.0));
}

/// Each region costs half of the requests, and only both are an outage.
#[test]
fn losses_that_add_up_to_an_outage() {
    agrees_after(400, &halves(1.0));
    agrees_after(400, &halves_of_requests(1.0));
    agrees_after(400, &frequent_losses(1.0));
}

#[test]
fn the_first_hours() {
    agrees(&first_hours(1.0));
}

#[test]
fn detection_and_failover_take_their_time() {
    agrees(&dns(1.0));
    agrees(&dns_requests(1.0));
    agrees(&store(1.0));
}

#[test]
fn a_primary_that_comes_back_during_a_promotion() {
    agrees(&returning(1.0));
}

#[test]
fn a_primary_that_comes_back_during_a_cut() {
    is_found_rare(&returning_during_a_cut((40.0, 1.0), 1.0));
    is_found_rare(&returning_during_a_cut((40.0, 3.0), 1.0));
    is_found_rare(&returning_during_a_cut((40.0, 9.0), 1.0));
}

#[test]
fn a_fence_that_fails_once_in_a_million() {
    agrees(&fence(1e-6, 1.0));
}

#[test]
fn what_is_rare_and_dear_beside_what_is_frequent_and_cheap() {
    is_found_rare(&blips_and_disasters(500.0));
    is_found_rare(&blips_and_disasters(20_000.0));
    is_found_rare(&blips_and_long_repairs(300.0));
    is_found_rare(&catching_up(365.0, 100.0));
    is_found_rare(&both_behind(365.0, 100.0));
}

#[test]
fn long_repairs_of_what_touches_nothing() {
    agrees_after(5_000, &held_up());
}
