//! What a report is answered with: the bodies of the document, field for field.

use std::process::{Command, Stdio};

use accrue::domain::currency::Currency;
use accrue::domain::rule::Basis;
use serde_json::{Value, json};

use super::{Order, WIRES, data, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, plan};
use crate::support::requirement::{Requirement, find_program, skip};
use crate::support::wire::readable;

/// The first command of the document, to the letter.
const COMMAND: &str = r#"curl -X POST https://api.affilync.com/api/conversions/track \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"click_id": "clk_abc123",
"order_id": "order_456",
"amount": "99.99",
"currency": "USD",
"event_type": "sale",
"customer_email": "[email protected]",
"metadata": {
"product_id": "prod_789",
"coupon_code": "SUMMER20"
}
}'"#;

on_each_engine! {
    fn the_command_of_the_document_records_a_conversion(db: TestDatabase) {
        if find_program("curl").is_none() || find_program("bash").is_none() {
            return skip(Requirement::Languages, "no bash with curl");
        }
        let house = House::open_at(&db, "2026-03-20T14:30:00.789Z");
        let shop = house.shop();
        let click = house.visit(&shop.campaign, &shop.anna);
        let command = COMMAND
            .replace("https://api.affilync.com", &format!("http://{}", house.addr()))
            .replace("YOUR_API_KEY", &track_token(&house, &shop))
            .replace("clk_abc123", &click)
            .replacen("curl ", "curl --silent --show-error --write-out '\\n%{http_code}' ", 1);
        let run = || {
            let mut shell = Command::new("bash");
            let output = shell.args(["-c", &command]).env("no_proxy", "127.0.0.1").stdin(Stdio::null()).output();
            readable(&output.unwrap().stdout)
        };
        let printed = run();
        let (body, status) = printed.rsplit_once('\n').unwrap();
        let id = house.conversion("order_456").id.to_string();
        let expected = format!(
            r#"{{"data":{{"conversion_id":"{id}","click_id":"{click}","affiliate_id":"{}","campaign_id":"{}","commission_amount":"10.00","status":"pending","created_at":"2026-03-20T14:30:00Z"}}}}"#,
            shop.anna.id, shop.campaign.id
        );
        assert_eq!((status, body), ("201", expected.as_str()), "{command}");
        house.pass_days(40);
        let again = run();
        assert_eq!(again, format!("{expected}\n200"), "the original, long after the window");
        let stored = house.conversion("order_456");
        assert_eq!((stored.amount_minor, stored.repeats, stored.trust), (9_999, 1, 3));
        assert_eq!(house.conversions().len(), 1);
        house.assert_books_balance();
    }

    fn a_repeat_is_the_original_however_it_is_written_and_whatever_else_it_says(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        let first = data(&order.clone().track(&house, &token), 201);
        for wire in WIRES {
            assert_eq!(data(&order.clone().written(wire).track(&house, &token), 200), first, "{wire:?}");
        }
        assert!(house.attempts(shop.program).is_empty(), "a repeat only raises its counter");
        let other_click = house.visit(&shop.campaign, &shop.ben);
        let others = [("amount", "5.00"), ("currency", "EUR"), ("event_type", "lead"), ("click_id", &other_click)];
        for (field, value) in others {
            assert_eq!(data(&order.clone().with(field, value).track(&house, &token), 200), first, "{field}");
        }
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), others.len());
        assert!(kept.iter().all(|attempt| attempt.reason == "payload_mismatch"));
        let stored = house.conversion("1001");
        assert_eq!((stored.amount_minor, stored.repeats), (9_999, 3));
        house.assert_books_balance();
    }

    fn what_is_not_said_is_dollars_and_a_sale(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        for (event, free) in [("sale", false), ("lead", true), ("SIGNUP", true), ("trial", true)] {
            let told = order.clone().order_id(event).with("event_type", event);
            let told = if free { told.with("amount", "0") } else { told };
            let id = data(&told.track(&house, &token), 201)["conversion_id"].clone();
            assert_eq!(id, house.conversion(event).id.to_string());
            assert_eq!(house.conversion(event).event_type.as_str(), event.to_lowercase());
        }
        data(&order.clone().order_id("plain").track(&house, &token), 201);
        let plain = house.conversion("plain");
        assert_eq!((plain.currency, plain.event_type.as_str(), plain.channel.as_str()), (Currency::USD, "sale", "server"));
    }

    fn an_amount_is_a_text_or_a_number_by_its_digits(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        for (order, amount, minor) in
            [("text", r#""99.99""#, 9_999), ("number", "99.99", 9_999), ("tenth", "0.1", 10), ("whole", "7", 700)]
        {
            let body = format!(r#"{{"click_id":"{click}","order_id":"{order}","amount":{amount}}}"#);
            let request = crate::support::wire::Request::post(super::TRACK).json(&body).bearer(&token);
            data(&super::send(&house, request), 201);
            assert_eq!(house.conversion(order).amount_minor, minor, "{amount}");
        }
    }

    fn a_commission_is_written_in_the_programs_own_currency_and_is_null_without_a_rate(db: TestDatabase) {
        let house = House::open(&db);
        let admin = house.admin();
        let program = admin.program("Sakura", Currency::JPY);
        let anna = admin.affiliate(program, "anna", accrue::domain::affiliate::AffiliateStatus::Active);
        let campaign = admin.campaign(program, plan(), &[&anna]);
        let shop = crate::support::house::Shop { program, campaign, anna: anna.clone(), ben: anna };
        let token = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        let yen = data(&order.clone().order_id("yen").with("amount", "1234").with("currency", "jpy").track(&house, &token), 201);
        assert_eq!(yen["commission_amount"], json!("123"));
        let dollars = data(&order.clone().order_id("dollars").track(&house, &token), 201);
        assert_eq!((&dollars["commission_amount"], &dollars["status"]), (&Value::Null, &json!("pending")));
        let flat = accrue::domain::money::Money::new(500, Currency::JPY);
        admin.pay(&shop.campaign, Basis::Flat(flat));
        let flat = data(&order.order_id("flat").track(&house, &token), 201);
        assert_eq!(flat["commission_amount"], json!("500"), "needs no rate");
    }

    /// The token of the body is the one that was sent, for clicks of every origin.
    fn the_click_of_the_body_is_the_token_that_was_sent(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = track_token(&house, &shop);
        let registered = house.merchant(&shop.campaign).add_click(&shop.campaign, &shop.ben).click_token.unwrap();
        for click in [house.visit(&shop.campaign, &shop.anna), registered] {
            house.admin().change(&shop.campaign, |row| row.window_days = 3);
            let told = data(&Order::of(&click).track(&house, &token), 201);
            assert_eq!(told["click_id"], json!(click), "the window of the click, not of today");
        }
    }
}
