//! Handles: the names that people and machines outside give to things.
//!
//! One type per name, each made only by its `parse`, so that whoever holds one need not check it again. What comes from other
//! systems ([`OrderId`], [`ExternalId`]) is kept byte for byte and refused only when it cannot be a name; what people type
//! here ([`LinkCode`], [`ProgramSlug`] …) is held to characters that survive URLs, spreadsheets and the telephone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use unicode_normalization::UnicodeNormalization as _;

use super::folding::hyphenated;
use super::id::ConversionId;
use super::invisible::is_invisible;
use super::key::{from_hex, hex, keyed_hash};

/// Why a text is not the name meant.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// Nothing, or white space and invisible characters only.
    #[error("must not be blank")]
    Blank,
    /// Too few characters.
    #[error("must have at least {least} characters")]
    TooShort {
        /// The fewest.
        least: usize,
    },
    /// Too many bytes of UTF-8.
    #[error("must not be longer than {most} bytes")]
    TooLong {
        /// The most.
        most: usize,
    },
    /// A control character: C0, DEL or C1.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// The shop sent the name of a variable instead of its value.
    #[error("must be filled in: this is a placeholder without its value")]
    UnfilledMacro,
    /// A character outside the set allowed.
    #[error("must consist of {allowed}")]
    Characters {
        /// The set, in words.
        allowed: &'static str,
    },
    /// A code that would be taken for somebody's id.
    #[error("must not have the form of an id")]
    FormOfAnId,
    /// Not the form of an e-mail address.
    #[error("must be an e-mail address, such as name@example.com")]
    NotAnAddress,
}

/// A name type: a text that only `parse` makes.
macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as it is stored and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(&self.0)
            }
        }
    )*};
}

handles! {
    /// What the merchant calls an order: the key of deduplication. Exact bytes, 1 to 255, not blank, without control
    /// characters, not an unfilled macro (CONTRACT, Rules: Dedup).
    OrderId;
    /// What another system calls a customer or a coupon (`customer_id`, `external_user_id`, `coupon_code`). The same rules
    /// as for an order id.
    ExternalId;
    /// The name of an action of a Multi Action campaign: 1 to 64 of `a-z 0-9 _ . -`, read in either case.
    ActionCode;
    /// The code of a link in `/c/{code}`: 4 to 32 of `A-Z a-z 0-9 _ -`; case counts.
    LinkCode;
    /// The short code of an affiliate: 2 to 32 of `a-z 0-9 _ -`, read in either case and kept in lower case.
    AffiliateCode;
    /// A program's name in URLs: 2 to 40 of `a-z 0-9 -`, beginning and ending with a letter or digit.
    ProgramSlug;
    /// The URL parameter that carries the click token: 1 to 40 of `A-Z a-z 0-9 _ -`.
    ClickParameter;
    /// An e-mail address in NFC and lower case, at most 254 bytes.
    EmailAddress;
    /// A customer's e-mail address as it is kept: HMAC-SHA-256, 64 hexadecimal digits.
    EmailHash;
    /// The network an address belongs to, as it is kept: `203.0.113.0/24` or `2001:db8:1::/48`.
    NetworkPrefix;
}

impl OrderId {
    /// That order id, byte for byte.
    ///
    /// # Errors
    /// A [`HandleError`] that names what makes it impossible.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        Self::sought(text).and_then(|named| filled(text).map(|()| named))
    }

    /// What somebody looks for, who may look for anything: under a placeholder there is nothing to find.
    ///
    /// # Errors
    /// A [`HandleError`] that names what makes it impossible.
    pub fn sought(text: &str) -> Result<Self, HandleError> {
        foreign(text).map(Self)
    }

    /// The order of a conversion whose report named none: the conversion's own id.
    #[must_use]
    pub fn own(conversion: ConversionId) -> Self {
        Self(conversion.to_string().into())
    }
}

impl ExternalId {
    /// That name, byte for byte.
    ///
    /// # Errors
    /// A [`HandleError`] that names what makes it impossible.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        Self::sought(text).and_then(|named| filled(text).map(|()| named))
    }

    /// What somebody looks for, as [`OrderId::sought`].
    ///
    /// # Errors
    /// A [`HandleError`] that names what makes it impossible.
    pub fn sought(text: &str) -> Result<Self, HandleError> {
        foreign(text).map(Self)
    }
}

impl ActionCode {
    /// That code, in lower case.
    ///
    /// # Errors
    /// A [`HandleError`] for a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        const ALLOWED: &str = "letters a to z, digits, underscores, full stops and hyphens";
        let code = text.to_ascii_lowercase();
        sized(&code, 1, 64)?;
        consisting(code, ALLOWED, |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-')).map(Self)
    }
}

