//! Making a program, and the people who run it.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};

use crate::domain::currency::Currency;
use crate::domain::handle::{ClickParameter, EmailAddress, ProgramSlug};
use crate::domain::id::{ProgramId, UserId};
use crate::domain::time::Zone;
use crate::domain::user::{Password, Role};
use crate::environment::Environment;
use crate::storage::error::{StorageError, Stored};
use crate::storage::programs::{self, ProgramRow};
use crate::storage::users::{self, MembershipRow, UserRow};
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
    let now = env.clock.now();
    let row = ProgramRow {
        id: env.mint.id(now),
        slug: ProgramSlug::from_name(&new.name),
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

/// A password as it is stored: a hash in PHC form.
pub struct HashedPassword(String);

/// A password could not be hashed: the machine has no memory for it.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingFailed(String);

/// Hashes a password with Argon2id, 19 MiB and two passes (OWASP's minimum). Slow on purpose: call it outside any
/// transaction and off the async threads.
///
/// # Errors
/// [`HashingFailed`].
pub fn hash_password(password: &Password, env: &Environment) -> Result<HashedPassword, HashingFailed> {
    let failed = |error: &dyn std::fmt::Display| HashingFailed(error.to_string());
    let params = Params::new(19_456, 2, 1, None).map_err(|error| failed(&error))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = env.mint.bytes::<16>();
    let hash = hasher.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(HashedPassword(hash.to_string()))
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
        password_hash: owner.password.0,
        created_at: now,
        totp_sealed: None,
        totp_last_step: 0,
        password_changed_at: now,
        last_program_id: programs.first().copied(),
    };
    users::insert(write, &user)?;
    for program_id in programs {
        let membership = MembershipRow { user_id: id, program_id: *program_id, role: Role::Owner, created_at: now };
        users::insert_membership(write, &membership)?;
    }
    Ok(id)
}
