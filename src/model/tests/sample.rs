//! A model that uses every word of the language.

use crate::model::{Override, hash, parse};

pub const SAMPLE: &str = r#"
fivenines: 1
name: two-region-failover
about: Uses everything there is. Größe zählt.
window: { length: 365d, warm-up: 0s, start: equilibrium }
places:
  us-east-1: { zones: [a, b, c] }
  eu-west-1:
    zones:
      a: { racks: [r1, r2] }
      b: { racks: { r1: { nodes: [n1, n2] } }, places: [annex] }
  home: { kind: provider, places: { dc1: { kind: region, zones: [a] } }, regions: [dc2] }
crews: { operators: 2 }
faults:
  zone-outage:
    hits: each zone
    every: 10y
    lasts: { median: 2h, p95: 12h }
    effect: silent
    after-repair: as-new
    crew: operators
    scope: zone
  power: { hits: { together: [us-east-1/a, us-east-1/b] }, every: 20y, lasts: 6h }
  partition: { cuts: us-east-1 <-> eu-west-1, every: 1y, lasts: { median: 2.7m, p95: 20m } }
  one-way: { cuts: [us-east-1 -> eu-west-1, internet -> us-east-1], every: { rate: 4/y }, lasts: { mean: 4m } }
  mesh: { cuts: each region <-> each region, every: { weibull: { shape: 0.7, mean: 2y } }, lasts: { fixed: 1m } }
  leak: { hits: each instance of api, every: { gamma: { mean: 90d, shape: 4 } }, lasts: { erlang: { mean: 5m, stages: 3 } }, after-repair: as-old }
  disk: { hits: each member of db, every: 4y, lasts: { uniform: { from: 1h, to: 4h } }, effect: destroys, scope: node }
  deploy: { hits: instances of api in us-east-1, every: 30d, lasts: { triangular: { from: 1m, mode: 5m, to: 1h } }, scope: change }
  wedge: { hits: member db@us-east-1/a, every: { weibull: { median: 1y, p95: 4y } }, lasts: { pareto: { minimum: 1m, shape: 2.5 } }, effect: refuses }
  odd: { hits: eu-west-1/b/r1, every: { exponential: { mean: 3y } }, lasts: { log-logistic: { median: 10m, shape: 2 } } }
  seen: { hits: each node, every: { lognormal: { mean: 1y, p50: 300d } }, lasts: { empirical: [1m, 2m, 10m] } }
  mixed:
    hits: each rack
    every: 9y
    lasts: { mixture: [ { share: 90%, law: { truncated: { law: { mean: 5m }, from: 0s, to: 1h } } }, { share: 0.1, law: 1d } ] }
services:
  auth: { runs: { us-east-1: 2, eu-west-1: 2 } }
  api:
    runs: { us-east-1: 6, eu-west-1: 6 }
    at-least: 2
    instance: { fails: { every: 180d, lasts: { median: 4m, p95: 20m }, effect: refuses, crew: operators, after-repair: as-new }, serves: 500/s }
    needs: [ auth, auth@us-east-1, { any: [db.read, db.write] }, { all: [auth] }, { at-least: { count: 2, of: [auth, db.read, db.write] } }, { soft: { need: auth, keeps: 90% } } ]
stores:
  db:
    members: { primary: us-east-1/a, sync: [us-east-1/b], async: eu-west-1/a }
    member: { fails: { every: 1y, lasts: { median: 4m, p95: 20m } } }
    replication: { semi-sync: { acks: 1, fall-back-after: 10s } }
    lag: { median: 200ms, p99: 5s }
    catch-up: 3
    reads: any
    write-size: 2 KiB
    orphans-recovered: 0%
    failover:
      detect: { every: 10s, timeout: 4s, after: 3, back-after: 2, pace: after-answer, from: standbys, agree: majority, false-positive: 1e-4 }
      decide: { human: { median: 5m, p95: 20m } }
      across-regions: never
      max-lag: 30s
      fence: { stonith: { works: 97.5%, takes: 5s, otherwise: { human: 10m } } }
      promote: { takes: { median: 10s, p95: 30s }, works: 97.5%, otherwise: { median: 30m, p95: 2h } }
      redirect: 1s
      steps-down: 10s
      rejoin: 5m
      fail-back: { after: 30m, takes: 5s }
  sessions:
    members: { primary: [us-east-1/c], async: [us-east-1/a, us-east-1/b] }
    replication: async
    failover:
      detect: { every: 1s, after: 5, from: [us-east-1/a, eu-west-1/a], agree: 2 }
      decide: automatic
      across-regions: { human: 1h }
      fence: { lease: { ttl: 30s, renew: 10s, margin: 5s, works: 99.99% } }
      promote: { median: 2s, p95: 4s }
      fail-back: never
  ledger:
    members: { primary: us-east-1/a, sync: [us-east-1/b, us-east-1/c] }
    replication: { sync: { acks: 1, without-standby: { alone-after: 20s } } }
    failover: { detect: { every: 1s, after: 3, agree: 1/2 }, fence: none, promote: 5s, across-regions: same }
  strict:
    members: { primary: us-east-1/a, sync: us-east-1/b }
    replication: { sync: { without-standby: blocks } }
  votes:
    members: { primary: us-east-1/a, sync: [us-east-1/b, eu-west-1/a] }
    replication: quorum
  elections:
    members: { primary: us-east-1/a, sync: [us-east-1/b, eu-west-1/a] }
    replication: { quorum: { elect: { median: 10s, p95: 12s }, lease: { ttl: 10s, renew: 2s } } }
