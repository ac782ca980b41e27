//! Percentiles of samples that are clustered by trial.
//!
//! Woodruff, Journal of the American Statistical Association 47 (1952) 635: the interval of a percentile is the set of
//! values at which the distribution function may have that level. At every edge of a bucket the share of samples below
//! is a ratio of sums over trials, whose variance is known exactly; it is turned into an effective number of cases, and
//! the level is tested by the binomial law with that number. The test is two-sided, with half of the probability of
//! what was observed (mid-P, Lancaster 1961): the exact test would be wider than promised by one sample at each
//! end. The ends are edges of buckets and so include their width.
//!
//! Weighted samples ([`crate::measure::samples`]) count by their weights, on both sides of the fraction and in its
//! variance. What is known of an edge is then bounded by the weights of the samples themselves, as if each were a
//! trial of its own, instead of by their number (see [`Clusters::least_effect`]). Above a level they are taken to be as
//! heavy as those beyond it and just before it are: where many light samples and few heavy ones reach as far, whether
//! the next heavy one does decides where the level is, and that none of them is above says little. It costs a coverage of
//! 97 % where weights fall with the value, and saves it from 30 % where one sample of ten carries nearly all the weight.
//!
//! Too few samples beyond the level leave the upper end unbounded. When enough samples were seen and were exactly zero
//! (no data lost by synchronous replicas), the upper end is the resolution of simulated time.

use super::TAIL;
use super::proportion::{Clusters, clopper_pearson, few_trials_factor};
use crate::estimate::Figure;
use crate::estimate::figure::unit;
use crate::math::{beta_lower_regularised, ln};
use crate::measure::histogram::{Bucket, Cell};
use crate::measure::samples::Samples;

const METHOD: &str = "inverted distribution function, clustered by trial";

/// What can't be told from zero: simulated time has nanoseconds.
const RESOLUTION: f64 = 1e-9;

/// The value that a share `level` of the samples doesn't exceed: 0.95 for the 95th percentile.
///
/// # Panics
/// If the level is not strictly between 0 and 1.
#[must_use]
pub fn percentile(samples: &Samples, level: f64) -> Figure {
    assert!(
        level > 0.0 && level < 1.0,
        "a level must be strictly between 0 and 1, and is {level}"
    );
    let (Some(least), Some(largest)) = (samples.least(), samples.largest()) else {
        return Figure::new(None, (0.0, f64::INFINITY), METHOD).in_unit(unit::SECONDS);
    };
    let edges = Edges::new(samples);
    let beyond = weight_beyond(samples, level);
    let level_at = |seen: &Cell| edges.level_at(seen, level, beyond);
    let mut estimate = None;
    let mut low = Some(least).filter(|_| level_at(&Cell::default()) == Level::Below);
    let mut still_below = low.is_some();
    let mut high = None;
    let mut seen = Cell::default();
    let enough = level * edges.total.weight as f64;
    for (bucket, cell) in samples.histogram().iter() {
        seen.merge(cell);
        let edge = bucket.upper().clamp(least, largest);
        if estimate.is_none() && seen.weight as f64 >= enough {
            estimate = Some(middle(bucket).clamp(least, largest));
        }
        match level_at(&seen) {
            Level::Below if still_below => low = Some(edge),
            Level::Above => {
                high = Some(edge.max(RESOLUTION));
                break;
            }
            Level::Below | Level::Possible => still_below = false,
        }
    }
    let bounds = (low.unwrap_or(0.0), high.unwrap_or(f64::INFINITY));
    Figure::new(estimate, bounds, METHOD).in_unit(unit::SECONDS)
}

/// Where the distribution function is at an edge, compared to the level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Below,
    Possible,
    Above,
}

/// What the edges of all buckets have in common, so that it is computed once.
pub(in crate::estimate) struct Edges {
    /// All samples.
    total: Cell,
    /// The sum of the squared weights of trials.
    squared_sizes: f64,
    /// What the samples are worth in trials. Never more than their own number; with equal weights those are never fewer.
    trials: f64,
    few_trials_factor: f64,
}

impl Edges {
    pub(in crate::estimate) fn new(samples: &Samples) -> Edges {
        let total = samples.total();
        let trials = (samples.trials() as f64).min(total.effective_samples());
        Edges {
            squared_sizes: samples.clusters().denominator_squares(),
            trials,
            few_trials_factor: few_trials_factor(trials),
            total,
        }
    }

    fn level_at(&self, seen: &Cell, level: f64, beyond: f64) -> Level {
        let share = self.share_below(seen);
        let least_above = if share > level { beyond } else { 0.0 };
        let effective = self.effective_cases(share, seen, least_above);
        let below = share * effective;
        let above = (1.0 - share) * effective;
        let excluded = effective * divergence(share, level) > -ln(TAIL)
            || if share < level {
                probability_of_at_most(below, above, level) <= TAIL
            } else {
                probability_of_at_most(above, below, 1.0 - level) <= TAIL
            };
        match (excluded, share < level) {
            (false, _) => Level::Possible,
            (true, true) => Level::Below,
            (true, false) => Level::Above,
        }
    }

    /// The share of the samples at or below an edge; `seen` are those samples.
    fn share_below(&self, seen: &Cell) -> f64 {
        seen.weight as f64 / self.total.weight as f64
    }

    /// The number of independent cases in which that share would vary as it does over trials, where the samples above the
    /// edge weigh so much each at least.
    fn effective_cases(&self, share: f64, seen: &Cell, least_above: f64) -> f64 {
        let clusters = Clusters {
            cases: self.total.weight as f64,
            squared_sizes: self.squared_sizes,
            squared_counts: seen.ranks as f64,
            products: seen.companions as f64,
            trials: self.trials,
            least_effect: least_effect(share, seen, &self.total, least_above),
        };
        clusters.effective_cases(share) * self.few_trials_factor
    }