impl LinkCode {
    /// That code, as given.
    ///
    /// # Errors
    /// A [`HandleError`] for a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        sized(text, 4, 32)?;
        consisting(text, CODE_CHARACTERS, is_code_character).map(Self)
    }
}

impl AffiliateCode {
    const LEAST: usize = 2;
    const MOST: usize = 32;

    /// That code, in lower case.
    ///
    /// # Errors
    /// A [`HandleError`] for a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        sized(text, Self::LEAST, Self::MOST)?;
        consisting(text.to_ascii_lowercase(), CODE_CHARACTERS, is_code_character).map(Self)
    }

    /// The code that an affiliate's name suggests, with something behind it that tells it from others of that name, if
    /// there is; `affiliate` where the name has too few plain letters. `tail` is code characters, a handful of them.
    #[must_use]
    pub fn from_name(name: &str, tail: &str) -> Self {
        let room = Self::MOST.saturating_sub(tail.len());
        let stem = Some(hyphenated(name, room)).filter(|stem| stem.len() >= Self::LEAST);
        Self(format!("{}{tail}", stem.as_deref().unwrap_or("affiliate")).into())
    }
}

impl ClickParameter {
    /// That name, as given.
    ///
    /// # Errors
    /// A [`HandleError`] for a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        sized(text, 1, 40)?;
        consisting(text, CODE_CHARACTERS, is_code_character).map(Self)
    }
}

/// `click_token`, what a new program starts with.
impl Default for ClickParameter {
    fn default() -> Self {
        Self("click_token".into())
    }
}

impl ProgramSlug {
    const LEAST: usize = 2;
    const MOST: usize = 40;

    /// That slug, as given.
    ///
    /// # Errors
    /// A [`HandleError`] for a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        const ALLOWED: &str = "letters a to z, digits, and hyphens between them";
        sized(text, Self::LEAST, Self::MOST)?;
        if text.starts_with('-') || text.ends_with('-') {
            return Err(HandleError::Characters { allowed: ALLOWED });
        }
        consisting(text, ALLOWED, |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')).map(Self)
    }

    /// The slug that a program's name suggests: its letters without accents, hyphens for everything between; `program` where
    /// too little is left. Several programs may suggest the same.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let slug = hyphenated(name, Self::MOST);
        Self(if slug.len() < Self::LEAST { "program".into() } else { slug.into() })
    }

    /// The same slug with a number behind it, cut to fit: what the second of that name is called.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let ending = format!("-{number}");
        let kept = &self.0[..self.0.len().min(Self::MOST - ending.len())];
        Self(format!("{}{ending}", kept.trim_end_matches('-')).into())
    }
}

impl EmailAddress {
    const MOST: usize = 254;

    /// That address, normalised: NFC, trimmed, lower case. The form is checked for what certainly is a slip only; whether
    /// an address exists, mail must show.
    ///
    /// # Errors
    /// A [`HandleError`] for what is not `name@domain`.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        // Some letters have a composed form in lower case only, so composing comes last as well.
        let address: String = text.trim().nfc().collect::<String>().to_lowercase().nfc().collect();
        sized(&address, 1, Self::MOST)?;
        let (name, domain) = address.rsplit_once('@').ok_or(HandleError::NotAnAddress)?;
        let strange = |character: char| character.is_whitespace() || character.is_control() || character == '@';
        let dotted = domain.starts_with('.') || domain.ends_with('.') || domain.contains("..");
        if name.is_empty() || domain.is_empty() || dotted || name.contains(strange) || domain.contains(strange) {
            return Err(HandleError::NotAnAddress);
        }
        Ok(Self(address.into()))
    }

    /// What is kept of a customer's address. The key never rotates, else yesterday's customers would be strangers.
    #[must_use]
    pub fn hashed(&self, key: &[u8; 32]) -> EmailHash {
        EmailHash(hex(&keyed_hash(key, self.0.as_bytes())).into())
    }
}

impl EmailHash {
    /// Reads a hash as [`Self::as_str`] shows it.
    ///
    /// # Errors
    /// [`HandleError::Characters`] for anything but 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        let allowed = "64 lower-case hexadecimal digits";
        from_hex(text).map(|_| Self(text.into())).ok_or(HandleError::Characters { allowed })
    }
}

impl NetworkPrefix {
    /// The network of an address, /24 or /48. An IPv4 address written as IPv6 counts as what it is.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self(format!("{}/24", Ipv4Addr::new(a, b, c, 0)).into())
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Self(format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)).into())
            }
        }
    }
}

