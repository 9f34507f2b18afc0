//! What can go wrong below, as three things the house can act on.
//!
//! A broken promise of uniqueness is an outcome somebody foresaw, so it comes with the constraint's own name. A database
//! that is away will come back. Everything else is a defect of ours: it is logged once, where it is caught, and never
//! shown.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind};

/// A failed read or write.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Something that must be unique exists already.
    #[error("{0} is taken")]
    Taken(Unique),
    /// The database cannot be reached, or cannot write at present.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The work on it panicked, and was rolled back.
    #[error("the work on the database panicked")]
    Panicked,
    /// What is stored does not fit together.
    #[error("what is stored does not fit together: {0}")]
    Inconsistent(&'static str),
    /// The database refused the statement, or a stored value does not read back.
    #[error("the database failed: {0}")]
    Failed(diesel::result::Error),
}

/// The uniqueness promises that people can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unique {
    /// `programs.slug`.
    #[error("the program's short name")]
    ProgramSlug,
    /// `users.email`.
    #[error("the e-mail address")]
    UserEmail,
    /// `memberships (user_id, program_id)`.
    #[error("the person's role in the program")]
    Membership,
    /// `affiliate_codes (program_id, code)`: somebody has or had it.
    #[error("the affiliate code")]
    AffiliateCode,
    /// `links.code`.
    #[error("the link code")]
    LinkCode,
    /// `links (campaign_id, affiliate_id) where implicit`.
    #[error("the pair's implicit link")]
    ImplicitLink,
    /// `coupons (program_id, folded)`: the program has or had one with that code.
    #[error("the coupon code")]
    CouponCode,
    /// `commission_rules (campaign_id, number, version)`.
    #[error("the rule version")]
    RuleVersion,
    /// `conversions (order_id, program_id, action, mode)`.
    #[error("the order")]
    Order,
    /// `referral_identifiers (value, kind, program_id, mode)`.
    #[error("what the customer is called")]
    CustomerName,
    /// `refunds (conversion_id, event_id)`.
    #[error("the refund's event id")]
    RefundEvent,
    /// `payouts (affiliate_id) where state = 'open' and not outside`.
    #[error("the affiliate's open payout")]
    OpenPayout,
    /// Any other: ids and selectors, which are random.
    #[error("an id")]
    Other,
}

/// A constraint's name on PostgreSQL, the columns SQLite names instead, and what it means.
const CONSTRAINTS: [(&str, &str, Unique); 13] = [
    ("programs_slug", "programs.slug", Unique::ProgramSlug),
    ("users_email", "users.email", Unique::UserEmail),
    ("memberships_pkey", "memberships.user_id, memberships.program_id", Unique::Membership),
    ("affiliates_code", "affiliates.program_id, affiliates.code", Unique::AffiliateCode),
    ("affiliate_codes_pkey", "affiliate_codes.program_id, affiliate_codes.code", Unique::AffiliateCode),
    ("links_code", "links.code", Unique::LinkCode),
    ("links_implicit", "links.campaign_id, links.affiliate_id", Unique::ImplicitLink),
    ("coupons_code", "coupons.program_id, coupons.folded", Unique::CouponCode),
    ("commission_rules_version", "commission_rules.campaign_id, commission_rules.number", Unique::RuleVersion),
    ("refunds_event", "refunds.conversion_id, refunds.event_id", Unique::RefundEvent),
    ("payouts_open", "payouts.affiliate_id", Unique::OpenPayout),
    ("conversions_dedup", "conversions.order_id, conversions.program_id", Unique::Order),
    ("referral_identifiers_pkey", "referral_identifiers.value, referral_identifiers.kind", Unique::CustomerName),
];

fn broken_promise(information: &dyn DatabaseErrorInformation) -> Unique {
    let (name, message) = (information.constraint_name().unwrap_or_default(), information.message());
    let known = CONSTRAINTS.iter().find(|(constraint, columns, _)| *constraint == name || message.contains(columns));
    known.map_or(Unique::Other, |(_, _, unique)| *unique)
}

impl From<diesel::result::Error> for StorageError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error;
        match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
                Self::Taken(broken_promise(information.as_ref()))
            }
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, information) => {
                Self::Unavailable(information.message().to_owned())
            }
            Error::BrokenTransactionManager => Self::Unavailable("the connection was lost in a transaction".to_owned()),
            Error::DatabaseError(_, information) if cannot_write_now(information.message()) => {
                Self::Unavailable(information.message().to_owned())
            }
            other => Self::Failed(other),
        }
    }
}

/// Messages that speak of the machine rather than of the statement; both engines report these without a kind.
fn cannot_write_now(message: &str) -> bool {
    const SIGNS: [&str; 12] = [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database",
        "readonly database",
        "terminating connection",
        "shutting down",
        "starting up",
        "in recovery mode",
        "connection",
        "No space left on device",
        "could not extend file",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

impl From<diesel::ConnectionError> for StorageError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<r2d2::Error> for StorageError {
    fn from(error: r2d2::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl StorageError {
    /// Whether running the same transaction once more may succeed at once: another writer was faster with an order or with what
    /// its customer is called, or PostgreSQL gave up on it in favour of another one (40001, 40P01).
    #[must_use]
    pub fn is_worth_another_run(&self) -> bool {
        use diesel::result::Error;
        match self {
            Self::Taken(Unique::Order | Unique::CustomerName) => true,
            Self::Failed(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Failed(Error::DatabaseError(_, information)) => information.message().contains("deadlock detected"),
            _ => false,
        }
    }
}

/// What reading or writing comes to.
pub type Stored<T> = Result<T, StorageError>;
