//! So many of many different things: more cut sets than anybody could list.

use fivenines::exact::k_of_n::counts;

use super::case::Case;
use super::solved::{at_least_down, either, share_down};

fn chance_of_at_least(count: usize, chances: &[f64]) -> f64 {
    counts(chances).iter().skip(count).sum()
}

/// Forty brokers, each a service of its own with its own figures, of which thirty-six are needed.
pub fn brokers() -> Case {
    let kinds = [
        (300.0, 0.5, "fixed: 30m"),
        (800.0, 1.0, "exponential: { mean: 1h }"),
        (2_000.0, 2.0, "gamma: { mean: 2h, shape: 0.5 }"),
        (5_000.0, 4.0, "lognormal: { mean: 4h, median: 3h }"),
    ];
    let names: Vec<String> = (0..40).map(|index| format!("s{index}")).collect();
    let services = names.iter().zip(kinds.iter().cycle());
    let services = services.map(|(name, (up, _, lasts))| {
        format!("  {name}: {{ runs: {{ site: 1 }}, instance: {{ fails: {{ every: {up}h, lasts: {{ {lasts} }} }} }} }}\n")
    });
    let body = format!(
        "places: {{ site: {{}} }}
services:
{}journeys: {{ visit: {{ needs: [{{ at-least: {{ count: 36, of: [{}] }} }}], rate: 10/s }} }}
",
        services.collect::<String>(),
        names.join(", ")
    );
    let chances = kinds.map(|(up, down, _)| share_down(up, down));
    let all: Vec<f64> = chances.iter().copied().cycle().take(40).collect();
    Case::down("brokers", 30, &body, chance_of_at_least(5, &all))
}

/// Two hundred machines in ten racks, of which 176 are needed: five more have to fail once a rack has.
pub fn racks() -> Case {
    const RACKS: usize = 10;
    const MACHINES: usize = 20;
    const SPARE: usize = 24;
    let names: Vec<String> = (0..RACKS).map(|index| format!("r{index}")).collect();
    let body = format!(
        "places: {{ site: {{ racks: [{}] }} }}
faults:
  rack: {{ hits: each rack, every: 35000h, lasts: {{ exponential: {{ mean: 3h }} }} }}
services:
  web: {{ runs: {{ site: {} }}, at-least: {}, instance: {{ fails: {{ every: 1000h, lasts: {{ exponential: {{ mean: 2h }} }} }} }} }}
journeys: {{ visit: {{ needs: [web], rate: 10/s }} }}
",
        names.join(", "),
        RACKS * MACHINES,
        RACKS * MACHINES - SPARE,
    );
    let racks = counts(&[share_down(35_000.0, 3.0); RACKS]);
    let machine = share_down(1_000.0, 2.0);
    let exact = racks.iter().enumerate().map(|(down, chance)| {
        let gone = down * MACHINES;
        let too_many = (SPARE + 1).saturating_sub(gone);
        chance * at_least_down(too_many, RACKS * MACHINES - gone, machine)
    });
    Case::down("racks", 30, &body, exact.sum())
}

/// Either of two banks will do, seventeen of twenty here or ten of twelve there; all of them next to each other.
pub fn banks() -> Case {
    let bank = |letter: &str, size: usize| -> Vec<String> {
        (0..size).map(|index| format!("{letter}{index}")).collect()
    };
    let services = |names: &[String], fails: &str| -> String {
        let line = |name: &String| {
            format!("  {name}: {{ runs: {{ site: 1 }}, instance: {{ fails: {{ {fails} }} }} }}\n")
        };
        names.iter().map(line).collect()
    };
    let (large, small) = (bank("a", 20), bank("b", 12));
    let body = format!(
        "places: {{ site: {{}} }}
services:
{}{}journeys:
  visit:
    needs: [{{ any: [{{ at-least: {{ count: 17, of: [{}] }} }}, {{ at-least: {{ count: 10, of: [{}] }} }}] }}]
    rate: 10/s
",
        services(&large, "every: 500h, lasts: { exponential: { mean: 2h } }"),
        services(&small, "every: 1000h, lasts: { fixed: 1h }"),
        large.join(", "),
        small.join(", ")
    );
    let exact = at_least_down(4, 20, share_down(500.0, 2.0))
        * at_least_down(3, 12, share_down(1_000.0, 1.0));
    Case::down("banks", 30, &body, exact)
}

/// Forty nodes of one machine each, of which thirty-five are needed; nodes and machines fail apart.
pub fn nodes() -> Case {
    let names: Vec<String> = (0..40).map(|index| format!("n{index}")).collect();
    let body = format!(
        "places: {{ site: {{ nodes: [{}] }} }}
faults:
  node: {{ hits: each node, every: 3000h, lasts: {{ exponential: {{ mean: 3h }} }} }}
services:
  web: {{ runs: {{ site: 40 }}, at-least: 35, instance: {{ fails: {{ every: 1000h, lasts: {{ exponential: {{ mean: 30m }} }} }} }} }}
journeys: {{ visit: {{ needs: [web], rate: 10/s }} }}
",
        names.join(", ")
    );
    let node = either(&[share_down(3_000.0, 3.0), share_down(1_000.0, 0.5)]);
    Case::down("nodes", 30, &body, at_least_down(6, 40, node))
}
