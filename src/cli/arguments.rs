//! What can be written on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::assertion::Assertion;
use super::quantity;
use super::shard::ShardChoice;
use crate::study::Method;

const EXAMPLES: &str = "Examples:
  fivenines check model.yaml                       is the model right?
  fivenines run model.yaml                         is it available enough, and if not, why?
  fivenines run model.yaml --precision 5% --json   as precise as you need, for programs
  fivenines run model.yaml --assert                fail if an objective does not hold
  fivenines trace model.yaml --trial 17            what happened in one trial, step by step";

const RUN_EXAMPLES: &str = "Examples:
  fivenines run model.yaml
  fivenines run model.yaml --trials 100000 --seed 7 --set stores.db.failover.decide=automatic
  fivenines run model.yaml --get journeys.checkout.availability.request
  fivenines run model.yaml --assert='journeys.checkout.rto.region.p95 <= 5m'
  fivenines run model.yaml --shard 1/3 --out shard-1.json    then: fivenines merge shard-*.json";

const CHECK_EXAMPLES: &str = "Examples:
  fivenines check model.yaml
  fivenines check *.yaml --format json";

const TRACE_EXAMPLES: &str = "Examples:
  fivenines trace model.yaml --trial 17
  fivenines trace model.yaml --trial 17 --seed 7 --json";

const MERGE_EXAMPLES: &str = "Examples:
  fivenines merge shard-1.json shard-2.json shard-3.json
  fivenines merge shard-*.json --out results --assert";

/// Simulates multi-region high-availability topologies: availability, RTO, RPO, split-brain risk, and why.
#[derive(Debug, Parser)]
#[command(name = "fivenines", version, before_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub talk: Talk,
    #[command(subcommand)]
    pub verb: Verb,
}

/// How the program talks.
#[derive(Clone, Copy, Debug, Args)]
pub struct Talk {
    /// Say nothing on standard error but errors.
    #[arg(long, short, global = true, help_heading = "Talk")]
    pub quiet: bool,
    /// When to use colours; `auto` also honours NO_COLOR.
    #[arg(
        long,
        global = true,
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Talk"
    )]
    pub color: Color,
    /// Whether to show progress on a terminal.
    #[arg(
        long,
        global = true,
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Talk"
    )]
    pub progress: ProgressChoice,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// On a terminal.
    Auto,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say every problem of a model, with its place and what to do about it.
    #[command(before_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Simulate a model and judge its objectives.
    #[command(before_help = RUN_EXAMPLES)]
    Run(Box<RunArguments>),
    /// Replay one trial: what happened, who believed what, and what set it off.
    #[command(before_help = TRACE_EXAMPLES)]
    Trace(TraceArguments),
    /// Put the shards of a study together.
    #[command(before_help = MERGE_EXAMPLES)]
    Merge(MergeArguments),
    /// Print the JSON Schema of models or results.
    Schema(SchemaArguments),
    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Which model.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// The model, YAML or JSON; `-` reads standard input.
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// Override a value of the model, as in `stores.db.lag=2s`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// Forms of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// The whole result document.
    Json,
    /// One row per figure.
    Csv,
}

/// Forms of problems and journals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShortFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What to do with a result.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// The form of the result.
    #[arg(long, default_value = "text", help_heading = "Output")]
    pub format: Format,
    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    pub json: bool,
    /// Print this part alone: the estimate if it is a figure (all of the figure in other formats).
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub get: Option<String>,
    /// Exit with 1 unless every objective of the model (or the comparison after `=`) surely holds; may be repeated.
    #[arg(
        long,
        value_name = "PATH >= VALUE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        help_heading = "Output"
    )]
    pub assert: Vec<Assertion>,
    /// Write result.json, figures.csv, causes.csv and summary.txt to this directory (of a shard: the file).
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub out: Option<PathBuf>,
}

impl OutputArguments {
    /// The form of the result, `--json` included.
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// The form of problems with the model: for programs if the result is.
    pub fn problem_format(&self) -> ShortFormat {
        match self.format() {
            Format::Json => ShortFormat::Json,
            Format::Text | Format::Csv => ShortFormat::Text,
        }
    }
}

/// How much to simulate.
#[derive(Clone, Debug, Args)]
pub struct PlanArguments {
    /// At most this many trials [default: 10000, without other limits].
    #[arg(long, value_name = "N", value_parser = quantity::trials, help_heading = "Plan")]
    pub trials: Option<u64>,
    /// Until one minus the availability of each journey with an objective is known this well, such as 5%; of every
    /// journey if none has one.
    #[arg(long, value_name = "SHARE", value_parser = quantity::precision, help_heading = "Plan")]
    pub precision: Option<f64>,
    /// Which figures `--precision` is about, by their paths, such as `stores.db.split_brain.per_year`; may be repeated. An
    /// availability counts by what it lacks.
    #[arg(
        long,
        value_name = "PATH",
        requires = "precision",
        help_heading = "Plan"
    )]
    pub of: Vec<String>,
    /// Until so much time has passed, such as 30s.
    #[arg(long, value_name = "DURATION", value_parser = quantity::time, help_heading = "Plan")]
    pub time: Option<std::time::Duration>,
    /// The seed of all randomness.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Plan")]
    pub seed: u64,
    /// How rare failures are estimated: `auto` explores them by weighted branches and simulates the rest plainly.
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "auto",
        help_heading = "Plan"
    )]
    pub method: MethodChoice,
    /// Threads [default: one per processor]; the result is the same for any number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Plan")]
    pub threads: Option<u16>,
}

