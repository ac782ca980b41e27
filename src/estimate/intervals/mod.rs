//! Confidence intervals for figures of simulated trials.
//!
//! Which construction serves which figure, and why:
//!
//! - [`proportion`]: Clopper-Pearson. Wilson's interval is narrower, but undercovers for the small probabilities that
//!   matter here (down to 0.84 near one expected event); a promise about rare events should err on the safe side.
//! - [`clustered_proportion`], [`weighted_proportion`]: Clopper-Pearson on the effective number of cases (Korn and
//!   Graubard 1998).
//! - [`mean`], [`rate`], [`share`]: sums of few large losses are skewed and normal
//!   intervals miss the truth too often on the high side; these use gamma intervals (Fay and Feuer 1997).
//! - [`sample_mean`]: the same, with a lognormal tail beyond the largest sample, since one incident in a hundred may
//!   make up half of the mean.
//! - [`percentile`]: the interval of the distribution function inverted, with the variance taken over trials.
//!
//! - [`weighted`]: means, rates and ratios of trials that carry weights, whose sums few heavy ones may make up.
//!
//! Trials are independent, always. All but the last of these are meant for equally weighted ones; samples may carry
//! weights everywhere ([`crate::measure::samples`]). Deliberately absent: the bootstrap (costly, and no
//! better on few heavy-tailed losses), normal intervals.

mod percentile;
mod positive;
mod proportion;
mod sample_mean;
pub mod weighted;

pub(super) use percentile::Edges;
pub use percentile::percentile;
pub use positive::{WORST_CASE, mean, rate, share};
pub use proportion::{clustered_proportion, proportion, weighted_proportion};
pub use sample_mean::{part_mean, sample_mean};
pub use weighted::chance_of_any;

use super::CONFIDENCE;

/// The probability left out on each side of an interval.
const TAIL: f64 = (1.0 - CONFIDENCE) / 2.0;
