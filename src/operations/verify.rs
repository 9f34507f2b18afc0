//! Holding what is stored against what it was made from.
//!
//! Every commission is computed again from its conversion, its exchange rate and its rule version, and settled again;
//! every commission's ledger entries are summed, every conversion's refunds; payouts are held against the ledger,
//! everything is counted again and held against the roll-ups and each affiliate's money; a click that a customer goes by is
//! marked so. Nothing is changed. What differs is said in a sentence each. It reads in pages, on one snapshot, beside a running server.

mod conversions;
mod money;
mod named_clicks;
mod reports;

use std::collections::HashMap;

use crate::domain::id::{CommissionId, ConversionId, RuleId};
use crate::domain::report::Tallies;
use crate::domain::rule::Rule;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::commission_rules;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::ledger_entries::LedgerEntryRow;
use crate::storage::refunds::RefundRow;

/// What was looked at, and what was found wrong.
#[derive(Debug, Default)]
pub struct Verified {
    /// Clicks counted.
    pub clicks: u64,
    /// Conversions computed again.
    pub conversions: u64,
    /// Ledger entries summed.
    pub ledger_entries: u64,
    /// What differs, a sentence each.
    pub differences: Vec<String>,
}

const PAGE: i64 = 5_000;

/// Verifies everything. Run it in a snapshot.
///
/// # Errors
/// [`crate::storage::error::StorageError`] when the database does not answer; differences are the value.
pub fn verify(conn: &mut Conn, now: Timestamp) -> Stored<Verified> {
    let catalogue = Catalogue::load(conn, now)?;
    let rules = commission_rules::all(conn)?.into_iter().map(|rule| (rule.id, rule)).collect();
    let mut checking = Checking { now, catalogue, rules, counted: Tallies::default(), verified: Verified::default() };
    checking.conversions(conn)?;
    checking.clicks(conn)?;
    checking.named_clicks(conn)?;
    checking.payouts(conn)?;
    checking.reports(conn)?;
    Ok(checking.verified)
}

/// What hangs on the conversions of a page.
#[derive(Default)]
struct Hanging {
    entries: HashMap<CommissionId, Vec<LedgerEntryRow>>,
    refunds: HashMap<ConversionId, Vec<RefundRow>>,
}

struct Checking {
    now: Timestamp,
    catalogue: Catalogue,
    rules: HashMap<RuleId, Rule>,
    counted: Tallies,
    verified: Verified,
}

impl Checking {
    fn differs(&mut self, sentence: String) {
        self.verified.differences.push(sentence);
    }
}

/// Asks in portions that fit one statement's parameters.
fn in_chunks<I, T>(ids: &[I], mut ask: impl FnMut(&[I]) -> Stored<Vec<T>>) -> Stored<Vec<T>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        found.extend(ask(chunk)?);
    }
    Ok(found)
}
