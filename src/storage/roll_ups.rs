//! The roll-ups: what reports read instead of clicks and conversions.

pub mod periods;
pub mod recount;

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{affiliate_day_totals, affiliate_days, affiliate_money, campaign_days, program_quarters};
use super::sums::{SumParts, sum_of};
use crate::domain::id::{AffiliateId, CampaignId, ProgramId};
use crate::domain::report::{MoneyTally, Tallies, Tally};
use crate::domain::time::LocalDay;

/// The counted columns, which all of the tables share.
#[derive(Queryable, Clone, Copy, Debug)]
pub(super) struct Counted {
    clicks: i64,
    unique_clicks: i64,
    screened: i64,
    conversions: i64,
    sales_minor: i64,
    commission_minor: i64,
}

impl From<Counted> for Tally {
    fn from(counted: Counted) -> Self {
        Self {
            clicks: counted.clicks,
            unique_clicks: counted.unique_clicks,
            screened: counted.screened,
            conversions: counted.conversions,
            sales_minor: counted.sales_minor,
            commission_minor: counted.commission_minor,
        }
    }
}

macro_rules! roll_up_row {
    ($(#[$meta:meta])* $row:ident { $($key:ident: $type:ty),+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub(super) struct $row {
            $(pub(super) $key: $type,)+
            pub(super) clicks: i64,
            pub(super) unique_clicks: i64,
            pub(super) screened: i64,
            pub(super) conversions: i64,
            pub(super) sales_minor: i64,
            pub(super) commission_minor: i64,
        }

        impl $row {
            fn new($($key: $type,)+ tally: &Tally) -> Self {
                Self {
                    $($key,)+
                    clicks: tally.clicks,
                    unique_clicks: tally.unique_clicks,
                    screened: tally.screened,
                    conversions: tally.conversions,
                    sales_minor: tally.sales_minor,
                    commission_minor: tally.commission_minor,
                }
            }
        }
    };
}

roll_up_row!(
    /// A campaign's day.
    CampaignDayRow { campaign_id: CampaignId, day: LocalDay, program_id: ProgramId }
);
roll_up_row!(
    /// An affiliate's day with a campaign.
    AffiliateDayRow {
        affiliate_id: AffiliateId, campaign_id: CampaignId, day: LocalDay, program_id: ProgramId
    }
);
roll_up_row!(
    /// An affiliate's day, all campaigns together.
    AffiliateDayTotalRow { program_id: ProgramId, affiliate_id: AffiliateId, day: LocalDay }
);
roll_up_row!(
    /// A program's quarter of an hour.
    ProgramQuarterRow { program_id: ProgramId, quarter: i64 }
);

/// Where an affiliate's live money stands.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = affiliate_money, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::report says what they mean")]
pub struct AffiliateMoneyRow {
    pub affiliate_id: AffiliateId,
    pub program_id: ProgramId,
    pub balance_minor: i64,
    pub waiting_minor: i64,
    pub held_minor: i64,
    pub disputed_minor: i64,
    pub in_payout_minor: i64,
}

impl AffiliateMoneyRow {
    fn new(affiliate_id: AffiliateId, program_id: ProgramId, money: &MoneyTally) -> Self {
        Self {
            affiliate_id,
            program_id,
            balance_minor: money.balance_minor,
            waiting_minor: money.waiting_minor,
            held_minor: money.held_minor,
            disputed_minor: money.disputed_minor,
            in_payout_minor: money.in_payout_minor,
        }
    }

    /// The sums.
    #[must_use]
    pub const fn money(&self) -> MoneyTally {
        MoneyTally {
            balance_minor: self.balance_minor,
            waiting_minor: self.waiting_minor,
            held_minor: self.held_minor,
            disputed_minor: self.disputed_minor,
            in_payout_minor: self.in_payout_minor,
        }
    }
}

/// A batch's deltas as rows, each table in the order of its key.
pub(super) struct RollUpRows {
    pub(super) campaigns: Vec<CampaignDayRow>,
    pub(super) affiliates: Vec<AffiliateDayRow>,
    pub(super) affiliate_totals: Vec<AffiliateDayTotalRow>,
    pub(super) quarters: Vec<ProgramQuarterRow>,
    pub(super) money: Vec<AffiliateMoneyRow>,
}

