//! Settings → Exchange rates.

use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, PASSWORD};
use crate::support::person::Screen;
use crate::support::personas::Sale;

const RATES: &str = "/admin/alderfinch/settings/exchange-rates";

/// Friday the twentieth of March 2026, on which the house opens.
const DAILY: &str = "Date, USD, JPY, GBP, BGN, \n20 March 2026, 1.0837, 163.42, 0.83355, 1.9558, \n";

fn row_of(screen: &Screen, currency: &str) -> String {
    let rows: Vec<&str> = screen.html.split("<tr>").collect();
    let found =
        rows.iter().find(|row| row.contains(&format!(">{currency}</th>"))).unwrap_or_else(|| panic!("no {currency}"));
    let mut text = String::new();
    let mut inside = false;
    for symbol in found.split("</tr>").next().unwrap().chars() {
        match symbol {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            _ => text.push(symbol),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

on_each_engine! {
    fn a_manager_brings_the_banks_file_and_sees_what_came_of_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let screen = marta.open(RATES);
        assert!(screen.says("No rates yet Sales in USD need none."), "{}", screen.words());
        let answer = marta.upload(RATES, &[], &[("file", "eurofxref.csv", DAILY.as_bytes())]);
        assert_eq!((answer.status, answer.location.as_deref()), (303, Some(RATES)), "{}", answer.words());
        let screen = marta.open(RATES);
        assert!(screen.says("The file is read. What came of it stands under Last import."), "{}", screen.words());
        let came = "just now , from a file. New 3 Changed 0 Known already 0 Older than the program 0 Sales that waited for them 0 Money no more BGN";
        assert!(screen.says(came), "{}", screen.words());
        assert_eq!(row_of(&screen, "EUR"), "EUR 1 1.0837 20 Mar 2026");
        assert_eq!(row_of(&screen, "GBP"), "GBP 0.83355 1.30010197349 20 Mar 2026");
        assert_eq!(row_of(&screen, "JPY"), "JPY 163.42 0.00663137926814 20 Mar 2026");
        assert_eq!(row_of(&screen, "USD"), "USD 1.0837 1 20 Mar 2026");
        let mut tom = house.member("Tom", shop.program, Role::Viewer);
        let screen = tom.open(RATES);
        assert!(screen.says("New 3") && screen.says("A manager or owner of the program can import"), "{}", screen.words());
        assert_eq!(screen.html.matches("type=\"file\"").count(), 0);
        assert_eq!(tom.upload(RATES, &[], &[("file", "eurofxref.csv", DAILY.as_bytes())]).status, 403);
    }

    fn a_file_that_is_not_the_banks_is_refused_at_the_field_and_nothing_is_taken(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        marta.open(RATES);
        let refused = "The file must be the European Central Bank’s CSV, or the .zip with it:";
        let cases: [(&[u8], String); 4] = [
            (b"<html>", format!("{refused} line 1, column 1: a heading was expected that begins with Date, such as Date,USD,JPY.")),
            (b"Date,USD\n2026-03-20,1.08\n2026-03-21,1.09\n", format!("{refused} line 3, column 1: 2026-03-21 has not come yet.")),
            (b"PK\x03\x04 and no more", format!("{refused} the archive cannot be unpacked.")),
            (b"Date,USD\n2026-03-20,<b>\n", format!("{refused} line 2, column 2 (USD): the rate must be a number above zero, such as 1.0837, not “<b>”.")),
        ];
        for (content, sentence) in cases {
            let answer = marta.upload(RATES, &[], &[("file", "rates.csv", content)]);
            assert_eq!((answer.status, answer.error_at("file")), (422, Some(sentence)));
        }
        let answer = marta.upload(RATES, &[], &[]);
        assert_eq!((answer.status, answer.error_at("file").as_deref()), (422, Some("The file must be chosen.")));
        assert!(marta.open(RATES).says("No rates yet"));
    }

    fn a_rate_that_leaps_wants_a_tick(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        assert!(!marta.open(RATES).says("Import all the same"));
        marta.upload(RATES, &[], &[("file", "eurofxref.csv", DAILY.as_bytes())]);
        house.pass_days(3);
        let mut marta = house.person().sign_in("marta@people.example", PASSWORD);
        marta.open(RATES);
        let leaping = "Date, USD, JPY, GBP, \n23 March 2026, 1.09, 16.342, 8.3355, \n";
        let answer = marta.upload(RATES, &[], &[("file", "eurofxref.csv", leaping.as_bytes())]);
        let sentence = "The file was not taken: one euro would be 8.3355 GBP on 2026-03-23, after 0.83355 GBP on 2026-03-20, \
                        and 1 more rate is as hard to believe.";
        assert_eq!((answer.status, answer.error_at("file").as_deref()), (422, Some(sentence)));
        assert!(answer.says("Import all the same"), "{}", answer.words());
        assert_eq!(row_of(&marta.open(RATES), "GBP"), "GBP 0.83355 1.30010197349 20 Mar 2026");
        let ticked = [("even_if_implausible", "yes")];
        let answer = marta.upload(RATES, &ticked, &[("file", "eurofxref.csv", leaping.as_bytes())]);
        assert_eq!(answer.status, 303, "{}", answer.words());
        assert!(row_of(&marta.open(RATES), "GBP").starts_with("GBP 8.3355 "));
    }

    fn what_waits_and_what_grows_old_is_told(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let sell = |order: &str, currency: &str| {
            let sale = Sale::of(&house.visit(&shop.campaign, &shop.anna)).order_id(order).order_currency(currency);
            assert_eq!(house.merchant(&shop.campaign).report(sale).word, "success");
        };
        sell("1", "EUR");
        sell("2", "CHF");
        house.pass_days(2);
        sell("3", "CHF");
        let mut marta = house.member("Marta", shop.program, Role::Manager);
        let screen = marta.open(RATES);
        assert_eq!(row_of(&screen, "CHF"), "CHF 2 20 Mar 2026 – 22 Mar 2026");
        assert_eq!(row_of(&screen, "EUR"), "EUR 1 20 Mar 2026");
        marta.upload(RATES, &[], &[("file", "eurofxref.csv", DAILY.as_bytes())]);
        let mut says = |days: u64, words: &str| {
            house.pass_days(days);
            marta = house.person().sign_in("marta@people.example", PASSWORD);
            let screen = marta.open(RATES);
            assert!(screen.says(words), "{words}: {}", screen.words());
            assert_eq!(screen.html.matches("alert-warn").count(), usize::from(!words.starts_with("How")));
            screen
        };
        says(3, "How sales are converted");
        says(1, "The newest rates are 6 days old. After seven days, sales in other currencies wait for newer ones.");
        let screen = says(2, "The newest rates are 8 days old, and a rate is used for seven.");
        assert_eq!(row_of(&screen, "JPY"), "JPY 163.42 no rate for today 20 Mar 2026");
    }
}
