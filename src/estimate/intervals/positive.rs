//! Means, rates and ratios of non-negative quantities, of which few large values may make up the sum.
//!
//! A year's unavailability is mostly zero and sometimes large. Its sum over trials is skewed to the right, and a run
//! that has not yet met a large loss also underestimates the variance: normal intervals then miss the truth above far
//! more often than 2.5 %. The gamma interval of Fay and Feuer, Statistics in Medicine 16 (1997) 791, was made for sums
//! of unequal weights over rare events. Both limits are quantiles of gamma laws with the mean and variance of the
//! sum, and the upper one first adds one more loss to the sum, as if the next trial had one. With equal losses that
//! are rare it is the exact Poisson interval (Garwood 1936), with many it is the normal one.
//!
//! How large the loss to add: the authors take the largest seen, which covers heavy tails and is wide. From 100 losses
//! on this takes the size-biased mean, that is the sum of cubes over the sum of squares. It is the largest one when a
//! single loss makes up the sum, and keeps the coverage of lognormal outages (and of heavier mixtures nearly) at 95 %
//! without a third more trials; the tests of coverage decided.
//!
//! Fewer than ten losses say little about how large they can be. If a trial can't lose more than a known share (all
//! requests are lost at worst), the upper limit is then rigorous: the Clopper-Pearson bound on the share of trials
//! with any loss, times the worst loss.

use super::TAIL;
use super::proportion::clopper_pearson;
use crate::estimate::Figure;
use crate::estimate::figure::unit;
use crate::math::{gamma_lower_inverse, gamma_upper_inverse, normal_quantile};
use crate::measure::moments::{Moments, Ratio};

/// From this many losses on, their sizes are taken to be known well enough for a gamma interval.
const FEW_LOSSES: u64 = 10;
/// From this many losses on, the loss added to the upper limit is the size-biased mean.
pub(super) const MANY_LOSSES: u64 = 100;
/// Beyond this shape the Wilson-Hilferty approximation of a gamma quantile is good to 1e-8.
const NEARLY_NORMAL_SHAPE: f64 = 1e6;

const GAMMA: &str = "gamma interval (Fay-Feuer)";
/// The method of intervals whose upper end takes every further loss to be the worst one.
pub const WORST_CASE: &str =
    "Clopper-Pearson on the share of trials with a loss, times the worst loss";

/// The mean of a quantity over trials, such as seconds down per year. `worst` is the most that one trial can have, if
/// that is known; without it the upper limit is unbounded when nothing was seen.
#[must_use]
pub fn mean(moments: &Moments, trials: u64, worst: Option<f64>) -> Figure {
    if trials == 0 {
        return Figure::new(None, (0.0, worst.unwrap_or(f64::INFINITY)), WORST_CASE);
    }
    let total = Total::of_sum(moments, trials);
    bounded(&total, moments.nonzero(), trials, trials as f64, worst)
}

/// Events per year, from the number of events in each trial; `years` is the length of a trial.
///
/// With no event seen the upper limit is the exact Poisson bound, about 3.7 per all the years simulated.
#[must_use]
pub fn rate(events: &Moments, trials: u64, years: f64) -> Figure {
    let figure = if events.nonzero() == 0 && trials > 0 {
        let one_event = Total {
            sum: 0.0,
            variance: 0.0,
            next: 1.0,
        };
        Figure::new(Some(0.0), (0.0, one_event.high() / trials as f64), GAMMA)
    } else {
        mean(events, trials, None)
    };
    figure.scaled(1.0 / years).in_unit(unit::PER_YEAR)
}

/// A ratio that is at most 1 in every trial: unavailability, as requests lost over requests offered or as time.
/// Availability is its [`Figure::complement`].
#[must_use]
pub fn share(lost: &Ratio, trials: u64) -> Figure {
    let Some(total) = Total::of(lost, trials) else {
        return Figure::new(None, (0.0, 1.0), WORST_CASE);
    };
    // The trials with a loss may be those with a large denominator.
    let worst_loss = Some(lost.largest_denominator());
    let losses = lost.numerator().nonzero();
    let figure = bounded(&total, losses, trials, lost.denominator(), worst_loss);
    Figure {
        high: figure.high.map(|high| high.min(1.0)),
        ..figure
    }
}

/// The figure `total / scale`, where `worst` is the largest loss of one trial, if known.
fn bounded(total: &Total, losses: u64, trials: u64, scale: f64, worst: Option<f64>) -> Figure {
    let estimate = Some(total.sum / scale);
    match worst {
        Some(worst) if losses < FEW_LOSSES => {
            let (_, affected) = clopper_pearson(losses as f64, trials as f64);
            let high = affected * worst * (trials as f64 / scale);
            Figure::new(estimate, (total.low() / scale, high), WORST_CASE)
        }
        _ => Figure::new(estimate, (total.low() / scale, total.high() / scale), GAMMA),
    }
}

/// A sum of non-negative losses over trials.
pub(super) struct Total {
    pub(super) sum: f64,
    /// Estimated variance of the sum.
    pub(super) variance: f64,
    /// The size of a loss that was nearly seen; zero if nothing is known of it.
    pub(super) next: f64,
}

impl Total {
    /// The sum over so many trials, at least one.
    pub(super) fn of_sum(losses: &Moments, trials: u64) -> Total {
        let (sum, count) = (losses.sum(), trials as f64);
        Total {
            sum,
            variance: variance_of_sum(losses.squares() - sum * sum / count, count),
            next: next_loss(losses),
        }
    }

    /// The numerator of a ratio, with the variance that the ratio has; nothing without a denominator.
    pub(super) fn of(ratio: &Ratio, trials: u64) -> Option<Total> {
        Total::of_part(ratio, ratio, trials)
    }

