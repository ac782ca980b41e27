//! The JSON Schema of the model, so that editors can complete, explain and check it.
//!
//! It accepts what `parse` accepts, as far as a schema can say it: names that must exist, and figures that must fit
//! together, are beyond it. Shapes with a hand-written reader have a hand-written schema here.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::law;
use super::names::{Name, PlacePath};
use super::need::{AtLeast, Need, Soft};
use super::places::Place;
use super::replication::{Quorum, Replication, SemiSync, Synchronous};
use super::scope::Scope;
use super::selector::{CutSpec, Cuts, Hits, Selector};
use super::shapes::{
    Agree, Children, ExactlyOne, FailBack, Multiple, OneOrMany, PlannedFailBack, Stage, Vantage,
    Version,
};
use super::units::{Duration, Rate, Share};
use super::written::Model;

/// The schema of a model (draft 2020-12).
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaGenerator::default()
        .into_root_schema_for::<Model>()
        .to_value();
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for name in ["Weibull", "Lognormal", "Pareto", "LogLogistic"] {
            add_p50(definitions.get_mut(name));
        }
        exactly_one(definitions.get_mut("Fault"), ["hits", "cuts"]);
        exactly_one(definitions.get_mut("Traffic"), ["at", "dns"]);
        exactly_one(definitions.get_mut("Dns"), ["failover", "spread"]);
    }
    schema
}

/// `p50` is another name of `median`.
fn add_p50(definition: Option<&mut Value>) {
    let Some(definition) = definition else { return };
    let median = definition["properties"]["median"].clone();
    definition["properties"]["p50"] = median;
    let required = definition["required"]
        .as_array()
        .is_some_and(|required| required.contains(&json!("median")));
    if required {
        if let Some(required) = definition["required"].as_array_mut() {
            required.retain(|field| field != "median");
        }
        exactly_one(Some(definition), ["median", "p50"]);
    } else {
        definition["not"] = json!({ "required": ["median", "p50"] });
    }
}

/// Exactly one of two optional fields.
fn exactly_one(definition: Option<&mut Value>, fields: [&str; 2]) {
    let Some(definition) = definition else { return };
    // An optional field may be null, which is as good as absent.
    let there = |field: &str| json!({ "required": [field], "properties": { field: { "not": { "type": "null" } } } });
    definition["oneOf"] = json!([there(fields[0]), there(fields[1])]);
}

/// The names of scopes.
pub(super) fn scope(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    json_schema!({ "enum": names.into_iter().map(Value::from).chain([Value::Null]).collect::<Vec<_>>() })
}

macro_rules! written_by_hand {
    ($($(|$parameter:ident|)? $type:ty, $name:expr, $generator:ident => $schema:expr;)+) => {
        $(
            impl$(<$parameter: JsonSchema>)? JsonSchema for $type {
                fn schema_name() -> Cow<'static, str> {
                    $name.into()
                }

                fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                    $schema
                }
            }
        )+
    };
}

const SELECTOR: &str = "^\\s*(each\\s+(provider|region|zone|rack|node)|each\\s+instance\\s+of\\s+[a-z0-9-]+|each\\s+member\\s+of\\s+[a-z0-9-]+|instances\\s+of\\s+[a-z0-9-]+\\s+in\\s+[a-z0-9-]+(/[a-z0-9-]+)*|member\\s+[a-z0-9-]+@[a-z0-9-]+(/[a-z0-9-]+)*|[a-z0-9-]+(/[a-z0-9-]+)*)\\s*$";
const CUT: &str = "^\\s*(internet|each\\s+(provider|region|zone|rack|node)|[a-z0-9-]+(/[a-z0-9-]+)*)\\s*<?->\\s*(internet|each\\s+(provider|region|zone|rack|node)|[a-z0-9-]+(/[a-z0-9-]+)*)\\s*$";
const NEED: &str = "^\\s*[a-z0-9-]+(\\.read|\\.write|@[a-z0-9-]+(/[a-z0-9-]+)*)?\\s*$";

