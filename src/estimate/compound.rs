//! The total of a year, from busy periods that are rare: a compound Poisson law.
//!
//! When nothing but busy periods costs anything, and these are rare, short against the time between them, and
//! independent of each other, their number in a year is a Poisson number and the total is a sum of so many independent
//! samples. So the chance of a bad year follows from the rate of busy periods and the weighted samples of what one
//! costs, without simulating years of which nearly all are good. Repeated busy periods that one cause brings about, and
//! wear that spaces them evenly, break the assumption: whoever uses this asks plain trials first ([`super::independence`]),
//! and says so beside the figure.
//!
//! The law of the sum is computed on a lattice by the recursion of H. Panjer, ASTIN Bulletin 12 (1981) 22, in which all
//! terms are positive, so that small probabilities keep their digits. Samples are put on the lattice three times: split
//! between two points so that the mean is kept, for the estimate, and rounded down and up, for the ends of the
//! interval, which so contain the error of the lattice and the width of buckets. The lattice has 1,024 steps up to the
//! total in question, or 512 for a percentile, and n busy periods move an end by at most n steps.
//!
//! The lower end takes the rate and the law of the samples at their lower ends, the upper end both at their upper ones;
//! what may lie beyond the largest sample counts as infinite. Each is held with 95 % confidence and so both together
//! with at least 90 %, on paper: an end of the law takes the interval of the distribution function (as percentiles do)
//! at all places at once. Since both have to be off in the same direction, coverage is 99 % in the tests.
//!
//! Deliberately absent: dependence between periods, and more than 500 busy periods a period, where a normal law would
//! do.

use super::Figure;
use super::figure::unit;
use super::intervals::Edges;
use crate::math::{exp, exp_m1};
use crate::measure::Samples;
use crate::measure::histogram::Cell;

/// Steps of the lattice up to the total in question.
const STEPS: usize = 1_024;
/// The most busy periods expected: the probability of none must not vanish.
const MOST_EXPECTED: f64 = 500.0;
/// How often a lattice may be widened or narrowed until a percentile lies in its upper part.
const MOST_LATTICES: u32 = 100;

const METHOD: &str = "compound Poisson (Panjer), ends of rate and samples combined";

/// What busy periods cost and how often they come.
#[derive(Clone, Debug)]
pub struct CompoundPoisson {
    estimate: Option<Busy>,
    low: Busy,
    high: Busy,
}

/// One law of the busy periods, with their rate.
#[derive(Clone, Debug)]
struct Busy {
    per_year: f64,
    /// Values above zero, in increasing order, with their probabilities; those of all others are missing.
    costs: Vec<(f64, f64)>,
    /// The probability of a value of zero.
    nothing: f64,
    rounding: Rounding,
}

/// How values are put on the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rounding {
    Down,
    Split,
    Up,
}

impl CompoundPoisson {
    /// Takes the rate of busy periods per year, and the samples of what one costs, such as its downtime in seconds.
    #[must_use]
    pub fn new(per_year: &Figure, samples: &Samples) -> CompoundPoisson {
        let total = samples.total();
        let edges = Edges::new(samples);
        let all = total.weight as f64;
        let edge = |per_year: f64, rounding| Busy {
            per_year,
            costs: Vec::new(),
            nothing: 0.0,
            rounding,
        };
        let mut low = edge(per_year.low.unwrap_or(0.0), Rounding::Down);
        let mut high = edge(per_year.high.unwrap_or(f64::INFINITY), Rounding::Up);
        let mut estimate = edge(per_year.estimate.unwrap_or(0.0), Rounding::Split);
        let mut seen = Cell::default();
        // Nothing seen may still be a value below the least.
        let mut most = match total.samples {
            0 => 1.0,
            _ => edges.bounds_below(&seen).1,
        };
        low.add(0.0, most);
        let mut least = 0.0_f64;
        for (bucket, cell) in samples.histogram().iter() {
            seen.merge(cell);
            let (below, above) = edges.bounds_below(&seen);
            low.add(bucket.lower(), above - most);
            most = most.max(above);
            high.add(bucket.upper(), below - least);
            least = least.max(below);
            let middle = 0.5 * (bucket.lower() + bucket.upper());
            estimate.add(middle, cell.weight as f64 / all);
        }
        let known = per_year.estimate.is_some() && (total.samples > 0 || estimate.per_year == 0.0);
        CompoundPoisson {
            estimate: known.then_some(estimate),
            low,
            high,
        }
    }

    /// The chance that the total of so many years exceeds a limit, in the unit of the samples.
    ///
    /// # Panics
    /// If the limit is negative or not finite.
    #[must_use]
    pub fn exceeds(&self, years: f64, limit: f64) -> Figure {
        assert!(
            (0.0..f64::INFINITY).contains(&limit),
            "a limit must be finite and not negative, and is {limit}"
        );
        let estimate = self.estimate.as_ref();
        let estimate = estimate.and_then(|busy| busy.exceeds(years, limit));
        let low = self.low.exceeds(years, limit).unwrap_or(0.0);
        let high = self.high.exceeds(years, limit).unwrap_or(1.0);
        Figure::new(estimate, (low, high), METHOD)
    }

