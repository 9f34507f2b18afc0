//! Orders that followed a click from where the affiliate themselves asks for their figures: recorded, flagged, and looked at
//! by a person before money goes out.

use std::time::Duration;

use accrue::domain::click_token::Mode;
use accrue::domain::conversion::ConversionStatus;
use accrue::domain::flag::Flag;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::rule::{Approval, Terms};
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;
use accrue::operations::remember_visitors::MOST;
use accrue::web::access::tokens::ReadToken;
use actix_web::test::TestRequest;

use super::{Told, agree_on};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, Shop};
use crate::support::sql::Sql;

const AT_HOME: &str = "203.0.113.7:50000";
const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";

/// Somebody asks for their figures with this token from there.
fn ask(house: &House, token: &str, from: &str, agent: &str) {
    let request = TestRequest::default().peer_addr(from.parse().expect("an address"));
    let request = request.insert_header(("Authorization", format!("Bearer {token}")));
    let request = request.insert_header(("User-Agent", agent)).to_http_request();
    ReadToken::check(house.app(), &request).expect("the token reads");
}

/// An order whose visitor followed a link from there, long enough ago to be believed.
fn order(house: &House, shop: &Shop, (order_id, from, agent): (&str, &str, &str)) -> (Vec<Flag>, ConversionStatus) {
    let mut visitor = house.visitor().with_header("User-Agent", agent).with_header("X-Forwarded-For", from);
    let token = visitor.follow(&shop.campaign.link_of(&shop.anna).code).token().to_owned();
    house.clock().advance(Duration::from_secs(60));
    Told::order(order_id).clicked(house, &token).report(house, shop);
    let row = house.conversion(order_id);
    (row.flags.iter().collect(), row.status)
}

fn open(db: &TestDatabase, now: &str) -> House {
    House::open_with(db, now, |config| config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")])
}

on_each_engine! {
    fn an_order_from_the_affiliates_own_network_and_browser_waits_for_a_person(db: TestDatabase) {
        let house = open(&db, "2026-03-20T12:00:00Z");
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { approval: Approval::Automatic, ..terms });
        let before = order(&house, &shop, ("before", "203.0.113.9", LAPTOP));
        assert_eq!(before, (vec![], ConversionStatus::Approved), "nothing is known of her");
        ask(&house, &shop.anna.token, AT_HOME, LAPTOP);
        ask(&house, &shop.ben.token, "198.51.100.1:4000", PHONE);
        house.settle();
        for (name, from, agent, is_own) in [
            ("hers", "203.0.113.9", LAPTOP, true),
            ("another-browser", "203.0.113.9", PHONE, false),
            ("another-network", "203.0.114.9", LAPTOP, false),
            ("bens", "198.51.100.1", PHONE, false),
        ] {
            let expected = match is_own {
                true => (vec![Flag::OwnAddress], ConversionStatus::Pending),
                false => (vec![], ConversionStatus::Approved),
            };
            assert_eq!(order(&house, &shop, (name, from, agent)), expected, "{name}");
        }
        let mut marta = house.member("Marta", shop.program, Role::Owner);
        let shown = marta.open(&format!("/admin/alderfinch/conversions/{}", house.conversion("hers").id));
        let sentence = "The click came from a network and browser that the affiliate also uses themselves.";
        assert!(shown.says(sentence), "{}", shown.words());
        let kept = Sql::open(&db.url).lines("SELECT fingerprint FROM affiliate_visitors");
        assert!(kept.len() == 2 && kept.iter().all(|print| print.len() == 64), "no more than a hash is kept: {kept:?}");
        drop(house);
        let house = open(&db, "2026-03-21T12:00:00Z");
        let after = order(&house, &shop, ("after-a-restart", "203.0.113.9", LAPTOP));
        assert_eq!(after, (vec![Flag::OwnAddress], ConversionStatus::Pending));
        house.assert_books_balance();
    }

    fn the_places_of_an_affiliate_are_few_and_the_oldest_give_way(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let ask_from = |place: usize| {
            house.clock().advance(Duration::from_secs(1));
            ask(&house, &shop.anna.token, AT_HOME, &format!("Agent {place}"));
            house.settle();
        };
        (0..MOST).for_each(ask_from);
        let revision = house.app().catalogue().revision();
        ask_from(0);
        assert_eq!(house.app().catalogue().revision(), revision, "a place that is known changes nothing");
        let prints = || {
            let mut sql = Sql::open(&db.url);
            sql.lines("SELECT fingerprint FROM affiliate_visitors ORDER BY seen_at")
        };
        let before = prints();
        ask_from(MOST);
        let after = prints();
        assert_eq!((before.len(), after.len()), (MOST, MOST));
        assert_eq!(after[..MOST - 1], before[1..], "the one seen longest ago is gone, not the first that was seen");
    }

    fn a_programs_own_token_says_nothing_of_an_affiliate(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let holder = Holder::Program(Scopes::new(&[Scope::Read]));
        let token = house.admin().issue_key(shop.program, Mode::Live, holder);
        ask(&house, &token, AT_HOME, LAPTOP);
        house.settle();
        assert_eq!(Sql::open(&db.url).count("affiliate_visitors"), 0);
    }
}
