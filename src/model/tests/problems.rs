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
    insta::assert_snapshot!(problems(text), @r#"
    E0203  <> `name` is missing
    E0215 /fivenines <2> version 2 of the format is unknown (this program reads version 1: write `fivenines: 1`)
    E0201 /nme <nme> the field `nme` is unknown here (did you mean `name`? allowed: `fivenines`, `name`, `about`, `window`, `places`, `crews`, `faults`, `services`, `stores`, `traffic`, `journeys`, `objectives`)
    E0205 /window/length <30> `30` has no unit (write `30s`)
    E0204 /window/start <old> the word `old` is unknown here (allowed: `equilibrium`, `new`)
    E0201 /window/warm_up <warm_up> the field `warm_up` is unknown here (did you mean `warm-up`? allowed: `length`, `warm-up`, `start`)
    E0209 /places/Us East <Us East> `Us East` is not a name (names are made of `a` to `z`, `0` to `9` and `-`: write `us-east`)
    E0202 /places/a/zones/1 <7> a name belongs here, not the number `7` (write `"7"`)
    E0209 /places/a/zones/3 <Z> `Z` is not a name (names are made of `a` to `z`, `0` to `9` and `-`: write `z`)
    E0213 /crews/ops <0> the number `0` is out of range: a whole number from 1 belongs here
    E0211 /faults/f/hits <each planet> `each planet` selects nothing (write `each region` (or `provider`, `zone`, `rack`, `node`), a place such as `us-east-1/a`, `each instance of SERVICE`, `each member of STORE`, `instances of SERVICE in PLACE` or `member STORE@PLACE`)
    E0205 /faults/f/every <5 min> `min` is not a unit of time (write `5m`)
    E0210 /faults/f/lasts <{ median: 2h, p95: 1h }> the median is 7200 and the duration of the percentile is 3600, but a percentile above the 50th must lie above the median, one below it below, and the 50th is the median itself (in seconds)
    E0204 /faults/f/effect <silnt> the word `silnt` is unknown here (did you mean `silent`? allowed: `refuses`, `silent`, `destroys`)
    E0203 /faults/g <g> the repair law `lasts` is missing
    E0211 /faults/g/cuts <a - b> `a - b` cuts nothing (write `us-east-1 <-> eu-west-1`, `us-east-1 -> eu-west-1`, `internet -> us-east-1` or `each region <-> each region`)
    E0214 /faults/h <h> `hits` or `cuts` is missing
    E0214 /faults/i <i> `hits` and `cuts` exclude each other
    E0202 /services/s/runs/a <1.5> a whole number from 1 belongs here, not the number `1.5`
    E0212 /services/s/needs/1 <y.z> `y.z` is not a need (write `SERVICE`, `SERVICE@PLACE`, `STORE.read` or `STORE.write`)
    E0202 /services/s/needs/2/any/0 <1> a need such as `auth` or `db.write`, or one of `any`, `all`, `at-least`, `soft` belongs here, not the number `1`
    E0201 /services/s/needs/3/some <some> the field `some` is unknown here (allowed: `any`, `all`, `at-least`, `soft`)
    E0213 /stores/d/members/primary <[a, b]> exactly one of a place such as `us-east-1/a` belongs here
    E0202 /stores/d/replication <sync> `sync` needs a value (write `{ sync: ... }`)
    E0213 /stores/d/failover/detect/after <0> the number `0` is out of range: a whole number from 1 belongs here
    E0203 /stores/d/failover/promote <{ takes: 1s, works: 90% }> `otherwise` is missing, but `works` is less than 1 (say how long a person needs when it does not work, such as `otherwise: 30m`)
    E0202 /stores/d/failover/decide <human> `human` needs a value (write `{ human: ... }`)
    E0205 /traffic/t/dns/ttl <60> `60` has no unit (write `60s`)
    E0214 /traffic/u <u> `at` or `dns` is missing
    E0206 /journeys/j/rate <5> `5` has no unit (write `5/s`)
    E0207 /journeys/j/up-when <99> `99` is not between 0 and 1 (write `99%`)
    "#);
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
