//! Telling how a conversion came about: everything that explains it, in one read.

use crate::domain::id::{AffiliateId, ConversionId, ProgramId};
use crate::domain::link::Link;
use crate::domain::rule::Rule;
use crate::storage::attempts::{self, AttemptRow};
use crate::storage::clicks::ClickRow;
use crate::storage::commission_rules;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::conversion_details::{self, ConversionDetailsRow};
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::refunds::{self, RefundRow};
use crate::storage::tokens::{self, TokenRow};

use super::explaining::{self, Noted};

/// Attempts shown beside a conversion at most; a list of all is elsewhere.
const MOST_ATTEMPTS: i64 = 20;

/// A conversion with everything that explains it.
pub struct Explained {
    /// What is on record.
    pub conversion: ConversionRow,
    /// What it earns.
    pub commission: Option<CommissionRow>,
    /// By which version of which rule.
    pub rule: Option<Rule>,
    /// What was booked for it, the oldest first.
    pub entries: Vec<LedgerEntryRow>,
    /// What the merchant said of the customer, and the facts of the click that are kept for good.
    pub details: Option<ConversionDetailsRow>,
    /// The click it rests on, while its row is there.
    pub click: Option<ClickRow>,
    /// The link that the visitor followed; none for a click registered by API.
    pub link: Option<Link>,
    /// The key it was reported with.
    pub key: Option<TokenRow>,
    /// What became of it, the oldest first.
    pub changes: Vec<Noted<ChangeRow>>,
    /// What customers got back, the oldest first.
    pub refunds: Vec<RefundRow>,
    /// The newest reports of the same order that told another story.
    pub mismatches: Vec<AttemptRow>,
}

impl Explained {
    /// Who was credited first, as the reasons for it say: a better report of an order that was paid may have moved it to
    /// another affiliate since, whose it is in every list.
    #[must_use]
    pub fn credited_first(&self) -> AffiliateId {
        self.commission.as_ref().map_or(self.conversion.affiliate_id, |commission| commission.affiliate_id)
    }
}

/// Reads what explains a conversion of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn explain_conversion(conn: &mut Conn, program: ProgramId, id: ConversionId) -> Stored<Option<Explained>> {
    let Some((conversion, commission)) = list::find(conn, program, id)? else {
        return Ok(None);
    };
    let rule = commission.as_ref().and_then(|commission| commission.rule_id);
    let rule = rule.map(|rule| commission_rules::find(conn, rule)).transpose()?.flatten();
    let commissions: Vec<_> = commission.iter().map(|commission| commission.id).collect();
    let mut entries = ledger_entries::of_commissions(conn, &commissions)?;
    entries.sort_by_key(|entry| entry.id);
    let changes = conversion_changes::of_conversion(conn, id)?;
    Ok(Some(Explained {
        rule,
        entries,
        details: conversion_details::find(conn, id)?,
        click: explaining::click(conn, conversion.click_id)?,
        link: explaining::link(conn, program, conversion.link_id)?,
        key: tokens::find(conn, program, conversion.token_id)?,
        changes: explaining::noted(conn, program, changes, ChangeRow::by)?,
        refunds: refunds::of_conversion(conn, id)?,
        mismatches: attempts::list::of_conversion(conn, program, id, MOST_ATTEMPTS)?,
        conversion,
        commission,
    }))
}
