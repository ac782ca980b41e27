//! Probability laws of durations, as written.
//!
//! `4m` is fixed, `{ mean: 4m }` and `{ rate: 4/y }` are exponential, two of mean, median and percentiles are
//! lognormal, and every family has its own key. In `every`, a bare duration is the mean of an exponential law.

mod checked;
mod read;

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::units::{Duration, Rate, Share};

pub(super) use read::{STAGE_OR_LAW_KEYS, from_map, mean_or_law, no_unit};

/// A probability law of a duration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawSpec {
    /// Always the same.
    Fixed(Duration),
    /// Without memory.
    Exponential(Exponential),
    /// Wear-out (shape above 1) or infant mortality (below 1).
    Weibull(Box<Weibull>),
    /// The logarithm is normal: most repair times.
    Lognormal(Box<Lognormal>),
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gamma {
    /// The mean.
    pub mean: Duration,
    /// The shape; 1 is exponential.
    pub shape: f64,
}

/// A sum of exponential stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Erlang {
    /// The mean of the sum.
    pub mean: Duration,
    /// How many stages.
    pub stages: NonZeroU32,
}

/// Equally likely between two values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Uniform {
    /// The least value.
    pub from: Duration,
    /// The greatest value.
    pub to: Duration,
}

/// Between two values, most likely at a third.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Component {
    /// How often it applies; the shares of a mixture add up to 1.
    pub share: Share,
    /// The law.
    pub law: LawSpec,
}

/// A law cut to a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
