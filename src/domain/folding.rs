//! Text as people compare it: without case and without accents.
//!
//! Who looks for "elodie" means Élodie as well. What is searched is folded by these rules when it is stored, and what is
//! typed is folded by the same when it is looked for, so that an engine compares plain bytes and both engines find alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The text in lower case, its letters without accents.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|character| !is_combining_mark(*character)).collect::<String>().to_lowercase()
}

/// The text's ASCII letters and digits in lower case, at most that many, with one hyphen for whatever stands between.
pub(super) fn hyphenated(text: &str, most: usize) -> String {
    let lower = folded(text);
    let words = lower.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut joined = words.collect::<Vec<_>>().join("-");
    joined.truncate(most);
    joined.truncate(joined.trim_end_matches('-').len());
    joined
}

#[cfg(test)]
mod tests {
    use super::{folded, hyphenated};

    #[test]
    fn case_and_accents_make_no_difference() {
        let cases = [
            ("Élodie", "elodie"),
            ("ÅNGSTRÖM", "angstrom"),
            ("A\u{30a}ngstro\u{308}m", "angstrom"),
            ("İzmir", "izmir"),
            ("Straße", "straße"),
            ("ＦＵＬＬ", "full"),
            ("日本語", "日本語"),
            ("50 % off_sale", "50 % off_sale"),
        ];
        for (text, expected) in cases {
            assert_eq!(folded(text), expected, "{text}");
            assert_eq!(folded(&folded(text)), expected, "{text}, twice");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_url_becomes_a_hyphen() {
        let cases = [
            ("Alder & Finch", 40, "alder-finch"),
            ("  Café   Norte! ", 40, "cafe-norte"),
            ("Trailhead Weekly", 10, "trailhead"),
            ("日本語", 40, ""),
        ];
        for (text, most, expected) in cases {
            assert_eq!(hyphenated(text, most), expected, "{text}");
        }
    }
}
