//! Whether plain trials refute that events come independently of each other.
//!
//! Chances and bad years of what is rare are put together from a rate, as if events knew nothing of each other
//! ([`super::compound`]). Causes that come in clusters, states that stay, and wear that spaces strikes evenly break
//! this, and nothing in the interval of the rate shows it. The same run has plain trials, which do show it, in two ways:
//!
//! - Fewer trials have an event than the rate leads one to expect, or more. Their number is binomial, and its tail is taken
//!   at the nearer end of what is predicted.
//! - Events fall into the same trials more often than chance has it, or less often. So many events thrown into so many
//!   trials leave a number of trials empty that has the law of a sum of independent yes-or-no variables (V. A. Vatutin
//!   and V. G. Mikhailov, Theory of Probability and its Applications 27 (1982) 734), and so has the number of events that are
//!   not the first of their trial. The tails of such a sum are no heavier than those of the Poisson law with the same
//!   mean (W. Hoeffding, Annals of Mathematical Statistics 27 (1956) 713). This asks nothing of the rate, and sees
//!   clusters long before the first does.
//!
//! Both are exact or on the safe side for whatever numbers, so that four outages in one trial, or none where a few were
//! expected, are judged by what chance really does. Deliberately absent: clusters that no trial has met.

use super::{CONFIDENCE, Figure};
use crate::math::{
    beta_lower_regularised_by_parts, exp_m1, gamma_lower_regularised, gamma_upper_regularised,
    ln_1p, normal_quantile,
};
use crate::measure::Moments;

/// How often chance alone may refute what is asked about one target.
const CHANCE_OF_ERROR: f64 = 1e-3;
/// As many questions are asked about one target at most.
const QUESTIONS: f64 = 8.0;
/// The probability left out on each side of a question.
const TAIL: f64 = CHANCE_OF_ERROR / QUESTIONS / 2.0;

/// Whether so many cases with a property among all refute its predicted chance.
#[must_use]
pub fn is_share_refuted(predicted: &Figure, seen: u64, cases: u64) -> bool {
    let Some(estimate) = predicted.estimate else {
        return false;
    };
    let stretch = normal_quantile(1.0 - TAIL) / normal_quantile(0.5 * (1.0 + CONFIDENCE));
    let end = |bound: Option<f64>, open: f64| {
        let stretched = |bound: f64| estimate + stretch * (bound - estimate);
        bound.map_or(open, |bound| stretched(bound).clamp(0.0, 1.0))
    };
    let (low, high) = (end(predicted.low, 0.0), end(predicted.high, 1.0));
    let (seen, others) = (seen as f64, cases.saturating_sub(seen) as f64);
    at_least(seen, others, high) < TAIL || at_least(others, seen, 1.0 - low) < TAIL
}

/// Whether the numbers of events in so many plain trials refute that these are independent of each other.
#[must_use]
pub fn is_independence_refuted(events: &Moments, trials: u64) -> bool {
    let (count, trials) = (events.sum(), trials as f64);
    if count < 2.0 {
        return false;
    }
    let repeated = count - events.nonzero() as f64;
    let occupied = -trials * exp_m1(count * ln_1p(-1.0 / trials));
    let expected = (count - occupied).max(0.0);
    let as_many = match repeated > 0.0 {
        true => gamma_lower_regularised(repeated, expected),
        false => 1.0,
    };
    as_many < TAIL || gamma_upper_regularised(repeated + 1.0, expected) < TAIL
}

