//! A click that several orders share: how long it counts, and whose they are.

use accrue::domain::rule::{Duration, Terms};
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
