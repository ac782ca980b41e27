//! The rooms of the library and which of them a room may use.
//!
//! Imports go one way only; the table below is the order of `ARCHITECTURE.md`. What is compiled for tests only (a
//! module `tests`, at the end of a file or in one of its own) may look anywhere: it is not part of the library.

use crate::Violation;
use crate::source::{code_only, is_word};

/// Every room, with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 15] = [
    ("time", &[]),
    ("math", &["time"]),
    ("rng", &["time", "math"]),
    ("dist", &["time", "math", "rng"]),
    ("engine", &["time", "math", "rng", "dist"]),
    ("model", &["time", "math", "rng", "dist"]),
    (
        "topology",
        &["time", "math", "rng", "dist", "engine", "model"],
    ),
    ("exact", &["time", "math", "rng", "dist", "topology"]),
    (
        "world",
        &["time", "math", "rng", "engine", "dist", "topology", "exact"],
    ),
    (
        "measure",
        &[
            "time", "math", "rng", "engine", "dist", "topology", "exact", "world",
        ],
    ),
    (
        "estimate",
        &[
            "time", "math", "rng", "dist", "topology", "exact", "world", "measure",
        ],
    ),
    (
        "rare",
        &[
            "time", "math", "rng", "engine", "dist", "topology", "exact", "world", "measure",
            "estimate",
        ],
    ),
    (
        "study",
        &[
            "time", "math", "rng", "dist", "model", "topology", "exact", "measure", "rare",
            "estimate",
        ],
    ),
    ("report", &["time", "model", "estimate", "study"]),
    (
        "cli",
        &[
            "time", "model", "topology", "exact", "measure", "estimate", "study", "report",
        ],
    ),
];

/// Single items that a room may use although it may not use their room: the journal of a trial is a result too.
const ITEMS: [(&str, &str); 1] = [("report", "crate::measure::Entry;")];

/// Every use of a room that the room of this file may not use.
pub fn backward_imports(path: &str, text: &str) -> Vec<Violation> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    if ["lib", "main"].contains(&inside) {
        return Vec::new();
    }
    let room = inside.split('/').next().unwrap_or_default();
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        let what = format!("`{room}` is not a room: add it to the table of rooms");
        return vec![Violation { line: 1, what }];
    };
    if inside.split('/').any(|part| part == "tests") {
        return Vec::new();
    }
    let mut code = code_only(text);
    code.truncate(code.find("\nmod tests {").unwrap_or(code.len()));
    for (_, item) in ITEMS.iter().filter(|(name, _)| *name == room) {
        code = code.replace(item, "");
    }
    let mut violations = escapes(&code, depth(inside));
    for (line, used) in rooms_used(&code) {
        if used != room && !allowed.contains(&used.as_str()) {
            let what = format!("`{room}` may not use `{used}`");
            violations.push(Violation { line, what });
        }
    }
    violations
}

/// How deep a module lies: one for a room itself, two for a file in it.
fn depth(inside: &str) -> usize {
    inside.trim_end_matches("/mod").split('/').count()
}

/// The first names after `crate::`, each with its line; groups in braces count each of their members.
fn rooms_used(code: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (start, prefix) in code.match_indices("crate::") {
        let before = code[..start].chars().next_back();
        if before.is_some_and(|it| is_word(it) || it == '$') {
            continue;
        }
        let line = code[..start].matches('\n').count() + 1;
        let rest = &code[start + prefix.len()..];
        for name in first_names(rest) {
            used.push((line, name));
        }
    }
    used
}

/// `a` of `a::b`; `a` and `c` of `{a::{b, d}, c}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|&it| is_word(it))
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut names = Vec::new();
    let mut nesting = 0;
    let mut start = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => nesting += 1,
            ',' if nesting == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            '}' if nesting == 0 => {
                names.push(name(&group[start..at]));
                break;
            }
            '}' => nesting -= 1,
            _ => {}
        }
    }
    names.retain(|name: &String| !name.is_empty());
    names
}

/// Chains of `super::` that leave the room, which would hide an import from the table.
fn escapes(code: &str, depth: usize) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, line) in code.lines().enumerate() {
        if longest_chain(line, "super::") >= depth {
            violations.push(Violation {
                line: index + 1,
                what: "`super::` leaves the room: write `crate::`".into(),
            });
        }
    }
    violations
}

fn longest_chain(line: &str, link: &str) -> usize {
    let chain = |rest: &str| {
        let mut rest = rest;
        let mut length = 0;
        while let Some(next) = rest.strip_prefix(link) {
            rest = next;
            length += 1;
        }
        length
    };
    line.match_indices(link)
        .map(|(start, _)| chain(&line[start..]))
        .max()
        .unwrap_or(0)
}

#[test]
fn rooms_are_in_order() {
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        let earlier: Vec<&str> = ROOMS[..index].iter().map(|(name, _)| *name).collect();
        for used in *allowed {
            assert!(earlier.contains(used), "`{room}` uses `{used}` before it");
        }
    }
}

#[test]
fn a_backward_import_is_found() {
    let lines = |path: &str, text: &str| -> Vec<usize> {
        backward_imports(path, text)
            .iter()
            .map(|it| it.line)
            .collect()
    };
    let text = "use crate::time::Span;\nuse crate::{\n    world::{State, Step},\n    math,\n};\n";
    assert_eq!(lines("src/dist/law.rs", text), [2]);
    assert!(lines("src/measure/tally.rs", text).is_empty());
    assert_eq!(
        lines("src/report/text.rs", "fn f(x: &crate::world::State) {}"),
        [1]
    );
    assert!(
        lines(
            "src/dist/law.rs",
            "// see crate::world\nlet x = $crate::world;"
        )
        .is_empty()
    );
    assert_eq!(lines("src/attic/box.rs", ""), [1]);
    let tests = "use crate::world;\n#[cfg(test)]\nmod tests {\n    use crate::study;\n}\n";
    assert_eq!(lines("src/dist/law.rs", tests), [1]);
    assert!(lines("src/dist/tests/law.rs", tests).is_empty());
}

#[test]
fn an_import_through_super_is_found() {
    let found = |path: &str, text: &str| backward_imports(path, text).len();
    assert_eq!(found("src/dist/law.rs", "use super::super::world;"), 1);
    assert_eq!(found("src/dist/mod.rs", "use super::world;"), 1);
    assert_eq!(found("src/rng.rs", "use super::world;"), 1);
    assert_eq!(found("src/dist/law.rs", "use super::error;"), 0);
    assert_eq!(
        found("src/dist/mod.rs", "\nmod tests {\n    use super::*;\n}"),
        0
    );
}
