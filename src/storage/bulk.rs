//! Many rows at once, in the shape each engine wants.
//!
//! SQLite is fastest with one prepared statement run per row; PostgreSQL with a single `INSERT … SELECT FROM unnest`, for
//! several tables in one trip. The columns of a table are named once here, and both shapes are made from that, each as a
//! text that never changes, so that either engine prepares it once. (Diesel's own inserts are put together anew for every
//! row, and its upserts prepared anew: on SQLite that was a third of what recording a conversion cost.) An insert leaves out
//! rows whose unique key is taken, so a batch is never sunk by one of its rows; only what customers are called goes in whole.

mod from_unnest;
mod one_by_one;

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use super::attempts::{AttemptDayRow, AttemptRow};
use super::clicks::ClickRow;
use super::commissions::CommissionRow;
use super::conn::Conn;
use super::conversion_changes::ChangeRow;
use super::conversion_details::ConversionDetailsRow;
use super::conversions::ConversionRow;
use super::exchange_rates::ExchangeRateRow;
use super::ledger_entries::LedgerEntryRow;
use super::referral_changes::ReferralChangeRow;
use super::referrals::{ReferralIdentifierRow, ReferralRow};
use super::roll_ups::{AffiliateDayRow, AffiliateDayTotalRow, AffiliateMoneyRow, CampaignDayRow, ProgramQuarterRow};
use super::sql_types::DbUuid;
use from_unnest::{Array, AtOnce, Column, FromUnnest};
use one_by_one::{OneRow, Values};

/// A row of a table that is written this way: what both shapes are made from.
trait Row: Sized + 'static {
    /// Where it is written.
    const TABLE: &'static str;
    /// Its columns, in the order in which both functions give them.
    const COLUMNS: &'static [&'static str];
    /// What happens where its key is taken, as both engines read it; nothing said, the insert fails.
    const ON_CONFLICT: &'static str;

    /// Gives the values of one row.
    fn values<'row>(&'row self, values: &mut Values<'_, '_, 'row>) -> QueryResult<()>;
    /// Gives the columns of many.
    fn columns(rows: &[Self]) -> Vec<Box<dyn Column>>;
}

/// Rows of one table that are written together.
pub(super) trait Rows {
    /// Writes them one after the other and answers with how many went in.
    fn insert_each(&self, conn: &mut SqliteConnection) -> QueryResult<usize>;
    /// All of them as one statement.
    fn at_once(&self) -> FromUnnest;
    /// Whether there are none.
    fn are_none(&self) -> bool;
}

impl<R: Row> Rows for &[R] {
    fn insert_each(&self, conn: &mut SqliteConnection) -> QueryResult<usize> {
        self.iter().try_fold(0, |inserted, row| Ok(inserted + OneRow(row).execute(conn)?))
    }

    fn at_once(&self) -> FromUnnest {
        FromUnnest::new(R::TABLE, R::COLUMNS, R::columns(self), R::ON_CONFLICT)
    }

    fn are_none(&self) -> bool {
        self.is_empty()
    }
}

/// Writes the rows of several tables and answers with how many of the first table's went in. Tables without rows are
/// passed over.
pub(super) fn insert(conn: &mut Conn, tables: &[&dyn Rows]) -> QueryResult<usize> {
    match conn {
        Conn::Sqlite(conn) => {
            let inserted = tables.iter().map(|rows| rows.insert_each(conn)).collect::<QueryResult<Vec<_>>>()?;
            Ok(inserted.first().copied().unwrap_or(0))
        }
        Conn::Postgres(conn) => {
            let statements: Vec<_> = tables.iter().filter(|rows| !rows.are_none()).map(|rows| rows.at_once()).collect();
            if statements.is_empty() {
                return Ok(0);
            }
            let inserted = AtOnce(statements).execute(conn)?;
            Ok(if tables.first().is_some_and(|first| first.are_none()) { 0 } else { inserted })
        }
    }
}

/// A table's row, with what happens where its key is taken.
macro_rules! row {
    ($table:ident, $row:ident { $($column:ident: $sql:ty),+ $(,)? }, $on_conflict:expr) => {
        impl Row for $row {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];
            const ON_CONFLICT: &'static str = $on_conflict;

            fn values<'row>(&'row self, values: &mut Values<'_, '_, 'row>) -> QueryResult<()> {
                // A column that is not listed would silently stay empty, so all are taken out by name.
                let Self { $($column),+ } = self;
                $(values.push::<$sql, _>($column)?;)+
                Ok(())
            }

            fn columns(rows: &[Self]) -> Vec<Box<dyn Column>> {
                vec![$(Box::new(Array::<$sql, _>::new(rows.iter().map(|row| row.$column.clone()).collect()))),+]
            }
        }
    };
}

