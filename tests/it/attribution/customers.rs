//! Customers who are known: who brought them, and how far their orders are paid for.

use std::time::Duration as Time;

use accrue::domain::attribution::Agreement;
use accrue::domain::change::Actor;
use accrue::domain::commission::CommissionState;
use accrue::domain::conversion::{ConversionStatus, SaleStatus};
use accrue::domain::event::Channel;
use accrue::domain::rule::{Approval, Duration, Terms};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome, record_conversions};
use accrue::operations::review_conversion::{Decision, review_conversion};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::new_rows::NewRows;
use accrue::storage::referrals;

use super::{Told, agree_on, belongs_to};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id};
use crate::support::sql::Sql;

/// Records reports as the recorder does that arrive at once.
fn record_together(house: &House, set: [Incoming; 2]) {
    let recorded = house.write(move |write, env| {
        let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
        let mut new = NewRows::default();
        let recorded = record_conversions(write, env, &catalogue, &set, &mut new)?;
        new.write(write)?;
        Ok(recorded)
    });
    assert!(recorded.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Recorded(_))), "{recorded:?}");
}

/// A report whose identifiers are held against each other.
fn held_together((house, shop): (&House, &Shop), told: &Told) -> Incoming {
    let incoming = told.incoming(house, shop);
    Incoming { evidence: Evidence { agreement: Agreement::Asked, ..incoming.evidence }, ..incoming }
}

