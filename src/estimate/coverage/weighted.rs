//! Coverage of the intervals of weighted samples.

use proptest::prelude::*;

use super::{assert_conservative, assert_nominal, normal, poisson};
use crate::estimate::intervals::{part_mean, percentile, sample_mean, weighted_proportion};
use crate::math::{exp, normal_quantile, normal_survival};
use crate::measure::{Ratio, Samples};
use crate::rng::{Entity, Purpose, Stream};

/// The weight 1 in fixed point.
const ONE: f64 = 1_048_576.0;

fn fixed_point(weight: f64) -> u64 {
    (weight * ONE).round().max(1.0) as u64
}

/// A sample of the lognormal law of median 1 and this spread, with its weight.
#[derive(Clone, Copy)]
enum Source {
    /// The weight is a lognormal number of mean 1 and its own spread.
    Independent(f64),
    /// Importance sampling: half of the samples have their normal number shifted up by so much.
    Shifted(f64),
    /// All have.
    AllShifted(f64),
    /// One sample of ten comes by an ordinary way and is as it is, the others by rare ones that are only so likely
    /// together, and have their number shifted up by 2.
    Ways(f64),
}

impl Source {
    /// The normal number of a sample and its weight.
    fn draw(self, stream: &mut Stream) -> (f64, f64) {
        match self {
            Source::Independent(sigma) => {
                let weight = exp(sigma * normal(stream) - 0.5 * sigma * sigma);
                (normal(stream), weight)
            }
            Source::Shifted(shift) => {
                let moved = if stream.uniform() < 0.5 { shift } else { 0.0 };
                let number = normal(stream) + moved;
                let ratio = exp(shift * number - 0.5 * shift * shift);
                (number, 2.0 / (1.0 + ratio))
            }
            Source::AllShifted(shift) => {
                let number = normal(stream) + shift;
                (number, exp(0.5 * shift * shift - shift * number))
            }
            Source::Ways(rare) => match stream.uniform() < 0.1 {
                true => (normal(stream), (1.0 - rare) / 0.1),
                false => (normal(stream) + 2.0, rare / 0.9),
            },
        }
    }
}

/// Trials with so many samples on the average, whose normal numbers share a part of their luck.
fn samples(stream: &mut Stream, trials: u64, per_trial: f64, source: Source) -> Samples {
    let mut samples = Samples::default();
    for _ in 0..trials {
        let mut trial: Vec<(f64, u64)> = (0..poisson(stream, per_trial))
            .map(|_| {
                let (number, weight) = source.draw(stream);
                (exp(number), fixed_point(weight))
            })
            .collect();
        samples.add_trial(&mut trial);
    }
    samples
}

/// Trials of which each is drawn with a weight of its own, and whose samples share luck.
fn alike(stream: &mut Stream, trials: u64, shift: f64) -> Samples {
    let mut samples = Samples::default();
    for _ in 0..trials {
        let (luck, weight) = Source::Shifted(shift).draw(stream);
        let mut trial: Vec<(f64, u64)> = (0..poisson(stream, 3.0))
            .map(|_| (exp(0.8 * luck + 0.6 * normal(stream)), fixed_point(weight)))
            .collect();
        samples.add_trial(&mut trial);
    }
    samples
}

#[test]
fn percentiles_with_weights_of_their_own() {
    for (level, trials, sigma) in [(0.5, 200, 0.7), (0.95, 500, 0.7), (0.5, 500, 1.2)] {
        let truth = exp(normal_quantile(level));
        assert_nominal("independent weights", truth, |s| {
            percentile(&samples(s, trials, 1.0, Source::Independent(sigma)), level)
        });
    }
}

/// Samples beyond a level are taken to weigh what those around it do, which costs a little more than 95 %.
#[test]
fn percentiles_by_importance_sampling() {
    for (level, trials, source) in [
        (0.5, 300, Source::Shifted(2.0)),
        (0.95, 300, Source::Shifted(2.0)),
        (0.99, 300, Source::Shifted(2.0)),
        (0.999, 400, Source::Shifted(3.0)),
        (0.9, 400, Source::AllShifted(1.0)),
    ] {
        let truth = exp(normal_quantile(level));
        assert_conservative("importance sampling", truth, |s| {
            percentile(&samples(s, trials, 2.0, source), level)
        });
    }
}

