//! The project's tasks, each a subcommand of `cargo xtask`.
//!
//! A program in the project's own language instead of scripts: the same command does the same thing on a developer's
//! machine and on a build server, and nothing has to be installed beside the toolchain and node. Deliberately absent:
//! an argument parser (there is one word to read) and anything that only a build server would run.

mod bench;
mod command;
mod schema;
mod test;
mod wasm;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask TASK

Tasks:
  test    everything that a change has to pass; needs node
  bench   how fast it is against other ways, as a table of ratios; takes minutes; needs node and python3,
          and for some rows chromium
  wasm    build the WebAssembly packages into target/wasm/node and target/wasm/web
  schema  write schema/*.json from the types that read models and write results
";

fn main() -> ExitCode {
    let task: Vec<String> = std::env::args().skip(1).collect();
    let done = match task.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test::run(),
        ["bench"] => bench::run(),
        ["wasm"] => wasm::build().map(|packages| println!("{}", packages.root.display())),
        ["schema"] => schema::write(),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
