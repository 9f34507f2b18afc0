//! What comes in, what is known already, and what is of no use.

use accrue::domain::currency::Currency;
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::time::LocalDay;
use accrue::operations::import_rates::Imported;
use accrue::storage::exchange_rates::{self, ExchangeRateRow};

use super::{HISTORY, take_in};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::sql::Sql;

fn told(rows: &[ExchangeRateRow]) -> Vec<String> {
    let mut lines: Vec<String> = rows.iter().map(|row| format!("{} {} {}", row.day, row.currency, row.rate)).collect();
    lines.sort();
    lines
}

fn day(text: &str) -> LocalDay {
    LocalDay::parse(text).unwrap()
}

on_each_engine! {
    fn a_program_keeps_the_days_from_a_week_before_its_first_one(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.shop().program;
        let imported = take_in(&house, program, HISTORY);
        assert_eq!(imported, Imported { added: 8, changed: 0, unchanged: 0, too_old: 6 });
        let rows = house.read(|conn| exchange_rates::of_days(conn, program, day("1999-01-01"), day("2026-12-31")));
        let expected = [
            "2026-03-13 GBP 0.84",
            "2026-03-13 JPY 161",
            "2026-03-13 USD 1.09",
            "2026-03-19 GBP 0.834",
            "2026-03-19 USD 1.085",
            "2026-03-20 GBP 0.83355",
            "2026-03-20 JPY 163.42",
            "2026-03-20 USD 1.0837",
        ];
        assert_eq!(told(&rows), expected);
    }

    fn the_same_file_again_changes_nothing_and_another_figure_takes_the_first_ones_place(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.shop().program;
        take_in(&house, program, HISTORY);
        let rows = || house.read(|conn| exchange_rates::of_days(conn, program, day("2026-03-13"), day("2026-03-20")));
        let before = told(&rows());
        house.pass_days(1);
        let again = take_in(&house, program, HISTORY);
        assert_eq!(again, Imported { added: 0, changed: 0, unchanged: 8, too_old: 6 });
        assert_eq!(told(&rows()), before);
        assert!(rows().iter().all(|row| row.imported_at < house.now()), "nothing was written again");

        let corrected = "Date, USD, JPY, CHF, \n20 March 2026, 1.0840, 163.42, 0.9650, \n";
        let imported = take_in(&house, program, corrected);
        assert_eq!(imported, Imported { added: 1, changed: 1, unchanged: 1, too_old: 0 });
        let of_the_day = house.read(|conn| exchange_rates::of_days(conn, program, day("2026-03-20"), day("2026-03-20")));
        let expected = ["2026-03-20 CHF 0.965", "2026-03-20 GBP 0.83355", "2026-03-20 JPY 163.42", "2026-03-20 USD 1.084"];
        assert_eq!(told(&of_the_day), expected);
    }

    fn programs_know_nothing_of_each_others_rates(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.shop().program;
        let other = house.admin().program("Other", Currency::USD);
        take_in(&house, program, HISTORY);
        let eur_to_usd =
            |program| house.read(|conn| exchange_rates::quote(conn, program, Currency::EUR, Currency::USD, day("2026-03-20")));
        assert_eq!(eur_to_usd(other), None);
        let quote = eur_to_usd(program).unwrap();
        assert_eq!((ExchangeRate::new(quote.rate), quote.day), (ExchangeRate::parse("1.0837"), day("2026-03-20")));
        let held = |program| house.app().catalogue().quote(program, Currency::EUR, day("2026-03-20"));
        assert_eq!((held(program), held(other)), (Some(quote), None), "the catalogue says the same at once");
    }

    /// Years of days: more than one transaction takes.
    fn a_long_history_comes_in_a_portion_at_a_time(db: TestDatabase) {
        let house = House::open_at(&db, "2023-03-20T12:00:00Z");
        let program = house.shop().program;
        house.pass_days(1_000);
        let last = accrue::domain::time::Zone::utc().local_day(house.now());
        let mut text = String::from("Date,USD,JPY,\n");
        for back in 0..1_200 {
            let day = LocalDay::from_number(last.number() - back);
            text.push_str(&format!("{day},1.{back:04},16{back:04}.5,\n"));
        }
        let imported = take_in(&house, program, &text);
        assert_eq!(imported, Imported { added: 2 * 1_008, changed: 0, unchanged: 0, too_old: 2 * 192 });
        assert_eq!(Sql::open(&db.url).count("exchange_rates"), 2 * 1_008);
        let newest = house.app().catalogue().quote(program, Currency::EUR, last).unwrap();
        assert_eq!(newest.day, last);
    }
}
