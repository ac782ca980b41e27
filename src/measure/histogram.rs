//! A histogram whose buckets are the leading bits of the floating-point number.
//!
//! Positive floats order as their bits do. Keeping the exponent and seven bits of the mantissa gives buckets that are
//! at most 2^-7 = 0.78 % wide (0.39 % either side of the middle) over the whole range, need no logarithm and no range
//! to be configured, and merge by adding integers. Zero has a bucket of its own; numbers below 2^-1022 share it.
//!
//! Samples weigh whole numbers: 1 each in a plain simulation, likelihood ratios in fixed point under importance
//! sampling. So all sums stay integers, and merging stays exact.
//!
//! A bucket adds up its weights, and two sums more from which the variance *over trials* of the distribution function
//! follows exactly at every bucket's edge: samples of one trial share its luck and must not pass as independent. With
//! the samples of a trial sorted, let W_i be the weight of the first i, M that of all, and K(x) that of those which are
//! at most x. Then the sum of W_i^2 - W_(i-1)^2 over the first samples is K^2, and the sum of w_i M over them is K M.
//! The sum of w_i^2 tells how many equally weighted samples they are worth (L. Kish, Survey Sampling, 1965).
//!
//! Sums are 128 bits wide and saturate. With 2^32 for the weight 1, a trial of 1,000 such samples may occur 2^44 times.
//!
//! Deliberately absent: sketches such as t-digest (the order of merging shows in their results).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wide;

/// How many low bits of the mantissa a bucket ignores.
const IGNORED_BITS: u32 = 45;

/// One bucket: the values with the same sign, exponent and seven leading bits of the mantissa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(u32);

impl Bucket {
    /// The bucket of zero.
    pub const ZERO: Bucket = Bucket(0);

    /// The bucket of a finite value that is not negative.
    #[must_use]
    pub fn of(value: f64) -> Bucket {
        // Adding zero turns -0.0 into 0.0. The sign bit is clear, so 19 bits remain.
        Bucket(((value + 0.0).to_bits() >> IGNORED_BITS) as u32)
    }

    /// The smallest value of the bucket.
    #[must_use]
    pub fn lower(self) -> f64 {
        f64::from_bits(u64::from(self.0) << IGNORED_BITS)
    }

    /// The end of the bucket: no value in it is larger. Zero for the bucket of zero.
    #[must_use]
    pub fn upper(self) -> f64 {
        if self == Bucket::ZERO {
            0.0
        } else {
            Bucket(self.0 + 1).lower()
        }
    }
}

/// What one bucket knows of its samples; sums saturate instead of wrapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// How many samples.
    pub samples: u64,
    /// Sum of their weights.
    #[serde(with = "wide")]
    pub weight: u128,
    /// Sum of their squared weights.
    #[serde(with = "wide")]
    pub squares: u128,
    /// Sum over them of W^2 after less W^2 before, where W is the weight of their trial up to a sample.
    #[serde(with = "wide")]
    pub ranks: u128,
    /// Sum over them of their weight times the weight of all samples of their trial.
    #[serde(with = "wide")]
    pub companions: u128,
}

impl Cell {
    /// Adds another cell to this one.
    pub fn merge(&mut self, other: &Cell) {
        // Saturating addition of unsigned integers is associative and commutative.
        self.samples = self.samples.saturating_add(other.samples);
        self.weight = self.weight.saturating_add(other.weight);
        self.squares = self.squares.saturating_add(other.squares);
        self.ranks = self.ranks.saturating_add(other.ranks);
        self.companions = self.companions.saturating_add(other.companions);
    }

    /// The squared weights over the weights: the weight of a sample picked in proportion to its weight. Nothing without
    /// samples.
    #[must_use]
    pub fn typical_weight(&self) -> Option<f64> {
        (self.weight > 0).then(|| self.squares as f64 / self.weight as f64)
    }

    /// The number of equally weighted samples that would be worth as much (Kish): the squared sum of the weights over
    /// the sum of their squares.
    #[must_use]
    pub fn effective_samples(&self) -> f64 {
        let weight = self.weight as f64;
        self.typical_weight()
            .map_or(0.0, |typical| weight / typical)
    }
}

/// The product, which saturates. That of small numbers takes one step, where those of 128 bits are function calls in
/// WebAssembly.
fn product(one: u128, other: u128) -> u128 {
    match (u32::try_from(one), u32::try_from(other)) {
        (Ok(one), Ok(other)) => u128::from(u64::from(one) * u64::from(other)),
        _ => one.saturating_mul(other),
    }
}

/// Buckets in increasing order, empty ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram {
    cells: BTreeMap<Bucket, Cell>,
}

