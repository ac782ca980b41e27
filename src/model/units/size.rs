//! Sizes: `64 KiB`, `2 KB`, `100 B`.

use std::str::FromStr;

use super::decimal::Decimal;
use crate::model::diagnostic::Code;
use crate::model::problem::{Problem, quoted};

const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    bytes: u64,
}

impl Size {
    /// How many bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.bytes
    }

    pub(in crate::model) fn one_kibibyte() -> Size {
        Size { bytes: 1024 }
    }
}

impl FromStr for Size {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Size, Problem> {
        let bad = |message: String, help: String| Problem::new(Code::Size, message, help);
        let examples = || "write `100 B`, `2 KB` or `64 KiB`".to_owned();
        let Some((numeral, rest)) = Decimal::split(text.trim()) else {
            return Err(bad(format!("{} is not a size", quoted(text)), examples()));
        };
        let unit = rest.strip_prefix(' ').unwrap_or(rest);
        let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(
                match UNITS
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(unit))
                {
                    Some((meant, _)) => bad(
                        format!("{} is not a unit of size", quoted(unit)),
                        format!("write `{numeral} {meant}`"),
                    ),
                    None if unit.is_empty() => bad(
                        format!("{} has no unit", quoted(text)),
                        format!("write `{numeral} B`"),
                    ),
                    None => bad(
                        format!("{} is not a unit of size", quoted(unit)),
                        examples(),
                    ),
                },
            );
        };
        Decimal::parse(numeral)
            .and_then(|numeral| numeral.times(u128::from(*length)))
            .and_then(|bytes| u64::try_from(bytes).ok())
            .map(|bytes| Size { bytes })
            .ok_or_else(|| bad(format!("{} is too large", quoted(text)), examples()))
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (unit, length) = UNITS
            .into_iter()
            .find(|(_, length)| self.bytes > 0 && self.bytes.is_multiple_of(*length))
            .unwrap_or(("B", 1));
        write!(formatter, "{} {unit}", self.bytes / length)
    }
}

super::text_unit!(Size, "a size such as `64 KiB`", Size, " B");

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Size {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A number of bytes: `100 B`, `2 KB`, `64 KiB`.",
            "pattern": r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? ?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$",
            "examples": ["64 KiB", "2 KB", "100 B"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, bytes, normal) in [
            ("64 KiB", 65_536, "64 KiB"),
            ("2 KB", 2000, "2 KB"),
            ("100B", 100, "100 B"),
            ("1.5 KiB", 1536, "1536 B"),
            ("1024 B", 1024, "1 KiB"),
            ("0 B", 0, "0 B"),
        ] {
            let size: Size = text.parse().unwrap();
            assert_eq!((size.bytes(), size.to_string().as_str()), (bytes, normal));
        }
        assert_eq!(
            "5 kb".parse::<Size>().unwrap_err().help.unwrap(),
            "write `5 KB`"
        );
        assert_eq!(
            "5".parse::<Size>().unwrap_err().help.unwrap(),
            "write `5 B`"
        );
        for text in ["", "-1 B", "1 PB", "99999999999999 TiB", "B"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
