//! A distributed database: two processors, two pairs of disk controllers, and six clusters of four disks, with one
//! person for each group. It is down while a pair is, or while a cluster lacks two disks.
//!
//! Used as a benchmark by W. H. Sanders and L. M. Malhis, "Dependability evaluation using composed SAN-based reward
//! models" (Journal of Parallel and Distributed Computing 15, 1992), and many since.

use super::case::Case;
use super::solved::{either, one_crew, share_broken};

const PAIRS: [&str; 3] = ["processors", "controllers-1", "controllers-2"];
const CLUSTERS: usize = 6;

/// Hours to the failure of a processor or controller, and of a disk.
const PAIR_HOURS: f64 = 2_000.0;
const DISK_HOURS: f64 = 6_000.0;

/// With all rates of failure multiplied.
pub fn database(scale: f64) -> Case {
    let pairs = PAIRS.map(|name| (name.to_owned(), 2, 1, PAIR_HOURS / scale));
    let clusters =
        (1..=CLUSTERS).map(|number| (format!("disks-{number}"), 4, 3, DISK_HOURS / scale));
    let groups: Vec<(String, u32, u32, f64)> = pairs.into_iter().chain(clusters).collect();
    let mut crews = String::new();
    let mut services = String::new();
    let mut needs = Vec::new();
    let mut down = Vec::new();
    for (name, size, least, up) in &groups {
        crews += &format!("  {name}: 1\n");
        services += &format!(
            "  {name}: {{ runs: {{ site: {size} }}, at-least: {least}, instance: {{ fails: {{ every: {up}h, lasts: {{ mean: 1h }}, crew: {name} }} }} }}\n"
        );
        needs.push(name.as_str());
        down.push(share_broken(&one_crew(*size, *up, 1.0), size - least + 1));
    }
    let body = format!(
        "places: {{ site: {{}} }}
crews:
{crews}services:
{services}journeys: {{ query: {{ needs: [{}], rate: 10/s }} }}
",
        needs.join(", ")
    );
    Case::down("database", 10, &body, either(&down))
}
