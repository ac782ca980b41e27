//! Names and the paths of places.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::diagnostic::Code;
use super::problem::{Problem, quoted};

/// Implements serde for something that is written as text, by `FromStr` and `Display`.
macro_rules! text_form {
    ($type:ident, $expected:literal) => {
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
                        text.parse()
                            .map_err(crate::model::problem::Problem::into_error)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }
    };
}
pub(super) use text_form;

/// A name: `a` to `z`, `0` to `9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// The path of a place, such as `us-east-1` or `us-east-1/a`: names from the outside in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlacePath(String);

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl Deref for PlacePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Name, Problem> {
        check_name(text).map(|()| Name(text.to_owned()))
    }
}

impl FromStr for PlacePath {
    type Err = Problem;

    fn from_str(text: &str) -> Result<PlacePath, Problem> {
        match text.split('/').try_for_each(check_name) {
            Ok(()) => Ok(PlacePath(text.to_owned())),
            Err(_) => Err(Problem::new(
                Code::Name,
                format!("{} is not the path of a place", quoted(text)),
                "write names from the outside in, such as `us-east-1/a`",
            )),
        }
    }
}

/// Checks that a text is a name.
fn check_name(text: &str) -> Result<(), Problem> {
    let fits = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '-');
    if !text.is_empty() && text.chars().all(fits) {
        return Ok(());
    }
    let suggestion: String = text
        .to_lowercase()
        .chars()
        .map(|character| if fits(character) { character } else { '-' })
        .collect();
    Err(Problem::new(
        Code::Name,
        format!("{} is not a name", quoted(text)),
        if suggestion.is_empty() {
            "names are made of `a` to `z`, `0` to `9` and `-`".to_owned()
        } else {
            format!(
                "names are made of `a` to `z`, `0` to `9` and `-`: write {}",
                quoted(&suggestion)
            )
        },
    ))
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for PlacePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

text_form!(Name, "a name");
text_form!(PlacePath, "the path of a place such as `us-east-1/a`");

/// Reads a map whose keys are names.
pub(super) fn named<'de, D, T>(deserializer: D) -> Result<IndexMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Named<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
        type Value = IndexMap<String, T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a map from names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = IndexMap::new();
            while let Some((name, value)) = map.next_entry::<Name, T>()? {
                if entries.contains_key(&name.0) {
                    return Err(A::Error::custom(Problem::plain(
                        Code::DuplicateKey,
                        format!("{} is there twice", quoted(&name.0)),
                    )));
                }
                entries.insert(name.0, value);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(Named(PhantomData))
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[a-z0-9-]+$" })
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PlacePath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PlacePath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "The path of a place, from the outside in: `us-east-1`, `us-east-1/a`.",
            "pattern": "^[a-z0-9-]+(/[a-z0-9-]+)*$"
        })
    }
}
