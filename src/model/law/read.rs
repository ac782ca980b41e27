//! Reading laws: the bare duration, the short form, and one key per family.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{Exponential, LawSpec, Lognormal};
use crate::model::diagnostic::Code;
use crate::model::problem::Problem;
use crate::model::shapes::{KeyOf, single};
use crate::model::units::Duration;

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
pub(in crate::model) const STAGE_OR_LAW_KEYS: [&str; 24] = [
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
pub(in crate::model) fn mean_or_law<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<LawSpec, D::Error> {
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
pub(in crate::model) fn no_unit<T, E: Error>(number: f64) -> Result<T, E> {
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
pub(in crate::model) fn from_map<'de, A: MapAccess<'de>>(
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
        (Some(_), None, 1) | (None, None, 2) => valid(LawSpec::Lognormal(Box::new(figures))),
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
