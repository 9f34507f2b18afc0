//! Taking an affiliate into a program.

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::handle::{AffiliateCode, EmailAddress};
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::name::Name;
use crate::environment::Environment;
use crate::storage::affiliates::{self, AffiliateRow};
use crate::storage::error::{StorageError, Stored, Unique};
use crate::storage::write::Write;

/// An affiliate to be taken in.
#[derive(Clone, Debug)]
pub struct NewAffiliate {
    /// The short code; none to have one made of the name.
    pub code: Option<AffiliateCode>,
    /// What people call it.
    pub name: Name,
    /// Where it is written to.
    pub email: Option<EmailAddress>,
    /// Where it stands.
    pub status: AffiliateStatus,
}

/// Takes an affiliate in.
///
/// # Errors
/// [`Unique::AffiliateCode`] when somebody in the program has or had that code.
pub fn create_affiliate(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    new: NewAffiliate,
) -> Stored<AffiliateId> {
    let now = env.clock.now();
    let code = match new.code {
        Some(code) => code,
        None => free_code(write, env, program, &new.name)?,
    };
    if affiliates::owner_of_code(write.conn(), program, &code)?.is_some() {
        return Err(StorageError::Taken(Unique::AffiliateCode));
    }
    let row = AffiliateRow {
        id: env.mint.id(now),
        program_id: program,
        code,
        name: new.name.as_str().to_owned(),
        email: new.email.map(|email| email.as_str().to_owned()),
        status: new.status,
        created_at: now,
    };
    affiliates::insert(write, &row)?;
    Ok(row.id)
}

/// The code that the name suggests, with a number behind it where others had it before; after ten of one name, with
/// random characters, so that the writing thread is not kept counting.
fn free_code(write: &mut Write<'_>, env: &Environment, program: ProgramId, name: &Name) -> Stored<AffiliateCode> {
    let numbered = (2..=10).map(|number| format!("-{number}"));
    for tail in std::iter::once(String::new()).chain(numbered) {
        let code = AffiliateCode::from_name(name.as_str(), &tail);
        if affiliates::owner_of_code(write.conn(), program, &code)?.is_none() {
            return Ok(code);
        }
    }
    Ok(AffiliateCode::from_name(name.as_str(), &format!("-{}", env.mint.link_code())))
}
