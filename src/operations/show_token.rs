//! Showing the key of an API token again, to those who may see it.

use crate::domain::id::{ProgramId, TokenId};
use crate::domain::key::SecretKey;
use crate::environment::Environment;
use crate::storage::error::StorageError;
use crate::storage::tokens::{self, TokenRow};
use crate::storage::write::Write;

/// Why a key is not shown.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// The program has no such token.
    #[error("there is no such token")]
    NotFound,
    /// It opens nothing any more.
    #[error("the token has ended")]
    Ended,
    /// It was sealed for another row or with another master key.
    #[error("the key cannot be opened")]
    Unreadable,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A token that works, and its key. It takes a write, for whoever is shown a key is noted in the same transaction.
///
/// # Errors
/// [`NotShown`].
pub fn show_token(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    token: TokenId,
) -> Result<(TokenRow, SecretKey), NotShown> {
    let row = tokens::find_api_token(write.conn(), program, token)?.ok_or(NotShown::NotFound)?;
    if row.expires_at.is_some_and(|end| end <= env.clock.now()) {
        return Err(NotShown::Ended);
    }
    let key = env.keys.unseal(&row.sealed, row.id).ok_or(NotShown::Unreadable)?;
    Ok((row, key))
}
