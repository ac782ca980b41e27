//! The program as users meet it: what it prints, writes, and exits with.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MODEL: &str = "models/two-region-failover.yaml";

fn fivenines(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fivenines"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("the output is UTF-8")
}

fn text_of(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

#[test]
fn threads_change_nothing() {
    let one = fivenines(&["run", MODEL, "--trials", "1000", "--threads", "1", "--json"]);
    let three = fivenines(&["run", MODEL, "--trials", "1000", "--threads", "3", "--json"]);
    assert_eq!(one.status.code(), Some(0), "{}", stderr(&one));
    assert_eq!(stdout(&one), stdout(&three));
}

#[test]
fn merged_shards_are_the_single_run_to_the_byte() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files: Vec<PathBuf> = (1..=3)
        .map(|index| directory.path().join(format!("{index}.json")))
        .collect();
    for (index, file) in files.iter().enumerate() {
        let shard = format!("{}/3", index + 1);
        let arguments = [
            "run",
            MODEL,
            "--trials",
            "1000",
            "--shard",
            &shard,
            "--out",
            text_of(file),
        ];
        let output = fivenines(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let merged = fivenines(&[
        "merge",
        text_of(&files[2]),
        text_of(&files[0]),
        text_of(&files[1]),
        "--json",
    ]);
    assert_eq!(merged.status.code(), Some(0), "{}", stderr(&merged));
    let single = fivenines(&["run", MODEL, "--trials", "1000", "--json"]);
    assert_eq!(stdout(&merged), stdout(&single));

    let missing = fivenines(&["merge", text_of(&files[0]), text_of(&files[2])]);
    assert_eq!(missing.status.code(), Some(2));
    let command = "fivenines run MODEL --seed 1 --trials 1000 --shard 2/3 --out shard-2.json";
    assert!(stderr(&missing).contains(command), "{}", stderr(&missing));
}

#[test]
fn exit_codes_tell_failures_from_mistakes() {
    let few = ["run", MODEL, "--trials", "300", "--quiet"];
    let with = |more: &str| {
        let mut arguments = few.to_vec();
        arguments.push(more);
        fivenines(&arguments).status.code()
    };
    assert_eq!(
        with("--assert=journeys.checkout.availability.request >= 0"),
        Some(0)
    );
    assert_eq!(
        with("--assert=journeys.checkout.availability.request >= 1"),
        Some(1)
    );
    assert_eq!(
        with("--assert=journeys.nobody.availability.request >= 1"),
        Some(2)
    );
    assert_eq!(with("--get=journeys.nobody"), Some(2));
    assert_eq!(
        fivenines(&["run", "no-such-file.yaml"]).status.code(),
        Some(2)
    );
    assert_eq!(fivenines(&["fly"]).status.code(), Some(2));
    assert_eq!(fivenines(&["check", MODEL]).status.code(), Some(0));
    let broken = ["check", MODEL, "--set", "journeys.checkout.rate=soon"];
    assert_eq!(fivenines(&broken).status.code(), Some(1));
}

#[test]
fn a_directory_holds_the_tables() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let out = directory.path().join("results");
    let output = fivenines(&[
        "run",
        MODEL,
        "--trials",
        "300",
        "--out",
        text_of(&out),
        "--json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut names: Vec<String> = std::fs::read_dir(&out)
        .expect("the directory is there")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["causes.csv", "figures.csv", "result.json", "summary.txt"]
    );
    let document = std::fs::read_to_string(out.join("result.json")).expect("a file");
    assert_eq!(document, stdout(&output));
}

#[test]
fn one_figure_alone_is_a_number() {
    let path = "journeys.checkout.availability.request";
    let output = fivenines(&["run", MODEL, "--trials", "300", "--get", path]);
    let value: f64 = stdout(&output).trim().parse().expect("a number");
    assert!(0.5 < value && value <= 1.0, "{value}");
}

#[test]
fn mistakes_in_assertions_are_usage_errors() {
    for (assertion, unit) in [
        ("journeys.checkout.availability.request >= 1h", "`share`"),
        ("journeys.checkout.rto.any.p95 <= 5%", "`s`"),
    ] {
        let output = fivenines(&["run", MODEL, "--trials", "300", "--assert", assertion]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(unit), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let unseen = "--assert=journeys.checkout.rto.rack.p95 <= 5m";
    let output = fivenines(&["run", MODEL, "--trials", "300", unseen]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("never tested"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let output = fivenines(&["check", "no-such-file.yaml", MODEL]);
    assert_eq!(output.status.code(), Some(2));
    let talk = stderr(&output);
    assert!(
        talk.contains("no-such-file.yaml") && talk.contains(&format!("{MODEL}: fine")),
        "{talk}"
    );
}

#[test]
fn a_result_is_not_a_shard() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("full.json");
    let single = fivenines(&["run", MODEL, "--trials", "10", "--json"]);
    std::fs::write(&file, &single.stdout).expect("a file");
    let output = fivenines(&["merge", text_of(&file)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("whole result, not a shard"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn programs_get_the_problems_of_a_model_as_json() {
    let output = fivenines(&[
        "run",
        MODEL,
        "--json",
        "--set",
        "journeys.checkout.rate=soon",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let problems: serde_json::Value = serde_json::from_str(&stderr(&output)).expect("JSON");
    assert_eq!(problems[0]["diagnostics"][0]["code"], "E0206");
}

/// Trials so long that a block takes minutes.
#[cfg(unix)]
#[test]
fn a_signal_ends_a_long_block() {
    let child = Command::new(env!("CARGO_BIN_EXE_fivenines"))
        .args(["run", MODEL, "--set", "faults.region-outage.every=40s"])
        .args(["--set", "faults.region-outage.lasts=1s"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The handler is there long before; an early signal would end the program without a code.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .expect("kill is there");
    assert!(sent.success());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
}
