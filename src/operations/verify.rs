//! Holding what is stored against what it was made from.
//!
//! Every commission is computed again from its conversion and its rule version; every commission's ledger entries are
//! summed; everything is counted again and held against the roll-ups. Nothing is changed. What differs is said in a
//! sentence each. It reads in pages, on one snapshot, beside a running server.

use std::collections::HashMap;

use crate::domain::click_token::Mode;
use crate::domain::commission::earn_on_what_remains;
use crate::domain::id::{CommissionId, ConversionId, RuleId};
use crate::domain::report::{Place, Tallies, Tally};
use crate::domain::rule::Rule;
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::clicks;
use crate::storage::commission_rules;
use crate::storage::commissions::{self, CommissionRow};
use crate::storage::conn::Conn;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::Stored;
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::roll_ups;

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
    let mut checking = Checking { catalogue, rules, counted: Tallies::default(), verified: Verified::default() };
    checking.conversions(conn)?;
    checking.clicks(conn)?;
    checking.orphaned_entries(conn)?;
    checking.roll_ups(conn)?;
    Ok(checking.verified)
}

/// The entries of each commission.
type Booked = HashMap<CommissionId, Vec<LedgerEntryRow>>;

struct Checking {
    catalogue: Catalogue,
    rules: HashMap<RuleId, Rule>,
    counted: Tallies,
    verified: Verified,
}

impl Checking {
    fn differs(&mut self, sentence: String) {
        self.verified.differences.push(sentence);
    }

