//! fivenines in WebAssembly: the same engine behind functions that take and give text.
//!
//! Results are the very bytes that the command line writes for the same model and options (`tests/wasm` compares
//! them). Text instead of JavaScript objects, because numbers and the order of keys then stay what they are. A model
//! with errors makes a function throw an `Error` whose message is the list of diagnostics as JSON; other mistakes of a
//! caller throw one with a plain sentence.
//!
//! A page that wants several workers gives each some shards of the study and merges them, in any order. Deliberately
//! absent: threads, timers, and anything that keeps state between two calls.

mod calls;

use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// The version of fivenines.
#[must_use]
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Everything that is wrong or odd in a model, as a JSON list of diagnostics; empty if nothing is.
#[must_use]
#[wasm_bindgen]
pub fn check(model: &str) -> String {
    calls::check(model)
}

/// Runs a study: the result document.
///
/// `options` is a JSON object: `seed`, `trials`, and `overrides`, a list of texts such as `stores.db.lag=2s`. What is
/// missing has the default of the command line.
///
/// # Errors
/// If the model or the options have errors.
#[wasm_bindgen]
pub fn run(model: &str, options: &str) -> Result<String, JsError> {
    thrown(calls::run(model, options))
}

/// Computes one shard of a study, counted from 1: a document for [`merge`].
///
/// # Errors
/// If the model or the options have errors, or there is no such shard.
#[wasm_bindgen]
pub fn run_shard(model: &str, options: &str, index: u32, count: u32) -> Result<String, JsError> {
    thrown(calls::run_shard(model, options, index, count))
}

/// Puts all shards of a study together, in any order: the result document.
///
/// Each shard is the text that [`run_shard`] gave: a number of JavaScript cannot hold the exact sums in it, so
/// parsing and writing it again would change them.
///
/// # Errors
/// If they are not the shards of one study, each exactly once.
#[wasm_bindgen]
pub fn merge(shards: Vec<String>) -> Result<String, JsError> {
    thrown(calls::merge(&shards))
}

/// The journal of one trial, one JSON object per line; `trials` in the options has no meaning here.
///
/// # Errors
/// If the model or the options have errors.
#[wasm_bindgen]
pub fn trace(model: &str, options: &str, trial: u32) -> Result<String, JsError> {
    thrown(calls::trace(model, options, trial))
}

fn thrown(outcome: Result<String, String>) -> Result<String, JsError> {
    outcome.map_err(|message| JsError::new(&message))
}
