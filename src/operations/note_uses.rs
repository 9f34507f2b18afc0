//! Writing down when keys were last used.

use crate::domain::id::TokenId;
use crate::domain::time::Timestamp;
use crate::storage::error::Stored;
use crate::storage::token_uses;
use crate::storage::write::Write;

/// Notes these uses, where they are later than what is noted.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn note_uses(write: &mut Write<'_>, uses: &[(TokenId, Timestamp)]) -> Stored<()> {
    let ids: Vec<TokenId> = uses.iter().map(|(token, _)| *token).collect();
    let noted = token_uses::of(write.conn(), &ids)?;
    for (token, at) in uses {
        match noted.get(token) {
            None => token_uses::insert(write, *token, *at)?,
            Some(before) if before < at => token_uses::update(write, *token, *at)?,
            Some(_) => {}
        }
    }
    Ok(())
}
