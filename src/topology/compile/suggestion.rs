//! "Did you mean ...?"

/// The name that is nearest to a misspelt one, if it is near: at most a third of the letters differ, one at least.
pub(super) fn suggestion<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 3).max(1);
    let near = names.into_iter().map(|known| (distance(name, known), known));
    near.filter(|&(distance, _)| distance <= most).min().map(|(_, known)| known)
}

/// Letters to insert, delete or replace (Levenshtein 1966), or neighbours to swap.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for row in 0..=one.len() {
        for column in 0..=other.len() {
            rows[row][column] = if row == 0 || column == 0 {
                row + column
            } else {
                let replace = rows[row - 1][column - 1] + usize::from(one[row - 1] != other[column - 1]);
                let skip = rows[row - 1][column].min(rows[row][column - 1]) + 1;
                let swapped = row > 1
                    && column > 1
                    && one[row - 1] == other[column - 2]
                    && one[row - 2] == other[column - 1];
                let swap = if swapped { rows[row - 2][column - 2] + 1 } else { usize::MAX };
                replace.min(skip).min(swap)
            };
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn near_names_are_suggested() {
        let names = ["us-east-1", "us-east-1/a", "eu-west-1"];
        assert_eq!(suggestion("us-esat-1", names), Some("us-east-1"));
        assert_eq!(suggestion("eu-west-2", names), Some("eu-west-1"));
        assert_eq!(suggestion("mars", names), None);
    }
}
