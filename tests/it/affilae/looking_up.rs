//! `GET /advertiser/conversions.info`: by what the merchant knows of an order.

use accrue::domain::campaign::ToolType;
use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use serde_json::json;

use super::{INFO, LIST, Reviewer, assert_problem, one, program_token, send, shop_in};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, plan};
use crate::support::wire::Request;

on_each_engine! {
    fn an_order_a_customer_or_an_id_leads_to_the_conversion(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let mut ids = Vec::new();
        for (order, customer) in [("1", "c-1"), ("2", "c-2"), ("3", "c-1")] {
            house.clock().advance(std::time::Duration::from_secs(1));
            ids.push(reviewer.sells(reviewer.sale(order, "10.00").with("customer_id", customer)));
        }
        let program = reviewer.program();
        let cases: [(&[(&str, &str)], usize); 7] = [
            (&[("externalId", "1")], 0),
            (&[("customerId", "c-1")], 2),
            (&[("customerId", "c-2"), ("program", &program)], 1),
            (&[("id", &ids[0])], 0),
            (&[("id", &ids[0]), ("externalId", "1"), ("customerId", "c-1")], 0),
            (&[("externalId", "1"), ("customerId", "c-1")], 0),
            (&[("externalId", "2"), ("status", "accepted")], 1),
        ];
        for (query, place) in cases {
            let answer = reviewer.asks(INFO, query);
            assert_eq!(one(&answer)["id"], json!(ids[place]), "{query:?}");
        }
        let whole = reviewer.asks(LIST, &[("externalId", "2")]).json();
        assert_eq!(reviewer.asks(INFO, &[("externalId", "2")]).json(), whole, "the same envelope, the same object");
        assert_eq!(send(&house, Request::new("HEAD", &format!("{INFO}?id={}", ids[0])).bearer(&reviewer.token)).status, 200);
    }

    fn everything_that_is_said_must_hold(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1", "10.00").with("customer_id", "c-1"));
        let other = reviewer.sells(reviewer.sale("2", "10.00"));
        let elsewhere = Reviewer::of(&house, shop_in(&house, "Elsewhere", ("USD", "UTC")));
        let theirs = elsewhere.sells(elsewhere.sale("theirs", "10.00").with("customer_id", "c-9"));
        let unknown = (404, "Unknown conversion");
        let cases: [&[(&str, &str)]; 12] = [
            &[("externalId", "9")],
            &[("externalId", "none")],
            &[("customerId", "none")],
            &[("customerId", "c-9")],
            &[("id", "conv_00000000000000000000000000")],
            &[("id", &id), ("externalId", "2")],
            &[("id", &id), ("customerId", "c-2")],
            &[("id", &other), ("customerId", "c-1")],
            &[("externalId", "2"), ("customerId", "c-1")],
            &[("id", &theirs)],
            &[("externalId", "theirs")],
            &[("id", &id), ("externalId", "1 ")],
        ];
        for query in cases {
            assert_problem(&format!("{query:?}"), &reviewer.asks(INFO, query), unknown);
        }
        let trial = program_token(&house, reviewer.shop.program, (Mode::Test, &[Scope::Read]));
        for query in [("id", &*id), ("externalId", "1"), ("customerId", "c-1")] {
            let answer = send(&house, Request::get(INFO).query(&[query]).bearer(&trial));
            assert_problem("test and live never meet", &answer, unknown);
        }
        let none = (422, "Missing required parameter: externalId, customerId or id");
        for query in [&[][..], &[("program", reviewer.program().as_str())]] {
            assert_problem("none", &reviewer.asks(INFO, query), none);
        }
        let malformed = (422, "Invalid parameter: id must start with conv_");
        assert_problem("malformed", &reviewer.asks(INFO, &[("id", "abc")]), malformed);
        let program = ("program", &*elsewhere.program());
        assert_problem("program", &reviewer.asks(INFO, &[("id", &id), program]), (404, "Unknown program"));
    }

    /// On a Multi Action campaign one order may be a trial and later a sale.
    fn of_an_order_that_is_two_things_it_is_the_newest(db: TestDatabase) {
        let house = House::open(&db);
        let Shop { program, anna, ben, .. } = house.shop();
        let multi = accrue::operations::create_campaign::NewCampaign { tool_type: ToolType::MultiActionIntegration, ..plan() };
        let campaign = house.admin().campaign(program, multi, &[&anna]);
        let reviewer = Reviewer::of(&house, Shop { program, campaign, anna, ben });
        let trial = reviewer.sells(reviewer.sale("1", "0").with("action", "trial"));
        assert_eq!(one(&reviewer.asks(INFO, &[("externalId", "1")]))["id"], json!(trial));
        house.clock().advance(std::time::Duration::from_secs(1));
        let sale = reviewer.sells(reviewer.sale("1", "10.00"));
        assert_eq!(one(&reviewer.asks(INFO, &[("externalId", "1")]))["id"], json!(sale));
        assert_eq!(one(&reviewer.asks(INFO, &[("externalId", "1"), ("id", &trial)]))["id"], json!(trial));
    }
}
