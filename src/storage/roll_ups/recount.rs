//! Counting a program's days again, in another time zone.

use diesel::prelude::*;

use crate::domain::id::ProgramId;
use crate::storage::conn::{Conn, each_backend};
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::{
    affiliate_day_totals, affiliate_days, affiliates, campaign_days, campaigns, program_quarters,
};
use crate::storage::write::Write;

/// The first quarter hour in which anything was counted for a program.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn first_quarter(conn: &mut Conn, program: ProgramId) -> Stored<Option<i64>> {
    use program_quarters::dsl;
    let own = dsl::program_quarters.filter(dsl::program_id.eq(program)).order(dsl::quarter);
    own.select(dsl::quarter).first(conn).optional().stored()
}

/// Sets the days of a program back to what leaves no rows (visits without credit), to be counted again.
///
/// The rows are reached by the campaigns and affiliates of the program, which lead their keys.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn clear_days(write: &mut Write<'_>, program: ProgramId) -> Stored<()> {
    each_backend!(write.conn(), |c| {
        use campaign_days::dsl;
        let own = campaigns::table.filter(campaigns::program_id.eq(program)).select(campaigns::id);
        let days = dsl::campaign_days.filter(dsl::campaign_id.eq_any(own));
        let counts = (dsl::clicks.eq(0), dsl::unique_clicks.eq(0), dsl::conversions.eq(0));
        let money = (dsl::sales_minor.eq(0), dsl::commission_minor.eq(0));
        diesel::update(days).set((counts, money)).execute(c)
    })
    .stored()?;
    each_backend!(write.conn(), |c| {
        use affiliate_days::dsl;
        let own = affiliates::table.filter(affiliates::program_id.eq(program)).select(affiliates::id);
        let days = dsl::affiliate_days.filter(dsl::affiliate_id.eq_any(own));
        let counts = (dsl::clicks.eq(0), dsl::unique_clicks.eq(0), dsl::conversions.eq(0));
        let money = (dsl::sales_minor.eq(0), dsl::commission_minor.eq(0));
        diesel::update(days).set((counts, money)).execute(c)
    })
    .stored()?;
    let days = affiliate_day_totals::table.filter(affiliate_day_totals::program_id.eq(program));
    let counts = {
        use affiliate_day_totals::dsl;
        let money = (dsl::sales_minor.eq(0), dsl::commission_minor.eq(0));
        (dsl::clicks.eq(0), dsl::unique_clicks.eq(0), dsl::conversions.eq(0), money)
    };
    diesel::update(days).set(counts).execute(write.conn()).stored()?;
    Ok(())
}

/// Removes the days of a program in which nothing was counted.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn drop_empty_days(write: &mut Write<'_>, program: ProgramId) -> Stored<()> {
    each_backend!(write.conn(), |c| {
        use campaign_days::dsl;
        let own = campaigns::table.filter(campaigns::program_id.eq(program)).select(campaigns::id);
        let empty = dsl::clicks.eq(0).and(dsl::screened.eq(0)).and(dsl::conversions.eq(0));
        diesel::delete(dsl::campaign_days.filter(dsl::campaign_id.eq_any(own).and(empty))).execute(c)
    })
    .stored()?;
    each_backend!(write.conn(), |c| {
        use affiliate_days::dsl;
        let own = affiliates::table.filter(affiliates::program_id.eq(program)).select(affiliates::id);
        let empty = dsl::clicks.eq(0).and(dsl::screened.eq(0)).and(dsl::conversions.eq(0));
        diesel::delete(dsl::affiliate_days.filter(dsl::affiliate_id.eq_any(own).and(empty))).execute(c)
    })
    .stored()?;
    let empty = {
        use affiliate_day_totals::dsl;
        dsl::program_id.eq(program).and(dsl::clicks.eq(0)).and(dsl::screened.eq(0)).and(dsl::conversions.eq(0))
    };
    diesel::delete(affiliate_day_totals::table.filter(empty)).execute(write.conn()).stored()?;
    Ok(())
}
