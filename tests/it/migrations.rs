//! The schema's way up and down (OPS-4), on both databases and with data in every table.

use std::sync::mpsc;
use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection};

use accrue::storage::conn::{Conn, DatabaseUrl, Purpose};
use accrue::storage::migrations::{self, SchemaState};

use crate::support::background;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::patience::wait_until;
use crate::support::personas::{MerchantServer, Sale, Visitor};
use crate::support::process::{ServerProcess, ServerSettings, run_on};
use crate::support::sql::Sql;
use crate::support::world::Demo;

/// The tables as Diesel knows them. The files are read, because they are what the statements are compiled from.
const DIESEL: [&str; 4] = [
    include_str!("../../src/storage/schema.rs"),
    include_str!("../../src/storage/schema/access.rs"),
    include_str!("../../src/storage/schema/admin.rs"),
    include_str!("../../src/storage/schema/earnings.rs"),
];
const FUTURE: &str = "99991231235959";

/// `table.column type`, with ` null` behind it where the column may be empty.
fn columns_of_diesel() -> Vec<String> {
    let mut columns = Vec::new();
    let mut table = "";
    for line in DIESEL.iter().flat_map(|file| file.lines()).map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name;
        } else if let Some((column, given)) = line.split_once(" -> ") {
            let given = given.trim_end_matches(',');
            let inner = given.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
            let kind = match inner.unwrap_or(given) {
                "DbUuid" => "uuid",
                "Text" => "text",
                "BigInt" => "bigint",
                "Integer" => "integer",
                "Bool" => "boolean",
                "Binary" => "bytea",
                other => panic!("{table}.{column} has the unknown type {other}"),
            };
            columns.push(format!("{table}.{column} {kind}{}", if inner.is_some() { " null" } else { "" }));
        }
    }
    columns.sort();
    columns
}

/// The same, as the database says it.
fn columns_of(db: &TestDatabase) -> Vec<String> {
    let query = match db.engine {
        Engine::Sqlite => {
            "SELECT m.name || '.' || p.name || ' ' || lower(p.type) || CASE p.\"notnull\" WHEN 0 THEN ' null' ELSE '' END \
             FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || \
             CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'"
        }
    };
    let mut columns = Sql::open(&db.url).lines(query);
    columns.sort();
    columns
}

fn tables() -> Vec<String> {
    let mut tables: Vec<String> =
        columns_of_diesel().iter().filter_map(|column| Some(column.split_once('.')?.0.to_owned())).collect();
    tables.dedup();
    tables
}

