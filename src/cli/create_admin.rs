//! `accrue create-admin`.

use std::io;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use crate::config::Config;
use crate::domain::currency::Currency;
use crate::domain::handle::EmailAddress;
use crate::domain::id::ProgramId;
use crate::domain::time::Zone;
use crate::domain::user::Password;
use crate::environment::clock::Clock;
use crate::opening::{self, WhenInUse};
use crate::operations::set_up::{HashedPassword, NewOwner, NewProgram, create_owner, create_program, hash_password};
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::write::{Write, transaction};
use crate::storage::{installation, programs};

/// What `create-admin` is told.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The address to sign in with
    #[arg(long, value_parser = EmailAddress::parse)]
    email: EmailAddress,

    /// What people call them; default: what stands before the @
    #[arg(long)]
    name: Option<String>,

    /// Read the password from standard input (one line) instead of making one
    #[arg(long)]
    password_stdin: bool,

    /// The name of the program, if there is none yet; default: My program
    #[arg(long)]
    program: Option<String>,

    /// Its base currency, fixed once a conversion exists; default: USD
    #[arg(long, value_parser = Currency::parse)]
    currency: Option<Currency>,

    /// Its time zone, such as Europe/Berlin; default: UTC
    #[arg(long, value_parser = Zone::parse)]
    time_zone: Option<Zone>,
}

impl Arguments {
    fn describe_a_program(&self) -> bool {
        self.program.is_some() || self.currency.is_some() || self.time_zone.is_some()
    }
}

/// Makes the person, and the program if there is none, and prints a password that it made.
pub(super) fn run(config: &Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut opened = opening::open(config, Clock::system(), WhenInUse::Refuse)?;
    let existing = programs::all(&mut opened.conn)?;
    if let Some(program) = existing.first().filter(|_| arguments.describe_a_program()) {
        bail!("there is a program already, {}; leave out --program, --currency and --time-zone", program.name);
    }
    let env = &opened.environment;
    let given = if arguments.password_stdin { Some(read_password()?) } else { None };
    let password = given.clone().unwrap_or_else(|| env.mint.password());
    let hashed = hash_password(&password, env)?;
    let email = arguments.email.clone();
    let made = transaction(&mut opened.conn, |write| make(write, env, arguments, hashed));
    match made {
        Err(StorageError::Taken(Unique::UserEmail)) => bail!("somebody signs in as {} already", email.as_str()),
        made => made?,
    }
    println!("{} owns the program now", email.as_str());
    if given.is_none() {
        println!("password (shown once): {}", password.reveal());
    }
    Ok(ExitCode::SUCCESS)
}

fn make(
    write: &mut Write<'_>,
    env: &crate::environment::Environment,
    arguments: Arguments,
    password: HashedPassword,
) -> Stored<()> {
    let mut owned: Vec<ProgramId> = programs::all(write.conn())?.iter().map(|program| program.id).collect();
    if owned.is_empty() {
        let new = NewProgram {
            name: arguments.program.unwrap_or_else(|| "My program".into()),
            base_currency: arguments.currency.unwrap_or(Currency::USD),
            zone: arguments.time_zone.unwrap_or_else(Zone::utc),
        };
        owned.push(create_program(write, env, &new)?.id);
    }
    let before_at = arguments.email.as_str().split('@').next().unwrap_or_default().to_owned();
    let owner = NewOwner { name: arguments.name.unwrap_or(before_at), email: arguments.email, password };
    create_owner(write, env, &owned, owner)?;
    installation::bump_revision(write)
}

fn read_password() -> anyhow::Result<Password> {
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("the password could not be read from standard input")?;
    Password::new(line.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|error| anyhow::anyhow!("the password {error}"))
}
