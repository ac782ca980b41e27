//! How far a failure reaches: a word of the model that every result repeats.

/// How far a failure reaches; every RTO and RPO figure names it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// One instance or store member.
    Instance,
    /// A node.
    Node,
    /// A rack.
    Rack,
    /// An availability zone.
    Zone,
    /// A region.
    Region,
    /// A provider.
    Provider,
    /// A network link.
    Link,
    /// Several targets that share a fate.
    Shared,
    /// A change.
    Change,
    /// A person.
    Human,
    /// A detector that saw a failure where there was none.
    FalseAlarm,
}

impl Scope {
    /// Every scope, in the order of results.
    pub const ALL: [Scope; 11] = [
        Scope::Instance,
        Scope::Node,
        Scope::Rack,
        Scope::Zone,
        Scope::Region,
        Scope::Provider,
        Scope::Link,
        Scope::Shared,
        Scope::Change,
        Scope::Human,
        Scope::FalseAlarm,
    ];

    /// The name used in paths of figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Instance => "instance",
            Scope::Node => "node",
            Scope::Rack => "rack",
            Scope::Zone => "zone",
            Scope::Region => "region",
            Scope::Provider => "provider",
            Scope::Link => "link",
            Scope::Shared => "shared",
            Scope::Change => "change",
            Scope::Human => "human",
            Scope::FalseAlarm => "false-alarm",
        }
    }
}
