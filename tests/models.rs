//! The models that come with the program, and the documentation that quotes them.
//!
//! Each model is fine, matches the published schema, and gives the figures written down in `tests/snapshots`: a change
//! of any of them is a change of numbers, see `CONTRIBUTING.md`. The commands in `README.md` print what it says they
//! print, and every model in the documentation is fine too. After a change on purpose: `INSTA_UPDATE=always` and
//! `TRYCMD=overwrite` write what is new; read the difference before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fivenines::model;
use fivenines::topology::compile::compile;

/// Enough that every mechanism of every model is met.
const TRIALS: &str = "512";

/// The figures of a model that say what it is about.
const KEY_FIGURES: [&str; 12] = [
    ".availability.request",
    ".availability.time",
    ".outages_per_year",
    ".outage_duration.p50",
    ".rto.any.p50",
    ".rto.any.p95",
    ".rto.region.p50",
    ".rpo.any.seconds.mean",
    ".rpo.any.seconds.p95",
    ".loss_events_per_year",
    ".split_brain.per_year",
    ".split_brain.divergent_writes.mean",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The name and the text of every model.
fn models() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("models")).expect("there are models");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|it| it == "yaml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 7, "{} models", paths.len());
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().expect("a file has a name");
            let text = fs::read_to_string(path).expect("a model is text");
            (name.to_string_lossy().into_owned(), text)
        })
        .collect()
}

/// Panics unless a model can be simulated and nothing has to be said about it.
fn assert_fine(name: &str, text: &str) {
    let parsed = model::parse(text, &[]);
    assert!(
        parsed.diagnostics.is_empty(),
        "{name}: {:#?}",
        parsed.diagnostics
    );
    let model = parsed.model.unwrap_or_else(|| panic!("{name}: no model"));
    match compile(&model, &parsed.spans) {
        Ok((_, warnings)) => assert!(warnings.is_empty(), "{name}: {warnings:#?}"),
        Err(problems) => panic!("{name}: {problems:#?}"),
    }
}

/// What the program writes to standard output; it has to succeed.
fn fivenines(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fivenines"))
        .current_dir(root())
        .args(arguments)
        .output()
        .expect("the program starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {talk}");
    String::from_utf8(output.stdout).expect("results are UTF-8")
}

/// A number of a result.
fn number(model: &str, path: &str, trials: &str, end: &str) -> f64 {
    let file = format!("models/{model}.yaml");
    let plan = ["run", &file, "--seed", "1", "--trials", trials, "--json"];
    let figure = fivenines(&[&plan[..], &["--get", path]].concat());
    let figure: serde_json::Value = serde_json::from_str(&figure).expect("a figure is JSON");
    figure[end]
        .as_f64()
        .unwrap_or_else(|| panic!("{path} has no {end}: {figure}"))
}

#[test]
fn every_model_is_fine() {
    for (name, text) in models() {
        assert_fine(&name, &text);
    }
}

#[test]
fn every_model_is_named_after_its_file() {
    for (name, text) in models() {
        let model = model::parse(&text, &[]).model.expect("a model");
        assert_eq!(model.name, name);
    }
}

#[test]
fn every_model_matches_the_published_schema() {
    let schema = fs::read_to_string(root().join("schema/model.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema is one");
    for (name, text) in models() {
        let written = model::load::load(&text)
            .value
            .unwrap_or_else(|| panic!("{name} is YAML"));
        let errors: Vec<String> = validator
            .iter_errors(&written)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// A figure in a model is worth nothing if nobody knows where it is from.
#[test]
fn every_law_of_a_model_names_its_source() {
    for (name, text) in models() {
        if name == "k-of-n" {
            assert!(text.contains("Every figure is an example"));
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split('#').next().unwrap_or_default();
            let is_law = ["every:", "lasts:", "promote:", "ttl:", "lag:"]
                .iter()
                .any(|key| code.contains(key));
            let near = lines[index.saturating_sub(5)..=index].join("\n");
            assert!(
                !is_law || near.contains('#'),
                "{name}, line {}: no source beside {line}",
                index + 1
            );
        }
    }
}

#[test]
fn key_figures_are_as_expected() {
    for (name, _) in models() {
        let file = format!("models/{name}.yaml");
        let plan = ["run", &file, "--seed", "1", "--trials", TRIALS];
        let table = fivenines(&[&plan[..], &["--format", "csv"]].concat());
        let mut expected = String::new();
        for row in table.lines().skip(1) {
            let columns: Vec<&str> = row.split(',').collect();
            if KEY_FIGURES.iter().any(|end| columns[0].ends_with(end)) {
                let [path, estimate, low, high] = columns[..4] else {
                    panic!("a row has a figure and its range: {row}");
                };
                writeln!(expected, "{path} {estimate} ({low} ... {high})").expect("text grows");
            }
        }
        assert!(expected.lines().count() >= 4, "{name}: {expected}");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, expected);
        });
    }
}