impl RollUpRows {
    pub(super) fn of(tallies: &Tallies) -> Self {
        let campaigns = tallies.campaign_days.iter();
        let affiliates = tallies.affiliate_days.iter();
        let quarters = tallies.program_quarters.iter();
        Self {
            campaigns: campaigns
                .map(|((campaign, day), (program, tally))| CampaignDayRow::new(*campaign, *day, *program, tally))
                .collect(),
            affiliates: affiliates
                .map(|((affiliate, campaign, day), (program, tally))| {
                    AffiliateDayRow::new(*affiliate, *campaign, *day, *program, tally)
                })
                .collect(),
            affiliate_totals: tallies
                .affiliate_day_totals()
                .into_iter()
                .map(|((affiliate, day), (program, tally))| AffiliateDayTotalRow::new(program, affiliate, day, &tally))
                .collect(),
            quarters: quarters
                .map(|((program, quarter), tally)| ProgramQuarterRow::new(*program, *quarter, tally))
                .collect(),
            money: tallies
                .affiliate_money
                .iter()
                .map(|(affiliate, (program, money))| AffiliateMoneyRow::new(*affiliate, *program, money))
                .collect(),
        }
    }
}

/// Everything that is stored, to be held against the rows it was counted from.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all(conn: &mut Conn) -> Stored<Tallies> {
    Ok(Tallies {
        campaign_days: all_campaign_days(conn)?,
        affiliate_days: all_affiliate_days(conn)?,
        program_quarters: all_program_quarters(conn)?,
        affiliate_money: all_affiliate_money(conn)?,
    })
}

type CampaignDays = BTreeMap<(CampaignId, LocalDay), (ProgramId, Tally)>;
type AffiliateDays = BTreeMap<(AffiliateId, CampaignId, LocalDay), (ProgramId, Tally)>;

/// What each affiliate did each day, all campaigns together, by affiliate and day.
pub type AffiliateDayTotals = BTreeMap<(AffiliateId, LocalDay), (ProgramId, Tally)>;

fn all_campaign_days(conn: &mut Conn) -> Stored<CampaignDays> {
    use campaign_days::dsl;
    let counted =
        (dsl::clicks, dsl::unique_clicks, dsl::screened, dsl::conversions, dsl::sales_minor, dsl::commission_minor);
    let rows: Vec<((CampaignId, LocalDay), ProgramId, Counted)> =
        dsl::campaign_days.select(((dsl::campaign_id, dsl::day), dsl::program_id, counted)).load(conn).stored()?;
    Ok(rows.into_iter().map(|(key, program, counted)| (key, (program, counted.into()))).collect())
}

fn all_affiliate_days(conn: &mut Conn) -> Stored<AffiliateDays> {
    use affiliate_days::dsl;
    let counted =
        (dsl::clicks, dsl::unique_clicks, dsl::screened, dsl::conversions, dsl::sales_minor, dsl::commission_minor);
    let key = (dsl::affiliate_id, dsl::campaign_id, dsl::day);
    let rows: Vec<((AffiliateId, CampaignId, LocalDay), ProgramId, Counted)> =
        dsl::affiliate_days.select((key, dsl::program_id, counted)).load(conn).stored()?;
    Ok(rows.into_iter().map(|(key, program, counted)| (key, (program, counted.into()))).collect())
}

/// Every affiliate's days, all campaigns together, as they are stored.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn all_affiliate_day_totals(conn: &mut Conn) -> Stored<AffiliateDayTotals> {
    use affiliate_day_totals::dsl;
    let counted =
        (dsl::clicks, dsl::unique_clicks, dsl::screened, dsl::conversions, dsl::sales_minor, dsl::commission_minor);
    let rows: Vec<((AffiliateId, LocalDay), ProgramId, Counted)> = dsl::affiliate_day_totals
        .select(((dsl::affiliate_id, dsl::day), dsl::program_id, counted))
        .load(conn)
        .stored()?;
    Ok(rows.into_iter().map(|(key, program, counted)| (key, (program, counted.into()))).collect())
}

