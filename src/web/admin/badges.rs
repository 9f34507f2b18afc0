//! States and kinds in the words and tones of their badges (DESIGN, "Badges").

use crate::domain::affiliate::AffiliateStatus;
use crate::domain::attempt::Call;
use crate::domain::commission::CommissionState;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{ConversionStatus, SaleStatus};
use crate::domain::event::{Channel, EventType};
use crate::domain::flag::Flag;
use crate::domain::ledger::EntryKind;
use crate::domain::payout::{PayoutState, RefundKind};
use crate::domain::rule::Subscription;

/// A word with the classes of its badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The word.
    pub word: &'static str,
    /// The classes beside `badge`.
    pub class: &'static str,
}

const fn dot(word: &'static str, class: &'static str) -> Badge {
    Badge { word, class }
}

/// Where an affiliate stands.
#[must_use]
pub const fn affiliate(status: AffiliateStatus) -> Badge {
    match status {
        AffiliateStatus::Pending => dot("Pending", "dot tone-amber"),
        AffiliateStatus::Active => dot("Active", "dot tone-green"),
        AffiliateStatus::Paused => dot("Paused", "dot"),
        AffiliateStatus::Rejected => dot("Rejected", "dot tone-red"),
    }
}

/// What was decided about a conversion.
#[must_use]
pub const fn conversion(status: ConversionStatus) -> Badge {
    match status {
        ConversionStatus::Pending => dot("Pending", "dot tone-amber"),
        ConversionStatus::Approved => dot("Approved", "dot tone-green"),
        ConversionStatus::Rejected => dot("Rejected", "dot tone-red"),
    }
}

/// Where a commission's money stands.
#[must_use]
pub const fn commission(state: CommissionState) -> Badge {
    match state {
        CommissionState::Held => dot("Held", "dot tone-amber"),
        CommissionState::Payable => dot("Payable", "dot tone-green"),
        CommissionState::InPayout => dot("In payout", "dot tone-blue"),
        CommissionState::Paid => dot("Paid", "dot tone-green"),
        CommissionState::Void => dot("Void", "dot"),
        CommissionState::Disputed => dot("Disputed", "dot tone-red"),
    }
}

/// Where a purchase stands.
#[must_use]
pub const fn sale(status: SaleStatus) -> &'static str {
    match status {
        SaleStatus::Open => "Open",
        SaleStatus::Complete => "Complete",
        SaleStatus::Trialing => "Trialing",
        SaleStatus::Failed => "Failed",
        SaleStatus::PartialRefunded => "Partly refunded",
        SaleStatus::Refunded => "Refunded",
    }
}

/// What subscription an order is a payment of.
#[must_use]
pub const fn subscription(subscription: Subscription) -> &'static str {
    match subscription {
        Subscription::Unspecified => "Yes, its interval was not said",
        Subscription::Monthly => "Paid monthly",
        Subscription::Yearly => "Paid yearly",
    }
}

/// Who took money back.
#[must_use]
pub const fn refund(kind: RefundKind) -> &'static str {
    match kind {
        RefundKind::Refund => "Refund",
        RefundKind::Chargeback => "Chargeback",
    }
}

/// What wants a look, in the few words of a list.
#[must_use]
pub const fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::OwnEmail => "Affiliate’s own e-mail",
        Flag::OwnAddress => "Affiliate’s own browser",
        Flag::TooFast => "Very fast",
        Flag::HigherReportRefused => "Another report refused",
        Flag::PaidDiffers => "Differs from what was paid",
        Flag::UnconfirmedCustomer => "Customer claimed by a browser only",
        Flag::StatedOtherwise => "Another status stated",
    }
}

/// The same in a sentence, with what to look at.
#[must_use]
pub const fn flag_sentence(flag: Flag) -> &'static str {
    match flag {
        Flag::OwnEmail => "The customer’s e-mail address is the affiliate’s own. Many programs do not pay for that.",
        Flag::OwnAddress => {
            "The click came from a network and browser that the affiliate also uses themselves. Many programs do not pay \
             for that."
        }
        Flag::TooFast => "The order followed its click faster than people buy. Look whether it is a real one.",
        Flag::HigherReportRefused => {
            "A report that is trusted more named this order and could not be credited. It is kept under Attempts."
        }
        Flag::PaidDiffers => {
            "A report that is trusted more differs from what is in a payout or paid. The ledger makes up for it."
        }
        Flag::UnconfirmedCustomer => {
            "It is credited because the customer was known, and that the affiliate brought them only a browser said, for \
             which anybody can speak. Confirm or reassign the referral once you know."
        }
        Flag::StatedOtherwise => {
            "Its report states where the commission stands, and that could not be followed. The history says which status \
             it states, and what stood in the way."
        }
    }
}

/// What happened.
#[must_use]
pub const fn event(kind: EventType) -> &'static str {
    match kind {
        EventType::Sale => "Sale",
        EventType::Lead => "Lead",
        EventType::Signup => "Signup",
        EventType::Trial => "Trial",
        EventType::Action => "Action",
    }
}

/// The way a report came, as a sentence's subject.
#[must_use]
pub const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Server => "Your server",
        Channel::Mobile => "An app’s backend",
        Channel::Direct => "Your server, without a click",
        Channel::Postback => "A postback",
        Channel::Pixel => "The visitor’s browser",
        Channel::ByHand => "Somebody in the admin",
    }
}

/// Which call was made.
#[must_use]
pub const fn call(call: Call) -> &'static str {
    match call {
        Call::RegisterClick => "Click registration",
        Call::ReportConversion => "Conversion report",
        Call::ReportSignUp => "Sign-up report",
        Call::ReportRefund => "Refund report",
    }
}

/// Where a payout stands.
#[must_use]
pub const fn payout(state: PayoutState) -> Badge {
    match state {
        PayoutState::Open => dot("On its way", "dot tone-blue"),
        PayoutState::Paid => dot("Paid", "dot tone-green"),
        PayoutState::CalledOff => dot("Called off", "dot"),
    }
}

/// Where a payout stands that was made outside, as somebody stated.
#[must_use]
pub const fn payout_outside(state: PayoutState) -> Badge {
    match state {
        PayoutState::Open => dot("Being paid outside", "dot tone-blue"),
        PayoutState::Paid => dot("Paid outside", "dot tone-green"),
        PayoutState::CalledOff => payout(state),
    }
}

/// The status that somebody stated, in the second half of a sentence.
#[must_use]
pub const fn stated(status: CommissionStatus) -> &'static str {
    match status {
        CommissionStatus::Pending => "pending",
        CommissionStatus::PendingManualApproval => "waiting for approval by hand",
        CommissionStatus::ReadyForPayment => "ready for payment",
        CommissionStatus::ProcessingPayout => "being paid",
        CommissionStatus::Paid => "paid",
        CommissionStatus::Declined => "declined",
        CommissionStatus::Refunded => "refunded",
        CommissionStatus::Dispute => "disputed",
    }
}

/// Why money moved.
#[must_use]
pub const fn entry(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Earn => "Earned",
        EntryKind::Adjust => "Adjusted",
        EntryKind::Refund => "Refunded",
        EntryKind::Chargeback => "Charged back",
        EntryKind::Reversal => "Reversed",
        EntryKind::Bonus => "Bonus",
        EntryKind::ExternalPayout => "Paid outside Accrue",
    }
}
