//! Telling how a conversion came about: everything that explains it, in one read.

use std::collections::HashMap;

use crate::domain::change::Actor;
use crate::domain::id::{ConversionId, ProgramId};
use crate::domain::link::Link;
use crate::domain::rule::Rule;
use crate::storage::attempts::{self, AttemptRow};
use crate::storage::clicks::{self, ClickRow};
use crate::storage::commission_rules;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::Conn;
use crate::storage::conversion_changes::{self, ChangeRow};
use crate::storage::conversion_details::{self, ConversionDetailsRow};
use crate::storage::conversions::ConversionRow;
use crate::storage::conversions::list;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::links;
use crate::storage::refunds::{self, RefundRow};
use crate::storage::tokens::{self, TokenRow};
use crate::storage::users;

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
    pub changes: Vec<Noted>,
    /// What customers got back, the oldest first.
    pub refunds: Vec<RefundRow>,
    /// The newest reports of the same order that told another story.
    pub mismatches: Vec<AttemptRow>,
}

/// A change, with the name of whoever made it.
pub struct Noted {
    /// What was changed, when and why.
    pub change: ChangeRow,
    /// The person's name or the key's; none for the clock, and for who is not known any more.
    pub name: Option<String>,
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
    let click = conversion.click_id.map(|click| clicks::find_all(conn, &[click])).transpose()?;
    let link = conversion.link_id.map(|link| links::find_followed(conn, program, link)).transpose()?.flatten();
    Ok(Some(Explained {
        rule,
        entries,
        details: conversion_details::find(conn, id)?,
        click: click.and_then(|found| found.into_iter().next()),
        link,
        key: tokens::find(conn, program, conversion.token_id)?,
        changes: changes(conn, program, id)?,
        refunds: refunds::of_conversion(conn, id)?,
        mismatches: attempts::list::of_conversion(conn, program, id, MOST_ATTEMPTS)?,
        conversion,
        commission,
    }))
}

/// What became of a conversion, with the names of whoever did it, each looked up once.
fn changes(conn: &mut Conn, program: ProgramId, id: ConversionId) -> Stored<Vec<Noted>> {
    let rows = conversion_changes::of_conversion(conn, id)?;
    let mut names = HashMap::new();
    for row in &rows {
        let Some(actor) = row.actor_id.filter(|actor| !names.contains_key(actor)) else { continue };
        let name = match row.by() {
            Actor::User(user) => users::find(conn, user)?.map(|user| user.name),
            Actor::Key(key) => tokens::find(conn, program, key)?.map(|key| key.name),
            Actor::Clock => None,
        };
        names.insert(actor, name);
    }
    let name = |row: &ChangeRow| row.actor_id.and_then(|actor| names.get(&actor).cloned().flatten());
    Ok(rows.into_iter().map(|change| Noted { name: name(&change), change }).collect())
}
