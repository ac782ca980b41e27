//! Laws from the figures that people have: a mean, a median, "95 % within ten minutes".
//!
//! Every constructor checks its figures alone and against each other, and says which contradicts which. What has no
//! spread (equal bounds, sigma zero) becomes the fixed law.

use super::error::{not_negative, positive, with_finite_mean};
use super::{
    Empirical, Exponential, Fixed, Gamma, Law, LawError, LogLogistic, LogNormal, Mixture, Pareto,
    Triangular, Truncated, Uniform, Weibull,
};
use crate::math::{exp, gamma, ln, ln_1p, normal_quantile, pow};

/// How far the shares of a mixture may be from adding up to 1.
const SHARE_TOLERANCE: f64 = 1e-9;

/// "This share is over within so many seconds": one point of a distribution function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile {
    /// The share, strictly between 0 and 1 (0.95 for the 95th percentile).
    pub probability: f64,
    /// The duration in seconds, positive.
    pub seconds: f64,
}

impl Percentile {
    fn check(self) -> Result<Percentile, LawError> {
        if !(self.probability > 0.0 && self.probability < 1.0) {
            return Err(LawError::OutOfRange {
                figure: "the share of a percentile",
                value: self.probability,
                allowed: "strictly between 0 and 1",
            });
        }
        positive("the duration of a percentile", self.seconds)?;
        Ok(self)
    }

    /// The number of standard deviations above the median at which a normal law has this share.
    fn deviations(self) -> f64 {
        normal_quantile(self.probability)
    }

    /// Both, checked, the lower share first.
    fn ordered(one: Percentile, other: Percentile) -> Result<(Percentile, Percentile), LawError> {
        let (one, other) = (one.check()?, other.check()?);
        let (low, high) = if one.probability <= other.probability {
            (one, other)
        } else {
            (other, one)
        };
        if low.probability == high.probability {
            return Err(LawError::Contradiction {
                first: "the share of one percentile",
                first_value: low.probability,
                second: "the share of the other",
                second_value: high.probability,
                rule: "two percentiles must have different shares",
            });
        }
        if low.seconds >= high.seconds {
            return Err(LawError::Contradiction {
                first: "the duration of the lower percentile",
                first_value: low.seconds,
                second: "the duration of the higher percentile",
                second_value: high.seconds,
                rule: "the duration must rise with the share",
            });
        }
        Ok((low, high))
    }
}

/// Constant and exponential durations.
impl Law {
    /// Always `value` seconds; zero is allowed.
    ///
    /// # Errors
    /// If the value is negative, infinite or NaN.
    pub fn fixed(value: f64) -> Result<Law, LawError> {
        let value = not_negative("the fixed duration", value)?;
        Ok(Law::Fixed(Fixed { value }))
    }

    /// Exponential with this mean in seconds.
    ///
    /// # Errors
    /// If the mean is not a positive number.
    pub fn exponential(mean: f64) -> Result<Law, LawError> {
        let mean = positive("the mean", mean)?;
        Ok(Law::Exponential(Exponential { mean }))
    }

    /// Exponential with this rate in events per second.
    ///
    /// # Errors
    /// If the rate is not a positive number.
    pub fn exponential_from_rate(rate: f64) -> Result<Law, LawError> {
        let mean = 1.0 / positive("the rate", rate)?;
        let law = Law::Exponential(Exponential { mean });
        with_finite_mean("exponential", mean, law)
    }
}

/// Lognormal durations.
impl Law {
    /// Lognormal: the logarithm of the seconds has mean `mu` and standard deviation `sigma`.
    ///
    /// # Errors
    /// If `mu` is not finite, `sigma` is negative, or the mean is too large to represent.
    pub fn lognormal(mu: f64, sigma: f64) -> Result<Law, LawError> {
        if !mu.is_finite() {
            let (figure, allowed) = ("mu", "a finite number");
            return Err(LawError::OutOfRange {
                figure,
                value: mu,
                allowed,
            });
        }
        let sigma = not_negative("sigma", sigma)?;
        if sigma == 0.0 {
            return Law::fixed(exp(mu));
        }
        let law = Law::LogNormal(LogNormal { mu, sigma });
        with_finite_mean("lognormal", law.mean(), law)
    }

    /// Lognormal from its median in seconds and the standard deviation of the logarithm.
    ///
    /// # Errors
    /// If the median is not positive or `sigma` is negative.
    pub fn lognormal_from_median_and_sigma(median: f64, sigma: f64) -> Result<Law, LawError> {
        Law::lognormal(ln(positive("the median", median)?), sigma)
    }

