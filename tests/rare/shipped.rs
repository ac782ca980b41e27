//! The shipped model of nine nines: what it says of itself, worked out to more digits.

use fivenines::math::{exp, ln, normal_quantile};

use super::case::{Case, Figure, YEAR};
use super::solved::{at_least_down, either, share_down};

const HOURS: f64 = YEAR / 3_600.0;
/// Mean hours that a region or a zone is down.
const OUTAGE: f64 = 3.54;
/// Hours that a machine is down: the median and the 95th percentile of a lognormal law.
const MACHINE: (f64, f64) = (0.25, 1.0);

/// Reads fail without two of three regions; a region is down when it has an outage, or without two of its three zones,
/// each of which has one machine. Nothing has to be noticed: clients ask the next region within a request.
pub fn browse() -> Case {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/models/nine-nines.yaml");
    let sigma = ln(MACHINE.1 / MACHINE.0) / normal_quantile(0.95);
    let machine = share_down(131.0 * 24.0, MACHINE.0 * exp(0.5 * sigma * sigma));
    let zone = either(&[share_down(4.0 * HOURS, OUTAGE), machine]);
    let region = either(&[share_down(HOURS / 0.023, OUTAGE), at_least_down(2, 3, zone)]);
    Case {
        name: "nine-nines".to_owned(),
        yaml: std::fs::read_to_string(file).expect("a shipped model"),
        exact: at_least_down(2, 3, region),
        figure: Figure::UnavailabilityTime,
    }
}
