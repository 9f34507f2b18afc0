//! Ids and secrets, from the operating system's randomness.

use crate::domain::click_token::Mode;
use crate::domain::handle::LinkCode;
use crate::domain::id::{Entity, Id};
use crate::domain::invitation::InvitationSecret;
use crate::domain::key::{KeyKind, SecretKey};
use crate::domain::readable_code::{ReadableCode, SYMBOLS};
use crate::domain::time::Timestamp;
use crate::domain::totp::TotpSecret;
use crate::domain::user::Password;

/// Makes what must be new.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mint;

impl Mint {
    /// Random bytes.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness comes from")]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        // cannot fail: start-up has drawn from the same source, and a system that served it once goes on serving it.
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }

    /// A new id, ordered by `now`.
    #[must_use]
    pub fn id<T: Entity>(self, now: Timestamp) -> Id<T> {
        Id::at(now, self.bytes())
    }

    /// A new id, ordered by `now` and, among those of the same millisecond, by `place` (as far as 12 bits go): what becomes
    /// of one thing stays in the order in which it became.
    #[must_use]
    pub fn id_in_order<T: Entity>(self, now: Timestamp, place: i64) -> Id<T> {
        let mut random = self.bytes::<10>();
        let place = place.to_be_bytes();
        random[..2].copy_from_slice(&place[6..]);
        Id::at(now, random)
    }

    /// A new key.
    #[must_use]
    pub fn secret_key(self, kind: KeyKind, mode: Mode) -> SecretKey {
        SecretKey::from_random(kind, mode, self.bytes())
    }

    /// A link code of ten readable characters, 50 bits.
    #[must_use]
    pub fn link_code(self) -> LinkCode {
        // cannot fail: ten letters and digits are a link code.
        LinkCode::parse(&self.readable::<10>()).expect("readable characters make a link code")
    }

    /// A password of twenty readable characters, 100 bits.
    #[must_use]
    pub fn password(self) -> Password {
        // cannot fail: twenty characters lie between eight and 128.
        Password::new(&self.readable::<20>()).expect("twenty characters make a password")
    }

    /// A code of twelve readable characters, 60 bits.
    #[must_use]
    pub fn readable_code(self) -> ReadableCode {
        ReadableCode::from_random(self.bytes())
    }

    /// A second factor's secret, 160 bits.
    #[must_use]
    pub fn totp_secret(self) -> TotpSecret {
        TotpSecret::from_random(self.bytes())
    }

    /// The secret of an invitation's link, 34 readable characters, 170 bits.
    #[must_use]
    pub fn invitation_secret(self) -> InvitationSecret {
        // cannot fail: 34 readable characters are an invitation's secret.
        InvitationSecret::parse(&self.readable::<34>()).expect("readable characters make an invitation's secret")
    }

    fn readable<const N: usize>(self) -> String {
        self.bytes::<N>().iter().map(|byte| char::from(SYMBOLS[usize::from(byte & 31)])).collect()
    }
}