    /// The interval of the share of samples at or below an edge (Clopper-Pearson on the effective number of cases).
    pub(in crate::estimate) fn bounds_below(&self, seen: &Cell) -> (f64, f64) {
        let share = self.share_below(seen);
        let effective = self.effective_cases(share, seen, 0.0);
        clopper_pearson(share * effective, effective)
    }
}

/// What is typical of the weights of the samples beyond a level and of as many before it.
fn weight_beyond(samples: &Samples, level: f64) -> f64 {
    let most = 2.0 * (1.0 - level) * samples.total().weight as f64;
    let mut beyond = Cell::default();
    for (_, cell) in samples.histogram().iter().rev() {
        beyond.merge(cell);
        if beyond.weight as f64 >= most {
            break;
        }
    }
    beyond.typical_weight().unwrap_or(0.0)
}

/// The design effect if every sample were a trial of its own: the sum of `w^2 (1 - p)^2` over the samples at or below
/// the edge and of `w^2 p^2` over those above, which weigh so much each at least, against `p (1 - p)` times the sum of
/// the weights. It is 1 for weights of 1.
fn least_effect(share: f64, seen: &Cell, total: &Cell, least_above: f64) -> f64 {
    let beyond = Cell {
        weight: total.weight - seen.weight,
        squares: total.squares - seen.squares,
        ..Cell::default()
    };
    let overall = total.typical_weight().unwrap_or(1.0);
    let [below, above] = [seen, &beyond].map(|side| side.typical_weight().unwrap_or(overall));
    (1.0 - share) * below + share * above.max(least_above)
}

/// The Kullback-Leibler divergence of two shares. Chernoff's bound, exp(-n divergence), settles all edges that are far
/// from the level without a beta function.
fn divergence(share: f64, level: f64) -> f64 {
    let part = |share: f64, level: f64| {
        if share > 0.0 {
            share * ln(share / level)
        } else {
            0.0
        }
    };
    part(share, level) + part(1.0 - share, 1.0 - level)
}

/// The probability of fewer than `events`, plus half of that of exactly so many, when `events + others` cases have the
/// property with this probability each; both may be fractions.
fn probability_of_at_most(events: f64, others: f64, probability: f64) -> f64 {
    let at_most = if others > 0.0 {
        beta_lower_regularised(others, events + 1.0, 1.0 - probability)
    } else {
        1.0
    };
    let fewer = if events > 0.0 {
        beta_lower_regularised(others + 1.0, events, 1.0 - probability)
    } else {
        0.0
    };
    0.5 * (at_most + fewer)
}

fn middle(bucket: Bucket) -> f64 {
    bucket.lower() + 0.5 * (bucket.upper() - bucket.lower())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn singles(values: impl IntoIterator<Item = f64>) -> Samples {
        let mut samples = Samples::default();
        for value in values {
            samples.add_trial(&mut [(value, 1)]);
        }
        samples
    }

    #[test]
    fn the_probability_is_that_of_the_binomial_law() {
        // Ten fair coins: P(X < 3) = 56/1024, P(X = 3) = 120/1024.
        let probability = probability_of_at_most(3.0, 7.0, 0.5);
        assert!((probability - 116.0 / 1024.0).abs() < 1e-12);
        // No head at all has probability 1/1024, of which half counts.
        assert!((probability_of_at_most(0.0, 10.0, 0.5) - 0.5 / 1024.0).abs() < 1e-12);
    }

    #[test]
    fn the_median_of_a_hundred_lies_between_the_usual_ranks() {
        // Ranks 40 and 61 are the classical interval for the median of a hundred; the mid-P test accepts one less.
        let figure = percentile(&singles((1..=100).map(f64::from)), 0.5);
        assert!((figure.estimate.unwrap() / 50.0 - 1.0).abs() < 0.008);
        let (low, high) = (figure.low.unwrap(), figure.high.unwrap());
        assert!(
            (39.0..=41.0).contains(&low) && (60.0..=62.0).contains(&high),
            "{low} {high}"
        );
    }

    #[test]
    fn too_few_samples_leave_the_upper_end_open() {
        let figure = percentile(&singles((1..=40).map(f64::from)), 0.99);
        assert_eq!(figure.high, None);
        assert!(figure.low.unwrap() > 30.0);
        let one = percentile(&singles([7.0]), 0.5);
        assert_eq!(
            (one.estimate, one.low, one.high),
            (Some(7.0), Some(0.0), None)
        );
    }

    #[test]
    fn many_zeros_prove_a_percentile_of_zero() {
        let zeros = percentile(&singles([0.0; 1000]), 0.95);
        assert_eq!(
            (zeros.estimate, zeros.low, zeros.high),
            (Some(0.0), Some(0.0), Some(RESOLUTION))
        );
        let few = percentile(&singles([0.0; 20]), 0.95);
        assert_eq!((few.low, few.high), (Some(0.0), None));
    }

    #[test]
    fn samples_that_are_alike_count_once() {
        let mut alike = Samples::default();
        for value in 1..=100 {
            alike.add_trial(&mut [(f64::from(value), 1); 50]);
        }
        let clustered = percentile(&alike, 0.5);
        let independent = percentile(&singles((1..=100).map(f64::from)), 0.5);
        let width = |figure: &Figure| figure.high.unwrap() - figure.low.unwrap();
        let widening = width(&clustered) / width(&independent);
        assert!((0.99..1.15).contains(&widening), "{widening}");
    }

    #[test]
    fn nothing_sampled_leaves_nothing_to_estimate() {
        let figure = percentile(&Samples::default(), 0.95);
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (None, Some(0.0), None)
        );
    }
}
