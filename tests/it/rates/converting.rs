//! What a sale in another currency is worth.

use accrue::domain::commission::HoldReason;
use accrue::domain::currency::Currency;
use accrue::domain::time::LocalDay;

use super::{HISTORY, take_in};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::Sale;

/// Rate, day, worth and commission in minor units of the program's currency, as they are on record.
type Worth = Option<(&'static str, &'static str, i64, i64)>;

fn sell(house: &House, shop: &Shop, order: &str, total: &str, currency: &str) {
    let token = house.visit(&shop.campaign, &shop.anna);
    let sale = Sale::of(&token).order_id(order).order_total(total).order_currency(currency);
    let answer = house.merchant(&shop.campaign).report(sale);
    assert_eq!((answer.status, answer.word.as_str()), (200, "success"), "{order}: {}", answer.body);
}

fn assert_worth(house: &House, order: &str, expected: Worth) {
    let (stored, commission) = (house.conversion(order), house.commission(order));
    let rate = stored.fx_rate.map(|rate| rate.to_string());
    let on_record =
        (rate.as_deref(), stored.fx_day, stored.base_minor, commission.amount_minor, commission.hold_reason);
    let wanted = match expected {
        Some((rate, day, base, earned)) => {
            (Some(rate), Some(LocalDay::parse(day).unwrap()), Some(base), Some(earned), None)
        }
        None => (None, None, None, None, Some(HoldReason::FxRateMissing)),
    };
    assert_eq!(on_record, wanted, "{order}");
    let entries: Vec<i64> = house.entries(order).iter().map(|entry| entry.amount_minor).collect();
    assert_eq!(entries, expected.map(|(_, _, _, earned)| earned).into_iter().collect::<Vec<_>>(), "{order}");
}

on_each_engine! {
    /// 99.99 EUR × 1.0837 = 108.359163; 10 % of 108.36 is 10.836. 10 000 JPY × 1.0837 / 163.42 = 66.3137…
    fn a_foreign_sale_is_converted_by_the_rate_of_its_day_and_rounded_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        take_in(&house, shop.program, HISTORY);
        let cases: [(&str, &str, &str, Worth); 4] = [
            ("euros", "99.99", "EUR", Some(("1.0837", "2026-03-20", 10_836, 1_084))),
            ("yen", "10000", "JPY", Some(("0.00663137926814", "2026-03-20", 6_631, 663))),
            ("pounds", "40.00", "GBP", Some(("1.30010197349", "2026-03-20", 5_200, 520))),
            ("francs", "40.00", "CHF", None),
        ];
        for (order, total, currency, worth) in cases {
            sell(&house, &shop, order, total, currency);
            assert_worth(&house, order, worth);
        }
        sell(&house, &shop, "dollars", "99.99", "USD");
        let stored = house.conversion("dollars");
        assert_eq!((stored.fx_rate, stored.base_minor), (None, Some(9_999)), "what is in dollars needs no rate");
        house.assert_books_balance();
    }

    fn a_weekend_uses_fridays_rate_and_the_eighth_day_none(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        take_in(&house, shop.program, HISTORY);
        let friday = Some(("1.0837", "2026-03-20", 10_837, 1_084));
        for (order, worth) in [
            ("friday", friday),
            ("saturday", friday),
            ("sunday", friday),
            ("monday", friday),
            ("tuesday", friday),
            ("wednesday", friday),
            ("thursday", friday),
            ("the seventh day", friday),
            ("the eighth day", None),
        ] {
            sell(&house, &shop, order, "100.00", "EUR");
            assert_worth(&house, order, worth);
            house.pass_days(1);
        }
        house.assert_books_balance();
    }

    /// The day is the program's own: what is bought after midnight in Tokyo is of the next day there.
    fn the_day_of_a_sale_is_the_programs_local_day(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-19T18:00:00Z");
        let admin = house.admin();
        let program = admin.program_in("Tokyo", Currency::USD, "Asia/Tokyo");
        let anna = admin.affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = admin.campaign(program, crate::support::house::plan(), &[&anna]);
        let shop = Shop { program, ben: anna.clone(), campaign, anna };
        house.clock().advance(std::time::Duration::from_secs(86_400));
        take_in(&house, program, HISTORY);
        house.clock().move_to(crate::support::house::moment("2026-03-19T18:00:00Z"));
        sell(&house, &shop, "at night", "100.00", "EUR");
        assert_worth(&house, "at night", Some(("1.0837", "2026-03-20", 10_837, 1_084)));
    }

    fn a_corrected_rate_counts_from_now_on_and_what_is_recorded_keeps_its_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        take_in(&house, shop.program, HISTORY);
        sell(&house, &shop, "before", "100.00", "EUR");
        take_in(&house, shop.program, "Date, USD, \n20 March 2026, 1.2000, \n");
        sell(&house, &shop, "after", "100.00", "EUR");
        assert_worth(&house, "before", Some(("1.0837", "2026-03-20", 10_837, 1_084)));
        assert_worth(&house, "after", Some(("1.2", "2026-03-20", 12_000, 1_200)));
        house.assert_books_balance();
    }

    /// Both kinds of rule, and what waits is not payable: after the rate came the books are as if it had been there.
    fn what_waited_is_converted_once_its_rate_arrives_and_not_before(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        sell(&house, &shop, "euros", "99.99", "EUR");
        sell(&house, &shop, "yen", "10000", "JPY");
        sell(&house, &shop, "francs", "40.00", "CHF");
        take_in(&house, shop.program, "Date, JPY, \n20 March 2026, 163.42, \n");
        for order in ["euros", "yen", "francs"] {
            assert_worth(&house, order, None);
        }
        take_in(&house, shop.program, HISTORY);
        assert_worth(&house, "euros", Some(("1.0837", "2026-03-20", 10_836, 1_084)));
        assert_worth(&house, "yen", Some(("0.00663137926814", "2026-03-20", 6_631, 663)));
        assert_worth(&house, "francs", None);
        assert_eq!(house.app().rates.last(shop.program).map(|last| last.released), Some(2));
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.sales_minor, tally.commission_minor, tally.conversions), (10_836 + 6_631, 1_084 + 663, 3));
        take_in(&house, shop.program, "Date, USD, JPY, \n20 March 2026, 1.2, 100, \n");
        assert_worth(&house, "euros", Some(("1.0837", "2026-03-20", 10_836, 1_084)));
        house.assert_books_balance();
    }

    /// A sale of a Saturday is converted by Friday's rate also when that comes on Monday; one of the eighth day waits on.
    fn late_rates_serve_the_days_they_are_for(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.pass_days(1);
        sell(&house, &shop, "saturday", "100.00", "EUR");
        house.pass_days(6);
        sell(&house, &shop, "the seventh day", "100.00", "EUR");
        house.pass_days(1);
        sell(&house, &shop, "the eighth day", "100.00", "EUR");
        take_in(&house, shop.program, HISTORY);
        assert_worth(&house, "saturday", Some(("1.0837", "2026-03-20", 10_837, 1_084)));
        assert_worth(&house, "the seventh day", Some(("1.0837", "2026-03-20", 10_837, 1_084)));
        assert_worth(&house, "the eighth day", None);
        take_in(&house, shop.program, "Date, USD, \n23 March 2026, 1.1, \n");
        assert_worth(&house, "the eighth day", Some(("1.1", "2026-03-23", 11_000, 1_100)));
        assert_worth(&house, "saturday", Some(("1.0837", "2026-03-20", 10_837, 1_084)));
        house.assert_books_balance();
    }
}
