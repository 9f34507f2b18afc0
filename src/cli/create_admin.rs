//! `accrue create-admin`.

use std::io;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use crate::config::Config;
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::currency::Currency;
use crate::domain::handle::EmailAddress;
use crate::domain::id::ProgramId;
use crate::domain::name::Name;
use crate::domain::time::Zone;
use crate::environment::clock::Clock;
use crate::opening::{self, WhenInUse};
use crate::operations::audit::note;
use crate::operations::passwords::{self, ChosenPassword, HashedPassword};
use crate::operations::set_up::{NewOwner, NewProgram, create_owner, create_program};
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
    #[arg(long, value_parser = Name::parse)]
    name: Option<Name>,

    /// Read the password from standard input (one line) instead of making one
    #[arg(long)]
    password_stdin: bool,

    /// The name of the program, if there is none yet; default: My program
    #[arg(long, value_parser = Name::parse)]
    program: Option<Name>,

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

    /// What people call them.
    fn owner_name(&self) -> String {
        let before_at = self.email.as_str().split('@').next().unwrap_or_default();
        self.name.as_ref().map_or(before_at, Name::as_str).to_owned()
    }

    /// What the program is called, if it is to be made.
    fn program_name(&self) -> String {
        self.program.as_ref().map_or("My program", Name::as_str).to_owned()
    }
}

/// Makes the person, and the program if there is none, and prints a password that it made.
pub(super) fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut opened = opening::open(config, Clock::system(), WhenInUse::Refuse)?;
    let existing = programs::all(&mut opened.conn)?;
    if let Some(program) = existing.first().filter(|_| arguments.describe_a_program()) {
        bail!("there is a program already, {}; leave out --program, --currency and --time-zone", program.name);
    }
    let env = &opened.environment;
    let password = if arguments.password_stdin {
        let program = existing.first().map_or_else(|| arguments.program_name(), |program| program.name.clone());
        read_password(&[arguments.email.as_str(), &arguments.owner_name(), &program])?
    } else {
        ChosenPassword::made(env)
    };
    let was_made = !arguments.password_stdin;
    let hashed = passwords::hash(&password, env)?;
    let email = arguments.email.clone();
    let made = transaction(&mut opened.conn, |write| make(write, env, arguments, hashed));
    match made {
        Err(StorageError::Taken(Unique::UserEmail)) => bail!("somebody signs in as {} already", email.as_str()),
        made => made?,
    }
    println!("{} owns the program now", email.as_str());
    if was_made {
        println!("password (shown once): {}", password.reveal());
    }
    Ok(ExitCode::SUCCESS)
}

fn make(
    write: &mut Write<'_>,
    env: &crate::environment::Environment,
    arguments: &Arguments,
    password: HashedPassword,
) -> Stored<()> {
    let mut owned: Vec<ProgramId> = programs::all(write.conn())?.iter().map(|program| program.id).collect();
    if owned.is_empty() {
        let new = NewProgram {
            name: arguments.program_name(),
            base_currency: arguments.currency.unwrap_or(Currency::USD),
            zone: arguments.time_zone.clone().unwrap_or_else(Zone::utc),
        };
        owned.push(create_program(write, env, &new)?.id);
    }
    let owner = NewOwner { name: arguments.owner_name(), email: arguments.email.clone(), password };
    let made = create_owner(write, env, &owned, owner)?;
    for program in owned {
        note(write, env, &Act::in_program(program, AuditActor::CommandLine, Action::AdminCreated).on(made))?;
    }
    installation::bump_revision(write)
}

/// Reads the password that somebody chose, whom these words are about.
fn read_password(about: &[&str]) -> anyhow::Result<ChosenPassword> {
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("the password could not be read from standard input")?;
    ChosenPassword::choose(line.trim_end_matches(['\r', '\n']), about)
        .map_err(|error| anyhow::anyhow!("the password {error}"))
}
