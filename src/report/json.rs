//! Results as JSON: indented, keys in a fixed order, one line feed at the end.

use serde::Serialize;

/// A document as text.
///
/// # Panics
/// If the value has keys that are not strings: no document has.
#[must_use]
pub fn render(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("documents have string keys");
    text + "\n"
}