/// How rare failures are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodChoice {
    /// Branches for what is rare, plain simulation for the rest.
    Auto,
    /// Plain simulation for everything.
    Plain,
    /// Branches for everything that anything leads to.
    Branches,
    /// Branches that split where they come nearer to a failure; for what builds up in small steps.
    Splitting,
}

impl From<MethodChoice> for Method {
    fn from(choice: MethodChoice) -> Method {
        match choice {
            MethodChoice::Auto => Method::Auto,
            MethodChoice::Plain => Method::Plain,
            MethodChoice::Branches => Method::Branches,
            MethodChoice::Splitting => Method::Splitting,
        }
    }
}

/// The most trials of a study.
pub const MOST_TRIALS: u64 = 1_000_000_000_000;

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    #[command(flatten)]
    pub plan: PlanArguments,
    /// Only this part of the trials, such as 1/3; `auto` takes it from the batch system (`auto/3` if that gives no total).
    #[arg(
        long,
        value_name = "I/K",
        requires = "out",
        conflicts_with_all = ["precision", "time", "format", "json", "get", "assert"],
        help_heading = "Plan"
    )]
    pub shard: Option<ShardChoice>,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Models, YAML or JSON; `-` reads standard input.
    #[arg(value_name = "MODEL", required = true)]
    pub models: Vec<String>,
    /// Override a value of the models, as in `stores.db.lag=2s`; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// The form of the problems.
    #[arg(long, default_value = "text")]
    pub format: ShortFormat,
    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TraceArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// The number of the trial, from 0.
    #[arg(long, value_name = "N")]
    pub trial: u64,
    /// The seed of all randomness.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The form of the journal; JSON has one object per line.
    #[arg(long, default_value = "text")]
    pub format: ShortFormat,
    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

impl CheckArguments {
    /// The form of the problems, `--json` included.
    pub fn format(&self) -> ShortFormat {
        if self.json {
            ShortFormat::Json
        } else {
            self.format
        }
    }
}

impl TraceArguments {
    /// The form of the journal, `--json` included.
    pub fn format(&self) -> ShortFormat {
        if self.json {
            ShortFormat::Json
        } else {
            self.format
        }
    }
}

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// Shards written by `run --shard`, in any order.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// The schema of what.
    #[arg(default_value = "model")]
    pub of: SchemaChoice,
}

/// Documents that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaChoice {
    /// Models.
    Model,
    /// Results.
    Result,
}

/// Joins `--assert` and a comparison after it by `=`: a bare `--assert` takes no value, which clap can only tell apart
/// by that sign.
pub fn with_joined_assertions(line: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    for argument in line {
        let text = argument.to_string_lossy();
        let is_comparison = text.contains("<=") || text.contains(">=");
        match joined.last_mut() {
            Some(last) if last == "--assert" && is_comparison => {
                last.push("=");
                last.push(&argument);
            }
            _ => joined.push(argument),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_bare_assertion_does_not_swallow_the_model() {
        let arguments = Arguments::try_parse_from(["fivenines", "run", "--assert", "model.yaml"]);
        let Verb::Run(run) = arguments.unwrap().verb else {
            panic!("not a run");
        };
        assert_eq!(run.model.model, "model.yaml");
        assert_eq!(run.output.assert, [Assertion::Objectives]);
    }

    #[test]
    fn a_comparison_may_follow_after_a_space() {
        let joined = |line: &[&str]| with_joined_assertions(line.iter().map(OsString::from));
        assert_eq!(
            joined(&["run", "--assert", "a.b <= 5m", "m"]),
            ["run", "--assert=a.b <= 5m", "m"]
        );
        assert_eq!(joined(&["run", "--assert", "m"]), ["run", "--assert", "m"]);
    }

    #[test]
    fn a_shard_has_a_fixed_number_of_trials() {
        let line = [
            "fivenines",
            "run",
            "m",
            "--shard",
            "1/3",
            "--out",
            "f",
            "--time",
            "3s",
        ];
        assert!(Arguments::try_parse_from(line).is_err());
        assert!(Arguments::try_parse_from(&line[..7]).is_ok());
        assert!(Arguments::try_parse_from(&line[..5]).is_err());
    }
}
