//! The tree of places.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::Compiler;
use super::pointer::{Pointer, at};
use crate::model::Code;
use crate::model::places as written;
use crate::topology::{Place, PlaceId, PlaceKind};

/// Names that mean something everywhere.
const RESERVED: [&str; 2] = ["internet", "world"];

/// The names of places, and what is directly in each.
#[derive(Debug, Default)]
pub(super) struct PlaceIndex {
    /// Ids by path.
    pub by_path: BTreeMap<String, PlaceId>,
    /// The places directly in each place, by id.
    pub children: Vec<Vec<PlaceId>>,
}

/// A place on its way into the list.
struct Found {
    segments: Vec<String>,
    kind: PlaceKind,
}

/// The lists of a written place, with the kind that each gives to its members.
fn lists(
    place: &written::Place,
) -> [(&'static str, PlaceKind, &IndexMap<String, written::Place>); 5] {
    [
        ("regions", PlaceKind::Region, &place.regions),
        ("zones", PlaceKind::Zone, &place.zones),
        ("racks", PlaceKind::Rack, &place.racks),
        ("nodes", PlaceKind::Node, &place.nodes),
        ("places", PlaceKind::Zone, &place.places),
    ]
}

fn checked_kind(kind: written::PlaceKind) -> PlaceKind {
    match kind {
        written::PlaceKind::Provider => PlaceKind::Provider,
        written::PlaceKind::Region => PlaceKind::Region,
        written::PlaceKind::Zone => PlaceKind::Zone,
        written::PlaceKind::Rack => PlaceKind::Rack,
        written::PlaceKind::Node => PlaceKind::Node,
    }
}

fn kind_name(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::World => "world",
        PlaceKind::Internet => "internet",
        PlaceKind::Provider => "provider",
        PlaceKind::Region => "region",
        PlaceKind::Zone => "zone",
        PlaceKind::Rack => "rack",
        PlaceKind::Node => "node",
    }
}

