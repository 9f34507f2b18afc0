//! Ending an API token at once.

use crate::domain::id::{ProgramId, TokenId};
use crate::environment::Environment;
use crate::storage::error::StorageError;
use crate::storage::tokens;
use crate::storage::write::Write;

/// Why a token was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum NotRevoked {
    /// The program has no such token.
    #[error("there is no such token")]
    NotFound,
    /// Somebody changed its end at the same moment.
    #[error("somebody else was faster")]
    Overtaken,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Lets a token open nothing from now on, and for good; answers whether it did until now.
///
/// # Errors
/// [`NotRevoked`].
pub fn revoke_token(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    token: TokenId,
) -> Result<bool, NotRevoked> {
    let row = tokens::find_api_token(write.conn(), program, token)?.ok_or(NotRevoked::NotFound)?;
    let now = env.clock.now();
    if row.expires_at.is_some_and(|end| end <= now) {
        return Ok(false);
    }
    if tokens::end(write, &row, now)? { Ok(true) } else { Err(NotRevoked::Overtaken) }
}
