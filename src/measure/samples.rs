//! Samples of a positive quantity, of which a trial has any number: durations of outages, RTO, RPO.
//!
//! Samples of one trial are a cluster: they share its faults and its luck. The mean is therefore a ratio of sums over
//! trials, and percentiles come from a histogram that knows the variance over trials (see [`super::histogram`]).
//!
//! A sample weighs a positive whole number: 1 in a plain simulation, and under importance sampling its likelihood ratio
//! in a fixed point that all samples share. No figure depends on where that point is. Rounding a ratio to a whole
//! number is the caller's, who keeps it unbiased.
//!
//! Deliberately absent: the samples themselves, so that memory grows with the spread of the values only.

use serde::{Deserialize, Serialize};

use super::histogram::{Cell, Histogram};
use super::moments::{Largest, Ratio, assert_measurable};

/// Clustered samples over trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    trials: u64,
    clusters: Ratio,
    least_bits: u64,
    largest: Largest,
    histogram: Histogram,
}

impl Default for Samples {
    fn default() -> Samples {
        Samples {
            trials: 0,
            clusters: Ratio::default(),
            least_bits: u64::MAX,
            largest: Largest::default(),
            histogram: Histogram::default(),
        }
    }
}

impl Samples {
    /// Adds the samples of one trial, each with its weight, and sorts them on the way. A trial without samples changes
    /// nothing.
    ///
    /// # Panics
    /// If a value is negative or not finite, or a weight is zero: those are broken invariants of the simulation.
    pub fn add_trial(&mut self, samples: &mut [(f64, u64)]) {
        samples.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let (Some(&(least, _)), Some(&(largest, _))) = (samples.first(), samples.last()) else {
            return;
        };
        assert_measurable(least);
        assert_measurable(largest);
        assert!(
            samples.iter().all(|&(_, weight)| weight > 0),
            "a sample must have a positive weight"
        );
        // Summed in sorted order, so that the order of the events of a trial doesn't matter.
        let sum = samples.iter().map(|&(x, weight)| x * weight as f64).sum();
        let weight: u128 = samples.iter().map(|&(_, weight)| u128::from(weight)).sum();
        self.clusters.add(sum, weight as f64);
        self.trials += 1;
        self.least_bits = self.least_bits.min((least + 0.0).to_bits());
        self.largest.include(largest);
        self.histogram.add_trial(samples);
    }

    /// Adds all trials of another tally.
    pub fn merge(&mut self, other: &Samples) {
        self.trials += other.trials;
        self.clusters.merge(&other.clusters);
        self.least_bits = self.least_bits.min(other.least_bits);
        self.largest.merge(other.largest);
        self.histogram.merge(&other.histogram);
    }

    /// The number of samples, whatever they weigh.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.total().samples
    }

    /// All samples in one cell: their number, weight and squared weights.
    #[must_use]
    pub fn total(&self) -> Cell {
        self.histogram.total()
    }

    /// The number of trials with at least one sample.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Sum of the samples times their weights (numerator) and of the weights (denominator) per trial.
    #[must_use]
    pub fn clusters(&self) -> &Ratio {
        &self.clusters
    }

    /// The smallest sample, if there is any.
    #[must_use]
    pub fn least(&self) -> Option<f64> {
        (self.trials > 0).then(|| f64::from_bits(self.least_bits))
    }

    /// The largest sample, if there is any.
    #[must_use]
    pub fn largest(&self) -> Option<f64> {
        (self.trials > 0).then(|| self.largest.value())
    }

    /// The samples by bucket.
    #[must_use]
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples_of(trials: &[Vec<(f64, u64)>]) -> Samples {
        let mut samples = Samples::default();
        for trial in trials {
            samples.add_trial(&mut trial.clone());
        }
        samples
    }

    #[test]
    fn counts_and_extremes() {
        let samples = samples_of(&[vec![(3.0, 1), (0.5, 2)], vec![], vec![(7.0, 1)]]);
        assert_eq!((samples.count(), samples.trials()), (3, 2));
        assert_eq!((samples.total().weight, samples.total().squares), (4, 6));
        assert_eq!((samples.least(), samples.largest()), (Some(0.5), Some(7.0)));
        assert_eq!(samples.clusters().numerator().sum(), 11.0);
        assert_eq!(samples.clusters().denominator_squares(), 10.0);
        assert_eq!(Samples::default().least(), None);
    }

    #[test]
    #[should_panic(expected = "positive weight")]
    fn a_sample_without_weight_is_a_broken_invariant() {
        Samples::default().add_trial(&mut [(1.0, 1), (2.0, 0)]);
    }

    /// A value with a weight of 1 in one case of two, else with any.
    fn sample() -> impl Strategy<Value = (f64, u64)> {
        (0.0..1e9_f64, prop_oneof![Just(1), 1..u64::MAX])
    }

    proptest! {
        #[test]
        fn any_split_in_any_order_folds_to_the_same(
            trials in prop::collection::vec(prop::collection::vec(sample(), 0..5), 0..30),
            cuts in (0_usize..30, 0_usize..30),
        ) {
            let first = cuts.0.min(cuts.1).min(trials.len());
            let second = cuts.0.max(cuts.1).min(trials.len());
            let whole = samples_of(&trials);
            let parts = [&trials[..first], &trials[first..second], &trials[second..]];
            let [one, two, three] = parts.map(samples_of);
            let mut left = one.clone();
            left.merge(&two);
            left.merge(&three);
            let mut right = three;
            right.merge(&two);
            right.merge(&one);
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(&right, &whole);
            let bytes = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(&serde_json::to_string(&right).unwrap(), &bytes);
            prop_assert_eq!(serde_json::from_str::<Samples>(&bytes).unwrap(), whole);
        }

        #[test]
        fn the_order_inside_a_trial_does_not_matter(
            values in prop::collection::vec(sample(), 1..20).prop_shuffle(),
        ) {
            let mut reversed = values.clone();
            reversed.reverse();
            prop_assert_eq!(samples_of(&[values]), samples_of(&[reversed]));
        }
    }
}
