//! The fields of a call: one list, by which requests are read and from which the reference is made.

/// One field that a call reads.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Whether it may be missing.
    pub presence: Presence,
    /// What it means, in one sentence.
    pub says: &'static str,
}

/// Whether a field may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must be there.
    Required,
    /// It may be left out, but not left blank.
    Filled,
    /// It may be left out, and is where it is blank.
    Optional,
}

impl Field {
    /// A field without which a request is refused.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, says: &'static str) -> Self {
        Self { name, kind, presence: Presence::Required, says }
    }

    /// A field that may be left out, and is where it is blank.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, says: &'static str) -> Self {
        Self { name, kind, presence: Presence::Optional, says }
    }

    /// A field that may be left out, but not left blank: a variable without its value would mean something else.
    #[must_use]
    pub const fn filled(name: &'static str, kind: Kind, says: &'static str) -> Self {
        Self { name, kind, presence: Presence::Filled, says }
    }

    /// Whether a request without it is refused.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        matches!(self.presence, Presence::Required)
    }
}

/// What a field may hold. The words that explain a malformed one are those of the type that reads it; this says the same to
/// tools, as closely as JSON Schema can.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An API key or a token, by its two letters.
    Key(&'static str),
    /// A click token.
    ClickToken,
    /// The id of a referral, or a click token in its place.
    ReferralOrClick,
    /// An id, by its prefix.
    Id(&'static str),
    /// The code of a link.
    LinkCode,
    /// The code of a link, or an affiliate's id or code.
    Tracking,
    /// An affiliate's id or code.
    Affiliate,
    /// The merchant's id of an order, or of anything else.
    ExternalId,
    /// A decimal amount, as text or as a number.
    Amount,
    /// A whole amount in minor units, as text or as a number.
    MinorUnits,
    /// An ISO 4217 code.
    Currency,
    /// The code of an action.
    Action,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An e-mail address.
    Email,
    /// An IP address.
    Address,
    /// Any text; what is too long is cut.
    Text,
    /// A list of ids, or one text with commas between them.
    Ids,
    /// An object of the sender's own.
    Metadata,
    /// A day, or a moment with its offset.
    DayOrMoment,
    /// A moment with its offset.
    Moment,
    /// Yes or no.
    Flag,
    /// A whole number in this range.
    Number(i64, i64),
}
