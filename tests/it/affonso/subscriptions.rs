//! Subscriptions: trials, renewals, other plans, refunds and gaps.

use std::collections::BTreeMap;

use accrue::domain::change::Actor;
use accrue::domain::conversion::SaleStatus;
use accrue::domain::money::Money;
use accrue::domain::payout::RefundKind;
use accrue::domain::permission::Scope;
use accrue::domain::rule::{Conditions, Duration, SubscriptionCondition, Terms};
use accrue::operations::change_sale::{SaleChange, change_sale};
use accrue::operations::refund_conversion::{Refund, refund_conversion};
use serde_json::{Value, json};

use super::{SIGN_UPS, Server, data, pays, pays_for};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

fn terms(share: &str, duration: Duration) -> Terms {
    Terms { duration, ..Terms::plain(percent(share)) }
}

fn monthly(of: &str) -> Conditions {
    Conditions {
        subscription: Some(SubscriptionCondition::Monthly),
        product: Some(of.to_owned()),
        ..Conditions::default()
    }
}

on_each_engine! {
    fn a_trial_is_paid_for_and_renewed_month_by_month(db: TestDatabase) {
        let house = House::open_at(&db, "2026-01-15T12:00:00Z");
        let shop = house.shop();
        pays(&house, &shop, terms("10", Duration::Payments(3)));
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let referral = data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "u-1"})), 201)["id"].clone();
        let month = |event: &str, sale: &str| json!({"external_user_id": "u-1", "external_event_id": event, "sales_status": sale,
            "sale_amount": 29, "is_subscription": true, "interval": "monthly", "price_ids": ["pro-monthly"]});
        let trial = server.sells(month("trial", "trialing"));
        assert_eq!((&trial["commission_amount"], &trial["status"]), (&json!(2.9), &json!("pending_manual_approval")), "nothing is owed for a trial");
        assert_eq!(house.commission("trial").state.as_str(), "held");
        let mut earned = Vec::new();
        for number in 1..=5 {
            house.pass_days(31);
            let told = server.sells(month(&format!("month-{number}"), "complete"));
            assert_eq!(told["referral_id"], referral, "though the click is long past its window");
            earned.push(told["commission_amount"].clone());
        }
        assert_eq!(earned, [json!(2.9), json!(2.9), json!(2.9), json!(0.0), json!(0.0)], "three payments, of which the trial is none");
        house.assert_books_balance();
    }

    /// The trial itself becomes the first payment.
    fn a_trial_that_is_paid_for_counts_from_then_on(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = house.visit(&shop.campaign, &shop.anna);
        let trial = server.sells(json!({"click_id": click, "external_event_id": "sub", "sales_status": "trialing", "is_subscription": true}));
        let (program, id, token) = (shop.program, house.conversion("sub").id, house.conversion("sub").token_id);
        let paid = SaleChange { wanted: SaleStatus::Complete, seen: None, reason: String::new() };
        house.write(move |write, env| change_sale(write, env, program, id, Actor::Key(token), &paid));
        let now = server.shows(&trial["id"]);
        assert_eq!((&now["sales_status"], &now["status"]), (&json!("complete"), &json!("pending_manual_approval")));
        house.assert_books_balance();
    }

    fn product_price_and_interval_choose_the_rule(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let product = pays_for(&house, &shop, Conditions { product: Some("tent".into()), ..Conditions::default() }, terms("20", Duration::Lifetime));
        let price = pays_for(&house, &shop, Conditions { price: Some("pro-yearly".into()), ..Conditions::default() }, terms("25", Duration::Lifetime));
        let yearly = Conditions { subscription: Some(SubscriptionCondition::Yearly), ..Conditions::default() };
        let yearly = pays_for(&house, &shop, yearly, terms("30", Duration::Lifetime));
        let any = Conditions { subscription: Some(SubscriptionCondition::Any), ..Conditions::default() };
        let any = pays_for(&house, &shop, any, terms("15", Duration::Lifetime));
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let cases = [
            ("a product", json!({"product_ids": ["mat", "tent"]}), Some(&product), 20.0),
            ("a product before a price", json!({"product_ids": ["tent"], "price_ids": ["pro-yearly"]}), Some(&product), 20.0),
            ("a price before an interval", json!({"price_ids": "pro-yearly", "is_subscription": true, "interval": "yearly"}), Some(&price), 25.0),
            ("an interval", json!({"is_subscription": true, "interval": "yearly"}), Some(&yearly), 30.0),
            ("another interval", json!({"is_subscription": true, "interval": "monthly"}), Some(&any), 15.0),
            ("any subscription", json!({"is_subscription": true}), Some(&any), 15.0),
            ("no subscription", json!({"is_subscription": false}), None, 10.0),
            ("nothing said", json!({}), None, 10.0),
        ];
        for (name, said, rule, earned) in cases {
            let mut said = said;
            said["click_id"] = json!(click);
            said["sale_amount"] = json!(100);
            let told = server.sells(said);
            assert_eq!(told["commission_amount"], json!(earned), "{name}");
            if let Some(rule) = rule {
                assert_eq!(told["matched_incentive_id"], json!(rule), "{name}");
            }
        }
        house.assert_books_balance();
    }

    /// From monthly to yearly and back: each payment is judged by what it is, and counted with all of the customer's.
    fn a_change_of_the_interval_changes_the_rule_and_not_the_count(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays_for(&house, &shop, monthly("app"), terms("10", Duration::Payments(3)));
        let yearly = Conditions { subscription: Some(SubscriptionCondition::Yearly), product: Some("app".into()), ..Conditions::default() };
        pays_for(&house, &shop, yearly, terms("20", Duration::Payments(3)));
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "u-1"})), 201);
        let paid: Vec<Value> = ["monthly", "yearly", "monthly", "monthly"]
            .into_iter()
            .map(|interval| {
                house.pass_days(30);
                let said = json!({"external_user_id": "u-1", "is_subscription": true, "interval": interval, "product_ids": ["app"], "sale_amount": 100});
                server.sells(said)["commission_amount"].clone()
            })
            .collect();
        assert_eq!(paid, [json!(10.0), json!(20.0), json!(10.0), json!(0.0)]);
        house.assert_books_balance();
    }

    fn a_renewal_that_is_given_back_takes_back_its_own_commission_only(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = house.visit(&shop.campaign, &shop.anna);
        data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "u-1"})), 201);
        let mut told = BTreeMap::new();
        for event in ["first", "renewal", "later"] {
            house.pass_days(30);
            let said = json!({"external_user_id": "u-1", "external_event_id": event, "is_subscription": true, "interval": "monthly"});
            told.insert(event, server.sells(said));
        }
        let row = house.conversion("renewal");
        let (program, id, actor) = (shop.program, row.id, Actor::Key(row.token_id));
        let half = Refund {
            event_id: accrue::domain::handle::ExternalId::parse("refund-1").unwrap(),
            amount: Some(Money::new(4_950, row.currency)),
            kind: RefundKind::Refund,
            reason: "customer_cancellation".to_owned(),
            claimed_at: None,
        };
        house.write(move |write, env| refund_conversion(write, env, program, id, actor, &half));
        let now = server.shows(&told["renewal"]["id"]);
        assert_eq!((&now["sale_amount"], &now["commission_amount"]), (&json!(49.5), &json!(4.95)), "what is left");
        assert_eq!(now["sales_status"], json!("partial_refunded"));
        for other in ["first", "later"] {
            assert_eq!(server.shows(&told[other]["id"]), told[other], "{other}");
        }
        house.assert_books_balance();
    }

    /// A customer who pauses for half a year is the same customer, and months are counted by the calendar.
    fn a_gap_between_payments_ends_nothing_but_what_is_paid_by_months(db: TestDatabase) {
        let house = House::open_at(&db, "2026-01-15T12:00:00Z");
        let shop = house.shop();
        pays_for(&house, &shop, monthly("by-months"), terms("10", Duration::Months(6)));
        pays_for(&house, &shop, monthly("by-payments"), terms("10", Duration::Payments(6)));
        let server = Server::tracking(&house, &shop);
        let clicks = [(); 2].map(|()| house.visit(&shop.campaign, &shop.anna));
        for (user, click) in ["by-months", "by-payments"].into_iter().zip(&clicks) {
            data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": user})), 201);
        }
        let pays = |user: &str| {
            let said = json!({"external_user_id": user, "is_subscription": true, "interval": "monthly", "product_ids": [user], "sale_amount": 100});
            server.sells(said)["commission_amount"].clone()
        };
        assert_eq!([pays("by-months"), pays("by-payments")], [json!(10.0), json!(10.0)]);
        house.pass_days(31);
        assert_eq!([pays("by-months"), pays("by-payments")], [json!(10.0), json!(10.0)]);
        house.pass_days(180);
        assert_eq!([pays("by-months"), pays("by-payments")], [json!(0.0), json!(10.0)]);
        house.assert_books_balance();
    }
}
