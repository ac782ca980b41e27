//! Durations: `30s`, `4m`, `2.7m`, `180d`, `2y`, `1h 30m`.

use std::str::FromStr;

use super::decimal::Decimal;
use crate::model::diagnostic::Code;
use crate::model::problem::{Problem, quoted};
use crate::time::Span;

const SECOND: u128 = 1_000_000_000;
const YEAR: u128 = 365 * 86_400 * SECOND;

/// The units, each with its length in nanoseconds. A year has 365 days, a month is a twelfth of it.
pub(super) const UNITS: [(&str, u128); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
    ("w", 7 * 86_400 * SECOND),
    ("mo", YEAR / 12),
    ("y", YEAR),
];

/// Units that the normal form uses, largest first.
const NORMAL: [(&str, u128); 8] = [
    ("y", YEAR),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// A billion years.
const LONGEST: u128 = 1_000_000_000 * YEAR;

/// A length of time, in whole nanoseconds up to a billion years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    nanoseconds: u128,
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration { nanoseconds: 0 };

    /// A whole number of seconds.
    #[must_use]
    pub const fn seconds_exactly(seconds: u64) -> Duration {
        Duration {
            nanoseconds: seconds as u128 * SECOND,
        }
    }

    /// A whole number of milliseconds.
    #[must_use]
    pub const fn milliseconds_exactly(milliseconds: u64) -> Duration {
        Duration {
            nanoseconds: milliseconds as u128 * (SECOND / 1_000),
        }
    }

    /// In seconds, to the nearest float.
    #[must_use]
    pub fn seconds(self) -> f64 {
        let (whole, rest) = (self.nanoseconds / SECOND, self.nanoseconds % SECOND);
        if rest == 0 {
            whole as f64
        } else {
            self.nanoseconds as f64 / SECOND as f64
        }
    }

    /// As simulated time; what does not fit is [`Span::FOREVER`].
    #[must_use]
    pub fn span(self) -> Span {
        u64::try_from(self.nanoseconds).map_or(Span::FOREVER, Span)
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.nanoseconds == 0
    }

    pub(in crate::model) fn five_seconds() -> Duration {
        Duration::seconds_exactly(5)
    }

    pub(in crate::model) fn ten_seconds() -> Duration {
        Duration::seconds_exactly(10)
    }
}

impl FromStr for Duration {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Duration, Problem> {
        let mut rest = text.trim();
        if rest.starts_with('-') {
            return Err(bad(
                format!("{} is negative", quoted(text)),
                "a duration is zero or longer",
            ));
        }
        let mut nanoseconds = 0_u128;
        loop {
            let Some((numeral, after)) = Decimal::split(rest) else {
                return Err(bad(format!("{} is not a duration", quoted(text)), EXAMPLES));
            };
            let after = after.strip_prefix(' ').unwrap_or(after);
            let end = after
                .find(|c: char| c.is_ascii_digit() || c == ' ')
                .unwrap_or(after.len());
            let (unit, next) = after.split_at(end);
            let length = unit_length(unit).ok_or_else(|| bad_unit(text, numeral, unit))?;
            nanoseconds = Decimal::parse(numeral)
                .and_then(|numeral| numeral.times(length))
                .and_then(|term| nanoseconds.checked_add(term))
                .filter(|sum| *sum <= LONGEST)
                .ok_or_else(|| {
                    bad(
                        format!("{} is too long", quoted(text)),
                        "up to a billion years are fine",
                    )
                })?;
            rest = next.strip_prefix(' ').unwrap_or(next);
            if rest.is_empty() {
                return Ok(Duration { nanoseconds });
            }
        }
    }
}

const EXAMPLES: &str =
    "write a number and a unit, such as `500ms`, `30s`, `4m`, `1.5h`, `180d`, `6mo` or `2y`";

pub(super) fn unit_length(unit: &str) -> Option<u128> {
    UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|(_, length)| *length)
}

