//! How often a detector sees a failure where there is none.
//!
//! One prober whose probes of a healthy target fail independently with chance `p` says "down" after `n` failures in a
//! row. The mean number of probes to the first such run is `1/p + 1/p^2 + ... + 1/p^n`, which is
//! `(1 - p^n) / ((1 - p) p^n)` (Feller, An Introduction to Probability Theory and Its Applications I, XIII.7) without
//! its cancellation. The same formula with `1 - p` gives how long it stays there.
//!
//! Several probers form a birth-death chain of how many say "down"; the mean time from none to `agree` of them is
//! exact for that chain. The chain itself is an approximation: its times are exponential with the right means, those
//! of runs are not quite. Deliberately absent: probes that fail together, which need a fault with a cause of its own.

/// How the probers of one detector work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probers {
    /// How many there are; at least one.
    pub count: usize,
    /// How many of them must say "down"; from one to `count`.
    pub agree: usize,
    /// Seconds between probes.
    pub every_seconds: f64,
    /// Failures in a row that make one say "down".
    pub down_after: u32,
    /// Passes in a row that make it say "up" again.
    pub up_after: u32,
    /// The chance that one probe of a healthy target fails.
    pub false_positive: f64,
}

/// The mean time in seconds until enough of them are wrong at once, from the moment when none is; `None` if that
/// never happens (or not in 10^30 seconds).
#[must_use]
pub fn false_alarm_every(probers: &Probers) -> Option<f64> {
    let chance = probers.false_positive;
    if chance <= 0.0 {
        return None;
    }
    let down = probers.every_seconds * probes_to_run(chance, probers.down_after);
    let up = probers.every_seconds * probes_to_run(1.0 - chance, probers.up_after);
    let mut step = 0.0;
    let mut total = 0.0;
    for wrong in 0..probers.agree {
        let right = (probers.count - wrong) as f64;
        step = (down + wrong as f64 * (down / up) * step) / right;
        total += step;
    }
    (total < 1e30).then_some(total)
}

/// The mean number of trials to the first run of `length` successes of chance `chance`.
fn probes_to_run(chance: f64, length: u32) -> f64 {
    let mut power = 1.0;
    let mut sum = 0.0;
    for _ in 0..length {
        power /= chance;
        sum += power;
        if sum.is_infinite() {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Entity, Purpose, Stream};

    /// Student's t is normal here: the half-width of a 99.9 % interval in standard errors.
    const NORMAL_999: f64 = 3.290_526_731_491_926;

    /// Probes one by one until `agree` probers say "down"; the time of the first alarm in seconds.
    fn brute_force(probers: &Probers, stream: &mut Stream) -> f64 {
        let phases: Vec<f64> = (0..probers.count)
            .map(|_| stream.uniform() * probers.every_seconds)
            .collect();
        let mut order: Vec<usize> = (0..probers.count).collect();
        order.sort_by(|&a, &b| phases[a].total_cmp(&phases[b]));
        let mut runs = vec![0_u32; probers.count];
        let mut down = vec![false; probers.count];
        for round in 0_u64.. {
            for &prober in &order {
                let failed = stream.uniform() < probers.false_positive;
                let against = failed != down[prober];
                runs[prober] = if against { runs[prober] + 1 } else { 0 };
                let needed = if down[prober] {
                    probers.up_after
                } else {
                    probers.down_after
                };
                if runs[prober] == needed {
                    down[prober] = !down[prober];
                    runs[prober] = 0;
                }
                if down.iter().filter(|&&is_down| is_down).count() == probers.agree {
                    return round as f64 * probers.every_seconds + phases[prober];
                }
            }
        }
        unreachable!("an unbounded loop")
    }

    fn mean_and_error(probers: &Probers, seed: u64, trials: u64) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for trial in 0..trials {
            let mut stream = Stream::new(seed, trial, Entity::named("test.alarm"), Purpose(1));
            let time = brute_force(probers, &mut stream);
            sum += time;
            squares += time * time;
        }
        let mean = sum / trials as f64;
        let variance = squares / trials as f64 - mean * mean;
        (mean, (variance / trials as f64).sqrt())
    }

    fn one(down_after: u32, false_positive: f64) -> Probers {
        Probers {
            count: 1,
            agree: 1,
            every_seconds: 10.0,
            down_after,
            up_after: 2,
            false_positive,
        }
    }

    #[test]
    fn one_prober_agrees_with_probes_one_by_one() {
        for (seed, probers) in [(1, one(1, 0.01)), (2, one(2, 0.1)), (3, one(3, 0.2))] {
            let exact = false_alarm_every(&probers).unwrap();
            let (mean, error) = mean_and_error(&probers, seed, 20_000);
            // The first probe comes half an interval after the start on average, not a whole one.
            let from_start = exact - 0.5 * probers.every_seconds;
            assert!(
                (mean - from_start).abs() < NORMAL_999 * error,
                "{probers:?}: {mean} {from_start}"
            );
        }
    }

    #[test]
    fn three_probers_agree_with_probes_one_by_one() {
        // The chain has exponential sojourns; runs are more regular. 10 % covers both that and the sampling error.
        let probers = Probers {
            count: 3,
            agree: 2,
            up_after: 3,
            ..one(2, 0.05)
        };
        let chain = false_alarm_every(&probers).unwrap();
        let (mean, error) = mean_and_error(&probers, 4, 4_000);
        assert!(error / mean < 0.03, "{mean} {error}");
        assert!((mean / chain - 1.0).abs() < 0.10, "{mean} {chain}");
    }

    #[test]
    fn closed_form() {
        let p = 1e-4_f64;
        let exact = 10.0 * (1.0 - p * p * p) / ((1.0 - p) * p * p * p);
        let alarm = false_alarm_every(&one(3, p)).unwrap();
        assert!((alarm / exact - 1.0).abs() < 1e-12);
    }

    #[test]
    fn more_agreement_makes_alarms_rarer() {
        let with = |agree| {
            let probers = Probers {
                count: 16,
                agree,
                ..one(3, 0.01)
            };
            false_alarm_every(&probers).unwrap()
        };
        assert!(with(1) < with(2));
        assert!(with(2) < with(3));
        let alone = false_alarm_every(&one(3, 0.01)).unwrap();
        assert!((with(1) * 16.0 / alone - 1.0).abs() < 1e-12);
    }

    #[test]
    fn never() {
        assert_eq!(false_alarm_every(&one(3, 0.0)), None);
        assert_eq!(false_alarm_every(&one(1000, 1e-9)), None);
    }

    #[test]
    fn always_failing_probes_alarm_after_the_threshold() {
        assert_eq!(false_alarm_every(&one(3, 1.0)), Some(30.0));
    }
}
