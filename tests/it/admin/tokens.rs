//! Settings → API Tokens: an owner makes a token, a developer uses it, and it ends when it is said to.

use std::time::Duration;

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::user::Role;
use accrue::jobs::key_uses::write_down;
use accrue::operations::issue_key::Holder;
use accrue::web::access::tokens::{ManageToken, PostbackToken, ReadToken, TrackToken};
use actix_web::test::TestRequest;

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD, affiliate_id};
use crate::support::in_process::wait_for;
use crate::support::person::{Person, Screen};
use crate::support::sql::Sql;

const TOKENS: &str = "/admin/alderfinch/settings/tokens";
const LOG: &str = "/admin/alderfinch/settings/audit-log";

/// The rights a key gives to who sends it as a Bearer token, and in a URL.
pub fn rights(house: &House, key: &str) -> Vec<&'static str> {
    let request = TestRequest::default().insert_header(("Authorization", format!("Bearer {key}"))).to_http_request();
    let app = house.app();
    let given = [
        ("track", TrackToken::check(app, &request).is_ok()),
        ("read", ReadToken::check(app, &request).is_ok()),
        ("manage", ManageToken::check(app, &request).is_ok()),
        ("postback", PostbackToken::check(app, &request).is_ok()),
        ("url", PostbackToken::check_in_url(app, key).is_ok()),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(right, _)| right).collect()
}

/// The key that a page shows whole.
fn shown_key(screen: &Screen) -> String {
    let shown = screen.html.split("id=\"new-key\">").nth(1).and_then(|rest| rest.split('<').next());
    shown.unwrap_or_else(|| panic!("no key is shown: {} {}", screen.status, screen.words())).to_owned()
}

/// The id of the token of this name that works.
fn id_of(owner: &mut Person, name: &str) -> String {
    let list = owner.open(TOKENS).html;
    let row = list.split("<tr>").find(|row| row.contains(name)).unwrap_or_else(|| panic!("no token {name}"));
    let id = row.split("?revoke=").nth(1).unwrap_or_else(|| panic!("{name} has ended"));
    id[..30].to_owned()
}

fn create(owner: &mut Person, fields: &[(&str, &str)]) -> String {
    let form = owner.open(&format!("{TOKENS}/new"));
    let id = form.value_of("token").expect("the form names the token to be");
    let made = owner.post(TOKENS, &[&[("token", id.as_str()), ("mode", "live")], fields].concat());
    assert_eq!(made.status, 200, "{}", made.words());
    shown_key(&made)
}

/// What the audit log says of tokens, the newest first.
fn noted(db: &TestDatabase) -> Vec<String> {
    Sql::open(&db.url).lines("SELECT action FROM audit_log WHERE action LIKE 'token%' ORDER BY sequence DESC")
}

const SHOP: [(&str, &str); 3] = [("name", "Shop server"), ("holder", "program"), ("scope", "track")];

