//! No text may panic, overflow the stack or exhaust memory.

use proptest::prelude::*;

use super::SAMPLE;
use crate::model::{Code, Override, parse};
use crate::report::diagnostics::render;

fn codes(text: &str) -> Vec<Code> {
    let parsed = parse(text, &[]);
    let rendered = render(
        &parsed.diagnostics[..parsed.diagnostics.len().min(3)],
        "x",
        text,
        true,
    );
    assert!(parsed.diagnostics.is_empty() || !rendered.is_empty());
    parsed
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn nesting_is_limited() {
    let megabyte = 1 << 20;
    assert!(!codes(&"[".repeat(megabyte)).is_empty());
    assert!(!codes(&"{a: ".repeat(megabyte / 4)).is_empty());
    assert!(!codes(&"- ".repeat(megabyte / 2)).is_empty());
    assert!(!codes(&"? ".repeat(megabyte / 2)).is_empty());
    assert_eq!(
        codes(&format!("{}1{}", "[".repeat(65), "]".repeat(65))),
        [Code::Depth]
    );
    let mut stairs = String::new();
    for depth in 0..2000 {
        stairs.push_str(&" ".repeat(depth));
        stairs.push_str("a:\n");
    }
    assert_eq!(codes(&stairs), [Code::Depth]);
}

#[test]
fn deep_laws_needs_and_places_are_read() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(20), close.repeat(20))
    };
    let law = deep("{ truncated: { law: ", "{ mean: 1h }", " } }");
    let need = deep("{ soft: { keeps: 90%, need: ", "s", " } }");
    let place = deep("{ zones: { a: ", "{}", " } }");
    let text = format!(
        "fivenines: 1\nname: n\nplaces: {{ a: {place} }}\nfaults: {{ f: {{ hits: a, every: 1y, lasts: {law} }} }}\nservices: {{ s: {{ runs: {{ a: 1 }}, needs: [{need}] }} }}"
    );
    assert_eq!(codes(&text), []);
}

#[test]
fn aliases_have_a_budget() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert_eq!(codes(&text), [Code::TooLarge]);
    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..100 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(codes(&chain), [Code::Depth]);
}

#[test]
fn odd_scalars_do_no_harm() {
    for scalar in [
        ".inf",
        ".nan",
        "-.inf",
        "1e999",
        "-0",
        "0x10",
        "0o17",
        "99999999999999999999",
        "-1",
        "1_000",
        "\"\\u0000\"",
        "\"\\ud83d\\ude00\"",
        "\"[E0205] x\"",
        "\"`, expected `\"",
        "|\n  x",
        "''",
        "é\u{301}",
        "2026-11-23",
        "<<",
    ] {
        for template in [
            "fivenines: 1\nname: n\n? SCALAR\n: 1",
            "fivenines: SCALAR\nname: SCALAR",
            "fivenines: 1\nname: n\nwindow: { length: SCALAR, start: SCALAR }\ncrews: { a: SCALAR }\nstores: { SCALAR: { catch-up: SCALAR, replication: SCALAR } }",
        ] {
            assert!(
                !codes(&template.replace("SCALAR", scalar)).is_empty()
                    || template.contains("name: S"),
                "{scalar}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        codes(&text);
    }

    #[test]
    fn any_punctuation_is_survived(text in "[\\[\\]{},:&*!|>'\"%@`?# \n\ta-c0-9.e~<=-]{0,80}") {
        codes(&text);
        let _ = Override::parse(&text);
    }

    #[test]
    fn any_mutation_of_a_model_is_survived(cut in 0_usize..6000, length in 0_usize..40, insert in "[\\[\\]{},:&*!'\" \na-z0-9%/.-]{0,6}") {
        let start = SAMPLE.floor_char_boundary(cut.min(SAMPLE.len()));
        let end = SAMPLE.ceil_char_boundary((start + length).min(SAMPLE.len()));
        codes(&format!("{}{insert}{}", &SAMPLE[..start], &SAMPLE[end..]));
    }
}
