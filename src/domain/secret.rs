//! What of a text may not be kept: e-mail addresses, and keys of ours. People also write `@anna`, `2 @ 9.99` or
//! `ak_live_shirt`, which are nobody's secret and stay.

/// How many letters and digits behind its prefix make a key: less is not enough to guess one by.
const LEAST_OF_A_KEY: usize = 20;

/// Whether a text holds what has the shape of an e-mail address or of a key, as it is or encoded once more.
#[must_use]
pub fn holds_secret(text: &str) -> bool {
    holds_key(text) || holds_address(text) || decoded(text).is_some_and(|plain| holds_address(&plain))
}

/// The text with its `@` signs in the clear, where they are encoded.
fn decoded(text: &str) -> Option<String> {
    let is_encoded = text.contains('%') || (text.contains('\\') && text.contains("\\u0040"));
    let once = || text.replace("%25", "%").replace("%40", "@").replace("\\u0040", "@");
    is_encoded.then(once).filter(|plain| plain.contains('@'))
}

/// Whether a name, an `@` and a domain stand somewhere in it.
fn holds_address(text: &str) -> bool {
    text.match_indices('@').any(|(place, sign)| {
        let (before, after) = (&text[..place], &text[place + sign.len()..]);
        let rest = before.trim_end_matches(is_of_name);
        // `@anna@social.example` is what somebody is called on another server.
        let is_handle = rest.strip_suffix('@').is_some_and(|start| !start.ends_with(is_of_name));
        rest.len() < before.len() && !is_handle && begins_with_domain(after)
    })
}

/// Whether it may stand in the name of an address. A slash could, and stands in URLs instead.
fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+-=?^_`{|}~.\"".contains(character)
}

/// Whether it begins with a domain: words and dots, and at the end a word that begins with a letter; or an address in
/// brackets. Versions and prices end with a number.
fn begins_with_domain(text: &str) -> bool {
    let is_dot = |character: char| ".。．｡".contains(character);
    let is_of_domain = |character: char| character.is_alphanumeric() || character == '-' || is_dot(character);
    let domain = text.split(|character| !is_of_domain(character)).next().unwrap_or_default();
    let mut words = domain.split(is_dot).filter(|word| !word.is_empty()).rev();
    let is_top = |word: &str| word.starts_with(char::is_alphabetic) && word.chars().nth(1).is_some();
    (words.next().is_some_and(is_top) && words.next().is_some()) || text.starts_with('[')
}

/// Whether a key of ours stands somewhere in it, whole or cut short by a little, in any case.
fn holds_key(text: &str) -> bool {
    const PREFIX: usize = "ak_live_".len();
    let is_long = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count() >= LEAST_OF_A_KEY;
    let places = text.as_bytes().windows(PREFIX + LEAST_OF_A_KEY);
    places.into_iter().any(|place| begins_a_key(&place[..PREFIX]) && is_long(&place[PREFIX..]))
}

/// Whether these are the two letters of a kind of key, and live or test.
fn begins_a_key(prefix: &[u8]) -> bool {
    let is_in_any_case = |known: &[u8], given: &[u8]| known.eq_ignore_ascii_case(given);
    prefix[2] == b'_'
        && [b"_live_", b"_test_"].iter().any(|mode| is_in_any_case(*mode, &prefix[2..]))
        && [b"ak", b"sk", b"at"].iter().any(|kind| is_in_any_case(*kind, &prefix[..2]))
}

#[cfg(test)]
mod tests {
    use super::holds_secret;
    use crate::domain::click_token::Mode;
    use crate::domain::key::{KeyKind, SecretKey};

    #[test]
    fn what_has_the_shape_of_an_address_or_a_key_is_found() {
        let key = SecretKey::from_random(KeyKind::Program, Mode::Test, [7; 44]);
        let cases = [
            ("an address", "jane@shop.example".to_owned()),
            ("in a sentence", "write to Jane.Doe+list@mail.shop.example, please".to_owned()),
            ("at its end", "it was jane@shop.example.".to_owned()),
            ("in brackets", "Jane <jane@shop.example>".to_owned()),
            ("with a quoted name", "\"jane doe\"@shop.example".to_owned()),
            ("in other letters", "用户@例子.广告".to_owned()),
            ("with another dot", "用户@例子。广告".to_owned()),
            ("with a number for a name", "4711@qq.com".to_owned()),
            ("at an address of the network", "jane@[192.0.2.1]".to_owned()),
            ("in a URL", "https://shop.example/?mail=jane@shop.example&x=1".to_owned()),
            ("before a host", "https://user:pass@shop.example/".to_owned()),
            ("encoded", "mail=jane%40shop.example".to_owned()),
            ("encoded twice", "jane%2540shop.example".to_owned()),
            ("in JSON", r#"{"mail":"jane\u0040shop.example"}"#.to_owned()),
            ("behind a handle", "@jane or jane@shop.example".to_owned()),
            ("behind another sign", "a@b@shop.example".to_owned()),
            ("a key", key.as_str().to_owned()),
            ("a key in a sentence", format!("asked with {}.", key.as_str())),
            ("a key in capitals", key.as_str().to_uppercase()),
            ("a key cut short", key.as_str()[..40].to_owned()),
            ("somebody else's key", "sk_live_51HxYzAbCdEfGhIjKlMnOpQr".to_owned()),
        ];
        for (name, text) in cases {
            assert!(holds_secret(&text), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_nobodys_secret_stays() {
        let cases = [
            ("a handle", "@handle"),
            ("a handle with a dot", "@jane.doe"),
            ("a handle of another server", "@jane@social.example"),
            ("the same in a sentence", "thanks (@jane@social.example)!"),
            ("a handle in a URL", "https://social.example/@jane"),
            ("the same of another server", "https://social.example/@jane@other.example"),
            ("a price", "2 @ 9.99"),
            ("a price, close", "2@9.99"),
            ("a version", "react@18.2.0"),
            ("a place", "lunch @ the.office"),
            ("a name without a domain", "jane@home"),
            ("an encoded sign", "50%40off"),
            ("a sign alone", "@"),
            ("a product", "ak_live_shirt"),
            ("a longer one", "sk_live_album_2026_remastered_edition"),
            ("a prefix alone", "at_test_"),
            ("percent", "100% wool"),
        ];
        for (name, text) in cases {
            assert!(!holds_secret(text), "{name}: {text}");
        }
    }
}
