//! The result document: everything that a study found out, in the model's own names.
//!
//! One document, versioned by its schema id; text, CSV and every other form are rendered from it. The path of a
//! figure in the document is its name everywhere (`docs/figures.md` lists them all). Deliberately absent: clocks,
//! hosts, threads, file names and the reason for stopping, so that the same study gives the same bytes.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::method::Method;
use super::verdict::Verdict;
use crate::estimate::Figure;

/// The schema id of result documents.
pub const RESULT_SCHEMA: &str = "fivenines/result/1";

/// Everything that a study found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResultDocument {
    /// Always `fivenines/result/1`.
    pub schema: String,
    /// What was run.
    pub provenance: Provenance,
    /// Objectives, met or not.
    pub objectives: Vec<Verdict>,
    /// What users met, by journey.
    pub journeys: IndexMap<String, JourneyFigures>,
    /// What happened to data, by store.
    pub stores: IndexMap<String, StoreFigures>,
    /// All journeys that only read, together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<RequestFigures>,
    /// All journeys that write, together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes: Option<RequestFigures>,
    /// What owns the downtime, one table per journey.
    pub causes: Vec<CauseTable>,
    /// Which stage of recovery owns the downtime, one table per journey.
    pub stages: Vec<StageTable>,
    /// What is said about the figures that come from weighted branches; empty if none do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rare: Vec<RareNote>,
    /// What the figures rest on.
    pub assumptions: Vec<AssumptionNote>,
}

/// Whether figures that come from weighted branches can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RareNote {
    /// The path of the figures.
    pub path: String,
    /// The standard error over the estimate, of lost requests or of events; `null` if nothing was seen.
    pub relative_error: Option<f64>,
    /// As many equal trials would be worth as much.
    pub effective_trials: f64,
    /// The share of the sum that comes from the heaviest trial.
    pub largest_share: f64,
    /// Whether enough trials carry the sum; if not, its intervals are widened.
    pub is_trustworthy: bool,
    /// Branches and plain simulation compared where both see failures; absent where no inflation shows enough of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckNote>,
}

/// Branches against plain simulation, with failures so much more frequent that both see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckNote {
    /// How many times as frequent.
    pub inflated: f64,
    /// What branches estimate then: lost seconds or events in a trial.
    pub branches: f64,
    /// What plain simulation of the same trials estimates.
    pub plain: f64,
    /// The difference over its standard error.
    pub distance: f64,
    /// Whether that is what chance explains, 999 times in 1000.
    pub agrees: bool,
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The model's name.
    pub model: String,
    /// The hash of the checked model, after overrides.
    pub model_hash: String,
    /// The version of fivenines.
    pub version: String,
    /// The revision of the numbers: results of one revision are comparable bit by bit.
    pub numbers_revision: u32,
    /// The seed.
    pub seed: u64,
    /// How many trials are in the figures.
    pub trials: u64,
    /// How rare failures are estimated.
    pub method: Method,
    /// How many weighted branches left these trials.
    pub branches: u64,
    /// Trials with an incident that was cut off because it did not end within ten windows.
    pub cut_off: u64,
    /// The window of a trial.
    pub window: WindowNote,
    /// Whether the study ran to its end: the number of trials, the precision or the time that was asked for.
    pub complete: bool,
}

/// The window of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowNote {
    /// How long is measured, seconds.
    pub length_seconds: f64,
    /// How long the trial runs before it is measured, seconds.
    pub warm_up_seconds: f64,
    /// How old the fault processes are at the start: `equilibrium` or `new`.
    pub start: String,
}

/// A share of requests and a share of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestAndTime {
    /// Weighted by requests.
    pub request: Figure,
    /// Weighted by time.
    pub time: Figure,
}

/// Availability and what is missing from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestFigures {
    /// The share that was served.
    pub availability: RequestAndTime,
    /// The share that was not.
    pub unavailability: RequestAndTime,
}

/// What users of one journey met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JourneyFigures {
    /// The share that was served.
    pub availability: RequestAndTime,
    /// The share that was not.
    pub unavailability: RequestAndTime,
    /// Time with success below `up-when`, per year.
    pub downtime_per_year: Figure,
    /// Incidents per year.
    pub outages_per_year: Figure,
    /// How long incidents lasted.
    pub outage_duration: Distribution,
    /// From the strike of the trigger to restored service, by the scope of the trigger; `any` is all of them.
    pub rto: IndexMap<String, RecoveryFigures>,
    /// Downtime in a calendar year and in a month, as a distribution.
    pub downtime_distribution: DowntimeDistribution,
    /// The chance of no incident at all.
    pub no_outage: Chance,
    /// How often the objectives hold.
    pub objective: ObjectiveFigures,
}

/// A distribution by its mean and percentiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// The mean.
    pub mean: Figure,
    /// The median.
    pub p50: Figure,
    /// Nineteen of twenty are at or below this.
    pub p95: Figure,
    /// Ninety-nine of a hundred are at or below this.
    pub p99: Figure,
}

/// How long recoveries took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecoveryFigures {
    /// The mean.
    pub mean: Figure,
    /// The median.
    pub p50: Figure,
    /// The 95th percentile; what an objective `rto` means.
    pub p95: Figure,
    /// The 99th percentile.
    pub p99: Figure,
    /// Downtime of an incident by stage of recovery, in the order of the stages.
    pub stages: IndexMap<String, Mean>,
}