/// Rows that are inserted unless their unique key is taken.
macro_rules! inserted {
    ($table:ident, $row:ident { $($column:ident: $sql:ty),+ $(,)? }) => {
        row!($table, $row { $($column: $sql),+ }, "ON CONFLICT DO NOTHING");
    };
}

inserted!(clicks, ClickRow {
    id: DbUuid,
    program_id: DbUuid,
    campaign_id: DbUuid,
    affiliate_id: DbUuid,
    link_id: DbUuid,
    mode: Text,
    origin: Text,
    first_of_day: Bool,
    mark: Nullable<Text>,
    network: Nullable<Text>,
    user_agent: Nullable<Text>,
    referrer: Nullable<Text>,
    page_url: Nullable<Text>,
    visitor_id: Nullable<Text>,
    ignored_fields: Nullable<Text>,
    sub1: Nullable<Text>,
    sub2: Nullable<Text>,
    sub3: Nullable<Text>,
    sub4: Nullable<Text>,
    sub5: Nullable<Text>,
    may_name_customer: Bool,
});

inserted!(conversions, ConversionRow {
    id: DbUuid,
    program_id: DbUuid,
    order_id: Text,
    action: Text,
    mode: Text,
    campaign_id: DbUuid,
    affiliate_id: DbUuid,
    link_id: Nullable<DbUuid>,
    click_id: Nullable<DbUuid>,
    token_id: DbUuid,
    channel: Text,
    trust: Integer,
    event_type: Text,
    event_name: Nullable<Text>,
    amount_minor: BigInt,
    currency: Text,
    base_minor: Nullable<BigInt>,
    base_currency: Text,
    status: Text,
    sale_status: Text,
    repeats: BigInt,
    received_at: BigInt,
    updated_at: BigInt,
    adjusted_minor: BigInt,
    refunded_minor: BigInt,
    fx_rate: Nullable<Text>,
    fx_day: Nullable<Integer>,
    referral_id: Nullable<DbUuid>,
    flags: Text,
    edition: BigInt,
    said: Nullable<Text>,
});

inserted!(conversion_details, ConversionDetailsRow {
    conversion_id: DbUuid,
    customer_id: Nullable<Text>,
    external_user_id: Nullable<Text>,
    email_hash: Nullable<Text>,
    coupon_code: Nullable<Text>,
    product_ids: Text,
    ignored_fields: Text,
    referrer: Nullable<Text>,
    landing_page: Nullable<Text>,
    sub1: Nullable<Text>,
    sub2: Nullable<Text>,
    sub3: Nullable<Text>,
    sub4: Nullable<Text>,
    sub5: Nullable<Text>,
    claimed_at: Nullable<BigInt>,
    price_ids: Text,
    subscription: Nullable<Text>,
    metadata: Nullable<Text>,
    trace: Text,
    click_origin: Nullable<Text>,
    click_window_days: Nullable<Integer>,
    stated: Nullable<Text>,
});

inserted!(commissions, CommissionRow {
    id: DbUuid,
    program_id: DbUuid,
    conversion_id: DbUuid,
    affiliate_id: DbUuid,
    rule_id: Nullable<DbUuid>,
    amount_minor: Nullable<BigInt>,
    currency: Text,
    state: Text,
    hold_reason: Nullable<Text>,
    created_at: BigInt,
    updated_at: BigInt,
    booked_minor: BigInt,
    hold_until: Nullable<BigInt>,
    release_at: Nullable<BigInt>,
    payment_number: Nullable<Integer>,
    first_paid_at: Nullable<BigInt>,
    compensated_minor: BigInt,
    entitled_id: Nullable<DbUuid>,
    payout_id: Nullable<DbUuid>,
    payment_made_at: Nullable<BigInt>,
});

inserted!(ledger_entries, LedgerEntryRow {
    id: DbUuid,
    program_id: DbUuid,
    mode: Text,
    affiliate_id: DbUuid,
    commission_id: Nullable<DbUuid>,
    conversion_id: Nullable<DbUuid>,
    kind: Text,
    amount_minor: BigInt,
    currency: Text,
    booked_at: BigInt,
    reference_id: Nullable<DbUuid>,
    reason: Text,
});

inserted!(attempts, AttemptRow {
    id: DbUuid,
    program_id: Nullable<DbUuid>,
    campaign_id: Nullable<DbUuid>,
    token_id: Nullable<DbUuid>,
    mode: Nullable<Text>,
    call: Text,
    reason: Text,
    detail: Text,
    order_id: Nullable<Text>,
    conversion_id: Nullable<DbUuid>,
    masked_key: Nullable<Text>,
    network: Nullable<Text>,
    payload: Text,
    received_at: BigInt,
    trace: Text,
    report: Text,
});

