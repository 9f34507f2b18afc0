//! `referrals` and `referral_identifiers`: customers known to have been sent by an affiliate, and what they are called.

pub mod list;
pub mod merging;

use std::collections::HashMap;

use diesel::prelude::*;

use super::clicks;
use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{commissions, conversions, referral_identifiers, referrals};
use super::write::Write;
use crate::domain::attribution::Credit;
use crate::domain::click_token::Mode;
use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::event::EventType;
use crate::domain::id::{AffiliateId, CampaignId, ClickId, ConversionId, LinkId, ProgramId, ReferralId};
use crate::domain::payment::{self, Counted};
use crate::domain::referral::{Claim, Identifier, IdentifierKind};
use crate::domain::time::Timestamp;

/// One referral.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = referrals, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::referral says what they mean")]
pub struct ReferralRow {
    pub id: ReferralId,
    pub program_id: ProgramId,
    pub mode: Mode,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub click_id: Option<ClickId>,
    pub link_id: Option<LinkId>,
    pub name: Option<String>,
    pub created_at: Timestamp,
    pub trust: i32,
    pub merged_into_id: Option<ReferralId>,
}

impl ReferralRow {
    /// A customer who is met with a credited report, which is trusted so far.
    #[must_use]
    pub fn new(id: ReferralId, (program_id, mode): (ProgramId, Mode), credit: &Credit, met: (i32, Timestamp)) -> Self {
        let (trust, created_at) = met;
        Self {
            id,
            program_id,
            mode,
            campaign_id: credit.campaign_id,
            affiliate_id: credit.affiliate_id,
            click_id: credit.click.map(|click| click.id),
            link_id: credit.click.map(|click| click.link_id),
            name: None,
            created_at,
            trust,
            merged_into_id: None,
        }
    }

    /// Who is said to have brought the customer.
    #[must_use]
    pub const fn claim(&self) -> Claim {
        Claim { affiliate: self.affiliate_id, campaign: self.campaign_id, trust: self.trust }
    }

    /// Whether a person may have said whose customer this is: what they say rests on no click, and is believed most.
    #[must_use]
    pub fn may_be_reassigned(&self) -> bool {
        self.click_id.is_none() && self.claim() == self.claim().confirmed()
    }

    /// The same customer, brought by whom a better report says.
    #[must_use]
    pub fn brought_by(&self, credit: &Credit, trust: i32) -> Self {
        let Self { id, program_id, mode, created_at, .. } = *self;
        Self { name: self.name.clone(), ..Self::new(id, (program_id, mode), credit, (trust, created_at)) }
    }
}

/// Says who brought a customer, and how far that is believed; `false` when it is not any more what was `seen`, or merged
/// away.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_claim(write: &mut Write<'_>, seen: Claim, row: &ReferralRow) -> Stored<bool> {
    use referrals::dsl;
    let this = dsl::referrals.filter(dsl::program_id.eq(row.program_id).and(dsl::id.eq(row.id)));
    let as_seen = this.filter(dsl::affiliate_id.eq(seen.affiliate).and(dsl::campaign_id.eq(seen.campaign)));
    let as_seen = as_seen.filter(dsl::trust.eq(seen.trust).and(dsl::merged_into_id.is_null()));
    let whose = (
        dsl::campaign_id.eq(row.campaign_id),
        dsl::affiliate_id.eq(row.affiliate_id),
        dsl::click_id.eq(row.click_id),
        dsl::link_id.eq(row.link_id),
        dsl::trust.eq(row.trust),
    );
    Ok(diesel::update(as_seen).set(whose).execute(write.conn()).stored()? == 1)
}

/// Says what people call a customer.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_name(write: &mut Write<'_>, referral: ReferralId, name: &str) -> Stored<()> {
    let this = referrals::table.filter(referrals::id.eq(referral));
    diesel::update(this).set(referrals::name.eq(Some(name))).execute(write.conn()).stored()?;
    Ok(())
}

/// One name of a customer.
#[derive(Queryable, Selectable, Insertable, Clone, Debug)]
#[diesel(table_name = referral_identifiers, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; domain::referral says what they mean")]
pub struct ReferralIdentifierRow {
    pub program_id: ProgramId,
    pub mode: Mode,
    pub kind: IdentifierKind,
    pub value: String,
    pub referral_id: ReferralId,
    pub created_at: Timestamp,
}

impl ReferralIdentifierRow {
    /// What must be unique.
    pub(super) fn key(&self) -> (&str, &str, ProgramId, &str) {
        (&self.value, self.kind.as_str(), self.program_id, self.mode.as_str())
    }

    fn click(&self) -> Option<ClickId> {
        Identifier { kind: self.kind, value: self.value.clone() }.click()
    }
}

/// Says of the clicks among these new names that a customer may go by them.
///
/// # Errors
/// [`super::error::StorageError`].
pub(super) fn note_clicks(write: &mut Write<'_>, names: &[ReferralIdentifierRow]) -> Stored<()> {
    let named: Vec<ClickId> = names.iter().filter_map(ReferralIdentifierRow::click).collect();
    if named.is_empty() { Ok(()) } else { clicks::name_customers(write, &named) }
}

