//! Which shard this process computes: as written, or as a batch system says.

use std::str::FromStr;

use anyhow::{Context, Result, bail};

use crate::study::Shard;

/// A shard as written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the environment says; the total too, unless it is given.
    Auto(Option<u64>),
}

impl FromStr for ShardChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<ShardChoice, String> {
        match text.split_once('/') {
            None if text == "auto" => Ok(ShardChoice::Auto(None)),
            Some(("auto", count)) => match count.parse() {
                Ok(count) if (1..=Shard::MOST).contains(&count) => {
                    Ok(ShardChoice::Auto(Some(count)))
                }
                _ => Err("the total after `auto/` is a number from 1".to_owned()),
            },
            _ => parse(text)
                .map(ShardChoice::Given)
                .ok_or_else(|| "write it as 1/3 (counted from 1), auto, or auto/3".to_owned()),
        }
    }
}

fn parse(text: &str) -> Option<Shard> {
    let (index, count) = text.split_once('/')?;
    valid(index.parse().ok()?, count.parse().ok()?)
}

fn valid(index: u64, count: u64) -> Option<Shard> {
    (1 <= index && index <= count && count <= Shard::MOST).then_some(Shard { index, count })
}

/// Looks up a variable of the environment.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl ShardChoice {
    /// The shard, with the environment asked if need be.
    ///
    /// # Errors
    /// If no batch system is found, or if its numbers make no sense.
    pub fn resolve(self, environment: Environment<'_>) -> Result<Shard> {
        match self {
            ShardChoice::Given(shard) => Ok(shard),
            ShardChoice::Auto(count) => from_environment(count, environment),
        }
    }
}

fn from_environment(count: Option<u64>, environment: Environment<'_>) -> Result<Shard> {
    if let Some(text) = environment("FIVENINES_SHARD") {
        return parse(&text)
            .with_context(|| format!("FIVENINES_SHARD is `{text}`, and not like 1/3"));
    }
    let number = |name: &str| -> Result<Option<u64>> {
        let read = |text: String| {
            text.parse()
                .with_context(|| format!("{name} is `{text}`, not a number"))
        };
        environment(name).map(read).transpose()
    };
    let (index, total) = if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        (index, None)
    } else if let Some(index) = number("AWS_BATCH_JOB_ARRAY_INDEX")? {
        (index, number("AWS_BATCH_JOB_ARRAY_SIZE")?)
    } else if let Some(id) = number("SLURM_ARRAY_TASK_ID")? {
        let first = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
        let index = id
            .checked_sub(first)
            .context("SLURM_ARRAY_TASK_ID is below SLURM_ARRAY_TASK_MIN")?;
        (index, number("SLURM_ARRAY_TASK_COUNT")?)
    } else {
        bail!(
            "`--shard auto` found none of FIVENINES_SHARD, JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX, \
             SLURM_ARRAY_TASK_ID in the environment"
        );
    };
    let Some(count) = count.or(total) else {
        bail!("the environment does not say how many shards there are: use `--shard auto/K`");
    };
    valid(index.saturating_add(1), count)
        .with_context(|| format!("index {index} (counted from 0) does not fit {count} shards"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(choice: &str, variables: &[(&str, &str)]) -> Result<(u64, u64), String> {
        let environment = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let choice: ShardChoice = choice.parse()?;
        let shard = choice
            .resolve(&environment)
            .map_err(|error| error.to_string())?;
        Ok((shard.index, shard.count))
    }

    #[test]
    fn shards_count_from_one() {
        assert_eq!(resolve("1/3", &[]), Ok((1, 3)));
        for wrong in ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "auto/0"] {
            assert!(resolve(wrong, &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn batch_systems_count_from_their_own_start() {
        assert_eq!(resolve("auto", &[("FIVENINES_SHARD", "2/5")]), Ok((2, 5)));
        assert_eq!(
            resolve("auto/4", &[("JOB_COMPLETION_INDEX", "3")]),
            Ok((4, 4))
        );
        let batch = [
            ("AWS_BATCH_JOB_ARRAY_INDEX", "0"),
            ("AWS_BATCH_JOB_ARRAY_SIZE", "7"),
        ];
        assert_eq!(resolve("auto", &batch), Ok((1, 7)));
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "12"),
            ("SLURM_ARRAY_TASK_MIN", "10"),
            ("SLURM_ARRAY_TASK_COUNT", "3"),
        ];
        assert_eq!(resolve("auto", &slurm), Ok((3, 3)));
    }

    #[test]
    fn a_missing_total_or_system_is_said() {
        let no_total = resolve("auto", &[("JOB_COMPLETION_INDEX", "3")]).unwrap_err();
        assert!(no_total.contains("auto/K"), "{no_total}");
        assert!(
            resolve("auto", &[])
                .unwrap_err()
                .contains("FIVENINES_SHARD")
        );
        assert!(resolve("auto/3", &[("JOB_COMPLETION_INDEX", "3")]).is_err());
    }
}