traffic:
  api.example.com:
    to: api
    dns:
      failover: [us-east-1, eu-west-1]
      ttl: 60s
      stale: [ { share: 12.3%, mean: 2m }, { share: 2.6%, mean: 1h } ]
      check: { every: 10s, timeout: 4s, after: 3, from: 16, agree: 82%, false-positive: 1/1000 }
      answers-after: { uniform: { from: 1s, to: 5s } }
      fail-back: { after: 10m }
    balancer:
      l7:
        tries: 3
        connect-timeout: 5s
        affinity: { sticky: 80% }
        active: { every: 5s, timeout: 2s, after: 2, back-after: 5, pace: fixed, false-positive: 0 }
        passive: { failures: 1, ejects-for: 10s }
        none-healthy: send-to-all
  spread.example.com: { to: api, dns: { spread: { us-east-1: 1, eu-west-1: 1 }, ttl: 5m, stale: [] }, balancer: { l7: { affinity: cookie, none-healthy: refuse } } }
  inner: { to: api, at: us-east-1 }
journeys:
  checkout: { enters: api.example.com, needs: [db.write], writes: db, rate: 1200/s, timeout: 10s, up-when: 99%, restored-when: 95% }
  browse: { enters: spread.example.com, reads: [db, sessions], rate: 3/m }
objectives:
  checkout: { availability: 99.99%, rto: 5m, rpo: 10s, split-brain: 1e-3/y }
"#;

#[test]
fn the_sample_is_read_without_a_word() {
    let parsed = parse(SAMPLE, &[]);
    assert_eq!(parsed.diagnostics, []);
    assert!(parsed.is_valid());
    let model = parsed.model.unwrap();
    assert_eq!(
        model.places["eu-west-1"].zones["b"].racks["r1"].nodes.len(),
        2
    );
    assert_eq!(
        model.traffic["spread.example.com"]
            .dns
            .as_ref()
            .unwrap()
            .stale,
        []
    );
    assert_eq!(
        parsed
            .spans
            .key("/stores/db/failover/detect/agree")
            .map(|span| &SAMPLE[span.start..span.end]),
        Some("agree")
    );
    assert_eq!(
        parsed
            .spans
            .value("/about")
            .map(|span| &SAMPLE[span.start..span.end]),
        Some("Uses everything there is. Größe zählt.")
    );
    assert_eq!(
        parsed
            .spans
            .value("/crews")
            .map(|span| &SAMPLE[span.start..span.end]),
        Some("{ operators: 2 }")
    );
}

#[test]
fn json_is_the_same_model() {
    let model = parse(SAMPLE, &[]).model.unwrap();
    let json = serde_json::to_string_pretty(&model).unwrap();
    let again = parse(&json, &[]);
    assert_eq!(again.diagnostics, []);
    let again = again.model.unwrap();
    assert_eq!(again, model);
    assert_eq!(hash::hash(&again), hash::hash(&model));
    let tabs = json.replace("  ", "\t");
    assert_eq!(parse(&tabs, &[]).diagnostics, []);
}

#[test]
fn the_hash_is_about_meaning() {
    let hash_of = |text: &str| {
        let parsed = parse(text, &[]);
        assert_eq!(parsed.diagnostics, []);
        hash::hash(&parsed.model.unwrap())
    };
    let plain =
        hash_of("{fivenines: 1, name: m, places: {b: {}, a: {zones: [x]}}, window: {length: 1y}}");
    assert_eq!(
        plain,
        hash_of("name: m\nabout: other\nplaces: {a: {zones: {x: {}}}, b: {}}\nfivenines: 1\n")
    );
    assert_ne!(
        plain,
        hash_of("{fivenines: 1, name: m, places: {b: {}, a: {zones: [x]}}, window: {length: 2y}}")
    );
    let runs = |order: &str| {
        hash_of(&format!(
            "{{fivenines: 1, name: m, services: {{s: {{runs: {{{order}}}}}}}}}"
        ))
    };
    assert_ne!(runs("a: 1, b: 1"), runs("b: 1, a: 1"));
}

#[test]
fn overrides_are_part_of_the_model() {
    let override_one = |text: &str| [Override::parse(text).unwrap()];
    let parsed = parse(
        SAMPLE,
        &override_one(r#"traffic."api.example.com".dns.ttl=30s"#),
    );
    assert_eq!(parsed.diagnostics, []);
    let ttl = parsed.model.unwrap().traffic["api.example.com"]
        .dns
        .as_ref()
        .unwrap()
        .ttl;
    assert_eq!(ttl.to_string(), "30s");

    let parsed = parse(SAMPLE, &override_one("faults.power.every=often"));
    let diagnostic = &parsed.diagnostics[0];
    assert_eq!(
        (diagnostic.span, diagnostic.pointer.as_str()),
        (None, "/faults/power/every")
    );
    assert!(
        diagnostic
            .message
            .contains("set by the override `faults.power.every=often`"),
        "{diagnostic:?}"
    );
    let parsed = parse(SAMPLE, &override_one("faults.pwer.every=1y"));
    assert!(
        parsed.diagnostics[0]
            .help
            .as_ref()
            .unwrap()
            .contains("`power`")
    );
}
