//! The JSON Schema of models, written from the types that read them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::root;

fn path() -> PathBuf {
    root().join("schema/model.schema.json")
}

fn text() -> Result<String> {
    let schema = serde_json::to_string_pretty(&fivenines::model::schema())?;
    Ok(schema + "\n")
}

/// Writes the schema.
///
/// # Errors
/// If the file cannot be written.
pub fn write() -> Result<()> {
    let path = path();
    let directory = path.parent().context("the schema lies in a directory")?;
    std::fs::create_dir_all(directory)?;
    std::fs::write(&path, text()?).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_is_up_to_date() {
        let path = super::path();
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let generated = super::text().expect("the schema is a JSON document");
        assert!(
            written.replace("\r\n", "\n") == generated,
            "{} is out of date: run `cargo xtask schema`",
            path.display()
        );
    }
}
