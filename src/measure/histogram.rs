//! A histogram whose buckets are the leading bits of the floating-point number.
//!
//! Positive floats order as their bits do. Keeping the exponent and seven bits of the mantissa gives buckets that are
//! at most 2^-7 = 0.78 % wide (0.39 % either side of the middle) over the whole range, need no logarithm and no range
//! to be configured, and merge by adding integers. Zero has a bucket of its own; numbers below 2^-1022 share it.
//!
//! A bucket counts its samples, and two sums more from which the variance *over trials* of the distribution function
//! follows exactly at every bucket's edge: samples of one trial share its luck and must not pass as independent. With
//! the m samples of a trial sorted, x_1 <= ... <= x_m, let k(x) be how many are at most x. Then the sum of 2r-1 over
//! the first k ranks is k^2, and the sum of m over them is k m.
//!
//! Deliberately absent: weights, and sketches such as t-digest (the order of merging shows in their results).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
pub struct Cell {
    /// How many samples.
    pub samples: u64,
    /// Sum of 2r-1 over them, where r is the rank of a sample inside its trial, from 1.
    pub ranks: u64,
    /// Sum over them of the number of samples of their trial.
    pub companions: u64,
}

impl Cell {
    /// Adds another cell to this one.
    pub fn merge(&mut self, other: &Cell) {
        // Saturating addition of unsigned integers is associative and commutative.
        self.samples = self.samples.saturating_add(other.samples);
        self.ranks = self.ranks.saturating_add(other.ranks);
        self.companions = self.companions.saturating_add(other.companions);
    }
}

/// Buckets in increasing order, empty ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histogram {
    cells: BTreeMap<Bucket, Cell>,
}

impl Histogram {
    /// Adds the samples of one trial, sorted in increasing order.
    pub fn add_trial(&mut self, sorted: &[f64]) {
        let companions = sorted.len() as u64;
        for (index, &value) in sorted.iter().enumerate() {
            let sample = Cell {
                samples: 1,
                ranks: 2 * index as u64 + 1,
                companions,
            };
            self.cells
                .entry(Bucket::of(value))
                .or_default()
                .merge(&sample);
        }
    }

    /// Adds all samples of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        for (&bucket, cell) in &other.cells {
            self.cells.entry(bucket).or_default().merge(cell);
        }
    }

    /// The buckets that hold samples, in increasing order.
    pub fn iter(&self) -> impl Iterator<Item = (Bucket, &Cell)> {
        self.cells.iter().map(|(&bucket, cell)| (bucket, cell))
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
        let trials: [&[f64]; 3] = [&[1.0, 2.0, 2.0, 8.0], &[2.0], &[0.0, 9.0]];
        let mut histogram = Histogram::default();
        for sorted in trials {
            histogram.add_trial(sorted);
        }
        let mut sum = Cell::default();
        for (bucket, cell) in histogram.iter() {
            sum.merge(cell);
            let below = |sorted: &&[f64]| sorted.iter().filter(|&&x| x <= bucket.lower()).count();
            let counts: Vec<usize> = trials.iter().map(below).collect();
            let squares: usize = counts.iter().map(|k| k * k).sum();
            let products: usize = counts.iter().zip(trials).map(|(k, t)| k * t.len()).sum();
            assert_eq!(sum.samples, counts.iter().sum::<usize>() as u64);
            assert_eq!(sum.ranks, squares as u64);
            assert_eq!(sum.companions, products as u64);
        }
        assert_eq!(sum.samples, 7);
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
