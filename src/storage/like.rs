//! Patterns for `LIKE`, which both engines read alike as long as the pattern says what its escape is.

/// The pattern that finds `text` anywhere, taken literally. Use it with `.escape('\\')`.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn wildcards_are_taken_literally() {
        let cases = [("anna", "%anna%"), ("50%", "%50\\%%"), ("a_b", "%a\\_b%"), ("c:\\d", "%c:\\\\d%"), ("", "%%")];
        for (text, pattern) in cases {
            assert_eq!(containing(text), pattern, "{text}");
        }
    }
}
