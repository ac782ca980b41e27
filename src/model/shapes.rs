//! Values that may be written in more than one shape: a word or a map, one or a list.
//!
//! Each has its own visitor rather than serde's untagged enums, which lose the place of an error.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::diagnostic::Code;
use super::law::LawSpec;
use super::names::{Name, PlacePath};
use super::places::Place;
use super::problem::{Problem, quoted};
use super::units::{Duration, Share};

/// Reads a key that must be one of these.
pub(super) struct KeyOf(pub &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeyOf {
    type Value = &'static str;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field name")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<&'static str, E> {
        self.0
            .iter()
            .find(|known| **known == key)
            .copied()
            .ok_or_else(|| E::unknown_field(key, self.0))
    }
}

/// Refuses a second key in a map that takes one.
pub(super) fn single<T, E: Error>(first: &Option<T>, what: &str) -> Result<(), E> {
    match first {
        None => Ok(()),
        Some(_) => {
            Err(Problem::plain(Code::EitherOr, format!("{what} has exactly one key")).into_error())
        }
    }
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Version),
            other => Err(Problem::new(
                Code::Version,
                format!("version {other} of the format is unknown"),
                "this program reads version 1: write `fivenines: 1`",
            )
            .into_error()),
        }
    }
}

/// A factor above one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Multiple(f64);

impl Multiple {
    /// The factor.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl Default for Multiple {
    fn default() -> Multiple {
        Multiple(3.0)
    }
}

impl Serialize for Multiple {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Multiple {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Multiple, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number > 1.0 && number.is_finite() {
            Ok(Multiple(number))
        } else {
            Err(Problem::new(
                Code::Value,
                format!("`{number}` is not more than 1"),
                "at 1 or less it never catches up",
            )
            .into_error())
        }
    }
}

/// Where probes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// So many points on the internet.
    Internet(NonZeroU32),
    /// These places.
    Places(Vec<PlacePath>),
    /// The standbys of the store.
    Standbys,
}

impl Serialize for Vantage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Vantage::Internet(count) => count.serialize(serializer),
            Vantage::Places(places) => places.serialize(serializer),
            Vantage::Standbys => serializer.serialize_str("standbys"),
        }
    }
}

impl<'de> Deserialize<'de> for Vantage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Vantage, D::Error> {
        struct VantageVisitor;

        impl<'de> Visitor<'de> for VantageVisitor {
            type Value = Vantage;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number of vantage points, a list of places, or `standbys`")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Vantage, E> {
                count_from(count, &self).map(Vantage::Internet)
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Vantage, E> {
                match word {
                    "standbys" => Ok(Vantage::Standbys),
                    _ => Err(E::unknown_variant(word, &["standbys"])),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vantage, A::Error> {
                collect(list).map(Vantage::Places)
            }
        }

        deserializer.deserialize_any(VantageVisitor)
    }
}

fn count_from<E: Error>(count: u64, expected: &dyn serde::de::Expected) -> Result<NonZeroU32, E> {
    u32::try_from(count)
        .ok()
        .and_then(NonZeroU32::new)
        .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(count), expected))
}

fn collect<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(mut list: A) -> Result<Vec<T>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = list.next_element()? {
        items.push(item);
    }
    Ok(items)
}

/// How many vantage points must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Agree {
    /// So many.
    Count(NonZeroU32),
    /// This share of them, rounded up.
    Share(Share),
    /// More than half.
    #[default]
    Majority,
}

impl Serialize for Agree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Agree::Count(count) => count.serialize(serializer),
            // As a percentage: `1.0` would read as a count.
            Agree::Share(share) => serializer.collect_str(&format_args!("{}/1", share)),
            Agree::Majority => serializer.serialize_str("majority"),
        }
    }
}

impl<'de> Deserialize<'de> for Agree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Agree, D::Error> {
        struct AgreeVisitor;

