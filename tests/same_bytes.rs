//! The first contract, seen from outside: the same model, seed and number of trials give the same bytes, whatever the
//! number of threads, the split into shards, and the syntax of the model.
//!
//! Debug against release and native against WebAssembly is the matter of `tests/wasm`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Eight blocks, the last one short, so that seven shards are not all alike.
const TRIALS: &str = "730";

const YAML: &str = "\
# Two regions, one store.
fivenines: 1
name: syntax
places:
  east: { zones: [a, b] }
  west: { zones: [a] }
faults:
  zone-outage: { hits: each zone, every: 1y, lasts: { median: 2h, p95: 12h } }
services:
  api:
    runs: { east: 2, west: 1 }
    instance: { fails: { every: 180d, lasts: { mean: 4m } }, serves: 500/s }
    needs: [ db.write ]
stores:
  db:
    members: { primary: east/a, async: west/a }
    member: { fails: { every: 1y, lasts: 1h } }
    replication: async
    lag: { median: 200ms, p99: 5s }
    failover: { detect: { every: 10s, after: 3 }, decide: automatic, promote: 30s, fence: none }
traffic:
  api.example.com:
    to: api
    dns: { failover: [east, west], ttl: 60s, check: { every: 10s, after: 3 } }
journeys:
  checkout: { enters: api.example.com, writes: db, rate: 100/s }
objectives:
  checkout: { availability: 99.9% }
";

const JSON: &str = r#"{
  "fivenines": 1,
  "name": "syntax",
  "places": { "east": { "zones": ["a", "b"] }, "west": { "zones": ["a"] } },
  "faults": {
    "zone-outage": { "hits": "each zone", "every": "1y", "lasts": { "median": "2h", "p95": "12h" } }
  },
  "services": {
    "api": {
      "runs": { "east": 2, "west": 1 },
      "instance": { "fails": { "every": "180d", "lasts": { "mean": "4m" } }, "serves": "500/s" },
      "needs": ["db.write"]
    }
  },
  "stores": {
    "db": {
      "members": { "primary": "east/a", "async": "west/a" },
      "member": { "fails": { "every": "1y", "lasts": "1h" } },
      "replication": "async",
      "lag": { "median": "200ms", "p99": "5s" },
      "failover": {
        "detect": { "every": "10s", "after": 3 },
        "decide": "automatic",
        "promote": "30s",
        "fence": "none"
      }
    }
  },
  "traffic": {
    "api.example.com": {
      "to": "api",
      "dns": { "failover": ["east", "west"], "ttl": "60s", "check": { "every": "10s", "after": 3 } }
    }
  },
  "journeys": { "checkout": { "enters": "api.example.com", "writes": "db", "rate": "100/s" } },
  "objectives": { "checkout": { "availability": "99.9%" } }
}
"#;

/// What the program writes to standard output; it has to succeed.
fn fivenines(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fivenines"))
        .args(arguments)
        .output()
        .expect("the program starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {talk}");
    String::from_utf8(output.stdout).expect("results are UTF-8")
}

/// The result of a model as JSON.
fn run(model: &str, more: &[&str]) -> String {
    let plan = [
        "run", model, "--format", "json", "--seed", "1", "--trials", TRIALS,
    ];
    let result = fivenines(&[&plan[..], more].concat());
    assert!(result.contains("\"provenance\""), "no result: {result}");
    result
}

fn models() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let entries = std::fs::read_dir(directory).expect("there are models");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    paths.sort();
    assert!(!paths.is_empty(), "there are models");
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

fn assert_same(result: &str, expected: &str, what: &str) {
    let mut lines = result.lines().zip(expected.lines()).enumerate();
    let difference = lines.find(|(_, (line, other))| line != other);
    assert!(
        result == expected,
        "{what} changes the result, first at {difference:?}"
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for model in models() {
        let expected = run(&model, &["--threads", "1"]);
        for threads in ["2", "7"] {
            let result = run(&model, &["--threads", threads]);
            assert_same(&result, &expected, &format!("{threads} threads of {model}"));
        }
    }
}

#[test]
fn any_split_into_shards_gives_the_same_bytes() {
    let directory = tempfile::tempdir().expect("a directory for shards");
    for model in models() {
        let expected = run(&model, &[]);
        for count in [1, 2, 3, 7] {
            let mut files = Vec::new();
            for index in 1..=count {
                let file = directory.path().join(format!("{index}-of-{count}.json"));
                let file = file.display().to_string();
                let shard = format!("{index}/{count}");
                let plan = ["run", &model, "--seed", "1", "--trials", TRIALS];
                fivenines(&[&plan[..], &["--shard", &shard, "--out", &file]].concat());
                files.push(file);
            }
            files.rotate_left(count / 2);
            files.reverse();
            let mut arguments = vec!["merge", "--format", "json"];
            arguments.extend(files.iter().map(String::as_str));
            assert_same(
                &fivenines(&arguments),
                &expected,
                &format!("{count} shards of {model}"),
            );
        }
    }
}

#[test]
fn yaml_and_json_give_the_same_bytes() {
    let directory = tempfile::tempdir().expect("a directory for models");
    let results = [("model.yaml", YAML), ("model.json", JSON)].map(|(name, text)| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).expect("the model can be written");
        run(&file.display().to_string(), &[])
    });
    assert_same(&results[1], &results[0], "JSON");
}

#[test]
fn another_seed_gives_other_bytes() {
    let model = &models()[0];
    let plan = [
        "run",
        model.as_str(),
        "--format",
        "json",
        "--trials",
        TRIALS,
    ];
    let [first, second] =
        ["1", "2"].map(|seed| fivenines(&[&plan[..], &["--seed", seed]].concat()));
    assert_ne!(first.replace("\"seed\": 1", "\"seed\": 2"), second);
}