/// The unit somebody meant by another spelling.
pub(super) fn unit_meant(unit: &str) -> Option<&'static str> {
    Some(match unit.to_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" | "s" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" | "h" => "h",
        "day" | "days" | "d" => "d",
        "week" | "weeks" | "w" => "w",
        "month" | "months" | "mon" | "mo" => "mo",
        "year" | "years" | "yr" | "yrs" | "a" | "y" => "y",
        "millisecond" | "milliseconds" | "msec" | "ms" => "ms",
        "µs" | "μs" | "microsecond" | "microseconds" | "us" => "us",
        _ => return None,
    })
}

fn bad(message: String, help: &str) -> Problem {
    Problem::new(Code::Duration, message, help)
}

fn bad_unit(text: &str, numeral: &str, unit: &str) -> Problem {
    if unit.is_empty() {
        return bad(
            format!("{} has no unit", quoted(text)),
            &format!("write `{numeral}s`"),
        );
    }
    match unit_meant(unit) {
        Some(meant) => bad(
            format!("{} is not a unit of time", quoted(unit)),
            &format!("write `{numeral}{meant}`"),
        ),
        None => bad(format!("{} is not a unit of time", quoted(unit)), EXAMPLES),
    }
}

impl std::fmt::Display for Duration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_zero() {
            return formatter.write_str("0s");
        }
        let (unit, length) = NORMAL
            .into_iter()
            .find(|(_, length)| self.nanoseconds.is_multiple_of(*length))
            .expect("every duration is a number of nanoseconds");
        write!(formatter, "{}{unit}", self.nanoseconds / length)
    }
}

super::text_unit!(Duration, "a duration such as `30s`", Duration, "s");

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A length of time: `500ms`, `30s`, `4m`, `1.5h`, `180d`, `6mo`, `2y`, `1h 30m`. A year has 365 days.",
            "pattern": r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? ?(ns|us|ms|s|m|h|d|w|mo|y)( ?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? ?(ns|us|ms|s|m|h|d|w|mo|y))*$",
            "examples": ["30s", "4m", "180d", "2y"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> f64 {
        text.parse::<Duration>().unwrap().seconds()
    }

    #[test]
    fn reads_exactly() {
        assert_eq!(seconds("2.7m"), 162.0);
        assert_eq!(seconds("1.5h"), 5400.0);
        assert_eq!(seconds("180d"), 15_552_000.0);
        assert_eq!(seconds("2y"), 63_072_000.0);
        assert_eq!(seconds("6mo"), 15_768_000.0);
        assert_eq!(seconds("500ms"), 0.5);
        assert_eq!(seconds("1h 30m"), 5400.0);
        assert_eq!(seconds("1h30m"), 5400.0);
        assert_eq!(seconds("30 s"), 30.0);
        assert_eq!(seconds("1e4y"), 3.1536e11);
        assert_eq!("1e4y".parse::<Duration>().unwrap().span(), Span::FOREVER);
        assert_eq!("1ns".parse::<Duration>().unwrap().span(), Span(1));
    }

    #[test]
    fn writes_the_normal_form() {
        for (text, normal) in [
            ("60s", "1m"),
            ("90s", "90s"),
            ("0h", "0s"),
            ("365d", "1y"),
            ("2.7m", "162s"),
            ("1w", "7d"),
            ("0.5ms", "500us"),
        ] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn says_what_to_write_instead() {
        let help = |text: &str| text.parse::<Duration>().unwrap_err().help.unwrap();
        assert_eq!(help("30"), "write `30s`");
        assert_eq!(help("5 min"), "write `5m`");
        assert_eq!(help("2 years"), "write `2y`");
        for text in [
            "",
            " ",
            "-5s",
            "NaN",
            "inf",
            "5x",
            "s",
            "5s,",
            "1e99s",
            "1e9999999999s",
            "9999999999y",
            "1..5s",
            "5s 5",
            "５s",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
