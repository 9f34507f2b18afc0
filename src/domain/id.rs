//! Ids: a type per entity in Rust, a `TypeID` outside.
//!
//! An id of one entity cannot stand where another's is meant: [`Id`] carries the entity as a type, its text carries it as a
//! prefix (`camp_01h455vb4pex5vsknk084sn02q`). The text follows the `TypeID` specification 0.3: prefix, underscore, and the 128
//! bits as 26 characters of lower-case Crockford base32. There is one spelling per id, so that texts may be compared, cached
//! and logged as they are.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

use super::ascii::as_text;
use super::time::Timestamp;

/// The digits of Crockford's base32 in lower case; shared with API keys, which are read aloud for the same reason.
pub(super) const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The value of a base32 character, or [`NOT_BASE32`].
pub(super) const BASE32_VALUES: [u8; 256] = base32_values();
pub(super) const NOT_BASE32: u8 = 0xff;

/// 26 characters of 5 bits hold 130: the first character may not exceed 7.
const SUFFIX_LENGTH: usize = 26;

/// So that a text is written in one piece.
const LONGEST_PREFIX: usize = 5;

/// What has ids: the prefix tells one entity's from another's.
pub trait Entity: 'static {
    /// At most five lower-case letters, without the underscore.
    const PREFIX: &'static str;
}

/// Why a text is not an id of the entity meant.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It does not start with the entity's prefix: another entity's id, or no id at all.
    #[error("must start with {prefix}_")]
    Prefix {
        /// The prefix of the entity meant.
        prefix: &'static str,
    },
    /// The part after the prefix is not 128 bits in base32.
    #[error("must be {prefix}_ followed by 26 characters of lower-case base32")]
    Suffix {
        /// The prefix of the entity meant.
        prefix: &'static str,
    },
}

/// The id of a `T`: 128 bits, made as a `UUIDv7`. Ordered by its bits, which for ids made here is by time.
pub struct Id<T: Entity> {
    uuid: Uuid,
    entity: PhantomData<fn() -> T>,
}

impl<T: Entity> Id<T> {
    /// The id of these bits, whatever the UUID's version.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, entity: PhantomData }
    }

    /// The bits, as storage keeps them.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// A `UUIDv7` (RFC 9562) of exactly these milliseconds and these random bits, six of which give way to version and
    /// variant. A time before 1970 is taken as 1970, one after the year 10889 as that limit.
    #[must_use]
    pub fn at(time: Timestamp, random: [u8; 10]) -> Self {
        const LAST: i64 = (1 << 48) - 1;
        let millis = time.millis().clamp(0, LAST).unsigned_abs();
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The instant in the first 48 bits. For a `UUIDv7` that is when the id was made; of other versions it means nothing.
    #[must_use]
    pub fn time(self) -> Timestamp {
        Timestamp::from_millis((self.uuid.as_u64_pair().0 >> 16).cast_signed())
    }

    /// Hands over its text, made on the stack, all of it ASCII: every answer holds several ids.
    pub fn with_ascii<R>(self, told: impl FnOnce(&[u8]) -> R) -> R {
        const { assert!(T::PREFIX.len() <= LONGEST_PREFIX) };
        let suffix_at = T::PREFIX.len() + 1;
        let mut text = [b'_'; LONGEST_PREFIX + 1 + SUFFIX_LENGTH];
        text[..T::PREFIX.len()].copy_from_slice(T::PREFIX.as_bytes());
        text[suffix_at..suffix_at + SUFFIX_LENGTH].copy_from_slice(&self.suffix());
        told(&text[..suffix_at + SUFFIX_LENGTH])
    }

    fn suffix(self) -> [u8; SUFFIX_LENGTH] {
        // By halves, for shifting all 128 bits takes twice as long. The character in the middle has bits of both.
        let (high, low) = self.uuid.as_u64_pair();
        let mut suffix = [b'0'; SUFFIX_LENGTH];
        write_base32(&mut suffix[..13], high >> 1);
        write_base32(&mut suffix[13..14], (high & 1) << 4 | low >> 60);
        write_base32(&mut suffix[14..], low);
        suffix
    }
}

/// Exactly the id's one spelling: a well-formed unknown id is simply unknown, everything else is an error.
impl<T: Entity> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong_prefix = IdError::Prefix { prefix: T::PREFIX };
        let suffix = text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(wrong_prefix)?;
        let bits = decode(suffix.as_bytes()).ok_or(IdError::Suffix { prefix: T::PREFIX })?;
        Ok(Self::from_uuid(Uuid::from_u128(bits)))
    }
}

impl<T: Entity> fmt::Display for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_ascii(|text| out.write_str(as_text(text)))
    }
}

impl<T: Entity> fmt::Debug for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

// By hand, because a derive would ask the same of `T`, which is only a name.
impl<T: Entity> Copy for Id<T> {}

impl<T: Entity> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Entity> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<T: Entity> Eq for Id<T> {}