    /// The total that a share `level` of periods of so many years doesn't exceed: 0.95 for the 95th percentile.
    ///
    /// # Panics
    /// If the level is not strictly between 0 and 1.
    #[must_use]
    pub fn percentile(&self, years: f64, level: f64) -> Figure {
        assert!(
            level > 0.0 && level < 1.0,
            "a level must be strictly between 0 and 1, and is {level}"
        );
        let estimate = self.estimate.as_ref();
        let estimate = estimate.and_then(|busy| busy.percentile(years, level));
        let low = self.low.percentile(years, level).unwrap_or(0.0);
        let high = self.high.percentile(years, level);
        let bounds = (low, high.unwrap_or(f64::INFINITY));
        Figure::new(estimate, bounds, METHOD).in_unit(unit::SECONDS)
    }
}

impl Busy {
    fn add(&mut self, value: f64, probability: f64) {
        if probability <= 0.0 {
            return;
        }
        if value > 0.0 {
            self.costs.push((value, probability));
        } else {
            self.nothing += probability;
        }
    }

    /// The expected number of busy periods that cost anything; nothing if that is too much to compute.
    fn expected(&self, years: f64) -> Option<f64> {
        let expected = self.per_year * years * (1.0 - self.nothing).max(0.0);
        (expected <= MOST_EXPECTED).then_some(expected)
    }

    fn exceeds(&self, years: f64, limit: f64) -> Option<f64> {
        let expected = self.expected(years)?;
        if limit <= 0.0 {
            return Some(-exp_m1(-expected));
        }
        let beyond = self.beyond(years, expected, limit);
        let last = beyond[STEPS];
        // On the last point lies what is split between a little more and a little less than the limit.
        Some(match self.rounding {
            Rounding::Split => 0.5 * (last + beyond[STEPS - 1]),
            Rounding::Down | Rounding::Up => last,
        })
    }

    fn percentile(&self, years: f64, level: f64) -> Option<f64> {
        let expected = self.expected(years)?;
        if -exp_m1(-expected) <= 1.0 - level {
            return Some(0.0);
        }
        let known: f64 = self.costs.iter().map(|(_, probability)| probability).sum();
        let infinite = self.per_year * years * (1.0 - self.nothing - known).max(0.0);
        if -exp_m1(-infinite) >= 1.0 - level {
            return None;
        }
        let mut top = self.costs.last()?.0 * (1.0 + expected);
        for _ in 0..MOST_LATTICES {
            let beyond = self.beyond(years, expected, top);
            let step = top / STEPS as f64;
            match beyond.iter().position(|share| *share <= 1.0 - level) {
                None => top *= 2.0,
                Some(point) if point < STEPS / 2 => top = step * (point + 2) as f64,
                Some(point) => return Some(step * point as f64),
            }
        }
        None
    }

    /// The probabilities that the total lies beyond each point of a lattice that ends at `top`.
    fn beyond(&self, years: f64, expected: f64, top: f64) -> Vec<f64> {
        let arrivals = self.arrivals(years, top);
        let mut totals = vec![0.0; STEPS + 1];
        totals[0] = exp(-(expected - arrivals[0]).max(0.0));
        let steps: Vec<(usize, f64)> = arrivals
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, rate)| **rate > 0.0)
            .map(|(point, rate)| (point, point as f64 * rate))
            .collect();
        let mut beyond = Vec::with_capacity(STEPS + 1);
        let mut rest = -exp_m1(-(expected - arrivals[0]).max(0.0));
        beyond.push(rest);
        for point in 1..=STEPS {
            let sum: f64 = steps
                .iter()
                .take_while(|(step, _)| *step <= point)
                .map(|(step, weight)| weight * totals[point - step])
                .sum();
            totals[point] = sum / point as f64;
            rest = (rest - totals[point]).max(0.0);
            beyond.push(rest);
        }
        beyond
    }

    /// How many busy periods are expected at each point of the lattice; those beyond its end are left out.
    fn arrivals(&self, years: f64, top: f64) -> Vec<f64> {
        let mut arrivals = vec![0.0; STEPS + 1];
        for (value, probability) in &self.costs {
            let place = value / top * STEPS as f64;
            let (below, rate) = (place.floor(), self.per_year * years * probability);
            let upper = match self.rounding {
                Rounding::Down => 0.0,
                Rounding::Split => place - below,
                Rounding::Up => f64::from(u8::from(place > below)),
            };
            for (point, share) in [(below, 1.0 - upper), (below + 1.0, upper)] {
                if point <= STEPS as f64 {
                    arrivals[point as usize] += rate * share;
                }
            }
        }
        arrivals
    }
}

#[cfg(test)]
mod tests;
