//! `accrue rates import`.

use accrue::domain::time::{LocalDay, Zone};
use accrue::environment::clock::Clock;

use crate::command_line::tell;
use crate::support::engine::on_each_engine;
use crate::support::process::{ServerProcess, run_on};
use crate::support::sql::Sql;
use crate::support::world::Demo;

/// A file of today and of a day long ago.
fn file() -> String {
    let today = Zone::utc().local_day(Clock::system().now());
    format!("Date,USD,GBP,CYP,\n{today},1.0837,0.83355,N/A,\n2008-01-02,1.4688,0.7386,0.5853,\n")
}

on_each_engine! {
    fn a_file_comes_in_by_name_or_on_standard_input(db: TestDatabase) {
        let demo = Demo::fill(&db);
        let told = tell(&db, &["rates", "import", "-"], &file()).expect_success();
        let slug = &demo.program.slug;
        let rest = "2 left out as older than the program\n";
        let rest = format!("{rest}{slug}: 0 conversions waited for them\npassed over, money no more: CYP\n");
        assert_eq!(told, format!("{slug}: 2 rates added, 0 changed, 0 known, {rest}"));
        let path = db.folder().join("eurofxref.csv");
        std::fs::write(&path, file()).unwrap();
        let path = path.to_str().unwrap();
        let again = run_on(&db, &["rates", "import", path, "--program", slug]).expect_success();
        assert_eq!(again, format!("{slug}: 0 rates added, 0 changed, 2 known, {rest}"));
        let mut sql = Sql::open(&db.url);
        assert_eq!(sql.count("exchange_rates"), 2);
        assert_eq!(sql.number("SELECT COUNT(*) FROM audit_log WHERE action = 'rates_imported'"), 2);
    }

    fn whatever_stands_in_the_way_is_one_sentence_and_nothing_is_taken(db: TestDatabase) {
        Demo::fill(&db);
        let tomorrow = LocalDay::from_number(Zone::utc().local_day(Clock::system().now()).number() + 1);
        let cases = [
            ("", "accrue: standard input: line 1: a heading was expected that begins with Date, such as Date,USD,JPY\n".to_owned()),
            (&format!("Date,USD\n{tomorrow},1.08\n"), format!("accrue: standard input: line 2, column 1: {tomorrow} has not come yet\n")),
            ("PK\u{3}\u{4}", "accrue: standard input: the archive cannot be unpacked\n".to_owned()),
        ];
        for (input, sentence) in cases {
            let told = tell(&db, &["rates", "import", "-"], input);
            assert_eq!((told.status.code(), told.stdout.as_str(), told.stderr), (Some(1), "", sentence));
        }
        let told = tell(&db, &["rates", "import", "-", "--program", "nobodys"], &file());
        assert_eq!((told.status.code(), told.stderr.as_str()), (Some(1), "accrue: there is no program nobodys\n"));
        let missing = run_on(&db, &["rates", "import", "/nowhere/rates.csv"]);
        assert!(missing.stderr.starts_with("accrue: /nowhere/rates.csv: No such file"), "{missing:?}");
        assert_eq!(Sql::open(&db.url).count("exchange_rates"), 0);
    }

    /// Nothing of the file comes in before somebody says that it is right.
    fn a_rate_that_leaps_needs_a_word(db: TestDatabase) {
        let slug = Demo::fill(&db).program.slug;
        let today = Zone::utc().local_day(Clock::system().now());
        let leaping = format!("Date,USD,GBP\n{today},10.837,0.83\n{},1.0837,0.83\n", today.previous());
        let told = tell(&db, &["rates", "import", "-"], &leaping);
        let leap = format!("one euro would be 10.837 USD on {today}, after 1.0837 USD on {}", today.previous());
        let rest = "which is hard to believe; nothing was taken in. --even-if-implausible takes it all the same";
        let sentence = format!("accrue: {slug}: standard input: {leap}, {rest}\n");
        assert_eq!((told.status.code(), told.stdout.as_str(), told.stderr), (Some(1), "", sentence));
        assert_eq!(Sql::open(&db.url).count("exchange_rates"), 0);
        let told = tell(&db, &["rates", "import", "-", "--even-if-implausible"], &leaping).expect_success();
        assert!(told.starts_with(&format!("{slug}: 4 rates added,")), "{told}");
        tell(&db, &["rates", "import", "-"], &leaping).expect_success();
    }

    fn a_database_that_is_being_served_is_not_written_to_from_beside(db: TestDatabase) {
        Demo::fill(&db);
        let server = ServerProcess::start(&db);
        let told = tell(&db, &["rates", "import", "-"], &file());
        assert_eq!(told.status.code(), Some(1), "{told:?}");
        assert_eq!(told.stderr, "accrue: another accrue process is using this database; stop it first\n");
        assert_eq!(Sql::open(&db.url).count("exchange_rates"), 0);
        drop(server);
    }
}
