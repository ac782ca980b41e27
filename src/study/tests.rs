//! The document as a whole: paths against their table, shards against a single run, sums of tables.

use std::collections::BTreeMap;

use super::example;
use super::partial::{MergeError, Partial, Shard, merge};
use super::path;
use super::result::ResultDocument;
use super::run::{Outcome, Study};
use super::verdict::Status;
use crate::estimate::stopping::Plan;
use crate::measure::Stage;
use crate::topology::Scope;

/// The rows of the table in `docs/figures.md`: path and unit.
fn documented() -> BTreeMap<String, String> {
    let text = include_str!("../../docs/figures.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells = |line: &str| {
        let mut code = line.split('`');
        let path = code.nth(1).expect("a path").to_owned();
        (path, code.nth(1).expect("a unit").to_owned())
    };
    rows.map(cells).collect()
}

/// A path with its names replaced by what the table calls them.
fn pattern(figure_path: &str) -> String {
    let mut segments = path::split(figure_path).unwrap();
    match segments[0].as_str() {
        "journeys" => segments[1] = "JOURNEY".to_owned(),
        "stores" => segments[1] = "STORE".to_owned(),
        _ => {}
    }
    let is_scope =
        |name: &str| name == "any" || Scope::ALL.iter().any(|scope| scope.name() == name);
    let is_stage = |name: &str| Stage::ALL.iter().any(|stage| stage.name() == name);
    for index in 1..segments.len() {
        let before = segments[index - 1].clone();
        if ["rto", "rpo"].contains(&before.as_str()) && is_scope(&segments[index]) {
            segments[index] = "SCOPE".to_owned();
        } else if before == "stages" && is_stage(&segments[index]) {
            segments[index] = "STAGE".to_owned();
        }
    }
    segments.join(".")
}

fn document_of(study: &Study, outcome: &Outcome) -> ResultDocument {
    ResultDocument::new(study, outcome)
}

#[test]
fn the_table_of_figures_is_that_of_the_code() {
    let (mut study, mut outcome) = example::outcome();
    outcome.tally.reads = outcome.tally.writes.clone();
    let mut found = BTreeMap::new();
    let mut collect = |document: &ResultDocument| {
        for (figure_path, figure) in path::figures(&document.to_value()) {
            found.insert(pattern(&figure_path), figure.unit.into_owned());
        }
    };
    collect(&document_of(&study, &outcome));
    study.topology.window.length.0 *= 2;
    collect(&document_of(&study, &outcome));
    assert_eq!(found, documented());
}

#[test]
fn every_path_leads_to_its_figure() {
    let (study, outcome) = example::outcome();
    let document = document_of(&study, &outcome);
    let figures = path::figures(&document.to_value());
    assert!(figures.len() > 60);
    for (figure_path, figure) in figures {
        let found = document.get(&figure_path).unwrap();
        assert_eq!(path::figure(&found), Some(figure), "{figure_path}");
    }
}

#[test]
fn documents_come_back_from_their_text() {
    let (study, outcome) = example::outcome();
    let document = document_of(&study, &outcome);
    let text = crate::report::json::render(&document);
    assert_eq!(
        serde_json::from_str::<ResultDocument>(&text).unwrap(),
        document
    );
}

#[test]
fn tables_add_up_to_the_downtime() {
    let (study, outcome) = example::outcome();
    let document = document_of(&study, &outcome);
    let shares: f64 = document.causes[0].rows.iter().map(|row| row.share).sum();
    assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    let downtime = document.journeys["checkout"]
        .downtime_per_year
        .estimate
        .unwrap();
    let stages = document.stages[0]
        .rows
        .iter()
        .map(|row| row.downtime.estimate.unwrap());
    assert!((stages.sum::<f64>() / downtime - 1.0).abs() < 1e-12);
    assert!(document.causes[0].rows[0].share >= document.causes[0].rows[1].share);
}

#[test]
fn objectives_are_judged_by_the_figures_they_name() {
    let (study, outcome) = example::outcome();
    let document = document_of(&study, &outcome);
    let statuses: Vec<Status> = document
        .objectives
        .iter()
        .map(|verdict| verdict.status)
        .collect();
    // Availability 99.9993 %; RTO 1300 s against 5 min; RPO 7 s against 10 s; 0.024 split brains against 0.001.
    assert_eq!(
        statuses,
        [Status::Met, Status::NotMet, Status::Met, Status::NotMet]
    );
    for verdict in &document.objectives {
        let found = document.get(&verdict.path).unwrap();
        assert_eq!(path::figure(&found).as_ref(), Some(&verdict.figure));
    }
}

