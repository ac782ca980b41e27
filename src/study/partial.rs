//! Shards: a part of the trials of a study, computed anywhere, and put together again.
//!
//! A shard document carries all that is needed to finish the study: the model as decoded, the seed, which blocks of
//! trials it holds, and their tally. Tallies merge exactly, so a merged study gives the same bytes as a single run.
//! Deliberately absent: adaptive precision over shards (every shard has a fixed number of trials), and files.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::NUMBERS_REVISION;
use super::method::Method;
use super::run::{Outcome, Study, trials_of_blocks};
use crate::estimate::stopping::Plan;
use crate::measure::Tally;

/// The schema id of shard documents.
pub const PARTIAL_SCHEMA: &str = "fivenines/partial/1";

/// Which part of a study: the `index`-th of `count` shards, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: u64,
    /// How many shards there are.
    pub count: u64,
}

impl Shard {
    /// The most shards of one study.
    pub const MOST: u64 = 100_000;

    /// The blocks of this shard, out of all blocks of `trials` trials.
    #[must_use]
    pub fn blocks(self, trials: u64) -> Range<u64> {
        let total = Plan::Trials(trials).max_blocks();
        let end = |shards: u64| {
            let blocks = u128::from(total) * u128::from(shards) / u128::from(self.count.max(1));
            u64::try_from(blocks).unwrap_or(total).min(total)
        };
        end(self.index.saturating_sub(1))..end(self.index)
    }

    /// The trials of this shard, out of `trials`.
    #[must_use]
    pub fn trials(self, trials: u64) -> Range<u64> {
        trials_of_blocks(&self.blocks(trials), trials)
    }
}

/// The tally of one shard and what it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// Always `fivenines/partial/1`.
    pub schema: String,
    /// The version of fivenines.
    pub version: String,
    /// The revision of the numbers.
    pub numbers_revision: u32,
    /// The model as decoded.
    pub model: Value,
    /// Its hash.
    pub model_hash: String,
    /// The seed.
    pub seed: u64,
    /// The number of trials of the whole study.
    pub trials: u64,
    /// How rare failures are estimated.
    pub method: Method,
    /// Which shard this is.
    pub shard: Shard,
    /// Whether all trials of the shard are in the tally.
    pub complete: bool,
    /// What they add up to.
    pub tally: Tally,
}

/// Why shards cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeError {
    /// No shards at all.
    #[error("there is nothing to merge")]
    Empty,
    /// A document that is not a shard of this version.
    #[error("shard {index}/{count} has the schema `{schema}`, and this is for `{PARTIAL_SCHEMA}`")]
    Schema {
        /// The schema that was found.
        schema: String,
        /// The shard.
        index: u64,
        /// Out of how many.
        count: u64,
    },
    /// A shard number that does not exist.
    #[error(
        "a shard says that it is {index}/{count}; shards count from 1 to at most {}",
        Shard::MOST
    )]
    NoSuchShard {
        /// The shard.
        index: u64,
        /// Out of how many.
        count: u64,
    },
    /// Two shards of different studies.
    #[error(
        "shard {index}/{count} is of another study: its {what} is {found}, elsewhere it is {expected}"
    )]
    Mismatch {
        /// The shard.
        index: u64,
        /// Out of how many.
        count: u64,
        /// What differs.
        what: &'static str,
        /// Its value.
        found: String,
        /// The value of the first shard.
        expected: String,
    },
    /// The same trials twice.
    #[error("shard {index}/{count} is there twice: its trials would count twice")]
    Overlap {
        /// The shard.
        index: u64,
        /// Out of how many.
        count: u64,
    },
    /// A tally that does not hold the trials it should.
    #[error("shard {index}/{count} should hold {expected} trials and holds {found}")]
    Trials {
        /// The shard.
        index: u64,
        /// Out of how many.
        count: u64,
        /// Trials in its tally.
        found: u64,
        /// Trials of the shard.
        expected: u64,
    },
    /// Shards that are absent or were interrupted.
    #[error(
        "{} of {count} shards missing or interrupted; run, with the same MODEL and --set values (model hash {model_hash}):{}",
        .missing.len(),
        commands(.missing, *.count, *.seed, *.trials)
    )]
    Missing {
        /// Their numbers.
        missing: Vec<u64>,
        /// Out of how many.
        count: u64,
        /// The seed of the study.
        seed: u64,
        /// Its number of trials.
        trials: u64,
        /// Its model.
        model_hash: String,
    },
}

