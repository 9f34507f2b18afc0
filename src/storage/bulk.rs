//! Many rows at once, in the shape each engine wants.
//!
//! SQLite is fastest with one prepared statement run per row; PostgreSQL with a single `INSERT … SELECT FROM unnest`.
//! The columns of a table are named once here, and both shapes are made from that. Every insert leaves out rows whose
//! unique key is taken and answers with how many went in, so a batch is never sunk by one of its rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel::upsert::excluded;

use super::attempts::{AttemptDayRow, AttemptRow};
use super::clicks::ClickRow;
use super::commissions::CommissionRow;
use super::conn::Conn;
use super::conversion_details::ConversionDetailsRow;
use super::conversions::ConversionRow;
use super::ledger_entries::LedgerEntryRow;
use super::roll_ups::{AffiliateDayRow, CampaignDayRow, ProgramQuarterRow};
use super::schema::{
    affiliate_days, attempt_days, attempts, campaign_days, clicks, commissions, conversion_details, conversions,
    ledger_entries, program_quarters,
};
use super::sql_types::DbUuid;

fn from_unnest(table: &str, columns: &[&str]) -> String {
    let numbers: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let (columns, numbers) = (columns.join(", "), numbers.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({numbers}) ON CONFLICT DO NOTHING")
}

macro_rules! bulk_insert {
    ($function:ident, $table:ident, $row:ty { $($column:ident: $sql:ty),+ $(,)? }) => {
        pub(super) fn $function(conn: &mut Conn, rows: &[$row]) -> QueryResult<usize> {
            match conn {
                Conn::Sqlite(conn) => rows.iter().try_fold(0, |inserted, row| {
                    let one = diesel::insert_into($table::table).values(row).on_conflict_do_nothing();
                    Ok(inserted + one.execute(conn)?)
                }),
                Conn::Postgres(_) if rows.is_empty() => Ok(0),
                Conn::Postgres(conn) => {
                    let statement = from_unnest(stringify!($table), &[$(stringify!($column)),+]);
                    diesel::sql_query(statement)
                        $(.bind::<Array<$sql>, _>(rows.iter().map(|row| row.$column.clone()).collect::<Vec<_>>()))+
                        .execute(conn)
                }
            }
        }
    };
}

bulk_insert!(insert_clicks, clicks, ClickRow {
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
});

bulk_insert!(insert_conversions, conversions, ConversionRow {
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
});

bulk_insert!(insert_conversion_details, conversion_details, ConversionDetailsRow {
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
});

bulk_insert!(insert_commissions, commissions, CommissionRow {
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
});

bulk_insert!(insert_ledger_entries, ledger_entries, LedgerEntryRow {
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
});

bulk_insert!(insert_attempts, attempts, AttemptRow {
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
});

/// Adds counters to rows that may not be there yet.
macro_rules! bulk_add {
    ($function:ident, $table:ident, $row:ty { key: ($($key:ident),+), add: ($($counter:ident),+) }) => {
        pub(super) fn $function(conn: &mut Conn, rows: &[$row]) -> QueryResult<()> {
            macro_rules! upsert {
                ($connection:expr, $values:expr) => {
                    diesel::insert_into($table::table)
                        .values($values)
                        .on_conflict(($($table::$key),+))
                        .do_update()
                        .set(($($table::$counter.eq($table::$counter + excluded($table::$counter))),+))
                        .execute($connection)
                        .map(|_| ())
                };
            }
            match conn {
                Conn::Sqlite(conn) => rows.iter().try_for_each(|row| upsert!(conn, row)),
                Conn::Postgres(_) if rows.is_empty() => Ok(()),
                Conn::Postgres(conn) => upsert!(conn, rows),
            }
        }
    };
}

bulk_add!(add_attempt_days, attempt_days, AttemptDayRow { key: (token_id, day), add: (kept, seen) });

bulk_add!(
    add_campaign_days,
    campaign_days,
    CampaignDayRow {
        key: (campaign_id, day),
        add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
    }
);

bulk_add!(
    add_affiliate_days,
    affiliate_days,
    AffiliateDayRow {
        key: (affiliate_id, campaign_id, day),
        add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
    }
);

bulk_add!(
    add_program_quarters,
    program_quarters,
    ProgramQuarterRow {
        key: (program_id, quarter),
        add: (clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
    }
);
