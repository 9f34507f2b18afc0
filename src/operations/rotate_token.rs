//! Changing the key of an API token: a new token with the same rights, and an end for the old one.

use std::time::Duration;

use super::issue_key::{Holder, NewKey, issue};
use crate::domain::id::{ProgramId, TokenId};
use crate::domain::key::SecretKey;
use crate::environment::Environment;
use crate::storage::error::StorageError;
use crate::storage::tokens;
use crate::storage::write::Write;

/// Why a token was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum NotRotated {
    /// The program has no such token.
    #[error("there is no such token")]
    NotFound,
    /// It has ended, or will: somebody has rotated or revoked it.
    #[error("the token has an end already")]
    Ending,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Makes a token like this one, which goes on working for `overlap`. Of two who rotate it at once one does.
///
/// # Errors
/// [`NotRotated`].
pub fn rotate_token(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    token: TokenId,
    overlap: Duration,
) -> Result<(TokenId, SecretKey), NotRotated> {
    let old = tokens::find_api_token(write.conn(), program, token)?.ok_or(NotRotated::NotFound)?;
    let now = env.clock.now();
    if old.expires_at.is_some() || !tokens::end(write, &old, now.plus(overlap))? {
        return Err(NotRotated::Ending);
    }
    let new = NewKey { id: env.mint.id(now), mode: old.mode, holder: Holder::of(&old)?, name: old.name };
    let id = new.id;
    Ok((id, issue(write, env, program, new)?))
}
