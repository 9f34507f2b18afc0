//! The click token: a click that carries its own proof (CONTRACT, Rules: Click token).
//!
//! `clk_` + unpadded base64url of
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this layout, 1 |
//! | 1 | which key signed it |
//! | 1 | flags: bit 0 test mode, bits 1 and 2 the origin, the others zero |
//! | 2 | attribution window in days, big-endian |
//! | 16 | the click, a `UUIDv7`: its milliseconds are the click's time |
//! | 16 | the link, which names campaign and affiliate |
//! | 16 | HMAC-SHA-256 over a label and everything before, cut to 128 bits |
//!
//! So a token verifies without the database and still says whom to credit when the click row is gone. Every click has exactly
//! one spelling: tokens may be compared and cached as text, and an altered one is unknown before any query is made.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::id::{ClickId, LinkId};
use super::key::keyed;
use super::text_enum;
use super::time::{Timestamp, Window};

const PREFIX: &str = "clk_";

/// Whether a text means to be a click token, as against the id of anything else; it may still be a forged one.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}
const VERSION: u8 = 1;
const CLAIMS: usize = 37;
const TAG: usize = 16;
const TOKEN: usize = CLAIMS + TAG;
/// Base64 without padding: 53 bytes are 71 characters.
const TEXT: usize = PREFIX.len() + (TOKEN * 4).div_ceil(3);
/// Keeps a signature made here from meaning anything elsewhere, should the key ever serve a second purpose.
const LABEL: &[u8] = b"accrue click token\0";

text_enum! {
    /// Live or test: part of every key, token and unique index. Test meets live nowhere.
    pub enum Mode {
        /// Counts.
        Live => "live",
        /// Never reaches statistics, webhooks or payouts.
        Test => "test",
    }
}

text_enum! {
    /// How a click came to be.
    pub enum Origin {
        /// A visitor followed a link through Accrue.
        Redirect => "redirect",
        /// A server registered it.
        Api => "api",
        /// The browser script registered it on a direct landing page.
        Browser => "browser",
    }
}

/// What a click token says.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claims {
    /// Live or test.
    pub mode: Mode,
    /// How the click came to be.
    pub origin: Origin,
    /// How long it credits, as the campaign had it at the click.
    pub window: Window,
    /// The click; made by [`ClickId::at`], since a token whose click is no `UUIDv7` is not accepted back.
    pub click: ClickId,
    /// The link it went through.
    pub link: LinkId,
}

impl Claims {
    /// When the click was made: the milliseconds of its id.
    #[must_use]
    pub fn clicked_at(&self) -> Timestamp {
        self.click.time()
    }

    fn write(&self, key: u8) -> [u8; CLAIMS] {
        let origin = match self.origin {
            Origin::Redirect => 0,
            Origin::Api => 1,
            Origin::Browser => 2,
        };
        let mut bytes = [0; CLAIMS];
        bytes[0] = VERSION;
        bytes[1] = key;
        bytes[2] = u8::from(self.mode == Mode::Test) | origin << 1;
        bytes[3..5].copy_from_slice(&self.window.days().to_be_bytes());
        bytes[5..21].copy_from_slice(self.click.uuid().as_bytes());
        bytes[21..].copy_from_slice(self.link.uuid().as_bytes());
        bytes
    }

    fn read(bytes: &[u8; CLAIMS]) -> Option<Self> {
        let [VERSION, _, flags, days_high, days_low, ids @ ..] = *bytes else {
            return None;
        };
        let (click, link) = ids.split_at(16);
        let click = Uuid::from_slice(click).ok().filter(|click| is_version_seven(*click))?;
        Some(Self {
            mode: if flags & 1 == 0 { Mode::Live } else { Mode::Test },
            origin: match flags >> 1 {
                0 => Origin::Redirect,
                1 => Origin::Api,
                2 => Origin::Browser,
                _ => return None,
            },
            window: Window::from_days(u16::from_be_bytes([days_high, days_low]).into()).ok()?,
            click: ClickId::from_uuid(click),
            link: LinkId::from_uuid(Uuid::from_slice(link).ok()?),
        })
    }
}

