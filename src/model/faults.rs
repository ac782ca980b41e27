//! Faults as written: what strikes, how often, for how long, and what it does.

use serde::{Deserialize, Serialize};

use super::law::LawSpec;
pub use super::scope::Scope;
use super::selector::{Cuts, Hits};

/// A fault process. It has either `hits` or `cuts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// What goes down: a selector such as `each zone`, or `{ together: [..] }` for a shared fate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits: Option<Hits>,
    /// Which links are cut, such as `us-east-1 <-> eu-west-1`; one or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuts: Option<Cuts>,
    /// Time from the end of a repair to the next strike. A bare duration is the mean of an exponential law.
    #[serde(deserialize_with = "super::law::mean_or_law")]
    pub every: LawSpec,
    /// Time from the strike (or from the arrival of the crew) to the end of the repair.
    pub lasts: LawSpec,
    /// How what is down behaves. Default: `silent` for places, `refuses` for parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// What a repair does to the age of the process.
    #[serde(default)]
    pub after_repair: AfterRepair,
    /// The crew that repairs it; without one, repair starts at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<String>,
    /// How far it reaches, for results. Default: the kind of place hit; `instance` for parts, `link` for cuts,
    /// `shared` for `together`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::scope"))]
    pub scope: Option<Scope>,
}

/// How a part fails by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fails {
    /// Time from the end of a repair to the next failure. A bare duration is the mean of an exponential law.
    #[serde(deserialize_with = "super::law::mean_or_law")]
    pub every: LawSpec,
    /// Time from the failure (or from the arrival of the crew) to the end of the repair.
    pub lasts: LawSpec,
    /// How a part that is down behaves. Default: `refuses`.
    #[serde(default = "Effect::refuses")]
    pub effect: Effect,
    /// What a repair does to the age of the process.
    #[serde(default)]
    pub after_repair: AfterRepair,
    /// The crew that repairs it; without one, repair starts at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<String>,
}

/// How something that is down behaves towards its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Connections are refused at once.
    Refuses,
    /// Nothing answers: callers wait for their timeout.
    Silent,
    /// Silent, and what it stored is gone.
    Destroys,
}

impl Effect {
    fn refuses() -> Effect {
        Effect::Refuses
    }
}

/// What a repair does to the age of a fault process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AfterRepair {
    /// Good as new: the age is zero again.
    #[default]
    AsNew,
    /// Bad as old: the age goes on where it was.
    AsOld,
}
