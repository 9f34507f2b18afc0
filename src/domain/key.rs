//! API keys and tokens: their text, and what is kept to recognise them (CONTRACT, Keys and tokens).
//!
//! `ak_live_` + 10 characters of selector + 34 of secret + 6 of checksum, in lower-case Crockford base32. The selector is
//! public and finds the row; the whole text is compared through a keyed hash, in constant time; the checksum lets a typo die
//! before any query and lets scanners recognise a leaked key. The secret alone has 170 random bits.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::click_token::Mode;
use super::id::{BASE32, BASE32_VALUES, CampaignId, NOT_BASE32, TokenId};
use super::text_enum;

const SELECTOR: usize = 10;
const CHECKSUM: usize = 6;
/// Selector and secret: one character per random byte.
const RANDOM: usize = 44;
/// `ak_live_`: every kind and mode is equally long.
const PREFIX: usize = 8;
const LENGTH: usize = PREFIX + RANDOM + CHECKSUM;

text_enum! {
    /// What a key opens; the word is what storage keeps.
    pub enum KeyKind {
        /// Clicks and conversions of one campaign, `ak_`.
        Campaign => "campaign",
        /// A program, within the token's scopes, `sk_`.
        Program => "program",
        /// What concerns one affiliate, to read, `at_`.
        Affiliate => "affiliate",
    }
}

impl KeyKind {
    /// The two letters its keys start with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Campaign => "ak",
            Self::Program => "sk",
            Self::Affiliate => "at",
        }
    }
}

/// A key as somebody presented it: its form and checksum are right, whether it opens anything is not known yet.
#[derive(Copy, Clone)]
pub struct PresentedKey<'text> {
    /// What it claims to open.
    pub kind: KeyKind,
    /// Live or test, by its prefix.
    pub mode: Mode,
    /// The public part, by which its row is found.
    pub selector: &'text str,
    text: &'text str,
}

impl PresentedKey<'_> {
    /// What to compare with the verifier in its row.
    #[must_use]
    pub fn verifier(&self, pepper: &[u8; 32]) -> Verifier {
        Verifier::of(self.text, pepper)
    }
}

/// Shows kind, mode and selector, never the secret.
impl fmt::Debug for PresentedKey<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(out, "PresentedKey", self.text)
    }
}

/// Reads a presented key; `None` for everything that no installation can have issued. There is one spelling: case counts,
/// and nothing is trimmed.
#[must_use]
pub fn read(text: &str) -> Option<PresentedKey<'_>> {
    let (prefix, body) = text.split_at_checked(PREFIX)?;
    let (random, checksum) = body.split_at_checked(RANDOM)?;
    let (kind, mode) = read_prefix(prefix)?;
    let symbols = body.bytes().all(|symbol| BASE32_VALUES[usize::from(symbol)] != NOT_BASE32);
    if text.len() != LENGTH || !symbols || checksum.as_bytes() != checksum_of(&[prefix, random]) {
        return None;
    }
    Some(PresentedKey { kind, mode, selector: &random[..SELECTOR], text })
}

/// A key that this installation issued, with its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// The key made of these random bytes, five bits of each.
    #[must_use]
    pub fn from_random(kind: KeyKind, mode: Mode, random: [u8; 44]) -> Self {
        let mut text = format!("{}_{}_", kind.prefix(), mode.as_str());
        text.extend(random.iter().map(|byte| symbol(*byte)));
        let checksum = checksum_of(&[&text]);
        text.extend(checksum.map(char::from));
        Self(text)
    }

    /// The key of that text, as decrypted from storage; `None` if it has not the form of one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        read(text).map(|_| Self(text.to_owned()))
    }

    /// The whole key, to show to its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The public part, by which its row is found.
    #[must_use]
    pub fn selector(&self) -> &str {
        &self.0[PREFIX..PREFIX + SELECTOR]
    }

    /// What its row keeps to recognise it.
    #[must_use]
    pub fn verifier(&self, pepper: &[u8; 32]) -> Verifier {
        Verifier::of(&self.0, pepper)
    }
}

