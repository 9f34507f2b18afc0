//! Who may: a token that may, and nobody else; and what a token that may not has reported is not lost.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use accrue::operations::issue_key::Holder;
use accrue::storage::attempts::kept_report;
use serde_json::json;

use super::{CLICKS, CONVERSIONS, SIGN_UPS, Server, assert_problem, data, order};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id};
use crate::support::wire::Request;

const DENIED: (u16, &str, Option<&str>) = (403, "INSUFFICIENT_PERMISSIONS", None);

on_each_engine! {
    fn only_a_token_that_may_report_reports(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let click = house.visit(&shop.campaign, &shop.anna);
        for scopes in [vec![Scope::Track], vec![Scope::Manage], vec![Scope::Read, Scope::Track]] {
            Server::may(&house, &shop, &scopes).sells(json!({"click_id": click}));
        }
        let campaign_key = house.admin().issue_key(shop.program, Mode::Live, Holder::Campaign(campaign_id(&shop.campaign)));
        let others = [
            Server::may(&house, &shop, &[Scope::Read]),
            Server::may(&house, &shop, &[Scope::Postback]),
            Server::may(&house, &shop, &[]),
            Server::with(&house, &shop.anna.token),
            Server::with(&house, &campaign_key),
        ];
        for other in &others {
            let answer = other.report(json!({"click_id": click, "external_event_id": "1001"}));
            assert_problem(&other.token[..8], &answer, DENIED, "The token needs the scope track");
            assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="insufficient_scope", scope="track""#));
            for path in [CLICKS, SIGN_UPS] {
                assert_problem(path, &other.post(path, json!({"click_id": click})), DENIED, "The token needs the scope track");
            }
        }
        assert!(house.conversions_of("1001").is_empty());
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), 3 * others.len(), "a shop with the wrong token loses nothing");
        assert!(kept.iter().all(|row| row.reason == "scope_missing"));
        let whole: Vec<_> = kept.iter().filter_map(|row| kept_report::read(&row.report)).collect();
        assert_eq!(whole.len(), others.len() - 1, "all but what an affiliate says can be credited as it came");
        assert!(whole.iter().all(|report| report.amount.minor() == 9_900 && report.order_id.as_str() == "1001"));
    }

    fn reading_takes_a_token_that_may_read(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let id = Server::tracking(&house, &shop).sells(json!({"click_id": house.visit(&shop.campaign, &shop.anna)}))["id"].clone();
        let one = format!("{CONVERSIONS}/{}", id.as_str().unwrap());
        for path in [CONVERSIONS, &one] {
            for scope in [Scope::Read, Scope::Manage] {
                data(&Server::may(&house, &shop, &[scope]).get(path), 200);
            }
            for scope in [Scope::Track, Scope::Postback] {
                let answer = Server::may(&house, &shop, &[scope]).get(path);
                assert_problem(path, &answer, DENIED, "The token needs the scope read");
            }
        }
    }

    fn what_is_no_token_is_401(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let real = Server::tracking(&house, &shop).token;
        let click = house.visit(&shop.campaign, &shop.anna);
        let body = order(json!({"click_id": click, "api_key": real})).to_string();
        let send = |request: Request, header: Option<&str>| {
            let request = header.map_or(request.clone(), |header| request.header("Authorization", header));
            Connection::open(house.addr()).unwrap().send(&request).unwrap()
        };
        let missing = "Send the token in the header Authorization: Bearer";
        let last = if real.ends_with('x') { 'y' } else { 'x' };
        let altered = format!("Bearer {}{last}", &real[..real.len() - 1]);
        for request in [Request::post(CONVERSIONS).json(&body), Request::get(CONVERSIONS), Request::post(CLICKS).json("{}"), Request::post(SIGN_UPS)] {
            for header in [None, Some("Basic dXNlcjpwYXNz"), Some(&*real)] {
                let answer = send(request.clone(), header);
                assert_problem(&format!("{header:?}"), &answer, (401, "MISSING_API_KEY", None), missing);
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            }
            for header in ["Bearer hunter2", &altered] {
                let answer = send(request.clone(), Some(header));
                assert_problem(header, &answer, (401, "UNAUTHORIZED", None), "Invalid API key");
                assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
            }
            house.clock().advance(std::time::Duration::from_secs(60)); // or it would be told to wait
        }
        assert!(house.conversions().is_empty() && house.attempts(shop.program).is_empty());
    }

    fn whoever_reads_too_much_is_told_to_wait(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let server = Server::may(&house, &shop, &[Scope::Read]);
        for _ in 0..100 {
            data(&server.get(CONVERSIONS), 200);
        }
        let answer = server.get(CONVERSIONS);
        assert_eq!((answer.status, answer.json()["error"]["code"].clone()), (429, json!("RATE_LIMIT_EXCEEDED")));
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), (Some("100"), Some("0")));
    }
}
