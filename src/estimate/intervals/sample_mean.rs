//! The mean of samples that are clustered by trial: how long an outage or a recovery lasts on the average.
//!
//! Of a lognormal law whose median is 30 min and whose 95th percentile is 8 h, the longest percent of the incidents
//! makes up a quarter of the mean. Ten incidents, or a hundred, have mostly not met them, and neither the variance nor
//! the largest of the samples can tell: intervals made from these alone hold the truth in 80 % and 92 % of the studies.
//! The logarithms of the samples can. As in the gamma interval for a sum of losses ([`super::positive`]), the upper
//! limit adds one more loss to the sum, and here that loss is at least the mean beyond the quantile `1 - 1/n` of a
//! lognormal law fitted to the n samples: `n M exp(s²/2) (1 - Φ(z - s))`, with the median M, the spread s of the
//! logarithms and `z = Φ⁻¹(1 - 1/n)`. Since it is one loss among n, it does not matter in the end whether the law fits.
//!
//! The spread is that of the upper half, the root mean square of `ln(x / M)` over the samples above the median. Of a
//! lognormal law it is the same as that of all, and of laws with many small values, such as the exponential, it says
//! nearly how their upper tail falls, where that of all would double the interval. Where samples are many, those beyond
//! a higher quantile tell better, as long as they are worth a hundred equal ones: a store that loses a tenth of a second
//! or half a minute, and the days of a standby that was gone once in a while, has no single spread. The law is then
//! fitted above that quantile alone, and one more sample is at most five times as large as the largest.
//!
//! If less than a hundred samples make up what exceeds the median, and most of the variance, only that is uncertain: the
//! gamma interval is that of the excesses, and what the samples come to without them is added to both limits. Thousands
//! of losses that are all alike would otherwise hide how little is known of the ten that are not.
//!
//! Few samples also mistake the spread. Its square is raised by the factor `1 + 200 / n²`, where n counts trials: 3 at
//! ten, 1.02 at a hundred. The factor was chosen by coverage: it keeps about 95 % to 97 % from 5 to 100 lognormal
//! samples, and is wider than need be for mixtures of short and long incidents (see the tests of coverage). Below about
//! ten samples the interval of samples that differ much is thus very wide, and where it ends beyond a hundred times the
//! estimate it is given as unbounded. What no construction can exclude is a rare long kind of incident of which none
//! has been seen.
//!
//! Weighted samples ([`crate::measure::samples`]) count by their weights. Few heavy ones are worth as many as their
//! effective number (Kish), which stands for n where few samples are paid for. One more loss is a sample of the weight
//! that is typical of the upper half: where importance sampling has filled the tail with light samples, little is
//! missing beyond it.
//!
//! Deliberately absent: intervals of the lognormal mean itself (Cox's, or Zou, Taleban and Huo, Computational
//! Statistics and Data Analysis 53 (2009) 3755), which miss the mean of any other law when the samples are many.

use super::positive::{MANY_LOSSES, Total};
use crate::estimate::Figure;
use crate::estimate::figure::unit;
use crate::math::{exp, ln, normal_hazard, normal_quantile, normal_survival};
use crate::measure::histogram::{Bucket, Cell, Histogram};
use crate::measure::samples::Samples;

/// How much few trials raise the square of the spread: by this over the square of their number.
const SPREAD_UNKNOWN: f64 = 200.0;
/// So many equal samples, or others worth as many, tell how a tail falls.
const ENOUGH_FOR_A_TAIL: f64 = 100.0;
/// Where samples are many, a larger one is so many times as large as the largest at most: so it is for lognormal laws
/// whose 95th percentile is up to 140 times their median. What looks wilder is a mixture of short and long incidents.
const FARTHEST: f64 = 5.0;
/// An upper limit of more than so many times the estimate says no more than none.
const WIDEST: f64 = 100.0;

const METHOD: &str = "gamma interval (Fay-Feuer), lognormal tail";

