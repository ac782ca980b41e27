//! One tiny model for each problem.

use super::{SAMPLE, compiled, patched};
use crate::model::{Code, Diagnostic, Severity};

/// A model without a problem, with one of everything.
const TINY: &str = r#"{
    "fivenines": 1,
    "name": "tiny",
    "places": {"r": {"zones": ["a", "b"]}, "s": {"zones": ["a"]}},
    "crews": {"operators": 1},
    "faults": {"outage": {"hits": "each zone", "every": "1y", "lasts": "1h", "crew": "operators"}},
    "services": {"api": {"runs": {"r": 2, "s": 1}, "needs": ["db.read"]}},
    "stores": {"db": {
        "members": {"primary": "r/a", "sync": ["r/b"]},
        "replication": {"semi-sync": {"acks": 1, "fall-back-after": "10s"}},
        "failover": {
            "detect": {"every": "10s", "after": 3},
            "fence": {"lease": {"ttl": "30s", "renew": "10s", "margin": "5s"}},
            "promote": "20s"
        }
    }},
    "traffic": {"www": {
        "to": "api",
        "dns": {"failover": ["r", "s"], "ttl": "60s", "check": {"every": "10s", "after": 3}}
    }},
    "journeys": {"buy": {"enters": "www", "writes": "db", "rate": "1/s"}, "look": {"reads": "db", "rate": "1/s"}},
    "objectives": {"buy": {"rto": "5m"}}
}"#;

