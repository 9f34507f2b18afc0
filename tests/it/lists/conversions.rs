//! Conversions: filtered by whole local days and everything else, in pages that stay what they are, with exact sums.

use accrue::domain::click_token::Mode;
use accrue::domain::conversion::{ConversionStatus, LARGEST_AMOUNT};
use accrue::domain::currency::Currency;
use accrue::domain::event::EventType;
use accrue::domain::handle::OrderId;
use accrue::domain::id::{ConversionId, ProgramId};
use accrue::domain::time::{LocalDay, Zone};
use accrue::storage::conversions::list::{self, Listed, MOST_SUMMED, Totals, Wanted};
use accrue::storage::keyset::{Page, Start};
use accrue::storage::new_rows::NewRows;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id, campaign_id, moment, plan};
use crate::support::personas::Sale;

fn page(house: &House, program: ProgramId, wanted: &Wanted, start: Start<ConversionId>, most: usize) -> Page<Listed> {
    house.read(|conn| list::page(conn, program, wanted, start, most))
}

fn orders_of(page: &Page<Listed>) -> Vec<&str> {
    page.rows.iter().map(|(row, _)| row.order_id.as_str()).collect()
}

fn orders(house: &House, program: ProgramId, wanted: &Wanted) -> Vec<String> {
    let page = page(house, program, wanted, Start::Newest, 20);
    let totals = house.read(|conn| list::totals(conn, program, wanted)).expect("so few are summed");
    assert_eq!(totals, Totals::of(&page.rows), "both ways to sum say the same");
    orders_of(&page).into_iter().map(str::to_owned).collect()
}

fn totals(house: &House, program: ProgramId, wanted: &Wanted) -> Totals {
    house.read(|conn| list::totals(conn, program, wanted)).expect("so few are summed")
}

fn order(text: &str) -> Wanted {
    let parse = |text| OrderId::parse(text).expect("an order id");
    Wanted { orders: Some([parse(text), parse(text.trim())]), ..Wanted::default() }
}

