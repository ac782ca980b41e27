//! The schema accepts what `parse` accepts, and nothing else that it can express.

use serde_json::Value;

use super::SAMPLE;
use crate::model::{load, parse, schema};

fn accepted(value: &Value) -> (bool, bool) {
    let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
    (
        validator.is_valid(value),
        parse(&value.to_string(), &[]).is_valid(),
    )
}

fn sample() -> Value {
    load::load(SAMPLE).value.unwrap()
}

#[test]
fn the_sample_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&sample())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let model = parse(SAMPLE, &[]).model.unwrap();
    assert_eq!(
        accepted(&serde_json::to_value(model).unwrap()),
        (true, true)
    );
}

#[test]
fn both_refuse_the_same() {
    for (pointer, mutant) in [
        ("/fivenines", "2"),
        ("/name", "5"),
        ("/window/length", "30"),
        ("/window/length", "\"30\""),
        ("/window/start", "\"old\""),
        ("/window", "{\"warmup\": \"1s\"}"),
        ("/places/us-east-1/zones", "[\"a\", \"a\"]"),
        ("/places/us-east-1/zones", "[\"A\"]"),
        ("/places", "{\"Us\": {}}"),
        ("/crews/operators", "0"),
        ("/faults/power", "{\"every\": \"1y\", \"lasts\": \"1h\"}"),
        ("/faults/power/hits", "\"each planet\""),
        ("/faults/power/hits", "{\"apart\": []}"),
        ("/faults/partition/cuts", "\"a - b\""),
        ("/faults/power/lasts", "{\"median\": \"1h\"}"),
        (
            "/faults/power/lasts",
            "{\"mean\": \"1h\", \"rate\": \"1/h\"}",
        ),
        (
            "/faults/power/lasts",
            "{\"median\": \"1h\", \"p50\": \"1h\"}",
        ),
        ("/faults/power/lasts", "{\"normal\": {}}"),
        (
            "/faults/power/lasts",
            "{\"fixed\": \"1s\", \"mean\": \"1s\"}",
        ),
        ("/faults/zone-outage/scope", "\"planet\""),
        ("/services/api/at-least", "0"),
        ("/services/api/needs", "[\"db.delete\"]"),
        (
            "/services/api/needs",
            "[{\"any\": [\"a\"], \"all\": [\"a\"]}]",
        ),
        ("/stores/db/members/primary", "[\"a\", \"b\"]"),
        ("/stores/db/replication", "\"semi-sync\""),
        ("/stores/db/replication", "{\"quorum\": {\"acks\": 2}}"),
        ("/stores/db/catch-up", "1"),
        ("/stores/db/write-size", "\"2 kb\""),
        ("/stores/db/orphans-recovered", "1.5"),
        ("/stores/db/failover/detect/agree", "0"),
        ("/stores/db/failover/detect/from", "\"everywhere\""),
        ("/stores/db/failover/fail-back", "\"always\""),
        (
            "/traffic/inner/dns",
            "{\"failover\": [\"a\"], \"ttl\": \"1s\"}",
        ),
        ("/traffic/api.example.com/balancer", "{\"l4\": {}}"),
        ("/traffic/api.example.com/dns/check/every", "\"-1s\""),
        ("/journeys/checkout/rate", "\"5\""),
        ("/journeys/checkout/up-when", "99"),
        ("/objectives/checkout/availability", "\"99,9%\""),
    ] {
        let mut value = sample();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        value
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .unwrap()
            .insert(key.to_owned(), mutant.parse().unwrap());
        assert_eq!(accepted(&value), (false, false), "{pointer} = {mutant}");
    }
}

#[test]
fn both_accept_the_same() {
    for (pointer, mutant) in [
        ("/window/length", "\"1h 30m\""),
        ("/faults/zone-outage/scope", "null"),
        (
            "/faults/power/lasts",
            "{\"lognormal\": {\"p50\": \"1h\", \"p99\": \"2h\"}}",
        ),
        (
            "/faults/power/lasts",
            "{\"log-logistic\": {\"p50\": \"1h\", \"shape\": 2}}",
        ),
        ("/stores/db/failover/detect/agree", "1"),
        ("/stores/db/failover/detect/agree", "0.5"),
        ("/stores/db/failover/detect/agree", "\"1/3\""),
        (
            "/stores/db/failover/redirect",
            "{\"takes\": {\"mean\": \"1s\"}}",
        ),
        ("/places/us-east-1/zones", "{\"a\": {\"kind\": \"zone\"}}"),
    ] {
        let mut value = sample();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        value
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .unwrap()
            .insert(key.to_owned(), mutant.parse().unwrap());
        assert_eq!(accepted(&value), (true, true), "{pointer} = {mutant}");
    }
}