impl Compiler<'_> {
    /// Builds the tree: the world, the internet, then every place by path, parents first.
    pub(super) fn places(&mut self) {
        let mut found = Vec::new();
        let top = at(&["places"]);
        for (name, place) in &self.model.places {
            let kind = place.kind.map_or(PlaceKind::Region, checked_kind);
            self.find_places(
                &[],
                name,
                place,
                (kind, PlaceKind::World),
                &top.key(name),
                &mut found,
            );
        }
        found.sort_by(|a, b| a.segments.cmp(&b.segments));
        found.dedup_by(|a, b| a.segments == b.segments);
        self.push_place("world".to_owned(), PlaceKind::World, PlaceId::WORLD);
        self.push_place("internet".to_owned(), PlaceKind::Internet, PlaceId::WORLD);
        for place in found {
            let (_, around) = place.segments.split_last().expect("a place has a name");
            let parent = match self.place_index.by_path.get(&around.join("/")) {
                Some(&parent) if !around.is_empty() => parent,
                _ => PlaceId::WORLD,
            };
            self.push_place(place.segments.join("/"), place.kind, parent);
        }
    }

    fn push_place(&mut self, path: String, kind: PlaceKind, parent: PlaceId) {
        let id = PlaceId::from(self.places.len());
        let in_region = id != PlaceId::WORLD && {
            let around = self.places[parent.index()].region;
            kind != PlaceKind::Region && self.places[around.index()].kind == PlaceKind::Region
        };
        let region = if in_region {
            self.places[parent.index()].region
        } else {
            id
        };
        self.place_index.by_path.insert(path.clone(), id);
        self.place_index.children.push(Vec::new());
        if id != PlaceId::WORLD && id != PlaceId::INTERNET {
            self.place_index.children[parent.index()].push(id);
        }
        self.places.push(Place {
            path,
            kind,
            parent,
            region,
            faults: Vec::new(),
            parts: Vec::new(),
        });
    }

    fn find_places(
        &mut self,
        around: &[String],
        name: &str,
        place: &written::Place,
        (kind, parent_kind): (PlaceKind, PlaceKind),
        pointer: &Pointer,
        found: &mut Vec<Found>,
    ) {
        if RESERVED.contains(&name) {
            let message = format!("a place cannot be called `{name}`");
            let help = "the world and the internet are there by themselves; choose another name";
            self.error(Code::ReservedName, pointer, message, help);
        }
        if kind <= parent_kind {
            let (inner, outer) = (kind_name(kind), kind_name(parent_kind));
            let message = format!("a {inner} cannot be in a {outer}");
            let help = "from the outside in: provider, region, zone, rack, node";
            self.error(Code::PlaceNesting, pointer, message, help);
        }
        let mut segments = around.to_vec();
        segments.push(name.to_owned());
        let mut names: BTreeMap<&str, &'static str> = BTreeMap::new();
        for (list, kind_of_list, children) in lists(place) {
            for (child_name, child) in children {
                let pointer = pointer.key(list).key(child_name);
                if let Some(other) = names.insert(child_name, list) {
                    let message = format!(
                        "`{}` has two places called `{child_name}`",
                        segments.join("/")
                    );
                    let help = format!("the other one is in its `{other}`; rename one of them");
                    self.error(Code::DuplicatePlace, &pointer, message, help);
                }
                let child_kind = child.kind.map_or(kind_of_list, checked_kind);
                self.find_places(
                    &segments,
                    child_name,
                    child,
                    (child_kind, kind),
                    &pointer,
                    found,
                );
            }
        }
        found.push(Found { segments, kind });
    }

    /// The place of this path; the internet only if it may stand here.
    pub(super) fn place(&mut self, path: &str, pointer: &Pointer) -> Option<PlaceId> {
        match self.place_index.by_path.get(path) {
            Some(&id) if id != PlaceId::WORLD && id != PlaceId::INTERNET => Some(id),
            Some(_) => {
                let message = format!("`{path}` cannot stand here");
                self.error(
                    Code::UnknownPlace,
                    pointer,
                    message,
                    "name a place of `places`",
                );
                None
            }
            None => {
                let names: Vec<String> = self.places[2..]
                    .iter()
                    .map(|place| place.path.clone())
                    .collect();
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                self.unknown(Code::UnknownPlace, "places", path, &names, pointer);
                None
            }
        }
    }

    /// The place of this path, or the internet.
    pub(super) fn place_or_internet(&mut self, path: &str, pointer: &Pointer) -> Option<PlaceId> {
        if path == "internet" {
            return Some(PlaceId::INTERNET);
        }
        self.place(path, pointer)
    }

    /// The innermost places in a place, by path; the place itself if nothing is in it.
    pub(super) fn leaves(&self, place: PlaceId) -> Vec<PlaceId> {
        let children = &self.place_index.children[place.index()];
        if children.is_empty() {
            return vec![place];
        }
        children
            .iter()
            .flat_map(|&child| self.leaves(child))
            .collect()
    }

    /// Whether the first place is the second one or in it.
    pub(super) fn is_in(&self, mut inner: PlaceId, outer: PlaceId) -> bool {
        while inner != outer {
            let parent = self.places[inner.index()].parent;
            if parent == inner {
                return false;
            }
            inner = parent;
        }
        true
    }

    /// All places of a kind, by path.
    pub(super) fn places_of_kind(&self, kind: written::PlaceKind) -> Vec<PlaceId> {
        let kind = checked_kind(kind);
        let of_kind = |(_, place): &(usize, &Place)| place.kind == kind;
        self.places
            .iter()
            .enumerate()
            .filter(of_kind)
            .map(|(index, _)| PlaceId::from(index))
            .collect()
    }

    /// The path of a place.
    pub(super) fn path_of(&self, place: PlaceId) -> &str {
        &self.places[place.index()].path
    }
}
