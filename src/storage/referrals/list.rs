//! Referrals as a page shows them: a program's newest, those that are meant, and what one of them bought.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Named, ReferralIdentifierRow, ReferralRow, named};
use crate::domain::click_token::Mode;
use crate::domain::event::Trust;
use crate::domain::id::{AffiliateId, CampaignId, ConversionId, ProgramId, ReferralId};
use crate::domain::referral::{Identifier, IdentifierKind};
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::{Conn, MultiBackend};
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list::Listed;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start, rows_to_read};
use crate::storage::pool::IntoStored;
use crate::storage::schema::{commissions, conversions, referral_identifiers, referrals, referrals::dsl};

/// Which referrals a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Live or test.
    pub mode: Mode,
    /// Customers who go by one of these names, to the byte; none asked for: all of them.
    pub names: Vec<Identifier>,
    /// Brought by whom.
    pub affiliate: Option<AffiliateId>,
    /// For what.
    pub campaign: Option<CampaignId>,
    /// Only those for whom nobody but a browser vouches.
    pub provisional: bool,
}

impl Default for Wanted {
    /// All live ones.
    fn default() -> Self {
        Self { mode: Mode::Live, names: Vec::new(), affiliate: None, campaign: None, provisional: false }
    }
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, referrals::table, MultiBackend>;

fn matching(program: ProgramId, wanted: &Wanted, meant: Option<Vec<ReferralId>>) -> Boxed<'static> {
    let own = dsl::referrals.filter(dsl::program_id.eq(program).and(dsl::mode.eq(wanted.mode)));
    let mut found = own.filter(dsl::merged_into_id.is_null()).into_boxed();
    if wanted.provisional {
        found = found.filter(dsl::trust.lt(i32::from(Trust::KEYED.level())));
    }
    if let Some(meant) = meant {
        found = found.filter(dsl::id.eq_any(meant));
    }
    if let Some(affiliate) = wanted.affiliate {
        found = found.filter(dsl::affiliate_id.eq(affiliate));
    }
    if let Some(campaign) = wanted.campaign {
        found = found.filter(dsl::campaign_id.eq(campaign));
    }
    found
}

/// Who goes by the names that are asked for; none where no name is.
fn meant(conn: &mut Conn, program: ProgramId, wanted: &Wanted) -> Stored<Option<Vec<ReferralId>>> {
    if wanted.names.is_empty() {
        return Ok(None);
    }
    let names: Vec<Named> = wanted.names.iter().map(|name| (program, wanted.mode, name.clone())).collect();
    let known = named(conn, &names)?;
    Ok(Some(names.iter().filter_map(|name| known.get(name).copied()).collect()))
}

/// A page of at most `most` referrals.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn page(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    start: Start<ReferralId>,
    most: usize,
) -> Stored<Page<ReferralRow>> {
    let meant = meant(conn, program, wanted)?;
    let found = matching(program, wanted, meant).limit(rows_to_read(most));
    let found = match start {
        Start::Newest => found.order(dsl::id.desc()),
        Start::OlderThan(id) => found.filter(dsl::id.lt(id)).order(dsl::id.desc()),
        Start::NewerThan(id) => found.filter(dsl::id.gt(id)).order(dsl::id.asc()),
    };
    let rows = found.select(ReferralRow::as_select()).load(conn).stored()?;
    match Page::cut(&start, rows, most) {
        Some(page) => Ok(page),
        None => page(conn, program, wanted, Start::Newest, most),
    }
}

/// Whether a program has any referral, live or test.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn has_any(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    let any = dsl::referrals.filter(dsl::program_id.eq(program)).select(dsl::id).limit(1);
    let any: Option<ReferralId> = any.first(conn).optional().stored()?;
    Ok(any.is_some())
}

/// A referral of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, referral: ReferralId) -> Stored<Option<ReferralRow>> {
    let this = dsl::referrals.filter(dsl::program_id.eq(program).and(dsl::id.eq(referral)));
    this.select(ReferralRow::as_select()).first(conn).optional().stored()
}

/// What these customers are called, each in the order in which the names became known.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn names(conn: &mut Conn, ids: &[ReferralId]) -> Stored<HashMap<ReferralId, Vec<ReferralIdentifierRow>>> {
    use referral_identifiers::dsl;
    let theirs = dsl::referral_identifiers.filter(dsl::referral_id.eq_any(ids)).order((dsl::created_at, dsl::kind));
    let rows: Vec<ReferralIdentifierRow> = theirs.select(ReferralIdentifierRow::as_select()).load(conn).stored()?;
    let mut names: HashMap<ReferralId, Vec<ReferralIdentifierRow>> = HashMap::new();
    for row in rows {
        names.entry(row.referral_id).or_default().push(row);
    }
    Ok(names)
}

/// What the merchant calls these customers, which is few names each; by clicks somebody may go who ordered through hundreds.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn names_given(conn: &mut Conn, ids: &[ReferralId]) -> Stored<Vec<ReferralIdentifierRow>> {
    use referral_identifiers::dsl;
    let theirs = dsl::referral_identifiers.filter(dsl::referral_id.eq_any(ids));
    let given = theirs.filter(dsl::kind.ne(IdentifierKind::Click));
    given.select(ReferralIdentifierRow::as_select()).load(conn).stored()
}

/// The referral that is left of one of this program: itself, or the one that it was merged into.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find_left(conn: &mut Conn, program: ProgramId, referral: ReferralId) -> Stored<Option<ReferralRow>> {
    let found = find(conn, program, referral)?;
    match found.as_ref().and_then(|row| row.merged_into_id) {
        Some(left) => find(conn, program, left),
        None => Ok(found),
    }
}

/// A page of at most `most` of the conversions of a referral of this program, each with what it earns.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn orders(
    conn: &mut Conn,
    (program, referral): (ProgramId, ReferralId),
    start: Start<ConversionId>,
    most: usize,
) -> Stored<Page<Listed>> {
    use conversions::dsl;
    let theirs = conversions::table.left_join(commissions::table);
    let theirs = theirs.filter(dsl::referral_id.eq(referral).and(dsl::program_id.eq(program)));
    let theirs = theirs.limit(rows_to_read(most)).into_boxed();
    let theirs = match start {
        Start::Newest => theirs.order(dsl::id.desc()),
        Start::OlderThan(id) => theirs.filter(dsl::id.lt(id)).order(dsl::id.desc()),
        Start::NewerThan(id) => theirs.filter(dsl::id.gt(id)).order(dsl::id.asc()),
    };
    let columns = (ConversionRow::as_select(), Option::<CommissionRow>::as_select());
    let rows = theirs.select(columns).load(conn).stored()?;
    match Page::cut(&start, rows, most) {
        Some(page) => Ok(page),
        None => orders(conn, (program, referral), Start::Newest, most),
    }
}
