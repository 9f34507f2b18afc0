//! What a report earns, to the minor unit.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::commission::{CommissionState, HoldReason};
use accrue::domain::currency::Currency;
use accrue::domain::ledger::EntryKind;
use accrue::domain::money::Money;
use accrue::domain::report::{Place, Tally};
use accrue::domain::rule::Basis;
use accrue::domain::time::Zone;
use accrue::operations::create_campaign::NewCampaign;
use accrue::storage::new_rows::NewRows;

use super::{WIRES, assert_refused, recorded_now, written};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id, campaign_id, percent, plan};
use crate::support::personas::Sale;
use crate::support::wire::Request;

/// So much of the base currency, for every conversion.
fn flat(amount: &str, currency: Currency) -> Basis {
    Basis::Flat(Money::parse(amount, currency).unwrap_or_else(|why| panic!("{amount} {why}")))
}

/// The program's currency, what its campaign pays, a sale in that currency, and what comes of it in minor units.
const EARNINGS: [(&str, &str, &str, i64); 14] = [
    ("USD", "10", "99.99", 1_000),
    ("USD", "10", "99.94", 999),
    ("USD", "10", "99.95", 1_000),
    ("USD", "7.25", "0.10", 1),
    ("USD", "7.25", "0.06", 0),
    ("USD", "12.5", "0.04", 1),
    ("USD", "100", "0.01", 1),
    ("USD", "0", "99.99", 0),
    ("USD", "33.3333", "3", 100),
    ("JPY", "10", "999", 100),
    ("JPY", "10", "994", 99),
    ("JPY", "10", "5", 1),
    ("KWD", "10", "99.995", 10_000),
    ("CLF", "10", "1.0005", 1_001),
];

