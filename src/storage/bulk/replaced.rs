//! Rows that take the place of those that have their key, where they say something else.

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::upsert::excluded;

use super::super::exchange_rates::ExchangeRateRow;
use super::super::schema::exchange_rates;
use super::super::sql_types::DbUuid;
use super::from_unnest::{Array, Column, FromUnnest};
use super::{Rows, columns};

impl Rows for &[ExchangeRateRow] {
    fn insert_each(&self, conn: &mut SqliteConnection) -> QueryResult<usize> {
        use exchange_rates::{currency, day, imported_at, program_id, rate};
        self.iter().try_fold(0, |written, row| {
            let one = diesel::insert_into(exchange_rates::table).values(row).on_conflict((program_id, currency, day));
            let replaced = one.do_update().set((rate.eq(excluded(rate)), imported_at.eq(excluded(imported_at))));
            Ok(written + FilterDsl::filter(replaced, rate.ne(excluded(rate))).execute(conn)?)
        })
    }

    fn at_once(&self) -> FromUnnest {
        let columns = columns!(self, program_id: DbUuid, currency: Text, day: Integer, rate: Text, imported_at: BigInt);
        let names = ["program_id", "currency", "day", "rate", "imported_at"];
        let replaced = "(program_id, currency, day) DO UPDATE SET rate = excluded.rate, \
                        imported_at = excluded.imported_at WHERE exchange_rates.rate <> excluded.rate";
        FromUnnest::new("exchange_rates", &names, columns, replaced.to_owned())
    }

    fn are_none(&self) -> bool {
        self.is_empty()
    }
}
