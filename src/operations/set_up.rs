//! Making a program, and the people who run it.
//!
//! The first visit of a fresh installation makes an owner and a program, once: whoever comes second finds somebody there.
//! The installation's one row is taken hold of first, so that two visits at once are one after the other on any database.

use std::net::IpAddr;

use super::audit::note;
use super::passwords::HashedPassword;
use super::sign_in::Known;
use super::throttle::{self, Guesser, NotLetIn, Throttled};
use crate::domain::audit::{Act, Action, AuditActor};
use crate::domain::currency::Currency;
use crate::domain::handle::{ClickParameter, EmailAddress, ProgramSlug};
use crate::domain::id::{ProgramId, UserId};
use crate::domain::name::Name;
use crate::domain::time::Zone;
use crate::domain::user::Role;
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored};
use crate::storage::installation;
use crate::storage::memberships::{self, MembershipRow};
use crate::storage::programs::{self, ProgramRow};
use crate::storage::users::{self, UserRow};
use crate::storage::write::Write;

/// A program to be made.
#[derive(Clone, Debug)]
pub struct NewProgram {
    /// What people call it; its name in URLs is made from this.
    pub name: String,
    /// In which commissions are computed.
    pub base_currency: Currency,
    /// Whose days its reports count in.
    pub zone: Zone,
}

/// Makes a program.
///
/// # Errors
/// [`crate::storage::error::Unique::ProgramSlug`] when a program goes by that name already.
pub fn create_program(write: &mut Write<'_>, env: &Environment, new: &NewProgram) -> Stored<ProgramRow> {
    insert_program(write, env, new, ProgramSlug::from_name(&new.name))
}

/// Makes a program under the first short name that is free: `shop`, `shop-2` and so on.
///
/// # Errors
/// [`crate::storage::error::Unique::ProgramSlug`] when somebody else took that name at the same time.
pub fn found_program(write: &mut Write<'_>, env: &Environment, new: &NewProgram) -> Stored<ProgramRow> {
    let wanted = ProgramSlug::from_name(&new.name);
    let mut slug = wanted.clone();
    let mut number = 1;
    while programs::has_slug(write.conn(), &slug)? {
        number += 1;
        slug = wanted.numbered(number);
    }
    insert_program(write, env, new, slug)
}

/// Makes a program of a person who is there already: they own it, and look at it next.
///
/// # Errors
/// As [`found_program`].
pub fn found_own_program(
    write: &mut Write<'_>,
    env: &Environment,
    owner: UserId,
    new: &NewProgram,
) -> Stored<ProgramRow> {
    let program = found_program(write, env, new)?;
    let (program_id, created_at) = (program.id, program.created_at);
    memberships::insert(write, &MembershipRow { user_id: owner, program_id, role: Role::Owner, created_at })?;
    users::set_last_program(write, owner, program_id)?;
    Ok(program)
}

fn insert_program(write: &mut Write<'_>, env: &Environment, new: &NewProgram, slug: ProgramSlug) -> Stored<ProgramRow> {
    let now = env.clock.now();
    let row = ProgramRow {
        id: env.mint.id(now),
        slug,
        name: new.name.clone(),
        base_currency: new.base_currency,
        time_zone: new.zone.name().to_owned(),
        click_parameter: ClickParameter::default().as_str().to_owned(),
        fallback_url: None,
        default_campaign_id: None,
        created_at: now,
    };
    programs::insert(write, &row)?;
    Ok(row)
}

/// A person to be made the owner of a program.
pub struct NewOwner {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// What people call them.
    pub name: String,
    /// The password's hash.
    pub password: HashedPassword,
}

/// Makes a person and gives them the program.
///
/// # Errors
/// [`crate::storage::error::Unique::UserEmail`] when the address is taken.
pub fn create_owner(
    write: &mut Write<'_>,
    env: &Environment,
    programs: &[ProgramId],
    owner: NewOwner,
) -> Result<UserId, StorageError> {
    let now = env.clock.now();
    let id = env.mint.id(now);
    let user = UserRow {
        id,
        email: owner.email.as_str().to_owned(),
        name: owner.name,
        password_hash: owner.password.as_str().to_owned(),
        created_at: now,
        totp_sealed: None,
        totp_last_step: 0,
        password_changed_at: now,
        last_program_id: programs.first().copied(),
    };
    users::insert(write, &user)?;
    for program_id in programs {
        let membership = MembershipRow { user_id: id, program_id: *program_id, role: Role::Owner, created_at: now };
        memberships::insert(write, &membership)?;
    }
    Ok(id)
}

/// The owner that the first visit makes.
#[derive(Clone, Debug)]
pub struct FirstOwner {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// What people call them.
    pub name: Name,
}

/// What the first visit made.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The owner, who is signed in at once.
    pub owner: Known,
    /// The program's name in URLs, where they are led.
    pub program: ProgramSlug,
}

/// Why a first visit makes nothing.
#[derive(Debug, thiserror::Error)]
pub enum SetUpRefused {
    /// The code is not the one that was printed.
    #[error("must be the code that was printed where Accrue was started")]
    WrongCode,
    /// There were too many wrong codes from this address.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Somebody has set it up already.
    #[error("this installation is set up already")]
    Done,
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<NotLetIn> for SetUpRefused {
    fn from(not_let_in: NotLetIn) -> Self {
        match not_let_in {
            NotLetIn::Throttled(throttled) => throttled.into(),
            NotLetIn::Storage(error) => error.into(),
        }
    }
}

/// Counts a code that somebody typed, and answers whether it lets them in.
///
/// # Errors
/// [`SetUpRefused::Throttled`], for the right code too: it is not looked at.
pub fn check_set_up_code(
    write: &mut Write<'_>,
    env: &Environment,
    right: bool,
    from: Option<IpAddr>,
) -> Result<bool, SetUpRefused> {
    let guesser = Guesser::at_set_up(env, from);
    let counted = throttle::let_in(write, env, &guesser)?;
    if right {
        throttle::take_back(write, counted)?;
        return Ok(true);
    }
    let by_a_stranger = |action| Act::outside(AuditActor::Stranger, action);
    note(write, env, &by_a_stranger(Action::SetUpCodeWrong))?;
    if throttle::is_full(write, env, &guesser)? {
        note(write, env, &by_a_stranger(Action::SignInThrottled))?;
    }
    Ok(false)
}

/// Makes the first owner and their program.
///
/// # Errors
/// [`SetUpRefused::Done`] when somebody is there already.
pub fn set_up(
    write: &mut Write<'_>,
    env: &Environment,
    owner: FirstOwner,
    password: HashedPassword,
    program: &NewProgram,
) -> Result<SetUp, SetUpRefused> {
    installation::bump_revision(write)?;
    if users::count(write.conn())? > 0 {
        return Err(SetUpRefused::Done);
    }
    let program = found_program(write, env, program)?;
    let owner = NewOwner { email: owner.email, name: owner.name.as_str().to_owned(), password };
    let user = create_owner(write, env, &[program.id], owner)?;
    // Read back: the clock has gone on, and a session names the very moment that stands in the row.
    let owner = users::find(write.conn(), user)?.ok_or(SetUpRefused::Done)?;
    let act = Act::in_program(program.id, AuditActor::User(user), Action::InstallationSetUp);
    note(write, env, &act.on(program.id))?;
    Ok(SetUp { owner: Known::of(&owner), program: program.slug })
}
