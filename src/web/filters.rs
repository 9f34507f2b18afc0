//! How values are written on pages (DESIGN, "Words").

use crate::domain::money::Money;
use crate::domain::time::{Timestamp, Zone};

/// `1284` as `1,284`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", group(&number.unsigned_abs().to_string()))
}

/// An amount without its currency: `1,284.60`, with a minus sign that is one.
#[must_use]
pub fn amount(money: Money) -> String {
    let text = money.to_string();
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |text| ("−", text));
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    format!("{sign}{}{rest}", group(whole))
}

/// An amount with its currency: `1,284.60 EUR`.
#[must_use]
pub fn with_currency(money: Money) -> String {
    format!("{} {}", amount(money), money.currency())
}

fn group(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A day as people write it: `20 Nov 2026`.
#[must_use]
pub fn day(at: Timestamp, zone: &Zone) -> String {
    zone.written(at, "%-d %b %Y")
}

/// A day with its time: `20 Nov 2026, 14:36`.
#[must_use]
pub fn minute(at: Timestamp, zone: &Zone) -> String {
    zone.written(at, "%-d %b %Y, %H:%M")
}

/// A day with its time to the second, for histories: `20 Nov 2026, 14:36:05`.
#[must_use]
pub fn second(at: Timestamp, zone: &Zone) -> String {
    zone.written(at, "%-d %b %Y, %H:%M:%S")
}

/// The time of a day: `14:36`.
#[must_use]
pub fn time_of_day(at: Timestamp, zone: &Zone) -> String {
    zone.written(at, "%H:%M")
}

/// How long ago something was, in words, for what is seen at a glance; the full time goes into the title.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let seconds = now.since(at).as_secs();
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => day(at, zone),
    }
}

/// A moment as a list shows it: near, with the full time behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For machines: RFC 3339 in UTC.
    pub machine: String,
    /// The full time in the program's zone.
    pub full: String,
    /// How long ago, or the day.
    pub near: String,
}

impl Moment {
    /// That moment, seen from `now`.
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp, zone: &Zone) -> Self {
        Self { machine: at.to_string(), full: second(at, zone), near: ago(at, now, zone) }
    }
}

#[cfg(test)]
mod tests {
    use super::{ago, amount, grouped, minute};
    use crate::domain::currency::Currency;
    use crate::domain::money::Money;
    use crate::domain::time::{Timestamp, Zone};

    #[test]
    fn numbers_and_amounts_are_grouped_by_thousands() {
        for (number, written) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "−1,234,567")] {
            assert_eq!(grouped(number), written);
        }
        for (minor, currency, written) in [
            (128_460, Currency::USD, "1,284.60"),
            (-5, Currency::USD, "−0.05"),
            (1_000_000, Currency::JPY, "1,000,000"),
            (0, Currency::EUR, "0.00"),
        ] {
            assert_eq!(amount(Money::new(minor, currency)), written);
        }
    }

    #[test]
    fn times_are_the_programs_own() {
        let at = Timestamp::parse_rfc3339("2026-11-20T23:36:05Z").unwrap();
        assert_eq!(minute(at, &Zone::parse("Europe/Berlin").unwrap()), "21 Nov 2026, 00:36");
        assert_eq!(minute(at, &Zone::utc()), "20 Nov 2026, 23:36");
    }

    #[test]
    fn what_happened_lately_is_told_by_its_distance() {
        let at = Timestamp::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let after = |seconds| at.plus(std::time::Duration::from_secs(seconds));
        for (seconds, words) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_400, "20 Nov 2026"),
        ] {
            assert_eq!(ago(at, after(seconds), &Zone::utc()), words);
        }
    }
}
