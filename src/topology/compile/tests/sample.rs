//! A full model: ids, paths, draws, and what does not change them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{SAMPLE, compiled, patched, topology};
use crate::model::{Code, parse};
use crate::rng::Entity;
use crate::time::Span;
use crate::topology::{
    DrawKey, FaultAction, JourneyKind, Need, Owner, PlaceId, Scope, Topology, Watch, purpose,
};

/// The sample as JSON.
fn json() -> String {
    serde_json::to_string(&parse(SAMPLE, &[]).model.unwrap()).unwrap()
}

fn fault_paths(topology: &Topology) -> Vec<&str> {
    topology.faults.iter().map(|fault| &*fault.path).collect()
}

#[test]
fn one_warning_and_no_error() {
    let (_, warnings) = compiled(SAMPLE).unwrap();
    let codes: Vec<Code> = warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [Code::BlindRegion]);
}

#[test]
fn places_come_parents_first() {
    let topology = topology(SAMPLE);
    let paths: Vec<&str> = topology.places.iter().map(|place| &*place.path).collect();
    let expected = [
        "world",
        "internet",
        "eu-west-1",
        "eu-west-1/a",
        "eu-west-1/b",
        "eu-west-1/c",
        "home",
        "home/dc1",
        "home/dc1/a",
        "home/dc1/a/r1",
        "home/dc1/a/r2",
        "us-east-1",
        "us-east-1/a",
        "us-east-1/b",
        "us-east-1/c",
    ];
    assert_eq!(paths, expected);
    let region = |path: &str| {
        let place = topology
            .places
            .iter()
            .find(|place| place.path == path)
            .unwrap();
        &*topology.places[place.region.index()].path
    };
    for (path, expected) in [
        ("world", "world"),
        ("internet", "internet"),
        ("us-east-1/a", "us-east-1"),
        ("home", "home"),
        ("home/dc1/a/r2", "home/dc1"),
    ] {
        assert_eq!(region(path), expected, "{path}");
    }
    for (index, place) in topology.places.iter().enumerate() {
        assert!(place.parent.index() <= index);
    }
    assert_eq!(
        topology.places[PlaceId::WORLD.index()].parts.len(),
        topology.parts.len()
    );
    assert_eq!(topology.places[PlaceId::INTERNET.index()].parts, []);
}

#[test]
fn parts_are_dealt_and_named() {
    let topology = topology(SAMPLE);
    let place_of = |path: &str| {
        let part = topology
            .parts
            .iter()
            .find(|part| part.path == path)
            .unwrap();
        &*topology.places[part.place.index()].path
    };
    assert_eq!(topology.parts.len(), 6 + 4 + 2 + 3 + 3);
    assert_eq!(place_of("services.api.us-east-1.1"), "us-east-1/a");
    assert_eq!(place_of("services.api.us-east-1.6"), "us-east-1/c");
    assert_eq!(place_of("services.auth.us-east-1/a.2"), "us-east-1/a");
    assert_eq!(place_of("stores.db.members.us-east-1/b"), "us-east-1/b");
    for (index, part) in topology.parts.iter().enumerate() {
        match part.owner {
            Owner::Pool(pool) => {
                assert!(topology.pools[pool.index()].parts.contains(&index.into()))
            }
            Owner::Store(store, member) => {
                assert_eq!(
                    topology.stores[store.index()].members[member].part.index(),
                    index
                );
            }
        }
    }
    // The preference of callers is the order written, not the order of names.
    let first = topology.services[0].pools[0];
    assert_eq!(
        topology.places[topology.pools[first.index()].place.index()].path,
        "us-east-1"
    );
}