on_each_engine! {
    fn a_customer_stays_with_whoever_brought_them_under_every_name_they_are_known_by(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let first = Told::order("first").clicked(&house, &annas).customer("c-1");
        assert!(matches!(first.report(&house, &shop), Outcome::Recorded(_)));
        let second = Told::order("second").customer("c-1").email(&house, "marta@people.example");
        assert!(matches!(second.report(&house, &shop), Outcome::Recorded(_)));
        house.pass_days(300);
        let third = Told::order("third").email(&house, "MARTA@people.example");
        assert!(matches!(third.report(&house, &shop), Outcome::Recorded(_)));
        for order in ["first", "second", "third"] {
            assert!(belongs_to(&house, order, &shop.anna), "{order}");
        }
        let bens = house.visit(&shop.campaign, &shop.ben);
        let fourth = Told::order("fourth").clicked(&house, &bens).customer("c-1");
        assert!(matches!(fourth.report(&house, &shop), Outcome::Recorded(_)));
        assert!(belongs_to(&house, "fourth", &shop.ben), "a click is believed more");
        let fifth = Told::order("fifth").customer("c-1");
        assert!(matches!(fifth.report(&house, &shop), Outcome::Recorded(_)));
        assert!(belongs_to(&house, "fifth", &shop.anna), "and takes no customer away");
        let referrals: Vec<_> = ["first", "second", "third", "fourth", "fifth"].map(|order| house.conversion(order).referral_id).into();
        assert!(referrals.iter().all(|referral| referral.is_some() && *referral == referrals[0]), "{referrals:?}");
        let mut sql = Sql::open(&db.url);
        assert_eq!(sql.count("referrals"), 1);
        assert_eq!(sql.lines("SELECT kind FROM referral_identifiers ORDER BY kind"), ["customer_id", "email"]);
        house.assert_books_balance();
    }

    fn two_orders_of_a_new_customer_at_once_make_one_referral(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let orders: Vec<_> = (0..40)
            .map(|number| Told::order(&format!("order-{number}")).clicked(&house, &token).customer("c-1").incoming(&house, &shop))
            .collect();
        let recorder = &house.app().recorder;
        let all = futures_util::future::join_all(orders.into_iter().map(|order| recorder.record_conversion(order)));
        for outcome in crate::support::in_process::wait_for(all) {
            assert!(matches!(outcome, Ok(Outcome::Recorded(_))), "{outcome:?}");
        }
        let mut sql = Sql::open(&db.url);
        assert_eq!((sql.count("referrals"), sql.count("referral_identifiers")), (1, 1));
        assert_eq!(sql.number("SELECT count(DISTINCT referral_id) FROM conversions"), 1);
        house.assert_books_balance();
    }

    fn a_rule_pays_as_many_of_a_customers_payments_as_it_says(db: TestDatabase) {
        let house = House::open_at(&db, "2027-01-31T12:00:00Z");
        let shop = house.shop();
        let pays = |order: &str| house.commission(order).amount().map(|amount| amount.to_string()).unwrap_or_default();
        let cases = [
            ("first-sale", Duration::FirstSale, [true, false, false]),
            ("two-payments", Duration::Payments(2), [true, true, false]),
            ("lifetime", Duration::Lifetime, [true, true, true]),
        ];
        for (customer, duration, paid) in cases {
            agree_on(&house, &shop, |terms| Terms { duration, ..terms });
            let token = house.visit(&shop.campaign, &shop.anna);
            for (number, paid) in paid.into_iter().enumerate() {
                let order = format!("{customer}-{number}");
                let told = Told::order(&order).clicked(&house, &token).customer(customer);
                assert!(matches!(told.report(&house, &shop), Outcome::Recorded(_)), "{order}");
                assert_eq!(pays(&order), if paid { "10.00" } else { "0.00" }, "{order}");
            }
        }
        house.assert_books_balance();
    }

    /// Each customer buys twice, and the server tells of an order again of which a browser told first.
    fn a_better_report_is_the_payment_that_the_first_one_was(db: TestDatabase) {
        let house = House::open_at(&db, "2027-01-31T12:00:00Z");
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::FirstSale, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        let tell = |order: &str, customer: &str, channel: Channel| {
            let told = Told::order(order).clicked(&house, &token).customer(customer).by(channel);
            assert!(matches!(told.report(&house, &shop), Outcome::Recorded(_)), "{order}");
            house.clock().advance(Time::from_secs(60));
        };
        tell("first-1", "first", Channel::Pixel);
        tell("first-2", "first", Channel::Pixel);
        tell("second-1", "second", Channel::Pixel);
        tell("second-2", "second", Channel::Pixel);
        let (program, rejected) = (shop.program, house.conversion("second-2").id);
        let decision = Decision { wanted: ConversionStatus::Rejected, seen: None, reason: "A test.".to_owned() };
        house.write(move |write, env| review_conversion(write, env, program, rejected, Actor::Clock, &decision));

        tell("first-1", "first", Channel::Server);
        tell("second-2", "second", Channel::Server);
        let booked = |order: &str| house.commission(order).booked_minor;
        assert_eq!([booked("first-1"), booked("first-2")], [1_000, 0], "the second purchase came later");
        assert_eq!([booked("second-1"), booked("second-2")], [1_000, 0], "what was rejected was no payment of its own");
        house.assert_books_balance();
    }

    /// The server confirms an order and names a customer of whom nobody knew, and of whom another order of the same set is.
    fn a_report_that_only_confirms_makes_its_customer_once_for_its_set(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        Told::order("1001").clicked(&house, &token).by(Channel::Pixel).report(&house, &shop);
        let (program, id) = (shop.program, house.conversion("1001").id);
        let decision = Decision { wanted: ConversionStatus::Approved, seen: None, reason: String::new() };
        house.write(move |write, env| review_conversion(write, env, program, id, Actor::Clock, &decision));
        let set = ["1001", "1002"].map(|order| Told::order(order).clicked(&house, &token).customer("c-1"));
        let set = set.map(|told| told.incoming(&house, &shop));
        record_together(&house, set);
        let known = house.conversion("1002").referral_id.expect("its customer is known");
        assert_eq!(house.read(|conn| referrals::find_all(conn, &[known])).len(), 1, "and is on record");
        assert_eq!(house.conversion("1001").referral_id, Some(known));
    }

    /// The first of a set is known by nothing but the click, and the next one says who that was.
    fn whoever_is_named_beside_a_click_is_the_customer_whom_the_same_set_knows_by_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::FirstSale, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        let told = [Told::order("1001"), Told::order("1002").customer("kim")];
        record_together(&house, told.map(|told| held_together((&house, &shop), &told.clicked(&house, &token))));
        let [first, second] = ["1001", "1002"].map(|order| house.conversion(order).referral_id);
        assert!(first.is_some() && first == second, "{first:?} and {second:?}");
        assert_eq!(house.commission("1002").payment().map(|payment| payment.number), Some(2));
        house.assert_books_balance();
    }

    /// Kim orders under the id of her referral, and somebody else under a name of their own through the same click.
    fn whoever_is_named_beside_the_click_of_a_known_customer_is_nobody_but_themselves(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::FirstSale, ..terms });
        let kims = house.visit(&shop.campaign, &shop.anna);
        Told::order("1000").clicked(&house, &kims).customer("kim").report(&house, &shop);
        let kim = house.conversion("1000").referral_id;
        let token = house.visit(&shop.campaign, &shop.anna);
        let told = [Told::order("1001"), Told::order("1002").customer("lou")];
        let [mut hers, other] = told.map(|told| held_together((&house, &shop), &told.clicked(&house, &token)));
        hers.evidence.referral = kim;
        record_together(&house, [hers, other]);
        let [first, second] = ["1001", "1002"].map(|order| house.conversion(order).referral_id);
        assert!(kim.is_some() && first == kim, "{first:?}");
        assert!(second.is_some() && second != kim, "{second:?}");
        assert_eq!(house.commission("1002").payment().map(|payment| payment.number), Some(1));
        house.assert_books_balance();
    }

    fn months_are_counted_from_the_first_payment(db: TestDatabase) {
        let house = House::open_at(&db, "2027-01-31T12:00:00Z");
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::Months(1), ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        let renew = |order: &str| {
            let told = Told::order(order).clicked(&house, &token).customer("c-1");
            assert!(matches!(told.report(&house, &shop), Outcome::Recorded(_)), "{order}");
            house.commission(order).amount().map(|amount| amount.to_string()).unwrap_or_default()
        };
        assert_eq!(renew("31-january"), "10.00");
        house.pass_days(27);
        assert_eq!(renew("27-february"), "10.00");
        house.clock().advance(Time::from_secs(12 * 3_600));
        assert_eq!(renew("28-february"), "0.00", "31 January and one month is 28 February");
        house.assert_books_balance();
    }

    fn a_customer_of_whom_nothing_is_said_is_known_by_the_click_where_a_rule_has_to_know(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { duration: Duration::FirstSale, ..terms });
        let one = house.visit(&shop.campaign, &shop.anna);
        let other = house.visit(&shop.campaign, &shop.anna);
        let earns = |order: &str, token: &str| {
            assert!(matches!(Told::order(order).clicked(&house, token).report(&house, &shop), Outcome::Recorded(_)));
            house.commission(order).amount().map(|amount| amount.to_string()).unwrap_or_default()
        };
        assert_eq!(earns("one-1", &one), "10.00");
        assert_eq!(earns("one-2", &one), "0.00");
        assert_eq!(earns("other-1", &other), "10.00");
        assert_eq!(house.commission("one-2").payment().map(|payment| payment.number), Some(2));
        house.assert_books_balance();
    }

    fn a_rule_that_approves_by_itself_does_so_for_what_is_fully_trusted_and_unflagged(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { approval: Approval::Automatic, hold_days: 14, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        assert!(matches!(Told::order("fast").clicked(&house, &token).report(&house, &shop), Outcome::Recorded(_)));
        house.pass_days(1);
        let told = [
            ("server", Told::order("server").clicked(&house, &token)),
            ("pixel", Told::order("pixel").clicked(&house, &token).by(Channel::Pixel)),
            ("postback", Told::order("postback").clicked(&house, &token).by(Channel::Postback)),
        ];
        for (order, told) in told {
            assert!(matches!(told.report(&house, &shop), Outcome::Recorded(_)), "{order}");
        }
        let status = |order: &str| house.conversion(order).status;
        assert_eq!(status("fast"), ConversionStatus::Pending, "somebody should look at it");
        assert_eq!(status("server"), ConversionStatus::Approved);
        assert_eq!(status("pixel"), ConversionStatus::Pending, "anybody can speak for a browser");
        assert_eq!(status("postback"), ConversionStatus::Pending);
        let commission = house.commission("server");
        let end = house.now().plus(Time::from_secs(14 * 86_400));
        assert_eq!((commission.state, commission.release_at, commission.hold_until), (CommissionState::Held, Some(end), Some(end)));
        assert_eq!(house.commission("pixel").release_at, None, "it waits for a person first");
        assert_eq!(house.conversion("server").sale_status, SaleStatus::Complete);
        assert_eq!(commission.affiliate_id, affiliate_id(&shop.anna));
        agree_on(&house, &shop, |terms| Terms { approval: Approval::Automatic, hold_days: 0, ..terms });
        assert!(matches!(Told::order("at-once").clicked(&house, &token).report(&house, &shop), Outcome::Recorded(_)));
        assert_eq!(house.commission("at-once").state, CommissionState::Payable);
        house.assert_books_balance();
    }
}
