//! Changing what is known of an affiliate.

use crate::domain::handle::{AffiliateCode, EmailAddress};
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::name::Name;
use crate::storage::affiliates;
use crate::storage::error::Stored;
use crate::storage::write::Write;

/// What an affiliate is to be known by.
#[derive(Clone, Debug)]
pub struct AffiliateFacts {
    /// The short code. One it had before stays its own and goes on naming it.
    pub code: AffiliateCode,
    /// What people call it.
    pub name: Name,
    /// Where it is written to.
    pub email: Option<EmailAddress>,
}

/// Changes an affiliate; answers whether the program has it.
///
/// # Errors
/// [`crate::storage::error::Unique::AffiliateCode`] when somebody else in the program has or had that code.
pub fn change_affiliate(
    write: &mut Write<'_>,
    program: ProgramId,
    affiliate: AffiliateId,
    facts: AffiliateFacts,
) -> Stored<bool> {
    let Some(mut row) = affiliates::find(write.conn(), program, affiliate)? else {
        return Ok(false);
    };
    row.code = facts.code;
    row.name = facts.name.as_str().to_owned();
    row.email = facts.email.map(|email| email.as_str().to_owned());
    affiliates::update(write, &row)
}