#[test]
fn faults_are_one_per_target() {
    let topology = topology(SAMPLE);
    let paths = fault_paths(&topology);
    for expected in [
        "faults.zone-outage.us-east-1/a",
        "faults.zone-outage.home/dc1/a",
        "faults.power",
        "faults.partition.us-east-1<->eu-west-1",
        "faults.mesh.eu-west-1<->home/dc1",
        "faults.mesh.eu-west-1<->us-east-1",
        "faults.mesh.home/dc1<->us-east-1",
        "faults.one-way.internet->us-east-1",
        "faults.disk.db@us-east-1/b",
        "faults.host.auth@eu-west-1.3",
        "faults.release.api@us-east-1",
        "services.api.us-east-1.3.fails",
        "stores.db.members.us-east-1/a.fails",
    ] {
        assert!(paths.contains(&expected), "{expected}: {paths:#?}");
    }
    assert_eq!(paths.len(), 7 + 1 + 1 + 3 + 1 + 3 + 5 + 1 + 10 + 3);
    assert!(paths.is_sorted());
    let fault = |path: &str| {
        topology
            .faults
            .iter()
            .find(|fault| fault.path == path)
            .unwrap()
    };
    let cause = |path: &str| &*topology.causes[fault(path).cause.index()].path;
    assert_eq!(
        cause("services.api.us-east-1.3.fails"),
        "services.api.instance"
    );
    assert_eq!(
        cause("stores.db.members.us-east-1/a.fails"),
        "stores.db.members.us-east-1/a"
    );
    assert_eq!(cause("faults.host.auth@eu-west-1.3"), "faults.host");
    assert_eq!(
        cause("faults.zone-outage.us-east-1/a"),
        "faults.zone-outage.us-east-1/a"
    );
    let scope = |path: &str| fault(path).scope;
    assert_eq!(scope("faults.zone-outage.us-east-1/a"), Scope::Zone);
    assert_eq!(scope("faults.power"), Scope::Shared);
    assert_eq!(scope("faults.partition.us-east-1<->eu-west-1"), Scope::Link);
    assert_eq!(scope("faults.disk.db@us-east-1/b"), Scope::Instance);
    let FaultAction::Cut(cuts) = &fault("faults.partition.us-east-1<->eu-west-1").action else {
        panic!("a cut");
    };
    assert_eq!(cuts.len(), 2);
    assert_eq!((cuts[0].from, cuts[0].to), (cuts[1].to, cuts[1].from));
    for (index, fault) in topology.faults.iter().enumerate() {
        if let FaultAction::Down { places, parts, .. } = &fault.action {
            assert!(places.iter().all(|place| {
                topology.places[place.index()]
                    .faults
                    .contains(&index.into())
            }));
            assert!(
                parts
                    .iter()
                    .all(|part| topology.parts[part.index()].faults.contains(&index.into()))
            );
        }
    }
}

#[test]
fn causes_are_sorted_and_named() {
    let topology = topology(SAMPLE);
    let paths: Vec<&str> = topology.causes.iter().map(|cause| &*cause.path).collect();
    assert!(paths.is_sorted());
    let expected = [
        "services.api.instance",
        "services.api.overload",
        "services.auth.overload",
        "stores.db.detect",
        "stores.db.fail-back",
        "stores.db.failover",
        "stores.db.members.eu-west-1/a",
        "stores.db.members.us-east-1/a",
        "stores.db.members.us-east-1/b",
        "stores.db.replication",
        "traffic.\"api.example.com\".balancer.eu-west-1",
        "traffic.\"api.example.com\".balancer.us-east-1",
        "traffic.\"api.example.com\".check.eu-west-1",
        "traffic.\"api.example.com\".check.us-east-1",
        "traffic.\"api.example.com\".failover",
        "traffic.internal.balancer.eu-west-1",
        "traffic.internal.failover",
    ];
    let others: Vec<&str> = paths
        .iter()
        .copied()
        .filter(|path| !path.starts_with("faults."))
        .collect();
    assert_eq!(others, expected);
    let store = &topology.stores[0];
    assert_eq!(
        topology.causes[store.replication_cause.index()].path,
        "stores.db.replication"
    );
    let failover = store.failover.as_ref().unwrap();
    assert_eq!(
        topology.causes[failover.cause.index()].path,
        "stores.db.failover"
    );
    assert_eq!(
        topology.causes[failover.fail_back_cause.index()].path,
        "stores.db.fail-back"
    );
    for detector in &topology.detectors {
        let cause = &topology.causes[detector.cause.index()].path;
        assert!(
            detector.path.starts_with(&**cause),
            "{cause} {}",
            detector.path
        );
    }
}

#[test]
fn detectors_watch_what_they_should() {
    let topology = topology(SAMPLE);
    assert_eq!(topology.detectors.len(), 1 + 2 + 10);
    let failover = topology.stores[0].failover.as_ref().unwrap();
    let primary = &topology.detectors[failover.detector.unwrap().index()];
    assert!(matches!(primary.watches, Watch::Primary(store) if store.index() == 0));
    let members: Vec<PlaceId> = topology.stores[0]
        .members
        .iter()
        .map(|member| member.place)
        .collect();
    assert_eq!(primary.vantage, members);
    assert_eq!(primary.agree, 2);
    assert!(primary.false_alarm_every.is_some());
    for (index, target) in topology.traffic[0].targets.iter().enumerate() {
        let check = &topology.detectors[target.check.unwrap().index()];
        assert_eq!(check.watches, Watch::Target(0_usize.into(), index));
        assert_eq!((check.agree, check.vantage.len()), (14, 16));
        let pool = &topology.pools[target.pool.index()];
        assert_eq!(pool.place, target.place);
        assert_eq!(target.draw_ejections.len(), pool.parts.len());
        for (&check, &part) in target.instance_checks.iter().zip(&pool.parts) {
            let check = &topology.detectors[check.index()];
            assert_eq!(check.watches, Watch::Instance(0_usize.into(), part));
            assert_eq!(check.vantage, [target.place]);
        }
    }
}

