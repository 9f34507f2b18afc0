//! What a program did in a stretch of days: by day, by quarter of an hour, by campaign, by affiliate.
//!
//! Each is one statement over an index by program and day, whose rows are as many as days, campaigns and affiliates were
//! busy; how many clicks and conversions they stand for does not matter.

use diesel::prelude::*;

use super::Counted;
use crate::domain::id::{AffiliateId, CampaignId, ProgramId};
use crate::domain::report::Tally;
use crate::domain::time::LocalDay;
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::{affiliate_day_totals, campaign_days, program_quarters};
use crate::storage::sums::{SumParts, sum_of};

/// Days of a program, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: LocalDay,
    /// The last.
    pub to: LocalDay,
}

/// The sums of the columns that people look at: clicks, conversions, sales, commission.
type Sums = (SumParts, SumParts, SumParts, SumParts);

macro_rules! sums {
    () => {
        (sum_of!("clicks"), sum_of!("conversions"), sum_of!("sales_minor"), sum_of!("commission_minor"))
    };
}

fn tally((clicks, conversions, sales, commission): Sums) -> Tally {
    Tally {
        clicks: clicks.total(),
        conversions: conversions.total(),
        sales_minor: sales.total(),
        commission_minor: commission.total(),
        ..Tally::default()
    }
}

/// What was counted day by day; days without anything are left out.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn by_day(conn: &mut Conn, program: ProgramId, days: Days) -> Stored<Vec<(LocalDay, Tally)>> {
    use campaign_days::dsl;
    let own = dsl::campaign_days.filter(dsl::program_id.eq(program).and(dsl::day.between(days.from, days.to)));
    let rows: Vec<(LocalDay, Sums)> = own.group_by(dsl::day).select((dsl::day, sums!())).load(conn).stored()?;
    Ok(rows.into_iter().map(|(day, sums)| (day, tally(sums))).collect())
}

/// What was counted quarter by quarter of an hour, from one up to another that is left out.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn by_quarter(conn: &mut Conn, program: ProgramId, from: i64, until: i64) -> Stored<Vec<(i64, Tally)>> {
    use program_quarters::dsl;
    let counted =
        (dsl::clicks, dsl::unique_clicks, dsl::screened, dsl::conversions, dsl::sales_minor, dsl::commission_minor);
    let own = dsl::program_quarters.filter(dsl::program_id.eq(program));
    let theirs = own.filter(dsl::quarter.ge(from).and(dsl::quarter.lt(until)));
    let rows: Vec<(i64, Counted)> = theirs.select((dsl::quarter, counted)).load(conn).stored()?;
    Ok(rows.into_iter().map(|(quarter, counted)| (quarter, counted.into())).collect())
}

/// The campaigns that earned most in these days, at most `limit` of those that did anything.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn top_campaigns(
    conn: &mut Conn,
    program: ProgramId,
    days: Days,
    limit: usize,
) -> Stored<Vec<(CampaignId, Tally)>> {
    use campaign_days::dsl;
    let own = dsl::campaign_days.filter(dsl::program_id.eq(program).and(dsl::day.between(days.from, days.to)));
    let grouped = own.group_by(dsl::campaign_id).select((dsl::campaign_id, sums!()));
    Ok(most_earning(grouped.load(conn).stored()?, limit))
}

/// The affiliates that earned most in these days, at most `limit` of those that did anything.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn top_affiliates(
    conn: &mut Conn,
    program: ProgramId,
    days: Days,
    limit: usize,
) -> Stored<Vec<(AffiliateId, Tally)>> {
    use affiliate_day_totals::dsl;
    let own = dsl::affiliate_day_totals.filter(dsl::program_id.eq(program).and(dsl::day.between(days.from, days.to)));
    let grouped = own.group_by(dsl::affiliate_id).select((dsl::affiliate_id, sums!()));
    Ok(most_earning(grouped.load(conn).stored()?, limit))
}

/// By commission, then conversions, then clicks; equals by id, so that the order stays.
fn most_earning<I: Copy + Ord>(rows: Vec<(I, Sums)>, limit: usize) -> Vec<(I, Tally)> {
    let mut earned: Vec<(I, Tally)> = rows.into_iter().map(|(id, sums)| (id, tally(sums))).collect();
    earned
        .sort_by_key(|(id, tally)| (std::cmp::Reverse((tally.commission_minor, tally.conversions, tally.clicks)), *id));
    earned.truncate(limit);
    earned
}

/// Whether a live click or conversion of the program was ever counted.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn any_of_program(conn: &mut Conn, program: ProgramId) -> Stored<bool> {
    use program_quarters::dsl;
    let own = dsl::program_quarters.filter(dsl::program_id.eq(program)).select(dsl::quarter);
    let any: Option<i64> = own.first(conn).optional().stored()?;
    Ok(any.is_some())
}
