//! Rates: `500/s`, `4/y`, `1e-3/y`.

use std::str::FromStr;

use super::decimal::Decimal;
use super::duration::{unit_length, unit_meant};
use crate::model::diagnostic::Code;
use crate::model::problem::{Problem, quoted};

/// Units of the normal form with their length in seconds, shortest first.
const NORMAL: [(&str, f64); 6] = [
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3_600.0),
    ("d", 86_400.0),
    ("mo", 2_628_000.0),
    ("y", 31_536_000.0),
];

/// So many events in a unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    count: f64,
    unit: &'static str,
    unit_seconds: f64,
}

impl Rate {
    /// Events per second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        self.count / self.unit_seconds
    }

    /// Events per year of 365 days.
    #[must_use]
    pub fn per_year(self) -> f64 {
        self.count * (crate::time::YEAR_SECONDS / self.unit_seconds)
    }

    /// The mean time between events, in seconds; infinite for a rate of zero.
    #[must_use]
    pub fn mean_seconds(self) -> f64 {
        self.unit_seconds / self.count
    }

    /// The rate in the shortest unit that has at least one event.
    fn normal(count: f64, length_seconds: f64) -> Rate {
        let in_unit = |seconds: f64| count * (seconds / length_seconds);
        let (unit, unit_seconds) = NORMAL
            .into_iter()
            .find(|(_, seconds)| in_unit(*seconds) >= 1.0)
            .unwrap_or(if count == 0.0 {
                NORMAL[0]
            } else {
                NORMAL[NORMAL.len() - 1]
            });
        Rate {
            count: in_unit(unit_seconds),
            unit,
            unit_seconds,
        }
    }
}

impl FromStr for Rate {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Rate, Problem> {
        let bad = |message: String, help: String| Problem::new(Code::Rate, message, help);
        let not_a_rate = || {
            bad(
                format!("{} is not a rate", quoted(text)),
                EXAMPLES.to_owned(),
            )
        };
        let trimmed = text.trim();
        if trimmed.starts_with('-') {
            return Err(bad(
                format!("{} is negative", quoted(text)),
                "a rate is zero or more".to_owned(),
            ));
        }
        let (numeral, rest) = Decimal::split(trimmed).ok_or_else(not_a_rate)?;
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if rest.is_empty() {
            return Err(bad(
                format!("{} has no unit", quoted(text)),
                format!("write `{numeral}/s` or `{numeral}/y`"),
            ));
        }
        let unit = rest.strip_prefix('/').ok_or_else(not_a_rate)?;
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let length = unit_length(unit).ok_or_else(|| match unit_meant(unit) {
            Some(meant) => bad(
                format!("{} is not a unit of time", quoted(unit)),
                format!("write `{numeral}/{meant}`"),
            ),
            None => not_a_rate(),
        })?;
        let count: f64 = numeral.parse().map_err(|_| not_a_rate())?;
        let out_of_range = !(count == 0.0 || (1e-30..=1e30).contains(&count));
        if out_of_range || Decimal::parse(numeral).is_none() {
            return Err(bad(
                format!("{} is out of range", quoted(text)),
                EXAMPLES.to_owned(),
            ));
        }
        Ok(Rate::normal(count, length as f64 / 1e9))
    }
}

const EXAMPLES: &str = "write a number, a slash and a unit of time, such as `500/s` or `4/y`";

impl std::fmt::Display for Rate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.count != 0.0 && (self.count < 1e-4 || self.count >= 1e16) {
            write!(formatter, "{:e}/{}", self.count, self.unit)
        } else {
            write!(formatter, "{}/{}", self.count, self.unit)
        }
    }
}

super::text_unit!(Rate, "a rate such as `500/s`", Rate, "/s");

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "So many events in a unit of time: `500/s`, `4/y`, `1e-3/y`.",
            "pattern": r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? ?/ ?(ns|us|ms|s|m|h|d|w|mo|y)$",
            "examples": ["500/s", "4/y"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_a_normal_form() {
        for (text, normal, per_second) in [
            ("500/s", "500/s", 500.0),
            ("60/m", "1/s", 1.0),
            ("4/y", "4/y", 4.0 / 31_536_000.0),
            ("12/y", "1/mo", 1.0 / 2_628_000.0),
            ("0.5/s", "30/m", 0.5),
            ("1e-3/y", "0.001/y", 1e-3 / 31_536_000.0),
            ("1e-6/y", "1e-6/y", 1e-6 / 31_536_000.0),
            ("0/y", "0/s", 0.0),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.to_string(), normal);
            assert_eq!(rate.per_second(), per_second);
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
    }

    #[test]
    fn says_what_to_write_instead() {
        let help = |text: &str| text.parse::<Rate>().unwrap_err().help.unwrap();
        assert_eq!(help("4"), "write `4/s` or `4/y`");
        assert_eq!(help("4/year"), "write `4/y`");
        for text in [
            "", "-1/s", "/s", "x/s", "1/", "1/q", "1e999/s", "1e-999/s", "1/s/s", "inf/s",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
