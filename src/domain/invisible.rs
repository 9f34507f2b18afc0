//! Characters that take no room: a text of nothing else looks empty, and one that begins with them does not look as it
//! begins.

/// Whether nothing of this character is seen: white space, control characters, and what Unicode calls default ignorable
/// (joiners, marks of direction, selectors, fillers, tags).
#[must_use]
pub fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::is_invisible;

    #[test]
    fn what_takes_no_room_is_told_from_what_is_read() {
        for character in " \t\n\u{a0}\u{ad}\u{200b}\u{200f}\u{202e}\u{2060}\u{3000}\u{fe0f}\u{feff}\u{e0041}".chars() {
            assert!(is_invisible(character), "{character:?}");
        }
        for character in "a0-=_'é中\u{301}😀".chars() {
            assert!(!is_invisible(character), "{character:?}");
        }
    }
}
