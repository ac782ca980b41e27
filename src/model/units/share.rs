//! Shares and probabilities: `99.95%`, `0.9995`, `1e-6`, `1/1000`.

use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::decimal::Decimal;
use crate::model::diagnostic::Code;
use crate::model::problem::{Problem, quoted};

/// A number between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// All of it.
    #[must_use]
    pub const fn one() -> Share {
        Share(1.0)
    }

    /// The value, between 0 and 1.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }

    /// So many thousandths; more than 1000 is all of it.
    pub(in crate::model) fn per_thousand(thousandths: u32) -> Share {
        Share((f64::from(thousandths) / 1000.0).min(1.0))
    }

    /// Checks a number.
    pub(in crate::model) fn from_number(number: f64) -> Result<Share, Problem> {
        if (0.0..=1.0).contains(&number) {
            // Minus zero is zero.
            return Ok(Share(number + 0.0));
        }
        let message = format!("`{number}` is not between 0 and 1");
        Err(if number > 1.0 && number <= 100.0 {
            Problem::new(Code::Share, message, format!("write `{number}%`"))
        } else {
            Problem::new(Code::Share, message, EXAMPLES)
        })
    }
}

const EXAMPLES: &str = "write `99.95%`, `0.9995`, `1e-6` or `1/1000`";

impl FromStr for Share {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Share, Problem> {
        let bad = || {
            Problem::new(
                Code::Share,
                format!("{} is not a share", quoted(text)),
                EXAMPLES,
            )
        };
        let trimmed = text.trim();
        let (numeral, rest) = Decimal::split(trimmed).ok_or_else(bad)?;
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let share = match rest.as_bytes() {
            // The exponent is shifted in the text: one rounding, so that 99.95% is 0.9995.
            b"%" => match numeral.split_once(['e', 'E']) {
                Some((mantissa, exponent)) => {
                    let exponent = exponent
                        .parse::<i32>()
                        .ok()
                        .and_then(|e| e.checked_sub(2))
                        .ok_or_else(bad)?;
                    format!("{mantissa}e{exponent}")
                        .parse::<f64>()
                        .map_err(|_| bad())?
                }
                None => format!("{numeral}e-2").parse::<f64>().map_err(|_| bad())?,
            },
            [b'/', ..] => {
                let denominator = rest[1..].strip_prefix(' ').unwrap_or(&rest[1..]);
                match Decimal::split(denominator) {
                    Some((whole, "")) => {
                        numeral.parse::<f64>().map_err(|_| bad())?
                            / whole.parse::<f64>().map_err(|_| bad())?
                    }
                    _ => return Err(bad()),
                }
            }
            b"" => {
                return Share::from_number(numeral.parse().map_err(|_| bad())?).and_then(|_| {
                    Err(Problem::new(
                        Code::Share,
                        format!("{} is text, not a number", quoted(text)),
                        format!("write `{numeral}` without quotes"),
                    ))
                });
            }
            _ => return Err(bad()),
        };
        if (0.0..=1.0).contains(&share) {
            Ok(Share(share))
        } else {
            Err(Problem::new(
                Code::Share,
                format!("{} is not between 0 and 1", quoted(text)),
                EXAMPLES,
            ))
        }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 != 0.0 && self.0 < 1e-4 {
            write!(formatter, "{:e}", self.0)
        } else {
            write!(formatter, "{}", self.0)
        }
    }
}

impl serde::Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Share, D::Error> {
        struct ShareVisitor;

        impl Visitor<'_> for ShareVisitor {
            type Value = Share;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a share such as `99.95%`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                text.parse().map_err(Problem::into_error)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Share, E> {
                self.visit_f64(number as f64)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Share, E> {
                self.visit_f64(number as f64)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Share, E> {
                Share::from_number(number).map_err(Problem::into_error)
            }
        }

        deserializer.deserialize_any(ShareVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A share or probability between 0 and 1: `99.95%`, `0.9995`, `1e-6`, `1/1000`.",
            "oneOf": [
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? ?(%|/ ?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exactly() {
        for (text, value) in [
            ("99.95%", 0.9995),
            ("0%", 0.0),
            ("100%", 1.0),
            ("12.3%", 0.123),
            ("1e-4%", 1e-6),
            ("1/1000", 0.001),
            ("1 / 3", 1.0 / 3.0),
            ("97.5 %", 0.975),
        ] {
            assert_eq!(text.parse::<Share>().unwrap().value(), value, "{text}");
        }
        assert_eq!(serde_json::from_str::<Share>("1e-6").unwrap().value(), 1e-6);
        assert_eq!(serde_json::from_str::<Share>("1").unwrap(), Share::one());
    }

    #[test]
    fn says_what_to_write_instead() {
        assert_eq!(
            Share::from_number(99.0).unwrap_err().help.unwrap(),
            "write `99%`"
        );
        for text in [
            "",
            "101%",
            "-1%",
            "NaN",
            "nan%",
            "inf%",
            "2/1",
            "1/0",
            "0/0",
            "1/",
            "/2",
            "0.5",
            "50 percent",
            "1//2",
            "1/2/3",
        ] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
