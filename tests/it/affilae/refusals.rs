//! Who is refused, and in which shape: tokens, limits, methods, addresses, bodies.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use serde_json::json;

use super::{ACCEPT, INFO, LIST, REFUSE, Reviewer, UPDATE, assert_problem, found, orders, program_token, send};
use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

on_each_engine! {
    fn a_token_that_may_not_is_told_so(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let shop = &reviewer.shop;
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let with = |scopes: &[Scope]| program_token(&house, shop.program, (Mode::Live, scopes));
        let (read, track, postback) = (with(&[Scope::Read]), with(&[Scope::Track]), with(&[Scope::Postback]));
        let body = json!({"program": reviewer.program(), "id": id, "amount": 1, "reason": "r"}).to_string();
        let gets = [LIST, INFO].map(|target| Request::get(target).query(&[("externalId", "1001")]));
        let posts = [ACCEPT, REFUSE, UPDATE].map(|target| Request::post(target).json(&body));
        let scope = |wanted: &str| (403, format!("The token needs the scope {wanted}"));
        let own = (403, "This is for the program's own tokens, not for an affiliate's".to_owned());
        let (none, wrong) = ((401, "Send the token in the header Authorization: Bearer".to_owned()), (401, "Invalid token".to_owned()));
        for request in &gets {
            for (token, (status, message)) in [(&track, scope("read")), (&postback, scope("read")), (&shop.anna.token, own.clone()), (&shop.campaign.api_key, scope("read"))] {
                assert_problem(token, &send(&house, request.clone().bearer(token)), (status, &message));
            }
            assert_eq!(orders(&send(&house, request.clone().bearer(&read))), ["1001"]);
        }
        for request in &posts {
            for (token, (status, message)) in [(&track, scope("manage")), (&postback, scope("manage")), (&read, scope("manage")), (&shop.anna.token, own.clone())] {
                let answer = send(&house, request.clone().bearer(token));
                assert_problem(token, &answer, (status, &message));
                let challenge = r#"Bearer error="insufficient_scope", scope="manage""#;
                assert_eq!(answer.header("www-authenticate"), Some(challenge));
                assert_eq!(answer.header("x-ratelimit-limit"), Some("100"));
            }
        }
        for request in gets.iter().chain(&posts) {
            house.clock().advance(std::time::Duration::from_secs(60));
            assert_problem("none", &send(&house, request.clone()), (none.0, &none.1));
            let in_url = request.clone().query(&[("api_key", &reviewer.token), ("token", &reviewer.token)]);
            assert_problem("not in a URL", &send(&house, in_url), (none.0, &none.1));
            let answer = send(&house, request.clone().bearer(&format!("{}x", reviewer.token)));
            assert_problem("wrong", &answer, (wrong.0, &wrong.1));
            assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
        }
        assert_eq!(house.conversion("1001").status.as_str(), "pending");
    }

    fn other_methods_addresses_and_bodies_are_answered_in_the_dialects_shape(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        for (target, method, allowed) in [
            (LIST, "POST", "GET, HEAD"),
            (INFO, "DELETE", "GET, HEAD"),
            (ACCEPT, "GET", "POST"),
            (REFUSE, "PUT", "POST"),
            (UPDATE, "PATCH", "POST"),
        ] {
            let answer = send(&house, Request::new(method, target).bearer(&reviewer.token));
            assert_problem(target, &answer, (405, &format!("This endpoint answers {allowed}")));
            assert_eq!(answer.header("allow"), Some(allowed));
            assert_eq!(answer.header("x-ratelimit-limit"), Some("100"), "a token is told what is left of its limit");
            let nobody = send(&house, Request::new(method, target));
            assert_eq!((nobody.status, nobody.header("x-ratelimit-limit")), (405, None));
        }
        for target in ["/advertiser", "/advertiser/", "/advertiser/conversions", "/advertiser/conversions.delete"] {
            for request in [Request::get(target), Request::post(target).json("{}")] {
                let answer = send(&house, request.bearer(&reviewer.token));
                assert_problem(target, &answer, (404, "Unknown endpoint"));
                assert!(answer.header("x-ratelimit-remaining").is_some(), "{target}");
            }
        }
        let post = |request: Request| send(&house, request.bearer(&reviewer.token));
        let accept = || Request::post(ACCEPT);
        let types = "The Content-Type must be application/json or application/x-www-form-urlencoded";
        assert_problem("another type", &post(accept().body("text/csv", "a,b")), (415, types));
        let large = format!(r#"{{"pad":"{}"}}"#, "x".repeat(70_000));
        assert_problem("large", &post(accept().json(&large)), (413, "The request body is larger than 65536 bytes"));
        let broken = post(accept().json("{"));
        assert_eq!((broken.status, &broken.json()["statusCode"]), (422, &json!(422)));
        assert!(broken.json()["message"].as_str().unwrap().starts_with("The request body must be a JSON object: "));
    }

    fn a_hundred_a_second_are_answered_and_then_told_to_wait(db: TestDatabase) {
        let house = House::open(&db);
        let reviewer = Reviewer::at(&house);
        let id = reviewer.sells(reviewer.sale("1001", "99.99"));
        let mut connection = Connection::open(house.addr()).unwrap();
        let list = Request::get(LIST).bearer(&reviewer.token);
        let accept = reviewer.post(ACCEPT, &json!({"program": reviewer.program(), "id": id}));
        for number in 0..100 {
            let answer = connection.send(&list).unwrap();
            assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (200, Some("100")), "{number}");
        }
        for request in [&list, &accept] {
            let answer = connection.send(request).unwrap();
            assert_problem("one more", &answer, (429, "Too many requests with this token; wait 1 s"));
            assert_eq!((answer.header("retry-after"), answer.header("x-ratelimit-remaining")), (Some("1"), Some("0")));
        }
        assert_eq!(house.conversion("1001").status.as_str(), "pending", "nothing was decided");
        let other = program_token(&house, reviewer.shop.program, (Mode::Live, &[Scope::Read]));
        assert_eq!(found(&send(&house, Request::get(LIST).bearer(&other))).0, 1, "another key has a limit of its own");
        house.clock().advance(std::time::Duration::from_secs(1));
        assert_eq!(connection.send(&accept).unwrap().status, 200);
    }
}
