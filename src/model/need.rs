//! What something needs: `auth`, `auth@us-east-1/a`, `db.write`, `{ any: [..] }`, `{ soft: { need: .., keeps: 90% } }`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::diagnostic::Code;
use super::names::{Name, PlacePath};
use super::problem::{Problem, quoted};
use super::shapes::{KeyOf, single};
use super::units::Share;

/// What something needs, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// A service: the nearest instances, or those in one place.
    Service {
        /// Its name.
        service: String,
        /// Where, if that matters.
        at: Option<PlacePath>,
    },
    /// Reads from a store.
    Read(String),
    /// Writes to a store.
    Write(String),
    /// One of these is enough.
    Any(Vec<Need>),
    /// All of these.
    All(Vec<Need>),
    /// So many of these.
    AtLeast(AtLeast),
    /// It is better to have it, but some requests succeed without.
    Soft(Soft),
}

/// So many of several needs.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AtLeast {
    /// How many must be met.
    pub count: NonZeroU32,
    /// Of these.
    pub of: Vec<Need>,
}

/// A need that some requests can do without.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Soft {
    /// What is needed.
    pub need: Box<Need>,
    /// The share of requests that succeed without it.
    pub keeps: Share,
}

impl FromStr for Need {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Need, Problem> {
        let bad = || {
            Problem::new(
                Code::Need,
                format!("{} is not a need", quoted(text)),
                "write `SERVICE`, `SERVICE@PLACE`, `STORE.read` or `STORE.write`",
            )
        };
        let name = |text: &str| text.parse::<Name>().map(String::from).map_err(|_| bad());
        let trimmed = text.trim();
        if let Some((store, what)) = trimmed.split_once('.') {
            return match what {
                "read" => Ok(Need::Read(name(store)?)),
                "write" => Ok(Need::Write(name(store)?)),
                _ => Err(bad()),
            };
        }
        match trimmed.split_once('@') {
            Some((service, place)) => Ok(Need::Service {
                service: name(service)?,
                at: Some(place.parse().map_err(|_| bad())?),
            }),
            None => Ok(Need::Service {
                service: name(trimmed)?,
                at: None,
            }),
        }
    }
}

impl Serialize for Need {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn tagged<S: Serializer, T: Serialize>(
            serializer: S,
            tag: &str,
            value: &T,
        ) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(tag, value)?;
            map.end()
        }
        match self {
            Need::Service { service, at: None } => serializer.serialize_str(service),
            Need::Service {
                service,
                at: Some(place),
            } => serializer.collect_str(&format_args!("{service}@{place}")),
            Need::Read(store) => serializer.collect_str(&format_args!("{store}.read")),
            Need::Write(store) => serializer.collect_str(&format_args!("{store}.write")),
            Need::Any(needs) => tagged(serializer, "any", needs),
            Need::All(needs) => tagged(serializer, "all", needs),
            Need::AtLeast(at_least) => tagged(serializer, "at-least", at_least),
            Need::Soft(soft) => tagged(serializer, "soft", soft),
        }
    }
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Need, D::Error> {
        struct NeedVisitor;

        impl<'de> Visitor<'de> for NeedVisitor {
            type Value = Need;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a need such as `auth` or `db.write`, or one of `any`, `all`, `at-least`, `soft`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Need, E> {
                text.parse().map_err(Problem::into_error)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Need, A::Error> {
                let mut need = None;
                while let Some(key) =
                    map.next_key_seed(KeyOf(&["any", "all", "at-least", "soft"]))?
                {
                    single(&need, "a need")?;
                    need = Some(match key {
                        "any" => Need::Any(map.next_value()?),
                        "all" => Need::All(map.next_value()?),
                        "at-least" => Need::AtLeast(map.next_value()?),
                        _ => Need::Soft(map.next_value()?),
                    });
                }
                need.ok_or_else(|| Problem::plain(Code::Need, "this need is empty").into_error())
            }
        }

        deserializer.deserialize_any(NeedVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_read_as_they_are_written() {
        for text in ["auth", "auth@us-east-1/a", "db.write", "db.read"] {
            let need: Need = text.parse().unwrap();
            assert_eq!(serde_json::to_value(need).unwrap(), text);
        }
        for text in [
            "",
            "db.delete",
            "a b",
            "auth@",
            "@a",
            ".read",
            "a.read.write",
            "Auth",
        ] {
            assert!(text.parse::<Need>().is_err(), "{text}");
        }
        let text = r#"{"any":["auth",{"at-least":{"count":2,"of":["a","b","c.read"]}},{"soft":{"need":{"all":["d"]},"keeps":0.9}}]}"#;
        let need: Need = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&need).unwrap(), text);
        assert!(serde_json::from_str::<Need>(r#"{"any":["a"],"all":["b"]}"#).is_err());
        assert!(serde_json::from_str::<Need>("{}").is_err());
    }
}
