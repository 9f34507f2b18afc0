//! One reported event, and the states it goes through.

use super::attribution::Credit;
use super::click_token::Mode;
use super::commission_status::CommissionStatus;
use super::dedup::{DedupKey, Facts};
use super::event::{Channel, Event};
use super::handle::{EmailHash, ExternalId, OrderId};
use super::id::{AffiliateId, ConversionId, ProgramId, TokenId};
use super::money::Money;
use super::rule::{Order, Subscription};
use super::said::Said;
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// What the merchant decided about a conversion.
    pub enum ConversionStatus {
        /// Nothing yet.
        Pending => "pending",
        /// It counts.
        Approved => "approved",
        /// It does not.
        Rejected => "rejected",
    }
}

text_enum! {
    /// Where the purchase itself stands.
    pub enum SaleStatus {
        /// Not yet paid for.
        Open => "open",
        /// Paid for.
        Complete => "complete",
        /// Being tried out.
        Trialing => "trialing",
        /// Did not go through.
        Failed => "failed",
        /// Partly given back.
        PartialRefunded => "partial_refunded",
        /// Wholly given back.
        Refunded => "refunded",
    }
}

impl SaleStatus {
    /// Where a purchase stands of which nobody has said anything: whoever reports a sale has sold something.
    pub const UNSAID: Self = Self::Complete;

    /// Whether a commission on it may ever become payable (CONTRACT, Rules: States).
    #[must_use]
    pub const fn may_pay(self) -> bool {
        !matches!(self, Self::Open | Self::Trialing | Self::Failed)
    }
}

/// What came of asking for a change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The state changes; a row says who, when and why.
    Made,
    /// It is so already: the same decision twice is no error.
    AlreadySo,
    /// It is not possible from here; the answer names the current state.
    Refused,
}

impl ConversionStatus {
    /// What comes of deciding for `wanted`. A decision is taken back only by way of pending, and not once its money is
    /// in a payout (`in_payout`).
    #[must_use]
    pub fn decide(self, wanted: Self, in_payout: bool) -> Change {
        use ConversionStatus::{Approved, Pending, Rejected};
        match (self, wanted) {
            (now, wanted) if now == wanted => Change::AlreadySo,
            (Pending, Approved | Rejected) => Change::Made,
            (Approved | Rejected, Pending) if !in_payout => Change::Made,
            _ => Change::Refused,
        }
    }
}

/// Who the customer is, as far as the merchant said. Optional in every dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFacts {
    /// The merchant's id of the customer.
    pub customer_id: Option<ExternalId>,
    /// The merchant's id of the user account.
    pub external_user_id: Option<ExternalId>,
    /// The e-mail address, kept only as a keyed hash.
    pub email: Option<EmailHash>,
    /// The coupon used.
    pub coupon_code: Option<ExternalId>,
}

/// What was bought, as far as the sender says. Optional in every dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purchase {
    /// Products named, in the order given.
    pub product_ids: Vec<String>,
    /// Prices named, in the order given.
    pub price_ids: Vec<String>,
    /// What subscription it is a payment of, if it is one.
    pub subscription: Option<Subscription>,
    /// Whether the sender says that it is a payment of none, which leaving it out does not say.
    pub is_no_subscription: bool,
    /// Where the purchase stands, if the sender says.
    pub sale: Option<SaleStatus>,
    /// When the sender says that it happened; it is kept, and nothing goes by it.
    pub claimed_at: Option<Timestamp>,
    /// What the sender wants to find again, as one JSON object.
    pub metadata: Option<String>,
    /// Where its commission stands, if the sender may say so.
    pub stated: Option<CommissionStatus>,
}

impl Purchase {
    /// Whether more is to be done than to record it.
    #[must_use]
    pub fn takes_more_than_recording(&self) -> bool {
        self.stated.is_some() || self.sale == Some(SaleStatus::Refunded)
    }

    /// Where the purchase stands once this is recorded, which stood at `before`: there still, where nothing is said of it.
    /// That everything was given back no report records by itself: it is booked by an event of its own.
    #[must_use]
    pub const fn sale_recorded(&self, before: SaleStatus) -> SaleStatus {
        match self.sale {
            None => before,
            Some(SaleStatus::Refunded) => SaleStatus::Complete,
            Some(said) => said,
        }
    }
}

/// The largest amount one conversion may have, in minor units: ten trillion of a currency with two decimals. It keeps the
/// sum of any batch far inside 64 bits.
pub const LARGEST_AMOUNT: i64 = 1_000_000_000_000_000;

/// Why an amount cannot be that of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportedAmountFault {
    /// It is more than [`LARGEST_AMOUNT`].
    #[error("must be at most {0} {currency}", currency = .0.currency())]
    TooLarge(Money),
    /// It is nothing, and the event is a sale.
    #[error("must be more than 0 for a sale")]
    FreeSale,
}

