//! The identity of a model: what it says, however it is written.
//!
//! The hash is taken over the decoded model: units in their normal form, defaults filled in, keys sorted, without
//! `about`. So YAML and JSON, `60s` and `1m`, and any order of keys are the same model. The order of lists stays.
//! `runs` is a map whose order has a meaning for callers; it is hashed in its order, too.

use serde_json::Value;

use super::written::Model;

/// The bytes that stand for a model.
#[must_use]
pub fn canonical(model: &Model) -> Vec<u8> {
    let mut value = serde_json::to_value(model).expect("a model is plain data with text keys");
    if let Some(map) = value.as_object_mut() {
        map.shift_remove("about");
    }
    keep_order(&mut value);
    value.sort_all_objects();
    value.to_string().into_bytes()
}

/// BLAKE3 of [`canonical`], in hexadecimal.
#[must_use]
pub fn hash(model: &Model) -> String {
    blake3::hash(&canonical(model)).to_hex().to_string()
}

/// Turns the maps whose order counts into lists of pairs.
fn keep_order(value: &mut Value) {
    let Some(services) = value.get_mut("services").and_then(Value::as_object_mut) else {
        return;
    };
    for service in services.values_mut() {
        if let Some(runs) = service.get_mut("runs") {
            let pairs = runs
                .as_object()
                .into_iter()
                .flatten()
                .map(|(place, count)| {
                    Value::from(vec![Value::from(place.as_str()), count.clone()])
                });
            *runs = pairs.collect();
        }
    }
}