/// The mean of samples that are clustered by trial, such as outage durations. Unbounded above when no two trials have
/// a positive sample, and when few samples differ so much that no limit would mean anything.
#[must_use]
pub fn sample_mean(samples: &Samples) -> Figure {
    mean_of_part(samples, samples, |_| 0.0)
}

/// The mean over `whole` of a part of its samples, such as the downtime of outages in one stage, where `mean` is that of
/// the whole. Trials without the part are left out of `part`.
///
/// Importance sampling may have met the part in samples of next to no weight only. The upper limit therefore adds at
/// least a sample that weighs what is typical of the whole, and has as much of the part as those that have any do on the
/// average. It is at most that of the whole.
#[must_use]
pub fn part_mean(part: &Samples, whole: &Samples, mean: &Figure) -> Figure {
    let figure = mean_of_part(part, whole, |values| {
        let typical = whole.total().typical_weight();
        typical.map_or(0.0, |weight| weight * values.mean())
    });
    let high = match (figure.high, mean.high) {
        (Some(high), Some(most)) => Some(high.min(most)),
        (high, most) => high.or(most),
    };
    Figure { high, ..figure }
}

/// The mean of a part, where one more sample times its weight comes to `another` at least.
fn mean_of_part(samples: &Samples, whole: &Samples, another: impl Fn(&Values) -> f64) -> Figure {
    let clusters = samples.clusters();
    let Some(mut total) = Total::of_part(clusters, whole.clusters(), whole.trials()) else {
        return Figure::new(None, (0.0, f64::INFINITY), METHOD).in_unit(unit::SECONDS);
    };
    let values = Values::of(samples.histogram());
    let trials = clusters.numerator().nonzero() as f64;
    let trials = trials.min(values.total.effective_samples());
    let (sum, count) = (total.sum, whole.clusters().denominator());
    let split = values.split_at_the_median();
    let (are_few, is_skewed) = (trials < MANY_LOSSES as f64, split.is_skewed(total.variance));
    if are_few || is_skewed {
        total.next = clusters.numerator().largest();
    }
    let common = if is_skewed && !are_few {
        split.common.min(sum)
    } else {
        0.0
    };
    total.sum = sum - common;
    let low = common + total.low();
    let another = another(&values);
    total.next = values
        .beyond_the_largest(trials)
        .max(another)
        .max(total.next);
    let high = match common + total.high() {
        high if high <= WIDEST * (sum + another) => high,
        _ => f64::INFINITY,
    };
    let bounds = (low / count, high / count);
    Figure::new(Some(sum / count), bounds, METHOD).in_unit(unit::SECONDS)
}

/// The positive samples, as far as their logarithms tell how long another can be.
struct Values {
    /// Logarithms of the samples, with their weights, in increasing order.
    logarithms: Vec<(f64, Cell)>,
    total: Cell,
    median: f64,
}

/// The sum of the samples in two.
struct Split {
    /// What they would add up to if none exceeded the median.
    common: f64,
    /// What is beyond that.
    excess: f64,
    /// The squares of what is, one by one.
    squares: f64,
}

impl Split {
    /// Whether few samples make up what is beyond the median, and most of the variance of the sum.
    fn is_skewed(&self, variance: f64) -> bool {
        let Split {
            excess, squares, ..
        } = self;
        *squares >= 0.5 * variance && excess * excess < MANY_LOSSES as f64 * squares
    }
}

/// The upper end of the samples.
struct Tail {
    /// The logarithm that it begins at.
    begin: f64,
    /// How much of all weight is beyond.
    share: f64,
    /// The mean square of the logarithms less that of the begin.
    mean_square: f64,
    /// All samples beyond.
    cell: Cell,
}

impl Values {
    fn of(histogram: &Histogram) -> Values {
        let mut total = Cell::default();
        let mut logarithms = Vec::new();
        for (bucket, cell) in histogram
            .iter()
            .filter(|(bucket, _)| *bucket != Bucket::ZERO)
        {
            total.merge(cell);
            logarithms.push((ln(0.5 * (bucket.lower() + bucket.upper())), *cell));
        }
        Values {
            median: median(&logarithms, total.weight as f64),
            logarithms,
            total,
        }
    }

