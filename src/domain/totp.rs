//! The second factor: codes of six digits that change every thirty seconds (RFC 6238).
//!
//! SHA-1, six digits and thirty seconds are what every authenticator reads; some take other settings from the QR code and
//! then use these all the same. A code of the step before or after is taken as well, for clocks differ and people type. The
//! time comes in as a value, so no function here depends on when it is called.

use totp_rs::{Builder, Secret, Totp};

use super::time::Timestamp;

/// Seconds per code.
const STEP: u64 = 30;

/// Who the code is for, as the authenticator shows it.
const ISSUER: &str = "Accrue";

/// A secret shared with somebody's authenticator: 160 bits. Its `Debug` does not show it.
#[derive(Clone)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// The secret of these random bytes.
    #[must_use]
    pub const fn from_random(random: [u8; 20]) -> Self {
        Self(random)
    }

    /// Reads what [`Self::reveal`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text).ok()?;
        secret.as_ref().try_into().ok().map(Self)
    }

    /// The secret in base32, as an authenticator takes it and as it is sealed.
    #[must_use]
    pub fn reveal(&self) -> String {
        Secret::from(self.0.to_vec()).to_base32()
    }

    /// The address that a QR code carries into an authenticator.
    #[must_use]
    pub fn address(&self, account: &str) -> String {
        // A colon would end the issuer's name.
        let totp = self.generator(&account.replace(':', " "));
        // cannot fail: the issuer is a constant, and an account's name is not empty and has no colon.
        totp.to_url().expect("a name without a colon makes an address")
    }

    /// The step that a typed code belongs to, if it is right at `now`. Whoever takes the code must remember the step and
    /// take none that is not later: a code counts once.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let typed: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        let step = self.generator("x").check(&typed, seconds(now))?;
        i64::try_from(step).ok()
    }

    /// The code an authenticator shows at `now`.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        self.generator("x").generate(seconds(now)).to_string()
    }

    fn generator(&self, account: &str) -> Totp {
        let account = if account.trim().is_empty() { "you" } else { account };
        let builder = Builder::new().with_secret(self.0.to_vec()).with_step_duration(STEP);
        let built = builder.with_issuer(Some(ISSUER)).with_account_name(account).build();
        // cannot fail: 160 bits, six digits and thirty seconds are what RFC 6238 asks for, and neither name has a colon.
        built.expect("the settings are those of RFC 6238")
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TotpSecret(…)")
    }
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.millis().div_euclid(1_000)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    /// RFC 6238, appendix B, the secret and the last six of the eight digits given there.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = TotpSecret::from_random(*b"12345678901234567890");
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at(second)), code, "{second}");
            assert_eq!(secret.step_of(code, at(second)), Some(second / 30), "{second}");
        }
    }

    #[test]
    fn a_code_is_right_one_step_early_and_late_and_then_wrong() {
        let secret = TotpSecret::from_random([9; 20]);
        let code = secret.code_at(at(3_000));
        for (second, right) in [(2_969, false), (2_970, true), (3_000, true), (3_059, true), (3_060, false)] {
            assert_eq!(secret.step_of(&code, at(second)).is_some(), right, "{second}");
        }
        assert_eq!(secret.step_of(&format!(" {} {} ", &code[..3], &code[3..]), at(3_000)), Some(100));
        for wrong in ["", "12345", "1234567", "abcdef", "+12345", "١٢٣٤٥٦"] {
            assert_eq!(secret.step_of(wrong, at(3_000)), None, "{wrong}");
        }
    }

    #[test]
    fn the_secret_reads_back_and_is_not_printed_by_accident() {
        let secret = TotpSecret::from_random([7; 20]);
        let text = secret.reveal();
        assert_eq!((text.len(), TotpSecret::from_text(&text).map(|read| read.0)), (32, Some([7; 20])));
        assert!(TotpSecret::from_text("A").is_none() && TotpSecret::from_text("OBWGC2LO").is_none());
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    }

    #[test]
    fn an_authenticator_is_told_everything() {
        let secret = TotpSecret::from_random([7; 20]);
        let address = secret.address("ana:b@shop.example");
        assert!(address.starts_with("otpauth://totp/Accrue:ana%20b%40shop.example?"), "{address}");
        assert!(address.contains(&format!("secret={}", secret.reveal())) && address.contains("issuer=Accrue"));
        assert!(secret.address("").starts_with("otpauth://totp/Accrue:you?"));
    }
}
