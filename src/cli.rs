//! The command line: `accrue [serve]`, `demo`, `create-admin`, `reset-password`, `rates import`, `migrate`, `verify`,
//! `health`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line answers by printing")]

mod create_admin;
mod demo;
mod demo_campaigns;
mod demo_history;
mod health;
mod migrate;
mod rates;
mod reset_password;
mod serve;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::telemetry;

/// Accrue, a self-hosted affiliate conversion tracker.
#[derive(Parser, Debug)]
#[command(name = "accrue", version, about, long_about = None, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    config: Config,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve links and tracking endpoints (what accrue does when told nothing)
    Serve,
    /// Fill an empty database with a program to try, and print its keys and links
    Demo(demo::Arguments),
    /// Make a person who owns the program, and the program if there is none
    CreateAdmin(create_admin::Arguments),
    /// Give somebody a new password, sign them out everywhere
    ResetPassword(reset_password::Arguments),
    /// Take in exchange rates
    Rates(rates::Arguments),
    /// Bring the database to this version's schema
    Migrate,
    /// Compute every commission and every report again and say what differs
    Verify,
    /// Say whether the installation is sound
    Health,
}

impl Cli {
    /// Does what was asked. Whatever stands in the way is one sentence on standard error, and a failure.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let config = &self.config;
        let done = telemetry::start(config).map_err(anyhow::Error::from).and_then(|()| {
            match self.command.unwrap_or(Command::Serve) {
                Command::Serve => serve::run(config),
                Command::Demo(arguments) => demo::run(config, &arguments),
                Command::CreateAdmin(arguments) => create_admin::run(config, &arguments),
                Command::ResetPassword(arguments) => reset_password::run(config, &arguments),
                Command::Rates(arguments) => rates::run(config, &arguments),
                Command::Migrate => migrate::run(config),
                Command::Verify => verify::run(config),
                Command::Health => health::run(config),
            }
        });
        done.unwrap_or_else(|error| {
            eprintln!("accrue: {error:#}");
            ExitCode::FAILURE
        })
    }
}
