//! Closed sets of words.
//!
//! A status, a kind, a reason: each is one word in storage, in URLs and on the wire. The macro keeps the word, the
//! variant and the way back in one place, so that none of the three can drift from the others.

/// Declares an enum whose variants are each one stable word.
///
/// Gives `as_str`, `ALL` (in declaration order), `Display` and `FromStr` (which refuses every other word).
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every variant, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one word that stands for this variant in storage, URLs and answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text_enum::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::domain::text_enum::UnknownWord { known: &[$($word),+] }),
                }
            }
        }
    };
}

pub(crate) use text_enum;

/// A word that is not in the set; its text names the ones that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {}", known.join(", "))]
pub struct UnknownWord {
    /// The words that would have been taken.
    pub known: &'static [&'static str],
}
