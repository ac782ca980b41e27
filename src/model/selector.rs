//! Selectors: what a fault hits, and which links it cuts.
//!
//! `each zone`, `us-east-1/a`, `each instance of api`, `instances of api in us-east-1`, `member db@us-east-1/a`;
//! `us-east-1 <-> eu-west-1`, `internet -> us-east-1`, `each region <-> each region`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::diagnostic::Code;
use super::names::{Name, PlacePath, text_form};
use super::places::PlaceKind;
use super::problem::{Problem, quoted};

/// Places or parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Each place of a kind: one process per place.
    EachPlace(PlaceKind),
    /// Each instance of a service: one process per instance.
    EachInstance(String),
    /// Each member of a store: one process per member.
    EachMember(String),
    /// One place.
    Place(PlacePath),
    /// The instances of a service in one place, all together.
    Instances {
        /// The service.
        service: String,
        /// Where.
        place: PlacePath,
    },
    /// One member of a store.
    Member {
        /// The store.
        store: String,
        /// Where it is.
        place: PlacePath,
    },
}

const SELECTORS: &str = "write `each region` (or `provider`, `zone`, `rack`, `node`), a place such as `us-east-1/a`, \
    `each instance of SERVICE`, `each member of STORE`, `instances of SERVICE in PLACE` or `member STORE@PLACE`";

impl FromStr for Selector {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Selector, Problem> {
        let bad = || {
            Problem::new(
                Code::Selector,
                format!("{} selects nothing", quoted(text)),
                SELECTORS,
            )
        };
        let name = |text: &str| text.parse::<Name>().map(String::from);
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words[..] {
            ["each", "instance", "of", service] => Selector::EachInstance(name(service)?),
            ["each", "member", "of", store] => Selector::EachMember(name(store)?),
            ["instances", "of", service, "in", place] => Selector::Instances {
                service: name(service)?,
                place: place.parse()?,
            },
            ["member", member] => {
                let (store, place) = member.split_once('@').ok_or_else(bad)?;
                Selector::Member {
                    store: name(store)?,
                    place: place.parse()?,
                }
            }
            ["each", kind] => Selector::EachPlace(place_kind(kind).ok_or_else(bad)?),
            [place] => Selector::Place(place.parse().map_err(|_| bad())?),
            _ => return Err(bad()),
        })
    }
}

fn place_kind(word: &str) -> Option<PlaceKind> {
    PlaceKind::ALL.into_iter().find(|kind| kind.name() == word)
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::EachPlace(kind) => write!(formatter, "each {}", kind.name()),
            Selector::EachInstance(service) => write!(formatter, "each instance of {service}"),
            Selector::EachMember(store) => write!(formatter, "each member of {store}"),
            Selector::Place(place) => write!(formatter, "{place}"),
            Selector::Instances { service, place } => {
                write!(formatter, "instances of {service} in {place}")
            }
            Selector::Member { store, place } => write!(formatter, "member {store}@{place}"),
        }
    }
}

text_form!(Selector, "a selector such as `each zone`");

/// What a fault hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hits {
    /// What a selector names; `each` makes one process per target.
    Select(Selector),
    /// Everything that these name, at the same time: one process, a shared fate.
    Together(Vec<Selector>),
}