#[test]
fn journeys_and_objectives() {
    let topology = topology(SAMPLE);
    let names: Vec<&str> = topology
        .journeys
        .iter()
        .map(|journey| &*journey.name)
        .collect();
    assert_eq!(names, ["browse", "checkout"]);
    assert_eq!(topology.journeys[0].kind, JourneyKind::Read);
    let checkout = &topology.journeys[1];
    assert_eq!(checkout.kind, JourneyKind::Write);
    assert_eq!(checkout.needs, Need::All(vec![Need::Write(0_usize.into())]));
    assert_eq!(checkout.objective.rto, Some(Span::from_seconds(300.0)));
    assert!((checkout.objective.split_brain.unwrap() - 1e-3).abs() < 1e-12);
}

#[test]
fn draw_keys_are_unique_and_come_from_paths() {
    let topology = topology(SAMPLE);
    let keys: BTreeSet<(u128, u64)> = topology
        .draws
        .iter()
        .map(|key| (key.entity.0, key.purpose.0))
        .collect();
    assert_eq!(keys.len(), topology.draws.len());
    for fault in &topology.faults {
        let entity = Entity::named(&fault.path);
        for (draw, purpose) in [
            (fault.draw_strike, purpose::STRIKE),
            (fault.draw_age, purpose::AGE),
            (fault.draw_repair, purpose::REPAIR),
        ] {
            assert_eq!(topology.draws[draw.index()], DrawKey { entity, purpose });
        }
    }
    let member = &topology.stores[0].members[1];
    let entity = Entity::named("stores.db.members.us-east-1/b");
    assert_eq!(
        topology.draws[member.draw_rejoin.index()],
        DrawKey {
            entity,
            purpose: purpose::REJOIN
        }
    );
}

#[test]
fn order_of_maps_changes_nothing() {
    /// Turns every map around, but for the preference of `runs`.
    fn reversed(key: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) if key == "runs" => Value::Object(fields.clone()),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .rev()
                    .map(|(key, value)| (key.clone(), reversed(key, value)))
                    .collect(),
            ),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| reversed("", item)).collect())
            }
            other => other.clone(),
        }
    }
    let (plain, mut turned) = (
        json(),
        reversed("", &serde_json::from_str(&json()).unwrap()).to_string(),
    );
    assert_ne!(plain, turned);
    assert_eq!(
        format!("{:?}", topology(&plain)),
        format!("{:?}", topology(&turned))
    );
    turned = patched(&turned, r#"{"journeys":{"browse":{"rate":"11/s"}}}"#);
    assert_ne!(
        format!("{:?}", topology(&plain)),
        format!("{:?}", topology(&turned))
    );
}

#[test]
fn written_defaults_change_nothing() {
    // JSON made from the checked model spells every default out.
    assert_eq!(
        format!("{:?}", topology(SAMPLE)),
        format!("{:?}", topology(&json()))
    );
}

#[test]
fn another_part_leaves_other_draws_alone() {
    let more = r#"{
        "places": {"asia": {"zones": ["a"]}},
        "services": {"aaa": {"runs": {"us-east-1": 2}, "instance": {"fails": {"every": "1y", "lasts": "1h"}}}},
        "journeys": {"search": {"needs": ["aaa"], "rate": "1/s"}}
    }"#;
    let (before, after) = (topology(&json()), topology(&patched(&json(), more)));
    let by_path = |topology: &Topology| -> BTreeMap<String, DrawKey> {
        topology
            .faults
            .iter()
            .map(|fault| {
                (
                    fault.path.clone(),
                    topology.draws[fault.draw_strike.index()],
                )
            })
            .collect()
    };
    let after_by_path = by_path(&after);
    for (path, key) in by_path(&before) {
        assert_eq!(after_by_path[&path], key, "{path}");
    }
    let keys = |topology: &Topology| -> BTreeSet<(u128, u64)> {
        topology
            .draws
            .iter()
            .map(|key| (key.entity.0, key.purpose.0))
            .collect()
    };
    assert!(keys(&before).is_subset(&keys(&after)));
    assert!(after.draws.len() > before.draws.len());
}

#[test]
fn assumptions_name_paths_and_sources() {
    let topology = topology(SAMPLE);
    let text = |path: &str| {
        let found = topology
            .assumptions
            .iter()
            .find(|assumption| assumption.path == path);
        found.map(|assumption| &*assumption.text)
    };
    let stale = text("traffic.\"api.example.com\".dns.stale").unwrap();
    assert!(
        stale.contains("Flavel") && stale.contains("assumption"),
        "{stale}"
    );
    for path in [
        "stores.db.failover.rejoin",
        "stores.db.failover.steps-down",
        "traffic.\"api.example.com\".dns.answers-after",
        "traffic.\"api.example.com\".balancer.l7.active.false-positive",
        "services.auth.instance",
        "faults.zone-outage.effect",
        "journeys.checkout.timeout",
    ] {
        assert!(text(path).is_some(), "{path}");
    }
    assert_eq!(text("stores.db.lag"), None);
    assert_eq!(text("stores.db.failover.detect.false-positive"), None);
    assert!(
        topology
            .assumptions
            .is_sorted_by_key(|assumption| (&assumption.path, &assumption.text))
    );
}
