//! How clients leave an old DNS answer, as a curve of few straight pieces.
//!
//! The share of clients that still use an answer `t` after it changed is
//! `S(t) = (1 - sum of shares) * max(0, 1 - t / ttl) + sum of share_i * exp(-t / mean_i)`: who honours the TTL fetched
//! the answer at a moment spread evenly over it, and some resolvers and clients hold on longer.
//!
//! The flow of a trial is solved at breakpoints only, so the curve becomes at most [`POINTS_MAX`] points with straight
//! lines between. Times are placed where the curve bends (equal steps of a bound on the cube root of the second
//! derivative, which minimises the area between a convex curve and its chords). Chords of a convex curve lie above it,
//! so each inner point is then lowered by the surplus of its two chords: the whole integral, including the tail
//! beyond the cut at a share of [`SHARE_CUT`], is kept to rounding, and the integral up to any time stays within
//! about 1 % for the tails that occur.

use crate::math;
use crate::time::Span;
use crate::topology::Drain;

/// Most breakpoints of a curve.
pub const POINTS_MAX: usize = 16;

/// The share of clients below which a tail is cut.
pub const SHARE_CUT: f64 = 1e-4;

/// A share of clients that holds on to an answer longer than its TTL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stale {
    /// The share of all clients, in [0, 1].
    pub share: f64,
    /// The mean of the exponential time they hold on, seconds, positive.
    pub mean_seconds: f64,
}

/// The curve of a positive TTL and stale shares whose sum is at most one.
#[must_use]
pub fn drain(ttl_seconds: f64, stale: &[Stale]) -> Drain {
    let exact = Exact::new(ttl_seconds, stale);
    let times = exact.breakpoints();
    if times.len() < 2 {
        return immediate();
    }
    let shares = exact.lowered(&times);
    let points = times
        .iter()
        .zip(shares)
        .map(|(&time, share)| (Span::from_seconds(time), share))
        .collect();
    Drain { points }
}

/// The curve of clients that all leave at once.
#[must_use]
pub fn immediate() -> Drain {
    Drain {
        points: vec![(Span::ZERO, 1.0), (Span(1), 0.0)],
    }
}

/// The curve before it is cut into pieces.
struct Exact {
    ttl: f64,
    /// Terms with a positive share, shortest first, so that the order in the model does not matter.
    stale: Vec<Stale>,
}

