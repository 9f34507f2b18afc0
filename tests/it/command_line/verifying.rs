//! `verify` proves itself: whatever is changed behind the program's back is found.

use crate::support::engine::on_each_engine;
use crate::support::process::run_on;
use crate::support::sql::Sql;

/// One change of one row, and a part of the sentence that must tell of it.
const TAMPERINGS: [(&str, &str, &str); 9] = [
    ("a commission", "UPDATE commissions SET amount_minor = amount_minor + 1 WHERE id = (SELECT min_id)", "commission"),
    (
        "a ledger entry",
        "UPDATE ledger_entries SET amount_minor = amount_minor - 1 WHERE id = (SELECT min_id)",
        "ledger",
    ),
    ("a ledger entry taken out", "DELETE FROM ledger_entries WHERE id = (SELECT min_id)", "ledger books 0"),
    (
        "an order's amount",
        "UPDATE conversions SET amount_minor = amount_minor + 1000 WHERE id = (SELECT min_id)",
        "amount",
    ),
    (
        "an order's value",
        "UPDATE conversions SET base_minor = base_minor + 1 WHERE id = (SELECT min_id)",
        "amount and rule",
    ),
    ("a rule", "UPDATE commission_rules SET rate_ppm = rate_ppm + 10000 WHERE rate_ppm = 100000", "amount and rule"),
    ("a click taken out", "DELETE FROM clicks WHERE id = (SELECT min_id)", "the rows say"),
    ("a campaign's day", "UPDATE campaign_days SET clicks = clicks + 1", "campaign and day"),
    ("an affiliate's day", "UPDATE affiliate_days SET commission_minor = commission_minor + 1", "affiliate and day"),
];

on_each_engine! {
    /// Each is found and named, and once it is put back nothing is left to find.
    fn every_row_that_was_tampered_with_is_found(db: TestDatabase) {
        // Long enough for each campaign to have orders: a changed rule shows in what they earn.
        run_on(&db, &["demo", "--json", "--history", "14"]).expect_success();
        let mut sql = Sql::open(&db.url);
        sql.run("UPDATE conversions SET base_minor = base_minor");
        for (what, change, sentence) in TAMPERINGS {
            let table = change.split_whitespace().find(|word| word.contains('_') || word.ends_with('s'));
            let table = table.expect("the statement names a table").to_owned();
            sql.run(&format!("CREATE TABLE kept AS SELECT * FROM {table}"));
            // The smallest id, in words that both databases have.
            sql.run(&change.replace("(SELECT min_id)", &format!("(SELECT id FROM {table} ORDER BY id LIMIT 1)")));
            let found = run_on(&db, &["verify"]);
            put_back(&mut sql, &table);
            assert_eq!(found.status.code(), Some(1), "{what}: {found:?}");
            assert!(found.stdout.contains(sentence), "{what}: {found:?}");
            let rows = found.stdout.lines().next().unwrap_or_default();
            assert!(!rows.contains(": 0 differences"), "{what}: {found:?}");
            let sound = run_on(&db, &["verify"]);
            assert_eq!(sound.status.code(), Some(0), "{what} is put back: {sound:?}");
        }
        sql.run("DELETE FROM program_quarters");
        let found = run_on(&db, &["verify"]);
        assert_eq!(found.status.code(), Some(1), "{found:?}");
        assert!(found.stdout.contains("the report per quarter hour"), "{found:?}");
    }
}

/// The table as it was, with foreign keys out of the way for as long as it takes.
fn put_back(sql: &mut Sql, table: &str) {
    sql.run_either("PRAGMA foreign_keys = OFF", "SET session_replication_role = replica");
    sql.run(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"));
    sql.run_either("PRAGMA foreign_keys = ON", "SET session_replication_role = DEFAULT");
}
