//! An event that is reported again with another story, and an order of which a better report told another amount once it was
//! paid.

use std::sync::Arc;

use accrue::app::rates::Bringing;
use accrue::domain::ecb;
use accrue::domain::flag::Flag;
use accrue::domain::permission::Scope;
use accrue::domain::time::Zone;
use serde_json::{Value, json};

use super::changing::patch;
use super::{Server, a_visit, data};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::in_process::wait_for;
use crate::support::personas::Sale;

/// What was kept of repeats: the fields in which they differ, the oldest first.
fn differing(house: &House) -> Vec<String> {
    let mut kept = house.attempts(house.conversions()[0].program_id);
    kept.sort_by_key(|attempt| attempt.id);
    assert!(kept.iter().all(|attempt| attempt.reason == "payload_mismatch"));
    kept.into_iter().map(|attempt| attempt.detail).collect()
}

fn first(click: &str) -> Value {
    json!({
        "click_id": click, "external_event_id": "1001", "sales_status": "open", "status": "pending",
        "product_ids": ["a", "b"], "price_ids": ["p"], "is_subscription": true, "interval": "monthly",
        "customer_id": "c-1", "external_user_id": "u-1", "metadata": {"plan": "pro", "seats": 3, "cart": {"a": [1, 2], "b": {}}},
    })
}

fn but(first: &Value, said: &Value) -> Value {
    let mut again = first.clone();
    again.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    again
}