fn all_program_quarters(conn: &mut Conn) -> Stored<BTreeMap<(ProgramId, i64), Tally>> {
    use program_quarters::dsl;
    let counted =
        (dsl::clicks, dsl::unique_clicks, dsl::screened, dsl::conversions, dsl::sales_minor, dsl::commission_minor);
    let rows: Vec<((ProgramId, i64), Counted)> =
        dsl::program_quarters.select(((dsl::program_id, dsl::quarter), counted)).load(conn).stored()?;
    Ok(rows.into_iter().map(|(key, counted)| (key, counted.into())).collect())
}

fn all_affiliate_money(conn: &mut Conn) -> Stored<BTreeMap<AffiliateId, (ProgramId, MoneyTally)>> {
    let rows = affiliate_money::table.select(AffiliateMoneyRow::as_select()).load(conn).stored()?;
    Ok(rows.into_iter().map(|row| (row.affiliate_id, (row.program_id, row.money()))).collect())
}

/// Where the live money of each affiliate of a program stands; those of whom nothing was ever booked are left out.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn money_of_program(conn: &mut Conn, program: ProgramId) -> Stored<Vec<AffiliateMoneyRow>> {
    let own = affiliate_money::table.filter(affiliate_money::program_id.eq(program));
    own.select(AffiliateMoneyRow::as_select()).load(conn).stored()
}

/// Where an affiliate's live money stands.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn money_of_affiliate(conn: &mut Conn, affiliate: AffiliateId) -> Stored<MoneyTally> {
    let its = affiliate_money::table.filter(affiliate_money::affiliate_id.eq(affiliate));
    let row = its.select(AffiliateMoneyRow::as_select()).first(conn).optional().stored()?;
    Ok(row.map(|row| row.money()).unwrap_or_default())
}

/// Where the live money of these affiliates of a program stands; those of whom nothing was ever booked are left out.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn money_of_affiliates(
    conn: &mut Conn,
    program: ProgramId,
    affiliates: &[AffiliateId],
) -> Stored<HashMap<AffiliateId, MoneyTally>> {
    let own = affiliate_money::table.filter(affiliate_money::program_id.eq(program));
    let theirs = own.filter(affiliate_money::affiliate_id.eq_any(affiliates));
    let rows: Vec<AffiliateMoneyRow> = theirs.select(AffiliateMoneyRow::as_select()).load(conn).stored()?;
    Ok(rows.into_iter().map(|row| (row.affiliate_id, row.money())).collect())
}

/// What an affiliate brought, all campaigns and days together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Clicks recorded.
    pub clicks: i64,
    /// Conversions recorded.
    pub conversions: i64,
    /// Their commissions in minor units of the program's base currency, as far as they could be computed.
    pub commission_minor: i64,
}

/// What these affiliates of a program brought; those that brought nothing are left out.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn of_affiliates(
    conn: &mut Conn,
    program: ProgramId,
    affiliates: &[AffiliateId],
) -> Stored<HashMap<AffiliateId, Brought>> {
    use affiliate_day_totals::dsl;
    let theirs =
        dsl::affiliate_day_totals.filter(dsl::affiliate_id.eq_any(affiliates).and(dsl::program_id.eq(program)));
    let rows: Vec<(AffiliateId, SumParts, SumParts, SumParts)> = theirs
        .group_by(dsl::affiliate_id)
        .select((dsl::affiliate_id, sum_of!("clicks"), sum_of!("conversions"), sum_of!("commission_minor")))
        .load(conn)
        .stored()?;
    let brought = |(affiliate, clicks, conversions, commission): (AffiliateId, SumParts, SumParts, SumParts)| {
        let sums =
            Brought { clicks: clicks.total(), conversions: conversions.total(), commission_minor: commission.total() };
        (affiliate, sums)
    };
    Ok(rows.into_iter().map(brought).collect())
}
