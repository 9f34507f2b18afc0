//! What another site's page may try: every form of the table, sent as a browser would send it from elsewhere.

use accrue::domain::user::Role;
use accrue::web::routes::{Asker, PAGES, Page};

use super::dump::{assert_unchanged, dump};
use super::estate::Estate;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::Person;
use crate::support::wire::Request;

/// Ways a form comes that our own page did not send. `token` is the right one, `foreign` another session's.
fn forgeries(address: &str, token: &str, foreign: &str) -> Vec<(&'static str, Request)> {
    let form = |token: &str| Request::post(address).form(&[("form_token", token)]);
    let bare = || Request::post(address).form(&[]);
    let own = |request: Request| request.header("Sec-Fetch-Site", "same-origin");
    vec![
        ("another site, with the right token", form(token).header("Sec-Fetch-Site", "cross-site")),
        ("a sibling of the site", form(token).header("Sec-Fetch-Site", "same-site")),
        ("a word nobody knows", form(token).header("Sec-Fetch-Site", "who-knows")),
        ("a foreign origin", form(token).header("Origin", "https://evil.example")),
        ("an origin that begins like ours", form(token).header("Origin", "http://127.0.0.1.evil.example")),
        ("an origin of no name", form(token).header("Origin", "null")),
        (
            "another site that claims our origin",
            form(token).header("Sec-Fetch-Site", "cross-site").header("Origin", "http://127.0.0.1"),
        ),
        ("no token", own(bare())),
        ("an empty token", own(form(""))),
        ("another session's token", own(form(foreign))),
        ("a token in the address", own(Request::post(&format!("{address}?form_token={token}")).form(&[]))),
        ("no word of where it comes from, and no token", bare()),
    ]
}

/// Bodies that a page of another site can send without asking first, and that are no form of ours.
fn other_bodies(address: &str) -> Vec<(&'static str, Request)> {
    vec![
        ("text", Request::post(address).body("text/plain", "form_token=x")),
        ("JSON", Request::post(address).json(r#"{"form_token":"x"}"#)),
        ("nothing", Request::post(address)),
        ("a broken upload", Request::post(address).body("multipart/form-data; boundary=x", "--y")),
    ]
}

fn posts() -> impl Iterator<Item = &'static Page> {
    PAGES.iter().filter(|page| page.method == "post")
}

fn assert_refused(page: &Page, address: &str, person: &mut Person, foreign: &str) {
    let token = person.form_token().to_owned();
    assert!(!token.is_empty() && token != foreign);
    for (how, request) in forgeries(address, &token, foreign) {
        let screen = person.send_as_it_is(request);
        assert_eq!(screen.status, 403, "{} {address}, {how}", page.method);
    }
    for (how, request) in other_bodies(address) {
        let screen = person.send_as_it_is(request);
        assert!((400..=415).contains(&screen.status), "{address}, {how}: {}", screen.status);
    }
}

on_each_engine! {
    fn no_form_is_taken_from_another_site_or_without_its_token(db: TestDatabase) {
        let house = House::open(&db);
        let estate = Estate::found(&house, &db, "estate");
        let [mut owner, viewer] = [Role::Owner, Role::Viewer].map(|role| estate.member(&house, role));
        let [mut stranger, mut other] = [house.person(), house.person()];
        stranger.open("/sign-in");
        other.open("/sign-in");
        let before = dump(&db);
        for page in posts() {
            let address = estate.address(&db, page, Role::Owner);
            assert_refused(page, &address, &mut owner, viewer.form_token());
            if page.asker == Asker::Anybody {
                assert_refused(page, &address, &mut stranger, other.form_token());
            }
            assert_unchanged(&before, &dump(&db), &address);
        }
        owner.open("/admin/estate/campaigns");
    }
}
