//! The files of the project, and the rules that look at them as a whole.

use std::fs;
use std::path::Path;

use crate::Violation;

/// A file and its path from the root of the project, with `/` between its parts.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The longest that a source file may be, tests included.
const LONGEST: usize = 800;

/// Directories that hold no source.
const SKIPPED: [&str; 6] = [
    "target",
    "node_modules",
    "corpus",
    "artifacts",
    "snapshots",
    ".git",
];

/// Names that say nothing about what is inside.
const GRAB_BAGS: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];

/// The files below `directory` whose names end in one of `kinds`, in the order of their paths.
pub fn below(directory: &str, kinds: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join(directory), directory, kinds, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The files of the whole project whose names end in one of `kinds`.
pub fn everywhere(kinds: &[&str]) -> Vec<File> {
    below("", kinds)
}

fn collect(directory: &Path, path: &str, kinds: &[&str], files: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.map(|entry| entry.expect("the tree can be read")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}/{name}")
        };
        if entry.path().is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                collect(&entry.path(), &below, kinds, files);
            }
        } else if kinds.iter().any(|kind| has_extension(&name, kind)) {
            let text = fs::read_to_string(entry.path()).expect("source files are UTF-8");
            files.push(File { path: below, text });
        }
    }
}

fn has_extension(name: &str, kind: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == kind)
}

/// One violation if the text has more lines than a file may have.
pub fn too_long(text: &str) -> Vec<Violation> {
    let lines = text.lines().count();
    let what = format!("{lines} lines; look for the second idea in it (at most {LONGEST})");
    (lines > LONGEST)
        .then_some(Violation { line: lines, what })
        .into_iter()
        .collect()
}

/// One violation if the file's or one of its directories' names says nothing.
pub fn grab_bag(path: &str) -> Vec<Violation> {
    path.trim_end_matches(".rs")
        .split('/')
        .filter(|part| GRAB_BAGS.contains(part))
        .map(|part| Violation {
            line: 1,
            what: format!("`{part}` does not say what is inside"),
        })
        .collect()
}

/// One violation if the text does not start with `start`.
pub fn starts_with(text: &str, start: &str) -> Vec<Violation> {
    let what = format!("starts without `{start}`: say what this file is, and why");
    (!text.starts_with(start))
        .then_some(Violation { line: 1, what })
        .into_iter()
        .collect()
}

/// Lines that end in a space, carriage returns, tabs at the end, and a last line without an end.
pub fn unclean_ends(text: &str) -> Vec<Violation> {
    let mut violations: Vec<Violation> = text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| line.ends_with([' ', '\t', '\r']))
        .map(|(index, _)| Violation {
            line: index + 1,
            what: "white space at the end of the line".into(),
        })
        .collect();
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        violations.push(Violation {
            line: text.lines().count(),
            what: "the file must end in exactly one line end".into(),
        });
    }
    violations
}

#[test]
fn a_long_file_is_found() {
    assert!(too_long(&"//! x\n".repeat(LONGEST)).is_empty());
    assert_eq!(too_long(&"//! x\n".repeat(LONGEST + 1))[0].line, 801);
}

#[test]
fn a_grab_bag_is_found() {
    assert!(grab_bag("src/world/flow.rs").is_empty());
    assert_eq!(grab_bag("src/world/utils.rs").len(), 1);
    assert_eq!(grab_bag("tests/common/mod.rs").len(), 1);
}

#[test]
fn a_missing_header_is_found() {
    assert!(starts_with("//! What.\n", "//! ").is_empty());
    assert_eq!(starts_with("use x;\n", "//! ").len(), 1);
}

#[test]
fn unclean_ends_are_found() {
    assert!(unclean_ends("a\n\nb\n").is_empty());
    assert_eq!(unclean_ends("a \nb\r\nc\n").len(), 2);
    assert_eq!(unclean_ends("a").len(), 1);
    assert_eq!(unclean_ends("a\n\n").len(), 1);
}

#[test]
fn this_very_file_is_among_the_files() {
    let found = everywhere(&["rs"]);
    assert!(found.iter().any(|file| file.path == "tests/tidy/files.rs"));
    assert!(found.iter().all(|file| !file.path.contains("target/")));
}
