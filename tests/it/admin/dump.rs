//! Everything a database holds, as text, so that "nothing was changed" can be asked of all of it at once.

use std::collections::BTreeMap;

use crate::support::engine::TestDatabase;
use crate::support::sql::Sql;

/// Columns that may change while nothing does: when a session was last used is noted about once a minute.
const NOT_COUNTED: [(&str, &str); 1] = [("sessions", "seen_at")];

/// Every row of every table, sorted.
pub type Dump = BTreeMap<String, Vec<String>>;

/// What the database holds now.
pub fn dump(db: &TestDatabase) -> Dump {
    let mut sql = Sql::open(&db.url);
    let tables = sql.lines(tables_of(&sql));
    assert!(tables.len() > 10, "{tables:?}");
    tables.into_iter().map(|table| (table.clone(), rows(&mut sql, &table))).collect()
}

/// Panics with the rows that came or went.
pub fn assert_unchanged(before: &Dump, after: &Dump, what: &str) {
    for (table, rows) in before {
        let now = &after[table];
        let gone: Vec<_> = rows.iter().filter(|row| !now.contains(row)).collect();
        let new: Vec<_> = now.iter().filter(|row| !rows.contains(row)).collect();
        assert!(gone.is_empty() && new.is_empty(), "{what} changed {table}: {gone:?} became {new:?}");
    }
}

fn rows(sql: &mut Sql, table: &str) -> Vec<String> {
    let columns = columns_of(sql, table);
    let columns: Vec<&String> =
        columns.iter().filter(|column| !NOT_COUNTED.contains(&(table, column.as_str()))).collect();
    let texts: Vec<String> = columns.iter().map(|column| sql.text(column)).collect();
    let mut rows = sql.lines(&format!("SELECT {} FROM {table}", texts.join(" || '|' || ")));
    rows.sort();
    rows
}

fn columns_of(sql: &mut Sql, table: &str) -> Vec<String> {
    let query = sql.either(
        format!("SELECT name FROM pragma_table_info('{table}')"),
        format!("SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"),
    );
    sql.lines(&query)
}

fn tables_of(sql: &Sql) -> &'static str {
    sql.either(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    )
}
