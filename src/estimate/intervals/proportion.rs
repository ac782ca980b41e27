//! Probabilities and shares: how many of so many, independent or clustered by trial.
//!
//! Clopper and Pearson, Biometrika 26 (1934) 404: the limits are quantiles of beta laws. For cases clustered by trial
//! (twelve months of one year share its outages), Korn and Graubard, Survey Methodology 24 (1998) 193, use the
//! effective number of cases, that is the number of independent ones with the same variance, in the same formula. The
//! variance is that of a ratio of sums over trials, and the small number of trials is paid for with Student's t.

use super::TAIL;
use crate::estimate::Figure;
use crate::math::{beta_lower_inverse, beta_upper_inverse, normal_quantile, student_t_quantile};
use crate::measure::moments::Ratio;

/// The probability of an event, seen in `events` of `trials` independent trials: a chance per year, for example.
///
/// With no event seen the estimate is 0 and the interval ends at the bound that this allows, about 3.7 / trials.
#[must_use]
pub fn proportion(events: u64, trials: u64) -> Figure {
    let estimate = (trials > 0).then(|| events as f64 / trials as f64);
    let bounds = clopper_pearson(events as f64, trials as f64);
    Figure::new(estimate, bounds, "Clopper-Pearson")
}

/// The share of cases with a property, with the number of cases that have it (numerator) and of all cases
/// (denominator) in each trial: the months that met an objective, the incidents that stayed within one.
#[must_use]
pub fn clustered_proportion(cases: &Ratio, trials: u64) -> Figure {
    of_clusters(cases, trials as f64, 1.0)
}

/// The same for cases that carry weights: numerator and denominator are sums of weights, and `squared_weights` is the
/// sum of the squared weights of all cases. Multiplying all weights by the same number changes nothing.
#[must_use]
pub fn weighted_proportion(cases: &Ratio, squared_weights: f64, trials: u64) -> Figure {
    let all = cases.denominator();
    if all <= 0.0 || squared_weights <= 0.0 {
        return of_clusters(cases, 0.0, 1.0);
    }
    let effective_cases = all * all / squared_weights;
    let known = (trials as f64).min(effective_cases);
    of_clusters(cases, known, squared_weights / all)
}

fn of_clusters(cases: &Ratio, trials: f64, least_effect: f64) -> Figure {
    let all = cases.denominator();
    let estimate = (all > 0.0).then(|| cases.numerator().sum() / all);
    let share = estimate.unwrap_or(0.0).min(1.0);
    let cluster = Clusters {
        cases: all,
        squared_sizes: cases.denominator_squares(),
        squared_counts: cases.numerator().squares(),
        products: cases.products(),
        trials,
        least_effect,
    };
    let effective = cluster.effective_cases(share) * few_trials_factor(cluster.trials);
    let bounds = clopper_pearson(share * effective, effective);
    Figure::new(
        estimate,
        bounds,
        "Clopper-Pearson on the effective number of cases",
    )
}

/// The exact interval for `events` of `trials`, both of which may be fractions; `[0, 1]` without trials.
pub(super) fn clopper_pearson(events: f64, trials: f64) -> (f64, f64) {
    let others = (trials - events).max(0.0);
    let low = if events > 0.0 {
        beta_lower_inverse(events, others + 1.0, TAIL)
    } else {
        0.0
    };
    let high = if others > 0.0 {
        beta_upper_inverse(events + 1.0, others, TAIL)
    } else {
        1.0
    };
    (low, high)
}

/// Sums over trials of k cases with a property among m cases.
pub(super) struct Clusters {
    /// Sum of m.
    pub cases: f64,
    /// Sum of m^2.
    pub squared_sizes: f64,
    /// Sum of k^2.
    pub squared_counts: f64,
    /// Sum of k m.
    pub products: f64,
    /// Number of trials.
    pub trials: f64,
    /// The design effect if every case were a trial of its own: 1 for cases of weight 1.
    pub least_effect: f64,
}

impl Clusters {
    /// The number of independent cases in which the observed share would vary as it does over trials.
    ///
    /// Clustering may cost at most what it costs when all cases of a trial are alike; that is assumed when the share
    /// is 0 or 1 and the data can't tell. It never passes for a gain. Where cases carry weights, all sums do, and no
    /// figure changes when all weights are multiplied by the same number.
    pub fn effective_cases(&self, share: f64) -> f64 {
        if self.cases <= 0.0 {
            return 0.0;
        }
        let worst_effect = (self.squared_sizes / self.cases).max(self.least_effect);
        let independent = share * (1.0 - share) * self.cases;
        let degrees = self.trials - 1.0;
        let effect = if independent > 0.0 && degrees > 0.0 {
            let squares = self.squared_counts - 2.0 * share * self.products
                + share * share * self.squared_sizes;
            (squares * (self.trials / degrees) / independent).clamp(self.least_effect, worst_effect)
        } else {
            worst_effect
        };
        self.cases / effect
    }
}

