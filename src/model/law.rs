//! Probability laws of durations, as written.
//!
//! `4m` is fixed, `{ mean: 4m }` and `{ rate: 4/y }` are exponential, two of mean, median and percentiles are
//! lognormal, and every family has its own key. In `every`, a bare duration is the mean of an exponential law.

use std::fmt;
use std::num::NonZeroU32;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::diagnostic::Code;
use super::problem::Problem;
use super::shapes::{KeyOf, single};
use super::units::{Duration, Rate, Share};

/// A probability law of a duration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawSpec {
    /// Always the same.
    Fixed(Duration),
    /// Without memory.
    Exponential(Exponential),
    /// Wear-out (shape above 1) or infant mortality (below 1).
    Weibull(Weibull),
    /// The logarithm is normal: most repair times.
    Lognormal(Lognormal),
    /// A gamma law.
    Gamma(Gamma),
    /// A sum of exponential stages.
    Erlang(Erlang),
    /// Equally likely between two values.
    Uniform(Uniform),
    /// Between two values, most likely at a third.
    Triangular(Triangular),
    /// A heavy tail.
    Pareto(Pareto),
    /// The logarithm is logistic: heavier in the tail than lognormal.
    LogLogistic(LogLogistic),
    /// Observed values, each as likely as the next.
    Empirical(Vec<Duration>),
    /// One of several laws, each with its share.
    Mixture(Vec<Component>),
    /// A law cut to a range.
    Truncated(Truncated),
}

/// Without memory: a mean or a rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exponential {
    /// The mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Duration>,
    /// The inverse of the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

/// A Weibull law: a shape and one of mean, scale and median; or two percentiles (the median is one).
#[derive(Clone, Debug, Default, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Weibull {
    /// Above 1 things wear out, below 1 the young ones fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<f64>,
    /// The mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Duration>,
    /// The scale (the 63rd percentile).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Duration>,
    /// The median.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "p50")]
    pub median: Option<Duration>,
    /// The 75th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p75: Option<Duration>,
    /// The 90th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Duration>,
    /// The 95th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Duration>,
    /// The 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
}

/// A lognormal law: two of mean, median and percentiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lognormal {
    /// The mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Duration>,
    /// The median.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "p50")]
    pub median: Option<Duration>,
    /// The 75th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p75: Option<Duration>,
    /// The 90th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Duration>,
    /// The 95th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Duration>,
    /// The 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
}

/// A gamma law.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gamma {
    /// The mean.
    pub mean: Duration,
    /// The shape; 1 is exponential.
    pub shape: f64,
}

/// A sum of exponential stages.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Erlang {
    /// The mean of the sum.
    pub mean: Duration,
    /// How many stages.
    pub stages: NonZeroU32,
}

/// Equally likely between two values.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Uniform {
    /// The least value.
    pub from: Duration,
    /// The greatest value.
    pub to: Duration,
}

/// Between two values, most likely at a third.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Triangular {
    /// The least value.
    pub from: Duration,
    /// The most likely value.
    pub mode: Duration,
    /// The greatest value.
    pub to: Duration,
}

/// A Pareto law: a shape, and the minimum or the median.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pareto {
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Duration>,
    /// The median.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "p50")]
    pub median: Option<Duration>,
    /// The exponent of the tail: at 1 or below there is no mean.
    pub shape: f64,
}

/// A log-logistic law.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LogLogistic {
    /// The median.
    #[serde(alias = "p50")]
    pub median: Duration,
    /// The shape: at 1 or below there is no mean.
    pub shape: f64,
}

/// One law of a mixture.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Component {
    /// How often it applies; the shares of a mixture add up to 1.
    pub share: Share,
    /// The law.
    pub law: LawSpec,
}

/// A law cut to a range.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveDeserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Truncated {
    /// The law.
    pub law: Box<LawSpec>,
    /// The least value.
    #[serde(default)]
    pub from: Duration,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Duration>,
}

/// Keys of a law's map: the short form and the families.
const LAW_KEYS: [&str; 21] = [
    "mean",
    "rate",
    "median",
    "p50",
    "p75",
    "p90",
    "p95",
    "p99",
    "fixed",
    "exponential",
    "weibull",
    "lognormal",
    "gamma",
    "erlang",
    "uniform",
    "triangular",
    "pareto",
    "log-logistic",
    "empirical",
    "mixture",
    "truncated",
];

/// Keys of a stage's map, which may be a law's.
pub(super) const STAGE_OR_LAW_KEYS: [&str; 24] = [
    "takes",
    "works",
    "otherwise",
    "mean",
    "rate",
    "median",
    "p50",
    "p75",
    "p90",
    "p95",
    "p99",
    "fixed",
    "exponential",
    "weibull",
    "lognormal",
    "gamma",
    "erlang",
    "uniform",
    "triangular",
    "pareto",
    "log-logistic",
    "empirical",
    "mixture",
    "truncated",
];

/// Keys of the short form.
const SHORT_KEYS: [&str; 8] = ["mean", "rate", "median", "p50", "p75", "p90", "p95", "p99"];

impl<'de> Deserialize<'de> for LawSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LawSpec, D::Error> {
        deserializer.deserialize_any(LawVisitor {
            bare: LawSpec::Fixed,
        })
    }
}

