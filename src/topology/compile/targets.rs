//! What faults hit and cut: selectors expanded to targets.

use super::Compiler;
use super::pointer::Pointer;
use crate::model::Code;
use crate::model::selector::{CutSpec, Direction, End, Hits, Selector};
use crate::topology::{Cut, Owner, PartId, PlaceId, PlaceKind, Scope};

/// What one fault process hits.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    /// The end of the process's name path; empty for a shared fate.
    pub name: String,
    /// Places it takes down.
    pub places: Vec<PlaceId>,
    /// Parts it takes down.
    pub parts: Vec<PartId>,
    /// How far it reaches if the user does not say.
    pub scope: Option<Scope>,
    /// Whether all targets of the fault count as one cause.
    pub one_cause: bool,
}

/// What one fault process cuts.
#[derive(Clone, Debug)]
pub(super) struct CutTarget {
    /// The end of the process's name path.
    pub name: String,
    /// The directions.
    pub cuts: Vec<Cut>,
}

/// The scope of a fault of a place.
fn scope_of(kind: PlaceKind) -> Scope {
    match kind {
        PlaceKind::Provider | PlaceKind::World | PlaceKind::Internet => Scope::Provider,
        PlaceKind::Region => Scope::Region,
        PlaceKind::Zone => Scope::Zone,
        PlaceKind::Rack => Scope::Rack,
        PlaceKind::Node => Scope::Node,
    }
}

