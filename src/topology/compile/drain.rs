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
//!
//! Lowered points bias the times at which the curve passes a share, and two of these times show in results: a journey
//! is restored and up when all but 5 % and 1 % of its requests succeed, if the model doesn't say otherwise. The curve
//! therefore has points at the shares [`PINNED`] that lie on S(t), and their neighbours take the surplus.

use crate::math;
use crate::time::Span;
use crate::topology::Drain;

/// Most breakpoints of a curve.
pub const POINTS_MAX: usize = 16;

/// The share of clients below which a tail is cut.
pub const SHARE_CUT: f64 = 1e-4;

/// The shares that the curve reaches exactly when S(t) does.
pub const PINNED: [f64; 2] = [0.05, 0.01];

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
    let breaks = exact.breakpoints();
    if breaks.len() < 2 {
        return immediate();
    }
    let shares = exact.lowered(&breaks);
    let points = breaks
        .iter()
        .zip(shares)
        .map(|(at, share)| (Span::from_seconds(at.time), share))
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

/// A time at which two pieces meet.
#[derive(Clone, Copy, Debug)]
struct Break {
    time: f64,
    /// The share there must not be moved.
    fixed: bool,
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

    /// Zero, the pinned shares, the TTL and the end: what must be a breakpoint.
    fn anchors(&self) -> Vec<Break> {
        let end = self.end();
        let at = |time: f64, fixed: bool| Break { time, fixed };
        let mut anchors = vec![at(0.0, true), at(end, true), at(self.ttl, false)];
        if !self.stale.is_empty() {
            let pinned = PINNED.map(|share| bisect(0.0, end, |time| self.share(time) <= share));
            anchors.extend(pinned.map(|time| at(time, true)));
        }
        let key = |anchor: &Break| (Span::from_seconds(anchor.time), !anchor.fixed);
        // What is fixed comes first and stays, of those that fall together.
        anchors.sort_by_key(key);
        anchors.dedup_by_key(|anchor| Span::from_seconds(anchor.time));
        anchors
    }

    /// The anchors, and what lies between them by bending.
    fn breakpoints(&self) -> Vec<Break> {
        let anchors = self.anchors();
        if self.stale.is_empty() || anchors.len() < 2 {
            return anchors;
        }
        let mut breaks = vec![anchors[0]];
        for (pair, pieces) in anchors.windows(2).zip(self.pieces(&anchors)) {
            self.split(pair[0].time, pair[1], pieces, &mut breaks);
        }
        breaks.dedup_by(|later, earlier| {
            let same = Span::from_seconds(later.time) == Span::from_seconds(earlier.time);
            if same {
                earlier.fixed |= later.fixed;
            }
            same
        });
        breaks
    }

    /// How many pieces to cut the gaps between anchors into: as they bend, and two at least between fixed ones, so that
    /// there is a point to lower.
    fn pieces(&self, anchors: &[Break]) -> Vec<usize> {
        let gaps = || anchors.windows(2);
        let bends: Vec<f64> = gaps()
            .map(|pair| self.bend(pair[1].time) - self.bend(pair[0].time))
            .collect();
        let mut pieces: Vec<usize> = gaps()
            .map(|pair| if pair[0].fixed && pair[1].fixed { 2 } else { 1 })
            .collect();
        for _ in pieces.iter().sum::<usize>()..POINTS_MAX - 1 {
            let mut most = 0;
            for gap in 1..pieces.len() {
                if bends[gap] / pieces[gap] as f64 > bends[most] / pieces[most] as f64 {
                    most = gap;
                }
            }
            pieces[most] += 1;
        }
        pieces
    }

    /// Pushes the ends of `pieces` pieces of equal bending between two times; the last end is exactly `to`.
    fn split(&self, from: f64, to: Break, pieces: usize, breaks: &mut Vec<Break>) {
        let (low, high) = (self.bend(from), self.bend(to.time));
        for piece in 1..pieces {
            let wanted = low + (high - low) * piece as f64 / pieces as f64;
            breaks.push(Break {
                time: bisect(from, to.time, |time| self.bend(time) >= wanted),
                fixed: false,
            });
        }
        breaks.push(to);
    }