    /// Lognormal from its median in seconds and one percentile.
    ///
    /// # Errors
    /// If a figure is out of range, or the percentile lies on the wrong side of the median (or is the median).
    pub fn lognormal_from_median_and_percentile(
        median: f64,
        percentile: Percentile,
    ) -> Result<Law, LawError> {
        let median = positive("the median", median)?;
        let percentile = percentile.check()?;
        let deviations = percentile.deviations();
        let sigma = ln(percentile.seconds / median) / deviations;
        if deviations == 0.0 || sigma < 0.0 {
            return Err(LawError::Contradiction {
                first: "the median",
                first_value: median,
                second: "the duration of the percentile",
                second_value: percentile.seconds,
                rule: "a percentile above the 50th must lie above the median, one below it below, \
                       and the 50th is the median itself",
            });
        }
        Law::lognormal(ln(median), sigma)
    }

    /// Lognormal from its mean and its median in seconds.
    ///
    /// # Errors
    /// If a figure is not positive, or the mean is below the median.
    pub fn lognormal_from_mean_and_median(mean: f64, median: f64) -> Result<Law, LawError> {
        let mean = positive("the mean", mean)?;
        let median = positive("the median", median)?;
        if mean < median {
            return Err(LawError::Contradiction {
                first: "the mean",
                first_value: mean,
                second: "the median",
                second_value: median,
                rule: "the mean of a lognormal law is never below its median",
            });
        }
        Law::lognormal(ln(median), (2.0 * ln(mean / median)).sqrt())
    }

    /// Lognormal from its mean in seconds and one percentile; of two laws that fit, the one with less spread.
    ///
    /// # Errors
    /// If a figure is out of range, or no lognormal law of this mean has this percentile.
    pub fn lognormal_from_mean_and_percentile(
        mean: f64,
        percentile: Percentile,
    ) -> Result<Law, LawError> {
        let mean = positive("the mean", mean)?;
        let percentile = percentile.check()?;
        // ln(seconds / mean) = z sigma - sigma^2 / 2, a quadratic equation for sigma.
        let z = percentile.deviations();
        let twice_above = 2.0 * ln(percentile.seconds / mean);
        let root = (z * z - twice_above).sqrt();
        // The product of the two solutions is `twice_above`: the form without cancellation is taken.
        let sigma = if twice_above >= 0.0 && z > 0.0 {
            twice_above / (z + root)
        } else if z < 0.0 {
            -twice_above / (root - z)
        } else {
            z + root
        };
        if sigma >= 0.0 {
            return Law::lognormal(ln(mean) - 0.5 * sigma * sigma, sigma);
        }
        Err(LawError::Contradiction {
            first: "the mean",
            first_value: mean,
            second: "the duration of the percentile",
            second_value: percentile.seconds,
            rule: "no lognormal law of this mean has so long a percentile (with z the normal quantile of the share, \
                   the longest is the mean times exp(z^2 / 2) for shares above one half, and the mean otherwise)",
        })
    }

    /// Lognormal from two percentiles.
    ///
    /// # Errors
    /// If a figure is out of range, or the duration does not rise with the share.
    pub fn lognormal_from_percentiles(one: Percentile, other: Percentile) -> Result<Law, LawError> {
        let (low, high) = Percentile::ordered(one, other)?;
        let sigma = ln(high.seconds / low.seconds) / (high.deviations() - low.deviations());
        Law::lognormal(ln(low.seconds) - low.deviations() * sigma, sigma)
    }
}

/// Weibull and gamma durations.
impl Law {
    /// Weibull with this scale in seconds.
    ///
    /// # Errors
    /// If a figure is not positive, or the mean is too large to represent.
    pub fn weibull(scale: f64, shape: f64) -> Result<Law, LawError> {
        let scale = positive("the scale", scale)?;
        let law = Law::Weibull(Weibull::new(scale, positive("the shape", shape)?));
        with_finite_mean("Weibull", law.mean(), law)
    }

    /// Weibull from its mean in seconds.
    ///
    /// # Errors
    /// If a figure is not positive, or the shape is so small that no scale gives this mean.
    pub fn weibull_from_mean(mean: f64, shape: f64) -> Result<Law, LawError> {
        let mean = positive("the mean", mean)?;
        let shape = positive("the shape", shape)?;
        let factor = gamma(1.0 + 1.0 / shape);
        let scale = with_finite_mean("Weibull", factor, mean / factor)?;
        Law::weibull(scale, shape)
    }