/// Gives a customer a name that nobody has.
///
/// # Errors
/// [`super::error::Unique::CustomerName`] when another writer was faster with it.
pub fn add_name(write: &mut Write<'_>, row: &ReferralIdentifierRow) -> Stored<()> {
    diesel::insert_into(referral_identifiers::table).values(row).execute(write.conn()).stored()?;
    note_clicks(write, std::slice::from_ref(row))
}

/// A customer's name, where names are told apart.
pub type Named = (ProgramId, Mode, Identifier);

/// Whom these names belong to. The look-up goes by the value alone, which leads the key, and whole names are compared here.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn named(conn: &mut Conn, names: &[Named]) -> Stored<HashMap<Named, ReferralId>> {
    use referral_identifiers::dsl;
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let values = names.iter().map(|(_, _, name)| name.value.clone());
    let known = dsl::referral_identifiers.filter(dsl::value.eq_any(values));
    let rows = known.select(ReferralIdentifierRow::as_select()).load(conn).stored()?;
    let with_name = |row: ReferralIdentifierRow| {
        ((row.program_id, row.mode, Identifier { kind: row.kind, value: row.value }), row.referral_id)
    };
    Ok(rows.into_iter().map(with_name).collect())
}

/// At most `limit` clicks by which customers go, each as it is written, after `after`, in the order of what is written.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn names_by_click(conn: &mut Conn, after: Option<&str>, limit: i64) -> Stored<Vec<String>> {
    use referral_identifiers::dsl;
    let clicks = dsl::referral_identifiers.filter(dsl::kind.eq(IdentifierKind::Click));
    let page = clicks.filter(dsl::value.gt(after.unwrap_or_default())).order(dsl::value).limit(limit);
    page.select(dsl::value).distinct().load(conn).stored()
}

/// These referrals.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_all(conn: &mut Conn, ids: &[ReferralId]) -> Stored<Vec<ReferralRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = referrals::table.filter(referrals::id.eq_any(ids));
    these.select(ReferralRow::as_select()).load(conn).stored()
}

/// What a customer has paid so far: how often, and when first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// Sales that count ([`payment::counts`]).
    pub payments: u32,
    /// When the first of them was made.
    pub first_at: Timestamp,
}

/// What these customers have paid so far; those who have paid nothing are left out.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn paid(conn: &mut Conn, ids: &[ReferralId]) -> Stored<HashMap<ReferralId, Paid>> {
    let payments = payments(conn, ids)?;
    Ok(payments.into_iter().filter_map(|(id, theirs)| Some((id, Paid::of(&theirs)?))).collect())
}

/// One sale of a customer that counts as a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentMade {
    /// The sale.
    pub conversion_id: ConversionId,
    /// When it was made, and which of the payments it is.
    pub counted: Counted,
}

impl Paid {
    /// What these payments of one customer come to; none where there are none.
    #[must_use]
    pub fn of(payments: &[PaymentMade]) -> Option<Self> {
        let first_at = payments.iter().map(|payment| payment.counted.at).min()?;
        Some(Self { payments: u32::try_from(payments.len()).unwrap_or(u32::MAX), first_at })
    }
}

/// A customer's sale: where it and its commission stand, when it was received and made, and which payment it is.
type SaleRow =
    (Option<ReferralId>, ConversionId, (SaleStatus, CommissionState), (Timestamp, Option<Timestamp>), Option<i32>);

/// Every payment of these customers, which is what [`payment::counts`] says, in no order.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn payments(conn: &mut Conn, ids: &[ReferralId]) -> Stored<HashMap<ReferralId, Vec<PaymentMade>>> {
    use conversions::dsl;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let theirs = dsl::conversions.filter(dsl::referral_id.eq_any(ids.iter().copied().map(Some)));
    let sales = theirs.filter(dsl::event_type.eq(EventType::Sale)).filter(dsl::status.ne(ConversionStatus::Rejected));
    let with_money = sales.inner_join(commissions::table.on(commissions::conversion_id.eq(dsl::id)));
    let rows: Vec<SaleRow> = with_money
        .select((
            dsl::referral_id,
            dsl::id,
            (dsl::sale_status, commissions::state),
            (dsl::received_at, commissions::payment_made_at),
            commissions::payment_number,
        ))
        .load(conn)
        .stored()?;
    let mut payments: HashMap<ReferralId, Vec<PaymentMade>> = HashMap::new();
    for (referral, conversion_id, (sale, state), (received_at, made_at), number) in rows {
        if let Some(referral) = referral.filter(|_| payment::is_made(sale) || payment::is_paid_for(state)) {
            let (at, number) = (made_at.unwrap_or(received_at), number.map(i32::unsigned_abs));
            let counted = Counted { at, number };
            payments.entry(referral).or_default().push(PaymentMade { conversion_id, counted });
        }
    }
    Ok(payments)
}