impl Compiler<'_> {
    /// One target per process.
    pub(super) fn hits(&mut self, hits: &Hits, pointer: &Pointer) -> Vec<Target> {
        match hits {
            Hits::Select(selector) => self.select(selector, pointer),
            Hits::Together(selectors) => {
                let mut all = Target {
                    scope: Some(Scope::Shared),
                    ..Target::default()
                };
                for (index, selector) in selectors.iter().enumerate() {
                    let here = pointer.key("together").index(index);
                    for target in self.select(selector, &here) {
                        all.places.extend(target.places);
                        all.parts.extend(target.parts);
                    }
                }
                all.places.sort_unstable();
                all.places.dedup();
                all.parts.sort_unstable();
                all.parts.dedup();
                if all.places.is_empty() && all.parts.is_empty() {
                    Vec::new()
                } else {
                    vec![all]
                }
            }
        }
    }

    fn select(&mut self, selector: &Selector, pointer: &Pointer) -> Vec<Target> {
        match selector {
            Selector::EachPlace(kind) => {
                let places = self.places_of_kind(*kind);
                places
                    .into_iter()
                    .map(|place| self.place_target(place))
                    .collect()
            }
            Selector::Place(path) => {
                let place = self.place(path, pointer);
                place
                    .into_iter()
                    .map(|place| self.place_target(place))
                    .collect()
            }
            Selector::EachInstance(service) => {
                let parts = self.instances_of(service, None, pointer);
                parts
                    .into_iter()
                    .map(|part| self.part_target(part))
                    .collect()
            }
            Selector::Instances { service, place } => {
                let parts = self.instances_of(service, Some(place), pointer);
                let name = format!("{service}@{place}");
                let all = Target {
                    name,
                    parts,
                    scope: Some(Scope::Shared),
                    ..Target::default()
                };
                if all.parts.is_empty() {
                    Vec::new()
                } else {
                    vec![all]
                }
            }
            Selector::EachMember(store) => {
                let parts = self.members_of(store, None, pointer);
                parts
                    .into_iter()
                    .map(|part| self.part_target(part))
                    .collect()
            }
            Selector::Member { store, place } => {
                let parts = self.members_of(store, Some(place), pointer);
                parts
                    .into_iter()
                    .map(|part| self.part_target(part))
                    .collect()
            }
        }
    }

    fn place_target(&self, place: PlaceId) -> Target {
        Target {
            name: self.path_of(place).to_owned(),
            places: vec![place],
            scope: Some(scope_of(self.places[place.index()].kind)),
            ..Target::default()
        }
    }

    fn part_target(&self, part: PartId) -> Target {
        let path = &self.parts[part.index()].path;
        let (name, one_cause) = match self.parts[part.index()].owner {
            Owner::Pool(_) => (
                path.trim_start_matches("services.").replacen('.', "@", 1),
                true,
            ),
            Owner::Store(..) => (
                path.trim_start_matches("stores.")
                    .replacen(".members.", "@", 1),
                false,
            ),
        };
        Target {
            name,
            parts: vec![part],
            scope: Some(Scope::Instance),
            one_cause,
            ..Target::default()
        }
    }

    fn instances_of(
        &mut self,
        service: &str,
        place: Option<&str>,
        pointer: &Pointer,
    ) -> Vec<PartId> {
        let Some(id) = self.service(service, pointer) else {
            return Vec::new();
        };
        let within = match place {
            None => PlaceId::WORLD,
            Some(path) => match self.place(path, pointer) {
                Some(place) => place,
                None => return Vec::new(),
            },
        };
        let mut parts: Vec<PartId> = Vec::new();
        for pool in &self.services[id.index()].pools {
            let there = self.pools[pool.index()].parts.iter().copied();
            parts.extend(there.filter(|part| self.is_in(self.parts[part.index()].place, within)));
        }
        parts.sort_unstable();
        if let (true, Some(place)) = (parts.is_empty(), place) {
            let message = format!("no instance of `{service}` is in `{place}`");
            self.error(Code::NotThere, pointer, message, self.runs_where(service));
        }
        parts
    }

    fn members_of(&mut self, store: &str, place: Option<&str>, pointer: &Pointer) -> Vec<PartId> {
        let Some(id) = self.store(store, pointer) else {
            return Vec::new();
        };
        let at = match place {
            None => None,
            Some(path) => match self.place(path, pointer) {
                Some(place) => Some(place),
                None => return Vec::new(),
            },
        };
        let members = self.members[id.index()].iter();
        let parts: Vec<PartId> = members
            .filter(|member| at.is_none_or(|place| member.place == place))
            .map(|member| member.part)
            .collect();
        if let (true, Some(place)) = (parts.is_empty(), place) {
            let message = format!("no member of `{store}` is in `{place}`");
            self.error(
                Code::NotThere,
                pointer,
                message,
                format!("see `members` of `{store}`"),
            );
        }
        parts
    }

    /// One target per process: one cut with `each` is one for every pair, a list of cuts is one shared fate.
    pub(super) fn cuts(&mut self, specs: &[CutSpec], pointer: &Pointer) -> Vec<CutTarget> {
        match specs {
            [only] => self.cut_pairs(only, pointer),
            several => {
                let mut cuts = Vec::new();
                for (index, spec) in several.iter().enumerate() {
                    let pairs = self.cut_pairs(spec, &pointer.index(index));
                    cuts.extend(pairs.into_iter().flat_map(|pair| pair.cuts));
                }
                cuts.sort_unstable_by_key(|cut| (cut.from, cut.to));
                cuts.dedup();
                if cuts.is_empty() {
                    Vec::new()
                } else {
                    vec![CutTarget {
                        name: String::new(),
                        cuts,
                    }]
                }
            }
        }
    }

    fn cut_pairs(&mut self, spec: &CutSpec, pointer: &Pointer) -> Vec<CutTarget> {
        let both_each = matches!(
            (&spec.from, &spec.to),
            (End::EachPlace(_), End::EachPlace(_))
        );
        let any_each =
            matches!(&spec.from, End::EachPlace(_)) || matches!(&spec.to, End::EachPlace(_));
        let (froms, tos) = (self.end(&spec.from, pointer), self.end(&spec.to, pointer));
        let mut pairs = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for &from in &froms {
            for &to in &tos {
                if self.is_in(from, to) || self.is_in(to, from) {
                    if !any_each {
                        self.cut_of_itself(from, to, pointer);
                    }
                    continue;
                }
                let unordered = spec.direction == Direction::Both && both_each;
                let key = if unordered {
                    (from.min(to), from.max(to))
                } else {
                    (from, to)
                };
                if seen.insert(key) {
                    pairs.push(self.cut(key.0, key.1, spec.direction));
                }
            }
        }
        pairs
    }

    fn cut(&self, from: PlaceId, to: PlaceId, direction: Direction) -> CutTarget {
        let one_way = Cut { from, to };
        let (arrow, cuts) = match direction {
            Direction::OneWay => ("->", vec![one_way]),
            Direction::Both => ("<->", vec![one_way, Cut { from: to, to: from }]),
        };
        CutTarget {
            name: format!("{}{arrow}{}", self.path_of(from), self.path_of(to)),
            cuts,
        }
    }

    fn cut_of_itself(&mut self, from: PlaceId, to: PlaceId, pointer: &Pointer) {
        let (from, to) = (self.path_of(from), self.path_of(to));
        let message = if from == to {
            format!("`{from}` cannot be cut from itself")
        } else {
            format!(
                "`{from}` and `{to}` cannot be cut from each other, because one is in the other"
            )
        };
        self.error(
            Code::CutOfItself,
            pointer,
            message,
            "cut two places of which neither is in the other",
        );
    }

    fn end(&mut self, end: &End, pointer: &Pointer) -> Vec<PlaceId> {
        match end {
            End::Internet => vec![PlaceId::INTERNET],
            End::EachPlace(kind) => self.places_of_kind(*kind),
            End::Place(path) => self.place_or_internet(path, pointer).into_iter().collect(),
        }
    }
}
