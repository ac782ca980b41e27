//! From a tree of values to the model, reporting every problem at once.
//!
//! Serde stops at the first problem. So the value concerned is reported, cut out, and the rest is read again, until it
//! can be read: a healed model, which later steps may still check. A required field that is missing because it was cut
//! out takes what it belongs to with it, without a second report.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_path_to_error::Segment;

use super::diagnostic::{Code, Diagnostic};
use super::explain::{explain, missing_field};
use super::problem::Problem;
use super::spans::{SpanIndex, child, keys, parent};
use super::written::Model;

/// Problems after which reading ends.
const PROBLEMS_MAX: usize = 100;

/// What reading a tree gave.
#[derive(Debug)]
pub(super) struct Decoded {
    /// The model, without what was cut out.
    pub model: Option<Model>,
    /// Pointers of what was cut out.
    pub pruned: BTreeSet<String>,
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a tree.
pub(super) fn decode(value: Value, spans: &SpanIndex) -> Decoded {
    let mut healer = Healer {
        value,
        pruned: BTreeSet::new(),
        removed: BTreeMap::new(),
        spans,
        diagnostics: Vec::new(),
    };
    // Every turn cuts something out or ends; the second bound is for cuts without a report.
    for _ in 0..2 * PROBLEMS_MAX {
        if healer.diagnostics.len() >= PROBLEMS_MAX {
            break;
        }
        let error = match serde_path_to_error::deserialize::<_, Model>(&healer.value) {
            Ok(model) => {
                return Decoded {
                    model: Some(model),
                    pruned: healer.pruned,
                    diagnostics: healer.diagnostics,
                };
            }
            Err(error) => error,
        };
        if !healer.heal(&error) {
            return Decoded {
                model: None,
                pruned: healer.pruned,
                diagnostics: healer.diagnostics,
            };
        }
    }
    let problem = Problem::new(
        Code::TooMany,
        "there are more problems than these",
        "correct these first",
    );
    healer.diagnostics.push(spans.at_key("", problem));
    Decoded {
        model: None,
        pruned: healer.pruned,
        diagnostics: healer.diagnostics,
    }
}

struct Healer<'spans> {
    value: Value,
    pruned: BTreeSet<String>,
    /// By the pointer of a list: the indices of its items that were cut out, ascending, as the text counts them.
    removed: BTreeMap<String, Vec<usize>>,
    spans: &'spans SpanIndex,
    diagnostics: Vec<Diagnostic>,
}

/// A value in the tree as it is now, and where it was in the text.
struct Target {
    /// Keys and indices in the tree.
    path: Vec<String>,
    /// The pointer in the text.
    pointer: String,
    /// Whether the last key is in the tree.
    found: bool,
}

