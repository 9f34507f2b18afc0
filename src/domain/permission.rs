//! What a token may do.

use super::text_enum;
use super::text_enum::UnknownWord;

text_enum! {
    /// One right of a program token.
    pub enum Scope {
        /// Report clicks and conversions.
        Track => "track",
        /// Read conversions.
        Read => "read",
        /// Review, adjust and refund; includes track and read.
        Manage => "manage",
        /// Report through a URL that carries the key; given on its own, because such a key is easily seen.
        Postback => "postback",
    }
}

/// Why rights cannot be given together.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RightsFault {
    /// None is given.
    #[error("must be at least one")]
    None,
    /// A key that stands in URLs would open more than that.
    #[error("must be Postback alone, or others without it: a key in a URL is easily seen")]
    PostbackWithOthers,
}

/// The rights of one token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// The rights given, each once.
    #[must_use]
    pub fn new(given: &[Scope]) -> Self {
        let mut scopes = given.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// The rights that somebody chose for a new token.
    ///
    /// # Errors
    /// [`RightsFault`].
    pub fn chosen(given: &[Scope]) -> Result<Self, RightsFault> {
        match given {
            [] => Err(RightsFault::None),
            [_, _, ..] if given.contains(&Scope::Postback) => Err(RightsFault::PostbackWithOthers),
            _ => Ok(Self::new(given)),
        }
    }

    /// Each right that was given. Those that another includes are not among them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Reads the stored form, words separated by blanks.
    ///
    /// # Errors
    /// [`UnknownWord`] for a word that is no scope.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let scopes = text.split_ascii_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(&scopes))
    }

    /// The stored form.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether the token may do this. Managing includes tracking and reading, never the postback in a URL
    /// (CONTRACT, Keys and tokens).
    #[must_use]
    pub fn allow(&self, wanted: Scope) -> bool {
        let by_managing = matches!(wanted, Scope::Track | Scope::Read) && self.0.contains(&Scope::Manage);
        by_managing || self.0.contains(&wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::{RightsFault, Scope, Scopes};

    #[test]
    fn managing_includes_tracking_and_reading_and_never_the_postback() {
        let manage = Scopes::new(&[Scope::Manage]);
        let allowed: Vec<_> = Scope::ALL.iter().filter(|scope| manage.allow(**scope)).map(|s| s.as_str()).collect();
        assert_eq!(allowed, ["track", "read", "manage"]);
        assert!(!Scopes::new(&[Scope::Track]).allow(Scope::Read));
    }

    #[test]
    fn a_postback_key_is_for_that_alone() {
        use Scope::{Manage, Postback, Read, Track};
        let cases: [(&[Scope], Result<&str, RightsFault>); 6] = [
            (&[], Err(RightsFault::None)),
            (&[Postback], Ok("postback")),
            (&[Postback, Track], Err(RightsFault::PostbackWithOthers)),
            (&[Manage, Postback], Err(RightsFault::PostbackWithOthers)),
            (&[Read, Track], Ok("track read")),
            (&[Manage], Ok("manage")),
        ];
        for (given, expected) in cases {
            assert_eq!(Scopes::chosen(given).map(|chosen| chosen.to_text()), expected.map(str::to_owned), "{given:?}");
        }
    }

    #[test]
    fn the_stored_form_reads_back() {
        let scopes = Scopes::new(&[Scope::Postback, Scope::Track, Scope::Track]);
        assert_eq!(scopes.to_text(), "track postback");
        assert_eq!(Scopes::parse(&scopes.to_text()), Ok(scopes));
        assert!(Scopes::parse("track everything").is_err());
    }
}
