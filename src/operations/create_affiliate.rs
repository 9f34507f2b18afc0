//! Taking an affiliate into a program.

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::handle::{AffiliateCode, EmailAddress};
use crate::domain::id::{AffiliateId, ProgramId};
use crate::environment::Environment;
use crate::storage::affiliates::{self, AffiliateRow};
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// An affiliate to be taken in.
#[derive(Clone, Debug)]
pub struct NewAffiliate {
    /// The short code.
    pub code: AffiliateCode,
    /// What people call it.
    pub name: String,
    /// Where it is written to.
    pub email: Option<EmailAddress>,
    /// Where it stands.
    pub status: AffiliateStatus,
}

/// Takes an affiliate in.
///
/// # Errors
/// [`crate::storage::error::Unique::AffiliateCode`] when the program has that code.
pub fn create_affiliate(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    new: NewAffiliate,
) -> Stored<AffiliateId> {
    let now = env.clock.now();
    let row = AffiliateRow {
        id: env.mint.id(now),
        program_id: program,
        code: new.code,
        name: new.name,
        email: new.email.map(|email| email.as_str().to_owned()),
        status: new.status,
        created_at: now,
    };
    affiliates::insert(write, &row)?;
    Ok(row.id)
}
