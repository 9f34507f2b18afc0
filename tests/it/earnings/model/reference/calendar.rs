//! The calendar, day by day.

use super::DAY;

/// The day on which something happened, as year, month and day.
fn date(at: i64) -> (i64, u32, u32) {
    let (mut year, mut month, mut day) = (2026, 1, 1);
    // 1 January 2026, in days since 1970.
    for _ in 20_454..at.div_euclid(DAY) {
        day += 1;
        if day > length(year, month) {
            (month, day) = (month + 1, 1);
        }
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
    (year, month, day)
}

fn length(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether `at` is on a day before that which lies so many months after the day of `first`; a month that is too short ends
/// with its last day.
pub fn is_within_months(first: i64, months: u32, at: i64) -> bool {
    let (mut year, mut month, day) = date(first);
    for _ in 0..months {
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    date(at) < (year, month, day.min(length(year, month)))
}