on_each_engine! {
    fn every_filter_leaves_what_it_names_and_the_newest_come_first(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let second = house.admin().campaign(shop.program, plan(), &[&shop.anna]);
        let test_key = house.admin().test_key(shop.program, &shop.campaign);
        let report = |campaign, affiliate, sale: Sale| {
            let token = house.visit(campaign, affiliate);
            assert_eq!(house.merchant(campaign).report(sale.with("click_token", &token)).status, 200);
            house.pass_days(1);
        };
        report(&shop.campaign, &shop.anna, Sale::of("").order_id("one"));
        report(&shop.campaign, &shop.ben, Sale::of("").order_id("two"));
        report(&second, &shop.anna, Sale::of("").order_id("three"));
        report(&second, &shop.anna, Sale::of("").order_id(" four").with("action", "lead"));
        let mut tester = crate::support::personas::MerchantServer::new(house.addr(), &test_key);
        let click = tester.add_click(&shop.campaign, &shop.anna).click_token.expect("it is registered");
        assert_eq!(tester.report(Sale::of(&click).order_id("five")).status, 200);
        let all = Wanted::default();
        let cases = [
            ("live by default", all.clone(), vec![" four", "three", "two", "one"]),
            ("test", Wanted { mode: Mode::Test, ..all.clone() }, vec!["five"]),
            ("campaign", Wanted { campaign: Some(campaign_id(&second)), ..all.clone() }, vec![" four", "three"]),
            ("affiliate", Wanted { affiliate: Some(affiliate_id(&shop.ben)), ..all.clone() }, vec!["two"]),
            ("event", Wanted { event: Some(EventType::Lead), ..all.clone() }, vec![" four"]),
            ("pending", Wanted { status: Some(ConversionStatus::Pending), ..all.clone() }, vec![" four", "three", "two", "one"]),
            ("approved", Wanted { status: Some(ConversionStatus::Approved), ..all.clone() }, vec![]),
            ("an order", order("two"), vec!["two"]),
            ("an order typed with blanks", order(" two "), vec!["two"]),
            ("an order that begins with one", order(" four"), vec![" four"]),
            ("an order is not searched in part", order("tw"), vec![]),
            ("an order's case counts", order("TWO"), vec![]),
            ("a test order among live ones", order("five"), vec![]),
        ];
        for (name, wanted, expected) in cases {
            assert_eq!(orders(&house, shop.program, &wanted), expected, "{name}");
        }
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        assert!(orders(&house, elsewhere, &order("two")).is_empty(), "another program's order is not found");
        assert!(house.read(|conn| list::has_any(conn, shop.program)) && !house.read(|conn| list::has_any(conn, elsewhere)));
        let one = page(&house, shop.program, &all, Start::Newest, 1).rows.remove(0).0.id;
        assert!(house.read(|conn| list::find(conn, shop.program, one)).is_some());
        assert!(house.read(|conn| list::find(conn, elsewhere, one)).is_none());
    }

    /// Berlin's 21 November begins at 23:00 UTC of the 20th.
    fn days_are_the_programs_own_and_both_ends_count(db: TestDatabase) {
        let house = House::open_at(&db, "2026-11-20T22:59:59.999Z");
        let program = house.admin().program_in("Alderfinch", Currency::USD, "Europe/Berlin");
        let anna = house.admin().affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = house.admin().campaign(program, plan(), &[&anna]);
        let token = house.visit(&campaign, &anna);
        let mut merchant = house.merchant(&campaign);
        for (order, millis) in [("last of the 20th", 0), ("first of the 21st", 1), ("last of the 21st", 86_399_999), ("first of the 22nd", 1)] {
            house.clock().advance(std::time::Duration::from_millis(millis));
            assert_eq!(merchant.report(Sale::of(&token).order_id(order)).status, 200);
        }
        assert_eq!(house.now(), moment("2026-11-21T23:00:00Z"));
        let zone = Zone::parse("Europe/Berlin").expect("a zone");
        let day = LocalDay::parse("2026-11-21").expect("a day");
        let wanted = Wanted {
            from: Some(zone.day_start(day)),
            until: Some(zone.day_end_exclusive(day)),
            ..Wanted::default()
        };
        assert_eq!(orders(&house, program, &wanted), ["last of the 21st", "first of the 21st"]);
        let counted = house.tally(&campaign);
        assert_eq!(counted.conversions, 4);
    }

    fn pages_stay_what_they_are_while_conversions_arrive(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        let mut report = |order: &str| {
            house.clock().advance(std::time::Duration::from_secs(1));
            assert_eq!(merchant.report(Sale::of(&token).order_id(order)).status, 200);
        };
        (1..=7).for_each(|number| report(&number.to_string()));
        let all = Wanted::default();
        let look = |start| page(&house, shop.program, &all, start, 3);
        let first = look(Start::Newest);
        assert_eq!((orders_of(&first), first.has_newer, first.has_older), (vec!["7", "6", "5"], false, true));
        (8..=9).for_each(|number| report(&number.to_string()));
        let last_of = |page: &Page<Listed>| page.rows.last().expect("it is not empty").0.id;
        let first_of = |page: &Page<Listed>| page.rows.first().expect("it is not empty").0.id;
        let second = look(Start::OlderThan(last_of(&first)));
        assert_eq!((orders_of(&second), second.has_newer, second.has_older), (vec!["4", "3", "2"], true, true));
        let third = look(Start::OlderThan(last_of(&second)));
        assert_eq!((orders_of(&third), third.has_newer, third.has_older), (vec!["1"], true, false));
        let back = look(Start::NewerThan(first_of(&third)));
        assert_eq!(orders_of(&back), orders_of(&second), "and back again");
        let back = look(Start::NewerThan(first_of(&back)));
        assert_eq!(orders_of(&back), orders_of(&first));
        let newest = look(Start::NewerThan(first_of(&back)));
        assert_eq!((orders_of(&newest), newest.has_newer), (vec!["9", "8", "7"], false), "a full page of the newest");
        let nothing = look(Start::OlderThan(ConversionId::at(moment("2001-01-01T00:00:00Z"), [0; 10])));
        assert!(nothing.rows.is_empty() && !nothing.has_older);
    }

    fn sums_are_exact_and_say_what_is_not_in_them(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let mut merchant = house.merchant(&shop.campaign);
        for (order, total, currency) in [("1", "99.99", "USD"), ("2", "0.10", "USD"), ("3", "500.00", "EUR")] {
            let sale = Sale::of(&token).order_id(order).with("order_total", total).with("order_currency", currency);
            assert_eq!(merchant.report(sale).status, 200);
        }
        let expected = Totals { conversions: 3, rejected: 0, without_rate: 1, base_minor: 10_009, commission_minor: 1_001 };
        assert_eq!(totals(&house, shop.program, &Wanted::default()), expected);
        assert_eq!(totals(&house, shop.program, &order("nothing")), Totals::default());
    }

    /// As many of the largest orders as no 64 bits hold, and more of them than one page sums.
    fn a_sum_that_does_not_fit_stands_at_the_end_of_the_scale(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.merchant(&shop.campaign).report(Sale::of(&token).order_id("first"));
        let first = house.conversion("first");
        let make = |numbers: std::ops::Range<i64>| {
            let (row, now, mint) = (first.clone(), house.now(), house.environment().mint);
            let rows = numbers.map(|number| accrue::storage::conversions::ConversionRow {
                id: mint.id(now),
                order_id: OrderId::parse(&format!("large-{number}")).expect("an order id"),
                base_minor: Some(LARGEST_AMOUNT),
                ..row.clone()
            });
            let rows = NewRows { conversions: rows.collect(), ..NewRows::default() };
            house.write(move |write, _| rows.write(write));
        };
        make(0..10_000);
        let summed = totals(&house, shop.program, &Wanted::default());
        assert_eq!((summed.conversions, summed.base_minor), (10_001, i64::MAX));
        for from in (10_000..MOST_SUMMED).step_by(10_000) {
            make(from..from + 10_000);
        }
        assert_eq!(house.read(|conn| list::totals(conn, shop.program, &Wanted::default())), None, "one too many");
        let few = Wanted { affiliate: Some(affiliate_id(&shop.ben)), ..Wanted::default() };
        assert_eq!(totals(&house, shop.program, &few), Totals::default(), "what is filtered out is not counted");
    }
}