    /// Weibull from its median in seconds.
    ///
    /// # Errors
    /// If a figure is not positive, or the mean is too large to represent.
    pub fn weibull_from_median(median: f64, shape: f64) -> Result<Law, LawError> {
        let median = positive("the median", median)?;
        let shape = positive("the shape", shape)?;
        let scale = median / pow(std::f64::consts::LN_2, 1.0 / shape);
        let scale = with_finite_mean("Weibull", scale, scale)?;
        Law::weibull(scale, shape)
    }

    /// Weibull from two percentiles.
    ///
    /// # Errors
    /// If a figure is out of range, the duration does not rise with the share, or the mean is too large to represent.
    pub fn weibull_from_percentiles(one: Percentile, other: Percentile) -> Result<Law, LawError> {
        let (low, high) = Percentile::ordered(one, other)?;
        let (low_hazard, high_hazard) = (-ln_1p(-low.probability), -ln_1p(-high.probability));
        let shape = ln(high_hazard / low_hazard) / ln(high.seconds / low.seconds);
        let scale = low.seconds * exp(-ln(low_hazard) / shape);
        let scale = with_finite_mean("Weibull", scale, scale)?;
        Law::weibull(scale, shape)
    }

    /// Gamma with this scale in seconds.
    ///
    /// # Errors
    /// If a figure is not positive, or the mean is too large to represent.
    pub fn gamma(shape: f64, scale: f64) -> Result<Law, LawError> {
        let shape = positive("the shape", shape)?;
        let scale = positive("the scale", scale)?;
        let law = Law::Gamma(Gamma { shape, scale });
        with_finite_mean("gamma", law.mean(), law)
    }

    /// Gamma from its mean in seconds.
    ///
    /// # Errors
    /// If a figure is not positive.
    pub fn gamma_from_mean(mean: f64, shape: f64) -> Result<Law, LawError> {
        let mean = positive("the mean", mean)?;
        Law::gamma(shape, mean / positive("the shape", shape)?)
    }

    /// Erlang: `stages` exponential stages one after the other, `mean` seconds in all.
    ///
    /// # Errors
    /// If the mean is not positive, or there is no stage.
    pub fn erlang(mean: f64, stages: u32) -> Result<Law, LawError> {
        let stages = positive("the number of stages", f64::from(stages))?;
        Law::gamma_from_mean(mean, stages)
    }
}

/// Bounded and heavy-tailed durations.
impl Law {
    /// Uniform between two durations in seconds.
    ///
    /// # Errors
    /// If a bound is negative, infinite or NaN, or they are out of order.
    pub fn uniform(from: f64, to: f64) -> Result<Law, LawError> {
        let from = not_negative("the least duration", from)?;
        let to = not_negative("the greatest duration", to)?;
        in_order(("the least duration", from), ("the greatest duration", to))?;
        if from == to {
            return Law::fixed(from);
        }
        Ok(Law::Uniform(Uniform { from, to }))
    }

    /// Triangular: least, most likely and greatest duration in seconds.
    ///
    /// # Errors
    /// If a figure is negative, infinite or NaN, or they are out of order.
    pub fn triangular(from: f64, mode: f64, to: f64) -> Result<Law, LawError> {
        let from = not_negative("the least duration", from)?;
        let mode = not_negative("the most likely duration", mode)?;
        let to = not_negative("the greatest duration", to)?;
        in_order(
            ("the least duration", from),
            ("the most likely duration", mode),
        )?;
        in_order(
            ("the most likely duration", mode),
            ("the greatest duration", to),
        )?;
        if from == to {
            return Law::fixed(from);
        }
        let law = Law::Triangular(Triangular { from, mode, to });
        with_finite_mean("triangular", law.mean(), law)
    }

    /// Pareto from its least duration in seconds.
    ///
    /// # Errors
    /// If the minimum is not positive, or the shape is 1 or less (the mean would be infinite).
    pub fn pareto(minimum: f64, shape: f64) -> Result<Law, LawError> {
        let minimum = positive("the minimum", minimum)?;
        let shape = heavy_tail("Pareto", shape)?;
        let law = Law::Pareto(Pareto { minimum, shape });
        with_finite_mean("Pareto", law.mean(), law)
    }

    /// Pareto from its median in seconds.
    ///
    /// # Errors
    /// If the median is not positive, or the shape is 1 or less (the mean would be infinite).
    pub fn pareto_from_median(median: f64, shape: f64) -> Result<Law, LawError> {
        let median = positive("the median", median)?;
        let shape = heavy_tail("Pareto", shape)?;
        Law::pareto(median * pow(0.5, 1.0 / shape), shape)
    }

