//! Text that people type here and that pages show again: names, captions, the copy of an advertisement.
//!
//! Unlike [`super::free_text`], which comes from strangers and is repaired, what an admin types is refused with the reason,
//! so that what is saved is what was typed. Characters that turn the direction of writing around are refused with the
//! other control characters: in a list they make one name look like another.

use unicode_normalization::UnicodeNormalization as _;

/// Why a typed text is not taken.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing, where something is needed.
    #[error("must not be blank")]
    Blank,
    /// Too many characters.
    #[error("must not be longer than {most} characters")]
    TooLong {
        /// The most.
        most: usize,
    },
    /// A control character, or one that turns the direction of writing around.
    #[error("must not contain control characters")]
    ControlCharacter,
}

/// One line of at most `MOST` characters, trimmed and in NFC. It may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Line<const MOST: usize>(String);

impl<const MOST: usize> Line<MOST> {
    /// The most characters.
    pub const MOST: usize = MOST;

    /// That line.
    ///
    /// # Errors
    /// [`LineError`] for a text that is too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        checked(text.trim().nfc().collect(), MOST, is_control).map(Self)
    }

    /// That line, which must say something.
    ///
    /// # Errors
    /// [`LineError`], [`LineError::Blank`] included.
    pub fn parse_some(text: &str) -> Result<Self, LineError> {
        let line = Self::parse(text)?;
        if line.0.is_empty() { Err(LineError::Blank) } else { Ok(line) }
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The line, given up.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Several lines of at most `MOST` characters together, trimmed, in NFC, with `\n` between the lines. It may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lines<const MOST: usize>(String);

impl<const MOST: usize> Lines<MOST> {
    /// Those lines.
    ///
    /// # Errors
    /// [`LineError`] for a text that is too long or has other control characters than line breaks.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let unified = text.replace("\r\n", "\n").replace('\r', "\n");
        let is_strange = |character: char| character != '\n' && is_control(character);
        checked(unified.trim().nfc().collect(), MOST, is_strange).map(Self)
    }

    /// The lines.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `part` stands somewhere in `text`, in any case; nothing in it is a wildcard.
#[must_use]
pub fn holds(text: &str, part: &str) -> bool {
    let folded = |text: &str| text.nfkc().collect::<String>().to_lowercase().nfkc().collect::<String>();
    folded(text).contains(folded(part.trim()).as_str())
}

fn checked(text: String, most: usize, is_refused: impl Fn(char) -> bool) -> Result<String, LineError> {
    if text.contains(is_refused) {
        return Err(LineError::ControlCharacter);
    }
    if text.chars().count() > most { Err(LineError::TooLong { most }) } else { Ok(text) }
}

fn is_control(character: char) -> bool {
    let turns_around = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns_around || matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::{Line, LineError, Lines, holds};

    #[test]
    fn a_line_is_trimmed_and_kept_or_refused_by_name() {
        let long = "é".repeat(12);
        let cases: [(&str, &str, Result<&str, LineError>); 9] = [
            ("plain", "Autumn sale", Ok("Autumn sale")),
            ("blanks around", "  Autumn ", Ok("Autumn")),
            ("nothing", "   ", Ok("")),
            ("markup is text", "<b>&amp;", Ok("<b>&amp;")),
            ("composed", "e\u{301}", Ok("é")),
            ("twelve", &long, Ok(&long)),
            ("thirteen", &"é".repeat(13), Err(LineError::TooLong { most: 12 })),
            ("a line break", "a\nb", Err(LineError::ControlCharacter)),
            ("a turned direction", "a\u{202e}b", Err(LineError::ControlCharacter)),
        ];
        for (name, given, kept) in cases {
            assert_eq!(Line::<12>::parse(given).as_ref().map(Line::as_str), kept.as_ref().copied(), "{name}");
        }
        assert_eq!(Line::<12>::parse_some(" \t "), Err(LineError::Blank));
    }

    #[test]
    fn lines_keep_their_breaks_in_one_spelling() {
        assert_eq!(Lines::<20>::parse(" one\r\ntwo\rthree\n ").map(|lines| lines.0), Ok("one\ntwo\nthree".into()));
        assert_eq!(Lines::<20>::parse("a\tb"), Err(LineError::ControlCharacter));
        assert_eq!(Lines::<2>::parse("abc"), Err(LineError::TooLong { most: 2 }));
    }

    #[test]
    fn a_name_is_found_by_any_part_of_it_in_any_case_and_by_nothing_else() {
        let cases = [
            ("nothing asked", "Autumn", "", true),
            ("the middle", "Autumn sale", "umn s", true),
            ("another case", "ÄPFEL & Birnen", "äpfel", true),
            ("decomposed", "\u{c4}pfel", "a\u{308}PFEL", true),
            ("blanks around", "Autumn", " autumn ", true),
            ("a per cent sign is itself", "Autumn", "%", false),
            ("an underscore is itself", "Autumn", "A_tumn", false),
            ("a per cent sign is found", "50 % off", "% o", true),
            ("something else", "Autumn", "winter", false),
        ];
        for (name, text, part, found) in cases {
            assert_eq!(holds(text, part), found, "{name}");
        }
    }
}
