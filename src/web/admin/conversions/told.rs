//! Stretches of time in words.

use std::time::Duration;

/// A stretch of time by its two largest units.
pub(super) fn stretch(stretch: Duration) -> String {
    let seconds = stretch.as_secs();
    let units = [(seconds / 86_400, "day"), (seconds / 3_600 % 24, "hour"), (seconds / 60 % 60, "minute")];
    let said = units.iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let said: Vec<String> =
        said.map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" })).collect();
    if said.is_empty() { "less than a minute".to_owned() } else { said.join(" and ") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::stretch;

    #[test]
    fn a_stretch_of_time_is_told_by_its_two_largest_units() {
        for (seconds, words) in [
            (0, "less than a minute"),
            (59, "less than a minute"),
            (60, "1 minute"),
            (3_661, "1 hour and 1 minute"),
            (7_200, "2 hours"),
            (86_400 * 3 + 3_600 * 9 + 300, "3 days and 9 hours"),
            (86_400 + 300, "1 day"),
        ] {
            assert_eq!(stretch(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }
}
