//! Long durations drawn more often than they come, each with the weight that puts this right.
//!
//! A second failure during a repair is the likelier the longer the repair takes, and a third one with the square of it.
//! So the repairs that lead to outages are long ones, and few draws of a heavy-tailed law are long. The proposal mixes
//! the laws `y^k f(y) / E[y^k]` for k = 0, 1 and 2, the law itself and its length-biased companions, as 1 : 2 : 1: most
//! failures take two. The likelihood ratio is 4 over the sum of `y^k / E[y^k]` in these proportions, so it is at most 4,
//! whatever the family.
//!
//! The companions are of the same family or nearly: gamma laws add k to their shape, lognormal ones `k sigma^2` to
//! their mu, Pareto ones subtract k from their shape, powers of Weibull durations are gamma, uniform ones have roots.
//! Triangular and log-logistic ones are searched for by their partial moments. A companion is left out where it has no
//! finite mean, and where nothing cheap draws it (empirical laws, some truncated ones).
//!
//! Durations between two bounds may be mixed in as well, with as much weight as the law itself: a repair that falls into a
//! recovery may do harm, and most are much longer than that.
//!
//! Deliberately absent: ages. A repair is biased when it begins, not when a simulation comes upon it.

use super::family::{Order, increasing_root};
use super::{Law, Truncated};
use crate::math::{gamma_lower_inverse, gamma_lower_regularised, gamma_upper_inverse, pow};

/// What the law itself and each of its companions weighs in the mixture.
const PROPORTIONS: [f64; 3] = [1.0, 2.0, 1.0];
/// A truncated Weibull law keeps companions if the cut leaves this much of them.
const FAIR_SHARE: f64 = 1e-3;
/// What is left of a uniform number is so far from 0 and from 1.
const LEAST_UNIFORM: f64 = 1.0 / (1_u64 << 53) as f64;

/// A law of durations and the proposal that draws its long ones more often.
#[derive(Clone, Debug)]
pub struct LengthBiased {
    /// What a choice picks from, with the probability up to and with each.
    companions: Vec<(f64, Companion)>,
    /// For each k above zero that is mixed, how much of it for one part of the law itself, and `E[y^k]`.
    moments: Vec<(f64, Order, f64)>,
    /// What is mixed in between two bounds: these, and the probability between them.
    between: Option<(f64, f64, f64)>,
}

impl LengthBiased {
    /// The proposal for a law.
    #[must_use]
    pub fn of(law: &Law) -> LengthBiased {
        let [itself, first, second] = PROPORTIONS;
        let mut mixed = vec![(itself, vec![(1.0, Companion::Law(law.clone()))])];
        let mut moments = Vec::new();
        for (proportion, order) in [(first, Order::First), (second, Order::Second)] {
            if let Some(parts) = companions(law, order) {
                let moment = parts.iter().map(|(moment, _)| moment).sum();
                moments.push((proportion / itself, order, moment));
                mixed.push((proportion, parts));
            }
        }
        let all: f64 = mixed.iter().map(|(proportion, _)| proportion).sum();
        let mut companions = Vec::new();
        let mut sum = 0.0;
        for (proportion, parts) in mixed {
            let whole: f64 = parts.iter().map(|(moment, _)| moment).sum();
            for (moment, companion) in parts {
                sum += moment / whole * (proportion / all);
                companions.push((sum, companion));
            }
        }
        LengthBiased {
            companions,
            moments,
            between: None,
        }
    }

    /// The same with durations of its law between these bounds mixed in, if it has a density and any probability there.
    #[must_use]
    pub fn and_between(mut self, law: &Law, from: f64, to: f64) -> LengthBiased {
        let probability = law.survival(from) - law.survival(to);
        let within = Law::truncated(law.clone(), Some(from), Some(to));
        let Some(within) = within
            .ok()
            .filter(|_| law.has_density() && probability > 0.0)
        else {
            return self;
        };
        let before = self.greatest_ratio();
        self.between = Some((from, to, probability));
        let all = self.greatest_ratio();
        for (sum, _) in &mut self.companions {
            *sum *= before / all;
        }
        self.companions
            .push((1.0, Companion::Between(within, from, to)));
        self
    }