impl Histogram {
    /// Adds the samples of one trial with their weights, sorted in increasing order.
    pub fn add_trial(&mut self, sorted: &[(f64, u64)]) {
        let all = sorted
            .iter()
            .fold(0_u128, |sum, &(_, weight)| sum + u128::from(weight));
        let mut before = 0_u128;
        for alike in sorted.chunk_by(|one, other| Bucket::of(one.0) == Bucket::of(other.0)) {
            let (mut weight, mut squares) = (0_u128, 0_u128);
            for &(_, sample) in alike {
                let sample = u128::from(sample);
                weight += sample;
                squares = squares.saturating_add(product(sample, sample));
            }
            let cell = Cell {
                samples: alike.len() as u64,
                weight,
                squares,
                ranks: product(weight, 2 * before + weight),
                companions: product(weight, all),
            };
            before += weight;
            let bucket = Bucket::of(alike[0].0);
            self.cells.entry(bucket).or_default().merge(&cell);
        }
    }

    /// Adds all samples of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        for (&bucket, cell) in &other.cells {
            self.cells.entry(bucket).or_default().merge(cell);
        }
    }

    /// The buckets that hold samples, in increasing order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Bucket, &Cell)> {
        self.cells.iter().map(|(&bucket, cell)| (bucket, cell))
    }

    /// All samples together.
    #[must_use]
    pub fn total(&self) -> Cell {
        let mut total = Cell::default();
        for cell in self.cells.values() {
            total.merge(cell);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn zero_has_its_own_bucket() {
        assert_eq!(Bucket::of(0.0), Bucket::ZERO);
        assert_eq!(Bucket::of(-0.0), Bucket::ZERO);
        assert_eq!((Bucket::ZERO.lower(), Bucket::ZERO.upper()), (0.0, 0.0));
        assert!(Bucket::of(1e-9) > Bucket::ZERO);
    }

    #[test]
    fn cumulative_sums_give_the_products_of_every_trial() {
        let trials: [&[(f64, u64)]; 3] = [
            &[(1.0, 1), (2.0, 5), (2.0, 3), (8.0, 1)],
            &[(2.0, 1 << 40)],
            &[(0.0, 7), (9.0, 2)],
        ];
        let mut histogram = Histogram::default();
        for sorted in trials {
            histogram.add_trial(sorted);
        }
        let weigh = |sorted: &[(f64, u64)], limit: f64, power: u32| -> u128 {
            let kept = sorted.iter().filter(|(value, _)| *value <= limit);
            kept.map(|(_, weight)| u128::from(*weight).pow(power)).sum()
        };
        let mut sum = Cell::default();
        for (bucket, cell) in histogram.iter() {
            sum.merge(cell);
            let below = |power| trials.map(|sorted| weigh(sorted, bucket.lower(), power));
            let all = trials.map(|sorted| weigh(sorted, f64::INFINITY, 1));
            let products = below(1).into_iter().zip(all).map(|(k, m)| k * m);
            assert_eq!(sum.weight, below(1).iter().sum::<u128>());
            assert_eq!(sum.squares, below(2).iter().sum::<u128>());
            assert_eq!(sum.ranks, below(1).iter().map(|k| k * k).sum::<u128>());
            assert_eq!(sum.companions, products.sum::<u128>());
        }
        assert_eq!((sum.samples, sum), (7, histogram.total()));
    }

    #[test]
    fn samples_of_unequal_weight_are_worth_fewer() {
        let mut histogram = Histogram::default();
        histogram.add_trial(&[(1.0, 6), (2.0, 6), (3.0, 6)]);
        assert_eq!(histogram.total().effective_samples(), 3.0);
        histogram.add_trial(&[(4.0, 18)]);
        // (18 + 18)^2 / (3 * 36 + 324) = 3.
        assert_eq!(histogram.total().effective_samples(), 3.0);
        assert_eq!(Cell::default().effective_samples(), 0.0);
    }

    #[test]
    fn enormous_weights_saturate() {
        let mut histogram = Histogram::default();
        histogram.add_trial(&[(1.0, u64::MAX), (2.0, u64::MAX)]);
        histogram.add_trial(&[(1.0, u64::MAX), (2.0, u64::MAX)]);
        let total = histogram.total();
        assert_eq!(total.weight, 4 * u128::from(u64::MAX));
        assert_eq!((total.ranks, total.companions), (u128::MAX, u128::MAX));
    }

    proptest! {
        #[test]
        fn a_bucket_holds_its_value_and_is_narrow(value in 1e-300..1e300_f64) {
            let bucket = Bucket::of(value);
            prop_assert!(bucket.lower() <= value && value < bucket.upper());
            prop_assert!(bucket.upper() - bucket.lower() <= bucket.lower() / 128.0);
        }
    }
}