    /// The mean of the positive samples; zero if there is none.
    fn mean(&self) -> f64 {
        let weighed = |(logarithm, cell): &(f64, Cell)| cell.weight as f64 * exp(*logarithm);
        let sum: f64 = self.logarithms.iter().map(weighed).sum();
        sum / (self.total.weight as f64).max(1.0)
    }

    fn split_at_the_median(&self) -> Split {
        let middle = exp(self.median);
        let mut split = Split {
            common: 0.0,
            excess: 0.0,
            squares: 0.0,
        };
        for (logarithm, cell) in &self.logarithms {
            let excess = (exp(*logarithm) - middle).max(0.0);
            let weight = cell.weight as f64;
            split.common += weight * exp(logarithm.min(self.median));
            split.excess += weight * excess;
            split.squares += cell.squares as f64 * excess * excess;
        }
        split
    }

    /// The largest samples that are enough to tell how they fall, at most half of all.
    fn tail(&self) -> Tail {
        let weight = self.total.weight as f64;
        let mut cell = Cell::default();
        let descending = self.logarithms.iter().enumerate().rev();
        let mut upper = descending.take_while(|(_, (logarithm, _))| *logarithm > self.median);
        let mut first = self.logarithms.len();
        let begin = loop {
            let Some((index, (logarithm, next))) = upper.next() else {
                break None;
            };
            if cell.effective_samples() >= ENOUGH_FOR_A_TAIL {
                break Some(*logarithm);
            }
            cell.merge(next);
            first = index;
        };
        let (begin, share) = match begin {
            Some(begin) => (begin, cell.weight as f64 / weight),
            None => (self.median, 0.5),
        };
        let squares = self.logarithms[first..].iter().map(|(logarithm, cell)| {
            cell.weight as f64 * (logarithm - begin) * (logarithm - begin)
        });
        Tail {
            begin,
            share,
            mean_square: squares.sum::<f64>() / (share * weight),
            cell,
        }
    }

    /// The mean of a sample larger than nearly all seen, times its weight, if the tail is that of a lognormal law.
    fn beyond_the_largest(&self, trials: f64) -> f64 {
        if trials < 2.0 {
            return f64::INFINITY;
        }
        let tail = self.tail();
        let weight = self.total.weight as f64;
        let begin = normal_quantile(1.0 - tail.share);
        // The mean square of what a standard normal variable exceeds `begin` by, if it does.
        let of_normal = 1.0 + begin * begin - begin * normal_hazard(begin);
        let few_trials = 1.0 + SPREAD_UNKNOWN / (trials * trials);
        let variance = tail.mean_square / of_normal * few_trials;
        let another = tail.cell.typical_weight().or(self.total.typical_weight());
        let quantile = normal_quantile(1.0 - another.unwrap_or(weight) / weight);
        let beyond = normal_survival(quantile - variance.sqrt());
        let beyond = weight * exp(tail.begin - begin * variance.sqrt() + 0.5 * variance) * beyond;
        if trials < MANY_LOSSES as f64 {
            return beyond;
        }
        let largest = self
            .logarithms
            .last()
            .map_or(0.0, |(logarithm, _)| exp(*logarithm));
        beyond.min(FARTHEST * largest * another.unwrap_or(weight))
    }
}

