//! What a report is answered with: the object of the document, field for field.

use accrue::domain::currency::Currency;
use accrue::domain::permission::Scope;
use accrue::domain::rule::{Approval, Terms};
use serde_json::{Value, json};

use super::{CONVERSIONS, Server, a_visit, data, pays};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, percent, plan};
use crate::support::wire::Request;

on_each_engine! {
    fn a_conversion_is_answered_with_its_object(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T14:29:00.789Z");
        let shop = house.shop();
        pays(&house, &shop, Terms { hold_days: 14, approval: Approval::Automatic, ..Terms::plain(percent("30")) });
        let server = Server::may(&house, &shop, &[Scope::Manage]);
        let click = a_visit(&house, &shop);
        let body = json!({
            "click_id": click, "customer_id": "cust_123", "sale_amount": 99.00, "sale_amount_currency": "usd",
            "external_event_id": "inv_2026_000145", "sales_status": "complete", "is_subscription": true,
            "interval": "monthly", "price_ids": ["price_monthly_usd"], "product_ids": ["prod_1"],
            "created_at": "2026-03-20T10:00:00+02:00", "metadata": {"plan": "pro", "seats": 3}, "plan": "pro",
        });
        let told = data(&server.post(CONVERSIONS, body.clone()), 201);
        let row = house.conversion("inv_2026_000145");
        let rule = house.commission("inv_2026_000145").rule_id.unwrap().to_string();
        let expected = json!({
            "id": row.id.to_string(), "referral_id": row.referral_id.unwrap().to_string(), "affiliate_id": shop.anna.id,
            "program_id": shop.program.to_string(), "sale_amount": 99.0, "sale_amount_currency": "USD",
            "commission_amount": 29.7, "commission_currency": "USD", "status": "pending", "sales_status": "complete",
            "hold_period_days": 14, "external_event_id": "inv_2026_000145", "calculation_mode": "auto",
            "matched_incentive_id": rule, "metadata": {"plan": "pro", "seats": 3},
            "created_at": "2026-03-20T14:30:00.789Z", "claimed_at": "2026-03-20T08:00:00Z",
            "updated_at": "2026-03-20T14:30:00.789Z",
        });
        assert_eq!(told, expected);
        assert_eq!(server.shows(&told["id"]), expected, "what is written and what is read are the same");
        assert_eq!(house.details("inv_2026_000145").ignored_fields, r#"["plan"]"#);
        house.pass_days(400);
        let again = data(&server.post(CONVERSIONS, body), 200);
        assert_eq!(again["id"], expected["id"], "the existing one, long after");
        assert_eq!(house.conversion("inv_2026_000145").repeats, 1);
        house.assert_books_balance();
    }

    /// The text of the answer: no float could have written these.
    fn amounts_are_numbers_written_from_their_decimals(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        for (order, sent, sale, commission) in [
            ("number", "99.99", "99.99", "10.00"),
            ("text", "\"99.99\"", "99.99", "10.00"),
            ("tenth", "0.1", "0.10", "0.01"),
            ("whole", "7", "7.00", "0.70"),
            ("beyond a float", "9999999999999.99", "9999999999999.99", "1000000000000.00"),
        ] {
            let body = format!(r#"{{"click_id":"{click}","external_event_id":"{order}","sale_amount":{sent}}}"#);
            let answer = server.send(Request::post(CONVERSIONS).json(&body));
            assert_eq!(answer.status, 201, "{order}: {}", answer.text());
            let told = [format!(r#""sale_amount":{sale},"#), format!(r#""commission_amount":{commission},"#)];
            assert!(told.iter().all(|told| answer.text().contains(told)), "{order}: {}", answer.text());
        }
        house.assert_books_balance();
    }

    fn an_amount_without_a_currency_is_in_the_programs_own(db: TestDatabase) {
        let house = House::open(&db);
        let admin = house.admin();
        let program = admin.program("Sakura", Currency::JPY);
        let anna = admin.affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna]);
        let shop = Shop { program, campaign, anna: anna.clone(), ben: anna };
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let yen = server.sells(json!({"click_id": click, "sale_amount": 1234}));
        assert_eq!((&yen["sale_amount"], &yen["sale_amount_currency"]), (&json!(1234), &json!("JPY")));
        assert_eq!((&yen["commission_amount"], &yen["commission_currency"]), (&json!(123), &json!("JPY")));
        let dollars = server.sells(json!({"click_id": click, "sale_amount": 50, "sale_amount_currency": "USD"}));
        assert_eq!((&dollars["commission_amount"], &dollars["sale_amount"]), (&Value::Null, &json!(50.0)));
        assert_eq!(dollars["status"], json!("pending_manual_approval"), "its rate is waited for, and then somebody decides");
    }

    fn a_repeat_is_the_existing_conversion_whatever_else_it_says(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [click, bens] = [&shop.anna, &shop.ben].map(|who| house.visit(&shop.campaign, who));
        let first = server.sells(json!({"click_id": click, "external_event_id": "1001"}));
        let others = [
            json!({"click_id": click}),
            json!({"click_id": click, "sale_amount": 5}),
            json!({"click_id": click, "sale_amount_currency": "EUR"}),
            json!({"click_id": bens}),
            json!({"customer_id": "never-heard-of"}),
        ];
        for mut other in others {
            other["external_event_id"] = json!("1001");
            assert_eq!(data(&server.report(other.clone()), 200), first, "{other}");
        }
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), 3, "another amount, currency and affiliate are kept");
        assert!(kept.iter().all(|attempt| attempt.reason == "payload_mismatch"));
        house.assert_books_balance();
    }

    fn an_event_without_an_id_goes_by_the_conversions_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let two: Vec<Value> = (0..2).map(|_| server.sells(json!({"click_id": click, "external_event_id": null}))).collect();
        assert!(two.iter().all(|told| told["external_event_id"] == told["id"]), "{two:?}");
        assert_ne!(two[0]["id"], two[1]["id"], "each is one of its own");
        assert_eq!(house.conversions().len(), 2);
    }

    fn no_rule_that_applies_is_recorded_without_a_commission(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let first_only = Terms { duration: accrue::domain::rule::Duration::FirstSale, ..Terms::plain(percent("10")) };
        pays(&house, &shop, first_only);
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let told: Vec<Value> = (0..2).map(|_| server.sells(json!({"click_id": click, "customer_id": "c-1"}))).collect();
        let amounts: Vec<&Value> = told.iter().map(|told| &told["commission_amount"]).collect();
        assert_eq!(amounts, [&json!(9.9), &json!(0.0)]);
        house.assert_books_balance();
    }
}
