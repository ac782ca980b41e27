//! Damaged models: whatever is done to a text, loading it ends in a topology or in errors, never in a panic, and what
//! loads can be simulated.
//!
//! Every file of `models/` is damaged in hundreds of ways, always the same ones. `fuzz/` looks further, with time.

mod mutants;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fivenines::topology::{FaultAction, Topology};
use fivenines::{measure, model, topology};

/// Topologies with more strikes in a trial than this are valid but take too long for a test.
const MOST_STRIKES: f64 = 20_000.0;

fn models() -> Vec<(String, String)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    let mut models: Vec<(String, String)> = std::fs::read_dir(directory)
        .expect("there are models")
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "yaml"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("models are UTF-8");
            (path.display().to_string(), text)
        })
        .collect();
    models.sort();
    assert!(!models.is_empty(), "there are models");
    models
}

/// The topology of a text, or nothing if it has errors.
fn load(text: &str) -> Option<Topology> {
    let parsed = model::parse(text, &[]);
    let is_valid = parsed.is_valid();
    let (topology, _) = topology::compile::compile(&parsed.model?, &parsed.spans).ok()?;
    is_valid.then_some(topology)
}

/// A bound on how often faults strike in one trial.
fn strikes(topology: &Topology) -> f64 {
    let length = (topology.window.length.seconds() + topology.window.warm_up.seconds()) * 10.0;
    let faults = topology.faults.iter().map(|fault| {
        let effects = match &fault.action {
            FaultAction::Down { places, parts, .. } => places.len() + parts.len(),
            FaultAction::Cut(cuts) => cuts.len(),
        };
        length * effects.max(1) as f64 / (fault.every.mean() + fault.lasts.mean())
    });
    let alarms = topology.detectors.iter();
    let alarms = alarms.filter_map(|detector| Some(length / detector.false_alarm_every?));
    faults.chain(alarms).sum()
}

/// Loads a text and plays one trial of it. Says whether it loaded and whether it was played.
fn survives(what: &str, text: &str) -> (bool, bool) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let Some(topology) = load(text) else {
            return (false, false);
        };
        if strikes(&topology) > MOST_STRIKES {
            return (true, false);
        }
        let tally = measure::run_trials(&topology, 1, 0..1);
        assert_eq!(tally.trials, 1);
        (true, true)
    }));
    outcome.unwrap_or_else(|_| panic!("{what} causes a panic. The text:\n{text}"))
}

#[test]
fn damaged_models_are_errors_or_models() {
    for (path, text) in models() {
        assert_eq!(survives(&path, &text), (true, true), "{path} is sound");
        let (mut tried, mut loaded, mut played) = (0, 0, 0);
        for mutant in mutants::of(&text) {
            let outcome = survives(&format!("{path} with {}", mutant.damage), &mutant.text);
            tried += 1;
            loaded += usize::from(outcome.0);
            played += usize::from(outcome.1);
        }
        assert!(tried >= 200, "only {tried} mutants of {path}");
        assert!(loaded < tried, "no damage to {path} is an error");
        assert!(
            played * 2 > loaded,
            "{path}: only {played} of {loaded} can be played"
        );
    }
}

#[test]
fn hostile_texts_are_errors() {
    let deep = 20_000;
    let aliases = "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\n";
    let doubling: String = (0..40)
        .map(|level| format!("k{}: &k{} [*k{level}, *k{level}]\n", level + 1, level + 1))
        .collect();
    let texts = [
        String::new(),
        "\u{feff}".into(),
        "\0".into(),
        "fivenines: 1\n---\nfivenines: 1\n".into(),
        "[".repeat(deep),
        "{a: ".repeat(deep),
        format!("fivenines: 1\nname: {}", "[".repeat(deep)),
        "- ".repeat(deep),
        (0..500)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect(),
        format!("fivenines: 1\n{aliases}"),
        format!("fivenines: 1\nk0: &k0 x\n{doubling}"),
        "fivenines: &a [*a]\n".into(),
        "fivenines: 99999999999999999999999999\n".into(),
        "? [a, b]\n: c\n".into(),
        "<<: { fivenines: 1 }\n".into(),
        format!("fivenines: 1\n{}: 1\n", "a".repeat(1 << 20)),
        format!("fivenines: 1\n{}", "places: {}\n".repeat(5_000)),
        "{\"fivenines\": 1, \"name\": \"\\ud800\"}".into(),
    ];
    for text in &texts {
        let start: String = text.chars().take(80).collect();
        let what = format!("the text that starts {start:?}");
        assert!(!survives(&what, text).0, "{what} is no model");
    }
}

#[test]
fn huge_counts_are_errors() {
    let model = |instances: &str| {
        format!(
            "fivenines: 1\nname: huge\nplaces: {{ a: {{ zones: [x] }} }}\nservices:\n  s:\n    runs: {{ a: {instances} }}\n    \
             instance: {{ fails: {{ every: 1y, lasts: 1h }} }}\ntraffic: {{ t: {{ to: s, at: a }} }}\njourneys: {{ j: {{ enters: t, rate: 1/s }} }}\n"
        )
    };
    assert_eq!(survives("one instance", &model("1")), (true, true));
    for count in [
        "0",
        "-1",
        "1.5",
        "4000000000",
        "18446744073709551615",
        "1e30",
    ] {
        assert!(
            !survives(count, &model(count)).0,
            "{count} instances are too many or too few"
        );
    }
}
