//! `tokens`: every key, of campaigns, programs and affiliates. The key itself is stored sealed, to be shown again; it is
//! found by its selector and checked by its verifier.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::installation;
use super::pool::IntoStored;
use super::schema::tokens::{self, dsl};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId, TokenId};
use crate::domain::key::KeyKind;
use crate::domain::time::Timestamp;

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

/// A key of this program, one that has ended included.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, token: TokenId) -> Stored<Option<TokenRow>> {
    let this = dsl::tokens.filter(dsl::program_id.eq(program).and(dsl::id.eq(token)));
    this.select(TokenRow::as_select()).first(conn).optional().stored()
}