impl<T: Entity> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Entity> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<T: Entity> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

/// As its text.
impl<T: Entity> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_ascii(|text| serializer.serialize_str(as_text(text)))
    }
}

/// From its text, as strictly as [`FromStr`].
impl<'de, T: Entity> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FromText<T: Entity>(PhantomData<fn() -> T>);

        impl<T: Entity> Visitor<'_> for FromText<T> {
            type Value = Id<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "an id that starts with {}_", T::PREFIX)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id<T>, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(FromText(PhantomData)).map_err(D::Error::custom)
    }
}

/// Writes the last bits of a number, as many as there is room for.
fn write_base32(room: &mut [u8], number: u64) {
    let mut rest = number;
    for place in room.iter_mut().rev() {
        *place = BASE32[(rest & 31) as usize];
        rest >>= 5;
    }
}

fn decode(suffix: &[u8]) -> Option<u128> {
    if suffix.len() != SUFFIX_LENGTH || suffix[0] > b'7' {
        return None;
    }
    suffix.iter().try_fold(0, |bits: u128, &character| match BASE32_VALUES[usize::from(character)] {
        NOT_BASE32 => None,
        value => Some(bits << 5 | u128::from(value)),
    })
}

const fn base32_values() -> [u8; 256] {
    let mut values = [NOT_BASE32; 256];
    let mut value = 0;
    while value < 32 {
        values[BASE32[value as usize] as usize] = value;
        value += 1;
    }
    values
}

