//! Machines of several kinds, each with a repair of its own; the system is down while a kind lacks too many.
//!
//! The shape on which importance sampling for highly reliable Markovian systems is usually tried: P. L'Ecuyer and
//! B. Tuffin, "Approximating zero-variance importance sampling in a reliability setting" (Annals of Operations
//! Research 189, 2011).

use fivenines::exact::k_of_n::fewer_than;

use super::case::Case;
use super::solved::either;

/// So many kinds by their failures per hour, of `size` machines each, of which `least` are needed.
pub fn kinds(name: &str, rates: &[f64], size: usize, least: usize) -> Case {
    let mut services = String::new();
    let mut names = Vec::new();
    let mut down = Vec::new();
    for (number, rate) in rates.iter().enumerate() {
        let up = 1.0 / rate;
        services += &format!(
            "  kind-{number}: {{ runs: {{ site: {size} }}, at-least: {least}, instance: {{ fails: {{ every: {up}h, lasts: {{ mean: 1h }} }} }} }}\n"
        );
        names.push(format!("kind-{number}"));
        down.push(fewer_than(least, &vec![1.0 / (1.0 + rate); size]));
    }
    let body = format!(
        "places: {{ site: {{}} }}
services:
{services}journeys: {{ work: {{ needs: [{}], rate: 10/s }} }}
",
        names.join(", ")
    );
    Case::down(name, 10, &body, either(&down))
}

/// Three kinds of three, two needed; the third kind fails far more seldom than the others.
pub fn three_kinds(rarity: f64) -> Case {
    let rates = [rarity, 1.5 * rarity, 2.0 * rarity * rarity];
    kinds(
        &format!("three-kinds-{rarity}").replace('.', "-"),
        &rates,
        3,
        2,
    )
}

/// Two kinds of twelve, nine needed.
pub fn two_large_kinds(scale: f64) -> Case {
    kinds("two-large-kinds", &[1e-3 * scale, 5e-4 * scale], 12, 9)
}

/// Four kinds of four, two needed.
pub fn four_kinds(scale: f64) -> Case {
    kinds("four-kinds", &[1e-3 * scale; 4], 4, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::HOUR;
    use crate::solved::mean_time_to;
    use fivenines::exact::markov::Chain;

    fn step(rarity: f64, broken: &[u8; 3]) -> Vec<([u8; 3], f64)> {
        let rates = [rarity, 1.5 * rarity, 2.0 * rarity * rarity];
        let mut next = Vec::new();
        for (kind, rate) in rates.iter().enumerate() {
            let (mut worse, mut better) = (*broken, *broken);
            if broken[kind] < 3 {
                worse[kind] += 1;
                next.push((worse, f64::from(3 - broken[kind]) * rate / HOUR));
            }
            if broken[kind] > 0 {
                better[kind] -= 1;
                next.push((better, f64::from(broken[kind]) / HOUR));
            }
        }
        next
    }

    fn failed(broken: &[u8; 3]) -> bool {
        broken.iter().any(|broken| *broken > 1)
    }

    /// The product form and the chain of 64 states are the same; the mean time to the first failure was solved
    /// elsewhere too.
    #[test]
    fn three_kinds_as_a_chain() {
        let hours = [
            (1e-2, 5.476_056_50e2),
            (1e-3, 5.162_751_09e4),
            (1e-4, 5.131_657_10e6),
        ];
        for (rarity, hours) in hours {
            let chain = Chain::explore([0; 3], |broken| step(rarity, broken));
            assert_eq!(chain.states().len(), 64);
            let share = chain.stationary_mean(|broken| f64::from(u8::from(failed(broken))));
            let exact = three_kinds(rarity).exact;
            assert!((share.expect("repairs") / exact - 1.0).abs() < 1e-10);
            let found = mean_time_to([0; 3], failed, |broken| step(rarity, broken)) / HOUR;
            assert!((found / hours - 1.0).abs() < 1e-8, "{found} {hours}");
        }
    }
}
