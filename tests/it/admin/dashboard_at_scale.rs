//! How long the dashboard takes in a program that has been running for a year: measured on demand, because it writes a
//! database of a gigabyte first.
//!
//! ```text
//! cargo test --test it -- --ignored --nocapture dashboard_at_scale
//! ```

use std::time::{Duration, Instant};

use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::personas::Sale;
use crate::support::sql::Sql;

const CONVERSIONS: i64 = 1_000_000;
const AFFILIATES: i64 = 200;
const CAMPAIGNS: i64 = 10;
const DAYS: i64 = 365;

/// Ten million clicks over a year are this many per affiliate, campaign and day, and some.
const CLICKS: i64 = 14;

/// Rows like the one there is, with what is different about them.
fn copies(sql: &mut Sql, table: &str, different: &[(&str, &str)], from: &str) {
    let columns = sql.lines(&format!("SELECT name FROM pragma_table_info('{table}')"));
    let value = |column: &String| {
        let other = different.iter().find(|(name, _)| name == column);
        other.map_or_else(|| format!("t.{column}"), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    sql.run(&format!("INSERT INTO {table} ({}) SELECT {} FROM {from}", columns.join(", "), values.join(", ")));
}

/// An id of a row's time and number.
fn id(millis: &str, number: &str) -> String {
    format!("unhex(printf('%012x', {millis}) || '70008000' || printf('%012x', {number}))")
}

fn fill(sql: &mut Sql, now: i64) {
    let numbers = |many: i64| {
        format!("(WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {many}) SELECT i FROM n)")
    };
    sql.run("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN");
    let start = now - DAYS * 86_400_000;
    let at = format!("({start} + n.i * {})", (now - start) / (CONVERSIONS + 1));
    let status = "CASE WHEN n.i % 10 = 0 THEN 'pending' ELSE 'approved' END";
    let flags = "CASE WHEN n.i % 100 = 0 THEN 'too_fast' ELSE '' END";
    let newest = "(SELECT * FROM conversions ORDER BY id LIMIT 1) t";
    let new = [
        ("id", id(&at, "n.i")),
        ("order_id", "'S' || n.i".to_owned()),
        ("received_at", at.clone()),
        ("status", status.to_owned()),
        ("flags", flags.to_owned()),
    ];
    let new: Vec<(&str, &str)> = new.iter().map(|(name, value)| (*name, value.as_str())).collect();
    copies(sql, "conversions", &new, &format!("{newest}, {} n", numbers(CONVERSIONS)));
    let conversion = id(&at, "n.i");
    let commission = [("id", conversion.as_str()), ("conversion_id", conversion.as_str())];
    copies(
        sql,
        "commissions",
        &commission,
        &format!("(SELECT * FROM commissions ORDER BY id LIMIT 1) t, {} n", numbers(CONVERSIONS)),
    );
    let today = now / 86_400_000;
    let (affiliate, campaign) = (id("1", "a.i"), id("2", "c.i"));
    let day = format!("({today} - d.i)");
    let three = format!("{} a, {} c, {} d", numbers(AFFILIATES), numbers(CAMPAIGNS), numbers(DAYS));
    let clicks = CLICKS.to_string();
    let busy = [
        ("affiliate_id", affiliate.as_str()),
        ("campaign_id", campaign.as_str()),
        ("day", day.as_str()),
        ("clicks", clicks.as_str()),
    ];
    copies(sql, "affiliate_days", &busy, &format!("(SELECT * FROM affiliate_days LIMIT 1) t, {three}"));
    let two = format!("{} c, {} d", numbers(CAMPAIGNS), numbers(DAYS));
    copies(sql, "campaign_days", &busy[1..], &format!("(SELECT * FROM campaign_days LIMIT 1) t, {two}"));
    let money = format!("(SELECT * FROM affiliate_money LIMIT 1) t, {} a", numbers(AFFILIATES));
    copies(sql, "affiliate_money", &busy[..1], &money);
    let changed = format!("(SELECT id AS conversion, program_id AS program FROM conversions LIMIT {CONVERSIONS}) t");
    sql.run(&format!(
        "INSERT INTO conversion_changes (id, program_id, conversion_id, kind, actor, reason, detail, changed_at) \
         SELECT conversion, program, conversion, 'approved', 'clock', '', '', {now} FROM {changed}"
    ));
    sql.run("COMMIT");
}

on_each_engine! {
    #[ignore = "it writes a gigabyte"]
    fn the_dashboard_of_a_large_program_is_there_at_once(db: TestDatabase) {
        if !db.url.starts_with("sqlite") {
            return;
        }
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1001")).word, "success");
        let mut marta = house.member("Marta", shop.program, Role::Viewer);
        fill(&mut Sql::open(&db.url), house.now().millis());
        for range in ["today", "7d", "30d", "last-month"] {
            let address = format!("/admin/alderfinch/dashboard?range={range}");
            let mut times: Vec<Duration> = (0..20)
                .map(|_| {
                    let begun = Instant::now();
                    marta.open(&address);
                    begun.elapsed()
                })
                .collect();
            times.sort_unstable();
            println!("{range}: first of 20 {:?}, median {:?}, slowest {:?}", times[0], times[10], times[19]);
        }
    }
}