/// Shows kind, mode and selector, never the secret. There is no `Display`: showing a key is a decision, [`Self::as_str`].
impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        redacted(out, "SecretKey", &self.0)
    }
}

/// HMAC-SHA-256 of a whole key under the installation's pepper: what a row keeps, and what a presented key must yield. Not
/// comparable with `==`, which would take longer the more of it is right.
#[derive(Copy, Clone, Debug)]
pub struct Verifier([u8; 32]);

impl Verifier {
    fn of(text: &str, pepper: &[u8; 32]) -> Self {
        Self(keyed_hash(pepper, text.as_bytes()))
    }

    /// The verifier of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// Reads what [`Self::to_hex`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }

    /// Whether both are the same, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A key as it may be shown in lists and logs: kind, mode and the last four characters (which belong to the checksum), such
/// as `ak_live_…7q2m`. Of a text that is no key, nothing is shown.
#[must_use]
pub fn masked(text: &str) -> String {
    match read(text) {
        Some(_) => format!("{}…{}", &text[..PREFIX], &text[LENGTH - 4..]),
        None => "…".to_owned(),
    }
}

/// A keyed HMAC-SHA-256, ready to take the message; cloning it saves hashing the key again.
pub(super) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads a key with zeros to the hash's block (RFC 2104, section 2); a whole block cannot have the wrong length.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

/// HMAC-SHA-256 of a message.
pub(super) fn keyed_hash(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    keyed(key).chain_update(message).finalize().into_bytes().into()
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The bytes of 64 lower-case hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The name under which the reports of a campaign's pixel are kept. A browser has no key; the campaign stands in its place,
/// so that what browsers send is counted apart from what the campaign's own key sends.
#[must_use]
pub const fn pixel_of(campaign: CampaignId) -> TokenId {
    TokenId::from_uuid(campaign.uuid())
}

fn read_prefix(prefix: &str) -> Option<(KeyKind, Mode)> {
    let (kind, mode) = prefix.strip_suffix('_')?.split_once('_')?;
    let kind = KeyKind::ALL.iter().copied().find(|known| known.prefix() == kind)?;
    Some((kind, mode.parse().ok()?))
}

/// 30 bits of the SHA-256 of everything before, as six characters. No secret goes into it: it guards against typos, not forgery.
fn checksum_of(parts: &[&str]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    std::array::from_fn(|place| BASE32[usize::from(digest[place] & 31)])
}

fn symbol(byte: u8) -> char {
    char::from(BASE32[usize::from(byte & 31)])
}

fn redacted(out: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    write!(out, "{name}({}…)", &text[..PREFIX + SELECTOR])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEPPER: [u8; 32] = [7; 32];

    fn key() -> SecretKey {
        let [low, high] = [b"low", b"top"].map(|name| keyed_hash(&PEPPER, name));
        let random = std::array::from_fn(|place| if place < 32 { low[place] } else { high[place - 32] });
        SecretKey::from_random(KeyKind::Campaign, Mode::Live, random)
    }

    #[test]
    fn a_key_says_what_it_is() {
        let cases = [
            (KeyKind::Campaign, Mode::Live, "ak_live_"),
            (KeyKind::Campaign, Mode::Test, "ak_test_"),
            (KeyKind::Program, Mode::Live, "sk_live_"),
            (KeyKind::Program, Mode::Test, "sk_test_"),
            (KeyKind::Affiliate, Mode::Live, "at_live_"),
            (KeyKind::Affiliate, Mode::Test, "at_test_"),
        ];
        for (kind, mode, prefix) in cases {
            let key = SecretKey::from_random(kind, mode, [0xff; 44]);
            assert!(key.as_str().starts_with(prefix), "{prefix}");
            assert_eq!(key.as_str().len(), 58);
            assert_eq!(key.selector(), "zzzzzzzzzz");
            let presented = read(key.as_str()).unwrap();
            assert_eq!((presented.kind, presented.mode, presented.selector), (kind, mode, key.selector()));
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }

    #[test]
    fn every_single_character_counts() {
        let genuine = key();
        for place in 0..genuine.as_str().len() {
            for replacement in ['0', 'z', 'k', '_', 'i', 'A', ' ', 'é'] {
                let mut text: Vec<char> = genuine.as_str().chars().collect();
                if text[place] == replacement {
                    continue;
                }
                text[place] = replacement;
                let text: String = text.into_iter().collect();
                assert!(read(&text).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn other_spellings_are_no_keys() {
        let genuine = key().as_str().to_owned();
        let cases = [
            ("empty", String::new()),
            ("upper case", genuine.to_uppercase()),
            ("a blank before", format!(" {genuine}")),
            ("a line feed behind", format!("{genuine}\n")),
            ("cut", genuine[..57].to_owned()),
            ("longer", format!("{genuine}0")),
            ("without its mode", genuine.replace("live_", "")),
            (
                "two swapped characters",
                format!("{}{}{}{}", &genuine[..20], &genuine[21..22], &genuine[20..21], &genuine[22..]),
            ),
            ("another mode", genuine.replace("live", "test")),
            ("another kind", genuine.replace("ak_", "sk_")),
            ("a click token", "clk_AQEAAB4".to_owned()),
        ];
        for (name, text) in cases {
            assert!(read(&text).is_none(), "{name}");
            assert!(SecretKey::from_text(&text).is_none(), "{name}");
        }
        assert_eq!(SecretKey::from_text(&genuine), Some(key()));
    }

    #[test]
    fn a_verifier_knows_its_key_and_no_other() {
        let (genuine, other) = (key(), SecretKey::from_random(KeyKind::Campaign, Mode::Live, [1; 44]));
        let kept = Verifier::from_hex(&genuine.verifier(&PEPPER).to_hex()).unwrap();
        assert!(read(genuine.as_str()).unwrap().verifier(&PEPPER).matches(&kept));
        assert!(!read(other.as_str()).unwrap().verifier(&PEPPER).matches(&kept));
        assert!(!read(genuine.as_str()).unwrap().verifier(&[8; 32]).matches(&kept));
    }

    #[test]
    fn the_hash_is_hmac_sha_256() {
        // RFC 4231, test case 1, whose 20-byte key is padded with zeros like any other.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&keyed_hash(&key, b"Hi There")), expected);
    }

    #[test]
    fn verifiers_are_read_in_one_form() {
        let hex = key().verifier(&PEPPER).to_hex();
        assert_eq!(hex.len(), 64);
        for text in
            ["", &hex[..63], &hex.to_uppercase().replace(|digit: char| digit.is_ascii_digit(), "A"), &format!("{hex}0")]
        {
            assert!(Verifier::from_hex(text).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_shows_the_secret() {
        let key = key();
        let secret = &key.as_str()[PREFIX + SELECTOR..PREFIX + RANDOM];
        let shown = format!("{key:?} {:?} {}", read(key.as_str()).unwrap(), masked(key.as_str()));
        for start in 0..=secret.len() - 5 {
            assert!(!shown.contains(&secret[start..start + 5]), "{shown}");
        }
        assert_eq!(masked(key.as_str()), format!("ak_live_…{}", &key.as_str()[54..]));
        assert_eq!(masked("hunter2"), "…");
        assert_eq!(masked(&key.as_str()[..57]), "…");
    }

    proptest! {
        #[test]
        fn every_issued_key_is_read(low in any::<[u8; 32]>(), high in any::<[u8; 12]>()) {
            let random: [u8; 44] = std::array::from_fn(|place| if place < 32 { low[place] } else { high[place - 32] });
            let key = SecretKey::from_random(KeyKind::Program, Mode::Test, random);
            prop_assert_eq!(read(key.as_str()).map(|presented| presented.selector), Some(key.selector()));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", near in "(ak|sk)_(live|test)_[0-9a-zé]{46,52}") {
            prop_assert!(read(&text).is_none() && read(&near).is_none());
            let _ = (masked(&text), Verifier::from_hex(&text));
        }
    }
}