const CODE_CHARACTERS: &str = "letters A to Z, digits, underscores and hyphens";

fn is_code_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn sized(text: &str, least: usize, most: usize) -> Result<(), HandleError> {
    if is_blank(text) {
        return Err(HandleError::Blank);
    }
    if text.chars().take(least).count() < least {
        return Err(HandleError::TooShort { least });
    }
    if text.len() > most { Err(HandleError::TooLong { most }) } else { Ok(()) }
}

fn consisting<T>(text: T, allowed: &'static str, is_allowed: fn(u8) -> bool) -> Result<Box<str>, HandleError>
where
    T: AsRef<str> + Into<Box<str>>,
{
    if text.as_ref().bytes().all(is_allowed) { Ok(text.into()) } else { Err(HandleError::Characters { allowed }) }
}

/// A name given by another system.
fn foreign(text: &str) -> Result<Box<str>, HandleError> {
    const MOST: usize = 255;
    sized(text, 1, MOST)?;
    if text.contains(char::is_control) { Err(HandleError::ControlCharacter) } else { Ok(text.into()) }
}

/// Whether a text is a placeholder whose value was never put in.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    is_unfilled(text.trim())
}

/// Whether a value stands where one was meant.
fn filled(text: &str) -> Result<(), HandleError> {
    if is_placeholder(text) { Err(HandleError::UnfilledMacro) } else { Ok(()) }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// What a script prints for a value that is not there, in any case.
const NOTHING: [&str; 9] =
    ["undefined", "null", "(null)", "nan", "none", "nil", "[object object]", "(not set)", "[object undefined]"];

/// How templates, trackers and spreadsheets mark a variable. What stands between is a placeholder unless it is filled in,
/// see [`is_value`].
const BRACKETS: [(&str, &str); 6] = [("{", "}"), ("${", "}"), ("#{", "}"), ("%{", "}"), ("[", "]"), ("<", ">")];

/// Marks that are also met around real values, and so count only around a variable's name.
const QUIET_MARKS: [(&str, &str); 8] =
    [("%", "%"), ("%%", "%%"), ("__", "__"), ("#", "#"), ("@", "@"), ("*|", "|*"), ("$", ""), (":", "")];

/// Whether the whole text is a variable's name, or the word for a missing value, instead of a value.
fn is_unfilled(text: &str) -> bool {
    let between = |marks: &(&str, &str)| text.strip_prefix(marks.0).and_then(|rest| rest.strip_suffix(marks.1));
    NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(text))
        || BRACKETS.iter().filter_map(between).any(|inner| !is_value(inner))
        || QUIET_MARKS.iter().filter_map(between).any(is_variable)
        || is_percent_encoded_macro(text)
}

/// Inside brackets, numbers and UUIDs are values that some shop writes that way; everything else is a placeholder.
fn is_value(inner: &str) -> bool {
    let number = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
    number || uuid::Uuid::try_parse(inner).is_ok()
}

fn is_variable(inner: &str) -> bool {
    inner.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'>'))
}

