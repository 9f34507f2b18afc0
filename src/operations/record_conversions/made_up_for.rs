//! An order whose money is gone and of which a better report tells another amount: what it is worth from then on.
//!
//! The commission keeps the version of its rule, its place and its payout, and what was paid stays paid. The order itself is
//! shown, counted and given back as the better report tells it: a refund is one of what the customer paid, not of what somebody
//! who is believed less once said. What the ledger makes up for is the difference between what that earns by the rule on record
//! and what the better report earns.

use crate::domain::commission::Earning;
use crate::domain::due::Grounds;
use crate::domain::exchange::{ExchangeRate, Quote};
use crate::domain::money::Money;
use crate::domain::worth::Worth;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;

use super::credited::Credited;

/// What a row is worth as a better report tells it, and what that earns by the rule on record.
pub(super) struct MadeUpFor {
    amount: Money,
    quote: Option<Quote>,
    earning: Earning,
}

impl MadeUpFor {
    /// None where nobody knows what the rule on record pays for that: then the order is shown as it was first told.
    pub(super) fn of(
        catalogue: &Catalogue,
        (row, commission): (&ConversionRow, &CommissionRow),
        credited: &Credited,
    ) -> Option<Self> {
        let zone = &catalogue.program(row.program_id)?.zone;
        let rule = match commission.rule_id {
            Some(id) => Some(catalogue.rules(row.campaign_id).iter().find(|rule| rule.id == id)?),
            None => None,
        };
        let grounds = Grounds {
            worth: Worth::whole(credited.amount),
            base: row.base_currency,
            quote: credited.quote,
            rule,
            payment: commission.payment(),
            made_at: commission.made_at(row.received_at),
            zone,
        };
        let earning = grounds.earning().ok().filter(|earning| earning.commission.is_some())?;
        Some(Self { amount: credited.amount, quote: credited.quote, earning })
    }

    /// Makes the row worth that.
    pub(super) fn apply(&self, row: &mut ConversionRow) {
        row.amount_minor = self.amount.minor();
        row.adjusted_minor = self.amount.minor();
        row.currency = self.amount.currency();
        row.base_minor = self.earning.base.map(Money::minor);
        row.fx_rate = self.quote.and_then(|quote| ExchangeRate::new(quote.rate).ok());
        row.fx_day = self.quote.map(|quote| quote.day);
    }

    /// Makes the commission earn what its rule pays for that.
    pub(super) fn earn(&self, commission: &mut CommissionRow) {
        commission.amount_minor = self.earning.commission.map(Money::minor);
        commission.hold_reason = self.earning.hold;
    }
}
