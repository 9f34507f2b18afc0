//! SQLite's shape of many rows: one prepared statement, run for each.

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use diesel::sqlite::Sqlite;

use super::Row;

/// The insert of one row. Its text depends on the row's type alone, and that is what its prepared statement is found by.
pub(super) struct OneRow<'row, R>(pub(super) &'row R);

impl<R: Row> QueryId for OneRow<'_, R> {
    type QueryId = OneRow<'static, R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: Row> QueryFragment<Sqlite> for OneRow<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(R::TABLE);
        for (place, column) in R::COLUMNS.iter().enumerate() {
            out.push_sql(if place == 0 { " (" } else { ", " });
            out.push_sql(column);
        }
        out.push_sql(") VALUES ");
        self.0.values(&mut Values { out: &mut out, separator: "(" })?;
        out.push_sql(") ");
        out.push_sql(R::ON_CONFLICT);
        Ok(())
    }
}

impl<R: Row> RunQueryDsl<SqliteConnection> for OneRow<'_, R> {}

/// Takes the values of a row, in the order of its columns.
pub(super) struct Values<'pass, 'out, 'row> {
    out: &'pass mut AstPass<'out, 'row, Sqlite>,
    separator: &'static str,
}

impl<'row> Values<'_, '_, 'row> {
    /// The next value, of the SQL type `S`.
    pub(super) fn push<S, V: ToSql<S, Sqlite>>(&mut self, value: &'row V) -> QueryResult<()>
    where
        Sqlite: HasSqlType<S>,
    {
        self.out.push_sql(self.separator);
        self.separator = ", ";
        self.out.push_bind_param(value)
    }
}
