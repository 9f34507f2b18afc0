//! The `accrue` program. Everything it does is in the library; here it is only started.

use std::process::ExitCode;

use accrue::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    Cli::parse().run()
}