/// Each problem: its code, where it is, and what to change in the model above to get it.
const PROBLEMS: &[(Code, &str, &str)] = &[
    (
        Code::UnknownPlace,
        "/services/api/runs/q",
        r#"{"services": {"api": {"runs": {"q": 1}}}}"#,
    ),
    (
        Code::UnknownPlace,
        "/faults/outage/hits",
        r#"{"faults": {"outage": {"hits": "r/z"}}}"#,
    ),
    (
        Code::UnknownPlace,
        "/faults/outage/hits",
        r#"{"faults": {"outage": {"hits": "internet"}}}"#,
    ),
    (
        Code::UnknownPlace,
        "/stores/db/members/sync/1",
        r#"{"stores": {"db": {"members": {"sync": ["r/b", "t"]}}}}"#,
    ),
    (
        Code::UnknownService,
        "/traffic/www/to",
        r#"{"traffic": {"www": {"to": "apy"}}}"#,
    ),
    (
        Code::UnknownService,
        "/services/api/needs/0",
        r#"{"services": {"api": {"needs": ["auth"]}}}"#,
    ),
    (
        Code::UnknownStore,
        "/journeys/buy/writes/0",
        r#"{"journeys": {"buy": {"writes": "bd"}}}"#,
    ),
    (
        Code::UnknownTraffic,
        "/journeys/buy/enters",
        r#"{"journeys": {"buy": {"enters": "ww"}}}"#,
    ),
    (
        Code::UnknownCrew,
        "/faults/outage/crew",
        r#"{"faults": {"outage": {"crew": "operator"}}}"#,
    ),
    (
        Code::UnknownJourney,
        "/objectives/by",
        r#"{"objectives": {"by": {"rto": "1m"}}}"#,
    ),
    (
        Code::UnknownNeed,
        "/journeys/buy/needs/0",
        r#"{"journeys": {"buy": {"needs": ["db"]}}}"#,
    ),
    (
        Code::NotThere,
        "/traffic/www/dns/failover/1",
        r#"{"traffic": {"www": {"dns": {"failover": ["r", "s/a"]}}}}"#,
    ),
    (
        Code::NotThere,
        "/journeys/buy/needs/0",
        r#"{"journeys": {"buy": {"needs": ["api@r/a"]}}}"#,
    ),
    (
        Code::NotThere,
        "/faults/outage/hits",
        r#"{"faults": {"outage": {"hits": "member db@s/a"}}}"#,
    ),
    (
        Code::Quorum,
        "/traffic/www/dns/check/agree",
        r#"{"traffic": {"www": {"dns": {"check": {"from": 3, "agree": 4}}}}}"#,
    ),
    (
        Code::Quorum,
        "/stores/db/failover/detect/agree",
        r#"{"stores": {"db": {"failover": {"detect": {"agree": 2}}}}}"#,
    ),
    (
        Code::Acknowledgements,
        "/stores/db/replication/semi-sync/acks",
        r#"{"stores": {"db": {"replication": {"semi-sync": {"acks": 2}}}}}"#,
    ),
    (
        Code::AtLeast,
        "/services/api/runs/s",
        r#"{"services": {"api": {"at-least": 2}}}"#,
    ),
    (
        Code::Count,
        "/journeys/buy/needs/0/at-least/count",
        r#"{"journeys": {"buy": {"needs": [{"at-least": {"count": 2, "of": ["api"]}}]}}}"#,
    ),
    (
        Code::NeedsLoop,
        "/services/api/needs",
        r#"{"services": {"api": {"needs": ["db.read", {"any": ["web"]}]}, "web": {"runs": {"r": 1}, "needs": ["api"]}}}"#,
    ),
    (
        Code::NeedsLoop,
        "/services/api/needs",
        r#"{"services": {"api": {"needs": ["api"]}}}"#,
    ),
    (
        Code::Lease,
        "/stores/db/failover/fence/lease/margin",
        r#"{"stores": {"db": {"failover": {"fence": {"lease": {"margin": "30s"}}}}}}"#,
    ),
    (
        Code::Lease,
        "/stores/db/failover/fence/lease/renew",
        r#"{"stores": {"db": {"failover": {"fence": {"lease": {"renew": "30s"}}}}}}"#,
    ),
    (
        Code::Thresholds,
        "/journeys/buy/restored-when",
        r#"{"journeys": {"buy": {"restored-when": "99.9%"}}}"#,
    ),
    (
        Code::NotPositive,
        "/window/length",
        r#"{"window": {"length": "0s"}}"#,
    ),
    (
        Code::NotPositive,
        "/traffic/www/dns/ttl",
        r#"{"traffic": {"www": {"dns": {"ttl": "0s"}}}}"#,
    ),
    (
        Code::NotPositive,
        "/traffic/www/dns/check/every",
        r#"{"traffic": {"www": {"dns": {"check": {"every": "0s"}}}}}"#,
    ),
    (
        Code::PrimaryTwice,
        "/stores/db/members/async/0",
        r#"{"stores": {"db": {"members": {"async": "r/a"}}}}"#,
    ),
    (
        Code::EmptyObjective,
        "/objectives/buy",
        r#"{"objectives": {"buy": {"rto": null}}}"#,
    ),
    (
        Code::NothingWritten,
        "/objectives/look/rpo",
        r#"{"objectives": {"look": {"rpo": "1s"}}}"#,
    ),
    (
        Code::NothingWritten,
        "/objectives/look/split-brain",
        r#"{"objectives": {"look": {"split-brain": "1/y"}}}"#,
    ),
    (
        Code::HitsNothing,
        "/faults/outage",
        r#"{"faults": {"outage": {"hits": "each rack"}}}"#,
    ),
    (
        Code::HitsNothing,
        "/faults/outage",
        r#"{"faults": {"outage": {"hits": {"together": []}}}}"#,
    ),
    (
        Code::CutOfItself,
        "/faults/cut/cuts",
        r#"{"faults": {"cut": {"cuts": "r -> r", "every": "1y", "lasts": "1h"}}}"#,
    ),
    (
        Code::CutOfItself,
        "/faults/cut/cuts",
        r#"{"faults": {"cut": {"cuts": "r/a <-> r", "every": "1y", "lasts": "1h"}}}"#,
    ),
    (
        Code::NoStandby,
        "/stores/db/failover",
        r#"{"stores": {"db": {"replication": "async", "members": {"sync": null}}}}"#,
    ),
    (
        Code::NoStandby,
        "/stores/db/members",
        r#"{"stores": {"db": {"replication": "quorum", "failover": null, "members": {"sync": null}}}}"#,
    ),
    (
        Code::NotOfQuorum,
        "/stores/db/failover",
        r#"{"stores": {"db": {"replication": "quorum"}}}"#,
    ),
    (
        Code::NotOfQuorum,
        "/stores/db/lag",
        r#"{"stores": {"db": {"replication": "quorum", "failover": null, "lag": "1s"}}}"#,
    ),
    (
        Code::NotOfQuorum,
        "/stores/db/orphans-recovered",
        r#"{"stores": {"db": {"replication": "quorum", "failover": null, "orphans-recovered": "50%"}}}"#,
    ),
    (
        Code::Lease,
        "/stores/db/replication/quorum/lease/margin",
        r#"{"stores": {"db": {"replication": {"semi-sync": null, "quorum": {"lease": {"ttl": "6s", "renew": "3s", "margin": "6s"}}}, "failover": null}}}"#,
    ),
    (
        Code::NoTarget,
        "/services/idle/runs",
        r#"{"services": {"idle": {"runs": {}}}, "journeys": {"buy": {"needs": ["idle"]}}}"#,
    ),
    (
        Code::NoTarget,
        "/traffic/www/dns",
        r#"{"traffic": {"www": {"dns": {"failover": []}}}}"#,
    ),
    (
        Code::Shares,
        "/traffic/www/dns/stale",
        r#"{"traffic": {"www": {"dns": {"stale": [{"share": "60%", "mean": "1m"}, {"share": "50%", "mean": "2m"}]}}}}"#,
    ),
    (
        Code::ReservedName,
        "/places/internet",
        r#"{"places": {"internet": {}}}"#,
    ),
    (
        Code::DuplicatePlace,
        "/places/r/racks/a",
        r#"{"places": {"r": {"racks": ["a"]}}}"#,
    ),
    (
        Code::PlaceNesting,
        "/places/s/zones/a/regions/x",
        r#"{"places": {"s": {"zones": {"a": {"regions": ["x"]}}}}}"#,
    ),
    (
        Code::TargetTwice,
        "/traffic/www/dns/failover/2",
        r#"{"traffic": {"www": {"dns": {"failover": ["r", "s", "r"]}}}}"#,
    ),
    (
        Code::Vantage,
        "/traffic/www/dns/check/from",
        r#"{"traffic": {"www": {"dns": {"check": {"from": "standbys"}}}}}"#,
    ),
    (
        Code::NeedsNothing,
        "/journeys/idle",
        r#"{"journeys": {"idle": {"rate": "1/s"}}}"#,
    ),
    (
        Code::TooManyParts,
        "/services/api/runs/r",
        r#"{"services": {"api": {"runs": {"r": 100000}}}}"#,
    ),
    (
        Code::TooManyParts,
        "/traffic/www/dns/check/after",
        r#"{"traffic": {"www": {"dns": {"check": {"after": 100000}}}}}"#,
    ),
    (
        Code::EffectOfCut,
        "/faults/cut/effect",
        r#"{"faults": {"cut": {"cuts": "r -> s", "every": "1y", "lasts": "1h", "effect": "silent"}}}"#,
    ),
    (
        Code::TooLong,
        "/window/length",
        r#"{"window": {"length": "500y"}}"#,
    ),
    (
        Code::TooLong,
        "/stores/db/lag",
        r#"{"stores": {"db": {"lag": "1000000y"}}}"#,
    ),
    (
        Code::TooManyStrikes,
        "/faults/outage",
        r#"{"faults": {"outage": {"every": "1ns", "lasts": "1ns"}}}"#,
    ),
    (
        Code::ManyStrikes,
        "/faults/outage",
        r#"{"faults": {"outage": {"every": "10s", "lasts": "10s"}}}"#,
    ),
    (
        Code::Unused,
        "/services/idle",
        r#"{"services": {"idle": {"runs": {"r": 1}}}}"#,
    ),
    (
        Code::Unused,
        "/stores/log",
        r#"{"stores": {"log": {"members": {"primary": "r/a"}, "replication": "async"}}}"#,
    ),
    (
        Code::MembersTogether,
        "/stores/db/members/async/0",
        r#"{"stores": {"db": {"members": {"async": "r/b"}}}}"#,
    ),
    (
        Code::NoCheck,
        "/traffic/www/dns",
        r#"{"traffic": {"www": {"dns": {"check": null}}}}"#,
    ),
    (
        Code::BlindRegion,
        "/stores/db/failover/detect",
        r#"{"stores": {"db": {"members": {"async": ["s/a"]}}}}"#,
    ),
    (
        Code::MajorityInRegion,
        "/stores/db/replication",
        r#"{"stores": {"db": {"members": {"sync": ["r/b", "s/a"]}, "replication": "quorum", "failover": null}}}"#,
    ),
    (
        Code::InfiniteVariance,
        "/faults/outage/lasts",
        r#"{"faults": {"outage": {"lasts": {"pareto": {"minimum": "1m", "shape": 1.5}}}}}"#,
    ),
];

