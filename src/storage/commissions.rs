//! `commissions`: what a conversion earns, and where that money stands.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::commissions::{self, dsl};
use super::schema::conversions;
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::commission::{CommissionState, HoldReason};
use crate::domain::currency::Currency;
use crate::domain::id::{AffiliateId, CommissionId, ConversionId, PayoutId, ProgramId, RuleId};
use crate::domain::money::Money;
use crate::domain::rule::Payment;
use crate::domain::time::Timestamp;

/// One commission.
#[derive(Queryable, Selectable, AsChangeset, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = commissions, check_for_backend(MultiBackend))]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns; domain::commission says what they mean")]
pub struct CommissionRow {
    pub id: CommissionId,
    pub program_id: ProgramId,
    pub conversion_id: ConversionId,
    pub affiliate_id: AffiliateId,
    pub rule_id: Option<RuleId>,
    pub amount_minor: Option<i64>,
    pub currency: Currency,
    pub state: CommissionState,
    pub hold_reason: Option<HoldReason>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub booked_minor: i64,
    pub hold_until: Option<Timestamp>,
    pub release_at: Option<Timestamp>,
    pub payment_number: Option<i32>,
    pub first_paid_at: Option<Timestamp>,
    pub compensated_minor: i64,
    pub entitled_id: Option<AffiliateId>,
    pub payout_id: Option<PayoutId>,
    pub payment_made_at: Option<Timestamp>,
}

impl CommissionRow {
    /// The commission's money, once it can be computed.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.amount_minor.map(|minor| Money::new(minor, self.currency))
    }
}

impl CommissionRow {
    /// What the ledger holds for it.
    #[must_use]
    pub fn booked(&self) -> Money {
        Money::new(self.booked_minor, self.currency)
    }

    /// What machines are told that it earns: its amount, and once the ledger has made up for another one, what that holds;
    /// none as long as nobody knows.
    #[must_use]
    pub fn told(&self) -> Option<Money> {
        self.amount().map(|amount| if self.is_compensated() { self.booked() } else { amount })
    }

    /// To whom what is booked belongs: the affiliate of its conversion. `affiliate_id` is who was credited first.
    #[must_use]
    pub fn entitled(&self) -> AffiliateId {
        self.entitled_id.unwrap_or(self.affiliate_id)
    }

    /// Whether the ledger says something else than its conversion, since a report took over what was paid.
    #[must_use]
    pub fn is_compensated(&self) -> bool {
        self.compensated_minor != 0 || self.entitled_id.is_some()
    }

    /// Which of the customer's payments it is for, where that is counted.
    #[must_use]
    pub fn payment(&self) -> Option<Payment> {
        Some(Payment { number: self.payment_number?.unsigned_abs(), first_at: self.first_paid_at? })
    }

    /// When the purchase was made of a sale that was received then: later, where it was only paid for later.
    #[must_use]
    pub fn made_at(&self, received_at: Timestamp) -> Timestamp {
        self.payment_made_at.unwrap_or(received_at)
    }

    /// Says which of the customer's payments it is for.
    pub const fn set_payment(&mut self, payment: Payment) {
        self.payment_number = Some(payment.number.cast_signed());
        self.first_paid_at = Some(payment.first_at);
    }
}

/// The commissions of these conversions.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversions(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<Vec<CommissionRow>> {
    let theirs = dsl::commissions.filter(dsl::conversion_id.eq_any(conversions));
    theirs.select(CommissionRow::as_select()).load(conn).stored()
}

/// Makes the row what `row` says. Whoever does this has just raised the edition of its conversion, which is what tells
/// two changes at once apart.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn replace(write: &mut Write<'_>, row: &CommissionRow) -> Stored<()> {
    diesel::update(dsl::commissions.filter(dsl::id.eq(row.id))).set(row).execute(write.conn()).stored()?;
    Ok(())
}

/// The commission of a conversion of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversion(conn: &mut Conn, program: ProgramId, conversion: ConversionId) -> Stored<Option<CommissionRow>> {
    let its = dsl::commissions.filter(dsl::conversion_id.eq(conversion).and(dsl::program_id.eq(program)));
    its.select(CommissionRow::as_select()).first(conn).optional().stored()
}

/// At most `limit` commissions of every program whose hold is over at `now`, the longest waiting first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn due_for_release(conn: &mut Conn, now: Timestamp, limit: i64) -> Stored<Vec<CommissionRow>> {
    let due = dsl::commissions.filter(dsl::release_at.le(now)).order(dsl::release_at).limit(limit);
    due.select(CommissionRow::as_select()).load(conn).stored()
}

/// Every live commission of this program that is payable and whose money is this affiliate's, in the order of their ids.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn payable(conn: &mut Conn, program: ProgramId, affiliate: AffiliateId) -> Stored<Vec<CommissionRow>> {
    // The word stands in the statement, because only then can each planner see that the partial index holds these.
    let payable = sql::<Bool>("commissions.state = 'payable'");
    let theirs = dsl::affiliate_id.eq(affiliate).or(dsl::entitled_id.eq(affiliate)).and(payable);
    let rows: Vec<CommissionRow> = dsl::commissions
        .inner_join(conversions::table.on(conversions::id.eq(dsl::conversion_id)))
        .filter(theirs.and(dsl::program_id.eq(program)).and(conversions::mode.eq(Mode::Live)))
        .order(dsl::id)
        .select(CommissionRow::as_select())
        .load(conn)
        .stored()?;
    Ok(rows.into_iter().filter(|row| row.entitled() == affiliate).collect())
}

/// The commissions of a payout, in the order of their ids.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_payout(conn: &mut Conn, program: ProgramId, payout: PayoutId) -> Stored<Vec<CommissionRow>> {
    let its = dsl::commissions.filter(dsl::payout_id.eq(payout).and(dsl::program_id.eq(program)));
    its.order(dsl::id).select(CommissionRow::as_select()).load(conn).stored()
}
