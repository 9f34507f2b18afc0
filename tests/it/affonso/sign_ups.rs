//! Sign-ups that the merchant's server reports: names tell customers apart, and a click does not.

use std::collections::BTreeSet;
use std::thread;

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::attempt::{AttemptKey, Payload};
use accrue::domain::click_token::Mode;
use accrue::domain::id::Id;
use accrue::domain::referral::{Identifier, IdentifierKind};
use accrue::domain::user::Role;
use accrue::operations::make_referral::{SignUp, SignedUp, make_referral};
use accrue::operations::record_conversions::Presented;
use accrue::storage::catalogue::Catalogue;
use accrue::storage::error::StorageError;
use accrue::storage::write::Write;
use serde_json::{Value, json};

use super::{SIGN_UPS, Server, assert_invalid, assert_problem, data};
use crate::support::engine::{Engine, on_each_engine};
use crate::support::house::{House, Shop, race};
use crate::support::in_process::wait_for;
use crate::support::sql::Sql;
use crate::support::wire::Request;

/// A sign-up as the server has read it.
fn sign_up(house: &House, shop: &Shop, (click, user): (&str, &str)) -> SignUp {
    let claims = house.environment().keys.click_tokens().open(click).expect("it is ours");
    let link = wait_for(house.app().link_by_id(claims.link)).unwrap_or_else(|_| panic!("it has a link"));
    let token_id = Id::at(house.now(), [7; 10]);
    SignUp {
        key: AttemptKey { token_id, program_id: shop.program, campaign_id: None, mode: Mode::Live },
        received_at: house.now(),
        click: Presented { claims, link },
        names: vec![Identifier { kind: IdentifierKind::ExternalUserId, value: user.to_owned() }],
        called: None,
        payload: Payload::default(),
    }
}

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
        let other = json!({"click_id": click, "email": "JANE@example.com", "name": "Other"});
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

    fn of_fifty_at_once_each_person_is_one_customer(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let answers: Vec<(usize, u16, Value)> = thread::scope(|scope| {
            // Ten people on one shared device, each told five times.
            let one = |number: usize| {
                let person = number % 10;
                let name = if person.is_multiple_of(2) { "email" } else { "external_user_id" };
                let mut said = json!({"click_id": click});
                said[name] = json!(format!("person-{person}@example.com"));
                let answer = server.post(SIGN_UPS, said);
                (person, answer.status, answer.json()["data"]["id"].clone())
            };
            let all: Vec<_> = (0..50).map(|number| scope.spawn(move || one(number))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for person in 0..10 {
            let of: Vec<_> = answers.iter().filter(|(who, ..)| *who == person).collect();
            assert_eq!(of.iter().filter(|(_, status, _)| *status == 201).count(), 1, "{of:?}");
            assert_eq!(of.iter().filter(|(_, status, _)| *status == 200).count(), 4, "{of:?}");
            assert_eq!(of.iter().map(|(.., id)| id.as_str().unwrap()).collect::<BTreeSet<_>>().len(), 1, "{of:?}");
        }
        assert_eq!(Sql::open(&db.url).count("referrals"), 10);
        assert_eq!(Sql::open(&db.url).count("referral_identifiers"), 11, "each by their name, and the click of the first");
    }

    /// One process writes through one connection, so this takes two of them and a lost lock: then the names are unique.
    fn two_writers_never_make_one_customer_twice(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let clicks = [(); 2].map(|()| house.visit(&shop.campaign, &shop.anna));
        let make = |write: &mut Write<'_>, click: &str, user: &str| {
            let catalogue = Catalogue::load(write.conn(), house.now())?;
            make_referral(write, &house.environment(), &catalogue, &sign_up(&house, &shop, (click, user)))
        };
        for (click, users, meet) in [
            (&clicks[0], ["jane", "jane"], true),
            (&clicks[0], ["joe", "jim"], false),
            (&clicks[1], ["kim", "kay"], true),
        ] {
            let (first, second) = race(&db, |write| make(write, click, users[0]), |write| make(write, click, users[1]));
            assert!(matches!(first, Ok(SignedUp::Made(_))), "{users:?}: {first:?}");
            let again = match (db.engine, second) {
                // What met the first one is asked for again.
                (Engine::Postgres, Err(StorageError::Taken(_))) if meet => race(&db, |write| make(write, click, users[1]), |_| Err(StorageError::Panicked)).0,
                (Engine::Postgres, second) if meet => panic!("{users:?}: {second:?}"),
                (_, second) => second,
            };
            assert_eq!(matches!(again, Ok(SignedUp::Known(_))), users[0] == users[1], "{users:?}: {again:?}");
            assert!(again.is_ok(), "{users:?}: {again:?}");
        }
        assert_eq!(Sql::open(&db.url).count("referrals"), 5);
        assert_eq!(Sql::open(&db.url).count("referral_identifiers"), 7, "five people, and two clicks");
    }

    fn two_people_sign_up_through_one_click_and_each_is_found_by_their_names(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let jane = data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "jane", "name": "Jane"})), 201);
        let joes = json!({"click_id": click, "external_user_id": "joe", "email": "joe@example.com", "name": "Joe"});
        let joe = data(&server.post(SIGN_UPS, joes.clone()), 201);
        assert_ne!(joe["id"], jane["id"]);
        assert_eq!((&joe["external_user_id"], &joe["name"], &joe["affiliate_id"]), (&json!("joe"), &json!("Joe"), &json!(shop.anna.id)));
        house.pass_days(40);
        assert_eq!(data(&server.post(SIGN_UPS, joes), 200), joe, "told again, long after the window");
        for (said, who) in [
            (json!({"external_user_id": "jane"}), &jane),
            (json!({"external_user_id": "joe"}), &joe),
            (json!({"customer_email": "joe@example.com", "customer_id": "c-joe"}), &joe),
            (json!({"click_id": click, "external_user_id": "joe"}), &joe),
            (json!({"click_id": click}), &jane),
        ] {
            let mut said = said;
            if said.get("customer_email").is_some() {
                said["external_user_id"] = json!("joe-at-work");
            }
            let sold = server.sells(said.clone());
            assert_eq!((&sold["referral_id"], &sold["affiliate_id"]), (&who["id"], &json!(shop.anna.id)), "{said}");
        }
        let late = server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "jim"}));
        assert_problem("a third, when the click is too old", &late, (404, "NOT_FOUND", None), "Click token expired");
        house.assert_books_balance();
    }

    fn what_a_known_customer_is_called_besides_is_kept_for_them(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = house.visit(&shop.campaign, &shop.anna);
        let jane = data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "u-1"})), 201);
        house.pass_days(40);
        for (name, said) in [
            ("an address", json!({"external_user_id": "u-1", "email": "jane@example.com"})),
            ("another account, and what people call her", json!({"external_user_id": "u-2", "email": "jane@example.com", "name": "Jane"})),
        ] {
            let mut said = said;
            said["click_id"] = json!(click);
            let told = data(&server.post(SIGN_UPS, said.clone()), 200);
            assert_eq!((&told["id"], &told["external_user_id"]), (&jane["id"], &said["external_user_id"]), "{name}");
            assert_eq!(told["name"], said.get("name").cloned().unwrap_or_default(), "{name}");
        }
        assert_eq!(server.sells(json!({"external_user_id": "u-2"}))["referral_id"], jane["id"]);
        assert!(house.attempts(shop.program).is_empty(), "nothing of it disagrees");
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

    /// Ben's click is another customer's already, or nobody's yet: either way Jane stays Anna's, and what she is called since is
    /// kept for her.
    fn a_known_customer_who_comes_with_another_s_click_is_answered_with_what_stands(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let annas = house.visit(&shop.campaign, &shop.anna);
        let [bens, bens_customer_s] = [(); 2].map(|()| house.visit(&shop.campaign, &shop.ben));
        let jane = data(&server.post(SIGN_UPS, json!({"click_id": annas, "email": "jane@example.com"})), 201);
        let bob = data(&server.post(SIGN_UPS, json!({"click_id": bens_customer_s, "external_user_id": "bob"})), 201);
        for (number, click) in [&bens, &bens_customer_s].into_iter().enumerate() {
            let said = json!({"click_id": click, "email": "jane@example.com", "external_user_id": format!("jane-{number}")});
            let told = data(&server.post(SIGN_UPS, said), 200);
            assert_eq!((&told["id"], &told["affiliate_id"]), (&jane["id"], &json!(shop.anna.id)));
            let sold = server.sells(json!({"external_user_id": format!("jane-{number}")}));
            assert_eq!((&sold["referral_id"], &sold["affiliate_id"]), (&jane["id"], &json!(shop.anna.id)));
        }
        assert_eq!(server.sells(json!({"click_id": bens_customer_s}))["referral_id"], bob["id"]);
        assert_eq!(server.sells(json!({"click_id": bens}))["affiliate_id"], json!(shop.ben.id));
        let kept = house.attempts(shop.program);
        assert!(kept.iter().all(|attempt| attempt.reason == "customer_of_another" && attempt.detail == jane["id"].as_str().unwrap()), "{kept:?}");
        assert_eq!(kept.len(), 2);
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        let page = mara.open(&format!("/admin/alderfinch/attempts/{}", kept[0].id));
        for words in ["Another affiliate’s customer", "They sent this customer first.", "Open the referral", "jane-"] {
            assert!(page.says(words), "{words}: {}", page.words());
        }
        assert!(!page.says("It was answered") && !page.says("No customer was recorded"), "{}", page.words());
        assert_eq!(mara.get(&format!("/admin/alderfinch/referrals/{}", jane["id"].as_str().unwrap())).status, 200);
        let both = json!({"click_id": annas, "email": "jane@example.com", "external_user_id": "bob"});
        assert_eq!(data(&server.post(SIGN_UPS, both), 200)["id"], bob["id"], "the account is believed before the address");
        assert_eq!(house.attempts(shop.program).len(), 3);
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