/// The probability of at least `seen` cases with a property out of `seen + others`, each with this probability.
fn at_least(seen: f64, others: f64, probability: f64) -> f64 {
    match seen > 0.0 {
        true => beta_lower_regularised_by_parts(seen, others + 1.0, probability, 1.0 - probability),
        false => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::intervals::{chance_of_any, weighted};
    use crate::math::{exp, gamma_upper_regularised};
    use crate::rng::{Entity, Purpose, Stream};

    /// The numbers of events in so many trials.
    fn moments(counts: impl IntoIterator<Item = u32>) -> Moments {
        let mut moments = Moments::default();
        counts
            .into_iter()
            .for_each(|count| moments.add(f64::from(count)));
        moments
    }

    /// A Poisson number, by inversion.
    fn poisson(luck: &mut Stream, mean: f64) -> u32 {
        let (uniform, mut count) = (luck.uniform(), 0);
        while gamma_upper_regularised(f64::from(count) + 1.0, mean) < uniform {
            count += 1;
        }
        count
    }

    fn predicted(rate: f64) -> Figure {
        let exact = Figure::new(Some(rate), (rate, rate), "test");
        chance_of_any(&exact)
    }

    /// Each of both questions may be answered wrongly once in eight thousand studies.
    #[test]
    fn independent_events_are_hardly_ever_refuted() {
        const STUDIES: u64 = 4_000;
        for (trials, mean) in [(100, 0.4), (100, 0.02), (1_000, 0.003), (30, 1.5)] {
            let mut refuted = [0; 2];
            for study in 0..STUDIES {
                let mut luck = Stream::new(study, 0, Entity(0), Purpose(0));
                let plain = moments((0..trials).map(|_| poisson(&mut luck, mean)));
                let share = is_share_refuted(&predicted(mean), plain.nonzero(), trials);
                refuted[0] += u32::from(share);
                refuted[1] += u32::from(is_independence_refuted(&plain, trials));
            }
            // Half of one is expected at most; five or more have the probability 2e-4.
            assert!(refuted.iter().all(|count| *count < 5), "{mean} {refuted:?}");
        }
    }

    /// Five events in a hundred trials, thrown one by one: what is refuted must be as rare as it has to be.
    #[test]
    fn repeated_events_are_judged_by_the_law_of_occupancy() {
        let mut occupied = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for _ in 0..5 {
            for count in (0..=5).rev() {
                let stay = occupied[count] * count as f64 / 100.0;
                let come = match count {
                    0 => 0.0,
                    _ => occupied[count - 1] * (1.0 - (count - 1) as f64 / 100.0),
                };
                occupied[count] = stay + come;
            }
        }
        let ways = [
            vec![1; 5],
            vec![2, 1, 1, 1],
            vec![3, 1, 1],
            vec![4, 1],
            vec![5],
        ];
        let refuted = ways.map(|counts| {
            let repeated = 5 - counts.len();
            let as_many: f64 = occupied[1..=5 - repeated].iter().sum();
            let is_refuted = is_independence_refuted(&moments(counts), 100);
            assert!(!is_refuted || as_many < TAIL, "{repeated} {as_many}");
            is_refuted
        });
        assert_eq!(refuted, [false, false, false, false, true]);
        // One event is alone, whatever it is.
        assert!(!is_independence_refuted(&moments([1]), 100));
    }

    #[test]
    fn clusters_and_even_spacing_are_refuted() {
        // As many events in half of the trials, and as many that never share one.
        let clusters = moments((0..300).map(|trial| u32::from(trial % 10 == 0) * 3));
        let even = moments((0..300).map(|trial| u32::from(trial % 3 == 0)));
        assert!(is_independence_refuted(&clusters, 300));
        assert!(is_independence_refuted(&even, 300));
    }

    #[test]
    fn a_cluster_that_was_not_met_is_missed_where_many_events_were_expected() {
        assert!(is_share_refuted(&predicted(0.02), 0, 1_000));
        // Two were expected: that none came has the probability 0.14.
        assert!(!is_share_refuted(&predicted(0.002), 0, 1_000));
        // A binomial tail by hand: three of a thousand, each with 1e-4, or with 1e-3.
        let three = exp(-0.1) * 0.001 / 6.0;
        assert!(three > TAIL && !is_share_refuted(&predicted(1e-4), 3, 1_000));
        assert!(is_share_refuted(&predicted(1e-4), 4, 1_000));
    }

    #[test]
    fn what_the_rate_does_not_know_is_allowed_for() {
        let rate = weighted::mean(&moments([1, 2]), 100);
        assert!(!is_share_refuted(&chance_of_any(&rate), 9, 100));
        assert!(is_share_refuted(&predicted(0.03), 13, 100));
        let nothing = weighted::mean(&Moments::default(), 100);
        assert!(!is_share_refuted(&chance_of_any(&nothing), 100, 100));
    }
}