inserted!(conversion_changes, ChangeRow {
    id: DbUuid,
    program_id: DbUuid,
    conversion_id: DbUuid,
    kind: Text,
    actor: Text,
    actor_id: Nullable<DbUuid>,
    reason: Text,
    detail: Text,
    changed_at: BigInt,
});

inserted!(referrals, ReferralRow {
    id: DbUuid,
    program_id: DbUuid,
    mode: Text,
    campaign_id: DbUuid,
    affiliate_id: DbUuid,
    click_id: Nullable<DbUuid>,
    link_id: Nullable<DbUuid>,
    name: Nullable<Text>,
    created_at: BigInt,
    trust: Integer,
    merged_into_id: Nullable<DbUuid>,
});

inserted!(referral_changes, ReferralChangeRow {
    id: DbUuid,
    program_id: DbUuid,
    referral_id: DbUuid,
    kind: Text,
    actor: Text,
    actor_id: Nullable<DbUuid>,
    reason: Text,
    from_affiliate_id: Nullable<DbUuid>,
    to_affiliate_id: Nullable<DbUuid>,
    cause_id: Nullable<DbUuid>,
    changed_at: BigInt,
});

// Whoever comes second with a name would hang what they record on a referral that nobody finds by it.
row!(
    referral_identifiers,
    ReferralIdentifierRow {
        program_id: DbUuid,
        mode: Text,
        kind: Text,
        value: Text,
        referral_id: DbUuid,
        created_at: BigInt,
    },
    ""
);

/// A day's rate takes the place of the one that was there, where it says something else.
const REPLACED: &str = "ON CONFLICT (program_id, currency, day) DO UPDATE SET rate = excluded.rate, \
                        imported_at = excluded.imported_at WHERE exchange_rates.rate <> excluded.rate";

row!(
    exchange_rates,
    ExchangeRateRow { program_id: DbUuid, currency: Text, day: Integer, rate: Text, imported_at: BigInt },
    REPLACED
);

/// Adds to a counter what comes, but not beyond what 64 bits hold: no batch can add as much as is left above 8 · 10¹⁸, and
/// without this a sum that does not fit would fail every later batch of its day on one engine, and become a float on the
/// other.
macro_rules! counted_up {
    ($table:ident, $counter:ident) => {
        stringify!(
            $counter = CASE
                WHEN $table.$counter > 8000000000000000000 AND excluded.$counter > 0 THEN $table.$counter
                ELSE $table.$counter + excluded.$counter
            END
        )
    };
}

/// Rows whose counters are added to those that are there already.
macro_rules! added {
    (
        $table:ident, $row:ident {
            key: ($key:ident: $key_sql:ty $(, $more:ident: $more_sql:ty)*),
            same: ($($same:ident: $same_sql:ty)?),
            add: ($counter:ident $(, $others:ident)*)
        }
    ) => {
        row!(
            $table,
            $row {
                $key: $key_sql,
                $($more: $more_sql,)*
                $($same: $same_sql,)?
                $counter: BigInt
                $(, $others: BigInt)*
            },
            concat!(
                "ON CONFLICT (", stringify!($key) $(, ", ", stringify!($more))*, ") DO UPDATE SET ",
                counted_up!($table, $counter)
                $(, ", ", counted_up!($table, $others))*
            )
        );
    };
}

added!(attempt_days, AttemptDayRow {
    key: (token_id: DbUuid, day: Integer),
    same: (),
    add: (kept, seen)
});

added!(campaign_days, CampaignDayRow {
    key: (campaign_id: DbUuid, day: Integer),
    same: (program_id: DbUuid),
    add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
});

added!(affiliate_days, AffiliateDayRow {
    key: (affiliate_id: DbUuid, campaign_id: DbUuid, day: Integer),
    same: (program_id: DbUuid),
    add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
});

added!(affiliate_day_totals, AffiliateDayTotalRow {
    key: (program_id: DbUuid, affiliate_id: DbUuid, day: Integer),
    same: (),
    add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
});

added!(program_quarters, ProgramQuarterRow {
    key: (program_id: DbUuid, quarter: BigInt),
    same: (),
    add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
});

added!(affiliate_money, AffiliateMoneyRow {
    key: (affiliate_id: DbUuid),
    same: (program_id: DbUuid),
    add: (balance_minor, waiting_minor, held_minor, disputed_minor, in_payout_minor)
});