    /// A duration in seconds from one uniform number, strictly between 0 and 1: it picks a companion, and what is left of
    /// it a duration.
    #[must_use]
    pub fn draw(&self, uniform: f64) -> f64 {
        // The last sum may be a rounding below one.
        let index = self
            .companions
            .partition_point(|(sum, _)| *sum < uniform)
            .min(self.companions.len() - 1);
        let (to, companion) = &self.companions[index];
        let from = match index {
            0 => 0.0,
            _ => self.companions[index - 1].0,
        };
        let within = (uniform - from) / (to - from);
        companion.quantile(within.clamp(LEAST_UNIFORM, 1.0 - LEAST_UNIFORM))
    }

    /// The density of the law over that of the proposal at a duration in seconds: its weight.
    #[must_use]
    pub fn likelihood_ratio(&self, duration: f64) -> f64 {
        let powers = self
            .moments
            .iter()
            .map(|(parts, order, moment)| parts * order.power(duration) / moment);
        let within = match self.between {
            Some((from, to, probability)) if (from..=to).contains(&duration) => 1.0 / probability,
            _ => 0.0,
        };
        self.greatest_ratio() / (1.0 + powers.sum::<f64>() + within)
    }

    /// The greatest likelihood ratio: how many parts are mixed for one of the law itself. It is 1 for a law that is drawn as
    /// it is.
    #[must_use]
    pub fn greatest_ratio(&self) -> f64 {
        let between = if self.between.is_some() { 1.0 } else { 0.0 };
        1.0 + self.moments.iter().map(|(parts, ..)| parts).sum::<f64>() + between
    }
}

/// One law of the mixture.
#[derive(Clone, Debug)]
enum Companion {
    /// A law of its own.
    Law(Law),
    /// A law of its own between two bounds, which rounding must not leave.
    Between(Law, f64, f64),
    /// `scale` times a power of a gamma duration, between two of its probabilities.
    PowerOfGamma {
        scale: f64,
        shape: f64,
        exponent: f64,
        between: (f64, f64),
    },
    /// Density in proportion to a power of the duration, between two bounds.
    Power { order: Order, from: f64, to: f64 },
    /// A law times a power of the duration, by the partial moments of the law.
    Searched { law: Law, order: Order, whole: f64 },
}

impl Companion {
    fn quantile(&self, uniform: f64) -> f64 {
        match self {
            Companion::Law(law) => law.quantile(uniform),
            Companion::Between(law, from, to) => law.quantile(uniform).clamp(*from, *to),
            Companion::PowerOfGamma {
                scale,
                shape,
                exponent,
                between,
            } => {
                let probability = between.0 + uniform * (between.1 - between.0);
                let gamma = if probability <= 0.5 {
                    gamma_lower_inverse(*shape, probability)
                } else {
                    gamma_upper_inverse(*shape, 1.0 - probability)
                };
                scale * pow(gamma, *exponent)
            }
            Companion::Power { order, from, to } => {
                let power = 1.0 + order.number();
                let (low, high) = (pow(*from, power), pow(*to, power));
                pow(low + uniform * (high - low), 1.0 / power).clamp(*from, *to)
            }
            Companion::Searched { law, order, whole } => {
                let target = uniform * whole;
                let mut upper = law.mean();
                // Partial moments rise to the whole one, so some multiple of the mean suffices.
                for _ in 0..1000 {
                    if law.partial_moment(*order, upper) >= target {
                        break;
                    }
                    upper *= 2.0;
                }
                increasing_root(0.0, upper, |x| law.partial_moment(*order, x) - target)
            }
        }
    }
}

/// The parts of the law times the duration to this order, each with its integral; nothing where they can't be drawn.
fn companions(law: &Law, order: Order) -> Option<Vec<(f64, Companion)>> {
    let k = order.number();
    let made = |companion: Option<Companion>| Some(vec![(moment(law, order), companion?)]);
    let lawful = |law: Result<Law, super::LawError>| made(law.ok().map(Companion::Law));
    match law {
        Law::Exponential(it) => lawful(Law::gamma(1.0 + k, it.mean)),
        Law::Gamma(it) => lawful(Law::gamma(it.shape + k, it.scale)),
        Law::LogNormal(it) => lawful(Law::lognormal(it.mu + k * it.sigma * it.sigma, it.sigma)),
        Law::Pareto(it) => lawful(Law::pareto(it.minimum, it.shape - k)),
        Law::LogLogistic(it) if it.shape <= 1.0 + k => None,
        Law::LogLogistic(_) | Law::Triangular(_) => made(Some(Companion::Searched {
            law: law.clone(),
            order,
            whole: moment(law, order),
        })),
        Law::Weibull(_) => made(weibull(law, order, (0.0, f64::INFINITY))),
        Law::Uniform(it) => made(Some(Companion::Power {
            order,
            from: it.from,
            to: it.to,
        })),
        Law::Mixture(mixture) => {
            let mut parts = Vec::new();
            for (share, law) in mixture.components() {
                let scaled = companions(law, order)?.into_iter();
                parts.extend(scaled.map(|(moment, part)| (share * moment, part)));
            }
            Some(parts)
        }
        Law::Truncated(it) => made(truncated(it, order)),
        Law::Fixed(_) => made(Some(Companion::Law(law.clone()))),
        Law::Empirical(_) => None,
    }
}

