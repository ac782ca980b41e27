//! The pieces that exact values are made of.

use fivenines::exact::k_of_n::counts;
use fivenines::exact::markov::Chain;

use super::case::HOUR;

/// The share of time that something is down which fails, in whatever way, after `up` and is repaired after `down`.
pub fn share_down(up: f64, down: f64) -> f64 {
    down / (up + down)
}

/// The chance that one at least of several independent things is down, without losing the digits of rare ones.
pub fn either(chances: &[f64]) -> f64 {
    chances
        .iter()
        .fold(0.0, |sum, chance| sum + chance - sum * chance)
}

/// The chance that so many at least of a number of independent things alike are down.
pub fn at_least_down(count: usize, of: usize, chance: f64) -> f64 {
    counts(&vec![chance; of]).iter().skip(count).sum()
}

/// How many of a number of machines are broken: each breaks after `up` hours, and one person repairs each in `down`
/// hours.
pub fn one_crew(machines: u32, up: f64, down: f64) -> Chain<u32> {
    Chain::explore(0, |&broken| one_crew_step(machines, up, down, broken))
}

/// Where the number of broken machines goes, at what rate.
pub fn one_crew_step(machines: u32, up: f64, down: f64, broken: u32) -> Vec<(u32, f64)> {
    let mut next = Vec::new();
    if broken < machines {
        next.push((broken + 1, f64::from(machines - broken) / (up * HOUR)));
    }
    if broken > 0 {
        next.push((broken - 1, 1.0 / (down * HOUR)));
    }
    next
}

/// The share of time with so many machines broken at least.
pub fn share_broken(chain: &Chain<u32>, least: u32) -> f64 {
    chain
        .stationary_mean(|broken| f64::from(u8::from(*broken >= least)))
        .expect("every machine is repaired")
}

/// The mean time in seconds from a start until a failed state. Each failed state is left for the start after a second:
/// the time between two failures is then that mean and this second.
pub fn mean_time_to<S: Clone + Ord>(
    start: S,
    failed: impl Fn(&S) -> bool,
    transitions: impl Fn(&S) -> Vec<(S, f64)>,
) -> f64 {
    let again = Chain::explore(start.clone(), |state| {
        if failed(state) {
            vec![(start.clone(), 1.0)]
        } else {
            transitions(state)
        }
    });
    let share = again
        .stationary_mean(|state| f64::from(u8::from(failed(state))))
        .expect("every failure returns to the start");
    1.0 / share - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two machines, one person: 1 / (2 a) + 1 / a + b / (2 a^2).
    #[test]
    fn the_mean_time_to_the_failure_of_a_pair() {
        let (up, down) = (100.0, 2.0);
        let found = mean_time_to(
            0,
            |broken| *broken == 2,
            |broken| one_crew_step(2, up, down, *broken),
        );
        let exact = 1.5 * up + up * up / (2.0 * down);
        assert!((found / HOUR / exact - 1.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn chances_of_rare_things_keep_their_digits() {
        assert!((either(&[1e-13, 2e-13]) / 3e-13 - 1.0).abs() < 1e-12);
        assert!((at_least_down(2, 3, 1e-7) / 2.999_999_8e-14 - 1.0).abs() < 1e-12);
    }
}
