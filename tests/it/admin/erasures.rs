//! Forgetting a customer (PRV-2): by address, id or click, in all tables, with the money left where it is.

use std::time::{Duration, Instant};

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::said::Said;
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;

use serde_json::json;

use super::dump::dump;
use crate::support::connection::Connection;
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, Shop, campaign_id};
use crate::support::person::{Person, Screen};
use crate::support::personas::{MerchantServer, Sale};
use crate::support::sql::Sql;
use crate::support::wire::{Request, percent_encode};

const PAGE: &str = "/admin/alderfinch/settings/erasures";

/// Whatever says who Marta is, each of it once in a text that nothing else holds.
const OF_MARTA: [&str; 7] = [
    "marta-canary-customer",
    "marta-canary-user",
    "marta-canary-browser",
    "marta-canary-referrer",
    "marta-canary-visitor",
    "marta-canary-metadata",
    "marta-canary-page",
];

/// Marta buys and is refused, Nils buys as well. The token of her click.
fn marta_and_nils(house: &House, db: &TestDatabase, shop: &Shop) -> String {
    let visitor = house.visitor().with_header("User-Agent", "marta-canary-browser");
    let mut visitor = visitor.with_header("Referer", "https://marta-canary-referrer.example/");
    let token = visitor.follow(&shop.campaign.link_of(&shop.anna).code).token().to_owned();
    let mut merchant = house.merchant(&shop.campaign);
    let of_marta = |sale: Sale| sale.order_total("10").with("customer_email", "Marta@people.example");
    let ids = |sale: Sale| sale.with("customer_id", OF_MARTA[0]).with("external_user_id", OF_MARTA[1]);
    assert_eq!(merchant.report(ids(of_marta(Sale::of(&token).order_id("m-1")))).word, "success");
    house.pass_days(40);
    assert_eq!(merchant.report(ids(of_marta(Sale::of(&token).order_id("m-2")))).word, "success", "by what is known");
    // Of other facts, of a token that has ended, and unreadable.
    assert_eq!(merchant.report(ids(of_marta(Sale::of(&token).order_id("m-1"))).order_total("11")).word, "duplicate");
    assert_eq!(merchant.report(Sale::of(&token).order_id("m-3").order_total("a lot")).status, 422);
    assert_eq!(merchant.report(ids(Sale::of("clk_x").order_id("m-4"))).status, 404);
    let nils = house.visit(&shop.campaign, &shop.ben);
    let his = Sale::of(&nils).order_id("n-1").with("customer_id", "nils").with("customer_email", "nils@people.example");
    assert_eq!(merchant.report(his).word, "success");
    assert_eq!(merchant.report(Sale::of("clk_x").order_id("n-2").with("customer_id", "nils")).status, 404);
    let first = house.conversion("m-1").id;
    let mut sql = Sql::open(&db.url);
    let id = sql.hex("conversion_id");
    let hex = format!("{:x}", first.uuid().as_u128());
    sql.run(&format!(
        "UPDATE conversion_details SET metadata = '{{\"note\":\"marta-canary-metadata\"}}', landing_page = 'marta-canary-page'
         WHERE {id} LIKE '%{hex}'"
    ));
    sql.run("UPDATE clicks SET visitor_id = 'marta-canary-visitor' WHERE user_agent = 'marta-canary-browser'");
    let there = dump(db);
    for word in OF_MARTA {
        assert!(tables_with(&there, word) > 0, "{word} is there to begin with");
    }
    token
}

fn tables_with(dump: &super::dump::Dump, word: &str) -> usize {
    dump.values().flatten().filter(|row| row.contains(word)).count()
}

fn assert_marta_is_forgotten(house: &House, db: &TestDatabase, hash: &str) {
    let there = dump(db);
    for word in OF_MARTA.iter().chain([&hash]) {
        let found: Vec<_> = there.iter().filter(|(_, rows)| rows.iter().any(|row| row.contains(*word))).collect();
        assert!(found.is_empty(), "{word}: {found:?}");
    }
    assert!(tables_with(&there, "nils") >= 3, "others keep their names");
    house.assert_books_balance();
}