        impl Visitor<'_> for AgreeVisitor {
            type Value = Agree;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a share such as `82%`, a number, or `majority`")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Agree, E> {
                count_from(count, &self).map(Agree::Count)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Agree, E> {
                Share::from_number(number)
                    .map(Agree::Share)
                    .map_err(Problem::into_error)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Agree, E> {
                match text {
                    "majority" => Ok(Agree::Majority),
                    _ if text.starts_with(|c: char| c.is_ascii_digit()) => {
                        text.parse().map(Agree::Share).map_err(Problem::into_error)
                    }
                    _ => Err(E::unknown_variant(text, &["majority"])),
                }
            }
        }

        deserializer.deserialize_any(AgreeVisitor)
    }
}

/// When and how the preferred primary takes over again.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FailBack {
    /// Never by itself.
    #[default]
    Never,
    /// By a planned switch.
    Planned(PlannedFailBack),
}

/// A planned switch to the preferred primary.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlannedFailBack {
    /// How long it must have been a healthy standby without backlog.
    pub after: Duration,
    /// How long no write is accepted.
    pub takes: LawSpec,
}

impl Serialize for FailBack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FailBack::Never => serializer.serialize_str("never"),
            FailBack::Planned(planned) => planned.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FailBack {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FailBack, D::Error> {
        struct FailBackVisitor;

        impl<'de> Visitor<'de> for FailBackVisitor {
            type Value = FailBack;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`never` or `{ after: 30m, takes: 1m }`")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<FailBack, E> {
                match word {
                    "never" => Ok(FailBack::Never),
                    _ => Err(E::unknown_variant(word, &["never"])),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FailBack, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(FailBack::Planned)
            }
        }

        deserializer.deserialize_any(FailBackVisitor)
    }
}

/// A stage of a recovery: how long it takes and the chance that it works. Written as a law, or as a map with `takes`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// How long it takes.
    pub takes: LawSpec,
    /// The chance that it works.
    pub works: Share,
    /// If it does not: how much longer a person needs. Always there if `works` is less than 1.
    pub otherwise: Option<LawSpec>,
}

impl Stage {
    /// A stage that takes no time and always works.
    #[must_use]
    pub fn at_once() -> Stage {
        Stage {
            takes: LawSpec::Fixed(Duration::ZERO),
            works: Share::one(),
            otherwise: None,
        }
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("takes", &self.takes)?;
        map.serialize_entry("works", &self.works)?;
        if let Some(otherwise) = &self.otherwise {
            map.serialize_entry("otherwise", otherwise)?;
        }
        map.end()
    }
}

const STAGE_KEYS: [&str; 3] = ["takes", "works", "otherwise"];

impl<'de> Deserialize<'de> for Stage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stage, D::Error> {
        struct StageVisitor;

