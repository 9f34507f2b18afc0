//! Keys that are nearly right.

use std::time::Duration;

use accrue::domain::click_token::Mode;
use accrue::domain::key::{KeyKind, SecretKey, read};
use accrue::domain::permission::{Scope, Scopes};
use accrue::operations::issue_key::Holder;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, affiliate_id};
use crate::support::personas::{MerchantServer, Sale};

/// The digits a key is written in.
const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
/// `ak_live_`, and the selector by which its row is found.
const PREFIX: usize = 8;
const SELECTOR: usize = 10;

/// The values of a key's random part.
fn random_part(key: &str) -> [u8; 44] {
    let value = |digit: char| u8::try_from(DIGITS.find(digit).expect("a digit of a key")).expect("there are 32");
    let values: Vec<u8> = key[PREFIX..PREFIX + 44].chars().map(value).collect();
    values.try_into().expect("44 of them")
}

/// Panics unless every one of these is answered as no key at all.
fn assert_no_keys(house: &House, token: &str, keys: impl IntoIterator<Item = String>) {
    let mut merchant = MerchantServer::new(house.addr(), "");
    for key in keys {
        for sale in [Sale::of(token).in_json(), Sale::of(token).in_form(), Sale::of(token).in_query()] {
            let answer = merchant.report(sale.with("api_key", &key));
            house.clock().advance(Duration::from_secs(1)); // or it would be told to wait
            assert_eq!((answer.status, answer.message.as_str()), (401, "Invalid API key"), "{key:?}");
        }
    }
    assert!(house.conversions().is_empty());
}

on_each_engine! {
    fn a_key_with_one_character_changed_is_no_key(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = &shop.campaign.api_key;
        let token = house.visit(&shop.campaign, &shop.anna);
        let changed = (0..key.len()).map(|place| {
            let next = if key.as_bytes()[place] == b'7' { '8' } else { '7' };
            format!("{}{next}{}", &key[..place], &key[place + 1..])
        });
        assert_no_keys(&house, &token, changed);
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token)).status, 200, "the right one is one");
    }

    fn a_key_whose_form_and_checksum_are_right_still_needs_every_digit_of_the_secret(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let right = random_part(&shop.campaign.api_key);
        let same = SecretKey::from_random(KeyKind::Campaign, Mode::Live, right);
        assert_eq!(same.as_str(), shop.campaign.api_key, "the test can write keys");
        let forged = (SELECTOR..44).map(|place| {
            let mut random = right;
            random[place] ^= 1;
            let key = SecretKey::from_random(KeyKind::Campaign, Mode::Live, random).as_str().to_owned();
            assert!(read(&key).is_some() && key[..PREFIX + SELECTOR] == shop.campaign.api_key[..PREFIX + SELECTOR]);
            key
        });
        assert_no_keys(&house, &token, forged);
    }

    fn a_key_in_another_kinds_or_modes_clothes_is_no_key(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let right = random_part(&shop.campaign.api_key);
        let clothes = KeyKind::ALL.iter().flat_map(|kind| Mode::ALL.iter().map(move |mode| (*kind, *mode)));
        let other = clothes.filter(|clothes| *clothes != (KeyKind::Campaign, Mode::Live));
        assert_no_keys(
            &house,
            &token,
            other.map(|(kind, mode)| SecretKey::from_random(kind, mode, right).as_str().to_owned()),
        );
        let test = house.admin().test_key(shop.program, &shop.campaign);
        assert_no_keys(
            &house,
            &token,
            [SecretKey::from_random(KeyKind::Campaign, Mode::Live, random_part(&test)).as_str().to_owned()],
        );
    }

    fn another_spelling_of_a_key_is_no_key(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let key = &shop.campaign.api_key;
        let token = house.visit(&shop.campaign, &shop.anna);
        let half = &key[..key.len() - 1];
        assert_no_keys(
            &house,
            &token,
            [
                format!(" {key}"),
                format!("{key} "),
                format!("{key}\n"),
                format!("{key}\u{0}"),
                key.to_uppercase(),
                half.to_owned(),
                format!("{key}{key}"),
                format!("{key}0"),
                format!("Bearer {key}"),
                key.replace("ak_", "AK_"),
                key[PREFIX..].to_owned(),
                "ak_live_".to_owned(),
                "*".to_owned(),
                "' OR 1=1 --".to_owned(),
                "x".repeat(4_000),
            ],
        );
    }

    fn a_key_of_another_kind_reports_nothing_here(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let admin = house.admin();
        let token = house.visit(&shop.campaign, &shop.anna);
        let everything = Holder::Program(Scopes::new(Scope::ALL));
        assert_no_keys(
            &house,
            &token,
            [
                admin.issue_key(shop.program, Mode::Live, everything.clone()),
                admin.issue_key(shop.program, Mode::Test, everything),
                admin.issue_key(shop.program, Mode::Live, Holder::Affiliate(affiliate_id(&shop.anna))),
                shop.anna.token.clone(),
            ],
        );
    }

    fn no_key_is_taken_from_a_header(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let request = Sale::of(&token).with("api_key", "").request("").bearer(&shop.campaign.api_key);
        let answer = house.visitor().send(request.header("X-Api-Key", &shop.campaign.api_key)).unwrap();
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
}
