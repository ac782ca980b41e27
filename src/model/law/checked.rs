//! From the written law to the one that the simulator draws from.

use super::{LawSpec, Lognormal, Weibull};
use crate::dist::{Law, LawError, Percentile};
use crate::model::diagnostic::Code;
use crate::model::problem::Problem;
use crate::model::units::Duration;

impl LawSpec {
    /// The law as the simulator uses it, in seconds.
    ///
    /// # Errors
    ///
    /// The figures are incomplete or contradict each other. A law that was read from a model has been checked.
    pub fn checked(&self) -> Result<Law, Problem> {
        let law = match self {
            LawSpec::Fixed(value) => Law::fixed(value.seconds()),
            LawSpec::Exponential(law) => match (law.mean, law.rate) {
                (Some(mean), None) => Law::exponential(mean.seconds()),
                (None, Some(rate)) => Law::exponential(rate.mean_seconds()),
                _ => return Err(incomplete("an exponential law has either `mean` or `rate`")),
            },
            LawSpec::Weibull(law) => return law.checked(),
            LawSpec::Lognormal(law) => return law.checked(),
            LawSpec::Gamma(law) => Law::gamma_from_mean(law.mean.seconds(), law.shape),
            LawSpec::Erlang(law) => Law::erlang(law.mean.seconds(), law.stages.get()),
            LawSpec::Uniform(law) => Law::uniform(law.from.seconds(), law.to.seconds()),
            LawSpec::Triangular(law) => {
                Law::triangular(law.from.seconds(), law.mode.seconds(), law.to.seconds())
            }
            LawSpec::Pareto(law) => match (law.minimum, law.median) {
                (Some(minimum), None) => Law::pareto(minimum.seconds(), law.shape),
                (None, Some(median)) => Law::pareto_from_median(median.seconds(), law.shape),
                _ => return Err(incomplete("a Pareto law has either `minimum` or `median`")),
            },
            LawSpec::LogLogistic(law) => Law::log_logistic(law.median.seconds(), law.shape),
            LawSpec::Empirical(values) => {
                Law::empirical(values.iter().map(|value| value.seconds()).collect())
            }
            LawSpec::Mixture(components) => {
                let components: Result<Vec<(f64, Law)>, Problem> = components
                    .iter()
                    .map(|component| Ok((component.share.value(), component.law.checked()?)))
                    .collect();
                Law::mixture(components?)
            }
            LawSpec::Truncated(law) => Law::truncated(
                law.law.checked()?,
                Some(law.from.seconds()),
                law.to.map(Duration::seconds),
            ),
        };
        law.map_err(contradiction)
    }
}

impl Lognormal {
    fn checked(&self) -> Result<Law, Problem> {
        let percentiles = percentiles([
            (0.5, self.median),
            (0.75, self.p75),
            (0.9, self.p90),
            (0.95, self.p95),
            (0.99, self.p99),
        ]);
        match (self.mean, &percentiles[..]) {
            (Some(mean), [one]) if one.probability == 0.5 => {
                Law::lognormal_from_mean_and_median(mean.seconds(), one.seconds)
            }
            (Some(mean), [one]) => Law::lognormal_from_mean_and_percentile(mean.seconds(), *one),
            (None, [one, other]) if one.probability == 0.5 => {
                Law::lognormal_from_median_and_percentile(one.seconds, *other)
            }
            (None, [one, other]) => Law::lognormal_from_percentiles(*one, *other),
            _ => {
                return Err(incomplete(
                    "a lognormal law has two of `mean`, `median`, `p75`, `p90`, `p95` and `p99`",
                ));
            }
        }
        .map_err(contradiction)
    }
}