/// Beyond the level are many samples of little weight and few of a great one: what the many weigh says nothing of how
/// often the few come.
#[test]
fn percentiles_beyond_which_few_samples_weigh_much() {
    let beyond =
        |number: f64| 0.98 * normal_survival(number) + 0.02 * normal_survival(number - 2.0);
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        match beyond(middle) > 0.01 {
            true => low = middle,
            false => high = middle,
        }
    }
    for trials in [300, 1_000, 3_000] {
        assert_conservative("few heavy samples", exp(low), |s| {
            percentile(&samples(s, trials, 2.0, Source::Ways(0.02)), 0.99)
        });
    }
}

#[test]
fn percentiles_of_weighted_trials_that_are_alike() {
    for level in [0.5, 0.95, 0.99] {
        let truth = exp(normal_quantile(level));
        assert_nominal("weighted clusters", truth, |s| {
            percentile(&alike(s, 500, 2.0), level)
        });
    }
}

/// One more loss of a typical weight costs a little more than 95 % where weights differ.
#[test]
fn means_of_weighted_samples() {
    for (trials, source) in [
        (400, Source::Independent(0.7)),
        (500, Source::Independent(1.2)),
        (300, Source::Shifted(2.0)),
        (500, Source::AllShifted(1.0)),
    ] {
        assert_conservative("weighted mean", exp(0.5), |s| {
            sample_mean(&samples(s, trials, 2.0, source))
        });
    }
    assert_conservative("mean of weighted clusters", exp(0.5), |s| {
        sample_mean(&alike(s, 500, 2.0))
    });
}

/// A part that one ordinary sample of a thousand has, and every one of the rare ways: mostly only these have been seen.
#[test]
fn means_of_a_part_that_mostly_light_samples_have() {
    let (rare, seldom) = (1e-4, 1e-3);
    let truth = exp(0.5) * ((1.0 - rare) * seldom + rare * exp(2.0));
    for trials in [100, 300, 3_000] {
        assert_conservative("part", truth, |s| {
            let (mut whole, mut part) = (Samples::default(), Samples::default());
            for _ in 0..trials {
                let (number, weight) = Source::Ways(rare).draw(s);
                let has_part = weight < 1.0 || s.uniform() < seldom;
                let weight = fixed_point(weight);
                whole.add_trial(&mut [(exp(number), weight)]);
                if has_part {
                    part.add_trial(&mut [(exp(number), weight)]);
                }
            }
            part_mean(&part, &whole, &sample_mean(&whole))
        });
    }
}

/// Twenty trials, whose weights make some of them count for nothing.
#[test]
fn few_weighted_samples_err_on_the_safe_side() {
    for source in [Source::Independent(1.0), Source::Shifted(1.0)] {
        assert_conservative("few weighted", exp(0.5), |s| {
            sample_mean(&samples(s, 20, 1.0, source))
        });
        assert_conservative("few weighted", 1.0, |s| {
            percentile(&samples(s, 20, 1.0, source), 0.5)
        });
    }
}

/// Months of a year in which all goes well, where bad years are drawn four times as often as they come.
#[test]
fn months_of_weighted_years() {
    assert_nominal("weighted months", 0.2 * 0.5 + 0.8 * 0.98, |s| {
        let (mut met, mut squares) = (Ratio::default(), 0.0);
        for _ in 0..256 {
            let (chance, weight) = match s.uniform() < 0.8 {
                true => (0.5, 0.25),
                false => (0.98, 4.0),
            };
            let good = (0..12).filter(|_| s.uniform() < chance).count();
            met.add(weight * good as f64, weight * 12.0);
            squares += weight * weight * 12.0;
        }
        weighted_proportion(&met, squares, 256)
    });
}

/// What importance sampling is for: the percentile 0.999 from 300 samples, within a quarter.
#[test]
fn light_samples_in_the_tail_make_its_percentile_precise() {
    let mut stream = Stream::new(1, 0, Entity::named("tail"), Purpose(1));
    let figure = percentile(&samples(&mut stream, 300, 1.0, Source::Shifted(3.0)), 0.999);
    assert!(figure.relative_half_width() < 0.25, "{figure:?}");
}

proptest! {
    #[test]
    fn the_unit_of_weights_does_not_matter(
        trials in prop::collection::vec(prop::collection::vec((0.0..100_f64, 1..1000_u64), 0..5), 0..40),
    ) {
        let weighed = |unit: u64| {
            let mut samples = Samples::default();
            for trial in &trials {
                let mut trial: Vec<_> = trial.iter().map(|&(x, weight)| (x, unit * weight)).collect();
                samples.add_trial(&mut trial);
            }
            (sample_mean(&samples), [0.05, 0.5, 0.95].map(|level| percentile(&samples, level)))
        };
        prop_assert_eq!(weighed(1), weighed(1 << 30));
    }
}