    /// The shares at the breakpoints: on the curve, and lowered by the surplus of the chords where they are not fixed,
    /// which keeps the integral.
    fn lowered(&self, breaks: &[Break]) -> Vec<f64> {
        let last = breaks.len() - 1;
        let mut shares: Vec<f64> = breaks.iter().map(|at| self.share(at.time)).collect();
        shares[0] = 1.0;
        shares[last] = 0.0;
        let floors = floors(breaks, &shares);
        let mut areas = vec![0.0; breaks.len()];
        for piece in 0..last {
            let (from, to) = (breaks[piece], breaks[piece + 1]);
            let chord = 0.5 * (shares[piece] + shares[piece + 1]) * (to.time - from.time);
            let until = if piece + 1 == last {
                self.integral_total()
            } else {
                self.integral(to.time)
            };
            let surplus = chord - (until - self.integral(from.time));
            let part = if from.fixed || to.fixed { 1.0 } else { 0.5 };
            areas[piece] += part * surplus;
            areas[piece + 1] += part * surplus;
        }
        for point in (1..last).filter(|point| !breaks[*point].fixed) {
            let width = 0.5 * (breaks[point + 1].time - breaks[point - 1].time);
            shares[point] -= areas[point] / width;
        }
        // Where a piece bends so sharply that the correction overshoots, falling shares matter more than the area.
        for point in 1..last {
            shares[point] = shares[point].clamp(floors[point], shares[point - 1]);
        }
        self.settle(breaks, &mut shares, &floors);
        shares
    }

    /// Brings down the points that are not fixed, all by the same part of their way to the floors, until the pieces
    /// have no more area than the curve. Something is left to do where two fixed points meet, or a correction overshot.
    fn settle(&self, breaks: &[Break], shares: &mut [f64], floors: &[f64]) {
        let area = |shares: &[f64]| -> f64 {
            let pieces = breaks.windows(2).zip(shares.windows(2));
            pieces
                .map(|(at, share)| 0.5 * (share[0] + share[1]) * (at[1].time - at[0].time))
                .sum()
        };
        let (now, least) = (area(shares), area(floors));
        if now <= least {
            return;
        }
        let part = ((now - self.integral_total()) / (now - least)).clamp(0.0, 1.0);
        for (share, floor) in shares.iter_mut().zip(floors) {
            *share -= part * (*share - floor);
        }
    }
}

/// How low each share may go: fixed ones stay, and the others keep a quarter of their way down to the next fixed one,
/// so that the curve does not reach it too early.
fn floors(breaks: &[Break], shares: &[f64]) -> Vec<f64> {
    let mut floors = shares.to_vec();
    let mut next = 0.0;
    for point in (0..breaks.len()).rev() {
        if breaks[point].fixed {
            next = shares[point];
        } else {
            floors[point] = next + 0.25 * (shares[point] - next);
        }
    }
    floors
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

    /// When the pieces first fall to a share.
    fn falls_to(drain: &Drain, share: f64) -> f64 {
        let reaches = |pair: &&[(Span, f64)]| pair[1].1 <= share;
        let pair = drain.points.windows(2).find(reaches).unwrap();
        let (from, to) = (pair[0].0.seconds(), pair[1].0.seconds());
        from + (to - from) * (pair[0].1 - share) / (pair[0].1 - pair[1].1)
    }

    #[test]
    fn thresholds_are_passed_when_the_curve_passes_them() {
        let mostly_stale = [Stale {
            share: 0.9,
            mean_seconds: 30.0,
        }];
        for ttl in [0.001, 1.0, 5.0, 20.0, 60.0, 120.0, 300.0, 3600.0, 86_400.0] {
            for stale in [&STALE_DEFAULT[..], &STALE_DEFAULT[..1], &mostly_stale, &[]] {
                let (curve, exact) = (drain(ttl, stale), Exact::new(ttl, stale));
                for share in PINNED {
                    let wanted = bisect(0.0, 1e9, |time| exact.share(time) <= share);
                    let falls = falls_to(&curve, share);
                    assert!(
                        (falls / wanted - 1.0).abs() < 0.002,
                        "{ttl} {stale:?} {share}: {falls} {wanted}"
                    );
                }
            }
        }
        // 0.123 exp(-t / 120) + 0.026 exp(-t / 3600) = 0.05, well after the TTL.
        assert!((falls_to(&drain(60.0, &STALE_DEFAULT), 0.05) - 189.605).abs() < 0.001);
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
        assert_eq!(points[3], (Span(189_604_762_388), 0.05));
        assert_eq!(
            points[4],
            (Span(301_993_308_336), 0.032_400_255_498_450_825)
        );
    }
}
