//! The source tree checks itself: which room may use which, and what no file may contain.
//!
//! Each rule is a function from text to violations, so that every rule is itself tested on a text that breaks it.
//! Deliberately absent: what the compiler, the formatter and clippy already say.

mod files;
mod rooms;
mod source;
mod words;

use files::File;

/// Where a rule is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Violation {
    line: usize,
    what: String,
}

/// Fails with every violation of `rule` among `files`, each with its place.
fn check(files: &[File], rule: impl Fn(&File) -> Vec<Violation>) {
    assert!(!files.is_empty(), "the rule applies to no file at all");
    let mut report = String::new();
    for file in files {
        for violation in rule(file) {
            report += &format!("\n{}:{}: {}", file.path, violation.line, violation.what);
        }
    }
    assert!(report.is_empty(), "the tree is untidy:{report}");
}

#[test]
fn imports_go_one_way() {
    check(&files::below("src", &["rs"]), |file| {
        rooms::backward_imports(&file.path, &file.text)
    });
}

#[test]
fn library_is_pure() {
    let library: Vec<File> = files::below("src", &["rs"])
        .into_iter()
        .filter(|file| !file.path.starts_with("src/cli") && file.path != "src/main.rs")
        .collect();
    check(&library, |file| {
        words::found(&file.text, words::IMPURE_OR_UNORDERED)
    });
}

#[test]
fn floats_are_portable() {
    let mut numeric = files::below("src", &["rs"]);
    numeric.extend(files::below("wasm", &["rs"]));
    numeric.retain(|file| file.path != "src/math.rs" && !file.path.starts_with("src/math/"));
    check(&numeric, |file| {
        words::found(&file.text, words::UNPORTABLE_FLOAT)
    });
}

#[test]
fn nothing_is_left_undone() {
    check(&files::everywhere(&["rs"]), |file| {
        words::found(&file.text, words::UNDONE)
    });
}

#[test]
fn files_have_one_idea() {
    check(&files::below("src", &["rs"]), |file| {
        files::too_long(&file.text)
    });
}

#[test]
fn files_are_named_for_what_they_are() {
    check(&files::everywhere(&["rs"]), |file| {
        files::grab_bag(&file.path)
    });
}

#[test]
fn modules_say_what_they_are() {
    check(&files::everywhere(&["rs"]), |file| {
        files::starts_with(&file.text, "//! ")
    });
}

#[test]
fn models_say_what_they_are() {
    check(&files::below("models", &["yaml"]), |file| {
        files::starts_with(&file.text, "# ")
    });
}

#[test]
fn lines_end_cleanly() {
    let kinds = ["rs", "toml", "md", "yaml", "json", "mjs", "cff"];
    check(&files::everywhere(&kinds), |file| {
        files::unclean_ends(&file.text)
    });
}