/// The amount, if an event may have it: at most [`LARGEST_AMOUNT`], and above zero for a sale (CONTRACT, Rules: Money).
///
/// # Errors
/// [`ReportedAmountFault`].
pub fn reported_amount(amount: Money, event: &Event) -> Result<Money, ReportedAmountFault> {
    if amount.minor() > LARGEST_AMOUNT {
        return Err(ReportedAmountFault::TooLarge(Money::new(LARGEST_AMOUNT, amount.currency())));
    }
    if !amount.is_positive() && !event.may_be_free() {
        return Err(ReportedAmountFault::FreeSale);
    }
    Ok(amount)
}

/// A report that a key vouches for and whose fields are whole: what every dialect translates into.
#[derive(Clone, Debug)]
pub struct Report {
    /// The id the conversion gets, if it is recorded.
    pub id: ConversionId,
    /// The program of the key.
    pub program_id: ProgramId,
    /// The mode of the key.
    pub mode: Mode,
    /// The key.
    pub token_id: TokenId,
    /// The way it came.
    pub channel: Channel,
    /// When it came. This, and no claimed time, is what counts.
    pub received_at: Timestamp,
    /// The merchant's order.
    pub order_id: OrderId,
    /// What happened.
    pub event: Event,
    /// What it was worth.
    pub amount: Money,
    /// Who the customer is.
    pub customer: CustomerFacts,
    /// What was bought, as far as the sender says.
    pub purchase: Purchase,
    /// Names of fields that no one reads, kept so that a typo can be found.
    pub ignored_fields: Vec<String>,
}

impl Report {
    /// What a rule goes by, if this affiliate is credited.
    #[must_use]
    pub fn order(&self, affiliate: AffiliateId) -> Order<'_> {
        Order {
            products: &self.purchase.product_ids,
            prices: &self.purchase.price_ids,
            subscription: self.purchase.subscription,
            affiliate,
            event: &self.event,
        }
    }

    /// The key under which it must be unique, given the action that takes part.
    #[must_use]
    pub fn dedup_key(&self, action: &str) -> DedupKey {
        DedupKey {
            program_id: self.program_id,
            order_id: self.order_id.clone(),
            action: action.to_owned(),
            mode: self.mode,
        }
    }

    /// What it says besides its facts.
    #[must_use]
    pub fn said(&self) -> Said {
        Said::of(&self.customer, &self.purchase)
    }

    /// What it claims, as far as a repeat can differ.
    #[must_use]
    pub fn facts(&self, credit: &Credit) -> Facts {
        Facts::of(self.amount, self.event.clone(), credit)
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, ConversionStatus, Purchase, SaleStatus};

    #[test]
    fn a_decision_is_taken_back_only_by_way_of_pending_and_not_from_a_payout() {
        use ConversionStatus::{Approved, Pending, Rejected};
        let cases = [
            (Pending, Approved, false, Change::Made),
            (Pending, Rejected, false, Change::Made),
            (Approved, Approved, false, Change::AlreadySo),
            (Rejected, Rejected, true, Change::AlreadySo),
            (Approved, Rejected, false, Change::Refused),
            (Rejected, Approved, false, Change::Refused),
            (Approved, Pending, false, Change::Made),
            (Rejected, Pending, false, Change::Made),
            (Approved, Pending, true, Change::Refused),
        ];
        for (now, wanted, in_payout, change) in cases {
            assert_eq!(now.decide(wanted, in_payout), change, "{now} to {wanted}, in payout: {in_payout}");
        }
    }

    #[test]
    fn what_is_unsaid_of_a_purchase_stays_as_it_was() {
        let cases = [
            ("nothing said of a new one", None, SaleStatus::UNSAID, SaleStatus::Complete),
            ("nothing said of one that failed", None, SaleStatus::Failed, SaleStatus::Failed),
            ("it was paid after all", Some(SaleStatus::Complete), SaleStatus::Failed, SaleStatus::Complete),
            ("it failed after all", Some(SaleStatus::Failed), SaleStatus::Complete, SaleStatus::Failed),
            ("what is given back was paid first", Some(SaleStatus::Refunded), SaleStatus::Open, SaleStatus::Complete),
        ];
        for (name, sale, before, recorded) in cases {
            assert_eq!(Purchase { sale, ..Purchase::default() }.sale_recorded(before), recorded, "{name}");
        }
    }

    #[test]
    fn money_is_owed_only_for_a_purchase_that_went_through() {
        let paying: Vec<_> = SaleStatus::ALL.iter().filter(|status| status.may_pay()).map(|s| s.as_str()).collect();
        assert_eq!(paying, ["complete", "partial_refunded", "refunded"]);
    }
}
