//! Paths of figures: the keys of the result document, joined by dots.
//!
//! A name with characters outside `[a-z0-9-]` is written in double quotes, `journeys."Check out".availability.time`,
//! with `\"` and `\\` inside them. The keys of the document's own vocabulary have underscores and need no quotes.
//! Entries of lists are reached by their index, from 0.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::estimate::Figure;

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// The text is not a path.
    #[error("`{path}` is not a path of a figure: {reason}")]
    Malformed {
        /// The text.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is nothing of this name there.
    #[error("the result has no `{segment}` {place}{}", suggestion(.known))]
    Unknown {
        /// The first segment that is not there.
        segment: String,
        /// Where it was looked for.
        place: String,
        /// What is there.
        known: Vec<String>,
    },
}

fn suggestion(known: &[String]) -> String {
    if known.is_empty() {
        "; nothing is below it".to_owned()
    } else {
        format!("; it has {}", known.join(", "))
    }
}

/// A name as it is written in a path.
#[must_use]
pub fn segment(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// The names of a path.
///
/// # Errors
/// If a segment is empty or a quote is not closed.
pub fn split(path: &str) -> Result<Vec<String>, PathError> {
    let malformed = |reason| PathError::Malformed {
        path: path.to_owned(),
        reason,
    };
    let mut segments = Vec::new();
    let mut rest = path;
    loop {
        let (segment, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted).ok_or_else(|| malformed("a quote is not closed"))?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if segment.is_empty() {
            return Err(malformed("a name is empty"));
        }
        segments.push(segment);
        if after.is_empty() {
            return Ok(segments);
        }
        rest = after
            .strip_prefix('.')
            .ok_or_else(|| malformed("a dot is missing after a quote"))?;
    }
}

/// The text up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((name, &text[index + 1..])),
            '\\' => name.push(characters.next()?.1),
            _ => name.push(character),
        }
    }
    None
}

/// What a path leads to in a result document.
///
/// # Errors
/// If the text is not a path, or if the document has nothing there; the error lists what it has instead.
pub fn get<'a>(document: &'a Value, path: &str) -> Result<&'a Value, PathError> {
    let mut value = document;
    let mut walked = Vec::new();
    for name in split(path)? {
        let found = match value {
            Value::Array(entries) => name
                .parse()
                .ok()
                .and_then(|index: usize| entries.get(index)),
            _ => value.get(&name),
        };
        let Some(next) = found else {
            return Err(PathError::Unknown {
                segment: name,
                place: place(&walked),
                known: keys(value),
            });
        };
        walked.push(segment(&name));
        value = next;
    }
    Ok(value)
}

fn place(walked: &[String]) -> String {
    if walked.is_empty() {
        "at its top".to_owned()
    } else {
        format!("in `{}`", walked.join("."))
    }
}

fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(entries) => entries.keys().map(|key| segment(key)).collect(),
        Value::Array(entries) if !entries.is_empty() => {
            vec![format!("entries 0 to {}", entries.len() - 1)]
        }
        _ => Vec::new(),
    }
}

/// The figure that a value is, if it is one.
#[must_use]
pub fn figure(value: &Value) -> Option<Figure> {
    value.get("estimate")?;
    Figure::deserialize(value).ok()
}

/// Every figure of journeys, stores, reads and writes, with its path, in the order of the document.
#[must_use]
pub fn figures(document: &Value) -> Vec<(String, Figure)> {
    let mut found = Vec::new();
    for root in ["journeys", "stores", "reads", "writes"] {
        if let Some(value) = document.get(root) {
            collect(value, root.to_owned(), &mut found);
        }
    }
    found
}

fn collect(value: &Value, path: String, found: &mut Vec<(String, Figure)>) {
    if let Some(figure) = figure(value) {
        found.push((path, figure));
    } else if let Value::Object(entries) = value {
        for (key, entry) in entries {
            collect(entry, format!("{path}.{}", segment(key)), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_outside_the_alphabet_are_quoted_and_come_back() {
        assert_eq!(segment("check-out"), "check-out");
        for name in ["Check out", "a.b", "say \"hi\"", "back\\slash", ""] {
            let quoted = segment(name);
            assert!(quoted.starts_with('"'), "{quoted}");
            if !name.is_empty() {
                assert_eq!(split(&format!("a.{quoted}.b")).unwrap(), ["a", name, "b"]);
            }
        }
    }

    #[test]
    fn malformed_paths_say_why() {
        for (path, reason) in [
            ("", "a name is empty"),
            ("a..b", "a name is empty"),
            ("a.\"b", "a quote is not closed"),
            ("\"a\"b", "a dot is missing after a quote"),
        ] {
            let error = split(path).unwrap_err().to_string();
            assert!(error.contains(reason), "{path}: {error}");
        }
    }

    #[test]
    fn a_path_leads_to_its_value_or_says_what_is_there() {
        let document = json!({ "journeys": { "a.b": { "x": 1 } }, "causes": [{ "y": 2 }] });
        assert_eq!(get(&document, "journeys.\"a.b\".x").unwrap(), 1);
        assert_eq!(get(&document, "causes.0.y").unwrap(), 2);
        assert_eq!(
            get(&document, "journeys.\"a.b\".z")
                .unwrap_err()
                .to_string(),
            "the result has no `z` in `journeys.\"a.b\"`; it has x"
        );
        assert_eq!(
            get(&document, "causes.1").unwrap_err().to_string(),
            "the result has no `1` in `causes`; it has entries 0 to 0"
        );
    }
}