written_by_hand! {
    Version, "Version", _generator => json_schema!({ "type": "integer", "const": 1 });
    Multiple, "Multiple", _generator => json_schema!({ "type": "number", "exclusiveMinimum": 1 });
    Selector, "Selector", _generator => json_schema!({
        "type": "string", "pattern": SELECTOR, "examples": ["each zone", "us-east-1/a", "each instance of api"]
    });
    CutSpec, "Cut", _generator => json_schema!({
        "type": "string", "pattern": CUT, "examples": ["us-east-1 <-> eu-west-1", "internet -> us-east-1"]
    });
    Hits, "Hits", generator => one_of(&[
        generator.subschema_for::<Selector>(),
        tagged(vec![("together", generator.subschema_for::<Vec<Selector>>())]),
    ]);
    Cuts, "Cuts", generator => one_of(&[generator.subschema_for::<CutSpec>(), generator.subschema_for::<Vec<CutSpec>>()]);
    Vantage, "Vantage", generator => one_of(&[
        json_schema!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        json_schema!({ "const": "standbys" }),
        generator.subschema_for::<Vec<PlacePath>>(),
    ]);
    Agree, "Agree", generator => json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": u32::MAX },
        { "const": "majority" },
        generator.subschema_for::<Share>(),
    ], "not": { "const": 0 } });
    FailBack, "FailBack", generator => one_of(&[json_schema!({ "const": "never" }), generator.subschema_for::<PlannedFailBack>()]);
    Replication, "Replication", generator => one_of(&[
        json_schema!({ "enum": ["async", "quorum"] }),
        tagged(vec![("semi-sync", generator.subschema_for::<SemiSync>())]),
        tagged(vec![("sync", generator.subschema_for::<Synchronous>())]),
        tagged(vec![("quorum", generator.subschema_for::<Quorum>())]),
    ]);
    Stage, "Stage", generator => one_of(&[generator.subschema_for::<law::LawSpec>(), stage(generator)]);
    Children, "Children", generator => one_of(&[
        json_schema!({ "type": "array", "items": generator.subschema_for::<Name>(), "uniqueItems": true }),
        generator.subschema_for::<indexmap::IndexMap<Name, Place>>(),
    ]);
    |T| OneOrMany<T>, format!("OneOrMany{}", T::schema_name()), generator => one_of(&[
        generator.subschema_for::<T>(), generator.subschema_for::<Vec<T>>(),
    ]);
    |T| ExactlyOne<T>, format!("ExactlyOne{}", T::schema_name()), generator => one_of(&[
        generator.subschema_for::<T>(),
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "minItems": 1, "maxItems": 1 }),
    ]);
    Need, "Need", generator => one_of(&[
        json_schema!({ "type": "string", "pattern": NEED, "examples": ["auth", "auth@us-east-1", "db.write"] }),
        tagged(vec![("any", generator.subschema_for::<Vec<Need>>())]),
        tagged(vec![("all", generator.subschema_for::<Vec<Need>>())]),
        tagged(vec![("at-least", generator.subschema_for::<AtLeast>())]),
        tagged(vec![("soft", generator.subschema_for::<Soft>())]),
    ]);
    law::LawSpec, "Law", generator => law_schema(generator);
}

fn one_of(schemas: &[Schema]) -> Schema {
    json_schema!({ "oneOf": schemas })
}

/// A map with exactly these keys.
fn tagged(fields: Vec<(&str, Schema)>) -> Schema {
    let keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
    let properties: serde_json::Map<String, Value> = fields
        .into_iter()
        .map(|(key, schema)| (key.to_owned(), schema.to_value()))
        .collect();
    json_schema!({ "type": "object", "properties": properties, "required": keys, "additionalProperties": false })
}

fn stage(generator: &mut SchemaGenerator) -> Schema {
    let law = generator.subschema_for::<law::LawSpec>();
    json_schema!({
        "type": "object",
        "properties": {
            "takes": law,
            "works": generator.subschema_for::<Share>(),
            "otherwise": law
        },
        "required": ["takes"],
        "additionalProperties": false
    })
}

fn law_schema(generator: &mut SchemaGenerator) -> Schema {
    let duration = generator.subschema_for::<Duration>();
    let figures = ["mean", "median", "p50", "p75", "p90", "p95", "p99"];
    let properties: serde_json::Map<String, Value> = figures
        .iter()
        .map(|figure| ((*figure).to_owned(), duration.clone().to_value()))
        .collect();
    let short = json_schema!({
        "description": "A lognormal law by two of its figures.",
        "type": "object", "properties": properties, "additionalProperties": false,
        "minProperties": 2, "maxProperties": 2, "not": { "required": ["median", "p50"] }
    });
    let families = [
        ("fixed", duration.clone()),
        ("exponential", generator.subschema_for::<law::Exponential>()),
        ("weibull", generator.subschema_for::<law::Weibull>()),
        ("lognormal", generator.subschema_for::<law::Lognormal>()),
        ("gamma", generator.subschema_for::<law::Gamma>()),
        ("erlang", generator.subschema_for::<law::Erlang>()),
        ("uniform", generator.subschema_for::<law::Uniform>()),
        ("triangular", generator.subschema_for::<law::Triangular>()),
        ("pareto", generator.subschema_for::<law::Pareto>()),
        (
            "log-logistic",
            generator.subschema_for::<law::LogLogistic>(),
        ),
        ("empirical", generator.subschema_for::<Vec<Duration>>()),
        ("mixture", generator.subschema_for::<Vec<law::Component>>()),
        ("truncated", generator.subschema_for::<law::Truncated>()),
        ("mean", duration.clone()),
        ("rate", generator.subschema_for::<Rate>()),
    ];
    let mut forms = vec![duration, short];
    forms.extend(families.into_iter().map(|family| tagged(vec![family])));
    json_schema!({
        "description": "A probability law of a duration: `4m` (fixed; in `every` the mean of an exponential law), `{ mean: 4m }` or `{ rate: 4/y }` (exponential), `{ median: 4m, p95: 20m }` (lognormal), or a family by its name.",
        "oneOf": forms
    })
}