macro_rules! entities {
    ($($(#[$doc:meta])* $entity:ident, $alias:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        pub enum $entity {}

        impl Entity for $entity {
            const PREFIX: &'static str = $prefix;
        }

        #[doc = concat!("`", $prefix, "_…`")]
        pub type $alias = Id<$entity>;
    )*};
}

entities! {
    /// One merchant's affiliate program.
    Program, ProgramId, "prg";
    /// What is promoted.
    Campaign, CampaignId, "camp";
    /// Who is paid.
    Affiliate, AffiliateId, "aff";
    /// Campaign × affiliate, with its code.
    Link, LinkId, "lnk";
    /// One visit through a link.
    Click, ClickId, "click";
    /// One reported event.
    Conversion, ConversionId, "conv";
    /// What an affiliate earns from a conversion.
    Commission, CommissionId, "com";
    /// A customer known to have been sent by an affiliate.
    Referral, ReferralId, "ref";
    /// One payment to an affiliate.
    Payout, PayoutId, "pay";
    /// An API key or token.
    Token, TokenId, "tok";
    /// Something that happened, as webhooks tell it.
    Event, EventId, "evt";
    /// Who signs in.
    User, UserId, "usr";
    /// What a campaign pays.
    Rule, RuleId, "rule";
    /// A keyed report that was not recorded.
    Attempt, AttemptId, "att";
    /// One line of the ledger.
    Entry, EntryId, "ent";
    /// One transaction of the recorder.
    Batch, BatchId, "batch";
    /// One browser that is signed in.
    Session, SessionId, "sess";
    /// A link by which a person joins a program.
    Invitation, InvitationId, "inv";
    /// An image that affiliates place.
    Media, MediaId, "media";
    /// One wrong password.
    SignInFailure, SignInFailureId, "fail";
    /// A code that replaces a lost second factor.
    RecoveryCode, RecoveryCodeId, "rec";
    /// A code that a customer types and that stands for an affiliate.
    Coupon, CouponId, "cpn";
    /// Money that a customer got back.
    Refund, RefundId, "rfd";
    /// One change of a conversion.
    Change, ChangeId, "chg";
    /// Whatever a ledger entry was booked for: a refund or a payout, with the bits of its id.
    Occasion, OccasionId, "occ";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IntoDeserializer;

    use super::*;

    fn text(bits: u128) -> String {
        CampaignId::from_uuid(Uuid::from_u128(bits)).to_string()
    }

    #[test]
    fn ids_are_written_as_the_specification_says() {
        assert_eq!(text(0), "camp_00000000000000000000000000");
        assert_eq!(text(1), "camp_00000000000000000000000001");
        assert_eq!(text(32), "camp_00000000000000000000000010");
        assert_eq!(text(u128::MAX), "camp_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(text(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057), "camp_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn every_entity_has_a_prefix_of_its_own() {
        let prefixes = [
            (Program::PREFIX, "prg"),
            (Campaign::PREFIX, "camp"),
            (Affiliate::PREFIX, "aff"),
            (Link::PREFIX, "lnk"),
            (Click::PREFIX, "click"),
            (Conversion::PREFIX, "conv"),
            (Commission::PREFIX, "com"),
            (Referral::PREFIX, "ref"),
            (Payout::PREFIX, "pay"),
            (Token::PREFIX, "tok"),
            (Event::PREFIX, "evt"),
            (User::PREFIX, "usr"),
            (Rule::PREFIX, "rule"),
            (Attempt::PREFIX, "att"),
            (Entry::PREFIX, "ent"),
            (Batch::PREFIX, "batch"),
            (Session::PREFIX, "sess"),
            (Invitation::PREFIX, "inv"),
            (Media::PREFIX, "media"),
            (SignInFailure::PREFIX, "fail"),
            (RecoveryCode::PREFIX, "rec"),
            (Coupon::PREFIX, "cpn"),
            (Refund::PREFIX, "rfd"),
            (Change::PREFIX, "chg"),
            (Occasion::PREFIX, "occ"),
        ];
        for (prefix, expected) in prefixes {
            assert_eq!(prefix, expected);
        }
    }

    #[test]
    fn what_is_not_an_id_of_the_entity_is_refused() {
        let prefix = IdError::Prefix { prefix: "camp" };
        let suffix = IdError::Suffix { prefix: "camp" };
        let cases = [
            ("empty", "", prefix),
            ("another entity's", "aff_01h455vb4pex5vsknk084sn02q", prefix),
            ("no prefix", "01h455vb4pex5vsknk084sn02q", prefix),
            ("upper-case prefix", "CAMP_01h455vb4pex5vsknk084sn02q", prefix),
            ("no underscore", "camp01h455vb4pex5vsknk084sn02q", prefix),
            ("a bare UUID", "01890a5d-ac96-774b-bcce-b302099a8057", prefix),
            ("nothing behind", "camp_", suffix),
            ("25 characters", "camp_01h455vb4pex5vsknk084sn02", suffix),
            ("27 characters", "camp_01h455vb4pex5vsknk084sn02qq", suffix),
            ("more than 128 bits", "camp_81h455vb4pex5vsknk084sn02q", suffix),
            ("the largest first letter", "camp_z1h455vb4pex5vsknk084sn02q", suffix),
            ("upper case", "camp_01H455VB4PEX5VSKNK084SN02Q", suffix),
            ("the letter i", "camp_01h455vb4pex5vsknk084sn0iq", suffix),
            ("the letter l", "camp_01h455vb4pex5vsknk084sn0lq", suffix),
            ("the letter o", "camp_01h455vb4pex5vsknk084sn0oq", suffix),
            ("the letter u", "camp_01h455vb4pex5vsknk084sn0uq", suffix),
            ("a hyphen", "camp_01h455vb4pex5vsknk084sn-2q", suffix),
            ("a blank behind", "camp_01h455vb4pex5vsknk084sn02q ", suffix),
            ("26 bytes of another script", "camp_ääääääääääääää", suffix),
        ];
        for (name, text, expected) in cases {
            assert_eq!(text.parse::<CampaignId>(), Err(expected), "{name}");
        }
        assert!("camp_01h455vb4pex5vsknk084sn02q".parse::<CampaignId>().is_ok());
    }

    #[test]
    fn an_id_carries_exactly_its_milliseconds() {
        for millis in [0, 1, 1_773_930_600_123, (1 << 48) - 1] {
            let id = ClickId::at(Timestamp::from_millis(millis), [0xff; 10]);
            assert_eq!(id.time().millis(), millis);
            assert_eq!(id.uuid().get_version_num(), 7);
            assert_eq!(id.uuid().get_variant(), uuid::Variant::RFC4122);
        }
        assert_eq!(ClickId::at(Timestamp::from_millis(-1), [0; 10]).time().millis(), 0);
        assert_eq!(ClickId::at(Timestamp::from_millis(i64::MAX), [0; 10]).time().millis(), (1 << 48) - 1);
    }

    #[test]
    fn serde_sees_the_text() {
        struct Written(CampaignId);
        impl fmt::Display for Written {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.serialize(out)
            }
        }
        type Plain = serde::de::value::Error;
        let id: CampaignId = "camp_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        assert_eq!(Written(id).to_string(), id.to_string());
        let read = |text: &'static str| CampaignId::deserialize(IntoDeserializer::<Plain>::into_deserializer(text));
        assert_eq!(read("camp_01h455vb4pex5vsknk084sn02q"), Ok(id));
        assert_eq!(read("aff_01h455vb4pex5vsknk084sn02q").unwrap_err().to_string(), "must start with camp_");
    }

    proptest! {
        #[test]
        fn any_bits_make_one_spelling(bits: u128) {
            let id = AffiliateId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn what_is_read_is_spelled_the_same(text in "camp_[0-9a-zA-Z]{25,27}") {
            if let Ok(id) = text.parse::<CampaignId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn order_is_by_time_and_as_in_text(times in any::<[u32; 2]>(), random in any::<[[u8; 10]; 2]>()) {
            let ids = [0, 1].map(|place| ClickId::at(Timestamp::from_millis(times[place].into()), random[place]));
            prop_assert_eq!(ids[0].cmp(&ids[1]), ids[0].to_string().cmp(&ids[1].to_string()));
            prop_assert!(times[0] == times[1] || (times[0] < times[1]) == (ids[0] < ids[1]));
        }
    }
}
