//! Exact sums over trials of one quantity, or of a pair whose ratio is wanted.
//!
//! Trials are independent, moments inside a trial are not: variances are therefore always taken over trials. The
//! number of trials is the same for every quantity of a tally, so it is kept once, elsewhere, and passed to the
//! estimators. Sums are exact, so that they don't depend on the order in which blocks are merged; squares and cubes are
//! rounded once, per trial, before they are added. The third moment tells how skewed a quantity is
//! (see [`crate::estimate::intervals`]).
//!
//! Under importance sampling the value of a trial is a sum of weights times rewards; nothing changes here, but the
//! intervals have to be others ([`crate::estimate::intervals::weighted`]).
//!
//! Deliberately absent: negative quantities, running means (Welford's updates depend on the order).

use serde::{Deserialize, Serialize};

use crate::math::ExactSum;

/// Sums over trials of one non-negative quantity, such as outages or seconds down in a trial.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    sum: ExactSum,
    squares: ExactSum,
    cubes: ExactSum,
    nonzero: u64,
    largest: Largest,
}

impl Moments {
    /// Adds the value of one trial. A trial whose value is zero may be left out: it changes nothing.
    ///
    /// # Panics
    /// If the value is negative or not finite: that is a broken invariant of the simulation.
    pub fn add(&mut self, value: f64) {
        assert_measurable(value);
        if value > 0.0 {
            self.sum.add(value);
            self.squares.add(value * value);
            self.cubes.add(value * value * value);
            self.nonzero += 1;
            self.largest.include(value);
        }
    }

    /// Adds all trials of another tally.
    pub fn merge(&mut self, other: &Moments) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.cubes.merge(&other.cubes);
        self.nonzero += other.nonzero;
        self.largest.merge(other.largest);
    }

    /// The sum of the values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum.value()
    }

    /// The sum of the squared values.
    #[must_use]
    pub fn squares(&self) -> f64 {
        self.squares.value()
    }

    /// The sum of the cubed values.
    #[must_use]
    pub fn cubes(&self) -> f64 {
        self.cubes.value()
    }

    /// The number of trials whose value is not zero.
    #[must_use]
    pub fn nonzero(&self) -> u64 {
        self.nonzero
    }

    /// The largest value of a trial; zero if there is none.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.largest.value()
    }
}

/// Sums over trials of a non-negative numerator and denominator, such as requests lost and requests offered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    numerator: Moments,
    denominator: ExactSum,
    denominator_squares: ExactSum,
    products: ExactSum,
    largest_denominator: Largest,
}

impl Ratio {
    /// Adds the pair of one trial. A trial with both zero may be left out: it changes nothing.
    ///
    /// # Panics
    /// If a value is negative or not finite: that is a broken invariant of the simulation.
    pub fn add(&mut self, numerator: f64, denominator: f64) {
        assert_measurable(denominator);
        self.numerator.add(numerator);
        self.denominator.add(denominator);
        self.denominator_squares.add(denominator * denominator);
        self.products.add(numerator * denominator);
        self.largest_denominator.include(denominator);
    }

    /// Adds all trials of another tally.
    pub fn merge(&mut self, other: &Ratio) {
        self.numerator.merge(&other.numerator);
        self.denominator.merge(&other.denominator);
        self.denominator_squares.merge(&other.denominator_squares);
        self.products.merge(&other.products);
        self.largest_denominator.merge(other.largest_denominator);
    }

    /// The numerators alone; their `nonzero` counts the trials with a loss.
    #[must_use]
    pub fn numerator(&self) -> &Moments {
        &self.numerator
    }

    /// The sum of the denominators.
    #[must_use]
    pub fn denominator(&self) -> f64 {
        self.denominator.value()
    }

    /// The sum of the squared denominators.
    #[must_use]
    pub fn denominator_squares(&self) -> f64 {
        self.denominator_squares.value()
    }

    /// The sum over trials of numerator times denominator.
    #[must_use]
    pub fn products(&self) -> f64 {
        self.products.value()
    }

    /// The largest denominator of a trial; zero if there is none.
    #[must_use]
    pub fn largest_denominator(&self) -> f64 {
        self.largest_denominator.value()
    }
}

/// The largest of non-negative numbers, kept as the bits of the float: their order is that of the numbers, and
/// integers survive any text format unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Largest(u64);

impl Largest {
    pub(crate) fn include(&mut self, value: f64) {
        // Adding zero turns -0.0, whose bits would win, into 0.0.
        self.0 = self.0.max((value + 0.0).to_bits());
    }

    pub(crate) fn merge(&mut self, other: Largest) {
        self.0 = self.0.max(other.0);
    }

    pub(crate) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// Cubes of larger values could overflow; no quantity of a trial comes near.
const LARGEST_MEASURABLE: f64 = 1e100;

pub(crate) fn assert_measurable(value: f64) {
    assert!(
        (0.0..=LARGEST_MEASURABLE).contains(&value),
        "a measured quantity must be finite and not negative, and is {value}"
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio_of(pairs: &[(f64, f64)]) -> Ratio {
        let mut ratio = Ratio::default();
        for &(numerator, denominator) in pairs {
            ratio.add(numerator, denominator);
        }
        ratio
    }

    #[test]
    fn sums_are_those_of_the_values() {
        let ratio = ratio_of(&[(2.0, 8.0), (0.0, 16.0), (3.0, 4.0)]);
        let numerator = ratio.numerator();
        assert_eq!((numerator.sum(), numerator.squares()), (5.0, 13.0));
        assert_eq!((numerator.cubes(), numerator.largest()), (35.0, 3.0));
        assert_eq!(numerator.nonzero(), 2);
        assert_eq!((ratio.denominator(), ratio.products()), (28.0, 28.0));
        assert_eq!(ratio.denominator_squares(), 336.0);
        assert_eq!(ratio.largest_denominator(), 16.0);
    }

    #[test]
    fn leaving_out_zeros_changes_nothing() {
        let mut with_zero = Moments::default();
        with_zero.add(0.0);
        with_zero.add(-0.0);
        assert_eq!(with_zero, Moments::default());
        let mut ratio = Ratio::default();
        ratio.add(0.0, 0.0);
        assert_eq!(ratio, Ratio::default());
    }

    #[test]
    #[should_panic(expected = "finite and not negative")]
    fn a_negative_value_is_a_broken_invariant() {
        Moments::default().add(-1.0);
    }

    proptest! {
        #[test]
        fn any_split_in_any_order_folds_to_the_same(
            pairs in prop::collection::vec((0.0..1e12_f64, 1e-9..1e9_f64), 0..40),
            cuts in (0_usize..40, 0_usize..40),
        ) {
            let first = cuts.0.min(cuts.1).min(pairs.len());
            let second = cuts.0.max(cuts.1).min(pairs.len());
            let whole = ratio_of(&pairs);
            let parts = [&pairs[..first], &pairs[first..second], &pairs[second..]].map(ratio_of);
            let mut forward = parts[0].clone();
            forward.merge(&parts[1]);
            forward.merge(&parts[2]);
            let mut backward = parts[2].clone();
            backward.merge(&parts[1]);
            backward.merge(&parts[0]);
            prop_assert_eq!(&forward, &whole);
            prop_assert_eq!(&backward, &whole);
            let bytes = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(&serde_json::to_string(&backward).unwrap(), &bytes);
            prop_assert_eq!(serde_json::from_str::<Ratio>(&bytes).unwrap(), whole);
        }
    }
}
