//! `conversions`: one row per order and action, for ever.

pub mod attention;
pub mod list;
pub mod told;
mod told_as;
pub mod whole;
pub mod without_rate;

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend, each_backend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::conversions::{self, dsl};
use super::write::Write;
use crate::domain::click_token::Mode;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::dedup::{DedupKey, Facts};
use crate::domain::event::{Channel, Event, EventType};
use crate::domain::exchange::{ExchangeRate, Quote};
use crate::domain::flag::Flags;
use crate::domain::handle::{ActionCode, OrderId};
use crate::domain::id::{AffiliateId, CampaignId, ClickId, ConversionId, LinkId, ProgramId, ReferralId, TokenId};
use crate::domain::money::Money;
use crate::domain::said::Said;
use crate::domain::time::{LocalDay, Timestamp};
use crate::domain::worth::Worth;

/// One conversion. Its affiliate is whoever is entitled to its commission; who was credited first, where a report of an order
/// that was paid has moved it, the commission keeps.
#[derive(Queryable, Selectable, AsChangeset, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = conversions, check_for_backend(MultiBackend))]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns; domain::conversion says what they mean")]
pub struct ConversionRow {
    pub id: ConversionId,
    pub program_id: ProgramId,
    pub order_id: OrderId,
    pub action: String,
    pub mode: Mode,
    pub campaign_id: CampaignId,
    pub affiliate_id: AffiliateId,
    pub link_id: Option<LinkId>,
    pub click_id: Option<ClickId>,
    pub token_id: TokenId,
    pub channel: Channel,
    pub trust: i32,
    pub event_type: EventType,
    pub event_name: Option<String>,
    pub amount_minor: i64,
    pub currency: Currency,
    pub base_minor: Option<i64>,
    pub base_currency: Currency,
    pub status: ConversionStatus,
    pub sale_status: SaleStatus,
    pub repeats: i64,
    pub received_at: Timestamp,
    pub updated_at: Timestamp,
    pub adjusted_minor: i64,
    pub refunded_minor: i64,
    pub fx_rate: Option<ExchangeRate>,
    pub fx_day: Option<LocalDay>,
    pub referral_id: Option<ReferralId>,
    pub flags: Flags,
    pub edition: i64,
    pub said: Option<Said>,
}

impl ConversionRow {
    /// What must be unique.
    #[must_use]
    pub fn dedup_key(&self) -> DedupKey {
        DedupKey {
            program_id: self.program_id,
            order_id: self.order_id.clone(),
            action: self.action.clone(),
            mode: self.mode,
        }
    }

    /// What is on record, as far as a repeat can differ.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let name = self.event_name.as_deref().and_then(|name| ActionCode::parse(name).ok());
        Facts {
            amount: self.amount(),
            event: Event { kind: self.event_type, name },
            campaign_id: self.campaign_id,
            affiliate_id: self.affiliate_id,
            click_id: self.click_id,
        }
    }

    /// The amount as it was reported.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// What was reported, what a return left of it, and what was given back.
    #[must_use]
    pub fn worth(&self) -> Worth {
        Worth {
            initial: self.amount(),
            adjusted: Money::new(self.adjusted_minor, self.currency),
            refunded: Money::new(self.refunded_minor, self.currency),
        }
    }

    /// What is left of it after returns and refunds.
    #[must_use]
    pub fn remaining(&self) -> Money {
        self.worth().remaining()
    }

    /// The exchange rate it was converted with; none where none was needed, or none is known.
    #[must_use]
    pub fn quote(&self) -> Option<Quote> {
        Some(Quote { rate: self.fx_rate?.decimal(), day: self.fx_day? })
    }

    /// What is left of it in the program's base currency, once an exchange rate is known.
    #[must_use]
    pub fn base(&self) -> Option<Money> {
        self.base_minor.map(|minor| Money::new(minor, self.base_currency))
    }
}

/// What is on record under these orders, whatever their action and mode.
///
/// The look-up goes by the order id alone, which leads the unique index, and may bring along another program's row of the
/// same name; whoever decides compares whole keys. Naming the program here too would let a planner that knows nothing of a
/// fresh table yet choose the index of the program's list, and read all of it for every batch.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_recorded(conn: &mut Conn, orders: &[OrderId]) -> Stored<Vec<ConversionRow>> {
    let same_orders = each_backend!(conn, |c| {
        dsl::conversions.filter(dsl::order_id.eq_any(orders)).select(ConversionRow::as_select()).load(c)
    });
    same_orders.stored()
}

/// A conversion of this program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, conversion: ConversionId) -> Stored<Option<ConversionRow>> {
    let this = dsl::conversions.filter(dsl::id.eq(conversion).and(dsl::program_id.eq(program)));
    this.select(ConversionRow::as_select()).first(conn).optional().stored()
}

/// These conversions, whosever they are.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_all(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<Vec<ConversionRow>> {
    let these = dsl::conversions.filter(dsl::id.eq_any(conversions));
    these.select(ConversionRow::as_select()).load(conn).stored()
}

/// At most `limit` conversions of a program that wait for an exchange rate, after `after`, in the order of their ids.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn without_rate(
    conn: &mut Conn,
    program: ProgramId,
    after: Option<ConversionId>,
    limit: i64,
) -> Stored<Vec<ConversionRow>> {
    let mut waiting = dsl::conversions.filter(dsl::program_id.eq(program).and(dsl::base_minor.is_null())).into_boxed();
    if let Some(after) = after {
        waiting = waiting.filter(dsl::id.gt(after));
    }
    waiting.order(dsl::id).limit(limit).select(ConversionRow::as_select()).load(conn).stored()
}

/// Raises a conversion's counter of identical repeats.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn add_repeats(write: &mut Write<'_>, conversion: ConversionId, repeats: i64) -> Stored<()> {
    let this = dsl::conversions.filter(dsl::id.eq(conversion));
    diesel::update(this).set(dsl::repeats.eq(dsl::repeats + repeats)).execute(write.conn()).stored()?;
    Ok(())
}

/// Makes the row what `row` says, if its edition is still `seen`; answers whether it was. `row` carries the next edition.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn replace(write: &mut Write<'_>, row: &ConversionRow, seen: i64) -> Stored<bool> {
    let this = dsl::conversions.filter(dsl::id.eq(row.id).and(dsl::edition.eq(seen)));
    Ok(diesel::update(this).set(row).execute(write.conn()).stored()? == 1)
}

/// At most `limit` conversions after `after`, in the order of their ids, for checking everything again.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn page(conn: &mut Conn, after: Option<ConversionId>, limit: i64) -> Stored<Vec<ConversionRow>> {
    let mut page = dsl::conversions.into_boxed();
    if let Some(after) = after {
        page = page.filter(dsl::id.gt(after));
    }
    page.order(dsl::id).limit(limit).select(ConversionRow::as_select()).load(conn).stored()
}

/// Whether a program has any conversion, in either mode.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn any_of_program(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    let any = dsl::conversions.filter(dsl::program_id.eq(program)).order(dsl::id).select(dsl::id);
    Ok(any.first::<ConversionId>(conn).optional().stored()?.is_some())
}