impl Healer<'_> {
    /// Reports a problem and cuts out its value. False if nothing is left to cut.
    fn heal(&mut self, error: &serde_path_to_error::Error<serde_json::Error>) -> bool {
        let target = self.target(error.path());
        let message = error.inner().to_string();
        if let Some(field) = missing_field(&message) {
            return self.heal_missing(target, &field);
        }
        let key = keys(&target.pointer).pop().unwrap_or_default();
        let word = self
            .value_of(&target)
            .and_then(Value::as_str)
            .unwrap_or(&key);
        let explained = explain(&message, &key, word);
        if self.follows_from_a_cut(&explained, &target) {
            return self.prune(target);
        }
        let about_key = matches!(
            explained.code,
            Code::UnknownField | Code::Name | Code::EitherOr
        ) && target.found;
        self.diagnostics
            .push(if about_key && self.is_key(&explained, &target) {
                self.spans.at_key(&target.pointer, explained)
            } else {
                self.spans.at_value(&target.pointer, explained)
            });
        self.prune(target)
    }

    /// Whether a map or list has a problem only because something in it was cut out, such as a law that lacks a figure.
    fn follows_from_a_cut(&self, problem: &Problem, target: &Target) -> bool {
        let concerns_members = matches!(
            problem.code,
            Code::Law | Code::Need | Code::Value | Code::EitherOr | Code::MissingField
        );
        let inside = format!("{}/", target.pointer);
        concerns_members
            && self
                .pruned
                .range(inside.clone()..)
                .next()
                .is_some_and(|pruned| pruned.starts_with(&inside))
    }

    /// Whether a problem is about a key rather than its value.
    fn is_key(&self, problem: &Problem, target: &Target) -> bool {
        problem.code != Code::Name || !self.value_of(target).is_some_and(Value::is_string)
    }

    fn value_of(&self, target: &Target) -> Option<&Value> {
        target
            .path
            .iter()
            .try_fold(&self.value, |value, key| match value {
                Value::Object(map) => map.get(key),
                Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                _ => None,
            })
    }

    fn heal_missing(&mut self, target: Target, field: &str) -> bool {
        let pointer = child(&target.pointer, field);
        if !self.pruned.contains(&pointer) {
            let problem = Problem::plain(Code::MissingField, missing_message(field));
            let diagnostic = self.spans.at_key(&target.pointer, problem);
            self.diagnostics.push(Diagnostic {
                pointer: target.pointer.clone(),
                ..diagnostic
            });
        }
        if target.path.is_empty() {
            return self.stand_in(field);
        }
        self.prune(target)
    }

    /// Puts something in place of a required field of the whole model, so that the rest is read.
    fn stand_in(&mut self, field: &str) -> bool {
        let stand_in = match field {
            "fivenines" => Value::from(1),
            "name" => Value::from("model"),
            _ => return false,
        };
        self.pruned.insert(child("", field));
        self.value
            .as_object_mut()
            .is_some_and(|map| map.insert(field.to_owned(), stand_in).is_none())
    }

    /// Finds what a path of serde's names. The name of an enum's variant is a key only if the tree has it.
    fn target(&self, path: &serde_path_to_error::Path) -> Target {
        let mut target = Target {
            path: Vec::new(),
            pointer: String::new(),
            found: true,
        };
        let mut value = Some(&self.value);
        for segment in path.iter() {
            let key = match segment {
                Segment::Seq { index } => index.to_string(),
                Segment::Map { key } => key.clone(),
                Segment::Enum { variant } => variant.clone(),
                Segment::Unknown => break,
            };
            let next = match value {
                Some(Value::Object(map)) => map.get(&key),
                Some(Value::Array(items)) => {
                    key.parse::<usize>().ok().and_then(|index| items.get(index))
                }
                _ => None,
            };
            if next.is_none() {
                break;
            }
            let original = match (value, segment) {
                (Some(Value::Array(_)), Segment::Seq { index }) => {
                    self.original_index(&target.pointer, *index).to_string()
                }
                _ => key.clone(),
            };
            target.pointer = child(&target.pointer, &original);
            target.path.push(key);
            value = next;
        }
        target.found = value.is_some();
        target
    }

    /// The index in the text of what is now at `index` of a list.
    fn original_index(&self, list: &str, index: usize) -> usize {
        let removed = self.removed.get(list).map_or(&[][..], Vec::as_slice);
        removed.iter().fold(index, |original, gone| {
            if *gone <= original {
                original + 1
            } else {
                original
            }
        })
    }

    fn prune(&mut self, target: Target) -> bool {
        let Target {
            mut path, pointer, ..
        } = target;
        let Some(last) = path.pop() else { return false };
        let container = path
            .iter()
            .try_fold(&mut self.value, |value, key| match value {
                Value::Object(map) => map.get_mut(key),
                Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
                _ => None,
            });
        match container {
            Some(Value::Object(map)) => {
                map.shift_remove(&last);
            }
            Some(Value::Array(items)) => {
                let (Ok(index), Some(list)) = (last.parse::<usize>(), parent(&pointer)) else {
                    return false;
                };
                items.remove(index);
                let original = keys(&pointer)
                    .last()
                    .and_then(|key| key.parse().ok())
                    .unwrap_or(index);
                let removed = self.removed.entry(list.to_owned()).or_default();
                removed.push(original);
                removed.sort_unstable();
            }
            _ => return false,
        }
        self.pruned.insert(pointer);
        true
    }
}

fn missing_message(field: &str) -> String {
    match field {
        "lasts" => "the repair law `lasts` is missing".to_owned(),
        _ => format!("`{field}` is missing"),
    }
}
