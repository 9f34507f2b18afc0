//! PostgreSQL's shape of many rows: `INSERT … SELECT FROM unnest(…)`.

use std::marker::PhantomData;

use diesel::PgConnection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{self, HasSqlType};

/// A column of many rows, sent as one array.
pub(super) trait Column {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// The values of one column, of the SQL type `S`.
pub(super) struct Array<S, V>(Vec<V>, PhantomData<S>);

impl<S, V> Array<S, V> {
    pub(super) fn new(values: Vec<V>) -> Self {
        Self(values, PhantomData)
    }
}

impl<S, V> Column for Array<S, V>
where
    S: 'static,
    Vec<V>: ToSql<sql_types::Array<S>, Pg>,
    Pg: HasSqlType<sql_types::Array<S>>,
{
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<sql_types::Array<S>, Vec<V>>(&self.0)
    }
}

/// One table's rows.
pub(in crate::storage) struct FromUnnest {
    into: String,
    columns: Vec<Box<dyn Column>>,
    on_conflict: &'static str,
}

impl FromUnnest {
    pub(super) fn new(table: &str, names: &[&str], columns: Vec<Box<dyn Column>>, on_conflict: &'static str) -> Self {
        let into = format!("INSERT INTO {table} ({}) SELECT * FROM unnest(", names.join(", "));
        Self { into, columns, on_conflict }
    }

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.into);
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            column.push(out)?;
        }
        out.push_sql(") ");
        out.push_sql(self.on_conflict);
        Ok(())
    }
}

/// Several tables' rows in one statement, which costs one trip to the server instead of several. The first table's is
/// the main one, whose rows are counted; the others hang on it as common table expressions. However many rows there are,
/// the text is the same, so that it is prepared once.
pub(super) struct AtOnce(pub(super) Vec<FromUnnest>);

impl QueryId for AtOnce {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for AtOnce {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((first, others)) = self.0.split_first() else { return Ok(()) };
        for (place, other) in others.iter().enumerate() {
            out.push_sql(if place == 0 { "WITH t" } else { ", t" });
            out.push_sql(&place.to_string());
            out.push_sql(" AS (");
            other.push(&mut out)?;
            out.push_sql(") ");
        }
        first.push(&mut out)
    }
}

impl RunQueryDsl<PgConnection> for AtOnce {}