on_each_engine! {
    /// A day's sum that is nearly full must neither turn into a float nor fail whatever is sold on that day.
    fn a_sum_that_would_not_fit_stands_still_and_the_sale_is_recorded(db: TestDatabase) {
        const NEARLY_ALL: i64 = 9_223_372_036_854_775_000;
        let house = House::open(&db);
        let shop = house.shop();
        let at = Place {
            program_id: shop.program,
            campaign_id: campaign_id(&shop.campaign),
            affiliate_id: affiliate_id(&shop.anna),
        };
        let mut full = NewRows::default();
        let tally = Tally { sales_minor: NEARLY_ALL, ..Tally::default() };
        full.tallies.count(&at, &Zone::utc(), house.now(), &tally);
        house.write(|write, _| full.write(write));
        let token = house.visit(&shop.campaign, &shop.anna);
        recorded_now(&house.merchant(&shop.campaign).report(Sale::of(&token).order_id("1001")));
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.sales_minor, tally.commission_minor, tally.conversions), (NEARLY_ALL, 1_000, 1));
    }

    fn a_commission_is_the_share_of_the_sale_rounded_half_away_from_zero(db: TestDatabase) {
        let house = House::open(&db);
        let admin = house.admin();
        for (code, rate, amount, earned) in EARNINGS {
            let currency = Currency::parse(code).unwrap();
            let program = admin.program(&format!("{code} at {rate} of {amount}"), currency);
            let anna = admin.affiliate(program, "anna", AffiliateStatus::Active);
            let campaign = admin.campaign(program, NewCampaign { basis: percent(rate), ..plan() }, &[&anna]);
            let order_id = format!("{code}-{rate}-{amount}");
            let sale =
                Sale::of(&house.visit(&campaign, &anna)).order_id(&order_id).order_total(amount).order_currency(code);
            recorded_now(&house.merchant(&campaign).report(sale));
            let stored = house.conversion(&order_id);
            let whole = Money::parse(amount, currency).unwrap();
            assert_eq!((stored.amount(), stored.base()), (whole, Some(whole)), "{order_id}");
            let commission = house.commission(&order_id);
            assert_eq!(
                (commission.amount(), commission.hold_reason),
                (Some(Money::new(earned, currency)), None),
                "{order_id}"
            );
            let entries = house.entries(&order_id);
            assert_eq!(
                (entries.len(), entries[0].amount_minor, entries[0].kind),
                (1, earned, EntryKind::Earn),
                "{order_id}"
            );
            assert_eq!(entries[0].currency, currency, "{order_id}");
        }
        house.assert_books_balance();
    }

    fn a_yen_has_no_hundredth_and_that_is_said(db: TestDatabase) {
        let house = House::open(&db);
        let admin = house.admin();
        let program = admin.program("Yen", Currency::JPY);
        let anna = admin.affiliate(program, "anna", AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna]);
        let mut merchant = house.merchant(&campaign);
        let sale = Sale::of(&house.visit(&campaign, &anna)).order_id("1001").order_currency("JPY");
        for wire in WIRES {
            let answer = merchant.report(written(sale.clone().order_total("99.99"), wire));
            let message = "Invalid parameter: order_total must be a whole number in JPY, which has no decimals";
            assert_refused("99.99", &answer, 422, message);
        }
        recorded_now(&merchant.report(sale.order_total("999").order_currency("jpy")));
        assert_eq!(house.commission("1001").amount_minor, Some(100));
        assert_eq!(house.conversion("1001").currency, Currency::JPY, "upper case out");
    }

    fn an_amount_is_read_from_the_text_of_the_number(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let cases = [
            ("99.99", 9_999),
            ("99.9", 9_990),
            ("99", 9_900),
            ("0.07", 7),
            ("1.10", 110),
            ("4503599627370.97", 450_359_962_737_097),
            ("10000000000000", 1_000_000_000_000_000),
        ];
        for (number, minor) in cases {
            let named = format!(r#""api_key":"{}","click_token":"{token}""#, shop.campaign.api_key);
            let sold = format!(r#""order_id":"n{number}","order_total":{number},"order_currency":"USD""#);
            let json = format!("{{{named},{sold}}}");
            let answer = house.visitor().send(Request::post("/integration/s2sConvert").json(&json)).unwrap();
            assert_eq!(answer.status, 200, "{number}: {}", answer.text());
            assert_eq!(house.conversion(&format!("n{number}")).amount_minor, minor, "{number}");
        }
        house.assert_books_balance();
    }

    fn a_sale_in_a_foreign_currency_is_recorded_and_held_for_its_exchange_rate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let sale = Sale::of(&token).order_id("1001").order_total("50.00").order_currency("EUR");
        recorded_now(&house.merchant(&shop.campaign).report(sale));
        let stored = house.conversion("1001");
        assert_eq!((stored.amount_minor, stored.currency), (5_000, Currency::EUR), "what was paid");
        assert_eq!((stored.base_minor, stored.base_currency), (None, Currency::USD), "never one to one");
        let commission = house.commission("1001");
        assert_eq!((commission.amount_minor, commission.currency), (None, Currency::USD));
        assert_eq!(
            (commission.state, commission.hold_reason),
            (CommissionState::Held, Some(HoldReason::FxRateMissing))
        );
        assert!(commission.rule_id.is_some(), "by the rule of its day");
        assert_eq!(house.entries("1001").len(), 0, "nothing is booked");
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.conversions, tally.sales_minor, tally.commission_minor), (1, 0, 0));
        house.assert_books_balance();
    }

    fn a_flat_commission_needs_no_exchange_rate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let new = NewCampaign { basis: flat("5.00", Currency::USD), ..plan() };
        let campaign = house.admin().campaign(shop.program, new, &[&shop.anna]);
        let token = house.visit(&campaign, &shop.anna);
        for (order_id, total, currency) in [("home", "0.01", "USD"), ("abroad", "7", "JPY"), ("large", "100000", "USD")]
        {
            let sale = Sale::of(&token).order_id(order_id).order_total(total).order_currency(currency);
            recorded_now(&house.merchant(&campaign).report(sale));
            assert_eq!(house.commission(order_id).amount(), Some(Money::new(500, Currency::USD)), "{order_id}");
            assert_eq!(house.entries(order_id)[0].amount_minor, 500, "{order_id}");
        }
        house.assert_books_balance();
    }

    fn a_changed_rule_pays_from_now_on_and_moves_nothing_recorded(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.anna);
        recorded_now(&merchant.report(Sale::of(&token).order_id("before").order_total("100.00")));
        house.pass_days(1);
        house.admin().pay(&shop.campaign, percent("20"));
        recorded_now(&merchant.report(Sale::of(&token).order_id("after").order_total("100.00")));
        let (before, after) = (house.commission("before"), house.commission("after"));
        assert_eq!((before.amount_minor, after.amount_minor), (Some(1_000), Some(2_000)));
        assert_ne!(before.rule_id, after.rule_id);
        house.assert_books_balance();
    }
}