/// Something in every table: a program with a history, a conversion with customer facts, and a refused report.
fn fill_every_table(db: &TestDatabase) {
    let demo = Demo::parse(&run_on(db, &["demo", "--json", "--history", "2"]).expect_success());
    let campaign = demo.campaign("s2s_api");
    let server = ServerProcess::start(db);
    let landing = Visitor::new(server.addr()).follow(&campaign.link_of(demo.affiliate(0)).code);
    let mut merchant = MerchantServer::new(server.addr(), &campaign.api_key);
    let answer = merchant.report(Sale::of(landing.token()).with("customer_id", "c-1"));
    assert_eq!(answer.word, "success", "{answer:?}");
    let refused = merchant.report(Sale::of(landing.token()).order_total("a lot"));
    assert_eq!(refused.word, "error", "{refused:?}");
    drop(server);
    let mut sql = Sql::open(&db.url);
    // What people leave behind takes their own hands; here their ids stand in for everything.
    sql.run(
        "INSERT INTO sessions SELECT id, 'hash', id, '{}', 0, 0 FROM users;
         INSERT INTO recovery_codes (id, user_id, code_hash) SELECT id, id, 'hash' FROM users;
         INSERT INTO sign_in_failures SELECT id, 'account', 'address', 0 FROM users;
         INSERT INTO invitations
             (id, program_id, role, email, secret_hash, sealed, invited_by, created_at, expires_at)
             SELECT u.id, p.id, 'viewer', 'a@b', 'hash', 'sealed', u.id, 0, 0 FROM users u, programs p;
         INSERT INTO conversion_changes (id, program_id, conversion_id, kind, actor, reason, detail, changed_at)
             SELECT id, program_id, id, 'approved', 'clock', '', '', 0 FROM conversions;
         INSERT INTO referral_changes (id, program_id, referral_id, kind, actor, reason, changed_at)
             SELECT id, program_id, id, 'confirmed', 'clock', '', 0 FROM referrals;
         INSERT INTO erasures SELECT id, program_id, id, 1, 1, 1, 1, 0 FROM referrals;
         INSERT INTO refunds (id, program_id, conversion_id, event_id, kind, amount_minor, currency, reason, recorded_at)
             SELECT id, program_id, id, 'event', 'refund', 1, currency, '', 0 FROM conversions;
         INSERT INTO coupons (id, program_id, campaign_id, affiliate_id, code, folded, created_at)
             SELECT a.id, a.program_id, c.id, a.id, a.code, a.code, 0 FROM affiliates a, campaigns c
             WHERE c.name = (SELECT min(name) FROM campaigns);
         INSERT INTO exchange_rates SELECT id, 'USD', 20000, '1.08', 0 FROM programs;
         INSERT INTO payouts (id, program_id, affiliate_id, amount_minor, currency, state, reference, created_at, updated_at)
             SELECT id, program_id, id, 1, 'USD', 'paid', '', 0, 0 FROM affiliates;
         INSERT INTO payouts
             (id, program_id, affiliate_id, amount_minor, currency, state, reference, created_at, updated_at, mode, outside)
             SELECT id, program_id, affiliate_id, 1, 'USD', 'open', '', 0, 0, 'live', TRUE FROM conversions;
         INSERT INTO commission_rules (id, campaign_id, version, rate_ppm, since, number, product_id)
             SELECT id, campaign_id, 1, 1000, 0, 1, 'tent' FROM conversions WHERE order_id = 'AF-1';
         INSERT INTO token_uses SELECT id, 0 FROM tokens;
         INSERT INTO affiliate_visitors SELECT id, 'fingerprint', program_id, 0 FROM affiliates;
         UPDATE commissions SET rule_id = (SELECT id FROM commission_rules WHERE number = 1);",
    );
    let empty: Vec<String> = tables().into_iter().filter(|table| sql.count(table) == 0).collect();
    assert!(empty.is_empty(), "nothing is in {empty:?}");
}

/// What SQLite does, step by step, to insert a row.
fn steps_of_an_insert(conn: &mut SqliteConnection, table: &str) -> Vec<String> {
    let known = columns_of_diesel();
    let columns = known.iter().filter_map(|column| column.strip_prefix(table)?.strip_prefix('.')?.split(' ').next());
    let columns: Vec<&str> = columns.collect();
    let values = vec!["?"; columns.len()].join(", ");
    let insert = format!("EXPLAIN INSERT INTO {table} ({}) VALUES ({values})", columns.join(", "));
    let steps: Vec<Step> = diesel::sql_query(insert).load(conn).expect("SQLite tells its steps");
    steps.into_iter().map(|step| step.opcode).collect()
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    opcode: String,
}

/// A check that wants a column to be one of three texts or more says `x = 'a' OR x = 'b' OR …`: for `x IN ('a', 'b', …)`
/// SQLite makes and fills a temporary table at every insert.
#[test]
fn no_insert_makes_a_temporary_table_for_a_check() {
    let db = Engine::Sqlite.fresh_database().expect("SQLite is built in");
    migrations::run(&mut connect(&db)).expect("an empty database goes up");
    let Sql::Sqlite(mut conn) = Sql::open(&db.url) else { panic!("{} is SQLite's", db.url) };
    for table in tables() {
        let steps = steps_of_an_insert(&mut conn, &table);
        assert!(steps.iter().any(|step| step == "OpenWrite"), "{table}: {steps:?}");
        assert!(!steps.iter().any(|step| step == "OpenEphemeral"), "{table}: {steps:?}");
    }
}

fn connect(db: &TestDatabase) -> Conn {
    let url: DatabaseUrl = db.url.parse().expect("the harness makes a good URL");
    url.connect(Purpose::Writing).expect("the database answers")
}