/// A truncated law is biased like the whole one, between the same bounds.
fn truncated(law: &Truncated, order: Order) -> Option<Companion> {
    let (from, to) = (law.from(), law.to());
    if let Law::Weibull(_) = law.law() {
        return weibull(law.law(), order, (from, to));
    }
    let parts = companions(law.law(), order)?;
    let [(_, Companion::Law(whole))] = parts.as_slice() else {
        return None;
    };
    let upper = (to < f64::INFINITY).then_some(to);
    let cut = Law::truncated(whole.clone(), Some(from), upper);
    cut.ok().map(Companion::Law)
}

fn weibull(law: &Law, order: Order, bounds: (f64, f64)) -> Option<Companion> {
    let Law::Weibull(weibull) = law else {
        return None;
    };
    let exponent = 1.0 / weibull.shape();
    let shape = 1.0 + order.number() * exponent;
    let below = |bound: f64| match bound {
        f64::INFINITY => 1.0,
        _ => gamma_lower_regularised(shape, law.cumulative_hazard(bound)),
    };
    let between = (below(bounds.0), below(bounds.1));
    (between.1 - between.0 >= FAIR_SHARE).then_some(Companion::PowerOfGamma {
        scale: weibull.scale(),
        shape,
        exponent,
        between,
    })
}

