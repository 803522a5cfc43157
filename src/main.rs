//! Hands the command line to `cli::run` and returns its exit code. Nothing else.

use std::process::ExitCode;

/// A check makes millions of small values; the system's allocator is a fifth of its cost, and on musl most of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    clue::memory::keep_freed();
    clue::cli::run(std::env::args_os())
}