        impl<'de> Visitor<'de> for StageVisitor {
            type Value = Stage;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a law such as `10s` or `{ median: 10s, p95: 1m }`, or `{ takes, works, otherwise }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Stage, E> {
                let takes = LawSpec::Fixed(text.parse().map_err(Problem::into_error)?);
                Ok(Stage {
                    takes,
                    ..Stage::at_once()
                })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Stage, E> {
                super::law::no_unit(number as f64)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Stage, E> {
                super::law::no_unit(number)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stage, A::Error> {
                let Some(first) = map.next_key_seed(KeyOf(&super::law::STAGE_OR_LAW_KEYS))? else {
                    return Err(A::Error::missing_field("takes"));
                };
                if STAGE_KEYS.contains(&first) {
                    stage_from(first, map)
                } else {
                    let takes = super::law::from_map(first, map)?;
                    Ok(Stage {
                        takes,
                        ..Stage::at_once()
                    })
                }
            }
        }

        deserializer.deserialize_any(StageVisitor)
    }
}

fn stage_from<'de, A: MapAccess<'de>>(first: &'static str, mut map: A) -> Result<Stage, A::Error> {
    let (mut takes, mut works, mut otherwise) = (None, Share::one(), None);
    let mut next = Some(first);
    while let Some(key) = next {
        match key {
            "takes" => takes = Some(map.next_value()?),
            "works" => works = map.next_value()?,
            _ => otherwise = Some(map.next_value()?),
        }
        next = map.next_key_seed(KeyOf(&STAGE_KEYS))?;
    }
    if works < Share::one() && otherwise.is_none() {
        return Err(Problem::new(
            Code::MissingField,
            "`otherwise` is missing, but `works` is less than 1",
            "say how long a person needs when it does not work, such as `otherwise: 30m`",
        )
        .into_error());
    }
    let takes = takes.ok_or_else(|| A::Error::missing_field("takes"))?;
    Ok(Stage {
        takes,
        works,
        otherwise,
    })
}

/// One value or a list of values; schema only.
#[derive(Debug)]
pub struct OneOrMany<T>(PhantomData<T>);

/// One value, or a list of one; schema only.
#[derive(Debug)]
pub struct ExactlyOne<T>(PhantomData<T>);

/// Places below a place: a list of names, or a map from names to places; schema only.
#[derive(Debug)]
pub struct Children;

/// Reads one text or a list of texts.
pub(super) fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromText,
{
    struct Texts<T>(PhantomData<T>);

    impl<'de, T: FromText> Visitor<'de> for Texts<T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "{} or a list of them", T::EXPECTED)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
            T::from_text(text)
                .map(|item| vec![item])
                .map_err(Problem::into_error)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = list.next_element_seed(TextSeed(PhantomData))? {
                items.push(item);
            }
            Ok(items)
        }
    }

    deserializer.deserialize_any(Texts(PhantomData))
}

/// Reads one text, alone or in a list.
pub(super) fn exactly_one<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromText,
{
    let mut items: Vec<T> = one_or_many(deserializer)?;
    match (items.pop(), items.is_empty()) {
        (Some(item), true) => Ok(item),
        _ => Err(Problem::plain(
            Code::Value,
            format!("exactly one of {} belongs here", T::EXPECTED),
        )
        .into_error()),
    }
}

/// Something that is written as text.
pub(super) trait FromText: Sized {
    /// What it is, for error messages.
    const EXPECTED: &'static str;

    /// Reads it.
    fn from_text(text: &str) -> Result<Self, Problem>;
}

impl FromText for String {
    const EXPECTED: &'static str = "a name";

    fn from_text(text: &str) -> Result<String, Problem> {
        text.parse::<Name>().map(String::from)
    }
}

impl FromText for PlacePath {
    const EXPECTED: &'static str = "a place such as `us-east-1/a`";

    fn from_text(text: &str) -> Result<PlacePath, Problem> {
        text.parse()
    }
}

struct TextSeed<T>(PhantomData<T>);

impl<'de, T: FromText> DeserializeSeed<'de> for TextSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T: FromText> Visitor<'_> for TextSeed<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(Problem::into_error)
    }
}

/// Places below a place, for `#[serde(with)]`.
pub(super) mod children {
    use super::*;

    /// Writes a map.
    pub fn serialize<S: Serializer>(
        places: &IndexMap<String, Place>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        places.serialize(serializer)
    }

    /// Reads a map from names to places, or a list of names.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<IndexMap<String, Place>, D::Error> {
        struct ChildrenVisitor;

        impl<'de> Visitor<'de> for ChildrenVisitor {
            type Value = IndexMap<String, Place>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of names, or a map from names to places")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut places = IndexMap::new();
                while let Some(name) = list.next_element_seed(TextSeed::<String>(PhantomData))? {
                    let message = format!("{} is there twice", quoted(&name));
                    if places.insert(name, Place::default()).is_some() {
                        return Err(Problem::plain(Code::DuplicateKey, message).into_error());
                    }
                }
                Ok(places)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                crate::model::names::named(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(ChildrenVisitor)
    }
}
