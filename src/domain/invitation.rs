//! Invitations: a link by which one person joins a program in one role, once, within a week.

use std::fmt;
use std::time::Duration;

use super::readable_code::SYMBOLS;
use super::time::Timestamp;

/// How long a link is good for.
pub const VALID_FOR: Duration = Duration::from_secs(7 * 86_400);

/// The part of the link that nobody can guess. Its `Debug` does not show it.
#[derive(Clone)]
pub struct InvitationSecret(Box<str>);

impl InvitationSecret {
    const LENGTH: usize = 34;

    /// Reads what stands in a link; `None` for what cannot be a secret. There is one spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.len() == Self::LENGTH && text.bytes().all(|symbol| SYMBOLS.contains(&symbol));
        right.then(|| Self(text.into()))
    }

    /// The secret, for the link.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("InvitationSecret(…)")
    }
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// It can be accepted.
    Open,
    /// Its week is over.
    Expired,
    /// It was accepted.
    Accepted,
    /// An owner took it back.
    Revoked,
}

impl InvitationState {
    /// What its times say at `now`. What happened first counts; at its end it is over.
    #[must_use]
    pub fn of(accepted: Option<Timestamp>, revoked: Option<Timestamp>, expires: Timestamp, now: Timestamp) -> Self {
        match (accepted, revoked) {
            (Some(_), _) => Self::Accepted,
            (None, Some(_)) => Self::Revoked,
            (None, None) if now < expires => Self::Open,
            (None, None) => Self::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_spelling() {
        let text = "23456789abcdefghijkmnpqrstuvwxyz23";
        assert_eq!(InvitationSecret::parse(text).as_ref().map(InvitationSecret::reveal), Some(text));
        let upper = text.to_uppercase();
        for wrong in ["", &text[1..], &format!("{text}2"), &upper, "l3456789abcdefghijkmnpqrstuvwxyz23", "é"] {
            assert!(InvitationSecret::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{:?}", InvitationSecret::parse(text)), "Some(InvitationSecret(…))");
    }

    #[test]
    fn an_invitation_is_open_until_something_ends_it() {
        let [early, end, late] = [1, 2, 3].map(Timestamp::from_millis);
        let cases = [
            (None, None, early, InvitationState::Open),
            (None, None, end, InvitationState::Expired),
            (Some(early), None, late, InvitationState::Accepted),
            (None, Some(early), early, InvitationState::Revoked),
        ];
        for (accepted, revoked, now, state) in cases {
            assert_eq!(InvitationState::of(accepted, revoked, end, now), state);
        }
    }
}
