//! `accrue reset-password`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::config::Config;
use crate::domain::handle::EmailAddress;
use crate::environment::clock::Clock;
use crate::opening::{self, WhenInUse};
use crate::operations::change_password::reset_password;
use crate::operations::passwords::{self, ChosenPassword};
use crate::storage::write::transaction;

/// What `reset-password` is told.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The address they sign in with
    #[arg(long, value_parser = EmailAddress::parse)]
    email: EmailAddress,

    /// Turn their second factor off as well
    #[arg(long)]
    turn_off_totp: bool,
}

/// Gives somebody a new password, prints it once, and signs them out everywhere.
pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut opened = opening::open(config, Clock::system(), WhenInUse::Refuse)?;
    let env = &opened.environment;
    let (email, password) = (&arguments.email, ChosenPassword::made(env));
    let hashed = passwords::hash(&password, env)?;
    let reset =
        transaction(&mut opened.conn, |write| reset_password(write, env, email, &hashed, arguments.turn_off_totp))?;
    let Some(reset) = reset else {
        bail!("nobody signs in as {}", email.as_str());
    };
    println!("{} is signed out everywhere", email.as_str());
    println!("password (shown once): {}", password.reveal());
    if reset.still_owes_code {
        println!("a code of the second factor is still asked for; --turn-off-totp turns it off");
    }
    Ok(ExitCode::SUCCESS)
}
