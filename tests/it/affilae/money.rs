//! Amounts in the minor units of every currency, and what they are in the program's own.

use serde_json::{Value, json};

use super::{ACCEPT, INFO, LIST, Reviewer, assert_problem, bring_rates, found, one, shop_in};
use crate::support::engine::on_each_engine;
use crate::support::house::House;

/// What one euro was worth on the day on which a house opens.
const RATES: &str = "Date,USD,JPY,\n2026-03-20,1.0837,163.42,\n";

/// The amounts of a conversion: the order's, what it earns in its own currency and in the program's, and the event's.
fn amounts(told: &Value) -> [&Value; 4] {
    let event = &told["events"][0]["commission"];
    [&told["amount"], &told["commissionsTotal"], &told["commissionsTotalConverted"], event]
}

on_each_engine! {
    fn amounts_are_whole_minor_units_of_their_own_currency(db: TestDatabase) {
        let house = House::open(&db);
        for (currency, total, minor, earned) in [("JPY", "1234", 1234, 123), ("KWD", "12.345", 12_345, 1_235), ("USD", "12.34", 1_234, 123)] {
            let reviewer = Reviewer::of(&house, shop_in(&house, currency, (currency, "UTC")));
            let id = reviewer.sells(reviewer.sale("1", total).order_currency(currency));
            let told = one(&reviewer.asks(INFO, &[("id", &id)]));
            assert_eq!(amounts(&told), [&json!(minor), &json!(earned), &json!(earned), &json!(earned)], "{currency}");
            assert_eq!((&told["currency"], &told["exchangeRate"]), (&json!(currency), &json!(1)));
            let message = format!("Invalid parameter: amount must be lower than the initial amount, {minor}");
            assert_problem(currency, &reviewer.updates(&id, minor), (422, &message));
            let told = one(&reviewer.updates(&id, 100));
            assert_eq!(amounts(&told), [&json!(100), &json!(10), &json!(10), &json!(10)], "{currency}");
        }
        house.assert_books_balance();
    }

    /// An order in dollars, in a program that pays in euros: the ledger has euros, and the order's dollars are told of them.
    fn a_foreign_order_is_told_in_both_currencies_with_the_rate_digit_for_digit(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::of(&house, shop_in(&house, "Europe", ("EUR", "UTC")));
        bring_rates(&house, reviewer.shop.program, RATES);
        let dollars = reviewer.sells(reviewer.sale("dollars", "108.37"));
        let yen = reviewer.sells(reviewer.sale("yen", "16342").order_currency("JPY"));
        let answer = reviewer.asks(INFO, &[("id", &dollars)]);
        let told = one(&answer);
        assert_eq!(amounts(&told), [&json!(10_837), &json!(1_084), &json!(1_000), &json!(1_084)]);
        let stored = house.conversion("dollars").fx_rate.expect("a rate").to_string();
        assert!(stored.starts_with("0.92276460"), "{stored}");
        assert!(answer.text().contains(&format!(r#""exchangeRate":{stored},"#)), "{}", answer.text());
        let told = one(&reviewer.asks(INFO, &[("id", &yen)]));
        assert_eq!(amounts(&told), [&json!(16_342), &json!(1_634), &json!(1_000), &json!(1_634)], "yen have no cents");
        let told = one(&reviewer.updates(&yen, 8_171));
        assert_eq!(amounts(&told), [&json!(8_171), &json!(817), &json!(500), &json!(817)]);
        house.assert_books_balance();
    }

    /// QUALITY MON-3: what is told of all conversions sums to what the ledger holds.
    fn what_is_earned_sums_to_the_ledger_to_the_cent(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::of(&house, shop_in(&house, "Europe", ("EUR", "UTC")));
        bring_rates(&house, reviewer.shop.program, RATES);
        let orders = ["33.33", "66.66", "0.07", "12.34", "99.99", "5.55"];
        let sells = |(place, total): (usize, &&str)| {
            let currency = if place % 2 == 0 { "USD" } else { "EUR" };
            reviewer.sells(reviewer.sale(&format!("order-{place}"), total).order_currency(currency))
        };
        let ids: Vec<String> = orders.iter().enumerate().map(sells).collect();
        one(&reviewer.accepts(&ids[0]));
        one(&reviewer.refuses(&ids[1], "fraud"));
        one(&reviewer.updates(&ids[3], 777));
        one(&reviewer.updates(&ids[4], 7_777));
        one(&reviewer.accepts(&ids[4]));
        let told = found(&reviewer.asks(LIST, &[])).1;
        let told: i64 = told.iter().map(|row| row["commissionsTotalConverted"].as_i64().expect("an amount")).sum();
        let booked = (0..orders.len()).flat_map(|place| house.entries(&format!("order-{place}")));
        assert_eq!(told, booked.map(|entry| entry.amount_minor).sum::<i64>());
        house.assert_books_balance();
    }

    fn without_a_rate_nobody_knows_what_it_earns_and_it_cannot_be_accepted(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::of(&house, shop_in(&house, "Europe", ("EUR", "UTC")));
        let id = reviewer.sells(reviewer.sale("dollars", "108.37"));
        let told = one(&reviewer.asks(INFO, &[("id", &id)]));
        assert_eq!(amounts(&told), [&json!(10_837), &Value::Null, &Value::Null, &Value::Null]);
        assert_eq!(told["exchangeRate"], Value::Null);
        let message = "The conversion is pending and waits for an exchange rate for its day; it can be accepted once there is one";
        let body = json!({"program": reviewer.program(), "id": id});
        assert_problem("no rate", &reviewer.posts(ACCEPT, &body), (409, message));
        assert_eq!(one(&reviewer.updates(&id, 5_000))["commissionsTotal"], Value::Null, "a return needs none");
        bring_rates(&house, reviewer.shop.program, RATES);
        let told = one(&reviewer.accepts(&id));
        assert_eq!(amounts(&told), [&json!(5_000), &json!(500), &json!(461), &json!(500)]);
        house.assert_books_balance();
    }

    fn what_is_refused_or_wholly_given_back_earns_nothing_whatever_the_rate(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::of(&house, shop_in(&house, "Europe", ("EUR", "UTC")));
        let [refused, given_back] = ["refused", "given back"].map(|order| reviewer.sells(reviewer.sale(order, "108.37")));
        one(&reviewer.refuses(&refused, "fraud"));
        let back = reviewer.posts(&format!("/v1/conversions/{given_back}/refund"), &json!({}));
        assert_eq!(back.status, 200, "{}", back.text());
        let told = |id: &String| one(&reviewer.asks(INFO, &[("id", id)]));
        for id in [&refused, &given_back] {
            assert_eq!(amounts(&told(id))[1..], [&json!(0), &json!(0), &json!(0)]);
            assert_eq!(told(id)["exchangeRate"], Value::Null);
        }
        assert_eq!(one(&reviewer.accepts(&given_back))["commissionsTotal"], json!(0), "nothing is waited for");
        bring_rates(&house, reviewer.shop.program, RATES);
        for id in [&refused, &given_back] {
            assert_eq!(amounts(&told(id))[1..], [&json!(0), &json!(0), &json!(0)]);
        }
        house.assert_books_balance();
    }
}
