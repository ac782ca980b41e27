//! Quantities with units: durations, rates, shares and sizes.
//!
//! Each has one spelling per unit, is read exactly (as a decimal, not through a rounded product), and is written in a
//! normal form, so that `60s` and `1m` are the same model. The parser is our own because the ready-made ones take a
//! year for 365.25 days or leave the range of what faults need (a mean of 10,000 years is fine here).

mod decimal;
mod duration;
mod rate;
mod share;
mod size;

pub use duration::Duration;
pub use rate::Rate;
pub use share::Share;
pub use size::Size;

/// Implements serde for a quantity that is written as text, by `FromStr` and `Display`. A bare number is an error
/// whose help adds the unit.
macro_rules! text_unit {
    ($type:ident, $expected:literal, $code:ident, $unit:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$type, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(
                        &self,
                        formatter: &mut std::fmt::Formatter<'_>,
                    ) -> std::fmt::Result {
                        formatter.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(Problem::into_error)
                    }

                    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<$type, E> {
                        self.visit_f64(number as f64)
                    }

                    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<$type, E> {
                        self.visit_f64(number as f64)
                    }

                    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<$type, E> {
                        Err(Problem::new(
                            Code::$code,
                            format!("`{number}` has no unit"),
                            format!("write `{}{}`", number.abs(), $unit),
                        )
                        .into_error())
                    }
                }

                deserializer.deserialize_any(Visitor)
            }
        }
    };
}
use text_unit;