fn look_up(person: &mut Person, kind: &str, who: &str) -> Screen {
    person.open(&format!("{PAGE}?kind={kind}&who={}", percent_encode(who)))
}

on_each_engine! {
    fn marta_asks_to_be_forgotten_by_her_address(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = marta_and_nils(&house, &db, &shop);
        let (before, entries) = (house.conversion("m-1"), house.entries("m-1").len());
        let hash = house.details("m-1").email_hash.expect("it is kept hashed");
        let mut olga = house.member("Olga", shop.program, Role::Owner);

        let none = look_up(&mut olga, "email", "nobody@people.example");
        assert!(none.says("Nothing is known by this name."), "{}", none.words());
        assert!(look_up(&mut olga, "email", "no address").error_at("who").is_some());
        let refused = olga.post(PAGE, &[("kind", "email"), ("who", "nobody@people.example")]);
        assert_eq!((refused.status, refused.error_at("who").as_deref()), (422, Some("Customer or click must be known here.")));
        let before_looking = dump(&db);
        let found = look_up(&mut olga, "email", " MARTA@people.example");
        let counts = "Referrals 1 Orders that tell who bought 2 Clicks that tell who visited 1 Attempts with what was sent 3";
        assert!(found.says(counts), "{}", found.words());
        super::dump::assert_unchanged(&before_looking, &dump(&db), "looking");

        let begun = Instant::now();
        assert_eq!(olga.post(PAGE, &[("kind", "email"), ("who", "marta@people.example")]).status, 303);
        assert!(begun.elapsed() < Duration::from_secs(60));
        assert_marta_is_forgotten(&house, &db, &hash);
        let done = olga.open(PAGE);
        assert!(done.says("The customer’s personal data are erased.") && done.says("Olga 1 referral, 2 orders, 1 click, 3 attempts"), "{}", done.words());
        assert!(look_up(&mut olga, "email", "marta@people.example").says("Nothing is known by this name."));

        let after = house.conversion("m-1");
        assert!(before.said.is_some_and(|said| said != Said::default()) && after.said.is_none(), "not even a digest");
        assert_eq!((after.amount_minor, after.order_id, after.affiliate_id), (before.amount_minor, before.order_id, before.affiliate_id));
        assert_eq!(house.entries("m-1").len(), entries);
        let page = format!("/admin/alderfinch/referrals/{}", after.referral_id.expect("it stays"));
        let shown = olga.open(&page);
        assert!(shown.says("A customer of whom nothing is known any more") && shown.says("Personal data erased by Olga ·"), "{}", shown.words());
        assert!(olga.get(&format!("/admin/alderfinch/conversions/{}", after.id)).status == 200);

        let mut merchant = house.merchant(&shop.campaign);
        let again = merchant.report(Sale::of(&token).order_id("m-1").order_total("10"));
        assert_eq!((again.word.as_str(), again.conversion_id), ("duplicate", Some(before.id.to_string())));
        let new = merchant.report(Sale::direct(&shop.campaign, &shop.anna).order_id("m-9").with("customer_email", "marta@people.example"));
        assert_eq!(new.status, 409, "nobody is known to have brought her: {new:?}");
    }

    fn she_is_found_by_her_ids_and_by_her_click_as_well(db: TestDatabase) {
        for (kind, who) in [("customer_id", OF_MARTA[0]), ("external_user_id", OF_MARTA[1]), ("click", "")] {
            let db = db.engine.fresh_database().expect("there was one a moment ago");
            let house = House::open(&db);
            let shop = house.shop();
            let token = marta_and_nils(&house, &db, &shop);
            let hash = house.details("m-1").email_hash.expect("it is kept hashed");
            let mut olga = house.member("Olga", shop.program, Role::Owner);
            let who = if who.is_empty() { token.as_str() } else { who };
            assert!(look_up(&mut olga, kind, who).says("Referrals 1 Orders that tell who bought 2"), "{kind}");
            assert_eq!(olga.post(PAGE, &[("kind", kind), ("who", who)]).status, 303, "{kind}");
            assert_marta_is_forgotten(&house, &db, &hash);
        }
    }

    fn who_signed_up_by_name_is_forgotten_with_what_was_refused_of_them(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let holder = Holder::Program(Scopes::new(&[Scope::Track]));
        let token = house.admin().issue_key(shop.program, Mode::Live, holder);
        let sign_up = |click: &str, user: &str| {
            let said = json!({ "click_id": click, "external_user_id": user, "email": "lea@people.example", "name": "Lea Canary" });
            let request = Request::post("/v1/signups").json(&said.to_string()).bearer(&token);
            Connection::open(house.addr()).unwrap().send(&request).unwrap().status
        };
        let click = house.visit(&shop.campaign, &shop.anna);
        assert_eq!(sign_up(&click, "lea-canary-user"), 201);
        let late = house.visit(&shop.campaign, &shop.ben);
        house.pass_days(40);
        assert_eq!(sign_up(&late, "lea-canary-user"), 200, "Ben's click is kept beside whose she is");
        assert_eq!(sign_up("clk_forged", "lea-canary-user"), 404);
        let before = dump(&db);
        assert!(tables_with(&before, "Lea Canary") > 0 && before["attempts"].iter().any(|row| row.contains("lea-canary-user")));
        let mut olga = house.member("Olga", shop.program, Role::Owner);
        assert!(look_up(&mut olga, "click", &click).says("Referrals 1"), "the click of the sign-up leads to her");
        assert_eq!(olga.post(PAGE, &[("kind", "email"), ("who", "lea@people.example")]).status, 303);
        let after = dump(&db);
        for word in ["Lea Canary", "lea-canary-user"] {
            let found: Vec<_> = after.iter().filter(|(_, rows)| rows.iter().any(|row| row.contains(word))).collect();
            assert!(found.is_empty(), "{word}: {found:?}");
        }
        house.assert_books_balance();
    }

    fn mara_forgets_her_from_her_own_page(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        marta_and_nils(&house, &db, &shop);
        let hash = house.details("m-1").email_hash.expect("it is kept hashed");
        let page = format!("/admin/alderfinch/referrals/{}", house.conversion("m-1").referral_id.expect("she is known"));
        let mut mara = house.member("Mara", shop.program, Role::Manager);
        assert!(mara.open(&format!("{page}?do=erase")).says("It cannot be undone."));
        assert_eq!(mara.post(&format!("{page}/erasure"), &[]).status, 303);
        assert_marta_is_forgotten(&house, &db, &hash);
        let before = dump(&db);
        assert_eq!(mara.post(&format!("{page}/erasure"), &[]).status, 303, "once more finds nothing");
        super::dump::assert_unchanged(&before, &dump(&db), "forgetting nobody");
        assert_eq!(mara.get(PAGE).status, 403, "whom nobody has a page of, the owner looks up");
    }

    fn a_customer_of_many_orders_and_of_tests_is_forgotten_whole(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let key = house.admin().issue_key(shop.program, Mode::Test, Holder::Campaign(campaign_id(&shop.campaign)));
        let mut merchants = [house.merchant(&shop.campaign), MerchantServer::new(house.addr(), &key)];
        for (number, merchant) in (0..1_030).zip([0, 0, 0, 1].into_iter().cycle()) {
            let sale = Sale::direct(&shop.campaign, &shop.anna).order_id(&format!("g-{number}")).with("customer_id", "guest-canary");
            assert_eq!(merchants[merchant].report(sale).word, "success");
        }
        let mut olga = house.member("Olga", shop.program, Role::Owner);
        assert!(look_up(&mut olga, "customer_id", "guest-canary").says("Referrals 2 Orders that tell who bought 1030"));
        assert_eq!(olga.post(PAGE, &[("kind", "customer_id"), ("who", "guest-canary")]).status, 303);
        assert_eq!(tables_with(&dump(&db), "guest-canary"), 0);
        assert!(olga.open(PAGE).says("2 referrals, 1,030 orders, 0 clicks, 0 attempts"), "{}", olga.open(PAGE).words());
        house.assert_books_balance();
    }
}
