//! Whether a sum of weighted trials can be believed.
//!
//! Importance sampling gives a trial a total that is a product of likelihood ratios and rewards. Its mean is right, but
//! when few trials carry the sum, those that would have carried the rest may not have been seen: the variance is then
//! underestimated together with the sum, and nothing in a normal interval shows it. Two signs do show it: how many
//! equally large totals the sum is worth (L. Kish, Survey Sampling, 1965), and how much of it the largest total is.
//!
//! The thresholds come from coverage with lognormal totals. Of a thousand of them with spread 1 nearly all sums are
//! trusted, with spread 2 one in twenty; where sums are trusted, intervals that take the largest total for the next one
//! miss no more than they promise (see [`super::intervals::weighted`]).
//!
//! Deliberately absent: anything that only the model knows, such as paths that no branch can take.

use crate::measure::Moments;

/// The least number of effective trials of a sum that is trusted.
pub const LEAST_EFFECTIVE_TRIALS: f64 = 100.0;
/// The largest share of one trial in a sum that is trusted.
pub const MOST_OF_ONE_TRIAL: f64 = 0.05;

/// What is known of a sum over weighted trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trust {
    /// The standard error of the sum over the sum; nothing where the sum is zero.
    pub relative_error: Option<f64>,
    /// The squared sum over the sum of squares: so many equal totals would be worth as much.
    pub effective_trials: f64,
    /// The largest total over the sum; 1 where the sum is zero.
    pub largest_share: f64,
    /// Whether both are within their thresholds.
    pub trustworthy: bool,
}

impl Trust {
    /// The trust in the sum of these totals over so many trials.
    #[must_use]
    pub fn of(totals: &Moments, trials: u64) -> Trust {
        let (sum, squares) = (totals.sum(), totals.squares());
        if sum <= 0.0 || squares <= 0.0 {
            return Trust {
                relative_error: None,
                effective_trials: 0.0,
                largest_share: 1.0,
                trustworthy: false,
            };
        }
        let count = trials as f64;
        let variance = (squares - sum * sum / count) * (count / (count - 1.0).max(1.0));
        let effective_trials = sum * (sum / squares);
        let largest_share = totals.largest() / sum;
        Trust {
            relative_error: Some(variance.max(0.0).sqrt() / sum),
            effective_trials,
            largest_share,
            trustworthy: effective_trials >= LEAST_EFFECTIVE_TRIALS
                && largest_share <= MOST_OF_ONE_TRIAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(totals: impl IntoIterator<Item = f64>, trials: u64) -> Trust {
        let mut moments = Moments::default();
        for total in totals {
            moments.add(total);
        }
        Trust::of(&moments, trials)
    }

    #[test]
    fn equal_totals_count_fully() {
        // 400 of 10,000 trials: the sum has the standard error sqrt(400 * 0.96), nearly.
        let equal = trust([0.25; 400], 10_000);
        assert_eq!(
            (equal.effective_trials, equal.largest_share),
            (400.0, 0.0025)
        );
        let error = (400.0_f64 * 0.96 / 0.9999).sqrt() / 400.0;
        assert!((equal.relative_error.unwrap() / error - 1.0).abs() < 1e-12);
        assert!(equal.trustworthy);
    }

    #[test]
    fn few_or_one_large_total_is_not_trusted() {
        assert!(!trust([1.0; 99], 1_000).trustworthy);
        let heavy = trust([1.0; 2_000].into_iter().chain([120.0]), 10_000);
        assert!(heavy.effective_trials > 100.0 && heavy.largest_share > 0.05);
        assert!(!heavy.trustworthy);
    }

    #[test]
    fn nothing_seen_is_not_trusted() {
        let nothing = trust([], 1_000);
        assert_eq!((nothing.relative_error, nothing.trustworthy), (None, false));
    }
}
