//! The JSON Schemas of models and results, written from the types that read and write them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::root;

/// The name of every schema and what is in it.
fn documents() -> Result<Vec<(&'static str, String)>> {
    let model = serde_json::to_string_pretty(&fivenines::model::schema())?;
    let result = serde_json::to_string_pretty(&fivenines::study::result_schema())?;
    Ok(vec![
        ("model.schema.json", model + "\n"),
        ("result.schema.json", result + "\n"),
    ])
}

fn directory() -> PathBuf {
    root().join("schema")
}

/// Writes the schemas.
///
/// # Errors
/// If a file cannot be written.
pub fn write() -> Result<()> {
    std::fs::create_dir_all(directory())?;
    for (name, text) in documents()? {
        let path = directory().join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn schemas_are_up_to_date() {
        for (name, generated) in super::documents().expect("schemas are JSON documents") {
            let path = super::directory().join(name);
            let written = std::fs::read_to_string(path).unwrap_or_default();
            assert!(
                written.replace("\r\n", "\n") == generated,
                "schema/{name} is out of date: run `cargo xtask schema`"
            );
        }
    }
}
