//! Sign-ups that the merchant's server reports: one click, one customer.

use std::collections::BTreeSet;
use std::thread;

use accrue::domain::affiliate::AffiliateStatus;
use serde_json::{Value, json};

use super::{SIGN_UPS, Server, assert_invalid, assert_problem, data};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::sql::Sql;
use crate::support::wire::Request;

on_each_engine! {
    fn a_sign_up_makes_the_referral_and_a_repeat_answers_with_it(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T14:30:00.789Z");
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let said = json!({"click_id": click, "email": "jane@example.com", "external_user_id": "user_42", "name": "Jane Doe"});
        let made = data(&server.post(SIGN_UPS, said.clone()), 201);
        assert!(made["id"].as_str().unwrap().starts_with("ref_"));
        let expected = json!({
            "id": made["id"], "affiliate_id": shop.anna.id, "program_id": shop.program.to_string(), "email": null,
            "customer_id": null, "external_user_id": "user_42", "subscription_id": null, "status": "lead",
            "name": "Jane Doe", "metadata": null, "created_at": "2026-03-20T14:30:00.789Z", "converted_at": null,
        });
        assert_eq!(made, expected);
        assert_eq!(data(&server.post(SIGN_UPS, said), 200), expected);
        let other = json!({"click_id": click, "email": "other@example.com", "name": "Other"});
        assert_eq!(data(&server.post(SIGN_UPS, other), 200), expected, "a repeat changes nothing");
        house.pass_days(40);
        assert_eq!(data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "user_42"})), 200), expected, "long after the window");
        assert_eq!(Sql::open(&db.url).count("referrals"), 1);
        assert_eq!(Sql::open(&db.url).count("referral_identifiers"), 3, "the click, the account, the address");
    }

    fn whoever_signed_up_is_a_customer_once_something_is_paid(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T14:30:00Z");
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let said = json!({"click_id": click, "external_user_id": "u-1"});
        let made = data(&server.post(SIGN_UPS, said.clone()), 201);
        server.sells(json!({"external_user_id": "u-1", "sales_status": "trialing"}));
        assert_eq!(data(&server.post(SIGN_UPS, said.clone()), 200)["status"], json!("lead"), "a trial is not paid for");
        house.pass_days(14);
        server.sells(json!({"external_user_id": "u-1", "customer_id": "c-1"}));
        let now = data(&server.post(SIGN_UPS, said), 200);
        assert_eq!((&now["status"], &now["converted_at"]), (&json!("customer"), &json!("2026-04-03T14:30:00Z")));
        assert_eq!((&now["customer_id"], &now["id"]), (&json!("c-1"), &made["id"]));
    }

    fn of_fifty_at_once_one_makes_the_referral_and_all_name_it(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let answers: Vec<(u16, Value)> = thread::scope(|scope| {
            let one = |number: usize| {
                // By now one way and now another, as two servers of one shop may.
                let name = if number.is_multiple_of(2) { json!({"email": "jane@example.com"}) } else { json!({"external_user_id": "u-1"}) };
                let mut said = json!({"click_id": click});
                said.as_object_mut().unwrap().extend(name.as_object().unwrap().clone());
                let answer = server.post(SIGN_UPS, said);
                (answer.status, answer.json()["data"]["id"].clone())
            };
            let all: Vec<_> = (0..50).map(|number| scope.spawn(move || one(number))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 49, "{answers:?}");
        assert_eq!(answers.iter().map(|(_, id)| id.as_str().unwrap()).collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(Sql::open(&db.url).count("referrals"), 1);
    }

    fn a_customer_who_is_known_stays_whose_they_are(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [first, second] = [(); 2].map(|()| house.visit(&shop.campaign, &shop.anna));
        let bens = house.visit(&shop.campaign, &shop.ben);
        let made = data(&server.post(SIGN_UPS, json!({"click_id": first, "email": "jane@example.com"})), 201);
        let again = data(&server.post(SIGN_UPS, json!({"click_id": second, "email": "JANE@example.com", "external_user_id": "u-1"})), 200);
        assert_eq!(again["id"], made["id"], "another click of the same affiliate's");
        assert_eq!(server.sells(json!({"click_id": second}))["referral_id"], made["id"], "which is a name of theirs now");
        let other = data(&server.post(SIGN_UPS, json!({"click_id": bens, "email": "jane@example.com"})), 200);
        assert_eq!((&other["id"], &other["affiliate_id"]), (&made["id"], &json!(shop.anna.id)));
        let sold = server.sells(json!({"click_id": bens}));
        assert_eq!((&sold["affiliate_id"], &sold["referral_id"]), (&json!(shop.ben.id), &Value::Null), "Ben's click stays Ben's");
    }

    /// Anybody can speak for a browser, and nobody for the merchant's server.
    fn what_only_a_browser_said_of_a_customer_gives_way(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [claimed, click] = [&shop.ben, &shop.anna].map(|who| house.visit(&shop.campaign, who));
        let event = json!({"event": "signup", "click": claimed, "external_user_id": "u-1"});
        let page = Request::post("/e").header("Origin", "https://shop.example").body("text/plain", event.to_string());
        assert_eq!(crate::support::connection::Connection::open(house.addr()).unwrap().send(&page).unwrap().status, 204);
        assert_eq!(Sql::open(&db.url).count("referrals"), 1, "the browser made it");
        let told = data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "u-1"})), 200);
        assert_eq!(told["affiliate_id"], json!(shop.anna.id));
        assert_eq!(Sql::open(&db.url).count("referral_changes"), 1, "that it gave way is a row");
        assert_eq!(server.sells(json!({"external_user_id": "u-1"}))["affiliate_id"], json!(shop.anna.id));
    }

    fn what_is_no_sign_up_is_told_and_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let [click, bens] = [&shop.anna, &shop.ben].map(|who| house.visit(&shop.campaign, who));
        let nobody = "Invalid parameter: email must be there, or external_user_id in its place";
        for said in [json!({}), json!({"name": "Jane"}), json!({"email": null}), json!({"external_user_id": "undefined"})] {
            let mut body = json!({"click_id": click});
            body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
            assert_invalid(&said.to_string(), &server.post(SIGN_UPS, body), "email", nobody);
        }
        let no_click = server.post(SIGN_UPS, json!({"email": "jane@example.com"}));
        assert_invalid("no click", &no_click, "click_id", "Missing required parameter: click_id");
        let no_address = server.post(SIGN_UPS, json!({"click_id": click, "email": "jane"}));
        let message = "Invalid parameter: email must be an e-mail address, such as name@example.com";
        assert_invalid("no address", &no_address, "email", message);
        let forged = server.post(SIGN_UPS, json!({"click_id": "ref_clk_xyz789", "email": "jane@example.com"}));
        assert_problem("forged", &forged, (404, "NOT_FOUND", None), "Unknown click token");
        house.admin().set_status(&shop.ben, AffiliateStatus::Rejected);
        let rejected = server.post(SIGN_UPS, json!({"click_id": bens, "email": "jane@example.com"}));
        assert_problem("rejected", &rejected, (409, "CONFLICT", None), "Affiliate is rejected");
        house.pass_days(31);
        let late = server.post(SIGN_UPS, json!({"click_id": click, "email": "jane@example.com"}));
        assert_problem("late", &late, (404, "NOT_FOUND", None), "Click token expired");
        assert_eq!(Sql::open(&db.url).count("referrals"), 0);
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), 9);
        assert!(kept.iter().all(|attempt| attempt.call.as_str() == "report_sign_up"));
        assert!(!format!("{kept:?}").contains("jane@"), "without the address");
    }
}
