//! `affiliates` and `affiliate_codes`: who is paid, and by which codes they go.
//!
//! A code stands in links all over the web. So a code that somebody gave up stays theirs: it goes on naming them, and the
//! unique key of `affiliate_codes`, where every code that ever was has its row, keeps anybody else from getting it.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::{StorageError, Stored, Unique};
use super::installation;
use super::like::containing;
use super::pool::IntoStored;
use super::schema::affiliates::{self, dsl};
use super::schema::{affiliate_codes, affiliate_codes::dsl as codes_dsl, affiliate_money::dsl as money_dsl};
use super::write::Write;
use crate::domain::affiliate::{Affiliate, AffiliateStatus};
use crate::domain::folding::folded;
use crate::domain::handle::{AffiliateCode, EmailAddress};
use crate::domain::id::{AffiliateId, ProgramId};
use crate::domain::time::Timestamp;

/// One affiliate.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = affiliates, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::affiliate says what they mean")]
pub struct AffiliateRow {
    pub id: AffiliateId,
    pub program_id: ProgramId,
    pub code: AffiliateCode,
    pub name: String,
    pub email: Option<String>,
    pub status: AffiliateStatus,
    pub created_at: Timestamp,
}

impl From<AffiliateRow> for Affiliate {
    fn from(row: AffiliateRow) -> Self {
        Self {
            id: row.id,
            program_id: row.program_id,
            code: row.code,
            name: row.name,
            email: row.email.as_deref().and_then(|email| EmailAddress::parse(email).ok()),
            status: row.status,
        }
    }
}

/// Whom a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What their name, one of their codes or their e-mail address holds, in whatever case.
    pub text: Option<String>,
    /// Where they stand.
    pub status: Option<AffiliateStatus>,
    /// Only those to whom something is payable now.
    pub payable: bool,
}

/// Every affiliate of every program.
///
/// # Errors
/// [`StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Vec<AffiliateRow>> {
    dsl::affiliates.order(dsl::id).select(AffiliateRow::as_select()).load(conn).stored()
}

/// Every code that anybody has or had, with its program and owner.
///
/// # Errors
/// [`StorageError`].
pub fn all_codes(conn: &mut Conn) -> Stored<Vec<(ProgramId, AffiliateCode, AffiliateId)>> {
    use codes_dsl::{affiliate_codes, affiliate_id, code, program_id};
    affiliate_codes.select((program_id, code, affiliate_id)).load(conn).stored()
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, affiliates::table, MultiBackend>;

fn matching(program: ProgramId, wanted: &Wanted) -> Boxed<'static> {
    let mut found = dsl::affiliates.filter(dsl::program_id.eq(program)).into_boxed();
    if let Some(text) = &wanted.text {
        found = found.filter(dsl::search_text.like(containing(&folded(text))).escape('\\'));
    }
    if let Some(status) = wanted.status {
        found = found.filter(dsl::status.eq(status));
    }
    if wanted.payable {
        found = found.filter(dsl::id.eq_any(payable_to(program)));
    }
    found
}

/// To whom of a program something is payable: their balance is more than what of it is kept back.
#[diesel::dsl::auto_type]
fn payable_to(program: ProgramId) -> _ {
    let kept_back =
        money_dsl::waiting_minor + money_dsl::held_minor + money_dsl::disputed_minor + money_dsl::in_payout_minor;
    let owed = money_dsl::program_id.eq(program).and(money_dsl::balance_minor.gt(kept_back));
    money_dsl::affiliate_money.filter(owed).select(money_dsl::affiliate_id)
}

/// How many affiliates of a program are wanted.
///
/// # Errors
/// [`StorageError`].
pub fn count(conn: &mut Conn, program: ProgramId, wanted: &Wanted) -> Stored<i64> {
    matching(program, wanted).count().get_result(conn).stored()
}

/// At most `limit` of them after the first `offset`, the newest first.
///
/// # Errors
/// [`StorageError`].
pub fn newest(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    (offset, limit): (i64, i64),
) -> Stored<Vec<AffiliateRow>> {
    let found = matching(program, wanted).order(dsl::id.desc()).offset(offset).limit(limit);
    found.select(AffiliateRow::as_select()).load(conn).stored()
}

/// An affiliate of this program.
///
/// # Errors
/// [`StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<Option<AffiliateRow>> {
    let this = dsl::affiliates.filter(dsl::program_id.eq(program).and(dsl::id.eq(affiliate)));
    this.select(AffiliateRow::as_select()).first(conn).optional().stored()
}