impl Weibull {
    fn checked(&self) -> Result<Law, Problem> {
        let tail = percentiles([
            (0.75, self.p75),
            (0.9, self.p90),
            (0.95, self.p95),
            (0.99, self.p99),
        ]);
        let median = self.median.map(|median| Percentile {
            probability: 0.5,
            seconds: median.seconds(),
        });
        match (self.shape, self.mean, self.scale, median, &tail[..]) {
            (Some(shape), Some(mean), None, None, []) => Law::weibull_from_mean(mean.seconds(), shape),
            (Some(shape), None, Some(scale), None, []) => Law::weibull(scale.seconds(), shape),
            (Some(shape), None, None, Some(median), []) => Law::weibull_from_median(median.seconds, shape),
            (None, None, None, Some(one), [other]) => Law::weibull_from_percentiles(one, *other),
            (None, None, None, None, [one, other]) => Law::weibull_from_percentiles(*one, *other),
            _ => {
                return Err(incomplete(
                    "a Weibull law has `shape` and one of `mean`, `scale` and `median`, or two of `median`, `p75`, `p90`, `p95` and `p99`",
                ));
            }
        }
        .map_err(contradiction)
    }
}

fn percentiles<const N: usize>(figures: [(f64, Option<Duration>); N]) -> Vec<Percentile> {
    figures
        .into_iter()
        .filter_map(|(probability, value)| {
            Some(Percentile {
                probability,
                seconds: value?.seconds(),
            })
        })
        .collect()
}

fn incomplete(message: &str) -> Problem {
    Problem::plain(Code::Law, message)
}

fn contradiction(error: LawError) -> Problem {
    Problem::plain(Code::Law, format!("{error} (in seconds)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(json: &str) -> Law {
        serde_json::from_str::<LawSpec>(json)
            .unwrap()
            .checked()
            .unwrap()
    }

    #[test]
    fn each_form_gives_its_law() {
        assert_eq!(law(r#""4m""#), Law::fixed(240.0).unwrap());
        assert_eq!(law(r#"{"mean":"4m"}"#), Law::exponential(240.0).unwrap());
        assert_eq!(
            law(r#"{"rate":"4/y"}"#),
            Law::exponential(7_884_000.0).unwrap()
        );
        let median_p95 = Law::lognormal_from_median_and_percentile(
            7200.0,
            Percentile {
                probability: 0.95,
                seconds: 43_200.0,
            },
        );
        assert_eq!(
            law(r#"{"median":"2h","p95":"12h"}"#),
            median_p95.clone().unwrap()
        );
        assert_eq!(
            law(r#"{"lognormal":{"p50":"2h","p95":"12h"}}"#),
            median_p95.unwrap()
        );
        assert_eq!(
            law(r#"{"weibull":{"shape":2,"mean":"1h"}}"#),
            Law::weibull_from_mean(3600.0, 2.0).unwrap()
        );
        assert_eq!(
            law(r#"{"erlang":{"mean":"1h","stages":3}}"#),
            Law::erlang(3600.0, 3).unwrap()
        );
        assert_eq!(
            law(r#"{"pareto":{"median":"1h","shape":2.5}}"#),
            Law::pareto_from_median(3600.0, 2.5).unwrap()
        );
        let nested = r#"{"truncated":{"law":{"mixture":[{"share":"90%","law":"1s"},{"share":0.1,"law":{"mean":"1m"}}]},"to":"10m"}}"#;
        assert!(law(nested).mean() > 1.0);
    }

    #[test]
    fn impossible_figures_are_refused_where_they_are_read() {
        for (json, part) in [
            (r#"{"median":"2h","p95":"1h"}"#, "[E0210]"),
            (r#"{"mean":"1h","rate":"1/h"}"#, "these figures make no law"),
            (r#"{"median":"1h"}"#, "these figures make no law"),
            ("{}", "these figures make no law"),
            (r#"{"weibull":{"shape":2}}"#, "Weibull law has"),
            (r#"{"weibull":{"shape":-2,"mean":"1h"}}"#, "[E0210]"),
            (
                r#"{"fixed":"1s","gamma":{"mean":"1s","shape":1}}"#,
                "exactly one key",
            ),
            (r#"{"mixture":[{"share":"50%","law":"1s"}]}"#, "add up"),
            (r#"{"empirical":[]}"#, "empty"),
            (r#"{"rate":"0/y"}"#, "[E0210]"),
            ("30", "write `30s`"),
        ] {
            let error = serde_json::from_str::<LawSpec>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
    }
}