on_each_engine! {
    /// Down takes everything with it, in an order that no foreign key forbids; up again works like the first time.
    fn the_schema_goes_up_down_and_up_with_data_in_every_table(db: TestDatabase) {
        fill_every_table(&db);
        let mut conn = connect(&db);
        let before = columns_of(&db);
        assert_eq!(migrations::state(&mut conn).expect("it answers"), SchemaState::Current);
        migrations::revert_all(&mut conn).expect("it goes down");
        assert!(columns_of(&db).is_empty(), "left behind: {:?}", columns_of(&db));
        assert!(matches!(migrations::state(&mut conn).expect("it answers"), SchemaState::Behind(missing) if missing > 0));
        assert!(migrations::run(&mut conn).expect("it goes up again") > 0);
        assert_eq!(migrations::run(&mut conn).expect("a second time there is nothing to do"), 0);
        assert_eq!(columns_of(&db), before);
        drop(conn);
        fill_every_table(&db);
    }

    /// Who has been counting for a year finds the same sums in the new table as if it had always been there.
    fn the_days_of_affiliates_are_summed_from_what_was_counted(db: TestDatabase) {
        fill_every_table(&db);
        let mut sql = Sql::open(&db.url);
        let counted = "unique_clicks || ' ' || screened || ' ' || conversions || ' ' || sales_minor || ' ' || commission_minor";
        let row = format!("{} || ' ' || day || ' ' || clicks || ' ' || {counted}", sql.hex("affiliate_id"));
        let rows = |sql: &mut Sql| {
            let mut rows = sql.lines(&format!("SELECT {row} FROM affiliate_day_totals"));
            rows.sort();
            rows
        };
        let written = rows(&mut sql);
        assert!(written.len() >= 2, "{written:?}");
        sql.run(include_str!("../../migrations/20261121140000_quick_reports/down.sql"));
        sql.run(include_str!("../../migrations/20261121140000_quick_reports/up.sql"));
        assert_eq!(rows(&mut sql), written);
    }

    /// A column that Diesel takes for another type, or for never empty, would fail on a customer's row.
    fn the_schema_that_diesel_knows_is_the_migrated_one(db: TestDatabase) {
        migrations::run(&mut connect(&db)).expect("an empty database goes up");
        let (diesel, database) = (columns_of_diesel(), columns_of(&db));
        assert!(diesel.len() > 100, "only {} columns were read", diesel.len());
        assert_eq!(diesel, database);
    }

    /// Not even a program that only looks may guess what a newer schema means.
    fn a_newer_schema_is_refused_and_left_as_it_is(db: TestDatabase) {
        Demo::fill(&db);
        let mut sql = Sql::open(&db.url);
        sql.run(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{FUTURE}')"));
        let mut state = || {
            let mut counts: Vec<i64> = tables().iter().map(|table| sql.count(table)).collect();
            counts.extend([sql.count("__diesel_schema_migrations"), sql.number("SELECT revision FROM installation")]);
            counts
        };
        let before = state();
        let commands: [&[&str]; 6] =
            [&["serve"], &["migrate"], &["demo"], &["create-admin", "--email", "a@b.example"], &["verify"], &["health"]];
        for arguments in commands {
            let output = run_on(&db, &[arguments, &["--bind", "127.0.0.1:0"]].concat());
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
            assert_eq!(
                output.stderr,
                format!(
                    "accrue: the database was migrated by a newer accrue (it has {FUTURE}); run that version, or \
                     restore an older backup\n"
                ),
                "{arguments:?}"
            );
        }
        assert_eq!(state(), before);
    }

    /// The one that comes second sees a whole schema, or none.
    fn two_servers_that_start_together_on_nothing_do_not_trip_over_each_other(db: TestDatabase) {
        let (sender, started) = mpsc::sync_channel(2);
        for name in ["one", "another"] {
            let (settings, sender) = (ServerSettings::on(&db), sender.clone());
            background::start(name, move || sender.send(settings.try_start().map_err(Box::new)).is_ok());
        }
        let first = started.recv_timeout(Duration::from_secs(30)).expect("one of them gets somewhere");
        if db.engine == Engine::Sqlite {
            let second = started.recv_timeout(Duration::from_secs(30)).expect("so does the other");
            let (serving, refused) = if first.is_ok() { (first, second) } else { (second, first) };
            drop(serving.expect("one serves"));
            let refused = refused.expect_err("only one serves");
            assert_eq!(refused.status.and_then(|status| status.code()), Some(1), "{refused}");
            assert_eq!(refused.output, "accrue: another accrue process is using this database; stop it first\n");
        } else {
            let mut first = first.expect("one serves");
            let mut second = None;
            assert!(!wait_until(Duration::from_secs(1), || {
                second = started.try_recv().ok();
                second.is_some()
            }), "the other one stands by, not: {second:?}");
            first.kill();
            let second = started.recv_timeout(Duration::from_secs(10)).expect("the other one takes over");
            drop(second.expect("and serves"));
        }
        let verified = run_on(&db, &["verify"]).expect_success();
        assert!(verified.contains(": 0 differences"), "{verified}");
    }
}