#[test]
fn the_known_answer_is_inside_its_interval() {
    let exact = 1.0 - 0.00856;
    let path = "journeys.work.availability.time";
    let low = number("k-of-n", path, "4096", "low");
    let high = number("k-of-n", path, "4096", "high");
    // The range is one of 95 %; that of 99.9 % is wider by 3.29 / 1.96.
    let middle = f64::midpoint(low, high);
    let half = (high - low) / 2.0 * 3.29 / 1.96;
    assert!(
        (exact - middle).abs() <= half,
        "{exact} is not within {middle} +- {half}"
    );
    assert!(half < 5e-4, "{half} says nothing");
}

#[test]
fn a_witness_and_a_lease_prevent_split_brains() {
    let path = "stores.db.split_brain.per_year";
    let pair = number("two-site-pair", path, TRIALS, "low");
    let witness = number("two-site-witness", path, TRIALS, "high");
    assert!(pair > 0.5, "the pair splits {pair} times a year");
    assert!(witness < 0.02, "the witness allows {witness} a year");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    trycmd::TestCases::new().case("README.md");
}

/// Every field of the language is explained.
#[test]
fn the_language_reference_names_every_field() {
    fn fields(schema: &serde_json::Value, found: &mut BTreeSet<String>) {
        match schema {
            serde_json::Value::Object(map) => {
                if let Some(serde_json::Value::Object(properties)) = map.get("properties") {
                    found.extend(properties.keys().cloned());
                }
                map.values().for_each(|value| fields(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| fields(value, found)),
            _ => {}
        }
    }
    let schema = fs::read_to_string(root().join("schema/model.schema.json")).expect("a schema");
    let mut found = BTreeSet::new();
    fields(
        &serde_json::from_str(&schema).expect("a schema is JSON"),
        &mut found,
    );
    assert!(found.len() > 80, "{found:?}");
    let text = fs::read_to_string(root().join("docs/model.md")).expect("documentation is text");
    let words: BTreeSet<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .collect();
    let missing: Vec<&String> = found
        .iter()
        .filter(|field| !words.contains(field.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/model.md lacks {missing:?}");
}

/// Every relative link leads to a file.
#[test]
fn links_lead_somewhere() {
    let mut files = vec![root().join("README.md"), root().join("docs/model.md")];
    let pages = fs::read_dir(root().join("docs/mechanisms")).expect("there are pages");
    files.extend(pages.map(|page| page.expect("readable").path()));
    for file in files {
        let text = fs::read_to_string(&file).expect("documentation is text");
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap_or_default();
            let target = file.parent().expect("a file is somewhere").join(link);
            let is_outside = link.is_empty() || link.contains("://");
            assert!(
                is_outside || target.exists(),
                "{}: {link} is nowhere",
                file.display()
            );
        }
    }
}

/// Every block of YAML that is a whole model.
#[test]
fn models_in_the_documentation_are_fine() {
    let mut seen = 0;
    for file in ["README.md", "docs/model.md"] {
        let text = fs::read_to_string(root().join(file)).expect("documentation is text");
        for (index, block) in text.split("```yaml\n").skip(1).enumerate() {
            let block = block.split("```").next().unwrap_or_default();
            if block.starts_with("fivenines: 1") {
                assert_fine(&format!("{file}, block {}", index + 1), block);
                seen += 1;
            }
        }
    }
    assert!(seen >= 2, "{seen} models in the documentation");
}
