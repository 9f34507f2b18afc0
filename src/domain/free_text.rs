//! Text that others write and Accrue only keeps: user agents, referrers, sub ids, names of fields.
//!
//! Such text is never refused, for its sender seldom wrote it himself. It is made storable instead: PostgreSQL takes no
//! NUL, a log takes no line break, and nobody gains from a user agent of sixty kilobytes.

use super::invisible::is_invisible;

/// Free text that is safe to store on both databases and to print on one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FreeText(String);

impl FreeText {
    /// The longest text kept, in bytes.
    pub const LONGEST: usize = 512;

    /// Keeps at most [`Self::LONGEST`] bytes (whole characters), control characters replaced by `�`.
    /// Text that shows nothing is no text.
    #[must_use]
    pub fn from_untrusted(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.chars().all(is_invisible) {
            return None;
        }
        let cut = &text[..text.floor_char_boundary(Self::LONGEST)];
        if cut.chars().any(char::is_control) {
            return Some(Self(cut.replace(char::is_control, "\u{FFFD}")));
        }
        Some(Self(cut.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given up.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::FreeText;

    #[test]
    fn what_cannot_be_stored_is_replaced_and_what_is_too_long_is_cut_at_a_character() {
        let cases = [
            ("nothing", "", None),
            ("blanks", "  \t ", None),
            ("what nobody sees", "\u{200b}\u{202e}", None),
            ("plain", " newsletter ", Some("newsletter".to_owned())),
            ("a NUL", "a\0b", Some("a\u{FFFD}b".to_owned())),
            ("a line break", "a\r\nb", Some("a\u{FFFD}\u{FFFD}b".to_owned())),
            ("too long", &"x".repeat(600), Some("x".repeat(512))),
            ("a character across the cut", &"é".repeat(300), Some("é".repeat(256))),
        ];
        for (name, given, kept) in cases {
            assert_eq!(FreeText::from_untrusted(given).map(FreeText::into_string), kept, "{name}");
        }
    }
}
