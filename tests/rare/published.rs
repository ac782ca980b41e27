//! Models whose answers were published, with their figures as they were published.

use super::case::{Case, HOUR, YEAR};
use super::solved::{at_least_down, either, one_crew, one_crew_step, share_broken, share_down};

/// Nodes that fail once in two years, of which some are needed, and one person who repairs 350 in a year.
///
/// C. Ellison, the examples of a paper on the mean time to failure of replicated services, with the times in years
/// (<https://lists.cpunks.org/archives/list/cypherpunks-legacy@lists.cpunks.org/message/PTMPMQAQK6M7VAX4YRWDTWDGOWZXS67G/>).
pub fn nodes(name: &str, size: u32, least: u32, scale: f64) -> Case {
    let (up, down) = node_hours(350.0, scale);
    let body = format!(
        "places: {{ site: {{}} }}
crews: {{ person: 1 }}
services:
  node: {{ runs: {{ site: {size} }}, at-least: {least}, instance: {{ fails: {{ every: {up}h, lasts: {{ mean: {}s }}, crew: person }} }} }}
journeys: {{ post: {{ needs: [node], rate: 10/s }} }}
",
        down * HOUR
    );
    let exact = share_broken(&one_crew(size, up, down), size - least + 1);
    Case::down(name, 60, &body, exact)
}

/// Hours until a node fails and until it is repaired, at so many repairs a year.
fn node_hours(repairs_per_year: f64, scale: f64) -> (f64, f64) {
    (2.0 * YEAR / HOUR / scale, YEAR / HOUR / repairs_per_year)
}

/// One node of three.
pub fn one_node_of_three(scale: f64) -> Case {
    nodes("one-node-of-three", 3, 1, scale)
}

/// Two nodes of four.
pub fn two_nodes_of_four(scale: f64) -> Case {
    nodes("two-nodes-of-four", 4, 2, scale)
}

/// Hours up and down of a basic event of the Aralia fault trees, whose probability is 0.01.
fn basic_event(scale: f64) -> (f64, f64) {
    (99.0 / scale, 1.0)
}

fn fails(scale: f64) -> String {
    let (up, down) = basic_event(scale);
    format!("instance: {{ fails: {{ every: {up}h, lasts: {{ mean: {down}h }} }} }}")
}

/// The fault tree "das9205" of the Aralia benchmark: six groups of basic events, disjoint once the gates are
/// simplified, each of which fails with any of its events; the top event is that all groups have failed.
///
/// The trees and the probabilities of their top events are listed in the README of
/// <https://github.com/openpra-org/generic-openpsa-models>.
pub fn das9205(scale: f64) -> Case {
    let sizes = [30, 6, 6, 4, 4, 1];
    let (up, down) = basic_event(scale);
    let mut services = String::new();
    let mut exact = 1.0;
    for (number, size) in sizes.into_iter().enumerate() {
        services += &format!(
            "  group-{number}: {{ runs: {{ site: {size} }}, at-least: {size}, {} }}\n",
            fails(scale)
        );
        exact *= at_least_down(1, size, share_down(up, down));
    }
    let body = format!(
        "places: {{ site: {{}} }}
services:
{services}journeys: {{ top: {{ needs: [ {{ any: [{}] }} ], rate: 10/s }} }}
",
        (0..sizes.len())
            .map(|number| format!("group-{number}"))
            .collect::<Vec<String>>()
            .join(", ")
    );
    Case::down("das9205", 10, &body, exact)
}

/// How many alike modules the tree "das9209" has, of which the first two share a basic event.
const MODULES: usize = 11;

/// The fault tree "das9209" of the same benchmark: eleven modules that must all fail. Each fails with any of six basic
/// events, or when both of two pairs have lost an event; the first event of the first two modules is the same. No cut
/// set has fewer than ten events.
pub fn das9209(scale: f64) -> Case {
    let mut services = format!("  shared: {{ runs: {{ site: 1 }}, {} }}\n", fails(scale));
    let mut modules = Vec::new();
    for number in 0..MODULES {
        let (own, shared) = if number < 2 { (5, "shared, ") } else { (6, "") };
        let singles = format!("module-{number}");
        for (name, size) in [
            (singles.clone(), own),
            (format!("{singles}-left"), 2),
            (format!("{singles}-right"), 2),
        ] {
            services += &format!(
                "  {name}: {{ runs: {{ site: {size} }}, at-least: {size}, {} }}\n",
                fails(scale)
            );
        }
        modules.push(format!(
            "{{ all: [{shared}{singles}, {{ any: [{singles}-left, {singles}-right] }}] }}"
        ));
    }
    let body = format!(
        "places: {{ site: {{}} }}
services:
{services}journeys:
  top: {{ needs: [ {{ any: [{}] }} ], rate: 10/s }}
",
        modules.join(", ")
    );
    Case::down("das9209", 10, &body, das9209_down(scale))
}

fn das9209_down(scale: f64) -> f64 {
    let (up, down) = basic_event(scale);
    let event = share_down(up, down);
    let pair = at_least_down(1, 2, event);
    let module = |singles: usize| either(&[at_least_down(1, singles, event), pair * pair]);
    let others: f64 = (2..MODULES).map(|_| module(6)).product();
    others * (event + (1.0 - event) * module(5) * module(5))
}

/// A lift with twelve parts that each stop it, with a chance of 1e-6 each: an example of OpenFTA, whose report is among
/// the inputs of <https://github.com/rakhimov/scram> (input/Lift).
pub fn lift(scale: f64) -> Case {
    let up = 999_999.0 / scale;
    let body = format!(
        "places: {{ site: {{}} }}
services:
  part: {{ runs: {{ site: 12 }}, at-least: 12, instance: {{ fails: {{ every: {up}h, lasts: {{ mean: 1h }} }} }} }}
journeys: {{ ride: {{ needs: [part], rate: 10/s }} }}
"
    );
    let exact = at_least_down(1, 12, share_down(up, 1.0));
    Case::down("lift", 10, &body, exact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solved::mean_time_to;

    /// Both tables: nodes, nodes needed, repairs a year, and years to the first failure.
    #[test]
    fn mean_times_to_failure_are_those_published() {
        let table = [
            (2, 1, 52.0, 107.00),
            (3, 1, 52.0, 3_747.67),
            (3, 2, 52.0, 36.33),
            (4, 1, 52.0, 98_405.50),
            (4, 2, 52.0, 955.50),
            (4, 3, 52.0, 18.50),
            (2, 1, 350.0, 703.00),
            (3, 1, 350.0, 164_270.33),
            (3, 2, 350.0, 235.00),
            (4, 1, 350.0, 28_788_554.16),
            (4, 2, 350.0, 41_185.50),
            (4, 3, 350.0, 117.83),
        ];
        for (size, least, repairs, years) in table {
            let (up, down) = node_hours(repairs, 1.0);
            let failed = |broken: &u32| size - broken < least;
            let found = mean_time_to(0, failed, |broken| one_crew_step(size, up, down, *broken));
            let found = found / YEAR;
            assert!(
                (found - years).abs() < 0.01,
                "{size} {least}: {found} {years}"
            );
        }
    }

    #[test]
    fn top_events_are_those_published() {
        let table = [
            (das9205(1.0), 1.384_08e-8),
            (das9209(1.0), 1.058_00e-13),
            (lift(1.0), 1.199_993e-5),
        ];
        for (case, published) in table {
            let off = (case.exact / published - 1.0).abs();
            assert!(off < 5e-6, "{}: {} {published}", case.name, case.exact);
        }
    }
}
