//! Serde's errors in the words of the model's users.

use super::diagnostic::Code;
use super::problem::{Problem, quoted};

/// The field of a "missing field" error.
pub(super) fn missing_field(message: &str) -> Option<String> {
    Some(
        message
            .strip_prefix("missing field `")?
            .strip_suffix('`')?
            .to_owned(),
    )
}

/// An error about the value with this key; `word` is the value, if that is text.
pub(super) fn explain(message: &str, key: &str, word: &str) -> Problem {
    if let Some(problem) = Problem::from_error(message) {
        return problem;
    }
    if message.starts_with("unknown field `") {
        return unknown("field", Code::UnknownField, message, key);
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let word = rest
            .rsplit_once("`, expected ")
            .map_or(rest, |(word, _)| word);
        return unknown("word", Code::UnknownWord, message, word);
    }
    if let Some(field) = message.strip_prefix("duplicate field `") {
        let field = field.trim_end_matches('`');
        return Problem::plain(
            Code::EitherOr,
            format!("`{field}` is there twice, once under another name"),
        );
    }
    if message.contains("expected map with a single key") {
        return Problem::plain(Code::EitherOr, "exactly one key belongs here");
    }
    if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        return wrong_type(found, expected, word);
    }
    if let Some((found, expected)) = message
        .strip_prefix("invalid value: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        return Problem::plain(
            Code::Value,
            format!(
                "{} is out of range: {} belongs here",
                plain_found(found),
                plain_expected(expected)
            ),
        );
    }
    Problem::plain(Code::WrongType, one_line(message))
}

fn wrong_type(found: &str, expected: &str, word: &str) -> Problem {
    if expected == "newtype variant" {
        return Problem::new(
            Code::WrongType,
            format!("{} needs a value", quoted(word)),
            format!("write {}", quoted(&format!("{{ {word}: ... }}"))),
        );
    }
    if expected == "unit" {
        return Problem::new(
            Code::WrongType,
            format!("{} takes no value", quoted(word)),
            format!("write {} alone", quoted(word)),
        );
    }
    let message = format!(
        "{} belongs here, not {}",
        plain_expected(expected),
        plain_found(found)
    );
    match found.split_once(' ') {
        Some(("integer" | "boolean", value))
            if expected.contains("name") || expected == "a string" =>
        {
            Problem::new(
                Code::WrongType,
                message,
                format!("write `\"{}\"`", value.trim_matches('`')),
            )
        }
        Some(("floating", value)) if expected == "a string" => Problem::new(
            Code::WrongType,
            message,
            format!(
                "write `\"{}\"`",
                value.trim_start_matches("point ").trim_matches('`')
            ),
        ),
        _ => Problem::plain(Code::WrongType, message),
    }
}

/// What serde expected, in plain words.
fn plain_expected(expected: &str) -> String {
    match expected {
        "a string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "string or map" => "a word or a map with one key".to_owned(),
        "f64" => "a number".to_owned(),
        "u32" | "u64" | "a nonzero u32" => "a whole number from 1".to_owned(),
        _ if expected.starts_with("struct ") || expected == "a map" => "a map".to_owned(),
        _ => one_line(expected),
    }
}

/// What serde found, in plain words.
fn plain_found(found: &str) -> String {
    match found {
        "null" | "unit value" => "nothing".to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        _ => match found.strip_prefix("string \"") {
            Some(text) => format!("the text {}", quoted(text.trim_end_matches('"'))),
            None => one_line(
                &found
                    .replacen("integer `", "the number `", 1)
                    .replacen("floating point `", "the number `", 1)
                    .replacen("boolean `", "`", 1),
            ),
        },
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(200)
        .collect()
}

/// An unknown field or word, with what was probably meant.
fn unknown(what: &str, code: Code, message: &str, word: &str) -> Problem {
    let list = message
        .rsplit_once("`, expected ")
        .map_or("", |(_, list)| list);
    let known: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    let help = match (nearest(word, known.iter().copied()), known.len()) {
        (Some(meant), _) => Some(format!("did you mean `{meant}`? {}", allowed(&known))),
        (None, 0) => None,
        (None, _) => Some(allowed(&known)),
    };
    Problem {
        code,
        message: format!("the {what} {} is unknown here", quoted(word)),
        help,
    }
}

fn allowed(known: &[&str]) -> String {
    let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("allowed: {}", list.join(", "))
}

/// The nearest of several words, if one is near enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A long word is not a slip of the keyboard, and the distance takes quadratic time.
    if word.chars().count() > 64 {
        return None;
    }
    let normal = word.to_lowercase().replace(['_', ' '], "-");
    let furthest = (normal.chars().count() / 3).max(1);
    known
        .map(|candidate| (distance(&normal, candidate), candidate))
        .filter(|(distance, _)| *distance <= furthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let mut best = (above[column] + usize::from(letter != against))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *against && *letter == other[column - 1] {
                best = best.min(before[column - 1] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("tll", "ttl", 1),
            ("ab", "ba", 1),
        ] {
            assert_eq!(distance(one, other), expected);
        }
        assert_eq!(
            nearest("warm_up", ["length", "warm-up"].into_iter()),
            Some("warm-up")
        );
        assert_eq!(
            nearest("evry", ["every", "lasts"].into_iter()),
            Some("every")
        );
        assert_eq!(nearest("banana", ["every", "lasts"].into_iter()), None);
    }
}
