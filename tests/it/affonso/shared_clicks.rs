//! A click that several orders share: how long it counts, and whose they are.

use accrue::domain::rule::{Duration, Terms};
use accrue::operations::verify::verify;
use serde_json::{Value, json};

use super::{SIGN_UPS, Server, a_visit, assert_problem, data, pays};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, percent};
use crate::support::sql::Sql;

/// A rule that has to tell a customer's first sale from the others.
fn pays_first_sales(house: &House, shop: &Shop) {
    pays(house, shop, Terms { duration: Duration::FirstSale, ..Terms::plain(percent("10")) });
}

on_each_engine! {
    /// Nobody knows more of whoever ordered than the click, so it counts for its window and no longer.
    fn an_order_without_a_name_prolongs_its_click_for_nobody(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays_first_sales(&house, &shop);
        let server = Server::tracking(&house, &shop);
        let [ordered, named] = [(); 2].map(|()| a_visit(&house, &shop));
        house.pass_days(29);
        let first = server.sells(json!({"click_id": ordered}));
        assert_eq!(first["commission_amount"], json!(9.9));
        assert_eq!(server.sells(json!({"click_id": ordered}))["commission_amount"], json!(0.0), "its customer's second");
        server.sells(json!({"click_id": named}));
        let kim = server.sells(json!({"click_id": named, "customer_id": "kim"}));
        house.pass_days(2);
        for said in [json!({}), json!({"customer_id": "new"}), json!({"external_user_id": "new", "customer_id": "newer"})] {
            let mut said = said;
            said["click_id"] = json!(ordered);
            let answer = server.report(said.clone());
            assert_problem(&said.to_string(), &answer, (404, "NOT_FOUND", None), "Click token expired");
        }
        let later = server.sells(json!({"click_id": named}));
        assert_eq!(later["referral_id"], kim["referral_id"], "whoever is named is a known customer");
        assert_eq!(Sql::open(&db.url).count("conversions"), 5);
        house.assert_books_balance();
    }
}

on_each_engine! {
    /// Three sign up on one device. Whoever orders under another name there is none of them.
    fn whoever_goes_by_another_name_than_the_click_s_customer_is_their_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays_first_sales(&house, &shop);
        let server = Server::tracking(&house, &shop);
        let click = a_visit(&house, &shop);
        let signs_up = |user: &str| data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": user})), 201)["id"].clone();
        let known = ["v1", "v2", "v3"].map(signs_up);
        let fourth = server.sells(json!({"click_id": click, "external_user_id": "v4"}));
        assert!(!known.contains(&fourth["referral_id"]) && fourth["referral_id"].is_string(), "{fourth}");
        assert_eq!((&fourth["commission_amount"], &fourth["affiliate_id"]), (&json!(9.9), &json!(shop.anna.id)), "their own first sale");
        let again = server.sells(json!({"external_user_id": "v4"}));
        assert_eq!((&again["referral_id"], &again["commission_amount"]), (&fourth["referral_id"], &json!(0.0)));
        let first = server.sells(json!({"click_id": click, "customer_id": "c1"}));
        assert_eq!((&first["referral_id"], &first["commission_amount"]), (&known[0], &json!(9.9)), "a name of another kind is kept for v1");
        let other = server.sells(json!({"click_id": click, "customer_id": "c2"}));
        assert!(other["referral_id"] != known[0], "who has a customer id by now");
        house.pass_days(40);
        let late = server.report(json!({"click_id": click, "external_user_id": "v5"}));
        assert_problem("a stranger, later", &late, (404, "NOT_FOUND", None), "Click token expired");
        assert_eq!(server.sells(json!({"click_id": click}))["referral_id"], known[0], "no name contradicts");
        house.assert_books_balance();
    }

    /// Clicks are purged in time, and who came through one stays known by it.
    fn whoever_signed_up_is_known_by_a_click_that_is_purged_since(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = a_visit(&house, &shop);
        let signed_up = data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "v1"})), 201);
        Sql::open(&db.url).run("DELETE FROM clicks");
        assert_eq!(server.sells(json!({"click_id": click}))["referral_id"], signed_up["id"]);
    }

    /// A click whose row says that nobody goes by it would lose its customer, so the books are held against it.
    fn a_click_that_is_not_marked_as_somebody_s_name_is_found_by_verifying(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::tracking(&house, &shop);
        let click = a_visit(&house, &shop);
        data(&server.post(SIGN_UPS, json!({"click_id": click, "external_user_id": "v1"})), 201);
        house.assert_books_balance();
        Sql::open(&db.url).run("UPDATE clicks SET may_name_customer = FALSE");
        let now = house.now();
        let found = house.read(|conn| verify(conn, now)).differences;
        assert!(matches!(found.as_slice(), [one] if one.contains("its row says that nobody does")), "{found:?}");
    }

    /// Whoever ordered under a name is meant by an order without one, and has had their first sale.
    fn whoever_orders_under_a_name_goes_by_the_click_from_then_on(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays_first_sales(&house, &shop);
        let server = Server::tracking(&house, &shop);
        let of = |told: &Value| (told["referral_id"].clone(), told["commission_amount"].clone());
        let [first, second] = [(); 2].map(|()| a_visit(&house, &shop));
        let kim = server.sells(json!({"click_id": first, "customer_id": "kim"}));
        assert_eq!(kim["commission_amount"], json!(9.9));
        assert_eq!(of(&server.sells(json!({"click_id": first}))), (kim["referral_id"].clone(), json!(0.0)));
        server.sells(json!({"click_id": second, "customer_id": "kim"}));
        let nobody = server.sells(json!({"click_id": second}));
        assert_eq!(nobody["commission_amount"], json!(9.9), "a click that brought nobody yet");
        assert_ne!(nobody["referral_id"], kim["referral_id"]);
        let user = server.sells(json!({"click_id": first, "external_user_id": "u-1"}));
        assert_eq!(of(&user), (kim["referral_id"].clone(), json!(0.0)), "a name of another kind is kept for kim");
        let lee = server.sells(json!({"click_id": first, "customer_id": "lee"}));
        assert_eq!(lee["commission_amount"], json!(9.9), "who has had none");
        assert_ne!(lee["referral_id"], kim["referral_id"]);
        house.pass_days(40);
        assert_eq!(of(&server.sells(json!({"click_id": first}))), (kim["referral_id"].clone(), json!(0.0)), "later, too");
        assert!(house.attempts(shop.program).is_empty());
        house.assert_books_balance();
    }

    /// The first who is named may be whoever ordered without a name; nobody after them is.
    fn of_two_who_are_named_after_an_order_without_a_name_the_first_may_have_been_there(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        pays_first_sales(&house, &shop);
        let server = Server::tracking(&house, &shop);
        let click = a_visit(&house, &shop);
        let nobody = server.sells(json!({"click_id": click}));
        let [one, two] = ["k1", "k2"].map(|name| server.sells(json!({"click_id": click, "customer_id": name})));
        let of = |told: &Value| (told["referral_id"].clone(), told["commission_amount"].clone());
        assert_eq!(of(&one), (nobody["referral_id"].clone(), json!(0.0)), "their second sale");
        assert_ne!(two["referral_id"], one["referral_id"]);
        assert_eq!(two["commission_amount"], json!(9.9), "their first");
        assert_eq!(of(&server.sells(json!({"customer_id": "k2"}))), (two["referral_id"].clone(), json!(0.0)));
        house.assert_books_balance();
    }
}