/// A mean alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mean {
    /// The mean.
    pub mean: Figure,
}

/// Downtime in whole years and months of the window; absent when the window is shorter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DowntimeDistribution {
    /// In a year of 365 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<Percentiles>,
    /// In a twelfth of a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Percentiles>,
}

/// Percentiles of downtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Percentiles {
    /// The median.
    pub p50: Figure,
    /// The 90th percentile.
    pub p90: Figure,
    /// The 95th percentile.
    pub p95: Figure,
    /// The 99th percentile.
    pub p99: Figure,
}

/// A chance in the window: per year if the window is a year, else per window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Chance {
    /// The chance in a year of 365 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_year: Option<Figure>,
    /// The chance in a window that is not a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_window: Option<Figure>,
}

/// How often the objectives of a journey hold; absent where nothing was promised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectiveFigures {
    /// Availability of requests in each month and year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<ChanceMet>,
    /// Every RTO within the objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rto: Option<ChanceMet>,
}

/// The chance that an objective is met; absent for periods that the window does not hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChanceMet {
    /// In a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_met_per_month: Option<Figure>,
    /// In a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_met_per_year: Option<Figure>,
    /// In a window that is not a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_met_per_window: Option<Figure>,
}

/// What happened to the data of one store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreFigures {
    /// Acknowledged writes missing after a promotion, by the scope of what set it off; `any` is all of them.
    pub rpo: IndexMap<String, LossFigures>,
    /// Writes that no copy holds, per year.
    pub lost_writes_per_year: Figure,
    /// Writes that only a copy out of service holds, per year.
    pub orphaned_writes_per_year: Figure,
    /// Orphaned writes that came back, per year.
    pub recovered_writes_per_year: Figure,
    /// Promotions that lost or orphaned a write, per year.
    pub loss_events_per_year: Figure,
    /// Promotions per year.
    pub promotions_per_year: Figure,
    /// Two members willing to accept writes.
    pub dual_primary: DualPrimaryFigures,
    /// Two members that receive writes.
    pub split_brain: SplitBrainFigures,
    /// Writes acknowledged with less replication than configured.
    pub degraded: DegradedFigures,
    /// How often the objectives of the journeys that write here hold.
    pub objective: StoreObjectiveFigures,
}

/// How often the objectives that concern a store hold; absent where nothing was promised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StoreObjectiveFigures {
    /// Every RPO within the tightest objective of the journeys that write here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpo: Option<ChanceMet>,
}

/// Acknowledged writes missing after a promotion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LossFigures {
    /// The last acknowledgement on the old primary minus the newest commit of the winner.
    pub seconds: Tail,
    /// How many writes.
    pub writes: Tail,
    /// How many bytes.
    pub bytes: Tail,
}

/// A distribution by its mean and upper percentiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// The mean.
    pub mean: Figure,
    /// The 95th percentile; of `seconds`, what an objective `rpo` means.
    pub p95: Figure,
    /// The 99th percentile.
    pub p99: Figure,
}

/// Episodes of two members willing to accept writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DualPrimaryFigures {
    /// The chance of at least one in a year of 365 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_year: Option<Figure>,
    /// The chance of at least one in a window that is not a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_window: Option<Figure>,
    /// How many per year.
    pub per_year: Figure,
    /// How long they last.
    pub overlap: Mean,
}

/// Episodes of two members that receive writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitBrainFigures {
    /// The chance of at least one in a year of 365 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_year: Option<Figure>,
    /// The chance of at least one in a window that is not a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_per_window: Option<Figure>,
    /// How many per year.
    pub per_year: Figure,
    /// How long they last.
    pub overlap: Mean,
    /// Writes that the old primary accepted in one of them.
    pub divergent_writes: Mean,
}

/// Time with less replication than configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DegradedFigures {
    /// Seconds per year.
    pub seconds_per_year: Figure,
}

/// What owns the downtime of one journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CauseTable {
    /// The journey.
    pub journey: String,
    /// Sets of causes that were active together; disjoint, largest first; they add up to the downtime.
    pub rows: Vec<CauseRow>,
    /// Downtime in which each single cause is involved, largest first; these overlap.
    pub involved: Vec<InvolvedRow>,
}

/// The downtime of one set of causes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CauseRow {
    /// Paths of the causes in the model.
    pub paths: Vec<String>,
    /// Their downtime per year.
    pub downtime: Figure,
    /// Their share of the journey's downtime.
    pub share: f64,
}

/// The downtime in which one cause is involved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InvolvedRow {
    /// The path of the cause in the model.
    pub path: String,
    /// The downtime per year in which it is involved.
    pub downtime: Figure,
    /// That as a share of the journey's downtime.
    pub share: f64,
}

/// Which stage of recovery owns the downtime of one journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageTable {
    /// The journey.
    pub journey: String,
    /// Stages in their order; they add up to the downtime.
    pub rows: Vec<StageRow>,
}

/// The downtime of one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageRow {
    /// The stage.
    pub stage: String,
    /// Its downtime per year.
    pub downtime: Figure,
    /// Its share of the journey's downtime.
    pub share: f64,
}

/// Something that the figures rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssumptionNote {
    /// The path in the model that it concerns.
    pub path: String,
    /// The assumption.
    pub text: String,
}
