//! `demo`, `create-admin`, `reset-password`, `migrate`, `health`: what they make and what they print.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tell;
use crate::support::engine::on_each_engine;
use crate::support::person::Person;
use crate::support::process::{ServerProcess, run_on};
use crate::support::sql::Sql;
use crate::support::world::Demo;

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn words(list: &str) -> BTreeSet<&str> {
    list.split_whitespace().collect()
}

on_each_engine! {
    /// One object, nothing else, and every field of the contract.
    fn the_demo_prints_one_object_of_the_agreed_shape(db: TestDatabase) {
        let printed = run_on(&db, &["demo", "--json", "--public-url", "https://track.example.com"]).expect_success();
        let demo: Value = serde_json::from_str(&printed).expect("one object and nothing else");
        assert_eq!(keys(&demo), words("public_url admin program affiliates campaigns"));
        assert_eq!(demo["public_url"], "https://track.example.com");
        assert_eq!(keys(&demo["admin"]), words("email password"));
        assert_eq!(keys(&demo["program"]), words("id slug currency time_zone tokens"));
        assert_eq!(keys(&demo["program"]["tokens"]), words("manage track read postback"));
        assert_eq!((&demo["program"]["currency"], &demo["program"]["time_zone"]), (&"USD".into(), &"UTC".into()));
        assert_eq!(keys(&demo["affiliates"][0]), words("id code name status token"));
        let fields = words("id name kind tool_type method api_key direct_mode links");
        assert_eq!(keys(&demo["campaigns"][0]), fields);
        assert_eq!(keys(&demo["campaigns"][0]["links"][0]), words("affiliate_id code url"));
        let demo = Demo::parse(&printed);
        let methods: Vec<&str> = demo.campaigns.iter().map(|campaign| campaign.method.as_str()).collect();
        assert_eq!(methods, ["js_pixel", "s2s_api", "mobile", "postback", "conversion_api"]);
        let kinds: BTreeSet<&str> = demo.campaigns.iter().map(|campaign| campaign.kind.as_str()).collect();
        assert_eq!(kinds, words("banner text link video"));
        let direct: Vec<&str> =
            demo.campaigns.iter().filter(|campaign| campaign.direct_mode).map(|campaign| &*campaign.method).collect();
        assert_eq!(direct, ["mobile"]);
        let statuses: Vec<&str> = demo.affiliates.iter().map(|affiliate| affiliate.status.as_str()).collect();
        assert_eq!(statuses, ["active", "active", "paused"]);
        for campaign in &demo.campaigns {
            assert_eq!(campaign.links.len(), 3, "{}", campaign.name);
            let first = &campaign.links[0];
            assert_eq!(first.url, format!("https://track.example.com/c/{}", first.code));
        }
    }

    /// What is there is somebody's.
    fn the_demo_refuses_a_database_that_holds_a_program(db: TestDatabase) {
        Demo::fill(&db);
        let (mut sql, tables) = (Sql::open(&db.url), ["programs", "users", "campaigns", "clicks"]);
        let before = tables.map(|table| sql.count(table));
        let again = run_on(&db, &["demo", "--json"]);
        assert_eq!((again.status.code(), again.stdout.as_str()), (Some(1), ""), "{again:?}");
        assert!(again.stderr.ends_with(" has a program already; the demo needs an empty database\n"), "{again:?}");
        assert_eq!(tables.map(|table| sql.count(table)), before);
    }

    /// Made by the operations that record real ones, so everything adds up.
    fn thirty_days_of_history_verify_without_a_difference(db: TestDatabase) {
        run_on(&db, &["demo", "--json", "--history", "30"]).expect_success();
        let mut sql = Sql::open(&db.url);
        let (clicks, conversions) = (sql.count("clicks"), sql.count("conversions"));
        assert!(clicks > 1_000 && conversions > 50, "{clicks} clicks, {conversions} conversions");
        let came_back = sql.number("SELECT count(*) FROM conversions WHERE click_id IS NULL AND referral_id IS NOT NULL");
        let (customers, refused) = (sql.count("referrals"), sql.count("attempts"));
        assert!(customers > 20 && came_back > 5, "{customers} customers, {came_back} orders without a click");
        assert_eq!(refused, 0, "whoever comes back is known");
        let verified = run_on(&db, &["verify"]).expect_success();
        let entries = sql.count("ledger_entries");
        assert_eq!(sql.count("audit_log"), 1);
        let whole = format!(
            "{conversions} conversions, {entries} ledger entries and {clicks} clicks verified: 0 differences\n\
             1 row of the audit log verified: 0 differences\n"
        );
        assert_eq!(verified, whole);
    }

    /// The first makes the program, the second joins it, and an address signs in once.
    fn admins_are_made_one_by_one(db: TestDatabase) {
        let first = run_on(&db, &["create-admin", "--email", "One@Shop.example", "--program", "Shop"]).expect_success();
        assert!(first.contains("owns the program now"), "{first}");
        let password = first.lines().find_map(|line| line.strip_prefix("password (shown once): "));
        assert!(password.is_some_and(|password| password.len() >= 16), "{first}");
        let email = first.split_whitespace().next().expect("it names the address").to_owned();
        let again = run_on(&db, &["create-admin", "--email", &email]);
        assert_eq!((again.status.code(), again.stdout.as_str()), (Some(1), ""), "{again:?}");
        assert_eq!(again.stderr, format!("accrue: somebody signs in as {email} already\n"));
        let second = tell(&db, &["create-admin", "--email", "two@shop.example", "--password-stdin"], "correct horse 1 battery\n");
        assert_eq!(second.expect_success(), "two@shop.example owns the program now\n");
        let mut sql = Sql::open(&db.url);
        assert_eq!(["users", "programs", "memberships"].map(|table| sql.count(table)), [2, 1, 2]);
        assert_eq!(sql.number("SELECT count(*) FROM users WHERE password_hash LIKE '%correct horse%'"), 0);
    }

    /// Too short, too long, nothing at all, and what everybody guesses.
    fn a_password_that_is_no_password_makes_nobody(db: TestDatabase) {
        let guessed = "must be harder to guess";
        for (input, end) in [
            ("short\n", "8"),
            ("\n", "8"),
            ("", "8"),
            (&*format!("{}\n", "x".repeat(129)), "128"),
            ("password1\n", guessed),
            ("one@shop.example\n", guessed),
            ("accrue-accrue\n", guessed),
        ] {
            let refused = tell(&db, &["create-admin", "--email", "one@shop.example", "--password-stdin"], input);
            assert_eq!((refused.status.code(), refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
            assert!(refused.stderr.starts_with("accrue: the password ") && refused.stderr.contains(end), "{refused:?}");
            assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
        }
        assert_eq!(Sql::open(&db.url).count("users"), 0);
        let nobody = run_on(&db, &["create-admin", "--email", "no address"]);
        assert_eq!(nobody.status.code(), Some(2), "{nobody:?}");
    }

    /// Printed once, and the only one that is right from then on.
    fn a_password_is_reset_for_whoever_owns_the_machine(db: TestDatabase) {
        let made = run_on(&db, &["create-admin", "--email", "one@shop.example"]).expect_success();
        let password = |printed: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix("password (shown once): "));
            line.unwrap_or_else(|| panic!("no password: {printed}")).to_owned()
        };
        let first = password(&made);
        let reset = run_on(&db, &["reset-password", "--email", " One@Shop.example"]).expect_success();
        assert!(reset.starts_with("one@shop.example is signed out everywhere\n"), "{reset}");
        assert_eq!(reset.lines().count(), 2, "{reset}");
        let second = password(&reset);
        assert!(second != first && second.len() >= 16);
        let server = ServerProcess::start(&db);
        let in_use = run_on(&db, &["reset-password", "--email", "one@shop.example"]);
        assert_eq!(in_use.stderr, "accrue: another accrue process is using this database; stop it first\n");
        let mut person = Person::at(server.addr());
        assert_eq!(person.try_sign_in("one@shop.example", &first).status, 422);
        assert_eq!(person.try_sign_in("one@shop.example", &second).status, 303);
        drop(server);
        let nobody = run_on(&db, &["reset-password", "--email", "two@shop.example"]);
        assert_eq!((nobody.status.code(), nobody.stdout.as_str()), (Some(1), ""), "{nobody:?}");
        assert_eq!(nobody.stderr, "accrue: nobody signs in as two@shop.example\n");
    }

    /// Who lost the authenticator and the codes as well gets in again with one word more.
    fn a_reset_leaves_the_second_factor_on_unless_it_is_told(db: TestDatabase) {
        run_on(&db, &["create-admin", "--email", "one@shop.example"]).expect_success();
        let mut sql = Sql::open(&db.url);
        sql.run("UPDATE users SET totp_sealed = 'sealed'");
        let reset = run_on(&db, &["reset-password", "--email", "one@shop.example"]).expect_success();
        assert!(reset.contains("--turn-off-totp"), "{reset}");
        assert_eq!(sql.number("SELECT count(*) FROM users WHERE totp_sealed IS NOT NULL"), 1);
        let off = run_on(&db, &["reset-password", "--email", "one@shop.example", "--turn-off-totp"]).expect_success();
        assert!(!off.contains("--turn-off-totp"), "{off}");
        assert_eq!(sql.number("SELECT count(*) FROM users WHERE totp_sealed IS NOT NULL"), 0);
    }

    /// Says what it did, and does nothing twice.
    fn migrating_says_how_much_there_was_to_do(db: TestDatabase) {
        let first = run_on(&db, &["migrate"]).expect_success();
        assert!(first.contains(" migration") && first.trim_end().ends_with("applied"), "{first}");
        let second = run_on(&db, &["migrate"]).expect_success();
        assert!(second.trim_end().ends_with("is up to date"), "{second}");
        assert!(!second.contains('@'), "neither a name nor a password is shown: {second}");
    }

    /// Of a sound installation, and of none.
    fn health_says_what_it_looked_at(db: TestDatabase) {
        let none = run_on(&db, &["health"]);
        assert_eq!(none.status.code(), Some(1), "{none:?}");
        assert!(none.stderr.starts_with("accrue: ") && none.stderr.lines().count() == 1, "{none:?}");
        assert!(db.file().is_none_or(|file| !file.exists()), "looking makes nothing");
        run_on(&db, &["migrate"]).expect_success();
        let sound = run_on(&db, &["health"]).expect_success();
        for line in ["schema: up to date", "master key: right", "integrity: ok"] {
            assert!(sound.lines().any(|said| said == line), "{line} is missing in {sound}");
        }
    }
}
