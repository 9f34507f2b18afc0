//! Whatever a request says about the host, no page, no `Location` and no cookie repeats it.

use accrue::domain::user::Role;
use accrue::web::routes::PAGES;

use super::estate::Estate;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::Screen;
use crate::support::wire::Request;

/// A host that nothing else on any page is called like.
const ELSEWHERE: &str = "elsewhere-7319.example";

/// The same request under another name for the host.
fn under_other_names(method: &str, address: &str, form: Option<&[(&str, &str)]>) -> Vec<Request> {
    let request = |target: &str| {
        let request = Request::new(method, target);
        form.map_or(request.clone(), |fields| request.form(fields))
    };
    vec![
        request(address).header("Host", ELSEWHERE),
        request(address).header("Host", "elsewhere-7319.example:80"),
        request(address).header("X-Forwarded-Host", ELSEWHERE),
        request(address).header("X-Forwarded-Host", ELSEWHERE).header("X-Forwarded-Proto", "https"),
        request(address).header("X-Forwarded-Server", ELSEWHERE).header("X-Host", ELSEWHERE),
        request(address)
            .header("X-Original-URL", "http://elsewhere-7319.example/")
            .header("X-Rewrite-URL", "http://elsewhere-7319.example/"),
        request(address).header("Forwarded", "for=10.0.0.1;host=elsewhere-7319.example;proto=https"),
        request(&format!("http://{ELSEWHERE}{address}")).header("Host", ELSEWHERE),
        request(&format!("http://{ELSEWHERE}{address}")),
    ]
}

fn assert_not_repeated(address: &str, screen: &Screen) {
    let all = format!("{:?} {}", screen.response.headers, screen.html);
    assert!(!all.contains(ELSEWHERE), "{address}: {all}");
    if let Some(location) = &screen.location {
        assert!(location.starts_with('/') && !location.starts_with("//"), "{address} leads to {location}");
    }
}

on_each_engine! {
    fn no_host_header_reaches_a_page_or_a_location(db: TestDatabase) {
        let house = House::open(&db);
        let estate = Estate::found(&house, &db, "estate");
        let mut owner = estate.member(&house, Role::Owner);
        for page in PAGES {
            let address = estate.address(&db, page, Role::Owner);
            let mut stranger = house.person();
            stranger.open("/sign-in");
            for person in [&mut stranger, &mut owner] {
                let fields = [("form_token", "x")];
                let form = (page.method == "post").then_some(&fields[..]);
                for request in under_other_names(&page.method.to_uppercase(), &address, form) {
                    let screen = person.send(request);
                    assert_not_repeated(&address, &screen);
                }
            }
        }
    }

    fn no_address_leads_a_sign_in_elsewhere(db: TestDatabase) {
        let house = House::open(&db);
        let estate = Estate::found(&house, &db, "estate");
        estate.member(&house, Role::Owner);
        let elsewhere = [
            "https://elsewhere-7319.example/", "//elsewhere-7319.example/", "/\\elsewhere-7319.example", "\\\\elsewhere-7319.example", "/\t/elsewhere-7319.example",
            "http:elsewhere-7319.example", "javascript:alert(1)", "/..//elsewhere-7319.example", "elsewhere-7319.example", "/%2f/elsewhere-7319.example\r\nX: y",
        ];
        for next in elsewhere {
            let mut person = house.person();
            let form = person.send(Request::get("/sign-in").query(&[("next", next)]));
            assert_eq!(form.status, 200, "{next}");
            let email = "estate-owner@people.example";
            let fields = [("email", email), ("password", crate::support::house::PASSWORD), ("next", next)];
            let screen = person.post("/sign-in", &fields);
            assert_eq!(screen.status, 303, "{next}");
            let location = screen.location.clone().unwrap_or_default();
            let url = url::Url::parse("http://here.example/").and_then(|here| here.join(&location)).expect("a place");
            assert_eq!(url.host_str(), Some("here.example"), "{next} leads to {location}");
            assert_eq!(screen.response.header("x"), None);
        }
    }
}