on_each_engine! {
    fn a_repeat_that_tells_another_story_is_kept_with_the_fields_in_which_it_differs(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Track, Scope::Read, Scope::Manage]);
        let first = first(&a_visit(&house, &shop));
        let recorded = server.sells(first.clone());
        let stories = [
            (json!({"sales_status": "failed"}), "sales_status"),
            (json!({"sales_status": "refunded"}), "sales_status"),
            (json!({"status": "paid"}), "status"),
            (json!({"product_ids": ["z"]}), "product"),
            (json!({"price_ids": ["q"]}), "price"),
            (json!({"interval": "yearly"}), "interval"),
            (json!({"is_subscription": false, "interval": null}), "interval"),
            (json!({"customer_id": "c-2", "external_user_id": "u-2"}), "customer"),
            (json!({"metadata": {"plan": "pro", "seats": 3, "cart": {"a": [2, 1], "b": {}}}}), "metadata"),
            (json!({"sale_amount": 5, "sales_status": "failed", "price_ids": ["q"]}), "amount sales_status price"),
        ];
        for (said, _) in &stories {
            assert_eq!(data(&server.report(but(&first, said)), 200)["id"], recorded["id"], "{said}");
            house.pass_days(1);
        }
        assert_eq!(differing(&house), stories.map(|(_, fields)| fields));
        assert_eq!(house.conversion("1001").repeats, 0, "none of them is the same report");
        house.assert_books_balance();
    }

    /// The purchase is paid for, a part of it given back, and its commission stated and declined; metadata is replaced.
    fn the_first_report_again_stays_silent_whatever_has_become_of_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Track, Scope::Read, Scope::Manage]);
        let first = first(&a_visit(&house, &shop));
        let id = server.sells(first.clone())["id"].clone();
        let silent = || {
            let alike = [
                first.clone(),
                but(&first, &json!({"product_ids": ["b", "a"], "metadata": {"cart": {"b": {}, "a": [1, 2]}, "seats": 3, "plan": "pro"}})),
                json!({"click_id": first["click_id"], "external_event_id": "1001", "created_at": "2026-03-01T00:00:00Z"}),
            ];
            for again in alike {
                assert_eq!(data(&server.report(again.clone()), 200)["id"], id, "{again}");
            }
            assert_eq!(differing(&house), Vec::<String>::new());
        };
        silent();
        let id_text = id.as_str().unwrap();
        for said in [
            json!({"sales_status": "complete", "metadata": {"plan": "none"}}),
            json!({"status": "ready_for_payment"}),
            json!({"status": "pending"}),
            json!({"status": "declined"}),
        ] {
            assert_eq!(patch(&server, id_text, said.clone()).status, 200, "{said}");
            silent();
        }
        assert_eq!(server.post(&format!("/v1/conversions/{id_text}/refund"), json!({"amount": 40})).status, 200);
        silent();
        data(&server.report(but(&first, &json!({"sales_status": "partial_refunded"}))), 200);
        assert_eq!(differing(&house), Vec::<String>::new(), "where the purchase stands by now is no news");
        data(&server.report(but(&first, &json!({"sales_status": "failed"}))), 200);
        assert_eq!(differing(&house), ["sales_status"]);
        assert_eq!(house.conversion("1001").repeats, 19);
        house.assert_books_balance();
    }

    /// An app told of 100.00, which was paid; then the server tells of 150.00, and of another one of 40.00.
    fn what_is_made_up_for_is_told_alike_in_every_dialect(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let server = Server::may(&house, &shop, &[Scope::Track, Scope::Read, Scope::Manage]);
        let click = a_visit(&house, &shop);
        for (order, amount, booked, written, cents) in [("more", 150, 15.0, "15.00", 1_500), ("less", 40, 4.0, "4.00", 400)] {
            let direct = Sale::direct(&shop.campaign, &shop.anna).order_id(order).order_total("100.00");
            let id = house.merchant(&shop.campaign).report(direct).conversion_id.expect("it is recorded");
            assert_eq!(data(&patch(&server, &id, json!({"status": "paid"})), 200)["commission_amount"], json!(10.0));
            let told = server.report(json!({"click_id": click, "sale_amount": amount, "external_event_id": order}));
            assert_eq!(data(&told, 201)["commission_amount"], json!(booked), "{order}");
            assert_eq!(server.shows(&json!(id))["commission_amount"], json!(booked), "{order}");
            let listed = server.get("/api/conversions?per_page=100").json();
            let rows = listed["data"].as_array().expect("a list");
            let row = rows.iter().find(|row| row["conversion_id"] == json!(id)).expect("it is listed");
            assert_eq!(row["commission_amount"], json!(written), "{order}");
            let affilae = server.get(&format!("/advertiser/conversions.info?id={id}")).json();
            assert_eq!(house.commission(order).booked_minor, cents, "{order}");
            assert_eq!(affilae["conversions"]["data"][0]["commissionsTotalConverted"], json!(cents), "{order}");
        }
        house.assert_books_balance();
    }

    /// An app told of 100.00, of which 20.00 went back; what is left of 120.00 a person has to say, whatever else the server states.
    fn what_is_stated_of_an_order_that_has_to_stay_as_it_is_moves_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let server = Server::may(&house, &shop, &[Scope::Track, Scope::Read, Scope::Manage]);
        let click = a_visit(&house, &shop);
        let stated = [
            json!({"status": "paid"}), json!({"status": "declined"}), json!({"status": "refunded"}), json!({"status": "pending"}),
            json!({"sales_status": "refunded"}), json!({"sales_status": "refunded", "status": "paid"}),
        ];
        for (number, said) in stated.into_iter().enumerate() {
            let order = format!("order-{number}");
            let direct = Sale::direct(&shop.campaign, &shop.anna).order_id(&order).order_total("100.00");
            let id = house.merchant(&shop.campaign).report(direct).conversion_id.expect("it is recorded");
            assert_eq!(server.post(&format!("/v1/conversions/{id}/refund"), json!({"amount": 20})).status, 200);
            let better = but(&json!({"click_id": click, "sale_amount": 120, "external_event_id": order}), &said);
            let told = data(&server.report(better), 201);
            let stays = |field: &str| told[field].clone();
            assert_eq!((stays("id"), stays("sale_amount"), stays("commission_amount")), (json!(id), json!(80.0), json!(8.0)), "{said}");
            assert_eq!((stays("status"), stays("sales_status")), (json!("pending_manual_approval"), json!("partial_refunded")), "{said}");
            let flags = house.conversion(&order).flags;
            assert!(flags.has(Flag::PaidDiffers), "{said}");
            assert_eq!(flags.has(Flag::StatedOtherwise), said.get("status").is_some(), "{said}");
        }
        house.assert_books_balance();
    }

    /// An app told of 100.00 USD, which was paid; then the server tells what it was, and what of it goes back.
    fn a_refund_of_what_was_made_up_for_goes_by_what_the_server_told(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let today = Zone::utc().local_day(house.now());
        let rates = format!("Date,USD\n{today},1.2500\n");
        let rates = Arc::new(ecb::read(&rates, today).expect("a file of rates"));
        wait_for(house.app().import_rates(shop.program, &rates, Bringing::default())).expect("the rates are taken");
        let server = Server::may(&house, &shop, &[Scope::Track, Scope::Read, Scope::Manage]);
        let click = a_visit(&house, &shop);
        let part = |amount: i64| json!({"amount": amount, "currency": "USD"});
        // What it was, what goes back, and what is left of the sale and of the commission.
        let cases = [
            ("less, and all of it", (60, "USD", 6.0), part(60), (0.0, 0.0)),
            ("less, and half of it", (60, "USD", 6.0), part(30), (30.0, 3.0)),
            ("more, and all of it", (160, "USD", 16.0), part(160), (0.0, 0.0)),
            ("more, and what the app had told", (160, "USD", 16.0), part(100), (60.0, 6.0)),
            ("more, and whatever there is", (160, "USD", 16.0), json!({}), (0.0, 0.0)),
            ("in euro, and all of it", (100, "EUR", 12.5), json!({"amount": 100, "currency": "EUR"}), (0.0, 0.0)),
            ("in euro, and a fifth", (100, "EUR", 12.5), json!({"amount": 20, "currency": "EUR"}), (80.0, 10.0)),
        ];
        for (order, (amount, currency, booked), back, left) in cases {
            let direct = Sale::direct(&shop.campaign, &shop.anna).order_id(order).order_total("100.00");
            let id = house.merchant(&shop.campaign).report(direct).conversion_id.expect("it is recorded");
            assert_eq!(patch(&server, &id, json!({"status": "paid"})).status, 200);
            let better = json!({"click_id": click, "sale_amount": amount, "sale_amount_currency": currency, "external_event_id": order});
            let amounts = |told: &Value| (told["sale_amount"].clone(), told["sale_amount_currency"].clone(), told["commission_amount"].clone());
            let was = (json!(f64::from(amount)), json!(currency), json!(booked));
            assert_eq!(amounts(&data(&server.report(better.clone()), 201)), was, "{order}");
            assert_eq!(amounts(&data(&server.report(better), 200)), was, "{order}, again");
            house.assert_books_balance();
            let refund = format!("/v1/conversions/{id}/refund");
            let other = if currency == "USD" { "EUR" } else { "USD" };
            assert_eq!(server.post(&refund, json!({"amount": 1, "currency": other})).status, 400, "{order}");
            assert_eq!(server.post(&refund, json!({"amount": amount + 1})).status, 400, "{order}");
            let told = data(&server.post(&refund, back), 200);
            assert_eq!(amounts(&told), (json!(left.0), json!(currency), json!(left.1)), "{order}");
            let status = if left.0 > 0.0 { "paid" } else { "refunded" };
            assert_eq!(told["status"], json!(status), "{order}");
            house.assert_books_balance();
        }
        assert!(house.attempts(shop.program).is_empty(), "every repeat was known again");
    }
}