/// A token that does not verify: malformed, altered, forged, in another spelling, or signed by a key that is gone. Which of
/// these, nobody is told.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a click token of this installation")]
pub struct UnknownClickToken;

/// Keys among which none, or more than one, has the number of the current key.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must contain each key number once, and the current one")]
pub struct KeySetError;

/// The keys of an installation: one to sign with, and those whose tokens are still about.
#[derive(Clone)]
pub struct ClickTokenKeys {
    current: (u8, Hmac<Sha256>),
    others: Vec<(u8, Hmac<Sha256>)>,
}

impl ClickTokenKeys {
    /// Signs with the key numbered `current`, accepts all of `keys`.
    ///
    /// # Errors
    /// [`KeySetError`] if the current key is not among them or a number occurs twice.
    pub fn new(current: u8, keys: Vec<(u8, [u8; 32])>) -> Result<Self, KeySetError> {
        let mut others: Vec<_> =
            keys.into_iter().map(|(number, key)| (number, keyed(&key).chain_update(LABEL))).collect();
        others.sort_by_key(|(number, _)| *number);
        if others.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(KeySetError);
        }
        let place = others.iter().position(|(number, _)| *number == current).ok_or(KeySetError)?;
        Ok(Self { current: others.remove(place), others })
    }

    /// The token that says this.
    #[must_use]
    pub fn seal(&self, claims: &Claims) -> String {
        let (number, key) = &self.current;
        let bytes = claims.write(*number);
        let mut token = [0; TOKEN];
        token[..CLAIMS].copy_from_slice(&bytes);
        token[CLAIMS..].copy_from_slice(&tag(key, &bytes));
        let mut text = String::with_capacity(TEXT);
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(token, &mut text);
        text
    }

    /// What a token says, if one of these keys signed exactly this text.
    ///
    /// # Errors
    /// [`UnknownClickToken`] for everything else.
    pub fn open(&self, text: &str) -> Result<Claims, UnknownClickToken> {
        self.verified(text).as_ref().and_then(Claims::read).ok_or(UnknownClickToken)
    }

    fn verified(&self, text: &str) -> Option<[u8; CLAIMS]> {
        if text.len() != TEXT {
            return None;
        }
        // The decoder refuses padding, the other alphabet and stray bits in the last character: one spelling.
        let mut token = [0; TOKEN];
        let length = URL_SAFE_NO_PAD.decode_slice(text.strip_prefix(PREFIX)?, &mut token).ok()?;
        let (claims, signature) = token.split_first_chunk::<CLAIMS>().filter(|_| length == TOKEN)?;
        let genuine: bool = tag(self.key(claims[1])?, claims)[..].ct_eq(signature).into();
        genuine.then_some(*claims)
    }

    fn key(&self, number: u8) -> Option<&Hmac<Sha256>> {
        let mut all = std::iter::once(&self.current).chain(&self.others);
        all.find(|(known, _)| *known == number).map(|(_, key)| key)
    }
}

/// The numbers of the keys, never the keys.
impl fmt::Debug for ClickTokenKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others: Vec<_> = self.others.iter().map(|(number, _)| number).collect();
        out.debug_struct("ClickTokenKeys").field("current", &self.current.0).field("others", &others).finish()
    }
}

fn tag(key: &Hmac<Sha256>, claims: &[u8; CLAIMS]) -> [u8; TAG] {
    let whole: [u8; 32] = key.clone().chain_update(claims).finalize().into_bytes().into();
    std::array::from_fn(|place| whole[place])
}