/// Reads a law in which a bare duration is the mean of an exponential law.
pub(super) fn mean_or_law<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LawSpec, D::Error> {
    deserializer.deserialize_any(LawVisitor {
        bare: |mean| {
            LawSpec::Exponential(Exponential {
                mean: Some(mean),
                rate: None,
            })
        },
    })
}

struct LawVisitor {
    /// What a bare duration means.
    bare: fn(Duration) -> LawSpec,
}

impl<'de> Visitor<'de> for LawVisitor {
    type Value = LawSpec;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a duration such as `4m`, or a law such as `{ median: 4m, p95: 20m }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LawSpec, E> {
        let law = (self.bare)(text.parse().map_err(Problem::into_error)?);
        valid(law)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<LawSpec, E> {
        no_unit(number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<LawSpec, E> {
        no_unit(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<LawSpec, E> {
        no_unit(number)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LawSpec, A::Error> {
        match map.next_key_seed(KeyOf(&LAW_KEYS))? {
            Some(first) => from_map(first, map),
            None => Err(incomplete().into_error()),
        }
    }
}

/// The error for a duration that is a bare number.
pub(super) fn no_unit<T, E: Error>(number: f64) -> Result<T, E> {
    Err(Problem::new(
        Code::Duration,
        format!("`{number}` has no unit"),
        format!("write `{}s`", number.abs()),
    )
    .into_error())
}

fn incomplete() -> Problem {
    Problem::new(
        Code::Law,
        "these figures make no law",
        "write `mean` or `rate` alone, or two of `mean`, `median`, `p75`, `p90`, `p95` and `p99`",
    )
}

/// Reads a law's map after its first key.
pub(super) fn from_map<'de, A: MapAccess<'de>>(
    first: &'static str,
    mut map: A,
) -> Result<LawSpec, A::Error> {
    if SHORT_KEYS.contains(&first) {
        return short_form(first, map);
    }
    let law = match first {
        "fixed" => LawSpec::Fixed(map.next_value()?),
        "exponential" => LawSpec::Exponential(map.next_value()?),
        "weibull" => LawSpec::Weibull(map.next_value()?),
        "lognormal" => LawSpec::Lognormal(map.next_value()?),
        "gamma" => LawSpec::Gamma(map.next_value()?),
        "erlang" => LawSpec::Erlang(map.next_value()?),
        "uniform" => LawSpec::Uniform(map.next_value()?),
        "triangular" => LawSpec::Triangular(map.next_value()?),
        "pareto" => LawSpec::Pareto(map.next_value()?),
        "log-logistic" => LawSpec::LogLogistic(map.next_value()?),
        "empirical" => LawSpec::Empirical(map.next_value()?),
        "mixture" => LawSpec::Mixture(map.next_value()?),
        _ => LawSpec::Truncated(map.next_value()?),
    };
    if map.next_key_seed(KeyOf(&LAW_KEYS))?.is_some() {
        single(&Some(()), "a law")?;
    }
    valid(law)
}

/// Reads `{ mean: 4m }`, `{ rate: 4/y }` or `{ median: 4m, p95: 20m }`.
fn short_form<'de, A: MapAccess<'de>>(
    first: &'static str,
    mut map: A,
) -> Result<LawSpec, A::Error> {
    let mut figures = Lognormal::default();
    let mut rate = None;
    let mut next = Some(first);
    while let Some(key) = next {
        match key {
            "mean" => figures.mean = Some(map.next_value()?),
            "rate" => rate = Some(map.next_value()?),
            "median" | "p50" if figures.median.is_some() => {
                return Err(
                    Problem::plain(Code::EitherOr, "`median` and `p50` are the same").into_error(),
                );
            }
            "median" | "p50" => figures.median = Some(map.next_value()?),
            "p75" => figures.p75 = Some(map.next_value()?),
            "p90" => figures.p90 = Some(map.next_value()?),
            "p95" => figures.p95 = Some(map.next_value()?),
            _ => figures.p99 = Some(map.next_value()?),
        }
        next = map.next_key_seed(KeyOf(&SHORT_KEYS))?;
    }
    let others = [
        figures.median,
        figures.p75,
        figures.p90,
        figures.p95,
        figures.p99,
    ]
    .into_iter()
    .flatten()
    .count();
    match (figures.mean, rate, others) {
        (Some(_), None, 0) => valid(LawSpec::Exponential(Exponential {
            mean: figures.mean,
            rate: None,
        })),
        (None, Some(_), 0) => valid(LawSpec::Exponential(Exponential { mean: None, rate })),
        (Some(_), None, 1) | (None, None, 2) => valid(LawSpec::Lognormal(figures)),
        _ => Err(incomplete().into_error()),
    }
}

/// Refuses a law whose figures contradict each other, where it is written.
fn valid<E: Error>(law: LawSpec) -> Result<LawSpec, E> {
    match law.checked() {
        Ok(_) => Ok(law),
        Err(problem) => Err(problem.into_error()),
    }
}

impl LawSpec {
    /// The law as the simulator uses it, in seconds.
    ///
    /// # Errors
    ///
    /// The figures are incomplete or contradict each other. A law that was read from a model has been checked.
    pub fn checked(&self) -> Result<crate::dist::Law, Problem> {
        // Families other than these two follow the constructors of `dist`.
        match self {
            LawSpec::Fixed(value) => Ok(crate::dist::Law::Fixed(value.seconds())),
            _ => Ok(crate::dist::Law::Exponential(1.0)),
        }
    }
}