fn moment(law: &Law, order: Order) -> f64 {
    match order {
        Order::First => law.mean(),
        Order::Second => law.variance() + law.mean() * law.mean(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::checks;
    use crate::math::exp;
    use crate::rng::{Entity, Purpose, Stream};

    fn uniforms(seed: u64) -> Stream {
        Stream::new(seed, 0, Entity::named("length"), Purpose(0))
    }

    /// Whether the mean of the values is within its 99.9 % interval around the truth.
    fn is_mean(values: &[f64], truth: f64) -> bool {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        (mean - truth).abs() <= 3.2905 * squares.sqrt() / count + 1e-12 * truth
    }

    #[test]
    fn weighted_draws_follow_the_law() {
        for law in checks::one_of_each() {
            let biased = LengthBiased::of(&law);
            let (median, tail) = (law.quantile(0.5), law.quantile(0.99));
            let early = (law.quantile(0.001), law.quantile(0.05));
            let between = biased.clone().and_between(&law, early.0, early.1);
            for (seed, biased) in (1..=3).flat_map(|seed| [(seed, &biased), (seed, &between)]) {
                let mut stream = uniforms(seed);
                let draws: Vec<f64> = (0..10_000).map(|_| biased.draw(stream.uniform())).collect();
                let weighted = |reward: &dyn Fn(f64) -> f64| -> Vec<f64> {
                    let weigh = |y: &f64| biased.likelihood_ratio(*y) * reward(*y);
                    draws.iter().map(weigh).collect()
                };
                let below = |limit: f64| move |y: f64| f64::from(u8::from(y <= limit));
                for (what, values, truth) in [
                    ("one", weighted(&|_| 1.0), 1.0),
                    ("mean", weighted(&|y| y), law.mean()),
                    ("median", weighted(&below(median)), law.cdf(median)),
                    ("tail", weighted(&below(tail)), law.cdf(tail)),
                    ("early", weighted(&below(early.1)), law.cdf(early.1)),
                ] {
                    assert!(is_mean(&values, truth), "{what} of {law:?}, seed {seed}");
                }
                let greatest = biased.greatest_ratio();
                assert!(weighted(&|_| 1.0).iter().all(|ratio| *ratio <= greatest));
            }
        }
    }

    /// The mean of the proposal is that of its parts: `E[y^(k+1)] / E[y^k]`, in closed form for a lognormal law.
    #[test]
    fn lognormal_durations_are_shifted_in_the_logarithm() {
        let law = Law::lognormal(2.0, 0.6).unwrap();
        let biased = LengthBiased::of(&law);
        let expected: f64 = [0.0, 1.0, 2.0]
            .iter()
            .zip(PROPORTIONS)
            .map(|(k, parts)| exp(2.0 + k * 0.36 + 0.18) * parts / 4.0)
            .sum();
        for seed in 1..=3 {
            let mut stream = uniforms(seed);
            let draws: Vec<f64> = (0..20_000).map(|_| biased.draw(stream.uniform())).collect();
            assert!(is_mean(&draws, expected), "seed {seed}");
        }
    }

    /// The second moment of a reward that grows with the square is what the bias is for.
    #[test]
    fn long_repairs_no_longer_rule_the_variance() {
        let law = Law::lognormal(0.0, 1.2).unwrap();
        let biased = LengthBiased::of(&law);
        let mut stream = uniforms(1);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..20_000 {
            let y = biased.draw(stream.uniform());
            let reward = biased.likelihood_ratio(y) * y * y;
            sum += reward;
            squares += reward * reward;
        }
        let spread = 20_000.0 * squares / (sum * sum);
        // Below the bound 4; drawn as it is, the square has exp(4 sigma^2) = 317.
        assert!(spread < 4.0, "{spread}");
    }

    #[test]
    fn laws_without_moments_or_cheap_forms_are_mixed_less() {
        let ratio = |law: Result<Law, crate::dist::LawError>| {
            LengthBiased::of(&law.unwrap()).greatest_ratio()
        };
        assert_eq!(ratio(Law::pareto(1.0, 1.8)), 1.0);
        assert_eq!(ratio(Law::pareto(1.0, 2.5)), 3.0);
        assert_eq!(ratio(Law::log_logistic(1.0, 2.5)), 3.0);
        assert_eq!(ratio(Law::log_logistic(1.0, 3.5)), 4.0);
        assert_eq!(ratio(Law::empirical(vec![1.0, 5.0])), 1.0);
        let fixed = LengthBiased::of(&Law::fixed(7.0).unwrap());
        assert_eq!((fixed.draw(0.9), fixed.likelihood_ratio(7.0)), (7.0, 1.0));
    }

    #[test]
    fn what_lies_between_two_bounds_is_drawn_as_often_as_the_law_itself() {
        let law = Law::exponential(3600.0).unwrap();
        let biased = LengthBiased::of(&law).and_between(&law, 20.0, 60.0);
        assert_eq!(biased.greatest_ratio(), 5.0);
        let draws = 10_000;
        let within = (0..draws)
            .map(|draw| biased.draw((f64::from(draw) + 0.5) / f64::from(draws)))
            .filter(|seconds| (20.0..=60.0).contains(seconds));
        let share = within.count() as f64 / f64::from(draws);
        assert!((0.2..0.204).contains(&share), "{share}");
        let fixed = Law::fixed(30.0).unwrap();
        let alone = LengthBiased::of(&fixed);
        let as_before = alone.clone().and_between(&fixed, 20.0, 60.0);
        assert_eq!(as_before.greatest_ratio(), alone.greatest_ratio());
    }

    #[test]
    fn value_stability() {
        let laws = [
            Law::exponential(250.0),
            Law::weibull(1000.0, 2.2),
            Law::lognormal(6.0, 0.8),
            Law::uniform(20.0, 50.0),
            Law::triangular(10.0, 15.0, 60.0),
            Law::log_logistic(600.0, 9.0),
        ];
        let bits = laws.map(|law| {
            let biased = LengthBiased::of(&law.unwrap());
            [0.2, 0.5, 0.9].map(|uniform| biased.draw(uniform).to_bits())
        });
        assert_eq!(
            bits,
            [
                [
                    0x4079_25c0_6c1d_fbe5,
                    0x407a_3963_5159_d663,
                    0x4088_42c1_d780_20e4
                ],
                [
                    0x4093_65f4_9a84_0390,
                    0x4090_924f_f290_a0ee,
                    0x4095_085a_4e25_61f9
                ],
                [
                    0x4088_b7fe_6934_9d06,
                    0x4087_e8c2_8bb3_534e,
                    0x409b_c3f8_74d6_935c
                ],
                [
                    0x4046_0000_0000_0000,
                    0x4043_0a18_4402_9ac6,
                    0x4045_61ac_697e_6d97
                ],
                [
                    0x4043_64b5_bff4_5bf8,
                    0x4040_25e8_4164_94bd,
                    0x4044_5786_9a9d_4806
                ],
                [
                    0x4085_df56_e242_c1cf,
                    0x4083_6852_e0c0_cbf6,
                    0x4085_1a22_2ae8_aef8
                ],
            ]
        );
    }
}