impl Exact {
    fn new(ttl: f64, stale: &[Stale]) -> Exact {
        let mut stale: Vec<Stale> = stale
            .iter()
            .copied()
            .filter(|term| term.share > 0.0)
            .collect();
        stale.sort_by(|a, b| {
            (a.mean_seconds, a.share)
                .partial_cmp(&(b.mean_seconds, b.share))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        Exact { ttl, stale }
    }

    fn honest(&self) -> f64 {
        let held: f64 = self.stale.iter().map(|term| term.share).sum();
        (1.0 - held).max(0.0)
    }

    fn tail(&self, time: f64) -> f64 {
        self.stale
            .iter()
            .map(|term| term.share * math::exp(-time / term.mean_seconds))
            .sum()
    }

    fn share(&self, time: f64) -> f64 {
        self.honest() * (1.0 - time / self.ttl).max(0.0) + self.tail(time)
    }

    /// The integral of the share from zero to `time`.
    fn integral(&self, time: f64) -> f64 {
        let within = time.min(self.ttl);
        let honest = self.honest() * within * (1.0 - 0.5 * within / self.ttl);
        let tail: f64 = self
            .stale
            .iter()
            .map(|term| {
                term.share * term.mean_seconds * (1.0 - math::exp(-time / term.mean_seconds))
            })
            .sum();
        honest + tail
    }

    fn integral_total(&self) -> f64 {
        let tail: f64 = self
            .stale
            .iter()
            .map(|term| term.share * term.mean_seconds)
            .sum();
        self.honest() * 0.5 * self.ttl + tail
    }

    /// Where the curve is cut: at the TTL, or later where the tail falls to [`SHARE_CUT`].
    fn end(&self) -> f64 {
        if self.tail(self.ttl) <= SHARE_CUT {
            return self.ttl;
        }
        let mut high = self.ttl;
        while self.tail(high) > SHARE_CUT {
            high *= 2.0;
        }
        bisect(self.ttl, high, |time| self.tail(time) <= SHARE_CUT)
    }

    /// A bound on the integral of the cube root of the second derivative: the measure of bending up to `time`.
    fn bend(&self, time: f64) -> f64 {
        self.stale
            .iter()
            .map(|term| {
                let size = 3.0 * math::exp(math::ln(term.share * term.mean_seconds) / 3.0);
                size * (1.0 - math::exp(-time / (3.0 * term.mean_seconds)))
            })
            .sum()
    }

    /// Zero, the TTL, the end, and what lies between them by bending.
    fn breakpoints(&self) -> Vec<f64> {
        let end = self.end();
        if self.stale.is_empty() {
            let mut times = vec![0.0, self.ttl];
            times.dedup_by_key(|time| Span::from_seconds(*time));
            return times;
        }
        let (bend_ttl, bend_end) = (self.bend(self.ttl), self.bend(end));
        let pieces = POINTS_MAX - 1;
        let before = if end > self.ttl {
            let wanted = pieces as f64 * bend_ttl / bend_end;
            ((wanted + 0.5) as usize).clamp(1, pieces - 1)
        } else {
            pieces
        };
        let mut times = vec![0.0];
        self.split(0.0, self.ttl, before, &mut times);
        if end > self.ttl {
            self.split(self.ttl, end, pieces - before, &mut times);
        }
        times.dedup_by_key(|time| Span::from_seconds(*time));
        times
    }

    /// Pushes the ends of `pieces` pieces of equal bending between two times; the last end is exactly `to`.
    fn split(&self, from: f64, to: f64, pieces: usize, times: &mut Vec<f64>) {
        let (low, high) = (self.bend(from), self.bend(to));
        for piece in 1..pieces {
            let wanted = low + (high - low) * piece as f64 / pieces as f64;
            times.push(bisect(from, to, |time| self.bend(time) >= wanted));
        }
        times.push(to);
    }

    /// The shares at the breakpoints: on the curve, lowered by the surplus of the chords, which keeps the integral.
    fn lowered(&self, times: &[f64]) -> Vec<f64> {
        let last = times.len() - 1;
        let mut shares: Vec<f64> = times.iter().map(|&time| self.share(time)).collect();
        shares[0] = 1.0;
        shares[last] = 0.0;
        if last < 2 {
            return shares;
        }
        let surplus: Vec<f64> = (0..last)
            .map(|piece| {
                let chord =
                    0.5 * (shares[piece] + shares[piece + 1]) * (times[piece + 1] - times[piece]);
                let exact = if piece + 1 == last {
                    self.integral_total() - self.integral(times[piece])
                } else {
                    self.integral(times[piece + 1]) - self.integral(times[piece])
                };
                chord - exact
            })
            .collect();
        for point in 1..last {
            let before = surplus[point - 1] * if point == 1 { 2.0 } else { 1.0 };
            let after = surplus[point] * if point + 1 == last { 2.0 } else { 1.0 };
            shares[point] -= (before + after) / (times[point + 1] - times[point - 1]);
        }
        // Where a piece bends so sharply that the correction overshoots, falling shares matter more than the area.
        for point in 1..last {
            shares[point] = shares[point].clamp(0.0, shares[point - 1]);
        }
        shares
    }
}

/// The time at which a condition becomes true, given that it does so once between `low` and `high`.
fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default of the model language.
    const STALE_DEFAULT: [Stale; 2] = [
        Stale {
            share: 0.123,
            mean_seconds: 120.0,
        },
        Stale {
            share: 0.026,
            mean_seconds: 3600.0,
        },
    ];

    #[test]
    fn default_tail_agrees_with_what_was_measured() {
        // Flavel and others 2014 (doi 10.1109/LANMAN.2014.7028641): at a TTL of 20 s, 90 % of the requests had moved
        // after 60 s, and 2 % had not after 15 min.
        let curve = Exact::new(20.0, &STALE_DEFAULT);
        assert!((curve.share(60.0) - 0.100).abs() < 0.001);
        assert!((curve.share(900.0) - 0.020).abs() < 0.001);
    }

    fn area(drain: &Drain, until: f64) -> f64 {
        let mut sum = 0.0;
        for pair in drain.points.windows(2) {
            let (from, to) = (pair[0].0.seconds(), pair[1].0.seconds());
            let stop = to.min(until);
            if stop <= from {
                break;
            }
            let at_stop = pair[0].1 + (pair[1].1 - pair[0].1) * (stop - from) / (to - from);
            sum += 0.5 * (pair[0].1 + at_stop) * (stop - from);
        }
        sum
    }

    fn assert_shape(drain: &Drain) {
        assert_eq!(drain.points[0], (Span::ZERO, 1.0));
        assert_eq!(drain.points.last().unwrap().1, 0.0);
        assert!(drain.points.len() <= POINTS_MAX);
        for pair in drain.points.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{drain:?}");
            assert!(pair[0].1 >= pair[1].1, "{drain:?}");
        }
    }

