//! What people call somebody or something: a person, an affiliate, a program.

use std::fmt;

use super::invisible::is_invisible;
use super::line::{Line, LineError};

/// A name that was typed: one line of 1 to 120 characters, some of which can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Line<120>);

impl Name {
    /// That name.
    ///
    /// # Errors
    /// A [`LineError`] that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let line = Line::parse_some(text)?;
        if line.as_str().chars().all(is_invisible) {
            return Err(LineError::Blank);
        }
        Ok(Self(line))
    }

    /// The name as it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
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
            ("too long", "x".repeat(121), Err(LineError::TooLong { most: 120 })),
            ("nothing", " ".to_owned(), Err(LineError::Blank)),
            ("nothing to see", "\u{200b}\u{2060}".to_owned(), Err(LineError::Blank)),
            ("two lines", "a\nb".to_owned(), Err(LineError::ControlCharacter)),
            ("turned around", "finch\u{202e}redla".to_owned(), Err(LineError::ControlCharacter)),
            ("a NUL", "a\0b".to_owned(), Err(LineError::ControlCharacter)),
        ];
        for (what, given, expected) in cases {
            assert_eq!(Name::parse(&given).map(|name| name.as_str().to_owned()), expected, "{what}");
        }
    }
}