    fn conversions(&mut self, conn: &mut Conn) -> Stored<()> {
        let mut after = None;
        loop {
            let page = conversions::page(conn, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            let ids: Vec<ConversionId> = page.iter().map(|row| row.id).collect();
            let commissions = in_chunks(&ids, |ids| commissions::of_conversions(conn, ids))?;
            let booked = self.booked(conn, &commissions)?;
            let by_conversion: HashMap<_, _> = commissions.iter().map(|row| (row.conversion_id, row)).collect();
            for row in &page {
                self.conversion(row, by_conversion.get(&row.id).copied(), &booked);
            }
        }
    }

    fn booked(&mut self, conn: &mut Conn, rows: &[CommissionRow]) -> Stored<Booked> {
        let ids: Vec<CommissionId> = rows.iter().map(|row| row.id).collect();
        let entries = in_chunks(&ids, |ids| ledger_entries::of_commissions(conn, ids))?;
        let mut booked = Booked::new();
        for entry in entries {
            self.verified.ledger_entries += 1;
            let Some(commission) = entry.commission_id else { continue };
            booked.entry(commission).or_default().push(entry);
        }
        Ok(booked)
    }

    fn conversion(&mut self, row: &ConversionRow, commission: Option<&CommissionRow>, booked: &Booked) {
        self.verified.conversions += 1;
        let Some(commission) = commission else {
            return self.differs(format!("{} has no commission", row.id));
        };
        self.commission(row, commission);
        self.ledger(row, commission, booked.get(&commission.id).map_or(&[], Vec::as_slice));
        self.count(row, commission);
    }

    fn commission(&mut self, row: &ConversionRow, commission: &CommissionRow) {
        let whose = (commission.program_id, commission.affiliate_id, commission.currency);
        if whose != (row.program_id, row.affiliate_id, row.base_currency) {
            self.differs(format!("the commission of {} is of another program, affiliate or currency", row.id));
        }
        let rule = commission.rule_id.map(|id| self.rules.get(&id).filter(|rule| rule.campaign_id == row.campaign_id));
        let Some(basis) = rule.map_or(Some(None), |found| found.map(|rule| Some(rule.terms.basis))) else {
            return self.differs(format!("{} names a rule version that is not its campaign's", row.id));
        };
        let amounts = (row.amount(), row.remaining());
        let computed = earn_on_what_remains(amounts, row.base_currency, row.quote().as_ref(), basis);
        let stored = (row.base(), commission.amount());
        if !computed.is_ok_and(|earning| (earning.base, earning.commission) == stored) {
            self.differs(format!("the commission of {} is not what its amount and rule give", row.id));
        }
    }

    fn ledger(&mut self, row: &ConversionRow, commission: &CommissionRow, entries: &[LedgerEntryRow]) {
        let whose = (row.program_id, row.mode, commission.affiliate_id, Some(row.id), commission.currency);
        for entry in entries {
            let its = (entry.program_id, entry.mode, entry.affiliate_id, entry.conversion_id, entry.currency);
            if its != whose {
                self.differs(format!("{} is not booked as its conversion {} says", entry.id, row.id));
            }
        }
        let sum = entries.iter().try_fold(0_i64, |sum, entry| sum.checked_add(entry.amount_minor));
        let due = commission.amount_minor.unwrap_or(0);
        if sum != Some(due) {
            let booked = sum.map_or_else(|| "more than fits".to_owned(), |sum| sum.to_string());
            self.differs(format!("the ledger books {booked} for {}, its commission is {due}", row.id));
        }
    }

    fn count(&mut self, row: &ConversionRow, commission: &CommissionRow) {
        let Some(program) = self.catalogue.program(row.program_id) else {
            return;
        };
        if row.mode == Mode::Live {
            let place =
                Place { program_id: row.program_id, campaign_id: row.campaign_id, affiliate_id: row.affiliate_id };
            let tally = Tally::conversion(row.base(), commission.amount());
            self.counted.count(&place, &program.zone, row.received_at, &tally);
        }
    }

    fn clicks(&mut self, conn: &mut Conn) -> Stored<()> {
        let mut after = None;
        loop {
            let page = clicks::page_of_counted(conn, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for click in page {
                self.verified.clicks += 1;
                let Some(program) = self.catalogue.program(click.program_id) else {
                    continue;
                };
                let place = Place {
                    program_id: click.program_id,
                    campaign_id: click.campaign_id,
                    affiliate_id: click.affiliate_id,
                };
                self.counted.count(&place, &program.zone, click.id.time(), &Tally::click(click.first_of_day));
            }
        }
    }

    /// Every entry hangs on a commission that was looked at; so far no other kind of entry is made.
    fn orphaned_entries(&mut self, conn: &mut Conn) -> Stored<()> {
        let stored = ledger_entries::count(conn)?;
        if u64::try_from(stored).unwrap_or_default() != self.verified.ledger_entries {
            self.differs(format!(
                "the ledger has {stored} entries, {} belong to a commission",
                self.verified.ledger_entries
            ));
        }
        Ok(())
    }

    /// Visits without credit leave no rows, so their counts have nothing to be held against.
    fn roll_ups(&mut self, conn: &mut Conn) -> Stored<()> {
        let stored = roll_ups::all(conn)?;
        let counted = std::mem::take(&mut self.counted);
        let mut found = Vec::new();
        compare(&mut found, "campaign and day", by_key(stored.campaign_days), by_key(counted.campaign_days));
        compare(&mut found, "affiliate and day", by_key(stored.affiliate_days), by_key(counted.affiliate_days));
        compare(&mut found, "quarter hour", stored.program_quarters, counted.program_quarters);
        self.verified.differences.extend(found);
        Ok(())
    }
}

type ByKey<K> = std::collections::BTreeMap<K, Tally>;

fn by_key<K: Ord, P>(days: std::collections::BTreeMap<K, (P, Tally)>) -> ByKey<K> {
    days.into_iter().map(|(key, (_, tally))| (key, tally)).collect()
}

fn compare<K: Ord + Copy + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    stored: ByKey<K>,
    mut counted: ByKey<K>,
) {
    for (key, tally) in stored {
        let rows = Tally { screened: tally.screened, ..counted.remove(&key).unwrap_or_default() };
        if tally != rows {
            found.push(format!("the report per {what} {key:?} says {tally:?}, the rows say {rows:?}"));
        }
    }
    for (key, rows) in counted {
        found.push(format!("the report per {what} {key:?} is missing, the rows say {rows:?}"));
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
