//! Overrides: `faults.region-outage.every=5y` sets one value before the model is read.

use serde_json::Value;

use super::diagnostic::{Code, Diagnostic};
use super::explain::nearest;
use super::load::load;
use super::problem::quoted;
use super::spans::{SpanIndex, child};

/// A value that replaces one of the model's, or adds one to a map that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    path: Vec<String>,
    value: Value,
    text: String,
}

impl Override {
    /// Reads `path=value`. Keys are separated by dots; one that is not made of `a` to `z`, `0` to `9` and `-` is
    /// quoted: `traffic."api.example.com".dns.ttl=30s`. Items of lists go by their number from 0. The value is YAML.
    ///
    /// # Errors
    ///
    /// The text does not read so. The diagnostic has no place in a model's text.
    pub fn parse(text: &str) -> Result<Override, Box<Diagnostic>> {
        let bad = |message: &str| {
            Box::new(SpanIndex::with_override(
                text,
                Code::Override,
                message.to_owned(),
                "write `path=value`, such as `faults.region-outage.every=5y`".to_owned(),
            ))
        };
        let (path, value) = split_path(text).ok_or_else(|| bad("this is not `path=value`"))?;
        if value.trim().is_empty() {
            return Err(bad("there is no value"));
        }
        let loaded = load(value);
        match (loaded.value, loaded.diagnostics.first()) {
            (Some(value), None) => Ok(Override {
                path,
                value,
                text: text.to_owned(),
            }),
            (_, Some(diagnostic)) => Err(bad(&format!(
                "the value cannot be read: {}",
                diagnostic.message
            ))),
            (None, None) => Err(bad("there is no value")),
        }
    }
}

/// Splits at the first `=` outside of quotes, and the path at its dots.
fn split_path(text: &str) -> Option<(Vec<String>, &str)> {
    let mut keys = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let (key, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(['.', '=', '"'])?),
        };
        if key.trim().is_empty() {
            return None;
        }
        keys.push(key.trim().to_owned());
        match after.split_at_checked(1)? {
            (".", after) => rest = after,
            ("=", value) => return Some((keys, value)),
            _ => return None,
        }
    }
}

/// Applies overrides in their order; later ones see the earlier ones.
pub(super) fn apply(
    value: &mut Value,
    spans: &mut SpanIndex,
    overrides: &[Override],
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for one in overrides {
        match set(value, one) {
            Ok(pointer) => spans.set_overridden(pointer, one.text.clone()),
            Err((message, help)) => {
                diagnostics.push(SpanIndex::with_override(
                    &one.text,
                    Code::OverridePath,
                    message,
                    help,
                ));
            }
        }
    }
    diagnostics
}

/// Sets one value; gives its pointer, or what is wrong and what to do.
fn set(root: &mut Value, one: &Override) -> Result<String, (String, String)> {
    let mut pointer = String::new();
    let mut value = root;
    for (index, key) in one.path.iter().enumerate() {
        let last = index + 1 == one.path.len();
        pointer = child(&pointer, key);
        value = match value {
            Value::Object(map) => {
                // A section that the text leaves out has defaults; setting one of its values is no slip.
                if last || (index == 0 && !map.contains_key(key)) {
                    map.entry(key.clone())
                        .or_insert_with(|| Value::Object(serde_json::Map::new()))
                } else if map.contains_key(key) {
                    &mut map[key]
                } else {
                    return Err((
                        format!("there is no {}", quoted(key)),
                        there_is(key, map.keys().map(String::as_str)),
                    ));
                }
            }
            Value::Array(items) => {
                let length = items.len();
                key.parse::<usize>()
                    .ok()
                    .and_then(|index| items.get_mut(index))
                    .ok_or_else(|| {
                        (
                            format!("there is no item {}", quoted(key)),
                            format!("the list has {length} items, counted from 0"),
                        )
                    })?
            }
            _ => {
                let before = one
                    .path
                    .get(index.wrapping_sub(1))
                    .map_or("", String::as_str);
                return Err((
                    format!("{} is not a map", quoted(before)),
                    "set the whole value".to_owned(),
                ));
            }
        };
    }
    *value = one.value.clone();
    Ok(pointer)
}

fn there_is<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(key, known.clone()) {
        Some(meant) => format!("did you mean {}?", quoted(meant)),
        None => format!(
            "there is: {}",
            known.take(20).map(quoted).collect::<Vec<_>>().join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_are_split_outside_of_quotes() {
        let one = Override::parse(r#"traffic."a=b.c".dns.ttl=30s"#).unwrap();
        assert_eq!(one.path, ["traffic", "a=b.c", "dns", "ttl"]);
        assert_eq!(one.value, json!("30s"));
        assert_eq!(
            Override::parse("a=[1, {b: c}]").unwrap().value,
            json!([1, {"b": "c"}])
        );
        assert_eq!(Override::parse("a=b=c").unwrap().value, json!("b=c"));
        for text in [
            "",
            "a",
            "=1",
            "a=",
            ".a=1",
            "a..b=1",
            "a.=1",
            "\"a=1",
            "\"a\"b=1",
            "a=[",
            "a={b: 1, b: 2}",
            "é",
            "a\"é",
        ] {
            assert_eq!(
                Override::parse(text).unwrap_err().code,
                Code::Override,
                "{text}"
            );
        }
    }

    #[test]
    fn values_are_set_where_there_is_a_map() {
        let mut value = json!({"faults": {"f": {"every": "1y"}}, "list": [1, 2], "x": 1});
        let overrides: Vec<Override> = [
            "faults.f.every=2y",
            "faults.f.lasts=4m",
            "list.1=3",
            "window.length=30d",
        ]
        .iter()
        .map(|text| Override::parse(text).unwrap())
        .collect();
        assert_eq!(apply(&mut value, &mut SpanIndex::default(), &overrides), []);
        let expected = json!({"faults": {"f": {"every": "2y", "lasts": "4m"}}, "list": [1, 3], "x": 1, "window": {"length": "30d"}});
        assert_eq!(value, expected);
        for (text, part) in [
            ("faults.g.every=1y", "did you mean `f`"),
            ("list.2=1", "2 items"),
            ("x.y=1", "whole value"),
        ] {
            let diagnostics = apply(
                &mut value,
                &mut SpanIndex::default(),
                &[Override::parse(text).unwrap()],
            );
            assert!(
                diagnostics[0].help.as_ref().unwrap().contains(part),
                "{diagnostics:?}"
            );
            assert_eq!(value, expected);
        }
    }
}