/// What these affiliates of a program are called.
///
/// # Errors
/// [`StorageError`].
pub fn names(conn: &mut Conn, program: ProgramId, ids: &[AffiliateId]) -> Stored<Vec<(AffiliateId, String)>> {
    let own = dsl::affiliates.filter(dsl::program_id.eq(program).and(dsl::id.eq_any(ids)));
    own.select((dsl::id, dsl::name)).load(conn).stored()
}

/// Whose code this is or was.
///
/// # Errors
/// [`StorageError`].
pub fn owner_of_code(conn: &mut Conn, program: ProgramId, code: &AffiliateCode) -> Stored<Option<AffiliateId>> {
    let this = codes_dsl::affiliate_codes.find((program, code));
    this.select(codes_dsl::affiliate_id).first(conn).optional().stored()
}

/// Every code an affiliate has or had, in alphabetical order.
///
/// # Errors
/// [`StorageError`].
pub fn codes_of(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<Vec<AffiliateCode>> {
    use codes_dsl::{affiliate_codes, affiliate_id, code, program_id};
    let theirs = affiliate_codes.filter(affiliate_id.eq(affiliate).and(program_id.eq(program)));
    theirs.order(code).select(code).load(conn).stored()
}

/// Adds an affiliate.
///
/// # Errors
/// [`Unique::AffiliateCode`] when somebody in the program has or had that code.
pub fn insert(write: &mut Write<'_>, row: &AffiliateRow) -> Stored<()> {
    let searched = dsl::search_text.eq(search_text(row, std::slice::from_ref(&row.code)));
    diesel::insert_into(dsl::affiliates).values((row, searched)).execute(write.conn()).stored()?;
    insert_code(write, row)?;
    installation::bump_revision(write)
}

/// Replaces the name, e-mail address and code of an affiliate that is there; answers whether it is. The code it had stays
/// its own.
///
/// # Errors
/// [`Unique::AffiliateCode`] when somebody else in the program has or had that code.
pub fn update(write: &mut Write<'_>, row: &AffiliateRow) -> Stored<bool> {
    match owner_of_code(write.conn(), row.program_id, &row.code)? {
        Some(owner) if owner == row.id => {}
        Some(_) => return Err(StorageError::Taken(Unique::AffiliateCode)),
        None => insert_code(write, row)?,
    }
    let codes = codes_of(write.conn(), row.program_id, row.id)?;
    let this = dsl::affiliates.filter(dsl::program_id.eq(row.program_id).and(dsl::id.eq(row.id)));
    let facts = (
        dsl::name.eq(&row.name),
        dsl::email.eq(&row.email),
        dsl::code.eq(&row.code),
        dsl::search_text.eq(search_text(row, &codes)),
    );
    let changed = diesel::update(this).set(facts).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(changed == 1)
}

/// Moves an affiliate from one status to another; answers whether it was there and stood where it was thought to.
///
/// # Errors
/// [`StorageError`].
pub fn change_status(
    write: &mut Write<'_>,
    program: ProgramId,
    affiliate: AffiliateId,
    (from, to): (AffiliateStatus, AffiliateStatus),
) -> Stored<bool> {
    let this = dsl::affiliates.filter(dsl::program_id.eq(program).and(dsl::id.eq(affiliate)));
    let this = this.filter(dsl::status.eq(from));
    let changed = diesel::update(this).set(dsl::status.eq(to)).execute(write.conn()).stored()?;
    installation::bump_revision(write)?;
    Ok(changed == 1)
}

fn insert_code(write: &mut Write<'_>, row: &AffiliateRow) -> Stored<()> {
    let code =
        (codes_dsl::program_id.eq(row.program_id), codes_dsl::code.eq(&row.code), codes_dsl::affiliate_id.eq(row.id));
    diesel::insert_into(affiliate_codes::table).values(code).execute(write.conn()).stored()?;
    Ok(())
}

/// What an affiliate is found by.
fn search_text(row: &AffiliateRow, codes: &[AffiliateCode]) -> String {
    let codes = codes.iter().map(AffiliateCode::as_str);
    let words: Vec<&str> = std::iter::once(row.name.as_str()).chain(codes).chain(row.email.as_deref()).collect();
    folded(&words.join(" "))
}
