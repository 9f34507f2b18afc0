//! Click tokens that nobody sealed here: unknown, every one of them, and nothing credited (ABU-3).

use accrue::domain::click_token::{ClickTokenKeys, Mode};
use accrue::domain::time::Window;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop};
use crate::support::personas::Sale;

/// The alphabet a token is written in.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes behind a token's text.
fn bytes_of(token: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token.strip_prefix("clk_").expect("a token")).expect("base64")
}

/// The text of these bytes.
fn token_of(bytes: &[u8]) -> String {
    format!("clk_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Panics unless every one of these is unknown and none is credited.
fn assert_unknown(house: &House, shop: &Shop, tokens: impl IntoIterator<Item = String>) {
    let mut merchant = house.merchant(&shop.campaign);
    let mut tried = 0;
    for token in tokens {
        let answer = merchant.report(Sale::of(&token));
        assert_eq!((answer.status, answer.message.as_str()), (404, "Unknown click token"), "{token:?}");
        tried += 1;
    }
    assert!(tried > 0 && house.conversions().is_empty(), "of {tried} none is credited");
}

on_each_engine! {
    fn a_token_with_one_bit_or_one_character_changed_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let bytes = bytes_of(&token);
        assert_eq!(token_of(&bytes), token, "the test can write tokens");
        let flipped = (0..bytes.len() * 8).map(|bit| {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            token_of(&changed)
        });
        assert_unknown(&house, &shop, flipped);
        let replaced = (0..token.len()).map(|place| {
            let old = ALPHABET.find(char::from(token.as_bytes()[place])).expect("a character of a token");
            let new = &ALPHABET[(old + 1) % 64..][..1];
            format!("{}{new}{}", &token[..place], &token[place + 1..])
        });
        assert_unknown(&house, &shop, replaced);
        assert_eq!(house.merchant(&shop.campaign).report(Sale::of(&token)).status, 200, "the right one is known");
    }

    fn a_token_cut_short_or_made_longer_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        assert_unknown(&house, &shop, (1..token.len()).map(|length| token[..length].to_owned()));
        let bytes = bytes_of(&token);
        assert_unknown(&house, &shop, (0..bytes.len()).map(|length| token_of(&bytes[..length])));
        let longer = [
            format!("{token}A"),
            format!("{token}{token}"),
            format!("{token}\u{0}"),
            "x".repeat(8_000),
            token_of(&[&bytes[..], &[0]].concat()),
        ];
        assert_unknown(&house, &shop, longer);
    }

    fn a_token_in_another_spelling_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut tokens = Vec::new();
        let mut differ = 0;
        for _ in 0..20 {
            let token = house.visit(&shop.campaign, &shop.anna);
            let bytes = bytes_of(&token);
            let body = &token["clk_".len()..];
            let last = ALPHABET.find(&token[token.len() - 1..]).expect("a character of a token");
            let stray_bits =
                (1..4).map(|bits| format!("{}{}", &token[..token.len() - 1], &ALPHABET[last ^ bits..][..1]));
            let other_alphabet = format!("clk_{}", STANDARD_NO_PAD.encode(&bytes));
            if other_alphabet != token {
                differ += 1;
                tokens.push(other_alphabet);
            }
            tokens.extend(stray_bits);
            tokens.extend([
                format!("clk_{}", URL_SAFE.encode(&bytes)),
                format!("clk_{}", STANDARD.encode(&bytes)),
                format!("{token}="),
                format!(" {token}"),
                format!("{token} "),
                format!("{token}\n"),
                format!("{token}\t"),
                format!("\u{feff}{token}"),
                body.to_owned(),
                format!("CLK_{body}"),
                format!("clk-{body}"),
                format!("clk_{}", body.to_lowercase()),
                format!("clk_{}", body.to_uppercase()),
                format!("clk_clk_{body}"),
                format!("\"{token}\""),
                token.replace('_', "%5F"),
                format!("clk_{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
            ]);
        }
        assert!(differ > 0, "twenty tokens hold a character in which the alphabets differ");
        assert_unknown(&house, &shop, tokens);
    }

    fn a_token_that_another_installation_sealed_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let claims = house.app().environment.keys.click_tokens().open(&token).unwrap();
        let foreign = |number| ClickTokenKeys::new(number, vec![(number, [7; 32])]).unwrap().seal(&claims);
        assert_unknown(&house, &shop, [foreign(1), foreign(0), foreign(2), foreign(255)]);
        let elsewhere = db.engine.fresh_database().expect("there was one a moment ago");
        let other = House::open(&elsewhere);
        let their_shop = other.shop();
        let theirs = other.visit(&their_shop.campaign, &their_shop.anna);
        assert_eq!(other.merchant(&their_shop.campaign).report(Sale::of(&theirs)).status, 200, "there it is known");
        assert_unknown(&house, &shop, [theirs]);
    }

    fn claims_cannot_be_changed_under_a_signature(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        let keys = house.environment().keys;
        let claims = keys.click_tokens().open(&token).unwrap();
        let wanted = [
            accrue::domain::click_token::Claims { window: Window::from_days(3650).unwrap(), ..claims },
            accrue::domain::click_token::Claims { mode: Mode::Test, ..claims },
            accrue::domain::click_token::Claims { link: keys.click_tokens().open(&bens).unwrap().link, ..claims },
        ];
        let signature = &bytes_of(&token)[37..];
        let spliced =
            wanted.map(|claims| token_of(&[&bytes_of(&keys.click_tokens().seal(&claims))[..37], signature].concat()));
        assert_unknown(&house, &shop, spliced);
        let empty = [vec![0; 53], vec![255; 53], [&bytes_of(&token)[..37], &[0; 16]].concat()];
        assert_unknown(&house, &shop, empty.iter().map(|bytes| token_of(bytes)));
    }

    fn a_sealed_token_of_a_link_nobody_made_is_unknown(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let keys = house.environment().keys;
        let claims = keys.click_tokens().open(&house.visit(&shop.campaign, &shop.anna)).unwrap();
        let nowhere = accrue::domain::click_token::Claims { link: house.environment().mint.id(house.now()), ..claims };
        assert_unknown(&house, &shop, [keys.click_tokens().seal(&nowhere)]);
    }
}
