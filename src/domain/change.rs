//! Changes of a conversion after it was recorded: each is a row that says who, when and why, and none is ever removed.

use super::id::{ChangeId, ConversionId, ProgramId, TokenId, UserId};
use super::text_enum;
use super::time::Timestamp;

text_enum! {
    /// What was changed.
    pub enum ChangeKind {
        /// Somebody in the admin said whose it is.
        CreditedByHand => "credited_by_hand",
        /// It counts.
        Approved => "approved",
        /// It does not count.
        Rejected => "rejected",
        /// A decision was taken back.
        Reopened => "reopened",
        /// Its amount was lowered (or set to another lower one) before it was approved.
        Adjusted => "adjusted",
        /// The customer got money back.
        Refunded => "refunded",
        /// The customer's bank is asking for the money back.
        Disputed => "disputed",
        /// The bank decided for the merchant.
        DisputeWon => "dispute_won",
        /// The bank took the money back.
        DisputeLost => "dispute_lost",
        /// The purchase itself moved on: paid for, failed, a trial that ended.
        SaleChanged => "sale_changed",
        /// Its hold ended.
        Released => "released",
        /// The exchange rate it was waiting for arrived.
        RateArrived => "rate_arrived",
        /// A report that is trusted more took its place.
        TakenOver => "taken_over",
        /// A report that is trusted more confirmed it.
        Confirmed => "confirmed",
        /// A report that is trusted more differs, and what was paid already is made up for in the ledger.
        Compensated => "compensated",
        /// Something about it wants a look.
        Flagged => "flagged",
        /// Its commission went into a payout.
        PutIntoPayout => "put_into_payout",
        /// Its commission was paid.
        Paid => "paid",
        /// The payout that its commission was in was called off.
        TakenOutOfPayout => "taken_out_of_payout",
        /// A system of the merchant's stated where its commission stands.
        Stated => "stated",
        /// What the sender wants to find again was replaced.
        MetadataReplaced => "metadata_replaced",
    }
}

impl ChangeKind {
    /// Whether it says that the conversion counts, that it does not, or that this is open (again). Whoever states where a
    /// commission stands has decided, too: no rule does so any more.
    #[must_use]
    pub const fn is_decision(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Reopened | Self::Stated)
    }
}

/// Who changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person, in the admin.
    User(UserId),
    /// A system of the merchant's, with this key.
    Key(TokenId),
    /// Nobody: a time had come, or what was waited for had arrived.
    Clock,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// The program.
    pub program_id: ProgramId,
    /// What was changed.
    pub conversion_id: ConversionId,
    /// In which way.
    pub kind: ChangeKind,
    /// By whom.
    pub actor: Actor,
    /// Why, in the words of whoever did it; empty where nobody is asked.
    pub reason: String,
    /// What was different before and after, for people: `240.00 USD, was 259.80 USD`; empty where the kind says it all.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}