    #[test]
    fn full_outage_seconds() {
        // A quadrature of S(t) up to 60 s, 5 min, 15 min, 1 h and 4 h, rounded to three digits. Its shares solve the
        // two measured points exactly, S(60 s) = 10 % and S(15 min) = 2 % at a TTL of 20 s; the default rounds them.
        let fitted = [
            Stale {
                share: 0.123_37,
                mean_seconds: 120.0,
            },
            Stale {
                share: 0.025_593,
                mean_seconds: 3600.0,
            },
        ];
        let table = [
            (20.0, [15.8, 29.5, 43.7, 81.8, 114.0]),
            (60.0, [32.9, 46.5, 60.8, 98.8, 131.0]),
            (300.0, [53.3, 149.0, 163.0, 201.0, 233.0]),
        ];
        let horizons = [60.0, 300.0, 900.0, 3600.0, 14_400.0];
        for (ttl, wanted) in table {
            let (curve, exact) = (drain(ttl, &fitted), Exact::new(ttl, &fitted));
            for (horizon, wanted) in horizons.into_iter().zip(wanted) {
                let solved = exact.integral(horizon);
                assert!(
                    (solved / wanted - 1.0_f64).abs() < 0.005,
                    "{ttl} {horizon}: {solved}"
                );
                let pieces = area(&curve, horizon);
                assert!(
                    (pieces / solved - 1.0).abs() < 0.01,
                    "{ttl} {horizon}: {pieces} {solved}"
                );
            }
        }
    }

    #[test]
    fn integral_up_to_any_time_is_kept_to_one_per_cent() {
        for ttl in [5.0, 20.0, 60.0, 300.0, 3600.0] {
            let (curve, exact) = (drain(ttl, &STALE_DEFAULT), Exact::new(ttl, &STALE_DEFAULT));
            assert_shape(&curve);
            for step in 1..=200 {
                let horizon = f64::from(step) * f64::from(step) * 0.4;
                let (pieces, solved) = (area(&curve, horizon), exact.integral(horizon));
                assert!(
                    (pieces / solved - 1.0).abs() < 0.01,
                    "{ttl} {horizon}: {pieces} {solved}"
                );
            }
        }
    }

    #[test]
    fn whole_integral_is_kept_for_every_ttl() {
        for ttl in [0.001, 1.0, 5.0, 20.0, 60.0, 120.0, 300.0, 3600.0, 86_400.0] {
            for stale in [&STALE_DEFAULT[..], &STALE_DEFAULT[..1], &[]] {
                let curve = drain(ttl, stale);
                assert_shape(&curve);
                assert!(
                    curve
                        .points
                        .iter()
                        .any(|&(time, _)| time == Span::from_seconds(ttl))
                );
                let exact = Exact::new(ttl, stale).integral_total();
                assert!(
                    (area(&curve, 1e9) / exact - 1.0).abs() < 1e-6,
                    "{ttl} {stale:?}"
                );
            }
        }
    }

    #[test]
    fn everyone_honours_the_ttl_without_a_tail() {
        let points = drain(60.0, &[]).points;
        assert_eq!(points, [(Span::ZERO, 1.0), (Span::from_seconds(60.0), 0.0)]);
    }

    #[test]
    fn extreme_tails_keep_the_shape() {
        let everyone = Stale {
            share: 1.0,
            mean_seconds: 1.0,
        };
        let nobody = Stale {
            share: 1e-9,
            mean_seconds: 1e9,
        };
        for ttl in [1e-9, 1e-3, 60.0, 1e6, 1e10] {
            for stale in [&[everyone][..], &[nobody], &[nobody, nobody]] {
                assert_shape(&drain(ttl, stale));
            }
        }
    }

    #[test]
    fn order_of_the_tails_does_not_matter() {
        let [short, long] = STALE_DEFAULT;
        assert_eq!(drain(60.0, &[short, long]), drain(60.0, &[long, short]));
    }

    #[test]
    fn value_stability() {
        let points = drain(60.0, &STALE_DEFAULT).points;
        assert_eq!(points.len(), 16);
        assert_eq!(
            points[3],
            (Span(227_015_034_887), 0.041_819_277_121_792_765)
        );
    }
}