    /// Log-logistic from its median in seconds, which is its scale.
    ///
    /// # Errors
    /// If the median is not positive, or the shape is 1 or less (the mean would be infinite).
    pub fn log_logistic(median: f64, shape: f64) -> Result<Law, LawError> {
        let scale = positive("the median", median)?;
        let shape = heavy_tail("log-logistic", shape)?;
        let law = Law::LogLogistic(LogLogistic { scale, shape });
        with_finite_mean("log-logistic", law.mean(), law)
    }
}

/// Laws made of values or of other laws.
impl Law {
    /// Equally likely durations in seconds, in any order; repeated values count as often as they are listed.
    ///
    /// # Errors
    /// If the list is empty, a value is negative, infinite or NaN, or the sum is too large to represent.
    pub fn empirical(values: Vec<f64>) -> Result<Law, LawError> {
        if values.is_empty() {
            let list = "the list of durations";
            return Err(LawError::Empty { list });
        }
        let checked: Result<Vec<f64>, LawError> = values
            .into_iter()
            .map(|value| not_negative("a listed duration", value))
            .collect();
        let law = Law::Empirical(Empirical::new(checked?));
        with_finite_mean("empirical", law.mean(), law)
    }

    /// Mixture of laws with these shares. Components with a share of zero are dropped.
    ///
    /// # Errors
    /// If the list is empty, a share is negative or NaN, or the shares do not add up to 1 within 1e-9.
    pub fn mixture(components: Vec<(f64, Law)>) -> Result<Law, LawError> {
        if components.is_empty() {
            let list = "the list of mixed laws";
            return Err(LawError::Empty { list });
        }
        let mut sum = 0.0;
        for (share, _) in &components {
            sum += not_negative("a share", *share)?;
        }
        if (sum - 1.0).abs() > SHARE_TOLERANCE {
            return Err(LawError::Shares { sum });
        }
        let mut normalised: Vec<(f64, Law)> = components
            .into_iter()
            .filter(|(share, _)| *share > 0.0)
            .map(|(share, law)| (share / sum, law))
            .collect();
        if normalised.len() == 1
            && let Some((_, only)) = normalised.pop()
        {
            return Ok(only);
        }
        let law = Law::Mixture(Mixture::new(normalised));
        with_finite_mean("mixture", law.mean(), law)
    }

    /// A law conditioned on lying above `from` (if given and positive) and at or below `to` (if given), in seconds.
    ///
    /// # Errors
    /// If a bound is negative, infinite or NaN, they are out of order, or no probability lies between them.
    pub fn truncated(law: Law, from: Option<f64>, to: Option<f64>) -> Result<Law, LawError> {
        let least = match from {
            Some(bound) => not_negative("the lower bound", bound)?,
            None => 0.0,
        };
        let greatest = match to {
            Some(bound) => not_negative("the upper bound", bound)?,
            None => f64::INFINITY,
        };
        in_order(("the lower bound", least), ("the upper bound", greatest))?;
        if least == 0.0 && greatest == f64::INFINITY {
            return Ok(law);
        }
        let nothing = LawError::NoMassLeft {
            from: least,
            to: greatest,
        };
        let law = Truncated::new(law, least, greatest).ok_or(nothing)?;
        let law = Law::Truncated(law);
        with_finite_mean("truncated", law.mean(), law)
    }
}

fn in_order(low: (&'static str, f64), high: (&'static str, f64)) -> Result<(), LawError> {
    if low.1 <= high.1 {
        return Ok(());
    }
    Err(LawError::Contradiction {
        first: low.0,
        first_value: low.1,
        second: high.0,
        second_value: high.1,
        rule: "the first must not exceed the second",
    })
}

