//! Places as written: providers, regions, zones, racks and nodes, nested as the user nests them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What sort of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A cloud provider, or a company's own estate.
    Provider,
    /// A region.
    Region,
    /// An availability zone.
    Zone,
    /// A rack.
    Rack,
    /// A node.
    Node,
}

impl PlaceKind {
    /// Every kind, from the outside in.
    pub const ALL: [PlaceKind; 5] = [
        PlaceKind::Provider,
        PlaceKind::Region,
        PlaceKind::Zone,
        PlaceKind::Rack,
        PlaceKind::Node,
    ];

    /// The word used in the model.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            PlaceKind::Provider => "provider",
            PlaceKind::Region => "region",
            PlaceKind::Zone => "zone",
            PlaceKind::Rack => "rack",
            PlaceKind::Node => "node",
        }
    }
}

/// A place: everything in it can fail together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Place {
    /// What sort of place it is. Default: `region` at the top level; below it what the list's name says, and `zone`
    /// in `places`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PlaceKind>,
    /// Regions in this place: a list of names, or a map from names to places.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        with = "super::shapes::children"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "super::shapes::Children"))]
    pub regions: IndexMap<String, Place>,
    /// Zones in this place: a list of names, or a map from names to places.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        with = "super::shapes::children"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "super::shapes::Children"))]
    pub zones: IndexMap<String, Place>,
    /// Racks in this place: a list of names, or a map from names to places.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        with = "super::shapes::children"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "super::shapes::Children"))]
    pub racks: IndexMap<String, Place>,
    /// Nodes in this place: a list of names, or a map from names to places.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        with = "super::shapes::children"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "super::shapes::Children"))]
    pub nodes: IndexMap<String, Place>,
    /// Places in this place, each with a `kind` (default `zone`): a list of names, or a map from names to places.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        with = "super::shapes::children"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "super::shapes::Children"))]
    pub places: IndexMap<String, Place>,
}
