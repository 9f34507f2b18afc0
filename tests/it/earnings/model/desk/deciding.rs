//! Decisions, returns, refunds, disputes, and where the purchase stands.

use accrue::domain::change::Actor;
use accrue::domain::commission_status::CommissionStatus;
use accrue::domain::conversion::{ConversionStatus, SaleStatus};
use accrue::domain::currency::Currency;
use accrue::domain::dispute::DisputeStep;
use accrue::domain::handle::ExternalId;
use accrue::domain::id::ConversionId;
use accrue::domain::money::Money;
use accrue::domain::payout::RefundKind;
use accrue::domain::time::Timestamp;
use accrue::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use accrue::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use accrue::operations::dispute_conversion::{Disputed, dispute_conversion};
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::operations::state_status::{Stated, state_status};
use accrue::storage::conversions;

use super::super::reference::part;
use super::Installation;

impl Installation {
    fn id_of(&self, order: u8) -> ConversionId {
        let unknown = || ConversionId::at(Timestamp::from_millis(1), [order; 10]);
        self.scene().orders.iter().find(|(known, _)| *known == order).map_or_else(unknown, |(_, id)| *id)
    }

    fn initial(&mut self, order: u8) -> Money {
        let (program, id) = (self.scene().program, self.id_of(order));
        let row = conversions::find(self.parts().0, program, id).expect("the database answers");
        row.map_or(Money::new(100, Currency::USD), |row| row.amount())
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a step of a history is drawn as numbers and coins")]
    pub(super) fn decide(&mut self, order: u8, wanted: char, stale: bool, reason: bool) -> String {
        let (program, id) = (self.scene().program, self.id_of(order));
        let wanted = match wanted {
            'a' => ConversionStatus::Approved,
            'r' => ConversionStatus::Rejected,
            _ => ConversionStatus::Pending,
        };
        let reason = if reason { "as agreed" } else { " " }.to_owned();
        let decision = Decision { wanted, seen: stale.then_some(-1), reason };
        match self.write(|write, env| review_conversion(write, env, program, id, Actor::Clock, &decision)) {
            Reviewed::Changed => "changed".to_owned(),
            Reviewed::AlreadySo => "already so".to_owned(),
            Reviewed::Overtaken(_) => "overtaken".to_owned(),
            Reviewed::NotPossible(_, obstacle) => format!("not possible: {obstacle}"),
            Reviewed::Unknown => "unknown".to_owned(),
        }
    }

    pub(super) fn adjust(&mut self, order: u8, percent: i64) -> &'static str {
        let (program, id, initial) = (self.scene().program, self.id_of(order), self.initial(order));
        let amount = Money::new(part(initial.minor(), percent), initial.currency());
        let adjustment = Adjustment { amount, reason: "came back".to_owned(), seen: None };
        match self.write(|write, env| adjust_conversion(write, env, program, id, Actor::Clock, &adjustment)) {
            Adjusted::Changed => "changed",
            Adjusted::AlreadySo => "already so",
            Adjusted::NotPending(_) => "not pending",
            Adjusted::Refused(_) => "refused",
            Adjusted::Unknown => "unknown",
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn refund(&mut self, order: u8, event: u8, percent: Option<i64>, chargeback: bool) -> String {
        let (program, id, initial) = (self.scene().program, self.id_of(order), self.initial(order));
        let refund = Refund {
            event_id: ExternalId::parse(&format!("r-{event}")).expect("an event id"),
            kind: if chargeback { RefundKind::Chargeback } else { RefundKind::Refund },
            amount: percent.map(|percent| Money::new(part(initial.minor(), percent), initial.currency())),
            reason: String::new(),
            claimed_at: None,
        };
        match self.write(|write, env| refund_conversion(write, env, program, id, Actor::Clock, &refund)) {
            Refunded::Recorded(row) => format!("recorded {}", row.amount_minor),
            Refunded::Repeat { differs, .. } => format!("repeat, differs: {differs}"),
            Refunded::Refused(_) => "refused".to_owned(),
            Refunded::Unknown => "unknown".to_owned(),
        }
    }

    pub(super) fn dispute(&mut self, order: u8, step: char) -> &'static str {
        let (program, id) = (self.scene().program, self.id_of(order));
        let step = match step {
            'o' => DisputeStep::Opened,
            'w' => DisputeStep::Won,
            _ => DisputeStep::Lost,
        };
        match self.write(|write, env| dispute_conversion(write, env, program, id, Actor::Clock, (step, ""))) {
            Disputed::Changed => "changed",
            Disputed::AlreadySo => "already so",
            Disputed::NotPossible(..) => "not possible",
            Disputed::Unknown => "unknown",
        }
    }

    pub(super) fn purchase(&mut self, order: u8, wanted: char) -> &'static str {
        let (program, id) = (self.scene().program, self.id_of(order));
        let wanted = match wanted {
            'o' => SaleStatus::Open,
            'c' => SaleStatus::Complete,
            't' => SaleStatus::Trialing,
            _ => SaleStatus::Failed,
        };
        let change = SaleChange { wanted, seen: None, reason: String::new() };
        match self.write(|write, env| change_sale(write, env, program, id, Actor::Clock, &change)) {
            SaleChanged::Changed => "changed",
            SaleChanged::AlreadySo => "already so",
            SaleChanged::NotPossible(..) => "not possible",
            SaleChanged::Unknown => "unknown",
            SaleChanged::Overtaken(_) => "overtaken",
        }
    }

    pub(super) fn state(&mut self, order: u8, word: usize) -> &'static str {
        let (program, id) = (self.scene().program, self.id_of(order));
        let wanted = CommissionStatus::ALL[word];
        match self.write(|write, env| state_status(write, env, program, id, Actor::Clock, wanted)) {
            Stated::Changed => "changed",
            Stated::AlreadySo => "already so",
            Stated::NotPossible(..) => "not possible",
            Stated::Unknown => "unknown",
        }
    }
}
