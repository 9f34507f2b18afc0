//! What can be done about a conversion, and the dialogs that ask for what it takes.

use crate::domain::commission::CommissionState;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::money::Money;
use crate::operations::explain_conversion::Explained;
use crate::storage::commissions::CommissionRow;
use crate::web::admin::badges;
use crate::web::filters::with_currency;
use crate::web::form::{Errors, Posted};
use crate::web::page::Frame;

/// Something that takes a dialog. Approving takes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Reject,
    Reopen,
    Adjust,
    Refund,
    Dispute,
    EndDispute,
    Sale,
}

impl Deed {
    const ALL: [Self; 7] =
        [Self::Reject, Self::Reopen, Self::Adjust, Self::Refund, Self::Dispute, Self::EndDispute, Self::Sale];

    /// The word in `?do=`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Reopen => "reopen",
            Self::Adjust => "adjust",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::EndDispute => "end-dispute",
            Self::Sale => "sale",
        }
    }

    /// The deed of a word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.word() == word)
    }

    /// What its button says.
    const fn short(self) -> &'static str {
        match self {
            Self::Reject => "Reject",
            Self::Reopen => "Back to pending",
            Self::Adjust => "Adjust",
            Self::Refund => "Refund",
            Self::Dispute => "Open a dispute",
            Self::EndDispute => "End the dispute",
            Self::Sale => "Change the purchase",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Reject => "x",
            Self::Reopen => "arrow-back-up",
            Self::Adjust => "pencil",
            Self::Refund => "receipt-refund",
            Self::Dispute => "alert-triangle",
            Self::EndDispute => "shield-check",
            Self::Sale => "receipt",
        }
    }

    /// Where its form goes.
    const fn path(self) -> &'static str {
        match self {
            Self::Reject => "rejection",
            Self::Reopen => "reopening",
            Self::Adjust => "adjustments",
            Self::Refund => "refunds",
            Self::Dispute => "dispute",
            Self::EndDispute => "dispute/end",
            Self::Sale => "sale",
        }
    }

    /// Whether it can be done about this conversion as it stands.
    fn is_possible(self, explained: &Explained) -> bool {
        use CommissionState::{Disputed, Held, InPayout, Paid, Payable};
        use SaleStatus::{Complete, Failed, Open, Trialing};
        let row = &explained.conversion;
        let state = explained.commission.as_ref().map_or(Held, |commission| commission.state);
        let pending = row.status == ConversionStatus::Pending;
        match self {
            Self::Reject => pending && state != Disputed,
            Self::Reopen => !pending && !matches!(state, InPayout | Paid | Disputed),
            Self::Adjust => pending && state != Disputed && row.remaining().is_positive(),
            Self::Refund => row.remaining().is_positive(),
            Self::Dispute => matches!(state, Held | Payable),
            Self::EndDispute => state == Disputed,
            Self::Sale => matches!(row.sale_status, Open | Complete | Trialing | Failed),
        }
    }
}

/// A button that opens a dialog.
pub(super) struct Offer {
    pub(super) word: &'static str,
    pub(super) short: &'static str,
    pub(super) icon: &'static str,
}

/// Everything that can be done about a conversion.
#[derive(Default)]
pub(super) struct Offers {
    /// Whether it can be approved.
    pub(super) approval: bool,
    /// What is done often.
    pub(super) often: Vec<Offer>,
    /// What is done seldom.
    pub(super) seldom: Vec<Offer>,
}

impl Offers {
    /// What can be done about this conversion as it stands.
    pub(super) fn of(explained: &Explained) -> Self {
        let possible = Deed::ALL.into_iter().filter(|deed| deed.is_possible(explained));
        let offer = |deed: Deed| Offer { word: deed.word(), short: deed.short(), icon: deed.icon() };
        let (often, seldom): (Vec<Deed>, Vec<Deed>) =
            possible.partition(|deed| !matches!(deed, Deed::Dispute | Deed::Sale));
        let commission = explained.commission.as_ref();
        Self {
            approval: Deed::Reject.is_possible(explained)
                && commission.is_some_and(|commission| commission.hold_reason.is_none()),
            often: often.into_iter().map(offer).collect(),
            seldom: seldom.into_iter().map(offer).collect(),
        }
    }
}

/// What stands in a dialog's fields.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) amount: String,
    pub(super) reason: String,
    pub(super) event: String,
    pub(super) kind: String,
    pub(super) end: String,
    pub(super) sale: String,
}

impl Filled {
    /// What was sent.
    pub(super) fn of(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            amount: text("amount"),
            reason: text("reason"),
            event: text("event_id"),
            kind: text("kind"),
            end: text("end"),
            sale: text("sale_status"),
        }
    }
}

