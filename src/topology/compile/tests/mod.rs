//! The whole way from text to topology.

mod problems;
mod sample;

use serde_json::Value;

use super::compile_parsed;
use crate::model::{Diagnostic, parse};
use crate::topology::Topology;

/// A model with at least one of everything.
const SAMPLE: &str = include_str!("sample.yaml");

fn compiled(text: &str) -> Result<(Topology, Vec<Diagnostic>), Vec<Diagnostic>> {
    compile_parsed(parse(text, &[]))
}

fn topology(text: &str) -> Topology {
    match compiled(text) {
        Ok((topology, _)) => topology,
        Err(diagnostics) => panic!("{diagnostics:#?}"),
    }
}

/// A JSON text changed by a merge patch (RFC 7396): null takes a field out.
fn patched(text: &str, patch: &str) -> String {
    fn merge(value: &mut Value, patch: &Value) {
        let Value::Object(patch) = patch else {
            *value = patch.clone();
            return;
        };
        if !value.is_object() {
            *value = Value::Object(serde_json::Map::new());
        }
        let fields = value.as_object_mut().unwrap();
        for (key, change) in patch {
            if change.is_null() {
                fields.shift_remove(key);
            } else {
                merge(fields.entry(key.clone()).or_insert(Value::Null), change);
            }
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    merge(&mut value, &serde_json::from_str(patch).unwrap());
    value.to_string()
}