    /// The numerators of the trials that have any, over the denominators of all.
    pub(super) fn of_part(part: &Ratio, all: &Ratio, trials: u64) -> Option<Total> {
        let denominator = all.denominator();
        if trials == 0 || denominator <= 0.0 {
            return None;
        }
        let losses = part.numerator();
        let slope = losses.sum() / denominator;
        let squares = losses.squares() - 2.0 * slope * part.products()
            + slope * slope * all.denominator_squares();
        Some(Total {
            sum: losses.sum(),
            variance: variance_of_sum(squares, trials as f64),
            next: next_loss(losses),
        })
    }

    pub(super) fn low(&self) -> f64 {
        if self.sum <= 0.0 {
            return 0.0;
        }
        // Trials that were all alike don't prove that there is no variance at all.
        let variance = self.variance.max(self.next * self.next);
        let shape = self.sum * self.sum / variance;
        self.sum * (gamma_quantile(shape, TAIL) / shape)
    }

    pub(super) fn high(&self) -> f64 {
        if self.next <= 0.0 || self.next.is_infinite() {
            return f64::INFINITY;
        }
        let sum = self.sum + self.next;
        let shape = sum * sum / (self.variance + self.next * self.next);
        sum * (gamma_quantile(shape, 1.0 - TAIL) / shape)
    }
}

/// The variance of a sum over trials, from the sum of squared deviations.
fn variance_of_sum(squares: f64, trials: f64) -> f64 {
    let correction = if trials > 1.0 {
        trials / (trials - 1.0)
    } else {
        1.0
    };
    (squares * correction).max(0.0)
}

fn next_loss(losses: &Moments) -> f64 {
    let squares = losses.squares();
    if losses.nonzero() < MANY_LOSSES || squares <= 0.0 {
        losses.largest()
    } else {
        (losses.cubes() / squares).min(losses.largest())
    }
}

fn gamma_quantile(shape: f64, probability: f64) -> f64 {
    if shape > NEARLY_NORMAL_SHAPE {
        let ninth = 1.0 / (9.0 * shape);
        let root = 1.0 - ninth + normal_quantile(probability) * ninth.sqrt();
        shape * root * root * root
    } else if probability < 0.5 {
        gamma_lower_inverse(shape, probability)
    } else {
        gamma_upper_inverse(shape, 1.0 - probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(actual: Option<f64>, expected: f64) {
        let actual = actual.unwrap();
        assert!(
            (actual / expected - 1.0).abs() < 1e-6,
            "{actual} is not {expected}"
        );
    }

    fn moments_of(value: f64, count: u64) -> Moments {
        let mut moments = Moments::default();
        for _ in 0..count {
            moments.add(value);
        }
        moments
    }

    #[test]
    fn rare_equal_events_give_the_exact_poisson_interval() {
        // Garwood's limits for ten events are 4.795389 and 18.390356.
        let trials = 1_000_000_000;
        let figure = rate(&moments_of(1.0, 10), trials, 1.0);
        assert_close(figure.low, 4.795_389_e-9);
        assert_close(figure.high, 18.390_356_e-9);
        let per_month = rate(&moments_of(1.0, 10), trials, 1.0 / 12.0);
        assert_close(per_month.high, 12.0 * 18.390_356_e-9);
    }

    #[test]
    fn no_event_gives_an_upper_bound() {
        let nothing = rate(&Moments::default(), 1000, 1.0);
        assert_eq!((nothing.estimate, nothing.low), (Some(0.0), Some(0.0)));
        assert_close(nothing.high, 3.688_879_454e-3);
        assert_eq!(mean(&Moments::default(), 1000, None).high, None);
        assert!(mean(&Moments::default(), 1000, Some(2.0)).high.unwrap() > 2.0 * 3.6e-3);
    }

    #[test]
    fn few_losses_are_bounded_by_the_worst_case() {
        let mut lost = Ratio::default();
        for trial in 0..1000 {
            lost.add(if trial < 3 { 1e-3 } else { 0.0 }, 1.0);
        }
        let figure = share(&lost, 1000);
        assert_close(figure.estimate, 3e-6);
        assert_close(figure.high, clopper_pearson(3.0, 1000.0).1);
        assert!(figure.low.unwrap() > 0.0 && figure.low.unwrap() < 1e-6);
        assert_eq!(figure.method, WORST_CASE);
    }

    #[test]
    fn nothing_offered_leaves_nothing_to_estimate() {
        let figure = share(&Ratio::default(), 0);
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (None, Some(0.0), Some(1.0))
        );
    }

    #[test]
    fn equal_values_still_have_an_interval() {
        let figure = mean(&moments_of(5.0, 1000), 1000, None);
        let (low, high) = (figure.low.unwrap(), figure.high.unwrap());
        assert!(low < 5.0 && high > 5.0 && high - low < 0.04, "{low} {high}");
    }

    #[test]
    fn many_moderate_values_give_the_normal_interval() {
        let mut moments = Moments::default();
        for trial in 0..100_000 {
            moments.add(f64::from(trial % 11));
        }
        let figure = mean(&moments, 100_000, None);
        let half = 1.959_964 * (10.0_f64 / 100_000.0).sqrt();
        assert!((figure.low.unwrap() - (5.0 - half)).abs() < 0.01 * half);
        assert!((figure.high.unwrap() - (5.0 + half)).abs() < 0.01 * half);
    }

    #[test]
    fn the_approximation_of_gamma_quantiles_joins_smoothly() {
        for probability in [TAIL, 1.0 - TAIL] {
            let below = gamma_quantile(NEARLY_NORMAL_SHAPE, probability);
            let above = gamma_quantile(NEARLY_NORMAL_SHAPE * (1.0 + 1e-15), probability);
            assert!((below / above - 1.0).abs() < 1e-8);
        }
    }
}