/// The square of the normal over the t quantile: what an estimated variance costs in effective cases.
pub(super) fn few_trials_factor(trials: f64) -> f64 {
    let degrees = trials - 1.0;
    // Beyond, the factor is within 0.02 % of one.
    if degrees > 10_000.0 {
        return 1.0;
    }
    let ratio = normal_quantile(1.0 - TAIL) / student_t_quantile(degrees.max(1.0), 1.0 - TAIL);
    ratio * ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(actual: Option<f64>, expected: f64) {
        let actual = actual.unwrap();
        assert!(
            (actual - expected).abs() < 1e-9,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn limits_agree_with_their_closed_forms() {
        let none = proportion(0, 50);
        assert_eq!((none.estimate, none.low), (Some(0.0), Some(0.0)));
        assert_close(none.high, 1.0 - libm::pow(0.025, 1.0 / 50.0));
        let all = proportion(50, 50);
        assert_close(all.low, libm::pow(0.025, 1.0 / 50.0));
        assert_eq!(all.high, Some(1.0));
        let one_of_one = proportion(1, 1);
        assert_close(one_of_one.low, 0.025);
    }

    #[test]
    fn limits_leave_two_and_a_half_percent_on_each_side() {
        // The definition, by adding up the binomial law itself.
        let (events, trials) = (7_u32, 40_u32);
        let figure = proportion(u64::from(events), u64::from(trials));
        let at_most = |count: u32, p: f64| -> f64 {
            let mut term = libm::pow(1.0 - p, f64::from(trials));
            let mut sum = term;
            for k in 1..=count {
                term *= p / (1.0 - p) * f64::from(trials - k + 1) / f64::from(k);
                sum += term;
            }
            sum
        };
        assert_close(Some(at_most(events, figure.high.unwrap())), 0.025);
        assert_close(Some(1.0 - at_most(events - 1, figure.low.unwrap())), 0.025);
    }

    #[test]
    fn without_trials_nothing_is_known() {
        let figure = proportion(0, 0);
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (None, Some(0.0), Some(1.0))
        );
        let figure = clustered_proportion(&Ratio::default(), 10);
        assert_eq!(
            (figure.estimate, figure.low, figure.high),
            (None, Some(0.0), Some(1.0))
        );
    }

    #[test]
    fn cases_that_are_alike_count_once() {
        let mut alike = Ratio::default();
        for trial in 0..100 {
            alike.add(if trial < 20 { 12.0 } else { 0.0 }, 12.0);
        }
        let clustered = clustered_proportion(&alike, 100);
        let independent = proportion(20, 100);
        assert_eq!(clustered.estimate, independent.estimate);
        let width = |figure: &Figure| figure.high.unwrap() - figure.low.unwrap();
        let widening = width(&clustered) / width(&independent);
        assert!((1.0..1.02).contains(&widening), "{widening}");
    }

    #[test]
    fn weights_of_one_change_nothing_and_their_unit_does_not_matter() {
        let figure = |unit: f64| {
            let (mut cases, mut squared_weights) = (Ratio::default(), 0.0);
            for trial in 0..60_u32 {
                let (size, count) = (f64::from(trial % 4), f64::from(trial % 4 / 2));
                cases.add(unit * count, unit * size);
                squared_weights += unit * unit * size;
            }
            weighted_proportion(&cases, squared_weights, 60)
        };
        let (one, other) = (figure(1.0), figure(1_048_576.0));
        assert_eq!(one, other);
        let mut plain = Ratio::default();
        for trial in 0..60_u32 {
            plain.add(f64::from(trial % 4 / 2), f64::from(trial % 4));
        }
        assert_eq!(one, clustered_proportion(&plain, 60));
    }

    #[test]
    fn a_full_house_is_bounded_by_the_number_of_trials() {
        let mut months = Ratio::default();
        for _ in 0..1000 {
            months.add(12.0, 12.0);
        }
        let figure = clustered_proportion(&months, 1000);
        assert_eq!((figure.estimate, figure.high), (Some(1.0), Some(1.0)));
        let bound = proportion(1000, 1000).low.unwrap();
        assert!((figure.low.unwrap() - bound).abs() < 1e-4);
    }
}
