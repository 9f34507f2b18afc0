//! Counting everything again, and holding it against what reports read.

use std::collections::BTreeMap;

use crate::domain::report::{Place, Tally};
use crate::storage::clicks;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::roll_ups;

use super::{Checking, PAGE};

impl Checking {
    pub(super) fn clicks(&mut self, conn: &mut Conn) -> Stored<()> {
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

    /// Visits without credit leave no rows, so their counts have nothing to be held against.
    pub(super) fn reports(&mut self, conn: &mut Conn) -> Stored<()> {
        let stored = roll_ups::all(conn)?;
        let counted = std::mem::take(&mut self.counted);
        let mut found = Vec::new();
        let rows = |stored: &Tally, counted: Tally| Tally { screened: stored.screened, ..counted };
        let (totals, sums) = (roll_ups::all_affiliate_day_totals(conn)?, counted.affiliate_day_totals());
        compare(&mut found, "affiliate's whole day", by_key(totals), by_key(sums), rows);
        compare(&mut found, "campaign and day", by_key(stored.campaign_days), by_key(counted.campaign_days), rows);
        compare(&mut found, "affiliate and day", by_key(stored.affiliate_days), by_key(counted.affiliate_days), rows);
        compare(&mut found, "quarter hour", stored.program_quarters, counted.program_quarters, rows);
        let (stored, counted) = (by_key(stored.affiliate_money), by_key(counted.affiliate_money));
        compare(&mut found, "affiliate's money", stored, counted, |_, counted| counted);
        self.verified.differences.extend(found);
        Ok(())
    }
}

fn by_key<K: Ord, P, T>(rows: BTreeMap<K, (P, T)>) -> BTreeMap<K, T> {
    rows.into_iter().map(|(key, (_, sums))| (key, sums)).collect()
}

/// Compares what is stored with what the rows say. A row of nothing is as good as none.
fn compare<K: Ord + Copy + std::fmt::Debug, T: Copy + Default + PartialEq + std::fmt::Display>(
    found: &mut Vec<String>,
    what: &str,
    stored: BTreeMap<K, T>,
    mut counted: BTreeMap<K, T>,
    comparable: impl Fn(&T, T) -> T,
) {
    for (key, sums) in stored {
        let rows = comparable(&sums, counted.remove(&key).unwrap_or_default());
        if sums != rows {
            found.push(format!("the report per {what} {key:?} says {sums}; the rows say {rows}"));
        }
    }
    for (key, rows) in counted.into_iter().filter(|(_, rows)| *rows != T::default()) {
        found.push(format!("the report per {what} {key:?} is missing; the rows say {rows}"));
    }
}
