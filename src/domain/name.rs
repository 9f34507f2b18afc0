//! What people call somebody or something: a person, a program.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::handle::HandleError;

/// A name that was typed: trimmed, in NFC, 1 to 120 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Box<str>);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, a control character.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// More than fits beside other things.
    #[error("must have at most {} characters", Name::MOST)]
    TooLong,
}

impl Name {
    const MOST: usize = 120;

    /// That name.
    ///
    /// # Errors
    /// A [`NameError`] that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let invisible = |character| matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        let name: String = text.trim().nfc().collect();
        if name.contains(char::is_control) {
            return Err(HandleError::ControlCharacter.into());
        }
        if name.chars().all(|character| character.is_whitespace() || invisible(character)) {
            return Err(HandleError::Blank.into());
        }
        if name.chars().count() > Self::MOST { Err(NameError::TooLong) } else { Ok(Self(name.into())) }
    }

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_something_to_read_on_one_line() {
        let cases = [
            ("plain", "Ana Prieto".to_owned(), Ok("Ana Prieto".to_owned())),
            ("trimmed", "  Alder & Finch\t".to_owned(), Ok("Alder & Finch".to_owned())),
            ("composed", "Ame\u{301}lie".to_owned(), Ok("Amélie".to_owned())),
            ("the longest", "ß".repeat(120), Ok("ß".repeat(120))),
            ("too long", "x".repeat(121), Err(NameError::TooLong)),
            ("nothing", " ".to_owned(), Err(HandleError::Blank.into())),
            ("nothing to see", "\u{200b}\u{2060}".to_owned(), Err(HandleError::Blank.into())),
            ("two lines", "a\nb".to_owned(), Err(HandleError::ControlCharacter.into())),
            ("a NUL", "a\0b".to_owned(), Err(HandleError::ControlCharacter.into())),
        ];
        for (what, given, expected) in cases {
            assert_eq!(Name::parse(&given).map(|name| name.as_str().to_owned()), expected, "{what}");
        }
    }
}
