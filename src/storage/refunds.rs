//! `refunds`: what customers got back. There is no function that changes or deletes a row.

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::refunds::{self, dsl};
use super::write::Write;
use crate::domain::currency::Currency;
use crate::domain::handle::ExternalId;
use crate::domain::id::{ConversionId, ProgramId, RefundId};
use crate::domain::money::Money;
use crate::domain::payout::RefundKind;
use crate::domain::time::Timestamp;

/// One refund.
#[derive(Queryable, Selectable, Insertable, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = refunds, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns; operations::refund_conversion says what they mean")]
pub struct RefundRow {
    pub id: RefundId,
    pub program_id: ProgramId,
    pub conversion_id: ConversionId,
    pub event_id: String,
    pub kind: RefundKind,
    pub amount_minor: i64,
    pub currency: Currency,
    pub reason: String,
    pub claimed_at: Option<Timestamp>,
    pub recorded_at: Timestamp,
}

/// What only an event id of our own begins with: no reported one has a control character.
const OWN: char = '\u{1f}';

/// The event id of what a lost dispute takes back, which nobody can report: [`ExternalId`] has no such form.
#[must_use]
pub fn event_of_dispute(edition: i64) -> String {
    format!("{OWN}dispute lost {edition}")
}

/// The event id of what somebody stated to be wholly given back, without an event of it. Nobody can report this one either.
#[must_use]
pub fn event_of_statement(edition: i64) -> String {
    format!("{OWN}stated {edition}")
}

impl RefundRow {
    /// The reporter's name for it; none where no reporter has one.
    #[must_use]
    pub fn reported_id(&self) -> Option<&str> {
        Some(self.event_id.as_str()).filter(|id| !id.starts_with(OWN))
    }

    /// How much it was.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// The refund of a conversion that was reported under this event id.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find_event(conn: &mut Conn, conversion: ConversionId, event: &ExternalId) -> Stored<Option<RefundRow>> {
    let this = dsl::refunds.filter(dsl::conversion_id.eq(conversion).and(dsl::event_id.eq(event.as_str())));
    this.select(RefundRow::as_select()).first(conn).optional().stored()
}

/// Every refund of a conversion, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversion(conn: &mut Conn, conversion: ConversionId) -> Stored<Vec<RefundRow>> {
    of_conversions(conn, &[conversion])
}

/// Every refund of these conversions, the oldest first.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_conversions(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<Vec<RefundRow>> {
    let theirs = dsl::refunds.filter(dsl::conversion_id.eq_any(conversions)).order(dsl::id);
    theirs.select(RefundRow::as_select()).load(conn).stored()
}

/// Adds a refund.
///
/// # Errors
/// [`super::error::Unique::RefundEvent`] when the conversion has one with that event id.
pub fn insert(write: &mut Write<'_>, row: &RefundRow) -> Stored<()> {
    diesel::insert_into(dsl::refunds).values(row).execute(write.conn()).stored()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{event_of_dispute, event_of_statement};
    use crate::domain::handle::ExternalId;

    #[test]
    fn nobody_can_report_what_our_own_events_are_called() {
        assert!(ExternalId::parse(&event_of_dispute(3)).is_err());
        assert!(ExternalId::parse(&event_of_statement(3)).is_err());
        assert_ne!(event_of_statement(3), event_of_dispute(3));
        assert_ne!(event_of_dispute(3), event_of_dispute(4));
    }
}
