//! `token_uses`: when each key was last used, to within a minute. Nothing hangs on it, so what a crash takes is lost.

use std::collections::HashMap;

use diesel::prelude::*;

use super::conn::Conn;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::token_uses::{self, dsl};
use super::write::Write;
use crate::domain::id::TokenId;
use crate::domain::time::Timestamp;

#[derive(Insertable)]
#[diesel(table_name = token_uses)]
struct UseRow {
    token_id: TokenId,
    used_at: Timestamp,
}

/// When these keys were last used, those that ever were.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of(conn: &mut Conn, tokens: &[TokenId]) -> Stored<HashMap<TokenId, Timestamp>> {
    let those = dsl::token_uses.filter(dsl::token_id.eq_any(tokens));
    let found: Vec<(TokenId, Timestamp)> = those.select((dsl::token_id, dsl::used_at)).load(conn).stored()?;
    Ok(found.into_iter().collect())
}

/// Notes that a key was used for the first time.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, token_id: TokenId, used_at: Timestamp) -> Stored<()> {
    let row = UseRow { token_id, used_at };
    diesel::insert_into(dsl::token_uses).values(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Notes that a key was used again. An earlier time than what is noted changes nothing.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn update(write: &mut Write<'_>, token: TokenId, used_at: Timestamp) -> Stored<()> {
    let earlier = dsl::token_uses.filter(dsl::token_id.eq(token).and(dsl::used_at.lt(used_at)));
    diesel::update(earlier).set(dsl::used_at.eq(used_at)).execute(write.conn()).stored()?;
    Ok(())
}
