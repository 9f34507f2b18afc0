//! Who may report: a token that may, and nobody else; and what a token that may not has reported is not lost.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::Scope;
use accrue::operations::issue_key::Holder;
use accrue::storage::attempts::kept_report;

use super::{Order, POSTBACK, TRACK, assert_problem, data, send, token, track_token};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, campaign_id};
use crate::support::wire::Request;

on_each_engine! {
    fn only_a_token_that_may_report_reports(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        for scopes in [vec![Scope::Track], vec![Scope::Manage], vec![Scope::Read, Scope::Track]] {
            let order = order.clone().order_id(&format!("by {scopes:?}"));
            data(&order.track(&house, &token(&house, &shop, &scopes)), 201);
        }
        let campaign_key = house.admin().issue_key(shop.program, Mode::Live, Holder::Campaign(campaign_id(&shop.campaign)));
        let others = [
            token(&house, &shop, &[Scope::Read]),
            token(&house, &shop, &[Scope::Postback]),
            token(&house, &shop, &[]),
            shop.anna.token.clone(),
            campaign_key,
        ];
        for other in &others {
            let answer = order.clone().order_id("1001").track(&house, other);
            assert_problem(&other[..8], &answer, (403, "insufficient_scope"), "The token needs the scope track");
            let challenge = r#"Bearer error="insufficient_scope", scope="track""#;
            assert_eq!(answer.header("www-authenticate"), Some(challenge));
        }
        assert!(house.conversions_of("1001").is_empty());
        let kept = house.attempts(shop.program);
        assert_eq!(kept.len(), others.len(), "a shop with the wrong token loses no sale");
        assert!(kept.iter().all(|row| row.reason == "scope_missing" && row.order_id.as_deref() == Some("1001")));
        let whole: Vec<_> = kept.iter().filter_map(|row| kept_report::read(&row.report)).collect();
        assert_eq!(whole.len(), others.len() - 1, "all but what an affiliate says can be credited as it came");
        assert!(whole.iter().all(|report| report.amount.minor() == 9_999));
    }

    fn what_is_no_token_is_401_and_names_the_scheme(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let real = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna));
        let post = |header: Option<&str>| {
            let request = Request::post(TRACK).form(&order.fields()).query(&[("api_key", &real)]);
            send(&house, header.map_or(request.clone(), |header| request.header("Authorization", header)))
        };
        let missing = "Send the token in the header Authorization: Bearer";
        for header in [None, Some("Basic dXNlcjpwYXNz"), Some("Bearer"), Some(&*real)] {
            let answer = post(header);
            assert_problem(&format!("{header:?}"), &answer, (401, "missing_token"), missing);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let last = if real.ends_with('x') { 'y' } else { 'x' };
        let altered = format!("Bearer {}{last}", &real[..real.len() - 1]);
        for header in ["Bearer hunter2", "Bearer sk_live_", "bearer null", &altered] {
            let answer = post(Some(header));
            assert_problem(header, &answer, (401, "invalid_token"), "Invalid token");
            assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
        }
        assert!(house.conversions().is_empty() && house.attempts(shop.program).is_empty());
        let samples = house.keyless();
        assert_eq!(samples.len(), 8);
        assert!(samples.iter().all(|row| !format!("{row:?}").contains(&real[10..50])), "no key is kept");
        assert_eq!(post(Some(&format!("bEaReR {real}"))).status, 201, "the scheme's case does not matter");
    }

    fn test_and_live_never_meet(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let trial = Holder::Program(accrue::domain::permission::Scopes::new(&[Scope::Track]));
        let trial = house.admin().issue_key(shop.program, Mode::Test, trial);
        let live = track_token(&house, &shop);
        let order = Order::of(&house.visit(&shop.campaign, &shop.anna)).order_id("1001");
        assert_problem("a live click", &order.track(&house, &trial), (404, "unknown_click_token"), "Unknown click token");
        data(&order.track(&house, &live), 201);
    }

    fn other_methods_and_addresses_answer_in_the_same_shape(db: TestDatabase) {
        let house = House::open(&db);
        for (method, path, allow) in [
            ("GET", TRACK, "POST"),
            ("HEAD", TRACK, "POST"),
            ("DELETE", TRACK, "POST"),
            ("HEAD", POSTBACK, "GET, POST"),
            ("PUT", POSTBACK, "GET, POST"),
        ] {
            let answer = send(&house, Request::new(method, path));
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {path}");
            if method != "HEAD" {
                let detail = format!("This endpoint answers {allow}");
                assert_problem(path, &answer, (405, "method_not_allowed"), &detail);
            }
        }
        for path in ["/api", "/api/", "/api/nowhere", "/api/conversions/track/", "/api/conversions/track/x"] {
            assert_problem(path, &send(&house, Request::get(path)), (404, "not_found"), "Unknown endpoint");
        }
        assert_eq!(send(&house, Request::get("/api/openapi.json")).status, 200, "the reference lives beside them");
    }
}