impl Serialize for Hits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Hits::Select(selector) => selector.serialize(serializer),
            Hits::Together(selectors) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("together", selectors)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Hits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hits, D::Error> {
        struct HitsVisitor;

        impl<'de> Visitor<'de> for HitsVisitor {
            type Value = Hits;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a selector such as `each zone`, or `{ together: [..] }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Hits, E> {
                text.parse().map(Hits::Select).map_err(Problem::into_error)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hits, A::Error> {
                let mut together = None;
                while map
                    .next_key_seed(super::shapes::KeyOf(&["together"]))?
                    .is_some()
                {
                    together = Some(map.next_value()?);
                }
                together
                    .map(Hits::Together)
                    .ok_or_else(|| A::Error::missing_field("together"))
            }
        }

        deserializer.deserialize_any(HitsVisitor)
    }
}

/// One end of a cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Where clients are.
    Internet,
    /// Each place of a kind.
    EachPlace(PlaceKind),
    /// One place.
    Place(PlacePath),
}

/// A cut between two ends. With `each` on both sides it is one process for each unordered pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutSpec {
    /// Where packets come from.
    pub from: End,
    /// Where they do not arrive.
    pub to: End,
    /// Which directions are cut.
    pub direction: Direction,
}

/// Which directions are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both: `<->`.
    Both,
    /// From the first to the second: `->`.
    OneWay,
}

const CUTS: &str = "write `us-east-1 <-> eu-west-1`, `us-east-1 -> eu-west-1`, `internet -> us-east-1` or `each region <-> each region`";

impl FromStr for End {
    type Err = Problem;

    fn from_str(text: &str) -> Result<End, Problem> {
        let bad = || {
            Problem::new(
                Code::Selector,
                format!("{} is not the end of a link", quoted(text)),
                CUTS,
            )
        };
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["internet"] => Ok(End::Internet),
            ["each", kind] => place_kind(kind).map(End::EachPlace).ok_or_else(bad),
            [place] => place.parse().map(End::Place).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }
}

impl FromStr for CutSpec {
    type Err = Problem;

    fn from_str(text: &str) -> Result<CutSpec, Problem> {
        let (from, to, direction) = if let Some((from, to)) = text.split_once("<->") {
            (from, to, Direction::Both)
        } else if let Some((from, to)) = text.split_once("->") {
            (from, to, Direction::OneWay)
        } else {
            return Err(Problem::new(
                Code::Selector,
                format!("{} cuts nothing", quoted(text)),
                CUTS,
            ));
        };
        Ok(CutSpec {
            from: from.parse()?,
            to: to.parse()?,
            direction,
        })
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Internet => formatter.write_str("internet"),
            End::EachPlace(kind) => write!(formatter, "each {}", kind.name()),
            End::Place(place) => write!(formatter, "{place}"),
        }
    }
}

impl fmt::Display for CutSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match self.direction {
            Direction::Both => "<->",
            Direction::OneWay => "->",
        };
        write!(formatter, "{} {arrow} {}", self.from, self.to)
    }
}

text_form!(CutSpec, "a cut such as `us-east-1 <-> eu-west-1`");

/// One or more cuts, made at the same time. Written as one or as a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cuts(pub Vec<CutSpec>);

impl Serialize for Cuts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cuts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cuts, D::Error> {
        struct CutsVisitor;

        impl<'de> Visitor<'de> for CutsVisitor {
            type Value = Cuts;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a cut such as `us-east-1 <-> eu-west-1`, or a list of cuts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Cuts, E> {
                text.parse()
                    .map(|cut| Cuts(vec![cut]))
                    .map_err(Problem::into_error)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cuts, A::Error> {
                let mut cuts = Vec::new();
                while let Some(cut) = list.next_element()? {
                    cuts.push(cut);
                }
                Ok(Cuts(cuts))
            }
        }

        deserializer.deserialize_any(CutsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_read_as_they_are_written() {
        for text in [
            "each region",
            "each provider",
            "us-east-1/a",
            "each instance of api",
            "each member of db",
            "instances of api in us-east-1",
            "member db@us-east-1/a",
        ] {
            assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        }
        assert_eq!(
            "  each   zone ".parse(),
            Ok(Selector::EachPlace(PlaceKind::Zone))
        );
        for text in [
            "",
            "each planet",
            "each instance api",
            "member db",
            "a b",
            "A/b",
            "us-east-1/",
            "member @a",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }

    #[test]
    fn cuts_read_as_they_are_written() {
        for text in [
            "us-east-1 <-> eu-west-1",
            "internet -> us-east-1",
            "each region <-> each region",
        ] {
            assert_eq!(text.parse::<CutSpec>().unwrap().to_string(), text);
        }
        assert_eq!("a<->b".parse::<CutSpec>().unwrap().to_string(), "a <-> b");
        for text in [
            "",
            "a",
            "a <-> ",
            "-> b",
            "a <- b",
            "a -> b -> c",
            "each planet -> a",
        ] {
            assert!(text.parse::<CutSpec>().is_err(), "{text}");
        }
    }
}
