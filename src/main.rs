//! Hands the command line to `cli::run` and returns its exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    clue::cli::run(std::env::args_os())
}
