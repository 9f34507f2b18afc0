//! `tokens`: every key, of campaigns, programs and affiliates. The key itself is stored sealed, to be shown again; it is
//! found by its selector and checked by its verifier.

use diesel::prelude::*;

use super::campaigns::unreadable;
use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
use super::schema::tokens::{self, dsl};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, TokenId};
use crate::domain::key::KeyKind;
use crate::domain::permission::Scopes;
use crate::domain::time::Timestamp;

/// API tokens: every key but the campaigns', which their forms show.
const API_TOKENS: [KeyKind; 2] = [KeyKind::Program, KeyKind::Affiliate];

/// One key.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = tokens, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::key says what they mean")]
pub struct TokenRow {
    pub id: TokenId,
    pub program_id: ProgramId,
    pub campaign_id: Option<CampaignId>,
    pub affiliate_id: Option<AffiliateId>,
    pub kind: KeyKind,
    pub mode: Mode,
    pub name: String,
    pub scopes: String,
    pub selector: String,
    pub verifier: String,
    pub sealed: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl TokenRow {
    /// What it may do.
    ///
    /// # Errors
    /// [`super::error::StorageError`] for a stored word that is no right.
    pub fn rights(&self) -> Stored<Scopes> {
        Scopes::parse(&self.scopes).map_err(unreadable)
    }
}

/// Every key that has not expired at `now`.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all_valid(conn: &mut Conn, now: Timestamp) -> Stored<Vec<TokenRow>> {
    let valid = dsl::tokens.filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(now)));
    valid.order(dsl::id).select(TokenRow::as_select()).load(conn).stored()
}

/// Adds a key.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn insert(write: &mut Write<'_>, row: &TokenRow) -> Stored<()> {
    diesel::insert_into(dsl::tokens).values(row).execute(write.conn()).stored()?;
    installation::bump_revision(write)
}

/// Lets every key of a campaign in this mode end at `at`, unless it ends sooner.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn expire_campaign_keys(
    write: &mut Write<'_>,
    program: ProgramId,
    campaign: CampaignId,
    mode: Mode,
    at: Timestamp,
) -> Stored<usize> {
    let keys = dsl::tokens
        .filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign)).and(dsl::mode.eq(mode)))
        .filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(at)));
    let ended = diesel::update(keys).set(dsl::expires_at.eq(at)).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(ended)
}

/// The newest key of a campaign.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn newest_of_campaign(conn: &mut Conn, program: ProgramId, campaign: CampaignId) -> Stored<Option<TokenId>> {
    let keys = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign)));
    keys.order(dsl::id.desc()).select(dsl::id).first(conn).optional().stored()
}

/// The keys of a campaign in this mode that open something at `now`, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn valid_of_campaign(
    conn: &mut Conn,
    program: ProgramId,
    campaign: CampaignId,
    mode: Mode,
    now: Timestamp,
) -> Stored<Vec<TokenRow>> {
    let keys = dsl::tokens
        .filter(dsl::program_id.eq(program).and(dsl::campaign_id.eq(campaign)).and(dsl::mode.eq(mode)))
        .filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(now)));
    keys.order(dsl::id.desc()).select(TokenRow::as_select()).load(conn).stored()
}

/// An API token of this program, one that has ended included.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_api_token(conn: &mut Conn, program: ProgramId, token: TokenId) -> Stored<Option<TokenRow>> {
    Ok(find(conn, program, token)?.filter(|row| API_TOKENS.contains(&row.kind)))
}

/// The API tokens of a program that open something at `now`, the newest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn valid_api_tokens(conn: &mut Conn, program: ProgramId, now: Timestamp) -> Stored<Vec<TokenRow>> {
    let own = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::kind.ne(KeyKind::Campaign)));
    let valid = own.filter(dsl::expires_at.is_null().or(dsl::expires_at.gt(now)));
    valid.order(dsl::id.desc()).select(TokenRow::as_select()).load(conn).stored()
}

/// The API tokens of a program that have ended by `now`, at most `limit`, those that ended last first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn ended_api_tokens(conn: &mut Conn, program: ProgramId, now: Timestamp, limit: i64) -> Stored<Vec<TokenRow>> {
    let own = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::kind.ne(KeyKind::Campaign)));
    let ended = own.filter(dsl::expires_at.le(now)).order((dsl::expires_at.desc(), dsl::id.desc())).limit(limit);
    ended.select(TokenRow::as_select()).load(conn).stored()
}

/// Gives a key its end, if it stands as it was read, with the same end or with none. Answers whether it did.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn end(write: &mut Write<'_>, row: &TokenRow, at: Timestamp) -> Stored<bool> {
    let this = dsl::tokens.filter(dsl::program_id.eq(row.program_id).and(dsl::id.eq(row.id)));
    let ended = match row.expires_at {
        Some(seen) => {
            diesel::update(this.filter(dsl::expires_at.eq(seen))).set(dsl::expires_at.eq(at)).execute(write.conn())
        }
        None => {
            diesel::update(this.filter(dsl::expires_at.is_null())).set(dsl::expires_at.eq(at)).execute(write.conn())
        }
    };
    let ended = ended.stored()? == 1;
    installation::bump_revision(write)?;
    Ok(ended)
}

/// What these keys of a program are called.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn names(conn: &mut Conn, program: ProgramId, ids: &[TokenId]) -> Stored<Vec<(TokenId, String)>> {
    let own = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select((dsl::id, dsl::name)).load(conn).stored()
}

/// A key of this program, one that has ended included.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, token: TokenId) -> Stored<Option<TokenRow>> {
    let this = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::id.eq(token)));
    this.select(TokenRow::as_select()).first(conn).optional().stored()
}
