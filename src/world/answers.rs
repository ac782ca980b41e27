//! What an answer is worth to a journey: how it would fare if all its clients used that one.
//!
//! While clients move from one answer to the next, all that changes is how many use which. Kept apart from that,
//! what the answers are worth need not be summed over all targets again at each bend of a drain. Deliberately absent:
//! sums that are corrected by what has changed, because they would depend on the past.

use super::flow::{Arrived, Linear};

/// Sums that are taken side by side, because each addition waits for the one before.
const LANES: usize = 4;

/// The success of a journey whose clients go to its targets in these shares.
pub(super) fn worth(shares: &[f64], arrivals: &[Arrived]) -> Linear {
    let mut sums = [Linear::default(); LANES];
    for (shares, arrivals) in shares.chunks(LANES).zip(arrivals.chunks(LANES)) {
        for ((sum, share), arrived) in sums.iter_mut().zip(shares).zip(arrivals) {
            sum.now += share * arrived.success.now;
            sum.later += share * arrived.success.later;
        }
    }
    sums.into_iter()
        .fold(Linear::default(), |sum, lane| Linear {
            now: sum.now + lane.now,
            later: sum.later + lane.later,
        })
}
