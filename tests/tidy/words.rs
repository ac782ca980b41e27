//! What may not occur in the code of some files.

use crate::Violation;
use crate::source::{code_only, is_word};

/// A forbidden piece of code and why it is forbidden.
pub type Banned = (&'static str, &'static str);

const PURE: &str = "the library takes text and gives values; this belongs to a face";
const ORDER: &str = "its order changes from run to run: use a Vec, a BTreeMap or an IndexMap";
const FLOAT: &str = "its last bit depends on the platform: use `crate::math`";

/// What would make the library see the world, or make its results depend on a hash.
pub const IMPURE_OR_UNORDERED: &[Banned] = &[
    ("std::time", PURE),
    ("Instant", PURE),
    ("SystemTime", PURE),
    ("std::env", PURE),
    ("std::fs", PURE),
    ("std::io", PURE),
    ("std::net", PURE),
    ("std::process", PURE),
    ("std::thread", PURE),
    ("thread::", PURE),
    ("thread_local!", PURE),
    ("rayon", PURE),
    ("print!", PURE),
    ("println!", PURE),
    ("eprint!", PURE),
    ("eprintln!", PURE),
    ("HashMap", ORDER),
    ("HashSet", ORDER),
];

/// Functions of the platform's mathematics.
pub const UNPORTABLE_FLOAT: &[Banned] = &[
    (".ln()", FLOAT),
    (".ln_1p()", FLOAT),
    (".log(", FLOAT),
    (".log2()", FLOAT),
    (".log10()", FLOAT),
    (".exp()", FLOAT),
    (".exp2()", FLOAT),
    (".exp_m1()", FLOAT),
    (".powf(", FLOAT),
    (".powi(", FLOAT),
    (".cbrt()", FLOAT),
    (".hypot(", FLOAT),
    (".sin()", FLOAT),
    (".cos()", FLOAT),
    (".tan()", FLOAT),
    (".sinh()", FLOAT),
    (".cosh()", FLOAT),
    (".tanh()", FLOAT),
    (".mul_add(", FLOAT),
    ("f64::ln", FLOAT),
    ("f64::exp", FLOAT),
    ("f64::powf", FLOAT),
    ("f64::powi", FLOAT),
];

/// What stands for work that was not done.
pub const UNDONE: &[Banned] = &[
    ("todo!", "finish it"),
    ("unimplemented!", "finish it"),
    ("#[ignore", "a test that does not run proves nothing"),
    ("dbg!", "a trace of a search for an error"),
];

/// Every place in the code of `text`, comments and literals aside, where a banned piece stands as a word of its own.
pub fn found(text: &str, banned: &[Banned]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, line) in code_only(text).lines().enumerate() {
        for (piece, why) in banned {
            if contains_word(line, piece) {
                let what = format!("`{piece}`: {why}");
                violations.push(Violation {
                    line: index + 1,
                    what,
                });
            }
        }
    }
    violations
}

fn contains_word(line: &str, piece: &str) -> bool {
    line.match_indices(piece).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + piece.len()..].chars().next();
        let starts = !piece.starts_with(is_word) || !before.is_some_and(is_word);
        let ends = !piece.ends_with(is_word) || !after.is_some_and(is_word);
        starts && ends
    })
}

#[test]
fn banned_code_is_found() {
    let text = "//! No println! here.\nfn f() {\n    println!(\"todo!\");\n}\n";
    let lines = |banned| -> Vec<usize> { found(text, banned).iter().map(|it| it.line).collect() };
    assert_eq!(lines(IMPURE_OR_UNORDERED), [3]);
    assert!(lines(UNDONE).is_empty());
    assert_eq!(
        found("let y = x.ln() + f64::exp(x);", UNPORTABLE_FLOAT).len(),
        2
    );
    assert_eq!(
        found("#[ignore = \"slow\"]\nfn f() { todo!() }", UNDONE).len(),
        2
    );
}

#[test]
fn a_word_inside_a_word_is_not_found() {
    assert!(found("let instantly = IndexHashMaps::new();", IMPURE_OR_UNORDERED).is_empty());
    assert!(found("let y = f64::exponent(x);", UNPORTABLE_FLOAT).is_empty());
    assert_eq!(
        found("use std::collections::HashMap;", IMPURE_OR_UNORDERED).len(),
        1
    );
}
