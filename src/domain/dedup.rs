//! One order, one conversion, for ever.
//!
//! The unique index is the deduplicator; this file says what its key is and what counts as the same report. A repeat
//! gets the first answer and changes nothing. A repeat that tells another story is kept as an attempt with the fields
//! in which it differs, because somebody will ask (CONTRACT, Rules: Dedup).

use super::attribution::Credit;
use super::click_token::Mode;
use super::event::Event;
use super::handle::OrderId;
use super::id::{AffiliateId, CampaignId, ClickId, ProgramId};
use super::money::Money;

/// What must be unique: program, mode, action and order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey {
    /// Two programs may both have order 1001.
    pub program_id: ProgramId,
    /// The order, to the byte.
    pub order_id: OrderId,
    /// Empty unless the campaign tells actions apart ([`Event::dedup_action`]).
    pub action: String,
    /// A test never meets a live order.
    pub mode: Mode,
}

/// What a report claims, or what is on record, as far as two reports can disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The amount as it was sent.
    pub amount: Money,
    /// What happened.
    pub event: Event,
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// Which affiliate.
    pub affiliate_id: AffiliateId,
    /// Which click, where one is named.
    pub click_id: Option<ClickId>,
}

impl Facts {
    /// The facts of a report that was credited, or would have been.
    #[must_use]
    pub fn of(amount: Money, event: Event, credit: &Credit) -> Self {
        Self {
            amount,
            event,
            campaign_id: credit.campaign_id,
            affiliate_id: credit.affiliate_id,
            click_id: credit.click.map(|click| click.id),
        }
    }

    /// The fields in which a repeat differs from what is on record, in the words of the vocabulary. Empty means that it
    /// is the same report. A click is compared only where both name one: a repeat in direct mode knows none.
    #[must_use]
    pub fn differing(&self, repeat: &Self) -> Vec<&'static str> {
        let clicks_differ = matches!((self.click_id, repeat.click_id), (Some(first), Some(second)) if first != second);
        [
            (self.amount.minor() != repeat.amount.minor(), "amount"),
            (self.amount.currency() != repeat.amount.currency(), "currency"),
            (self.event != repeat.event, "event_type"),
            (self.campaign_id != repeat.campaign_id, "campaign"),
            (self.affiliate_id != repeat.affiliate_id, "affiliate"),
            (clicks_differ, "click"),
        ]
        .into_iter()
        .filter_map(|(differs, field)| differs.then_some(field))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::domain::currency::Currency;
    use crate::domain::event::Event;
    use crate::domain::handle::ActionCode;
    use crate::domain::id::Id;
    use crate::domain::money::Money;
    use crate::domain::time::Timestamp;

    fn facts() -> Facts {
        let now = Timestamp::from_millis(1_790_000_000_000);
        Facts {
            amount: Money::new(9_999, Currency::parse("USD").unwrap()),
            event: Event::SALE,
            campaign_id: Id::at(now, [1; 10]),
            affiliate_id: Id::at(now, [2; 10]),
            click_id: Some(Id::at(now, [3; 10])),
        }
    }

    #[test]
    fn a_repeat_is_compared_field_by_field() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let usd = Currency::parse("USD").unwrap();
        let jpy = Currency::parse("JPY").unwrap();
        let lead = Event::from_action(ActionCode::parse("lead").unwrap());
        let cases: Vec<(&str, Facts, Vec<&str>)> = vec![
            ("the same", facts(), vec![]),
            ("a cent less", Facts { amount: Money::new(9_998, usd), ..facts() }, vec!["amount"]),
            ("another currency", Facts { amount: Money::new(9_999, jpy), ..facts() }, vec!["currency"]),
            ("another event", Facts { event: lead, ..facts() }, vec!["event_type"]),
            ("another campaign", Facts { campaign_id: Id::at(now, [9; 10]), ..facts() }, vec!["campaign"]),
            ("another affiliate", Facts { affiliate_id: Id::at(now, [9; 10]), ..facts() }, vec!["affiliate"]),
            ("another click", Facts { click_id: Some(Id::at(now, [9; 10])), ..facts() }, vec!["click"]),
            ("no click named", Facts { click_id: None, ..facts() }, vec![]),
        ];
        for (name, repeat, differing) in cases {
            assert_eq!(facts().differing(&repeat), differing, "{name}");
        }
    }
}