/// The shape itself if the mean of a law with this power-law tail is finite.
fn heavy_tail(family: &'static str, shape: f64) -> Result<f64, LawError> {
    let shape = positive("the shape", shape)?;
    if shape > 1.0 {
        Ok(shape)
    } else {
        Err(LawError::InfiniteMean { law: family })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentile(probability: f64, seconds: f64) -> Percentile {
        Percentile {
            probability,
            seconds,
        }
    }

    #[track_caller]
    fn assert_close(value: f64, expected: f64) {
        assert!(
            (value / expected - 1.0).abs() < 1e-11,
            "{value} should be {expected}"
        );
    }

    #[test]
    fn means_and_medians_come_back() {
        assert_close(Law::exponential_from_rate(0.02).unwrap().mean(), 50.0);
        assert_close(Law::weibull_from_mean(700.0, 1.8).unwrap().mean(), 700.0);
        assert_close(
            Law::weibull_from_median(700.0, 0.6).unwrap().quantile(0.5),
            700.0,
        );
        assert_close(Law::gamma_from_mean(700.0, 2.5).unwrap().mean(), 700.0);
        assert_close(Law::erlang(700.0, 4).unwrap().mean(), 700.0);
        assert_close(
            Law::pareto_from_median(700.0, 1.5).unwrap().quantile(0.5),
            700.0,
        );
        assert_close(Law::log_logistic(700.0, 1.5).unwrap().quantile(0.5), 700.0);
        let law = Law::lognormal_from_median_and_sigma(700.0, 1.1).unwrap();
        assert_close(law.quantile(0.5), 700.0);
        let law = Law::lognormal_from_mean_and_median(900.0, 700.0).unwrap();
        assert_close(law.quantile(0.5), 700.0);
        assert_close(law.mean(), 900.0);
    }

    #[test]
    fn percentiles_come_back() {
        let (low, high) = (percentile(0.2, 40.0), percentile(0.95, 600.0));
        for law in [
            Law::lognormal_from_percentiles(low, high),
            Law::lognormal_from_percentiles(high, low),
            Law::weibull_from_percentiles(high, low),
        ] {
            let law = law.unwrap();
            assert_close(law.cdf(40.0), 0.2);
            assert_close(law.quantile(0.95), 600.0);
        }
        for point in [percentile(0.95, 600.0), percentile(0.1, 30.0)] {
            let law = Law::lognormal_from_median_and_percentile(100.0, point).unwrap();
            assert_close(law.quantile(0.5), 100.0);
            assert_close(law.quantile(point.probability), point.seconds);
        }
    }

    #[test]
    fn mean_and_percentile_come_back() {
        for point in [
            percentile(0.95, 300.0),
            percentile(0.95, 60.0),
            percentile(0.5, 60.0),
            percentile(0.2, 60.0),
        ] {
            let law = Law::lognormal_from_mean_and_percentile(100.0, point).unwrap();
            assert_close(law.mean(), 100.0);
            assert_close(law.quantile(point.probability), point.seconds);
        }
        // Of the two laws that fit, the one with less spread: sigma below the normal quantile.
        let law = Law::lognormal_from_mean_and_percentile(100.0, percentile(0.95, 300.0));
        assert!(matches!(law, Ok(Law::LogNormal(law)) if law.sigma() < 1.644));
        for point in [
            percentile(0.95, 390.0),
            percentile(0.5, 101.0),
            percentile(0.2, 101.0),
        ] {
            let error = Law::lognormal_from_mean_and_percentile(100.0, point);
            assert!(
                matches!(error, Err(LawError::Contradiction { .. })),
                "{error:?}"
            );
        }
    }

    #[test]
    fn no_spread_is_the_fixed_law() {
        let fixed = Law::fixed(30.0).unwrap();
        assert_eq!(Law::uniform(30.0, 30.0).unwrap(), fixed);
        assert_eq!(Law::triangular(30.0, 30.0, 30.0).unwrap(), fixed);
        let law = Law::lognormal_from_median_and_sigma(30.0, 0.0).unwrap();
        assert!(matches!(law, Law::Fixed(_)));
        let law = Law::lognormal_from_mean_and_percentile(30.0, percentile(0.9, 30.0)).unwrap();
        assert!(matches!(law, Law::Fixed(_)));
        assert_eq!(
            Law::mixture(vec![(1.0, fixed.clone()), (0.0, fixed.clone())]).unwrap(),
            fixed
        );
        assert_eq!(Law::truncated(fixed.clone(), None, None).unwrap(), fixed);
    }

    #[test]
    fn every_bad_number_is_refused() {
        let good = percentile(0.9, 50.0);
        for bad in [f64::NAN, -1.0, 0.0, f64::INFINITY, f64::NEG_INFINITY] {
            let laws = [
                Law::exponential(bad),
                Law::exponential_from_rate(bad),
                Law::lognormal_from_median_and_sigma(bad, 1.0),
                Law::lognormal_from_mean_and_median(bad, 1.0),
                Law::lognormal_from_mean_and_median(1.0, bad),
                Law::lognormal_from_median_and_percentile(bad, good),
                Law::lognormal_from_median_and_percentile(10.0, percentile(bad, 50.0)),
                Law::lognormal_from_mean_and_percentile(10.0, percentile(0.9, bad)),
                Law::lognormal_from_percentiles(good, percentile(0.1, bad)),
                Law::weibull(bad, 1.0),
                Law::weibull(1.0, bad),
                Law::weibull_from_mean(bad, 1.0),
                Law::weibull_from_median(1.0, bad),
                Law::weibull_from_percentiles(percentile(bad, 1.0), good),
                Law::gamma(bad, 1.0),
                Law::gamma_from_mean(1.0, bad),
                Law::erlang(bad, 2),
                Law::pareto(bad, 2.0),
                Law::pareto(1.0, bad),
                Law::pareto_from_median(bad, 2.0),
                Law::log_logistic(bad, 2.0),
                Law::log_logistic(1.0, bad),
            ];
            for law in laws {
                assert!(law.is_err(), "{bad}: {law:?}");
            }
            if bad != 0.0 {
                assert!(Law::fixed(bad).is_err());
                assert!(Law::lognormal(1.0, bad).is_err());
                assert!(Law::uniform(bad, 9.0).is_err() && Law::uniform(1.0, bad).is_err());
                assert!(Law::triangular(0.0, bad, 9.0).is_err());
                assert!(Law::empirical(vec![1.0, bad]).is_err());
                assert!(Law::mixture(vec![(bad, Law::fixed(1.0).unwrap())]).is_err());
                assert!(Law::truncated(Law::exponential(1.0).unwrap(), Some(bad), None).is_err());
            }
        }
        assert!(Law::lognormal(f64::NAN, 1.0).is_err());
    }

    #[test]
    fn infinite_means_are_refused() {
        for law in [
            Law::pareto(1.0, 1.0),
            Law::log_logistic(1.0, 0.9),
            Law::weibull(1.0, 0.001),
            Law::weibull_from_mean(1.0, 0.001),
            Law::lognormal(0.0, 60.0),
            Law::exponential_from_rate(1e-310),
            Law::gamma(1e200, 1e200),
            Law::empirical(vec![1e308, 1e308]),
        ] {
            assert!(matches!(law, Err(LawError::InfiniteMean { .. })), "{law:?}");
        }
    }

    #[test]
    fn messages_name_the_figures() {
        let message = |law: Result<Law, LawError>| law.unwrap_err().to_string();
        assert_eq!(
            message(Law::lognormal_from_mean_and_median(10.0, 30.0)),
            "the mean is 10 and the median is 30, but the mean of a lognormal law is never below its median"
        );
        assert_eq!(
            message(Law::uniform(9.0, 3.0)),
            "the least duration is 9 and the greatest duration is 3, but the first must not exceed the second"
        );
        assert_eq!(
            message(Law::exponential(-3.0)),
            "the mean is -3, but must be a positive number"
        );
        let half = || Law::fixed(1.0).unwrap();
        assert_eq!(
            message(Law::mixture(vec![(0.5, half()), (0.4, half())])),
            "the shares of the mixture add up to 0.9, but must add up to 1"
        );
        assert_eq!(
            message(Law::truncated(half(), Some(2.0), None)),
            "the law has no probability between 2 and inf seconds"
        );
        assert_eq!(
            message(Law::empirical(vec![])),
            "the list of durations is empty"
        );
    }

    #[test]
    fn contradictions_are_refused() {
        for law in [
            Law::lognormal_from_median_and_percentile(10.0, percentile(0.9, 9.0)),
            Law::lognormal_from_median_and_percentile(10.0, percentile(0.1, 11.0)),
            Law::lognormal_from_median_and_percentile(10.0, percentile(0.5, 11.0)),
            Law::lognormal_from_percentiles(percentile(0.1, 9.0), percentile(0.9, 8.0)),
            Law::weibull_from_percentiles(percentile(0.9, 9.0), percentile(0.9, 10.0)),
            Law::triangular(1.0, 9.0, 5.0),
            Law::truncated(Law::exponential(1.0).unwrap(), Some(5.0), Some(4.0)),
        ] {
            assert!(
                matches!(law, Err(LawError::Contradiction { .. })),
                "{law:?}"
            );
        }
        let empty = Law::truncated(Law::uniform(0.0, 4.0).unwrap(), Some(4.0), None);
        assert!(matches!(empty, Err(LawError::NoMassLeft { .. })));
        assert!(Law::erlang(3.0, 0).is_err() && Law::mixture(vec![]).is_err());
    }
}