on_each_engine! {
    fn an_owner_makes_a_token_a_developer_uses_it_and_its_end_is_the_end(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let first = marta.open(TOKENS);
        assert!(first.says("A campaign’s API key, with which a shop reports sales, is on the campaign’s form"));
        let key = create(&mut marta, &[&SHOP[..], &[("scope", "read")]].concat());
        assert!(key.starts_with("sk_live_"), "{key}");
        assert_eq!(rights(&house, &key), ["track", "read", "postback"]);
        let list = marta.open(TOKENS);
        assert!(list.says("Shop server Live"), "{}", list.words());
        assert!(list.says("Program") && list.says("Track, Read"), "{}", list.words());
        assert!(!list.html.contains(&key) && list.html.contains(&format!("sk_live_…{}", &key[54..])));
        let id = id_of(&mut marta, "Shop server");
        let again = marta.post(&format!("{TOKENS}/{id}/disclosure"), &[]);
        assert_eq!((again.status, shown_key(&again)), (200, key.clone()));
        let asked = marta.open(&format!("{TOKENS}?revoke={id}"));
        assert!(asked.says("Revoke Shop server") && asked.says("This cannot be undone"), "{}", asked.words());
        let after = marta.submit(&format!("{TOKENS}/{id}/revocation"), &[]);
        assert!(after.says("The token is revoked.") && after.says("1 ended token"), "{}", after.words());
        assert!(rights(&house, &key).is_empty(), "the next request is refused");
        assert_eq!(marta.post(&format!("{TOKENS}/{id}/revocation"), &[]).status, 303, "it has ended, as was wanted");
        let shown = marta.post(&format!("{TOKENS}/{id}/disclosure"), &[]);
        assert_eq!(shown.status, 409);
        assert!(shown.says("This token has ended.") && !shown.html.contains(&key), "{}", shown.words());
        assert_eq!(noted(&db), ["token_revoked", "token_shown", "token_created"], "each once");
        let log = marta.open(LOG);
        assert!(log.says("Marta looked at the key of the API token Shop server"), "{}", log.words());
    }

    fn a_form_sent_twice_makes_one_token_and_another_sends_its_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let id = marta.open(&format!("{TOKENS}/new")).value_of("token").expect("the form names it");
        let form = [&SHOP[..], &[("token", id.as_str()), ("mode", "test")]].concat();
        let key = shown_key(&marta.post(TOKENS, &form));
        assert!(key.starts_with("sk_test_"));
        let again = marta.submit(TOKENS, &form);
        assert!(again.says("This token was created already."), "{}", again.words());
        assert_eq!(again.html.matches("Shop server").count(), marta.open(TOKENS).html.matches("Shop server").count());
        assert_eq!(noted(&db), ["token_created"]);
    }

    fn what_is_missing_is_said_at_its_field(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        marta.open(&format!("{TOKENS}/new"));
        let all = [("name", "Desk"), ("holder", "program"), ("scope", "manage"), ("mode", "live")];
        let affiliate = [("name", "Anna"), ("holder", "affiliate"), ("mode", "live")];
        let but = |fields: &[(&'static str, &'static str)], name: &str, value: &[(&'static str, &'static str)]| {
            let kept = fields.iter().filter(|(field, _)| *field != name).copied();
            kept.chain(value.iter().copied()).collect::<Vec<_>>()
        };
        for (name, fields, at, sentence) in [
            ("no name", but(&all, "name", &[]), "name", "Name must not be blank."),
            ("for nobody", but(&all, "holder", &[]), "holder", "What it is for must be chosen."),
            ("no rights", but(&all, "scope", &[]), "scope", "Rights must be at least one."),
            ("too many rights", but(&all, "x", &[("scope", "postback")]), "scope", "Rights must be Postback alone, or others without it: a key in a URL is easily seen."),
            ("no mode", but(&all, "mode", &[("mode", "dream")]), "mode", "Mode must be Live or Test."),
            ("no affiliate", affiliate.to_vec(), "affiliate", "Affiliate must be the code or id of an affiliate of this program."),
            ("nobody's code", but(&affiliate, "x", &[("affiliate", "nobody")]), "affiliate", "Affiliate must be the code or id of an affiliate of this program."),
        ] {
            let screen = marta.post(TOKENS, &fields);
            assert_eq!((screen.status, screen.error_at(at).as_deref()), (422, Some(sentence)), "{name}");
            assert!(screen.html.contains("value=\"Desk\"") || screen.html.contains("value=\"Anna\"") || name == "no name", "{name}");
        }
        assert!(noted(&db).is_empty());
    }

    fn an_affiliates_token_is_made_from_their_page_and_reads_their_own(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let page = marta.open(&format!("/admin/alderfinch/affiliates/{}", shop.anna.id));
        let lead = format!("{TOKENS}/new?affiliate={}", shop.anna.id);
        assert!(page.html.contains(&lead), "{}", page.words());
        let form = marta.open(&lead);
        assert_eq!(form.value_of("affiliate").as_deref(), Some("anna"));
        let key = create(&mut marta, &[("name", "Anna’s own"), ("holder", "affiliate"), ("affiliate", "anna")]);
        assert!(key.starts_with("at_live_"));
        assert_eq!(rights(&house, &key), ["read"]);
        let request = TestRequest::default().insert_header(("Authorization", format!("bearer {key}"))).to_http_request();
        let right = ReadToken::check(house.app(), &request).expect("it reads");
        assert_eq!(right.affiliate(), Some(affiliate_id(&shop.anna)));
        let list = marta.open(TOKENS);
        assert!(list.says("Affiliate anna") && list.says("Read own"), "{}", list.words());
        let mut olga = house.member("Olga", shop.program, Role::Manager);
        let page = olga.open(&format!("/admin/alderfinch/affiliates/{}", shop.anna.id));
        assert!(!page.html.contains("/settings/tokens"), "a manager is not led where only owners go");
    }

    fn a_rotated_token_works_for_the_time_that_was_chosen_to_the_millisecond(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let email = house.admin().person("Marta", shop.program, Role::Owner);
        for (overlap, hours) in [("none", 0), ("hour", 1), ("day", 24), ("week", 168), ("month", 720)] {
            let mut marta = Person::at(house.addr()).sign_in(&email, PASSWORD); // a session is shorter than a month
            let name = format!("Rotates {overlap}");
            let fields = [("name", name.as_str()), ("holder", "program"), ("scope", "manage")];
            let old = create(&mut marta, &fields);
            let id = id_of(&mut marta, &name);
            assert!(marta.open(&format!("{TOKENS}?rotate={id}")).says(&format!("Rotate {name}")));
            let new = shown_key(&marta.post(&format!("{TOKENS}/{id}/rotation"), &[("overlap", overlap)]));
            let end = house.now().plus(Duration::from_secs(hours * 3_600));
            assert_eq!(rights(&house, &new), ["track", "read", "manage", "postback"], "{overlap}: the same rights");
            let rows = marta.open(TOKENS).html.matches(&name).count();
            assert!(rows >= 2, "{overlap}: two rows");
            let again = marta.post(&format!("{TOKENS}/{id}/rotation"), &[("overlap", overlap)]);
            assert_eq!(again.status, 409, "{overlap}: it has an end");
            if hours > 0 {
                assert!(marta.open(TOKENS).says("Ends "), "{overlap}");
                house.clock().move_to(end.minus(Duration::from_millis(1)));
                assert!(!rights(&house, &old).is_empty(), "{overlap}: the last moment");
                house.clock().move_to(end);
            }
            assert!(rights(&house, &old).is_empty() && !rights(&house, &new).is_empty(), "{overlap}: the end");
        }
    }

    fn a_token_that_works_yet_for_a_while_can_be_revoked_at_once(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let old = create(&mut marta, &SHOP);
        let id = id_of(&mut marta, "Shop server");
        let wrong = marta.post(&format!("{TOKENS}/{id}/rotation"), &[("overlap", "a year")]);
        let said = wrong.error_at("overlap");
        assert_eq!((wrong.status, said.as_deref()), (422, Some("The old key stops working must be one of the times offered.")));
        let new = shown_key(&marta.post(&format!("{TOKENS}/{id}/rotation"), &[("overlap", "month")]));
        assert!(!rights(&house, &old).is_empty());
        marta.submit(&format!("{TOKENS}/{id}/revocation"), &[]);
        assert!(rights(&house, &old).is_empty() && !rights(&house, &new).is_empty());
        assert_eq!(noted(&db), ["token_revoked", "token_rotated", "token_created"]);
    }

    fn a_campaigns_key_is_no_token_here(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let list = marta.open(TOKENS);
        assert!(!list.html.contains(&shop.campaign.api_key[54..]), "{}", list.words());
        let mut sql = Sql::open(&db.url);
        let query = format!("SELECT {} FROM tokens WHERE kind = 'campaign'", sql.hex("id"));
        let id = crate::support::sql::public_id("tok", &sql.lines(&query)[0]);
        for deed in ["disclosure", "rotation", "revocation"] {
            assert_eq!(marta.post(&format!("{TOKENS}/{id}/{deed}"), &[("overlap", "none")]).status, 404, "{deed}");
        }
        assert_eq!(house.merchant(&shop.campaign).add_click(&shop.campaign, &shop.anna).status, 200);
    }

    fn when_a_key_was_last_used_is_shown_at_once_and_survives_a_restart(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let holder = Holder::Program(Scopes::new(&[Scope::Read]));
        let key = house.admin().issue_key(shop.program, Mode::Live, holder);
        let used = |marta: &mut Person| {
            let list = marta.open(TOKENS).html;
            let row = list.split("<tr>").find(|row| row.contains(&key[54..])).expect("a row").to_owned();
            let cell = row.split("data-label=\"Last used\">").nth(1).expect("a cell").split("</td>").next();
            cell.expect("it ends").to_owned()
        };
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        assert_eq!(used(&mut marta), "Never");
        let other = if key.ends_with('0') { '1' } else { '0' };
        rights(&house, &format!("{}{other}", &key[..57]));
        assert_eq!(used(&mut marta), "Never", "a key that is nearly right is none");
        rights(&house, &key);
        assert!(used(&mut marta).contains(">just now<"), "{}", used(&mut marta));
        wait_for(write_down(house.app())).unwrap();
        house.clock().advance(Duration::from_secs(600));
        assert!(used(&mut marta).contains("title=\"20 Mar 2026, 12:00:00\">10 min ago<"), "{}", used(&mut marta));
        rights(&house, &key);
        wait_for(write_down(house.app())).unwrap();
        assert!(house.app().uses.unwritten().is_empty());
        drop(house);
        let house = House::open_at(&db, "2026-03-20T12:13:00Z");
        let mut marta = Person::at(house.addr()).sign_in("marta@people.example", PASSWORD);
        assert!(used(&mut marta).contains(">3 min ago<"), "{}", used(&mut marta));
        assert_eq!(Sql::open(&db.url).count("token_uses"), 1);
    }
}