fn commands(missing: &[u64], count: u64, seed: u64, trials: u64) -> String {
    let command = |index: &u64| {
        format!(
            "\n  fivenines run MODEL --seed {seed} --trials {trials} --shard {index}/{count} --out shard-{index}.json"
        )
    };
    missing.iter().map(command).collect()
}

/// A whole study put together from its shards.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The model as decoded.
    pub model: Value,
    /// Its hash.
    pub model_hash: String,
    /// The seed.
    pub seed: u64,
    /// The number of trials.
    pub trials: u64,
    /// How rare failures are estimated.
    pub method: Method,
    /// What they add up to.
    pub outcome: Outcome,
}

impl Partial {
    /// The document of one shard of a study.
    #[must_use]
    pub fn new(study: &Study, model: Value, shard: Shard, outcome: Outcome) -> Partial {
        Partial {
            schema: PARTIAL_SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            numbers_revision: NUMBERS_REVISION,
            model,
            model_hash: study.model_hash.clone(),
            seed: study.seed,
            trials: study.plan.max_trials(),
            method: study.method,
            shard,
            complete: outcome.complete,
            tally: outcome.tally,
        }
    }

    /// Checks one shard by itself.
    fn check(&self) -> Result<(), MergeError> {
        let Shard { index, count } = self.shard;
        if self.schema != PARTIAL_SCHEMA {
            let schema = self.schema.clone();
            return Err(MergeError::Schema {
                schema,
                index,
                count,
            });
        }
        if index == 0 || index > count || count > Shard::MOST {
            return Err(MergeError::NoSuchShard { index, count });
        }
        let trials = self.shard.trials(self.trials);
        let (found, expected) = (self.tally.trials, trials.end - trials.start);
        if self.complete && found != expected {
            return Err(MergeError::Trials {
                index,
                count,
                found,
                expected,
            });
        }
        Ok(())
    }

    /// Checks that this shard is of the same study as another.
    fn check_same_study(&self, other: &Partial) -> Result<(), MergeError> {
        let identity = |partial: &Partial| {
            [
                ("version", partial.version.clone()),
                ("numbers revision", partial.numbers_revision.to_string()),
                ("model hash", partial.model_hash.clone()),
                ("seed", partial.seed.to_string()),
                ("number of trials", partial.trials.to_string()),
                ("method", partial.method.name().to_owned()),
                ("number of shards", partial.shard.count.to_string()),
                (
                    "number of journeys",
                    partial.tally.journeys.len().to_string(),
                ),
                ("number of stores", partial.tally.stores.len().to_string()),
            ]
        };
        for ((what, found), (_, expected)) in identity(self).into_iter().zip(identity(other)) {
            if found != expected {
                return Err(MergeError::Mismatch {
                    index: self.shard.index,
                    count: self.shard.count,
                    what,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// Puts all shards of a study together, in any order.
///
/// # Errors
/// If they are not the shards of one study, each exactly once and complete; nothing is merged then.
pub fn merge(mut partials: Vec<Partial>) -> Result<Merged, MergeError> {
    partials.sort_by_key(|partial| partial.shard.index);
    let first = partials.first().ok_or(MergeError::Empty)?;
    for (position, partial) in partials.iter().enumerate() {
        partial.check()?;
        partial.check_same_study(first)?;
        if position > 0 && partials[position - 1].shard == partial.shard {
            let Shard { index, count } = partial.shard;
            return Err(MergeError::Overlap { index, count });
        }
    }
    let count = first.shard.count;
    let finished = |index: u64| {
        let found = partials.binary_search_by_key(&index, |partial| partial.shard.index);
        found.is_ok_and(|position| partials[position].complete)
    };
    let missing: Vec<u64> = (1..=count).filter(|&index| !finished(index)).collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing {
            missing,
            count,
            seed: first.seed,
            trials: first.trials,
            model_hash: first.model_hash.clone(),
        });
    }
    Ok(fold(partials))
}

/// Adds up shards that have been checked.
fn fold(partials: Vec<Partial>) -> Merged {
    let mut rest = partials.into_iter();
    let first = rest.next().expect("there is at least one shard");
    let mut tally = first.tally;
    for partial in rest {
        tally.merge(&partial.tally);
    }
    Merged {
        model: first.model,
        model_hash: first.model_hash,
        seed: first.seed,
        trials: first.trials,
        method: first.method,
        outcome: Outcome {
            tally,
            complete: true,
        },
    }
}