fn is_version_seven(uuid: Uuid) -> bool {
    uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [1; 32];
    const OTHER_KEY: [u8; 32] = [2; 32];

    fn keys() -> ClickTokenKeys {
        ClickTokenKeys::new(1, vec![(1, KEY)]).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            mode: Mode::Live,
            origin: Origin::Redirect,
            window: Window::DEFAULT,
            click: ClickId::at(Timestamp::from_millis(1_773_930_600_123), [0xfb; 10]),
            link: LinkId::from_uuid(Uuid::from_u128(u128::MAX / 3)),
        }
    }

    /// A correctly signed token with whatever bytes are before the signature.
    fn signed(change: impl Fn(&mut [u8; CLAIMS])) -> String {
        let mut bytes = claims().write(1);
        change(&mut bytes);
        let signature = tag(&keys().current.1, &bytes);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&bytes[..], &signature[..]].concat()))
    }

    fn bytes_of(token: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(&token[PREFIX.len()..]).unwrap()
    }

    fn any_claims() -> impl Strategy<Value = Claims> {
        let modes = proptest::sample::select(Mode::ALL);
        let origins = proptest::sample::select(Origin::ALL);
        let ids = (0_i64..1 << 48, any::<[u8; 10]>(), any::<u128>());
        (modes, origins, 1_u32..=3650, ids).prop_map(|(mode, origin, days, (millis, random, link))| Claims {
            mode,
            origin,
            window: Window::from_days(days).unwrap(),
            click: ClickId::at(Timestamp::from_millis(millis), random),
            link: LinkId::from_uuid(Uuid::from_u128(link)),
        })
    }

    #[test]
    fn a_token_says_what_was_sealed() {
        let token = keys().seal(&claims());
        assert!(token.starts_with("clk_"));
        assert!(token.len() == 75 && token.len() <= 96);
        assert_eq!(keys().open(&token), Ok(claims()));
        assert_eq!(claims().clicked_at().millis(), 1_773_930_600_123);
    }

    #[test]
    fn old_keys_open_and_only_the_current_one_seals() {
        let old = ClickTokenKeys::new(1, vec![(1, KEY)]).unwrap();
        let rotated = ClickTokenKeys::new(2, vec![(1, KEY), (2, OTHER_KEY)]).unwrap();
        let retired = ClickTokenKeys::new(2, vec![(2, OTHER_KEY)]).unwrap();
        assert_eq!(rotated.open(&old.seal(&claims())), Ok(claims()));
        assert_eq!(retired.open(&rotated.seal(&claims())), Ok(claims()));
        assert_eq!(retired.open(&old.seal(&claims())), Err(UnknownClickToken));
        assert_eq!(old.open(&rotated.seal(&claims())), Err(UnknownClickToken));
    }

    #[test]
    fn a_key_set_knows_each_number_once() {
        assert_eq!(ClickTokenKeys::new(1, vec![]).err(), Some(KeySetError));
        assert_eq!(ClickTokenKeys::new(1, vec![(2, KEY)]).err(), Some(KeySetError));
        assert_eq!(ClickTokenKeys::new(1, vec![(1, KEY), (2, KEY), (1, OTHER_KEY)]).err(), Some(KeySetError));
        let shown = format!("{:?}", ClickTokenKeys::new(2, vec![(1, [99; 32]), (2, [99; 32])]).unwrap());
        assert_eq!(shown, "ClickTokenKeys { current: 2, others: [1] }");
    }

    #[test]
    fn foreign_and_forged_tokens_are_unknown() {
        let foreign = ClickTokenKeys::new(1, vec![(1, OTHER_KEY)]).unwrap().seal(&claims());
        let unsigned = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&claims().write(1)[..], &[0; TAG][..]].concat()));
        let unlabelled = {
            let bytes = claims().write(1);
            let signature = tag(&keyed(&KEY), &bytes);
            format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&bytes[..], &signature[..]].concat()))
        };
        for (name, token) in [("foreign", foreign), ("unsigned", unsigned), ("signed for another purpose", unlabelled)]
        {
            assert_eq!(keys().open(&token), Err(UnknownClickToken), "{name}");
        }
        assert_eq!(keys().open(&signed(|_| ())), Ok(claims()), "the forger's tools do work with the right key");
    }

    #[test]
    fn signed_nonsense_is_unknown() {
        let cases: [(&str, String); 11] = [
            ("version 0", signed(|bytes| bytes[0] = 0)),
            ("version 2", signed(|bytes| bytes[0] = 2)),
            ("a key that is not there", signed(|bytes| bytes[1] = 9)),
            ("a fourth origin", signed(|bytes| bytes[2] = 0b110)),
            ("a flag without meaning", signed(|bytes| bytes[2] |= 0b1000)),
            ("the highest flag", signed(|bytes| bytes[2] |= 0x80)),
            ("no window", signed(|bytes| bytes[3..5].fill(0))),
            ("a window over ten years", signed(|bytes| bytes[3..5].copy_from_slice(&3651_u16.to_be_bytes()))),
            ("a click of UUID version 4", signed(|bytes| bytes[11] = bytes[11] & 0x0f | 0x40)),
            ("a click of another variant", signed(|bytes| bytes[13] &= 0x3f)),
            ("no click", signed(|bytes| bytes[5..21].fill(0))),
        ];
        for (name, token) in cases {
            assert_eq!(keys().open(&token), Err(UnknownClickToken), "{name}");
        }
    }

    #[test]
    fn there_is_one_spelling() {
        let token = keys().seal(&claims());
        let body = &token[PREFIX.len()..];
        let bytes = bytes_of(&token);
        assert!(body.contains(['-', '_']), "the alphabets differ for this token");
        let mut cases = vec![
            ("empty", String::new()),
            ("prefix only", PREFIX.to_owned()),
            ("no prefix", body.to_owned()),
            ("upper-case prefix", format!("CLK_{body}")),
            ("twice the prefix", format!("clk_{token}")),
            ("padded", format!("{PREFIX}{}", URL_SAFE.encode(&bytes))),
            ("standard alphabet", format!("{PREFIX}{}", STANDARD_NO_PAD.encode(&bytes))),
            ("one byte more", format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&bytes[..], &[0]].concat()))),
            ("one byte less", format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes[..52]))),
            ("lower case", token.to_lowercase()),
            ("a blank before", format!(" {token}")),
            ("a blank behind", format!("{token} ")),
            ("a line feed behind", format!("{token}\n")),
            ("percent-encoded", token.replace('_', "%5F")),
            ("a blank for a hyphen", token.replace('-', " ")),
            ("75 bytes of another script", "clk_ä".to_owned() + &"é".repeat(34) + "x"),
        ];
        // The last character carries two bits that belong to no byte; set, they decode to the same bytes elsewhere.
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let last = token.chars().last().unwrap();
        let strays = alphabet.chars().filter(|character| *character != last);
        cases.extend(strays.map(|character| ("another last character", format!("{}{character}", &token[..74]))));
        for (name, text) in cases {
            assert_eq!(keys().open(&text), Err(UnknownClickToken), "{name}: {text}");
        }
    }

    proptest! {
        #[test]
        fn sealed_claims_come_back(claims in any_claims()) {
            let token = keys().seal(&claims);
            prop_assert!(token.len() <= 96);
            prop_assert_eq!(keys().open(&token), Ok(claims));
        }

        #[test]
        fn any_flipped_bit_is_noticed(claims in any_claims()) {
            let token = keys().seal(&claims);
            let genuine = bytes_of(&token);
            for bit in 0..genuine.len() * 8 {
                let mut bytes = genuine.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let altered = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes));
                prop_assert_eq!(keys().open(&altered), Err(UnknownClickToken), "bit {}", bit);
            }
        }

        #[test]
        fn any_other_character_is_noticed(claims in any_claims(), place in 0_usize..75, character in "[A-Za-z0-9_=+/ -]") {
            let token = keys().seal(&claims);
            let altered = format!("{}{character}{}", &token[..place], &token[place + 1..]);
            prop_assert_eq!(keys().open(&altered).is_ok(), altered == token);
        }

        #[test]
        fn any_cut_or_joint_is_noticed(claims in any_claims(), other in any_claims(), place in 0_usize..75) {
            let (token, other) = (keys().seal(&claims), keys().seal(&other));
            prop_assert_eq!(keys().open(&token[..place]), Err(UnknownClickToken));
            prop_assert_eq!(keys().open(&token[place + 1..]), Err(UnknownClickToken));
            let joint = format!("{}{}", &token[..place], &other[place..]);
            prop_assert_eq!(keys().open(&joint).is_ok(), joint == token || joint == other);
        }

        #[test]
        fn no_text_is_a_token_by_chance(text in "\\PC{0,100}", near in "clk_[A-Za-z0-9_-]{71}") {
            prop_assert_eq!(keys().open(&text), Err(UnknownClickToken));
            prop_assert_eq!(keys().open(&near), Err(UnknownClickToken));
        }
    }
}