/// The median of weighted values in increasing order; between two values, their mean.
fn median(values: &[(f64, Cell)], weight: f64) -> f64 {
    let half = 0.5 * weight;
    let (mut below, mut lower) = (0.0, None);
    for (value, cell) in values {
        let value = *value;
        below += cell.weight as f64;
        if let Some(lower) = lower {
            return 0.5 * (lower + value);
        }
        if below > half {
            return value;
        }
        if below >= half {
            lower = Some(value);
        }
    }
    lower.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples_of(trials: &[&[f64]]) -> Samples {
        let mut samples = Samples::default();
        for trial in trials {
            let mut weighed: Vec<(f64, u64)> = trial.iter().map(|&value| (value, 1)).collect();
            samples.add_trial(&mut weighed);
        }
        samples
    }

    #[test]
    fn no_sample_leaves_nothing_to_estimate() {
        let figure = sample_mean(&Samples::default());
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (None, Some(0.0), None)
        );
    }

    #[test]
    fn one_trial_says_nothing_of_how_long_another_can_be() {
        for samples in [samples_of(&[&[60.0]]), samples_of(&[&[60.0, 61.0]])] {
            let figure = sample_mean(&samples);
            assert!(figure.low.unwrap() > 0.0);
            assert_eq!(figure.high, None);
        }
    }

    #[test]
    fn zeros_alone_are_unbounded_above() {
        let figure = sample_mean(&samples_of(&[&[0.0], &[0.0, 0.0]]));
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (Some(0.0), Some(0.0), None)
        );
    }

    #[test]
    fn few_samples_that_are_alike_have_a_limit() {
        let alike = sample_mean(&samples_of(&[&[60.0], &[63.0], &[66.0], &[61.0], &[62.0]]));
        assert!(alike.high.unwrap() < 2.0 * 62.4, "{alike:?}");
        let unlike = sample_mean(&samples_of(&[&[6.0], &[60.0], &[600.0]]));
        assert_eq!(unlike.high, None);
    }

    #[test]
    fn many_samples_that_are_alike_have_a_narrow_interval() {
        let trials: Vec<[f64; 1]> = (0..1_000)
            .map(|trial| [60.0 + f64::from(trial % 7)])
            .collect();
        let trials: Vec<&[f64]> = trials.iter().map(<[f64; 1]>::as_slice).collect();
        let figure = sample_mean(&samples_of(&trials));
        // The spread is 2 s: the lower limit is that of the normal law, 0.124 s down. One more loss of 66 s at most, in
        // the sum and in its variance, puts the upper one at 0.003 + 0.062 + 1.96 sqrt(1000 * 4 + 66 * 66) / 1000 up.
        let (low, high) = (figure.low.unwrap(), figure.high.unwrap());
        assert!(low > 62.997 - 0.13 && high < 62.997 + 0.26, "{figure:?}");
    }

    #[test]
    fn the_tail_of_a_lognormal_law() {
        // 10,000 quantiles of the law with median 1 and spread 1: the mean beyond the quantile 0.9999 is
        // 10,000 exp(1/2) (1 - Φ(3.719 - 1)) = 54.0.
        let quantiles: Vec<[f64; 1]> = (0..10_000)
            .map(|rank| [exp(normal_quantile((f64::from(rank) + 0.5) / 1e4))])
            .collect();
        let trials: Vec<&[f64]> = quantiles.iter().map(<[f64; 1]>::as_slice).collect();
        let tail = Values::of(samples_of(&trials).histogram()).beyond_the_largest(1e4);
        assert!((tail / 54.0 - 1.0).abs() < 0.01, "{tail}");
    }

    #[test]
    fn the_median_lies_between_the_middle_values() {
        let median = |values: &[(f64, u128)]| {
            let cell = |weight| Cell {
                weight,
                ..Cell::default()
            };
            let weight: u128 = values.iter().map(|(_, weight)| weight).sum();
            let values = values.iter().map(|(value, weight)| (*value, cell(*weight)));
            median(&values.collect::<Vec<(f64, Cell)>>(), weight as f64)
        };
        assert_eq!(median(&[(1.0, 1), (2.0, 1), (7.0, 1)]), 2.0);
        assert_eq!(median(&[(1.0, 2), (2.0, 1), (7.0, 1)]), 1.5);
        assert_eq!(median(&[(1.0, 1), (2.0, 3)]), 2.0);
    }
}
