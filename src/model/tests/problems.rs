//! Every problem is reported once, where it is.

use crate::model::{Code, Diagnostic, parse};

/// What matters of each diagnostic: code, pointer, the text underlined, message and help.
fn problems(text: &str) -> String {
    parse(text, &[])
        .diagnostics
        .iter()
        .map(|diagnostic| line(diagnostic, text) + "\n")
        .collect()
}

fn line(diagnostic: &Diagnostic, text: &str) -> String {
    let at = diagnostic.span.map_or("-", |span| {
        text[span.start..span.end].lines().next().unwrap_or("")
    });
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!(" ({help})"))
        .unwrap_or_default();
    format!(
        "{} {} <{at}> {}{help}",
        diagnostic.code, diagnostic.pointer, diagnostic.message
    )
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = "
fivenines: 2
nme: x
window: { length: 30, start: old, warm_up: 1d }
places: { Us East: {}, a: { zones: [x, 7, y, Z] } }
crews: { ops: 0 }
faults:
  f: { hits: each planet, every: 5 min, lasts: { median: 2h, p95: 1h }, effect: silnt }
  g: { cuts: a - b, every: 1y }
  h: { every: 1y, lasts: 1h }
  i: { hits: each zone, cuts: a <-> b, every: 1y, lasts: 1h }
services:
  s: { runs: { a: 1.5 }, needs: [x, y.z, { any: [1] }, { some: [a] }] }
stores:
  d: { members: { primary: [a, b] }, replication: sync, failover: { detect: { every: 1s, after: 0 }, promote: { takes: 1s, works: 90% }, decide: human } }
traffic:
  t: { to: s, dns: { ttl: 60 } }
  u: { to: s }
journeys:
  j: { rate: 5, up-when: 99 }
";
    insta::assert_snapshot!(problems(text), @"");
}

#[test]
fn syntax_errors_have_a_place() {
    for (text, code) in [
        ("", Code::Documents),
        ("# nothing", Code::Documents),
        ("~", Code::Documents),
        ("a: 1\n---\nb: 2", Code::Documents),
        ("a: [1", Code::Syntax),
        ("a: b: c", Code::Syntax),
        ("a: *b", Code::Syntax),
        ("a: &b [*b]", Code::Syntax),
        ("a: 1\na: 2", Code::DuplicateKey),
        ("{\"a\": 1, \"a\": 2}", Code::DuplicateKey),
        ("[a]: 1", Code::Key),
        ("? {a: 1}\n: 1", Code::Key),
        ("a: !!str 1", Code::Tag),
        ("a: !x {}", Code::Tag),
    ] {
        let parsed = parse(text, &[]);
        let first = &parsed.diagnostics[0];
        let found = parsed
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.code == code);
        assert!(
            found.is_some_and(|found| found.span.is_some()),
            "{text:?}: {first:?}"
        );
    }
}

#[test]
fn problems_of_the_whole_are_reported() {
    assert_eq!(
        problems("5"),
        "E0202  <5> a map belongs here, not the number `5`\n"
    );
    assert_eq!(
        problems("{}"),
        "E0203  <> `fivenines` is missing\nE0203  <> `name` is missing\n"
    );
}

#[test]
fn anchors_and_aliases_are_followed() {
    let text = "fivenines: 1\nname: n\nplaces: { a: &p { zones: [x] }, b: *p }\nfaults: { f: { hits: each zone, every: 1y, lasts: &l { median: 1h, p95: 2h } }, g: { hits: a, every: 1y, lasts: *l } }";
    let parsed = parse(text, &[]);
    assert_eq!(parsed.diagnostics, []);
    let model = parsed.model.unwrap();
    assert_eq!(model.places["a"], model.places["b"]);
    assert_eq!(model.faults["f"].lasts, model.faults["g"].lasts);
}

#[test]
fn what_was_cut_out_is_known() {
    let parsed = parse(
        "{fivenines: 1, name: n, services: {s: {runs: {a: x}}, t: {runs: {a: 1}, needs: 5}}}",
        &[],
    );
    assert_eq!(parsed.diagnostics.len(), 2);
    assert!(!parsed.is_valid());
    assert!(parsed.pruned("/services/s/runs/a"));
    assert!(!parsed.pruned("/services/t"));
    assert_eq!(parsed.model.unwrap().services.len(), 2);
}

#[test]
fn there_is_an_end_to_problems() {
    let many: String = (0..300).map(|index| format!("x{index}: 1\n")).collect();
    let parsed = parse(&many, &[]);
    assert!(parsed.model.is_none());
    assert_eq!(parsed.diagnostics.len(), 101);
    assert!(
        parsed
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == Code::TooMany)
    );
}

#[test]
fn diagnostics_are_data() {
    let parsed = parse("fivenines: 1\nname: n\nwindow: 5", &[]);
    let json = serde_json::to_value(&parsed.diagnostics[0]).unwrap();
    assert_eq!(json["code"], "E0202");
    assert_eq!(json["severity"], "error");
    assert_eq!(
        json["span"],
        serde_json::json!({"start": 29, "end": 30, "line": 3, "column": 9})
    );
}