fn found(text: &str) -> Vec<Diagnostic> {
    match compiled(text) {
        Ok((_, warnings)) => warnings,
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn tiny_model_has_no_problem() {
    assert_eq!(found(TINY), []);
}

#[test]
fn each_problem_is_reported_once_at_its_place() {
    for (code, pointer, patch) in PROBLEMS {
        let text = patched(TINY, patch);
        let result = compiled(&text);
        let is_error = code.id().starts_with('E');
        assert_eq!(result.is_err(), is_error, "{code} {patch}");
        let found = found(&text);
        let [problem] = &found[..] else {
            panic!("{code} {patch}: {found:#?}");
        };
        assert_eq!(
            (problem.code, &*problem.pointer),
            (*code, *pointer),
            "{problem:#?}"
        );
        assert_eq!(
            problem.severity == Severity::Error,
            is_error,
            "{problem:#?}"
        );
        assert!(problem.span.is_some(), "{problem:#?}");
        assert!(
            problem.help.as_ref().is_some_and(|help| !help.is_empty()),
            "{problem:#?}"
        );
        assert!(!problem.message.ends_with('.'), "{problem:#?}");
    }
}

#[test]
fn nothing_measured() {
    let codes: Vec<Code> = found(&patched(
        TINY,
        r#"{"journeys": {"buy": null, "look": null}, "objectives": null}"#,
    ))
    .iter()
    .map(|found| found.code)
    .collect();
    assert!(codes.contains(&Code::NothingMeasured), "{codes:?}");
}

#[test]
fn every_code_has_a_model() {
    for code in Code::ALL {
        let compiled_code = code.id()[1..].parse::<u32>().unwrap() >= 300;
        let tested =
            PROBLEMS.iter().any(|(tested, ..)| tested == code) || *code == Code::NothingMeasured;
        assert_eq!(tested, compiled_code, "{code}");
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_text() {
    let patch = r#"{
        "faults": {"outage": {"crew": "nobody"}},
        "services": {"api": {"at-least": 2}},
        "journeys": {"buy": {"enters": "ww", "rate": "0/s"}}
    }"#;
    let found = found(&patched(TINY, patch));
    let codes: Vec<Code> = found.iter().map(|found| found.code).collect();
    assert_eq!(
        codes,
        [
            Code::UnknownCrew,
            Code::AtLeast,
            Code::UnknownTraffic,
            Code::NotPositive
        ]
    );
    let places: Vec<usize> = found
        .iter()
        .map(|found| found.span.unwrap().start)
        .collect();
    assert!(places.is_sorted());
}

#[test]
fn what_could_not_be_read_is_not_unknown_too() {
    let text = SAMPLE.replace(
        "  auth:\n    runs: { us-east-1/a: 2, eu-west-1: 3 }",
        "  auth:\n    runs: { us-east-1/a: many }",
    );
    let found = found(&text);
    assert!(!found.is_empty());
    assert!(
        found.iter().all(|found| found.code != Code::UnknownService),
        "{found:#?}"
    );
}

#[test]
fn near_names_are_suggested() {
    let found = found(&patched(
        TINY,
        r#"{"faults": {"outage": {"crew": "operator"}}}"#,
    ));
    assert_eq!(found[0].help.as_deref(), Some("did you mean `operators`?"));
    let found = self::found(&patched(
        TINY,
        r#"{"services": {"api": {"needs": ["web"]}, "web": {"runs": {"r": 1}, "needs": ["api"]}}}"#,
    ));
    assert!(
        found[0].message.ends_with("api -> web -> api"),
        "{found:#?}"
    );
}

#[test]
fn a_journey_that_cannot_be_read_is_not_missed() {
    let text = patched(
        TINY,
        r#"{"journeys": {"buy": {"rate": 5}, "look": null}, "objectives": null}"#,
    );
    let codes: Vec<Code> = found(&text).iter().map(|found| found.code).collect();
    assert!(
        !codes.is_empty() && !codes.contains(&Code::NothingMeasured),
        "{codes:?}"
    );
}
