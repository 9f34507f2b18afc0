//! Both databases run the same statement: an engine's type, module or SQL has four homes, and money has no floats.
//!
//! `if sqlite { … } else { … }` drifts, because each test of a branch proves one engine only. What must differ is a value of
//! the connection, decided in a home; names in strings and docs are free, SQL of one engine in a string is not.

use crate::lexer::Kind;
use crate::source::Source;

/// The files that may know an engine (with or without a folder of the same name). Migrations are not Rust and are apart.
const HOMES: &[&str] = &["src/storage/conn", "src/storage/bulk", "src/storage/sql_types", "src/storage/migrations"];

const ENGINE_TYPES: &[&str] = &["SqliteConnection", "PgConnection", "SqliteValue", "PgValue"];

const ENGINE_PATHS: &[&str] =
    &["diesel::sqlite", "diesel::pg", "diesel::mysql", "Conn::Sqlite", "Conn::Postgres", "libsqlite3_sys", "pq_sys"];

/// What only one of the engines understands, as it stands in a statement.
const ENGINE_SQL: &[&str] = &[
    "PRAGMA ",
    "BEGIN IMMEDIATE",
    "INSERT OR ",
    "VACUUM INTO",
    "AUTOINCREMENT",
    "last_insert_rowid",
    "sqlite_master",
    "sqlite_schema",
    "strftime(",
    "json_extract(",
    "unnest(",
    "ANY($",
    "FOR UPDATE",
    "FOR SHARE",
    "SKIP LOCKED",
    "DISTINCT ON",
    "date_trunc(",
    "to_timestamp(",
    "generate_series(",
    "current_setting(",
    "pg_advisory",
    "pg_try_advisory",
    "pg_catalog",
    "::bigint",
    "::uuid",
    "::text",
];

/// What a float is called, in Rust and among Diesel's column types (where `Numeric` is one, too, on SQLite).
const FLOATS: &[&str] = &["f32", "f64", "Float", "Double", "Numeric"];

/// Layers in which a number may be an amount.
const MONEY: &[&str] = &["src/domain", "src/operations", "src/storage", "src/recorder"];

/// An engine's type, module or SQL outside its homes.
pub fn engine_faults(source: &Source) -> Vec<String> {
    if HOMES.iter().any(|home| lies_in(source, home)) {
        return Vec::new();
    }
    let fault = |line: usize, what: &str| format!("{}:{line}: `{}` is one engine's", source.path, what.trim());
    let paths = source.names().into_iter().filter_map(|name| {
        let path = name.segments.join("::");
        let found = ENGINE_PATHS.iter().find(|engine| leads_to(&path, engine))?;
        Some(fault(name.line, found))
    });
    let tokens = source.tokens.iter().filter_map(|token| {
        let known = match token.kind {
            Kind::Word => ENGINE_TYPES.iter().find(|name| token.text == **name),
            Kind::Text => ENGINE_SQL.iter().find(|sql| token.text.contains(**sql)),
            _ => None,
        };
        known.map(|what| fault(token.line, what))
    });
    paths.chain(tokens).collect()
}

/// A float's type in a layer that handles money, also as the suffix of a literal.
pub fn float_faults(source: &Source) -> Vec<String> {
    if !MONEY.iter().any(|layer| lies_in(source, layer)) {
        return Vec::new();
    }
    let is_float = |text: &str| text.ends_with("f32") || text.ends_with("f64");
    let code = source.code().into_iter().filter(|token| match token.kind {
        Kind::Word => FLOATS.contains(&token.text.as_str()),
        Kind::Number => is_float(&token.text) && !token.text.starts_with("0x"),
        _ => false,
    });
    code.map(|token| format!("{}:{}: `{}`", source.path, token.line, token.text)).collect()
}

/// Whether `path` is `engine` or goes through it, at whatever place it starts: `crate::storage::Conn::Sqlite` does.
fn leads_to(path: &str, engine: &str) -> bool {
    format!("::{path}::").contains(&format!("::{engine}::"))
}

fn lies_in(source: &Source, home: &str) -> bool {
    source.path == format!("{home}.rs") || source.path.starts_with(&format!("{home}/"))
}

#[cfg(test)]
mod proof {
    use super::*;

    const DEFECTS: &[&str] = &[
        "fn a(b: &mut SqliteConnection) {}",
        "use diesel::{pg::Pg, prelude::*};",
        "use diesel::sqlite;",
        "match conn { Conn::Sqlite(c) => d(c), e => f(e) }",
        "match conn { crate::storage::conn::Conn::Postgres(c) => d(c), e => f(e) }",
        "fn a() { libsqlite3_sys::sqlite3_libversion_number() }",
        "fn a() { sql_query(\"PRAGMA foreign_keys = ON\") }",
        "fn a() { sql_query(r#\"SELECT * FROM unnest($1)\"#) }",
        "#[cfg(test)] mod tests { fn a(b: PgConnection) {} }",
    ];

    #[test]
    fn an_engine_outside_its_homes_is_found() {
        for text in DEFECTS {
            for path in
                ["src/storage/links.rs", "src/operations/set_up.rs", "src/web/page.rs", "src/storage/connection.rs"]
            {
                assert!(!engine_faults(&Source::new(path, text)).is_empty(), "{path}: {text}");
            }
            for path in ["src/storage/conn.rs", "src/storage/conn/pool.rs", "src/storage/bulk.rs"] {
                assert!(engine_faults(&Source::new(path, text)).is_empty(), "{path}: {text}");
            }
        }
    }

    #[test]
    fn names_in_strings_and_docs_are_free() {
        let text = "/// As SqliteConnection, with PRAGMA foreign_keys.\nconst A: &str = \"SqliteConnection, Conn::Sqlite\"; // diesel::pg";
        assert_eq!(engine_faults(&Source::new("src/storage/links.rs", text)), Vec::<String>::new());
    }

    #[test]
    fn a_float_near_money_is_found() {
        for text in ["fn a(b: f64) {}", "const A: i64 = 1.5f64 as i64;", "use std::f32;", "let a = b as f32;"] {
            assert!(!float_faults(&Source::new("src/domain/money.rs", text)).is_empty(), "{text}");
            assert!(float_faults(&Source::new("src/web/page.rs", text)).is_empty(), "{text}");
        }
        assert!(
            float_faults(&Source::new("src/domain/money.rs", "// f64\nconst A: &str = \"f64\"; const B: u32 = 0xf32;"))
                .is_empty()
        );
    }
}
