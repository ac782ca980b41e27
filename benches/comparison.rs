//! One side of a comparison: does the work it is told to do and says how long that took.
//!
//! `cargo xtask bench` starts this program and others of the same kind in turn, so that what disturbs the machine
//! disturbs all sides. Each prints one JSON object: the work done (events or trials), the seconds it took and what shows that
//! it did the right thing. Deliberately absent: repeats, medians and ratios, which are the caller's.

mod fleet;
mod processor_time;
mod w1;

use std::hint::black_box;

use fivenines::estimate::stopping::Plan;
use fivenines::model;
use fivenines::report;
use fivenines::study::{Method, ResultDocument, Study};
use fivenines::topology::compile::compile_parsed;
use serde_json::{Value, json};

const USAGE: &str = "\
Usage: comparison engine FIRST COUNT     trials of the machine-repair workload with the engine
       comparison by-hand FIRST COUNT    the same with a loop written by hand
       comparison study MODEL TRIALS METHOD
                                         a study on one thread, from the text of a model to that of a result
       comparison growth PLACES TRIALS   trials of a generated model of so many places, loaded before
       comparison loading PLACES TIMES   reading, checking and compiling that model
";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| -> u64 { words[index].parse().expect("a number") };
    let said = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["engine", _, _] => workload(w1::with_engine, number(1), number(2)),
        ["by-hand", _, _] => workload(w1::by_hand, number(1), number(2)),
        ["study", file, _, method] => {
            let method = serde_json::from_value(method.into()).expect("a method");
            study(file, number(2), method)
        }
        ["growth", _, _] => growth(number(1), number(2)),
        ["loading", _, _] => loading(number(1), number(2)),
        _ => return print!("{USAGE}"),
    };
    println!("{said}");
}

fn workload(play: fn(u64) -> w1::Story, first: u64, count: u64) -> Value {
    let start = processor_time::seconds();
    let (mut events, mut instances_down) = (0, 0);
    for trial in first..first + count {
        let story = black_box(play(trial));
        events += story.events;
        // A thousand trials of this sum exceed 64 bits.
        instances_down += u128::from(story.instances_down);
    }
    let seconds = processor_time::seconds() - start;
    let whole = w1::HORIZON.0 as f64 * (w1::INSTANCES as u64 * count) as f64;
    let down = instances_down as f64 / whole;
    json!({ "work": events, "seconds": seconds, "down": down })
}

fn study(file: &str, trials: u64, method: Method) -> Value {
    let text = std::fs::read_to_string(file).expect("a model");
    let start = processor_time::seconds();
    let study = load(&text, trials, method);
    let result = report::json::render(&ResultDocument::new(&study, &study.run()));
    let seconds = processor_time::seconds() - start;
    json!({ "work": trials, "seconds": seconds, "bytes": result.len() })
}

fn growth(places: u64, trials: u64) -> Value {
    let study = load(&fleet::model_of(places as usize), trials, Method::Plain);
    let start = processor_time::seconds();
    black_box(study.run());
    let seconds = processor_time::seconds() - start;
    json!({ "work": trials, "seconds": seconds })
}

fn loading(places: u64, times: u64) -> Value {
    let text = fleet::model_of(places as usize);
    let start = processor_time::seconds();
    for _ in 0..times {
        black_box(load(&text, 1, Method::Plain));
    }
    let seconds = processor_time::seconds() - start;
    json!({ "work": times, "seconds": seconds })
}

fn load(text: &str, trials: u64, method: Method) -> Study {
    let parsed = model::parse(text, &[]);
    let model_hash = model::hash::hash(parsed.model.as_ref().expect("a model"));
    let (topology, _) = compile_parsed(parsed).unwrap_or_else(|problems| panic!("{problems:?}"));
    let plan = Plan::Trials(trials);
    Study::new(topology, model_hash, 1, plan, method)
}