/// The shards of a study, computed.
fn shards(study: &Study, count: u64) -> Vec<Partial> {
    let compute = |index| {
        let shard = Shard { index, count };
        let mut session = study.session_of(shard);
        while let Some(block) = session.next_block() {
            session.absorb(block, study.block(block));
        }
        Partial::new(study, serde_json::json!({}), shard, session.finish())
    };
    (1..=count).map(compute).collect()
}

#[test]
fn merged_shards_are_the_single_run_to_the_byte() {
    let study = example::study(Plan::Trials(1000));
    let whole = crate::report::json::render(&document_of(&study, &study.run()));
    for count in [1, 2, 3, 7] {
        let mut partials = shards(&study, count);
        partials.reverse();
        let written = serde_json::to_string(&partials).unwrap();
        let merged = merge(serde_json::from_str(&written).unwrap()).unwrap();
        let text = crate::report::json::render(&document_of(&study, &merged.outcome));
        assert_eq!(text, whole, "{count} shards");
    }
}

#[test]
fn blocks_fold_to_the_same_in_any_order() {
    let study = example::study(Plan::Trials(300));
    let mut session = study.session();
    let mut blocks = Vec::new();
    while let Some(block) = session.next_block() {
        blocks.push(block);
    }
    assert_eq!(blocks, [0, 1, 2, 3, 4]);
    for block in [4, 2, 0, 3, 1] {
        session.absorb(block, study.block(block));
    }
    assert_eq!(session.finish(), study.run());
}

#[test]
fn an_interrupted_run_keeps_the_prefix_and_says_so() {
    let study = example::study(Plan::Trials(300));
    let mut session = study.session();
    for block in [0, 1, 3] {
        assert!(session.next_block().is_some());
        session.absorb(block, study.block(block));
    }
    let outcome = session.finish();
    assert_eq!((outcome.tally.trials, outcome.complete), (128, false));
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let study = example::study(Plan::Trials(1000));
    let all = || shards(&study, 3);
    assert_eq!(merge(Vec::new()), Err(MergeError::Empty));

    let twice = vec![all().remove(0), all().remove(0)];
    assert_eq!(
        merge(twice),
        Err(MergeError::Overlap { index: 1, count: 3 })
    );

    let mut other_seed = all();
    other_seed[1].seed = 2;
    let message = merge(other_seed).unwrap_err().to_string();
    assert_eq!(
        message,
        "shard 2/3 is of another study: its seed is 2, elsewhere it is 1"
    );

    let mut short = all();
    short[2].tally.trials -= 1;
    assert!(matches!(
        merge(short),
        Err(MergeError::Trials { index: 3, .. })
    ));

    let mut absurd = all();
    absurd[0].shard.count = u64::MAX;
    assert!(matches!(merge(absurd), Err(MergeError::NoSuchShard { .. })));
}

#[test]
fn missing_shards_come_with_the_command_that_makes_them() {
    let study = example::study(Plan::Trials(1000));
    let mut partials = shards(&study, 3);
    partials.remove(0);
    partials[1].complete = false;
    let message = merge(partials).unwrap_err().to_string();
    assert!(
        message.starts_with("2 of 3 shards missing or interrupted"),
        "{message}"
    );
    for command in [
        "fivenines run MODEL --seed 1 --trials 1000 --shard 1/3 --out shard-1.json",
        "fivenines run MODEL --seed 1 --trials 1000 --shard 3/3 --out shard-3.json",
    ] {
        assert!(message.contains(command), "{message}");
    }
    assert!(message.contains(&study.model_hash), "{message}");
}

#[test]
fn an_availability_is_as_precise_as_what_it_lacks() {
    let (study, outcome) = example::outcome();
    let journey = study.topology.journeys[0].name.clone();
    let is_precise = |figure: &str, relative: f64| {
        let mut study = study.clone();
        study.plan = Plan::Precision {
            relative,
            max_trials: outcome.tally.trials,
        };
        study.precise = vec![format!("journeys.{journey}.{figure}")];
        study.is_precise(&outcome.tally)
    };
    let half_width = |figure: &str| {
        let widths = [1e-6, 1e-4, 1e-2, 0.1, 0.3, 1.0, 3.0, 10.0];
        widths.into_iter().find(|width| is_precise(figure, *width))
    };
    let found = half_width("availability.time");
    assert!(found > Some(1e-2), "{found:?}");
    assert_eq!(found, half_width("unavailability.time"));
}