/// A dialog, open.
pub(super) struct Dialog {
    pub(super) deed: Deed,
    pub(super) element: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) button: &'static str,
    pub(super) is_danger: bool,
    pub(super) amount_label: &'static str,
    pub(super) amount_hint: String,
    pub(super) needs_reason: bool,
    pub(super) currency: &'static str,
    pub(super) edition: i64,
    pub(super) filled: Filled,
    pub(super) errors: Errors,
}

impl Dialog {
    /// The dialog of a deed about this conversion, with what stands in it.
    pub(super) fn new(frame: &Frame, explained: &Explained, deed: Deed, filled: Filled, errors: Errors) -> Self {
        let row = &explained.conversion;
        let page = frame.at(&format!("/conversions/{}", row.id));
        let (title, button) = named(deed, row.order_id.as_str());
        Self {
            deed,
            element: format!("do-{}", deed.word()),
            title,
            text: text(deed, explained),
            action: format!("{page}/{}", deed.path()),
            back: page,
            button,
            is_danger: matches!(deed, Deed::Reject | Deed::Refund),
            amount_label: if deed == Deed::Adjust { "New amount" } else { "Refunded amount" },
            amount_hint: amount_hint(deed, explained),
            needs_reason: matches!(deed, Deed::Reject | Deed::Reopen | Deed::Adjust),
            currency: row.currency.code(),
            edition: row.edition,
            filled,
            errors,
        }
    }

    /// Whether it asks for an amount.
    pub(super) fn asks_amount(&self) -> bool {
        matches!(self.deed, Deed::Adjust | Deed::Refund)
    }

    /// Whether it is about this.
    pub(super) fn is(&self, word: &str) -> bool {
        self.deed.word() == word
    }

    /// Where a purchase may be said to stand.
    pub(super) fn sales(&self) -> Vec<(&'static str, &'static str)> {
        let told = [SaleStatus::Open, SaleStatus::Complete, SaleStatus::Trialing, SaleStatus::Failed];
        told.map(|sale| (sale.as_str(), badges::sale(sale))).to_vec()
    }
}

fn named(deed: Deed, order: &str) -> (String, &'static str) {
    match deed {
        Deed::Reject => (format!("Reject order {order}"), "Reject conversion"),
        Deed::Reopen => (format!("Set order {order} back to pending"), "Set back to pending"),
        Deed::Adjust => (format!("Adjust order {order}"), "Adjust amount"),
        Deed::Refund => (format!("Refund order {order}"), "Record refund"),
        Deed::Dispute => (format!("Open a dispute about order {order}"), "Open dispute"),
        Deed::EndDispute => (format!("End the dispute about order {order}"), "End dispute"),
        Deed::Sale => (format!("Change the purchase of order {order}"), "Change purchase"),
    }
}

fn text(deed: Deed, explained: &Explained) -> String {
    let booked = explained.commission.as_ref().map(CommissionRow::booked).filter(|booked| booked.is_positive());
    match deed {
        Deed::Reject => booked.map_or_else(
            || "Nothing is owed for it from then on. You can set it back to pending later, with a reason.".to_owned(),
            |booked| {
                let booked = with_currency(booked);
                format!("The commission of {booked} is voided. You can set it back to pending later, with a reason.")
            },
        ),
        Deed::Reopen if explained.conversion.status == ConversionStatus::Rejected => {
            "Its commission is booked again, and it waits for another decision.".to_owned()
        }
        Deed::Reopen => "Its commission is held again, and it waits for another decision.".to_owned(),
        Deed::Adjust => "For partial returns, while the conversion is pending. The commission follows.".to_owned(),
        Deed::Refund => {
            "The commission for the refunded part is taken back; after a payout it is carried to the next one."
                .to_owned()
        }
        Deed::Dispute => {
            "The customer’s bank is asking for the money back. The commission is kept until that has ended.".to_owned()
        }
        Deed::EndDispute => "Say how the bank decided.".to_owned(),
        Deed::Sale => "What is open, trialing or failed is not paid for, and no commission is owed for it.".to_owned(),
    }
}

fn amount_hint(deed: Deed, explained: &Explained) -> String {
    let row = &explained.conversion;
    match deed {
        Deed::Adjust if row.refunded_minor > 0 => {
            let refunded = Money::new(row.refunded_minor, row.currency);
            format!("Lower than {}, and not lower than {refunded}, which was given back.", row.amount())
        }
        Deed::Adjust => format!("Lower than {}, which was reported.", row.amount()),
        _ => format!("Up to {}. Left empty, all of that is refunded.", row.remaining()),
    }
}