/// `{order_id}` that went through an encoder once too often.
fn is_percent_encoded_macro(text: &str) -> bool {
    let opened = ["%7B", "%7b"].iter().find_map(|mark| text.strip_prefix(mark));
    let inner = opened.and_then(|rest| ["%7D", "%7d"].iter().find_map(|mark| rest.strip_suffix(mark)));
    inner.is_some_and(|inner| !is_value(inner))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn order_ids_are_kept_byte_for_byte() {
        let longest = "x".repeat(255);
        let cases = [
            "1001",
            "#1001",
            "0",
            "ORDER-2026/03",
            " 1001 ",
            "1001?a=b&c",
            "注文-1001",
            "e\u{301}",
            "null-1001",
            "undefined1",
            "Nanette",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "[1001]",
            "{1001}",
            "<7>",
            "#1001#",
            "%1001%",
            "1%",
            ":7",
            "$5",
            "__1__",
            "order_id",
            "{",
            "}",
            "{}x",
            "a{order_id}",
            "100%",
            &longest,
        ];
        for text in cases {
            assert_eq!(OrderId::parse(text).as_ref().map(OrderId::as_str), Ok(text), "{text}");
            assert_eq!(ExternalId::parse(text).as_ref().map(ExternalId::as_str), Ok(text), "{text}");
        }
    }

    #[test]
    fn unfilled_macros_are_no_order_ids() {
        let cases = [
            "undefined",
            "UNDEFINED",
            "null",
            "Null",
            "NaN",
            "nan",
            "None",
            "nil",
            "(null)",
            "[object Object]",
            "(not set)",
            "{order_id}",
            "{{order_id}}",
            "{{ order.id }}",
            "{ORDER ID}",
            "${order_id}",
            "${{ order }}",
            "#{order_id}",
            "%{order_id}",
            "%order_id%",
            "%%ORDER_ID%%",
            "[order_id]",
            "[[ORDER]]",
            "<order_id>",
            "<%= order.id %>",
            "<your order id>",
            "__ORDER_ID__",
            "#order_id#",
            "@order_id@",
            "*|ORDER|*",
            ":order_id",
            "$order_id",
            "$order->id",
            "{}",
            "{{}}",
            "[]",
            "<>",
            "%7Border_id%7D",
            "%7b%7border_id%7d%7d",
            " {order_id} ",
            " undefined ",
            "{?}",
            "{!Order.Id}",
            "[object Undefined]",
        ];
        for text in cases {
            assert_eq!(OrderId::parse(text), Err(HandleError::UnfilledMacro), "{text}");
            assert_eq!(ExternalId::parse(text), Err(HandleError::UnfilledMacro), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_an_order_id_is_refused_by_name() {
        let (too_long, umlauts) = ("x".repeat(256), "ä".repeat(128));
        let cases = [
            ("empty", "", HandleError::Blank),
            ("blanks", " \u{a0}\u{3000}", HandleError::Blank),
            ("line feeds", "\r\n", HandleError::Blank),
            ("invisible", "\u{200b}\u{feff}", HandleError::Blank),
            ("NUL", "10\0x", HandleError::ControlCharacter),
            ("a tab", "10\t01", HandleError::ControlCharacter),
            ("a line feed behind", "1001\n", HandleError::ControlCharacter),
            ("DEL", "1001\u{7f}", HandleError::ControlCharacter),
            ("C1", "1001\u{85}", HandleError::ControlCharacter),
            ("256 bytes", &too_long, HandleError::TooLong { most: 255 }),
            ("128 characters of two bytes", &umlauts, HandleError::TooLong { most: 255 }),
        ];
        for (name, text, expected) in cases {
            assert_eq!(OrderId::parse(text), Err(expected), "{name}");
            assert_eq!(ExternalId::parse(text), Err(expected), "{name}");
        }
        assert_eq!(format!("order_id {}", HandleError::Blank), "order_id must not be blank");
    }

    #[test]
    fn codes_keep_to_their_characters_and_lengths() {
        type Parser = fn(&str) -> Result<String, HandleError>;
        let action: Parser = |text| ActionCode::parse(text).map(|code| code.to_string());
        let link: Parser = |text| LinkCode::parse(text).map(|code| code.to_string());
        let affiliate: Parser = |text| AffiliateCode::parse(text).map(|code| code.to_string());
        let slug: Parser = |text| ProgramSlug::parse(text).map(|code| code.to_string());
        let parameter: Parser = |text| ClickParameter::parse(text).map(|code| code.to_string());
        let (long, longer) = ("a".repeat(32), "a".repeat(33));
        let accepted = [
            ("action", action, "Demo.Call_2-x", "demo.call_2-x"),
            ("action of one letter", action, "A", "a"),
            ("link", link, "AbC-_9", "AbC-_9"),
            ("longest link", link, &long, &long),
            ("affiliate", affiliate, "ANNA_7", "anna_7"),
            ("slug", slug, "my-shop-2", "my-shop-2"),
            ("parameter", parameter, "subId1", "subId1"),
        ];
        for (name, parse, text, expected) in accepted {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{name}");
        }
        let refused = [
            ("action with a blank", action, "demo call"),
            ("action of another script", action, "ＤＥＭＯ"),
            ("action that lower-cases to ASCII elsewhere", action, "\u{212a}"),
            ("empty action", action, ""),
            ("short link", link, "abc"),
            ("long link", link, &longer),
            ("link with a slash", link, "ab/cd"),
            ("link with a full stop", link, "ab.cd"),
            ("short affiliate", affiliate, "a"),
            ("affiliate with an at sign", affiliate, "a@b"),
            ("slug in upper case", slug, "My-Shop"),
            ("slug that begins with a hyphen", slug, "-shop"),
            ("slug that ends with a hyphen", slug, "shop-"),
            ("slug of a path", slug, ".."),
            ("empty parameter", parameter, ""),
            ("parameter with an equals sign", parameter, "a=b"),
            ("parameter with an ampersand", parameter, "a&b"),
        ];
        for (name, parse, text) in refused {
            assert!(parse(text).is_err(), "{name}");
        }
        assert_eq!(ClickParameter::default(), ClickParameter::parse("click_token").unwrap());
        assert_ne!(LinkCode::parse("AbCd"), LinkCode::parse("abcd"));
        assert_eq!(AffiliateCode::parse("AbCd"), AffiliateCode::parse("abcd"));
    }

    #[test]
    fn names_suggest_slugs() {
        let cases = [
            ("My Shop", "my-shop"),
            ("  Café Zürich & Söhne  ", "cafe-zurich-sohne"),
            ("ACME, Inc.", "acme-inc"),
            ("店", "program"),
            ("", "program"),
            ("!", "program"),
            ("X", "program"),
            ("A very long name of a shop, in fact with 'x'", "a-very-long-name-of-a-shop-in-fact-with"),
        ];
        for (name, slug) in cases {
            assert_eq!(ProgramSlug::from_name(name).as_str(), slug, "{name}");
        }
    }

    #[test]
    fn names_suggest_affiliate_codes() {
        let cases = [
            ("Trailhead Weekly", "", "trailhead-weekly"),
            ("Café Norte", "-2", "cafe-norte-2"),
            ("店", "", "affiliate"),
            ("X", "-k3m9q", "affiliate-k3m9q"),
            ("The very long name of a magazine on hiking", "", "the-very-long-name-of-a-magazine"),
            ("The very long name of a magazine on hiking", "-12", "the-very-long-name-of-a-magaz-12"),
        ];
        for (name, tail, code) in cases {
            assert_eq!(AffiliateCode::from_name(name, tail).as_str(), code, "{name}");
        }
    }

    #[test]
    fn one_mailbox_is_one_address() {
        let cases = [
            ("case", "Anna.Meyer@Example.COM", "anna.meyer@example.com"),
            ("blanks around", "  anna@example.com\n", "anna@example.com"),
            ("composed", "re\u{301}my@example.com", "rémy@example.com"),
            ("composed in lower case only", "H\u{331}@example.com", "\u{1e96}@example.com"),
            ("tags are part of the name", "anna+shop@example.com", "anna+shop@example.com"),
            ("a local domain", "a@b", "a@b"),
            ("another script", "ÄNNÄ@EXÄMPLE.COM", "ännä@exämple.com"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), expected, "{name}");
        }
        let long = format!("{}@example.com", "a".repeat(243));
        let cases = [
            "",
            " ",
            "anna",
            "@example.com",
            "anna@",
            "anna@@example.com",
            "an na@example.com",
            "a@b@c",
            "anna@.example.com",
            "anna@example.com.",
            "anna@example..com",
            "anna@exam ple.com",
            "an\0na@example.com",
            "a\u{85}b@c",
            &long,
        ];
        for text in cases {
            assert!(EmailAddress::parse(text).is_err(), "{text}");
        }
        assert!(EmailAddress::parse(&long[1..]).is_ok());
    }

    #[test]
    fn addresses_are_kept_as_keyed_hashes() {
        let hash = |text, key| EmailAddress::parse(text).unwrap().hashed(key);
        let kept = hash("anna@example.com", &[1; 32]);
        assert_eq!(kept, hash(" ANNA@example.com", &[1; 32]));
        assert_ne!(kept, hash("anna@example.com", &[2; 32]));
        assert_ne!(kept, hash("anne@example.com", &[1; 32]));
        assert_eq!(EmailHash::parse(kept.as_str()), Ok(kept.clone()));
        assert!(EmailHash::parse("anna@example.com").is_err());
        assert!(EmailHash::parse(&kept.as_str()[1..]).is_err());
    }

    #[test]
    fn addresses_are_cut_to_their_network() {
        let cases = [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("::1", "::/48"),
            ("255.255.255.255", "255.255.255.0/24"),
        ];
        for (address, network) in cases {
            assert_eq!(NetworkPrefix::of(address.parse().unwrap()).as_str(), network);
        }
    }

    proptest! {
        #[test]
        fn every_name_suggests_a_valid_slug(name in "\\PC{0,80}") {
            let slug = ProgramSlug::from_name(&name);
            prop_assert_eq!(ProgramSlug::parse(slug.as_str()), Ok(slug));
            let code = AffiliateCode::from_name(&name, "-99");
            prop_assert_eq!(AffiliateCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn normalising_an_address_twice_changes_nothing(text in "\\PC{1,20}@\\PC{1,20}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }

        #[test]
        fn an_accepted_order_id_is_what_was_sent(text in "\\PC{0,64}|[{}$%<>\\[\\]a-z_]{1,12}") {
            if let Ok(order) = OrderId::parse(&text) {
                prop_assert_eq!(order.as_str(), text);
            }
        }
    }
}
