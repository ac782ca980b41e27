//! The published schemas are those of the code. `UPDATE_SCHEMA=1 cargo test --features schema --test schema` writes them.

use std::path::PathBuf;

fn compare(name: &str, schema: &impl serde::Serialize) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(name);
    let expected = serde_json::to_string_pretty(schema).expect("a schema is JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &expected).expect("the schema can be written");
    }
    let written = std::fs::read_to_string(&file).expect("the schema is there");
    assert_eq!(
        written.replace("\r\n", "\n"),
        expected,
        "{name} is out of date"
    );
}

#[test]
fn the_schema_of_models_is_up_to_date() {
    compare("model.schema.json", &fivenines::model::schema());
}

#[test]
fn the_schema_of_results_is_up_to_date() {
    compare("result.schema.json", &fivenines::study::result_schema());
}
