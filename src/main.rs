//! The command line of fivenines.

use std::process::ExitCode;

fn main() -> ExitCode {
    fivenines::cli::main()
}
