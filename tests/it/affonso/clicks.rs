//! Clicks that the merchant's server registers.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::currency::Currency;
use accrue::domain::permission::Scope;
use accrue::storage::programs;
use serde_json::{Value, json};

use super::{CLICKS, CONVERSIONS, Server, assert_invalid, assert_problem, data, order};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, campaign_id, plan};

/// A click through Anna's link, and whatever else is said.
fn click(shop: &Shop, said: Value) -> Value {
    let code = &shop.campaign.link_of(&shop.anna).code;
    let mut click = json!({"programId": shop.program.to_string(), "trackingId": code});
    let Value::Object(said) = said else { panic!("not an object: {said}") };
    click.as_object_mut().unwrap().extend(said);
    click
}

on_each_engine! {
    fn a_click_by_a_links_code_is_credited_by_its_id(db: TestDatabase) {
        let house = House::open_at(&db, "2026-03-20T14:30:00.789Z");
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let said = json!({"sub1": "spring", "sub5": 7, "referrer": "https://blog.example/", "userAgent": "Mozilla/5.0",
            "ip": "203.0.113.77", "utmSource": "google", "gclid": "abc", "createdAt": "2026-03-01T00:00:00Z", "colour": "red"});
        let told = data(&server.post(CLICKS, click(&shop, said)), 201);
        let id = told["id"].as_str().unwrap().to_owned();
        let code = &shop.campaign.link_of(&shop.anna).code;
        let expected = json!({"id": id, "tracking_id": code, "program_id": shop.program.to_string(), "created_at": "2026-03-20T14:30:00.789Z"});
        assert_eq!(told, expected, "the time is ours, whatever is claimed");
        let row = house.click(&id);
        assert_eq!((row.sub1.as_deref(), row.sub5.as_deref()), (Some("spring"), Some("7")));
        assert_eq!((row.network.as_deref(), row.user_agent.as_deref()), (Some("203.0.113.0/24"), Some("Mozilla/5.0")));
        assert_eq!(row.referrer.as_deref(), Some("https://blog.example/"));
        let mut names: Vec<String> = serde_json::from_str(row.ignored_fields.as_deref().unwrap()).unwrap();
        names.sort();
        assert_eq!(names, ["colour", "createdAt", "gclid", "utmSource"], "what is not kept is listed");
        let sold = server.sells(json!({"click_id": id}));
        assert_eq!(sold["affiliate_id"], json!(shop.anna.id));
        let tally = house.tally(&shop.campaign);
        assert_eq!((tally.clicks, tally.conversions), (1, 1));
        house.assert_books_balance();
    }

    /// As Affonso's own client sends it: the token knows its program.
    fn the_program_may_be_left_out(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let code = &shop.campaign.link_of(&shop.anna).code;
        for said in [json!({"trackingId": code}), json!({"trackingId": code, "programId": null})] {
            let told = data(&server.post(CLICKS, said), 201);
            assert_eq!(told["program_id"], json!(shop.program.to_string()));
            assert_eq!(server.sells(json!({"click_id": told["id"]}))["affiliate_id"], json!(shop.anna.id));
        }
    }

    fn an_affiliates_code_means_the_programs_default_campaign(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let by = |code: &str| click(&shop, json!({"trackingId": code}));
        let missing = (404, "NOT_FOUND", None);
        let sentence = "An affiliate's code means the program's default campaign, and none is set: choose one in Settings, Program";
        assert_problem("no default campaign", &server.post(CLICKS, by("anna")), missing, sentence);
        let kept = house.attempts(shop.program).remove(0);
        assert_eq!((kept.reason.as_str(), kept.detail.as_str()), ("unknown_campaign", sentence), "and who runs it reads it, too");
        let default = campaign_id(&shop.campaign);
        house.write(move |write, _| programs::set_default_campaign(write, shop.program, default));
        let click = |code: &str| click(&shop, json!({"trackingId": code}));
        for code in ["anna", "ANNA", &shop.anna.id] {
            let told = data(&server.post(CLICKS, click(code)), 201);
            assert_eq!(told["tracking_id"], json!(code));
            let sold = server.sells(json!({"click_id": told["id"]}));
            assert_eq!(sold["affiliate_id"], json!(shop.anna.id), "{code}");
        }
        assert_problem("nobody", &server.post(CLICKS, click("nobody")), missing, "Unknown affiliate");
    }

    fn what_cannot_be_registered_is_told_and_kept(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let admin = house.admin();
        let elsewhere = admin.program("Elsewhere", Currency::USD);
        let dora = admin.affiliate(elsewhere, "dora", AffiliateStatus::Active);
        let theirs = admin.campaign(elsewhere, plan(), &[&dora]);
        let missing = (404, "NOT_FOUND", None);
        let foreign = json!({"programId": elsewhere.to_string()});
        assert_problem("another program", &server.post(CLICKS, click(&shop, foreign)), missing, "Unknown program");
        let foreign = json!({"trackingId": theirs.link_of(&dora).code});
        assert_problem("another program's link", &server.post(CLICKS, click(&shop, foreign)), missing, "Unknown affiliate");
        let nobody = server.post(CLICKS, click(&shop, json!({"trackingId": "  "})));
        assert_invalid("nobody", &nobody, "trackingId", "Missing required parameter: trackingId");
        for (field, said) in [
            ("programId", json!({"programId": " "})),
            ("programId", json!({"programId": "456def"})),
            ("trackingId", json!({"trackingId": "a b"})),
            ("createdAt", json!({"createdAt": "yesterday"})),
            ("createdAt", json!({"createdAt": "0000-01-01T00:00:00+14:00"})),
            ("ip", json!({"ip": "localhost"})),
            ("sub1", json!({"sub1": ["a"]})),
            ("utmTerm", json!({"utmTerm": -1})),
        ] {
            let answer = server.post(CLICKS, click(&shop, said));
            let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.starts_with(&format!("Invalid parameter: {field} must ")), "{message}");
            assert_invalid(field, &answer, field, &message);
        }
        admin.set_status(&shop.anna, AffiliateStatus::Paused);
        let conflict = (409, "CONFLICT", None);
        assert_problem("paused", &server.post(CLICKS, click(&shop, json!({}))), conflict, "Affiliate is not active");
        admin.archive(&shop.campaign);
        assert_problem("archived", &server.post(CLICKS, click(&shop, json!({}))), conflict, "Campaign is archived");
        assert_eq!(house.click_count(), 0);
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), 13);
        assert!(kept.iter().all(|attempt| attempt.call.as_str() == "register_click"));
    }

    fn a_test_tokens_click_is_of_the_test_mode(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let holder = accrue::operations::issue_key::Holder::Program(accrue::domain::permission::Scopes::new(&[Scope::Track]));
        let test = house.admin().issue_key(shop.program, accrue::domain::click_token::Mode::Test, holder);
        let test = Server::with(&house, &test);
        let id = data(&test.post(CLICKS, click(&shop, json!({}))), 201)["id"].clone();
        let live = Server::tracking(&house, &shop);
        assert_problem("live", &live.report(json!({"click_id": id})), (404, "NOT_FOUND", None), "Unknown click token");
        data(&test.post(CONVERSIONS, order(json!({"click_id": id}))), 201);
        assert_eq!(house.tally(&shop.campaign).clicks, 0, "a test counts for nothing");
    }
}
