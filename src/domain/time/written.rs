//! How dates and times of day are written (RFC 3339), digit by digit, and the calendar behind them.

use super::{MINUTE, SECOND};

/// The last so many decimal digits of a number.
pub(super) fn in_digits<const COUNT: usize>(number: i64) -> [u8; COUNT] {
    let (mut text, mut rest) = ([b'0'; COUNT], number.unsigned_abs());
    for place in text.iter_mut().rev() {
        *place += (rest % 10) as u8;
        rest /= 10;
    }
    text
}

/// Days since 1970-01-01 of `YYYY-MM-DD`, if it has that form and exists.
pub(super) fn read_date(text: &[u8]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let date = (digits(&[y1, y2, y3, y4])?, digits(&[m1, m2])?, digits(&[d1, d2])?);
    let days = days_of(date);
    // A date that does not exist, such as 2026-02-30, comes back as another one.
    (date_of(days) == date).then_some(days)
}

/// Milliseconds of `THH:MM:SS[.digits]` at the front, and what follows. The leap second (`:60`, RFC 3339 section 5.6) is the
/// first instant of the next minute, as in Unix time.
pub(super) fn read_time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let &[b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = text else {
        return None;
    };
    let (hour, minute, second) = (digits(&[h1, h2])?, digits(&[m1, m2])?, digits(&[s1, s2])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, rest) = read_fraction(rest)?;
    Some(((hour * 60 + minute) * MINUTE + second * SECOND + millis, rest))
}

/// Milliseconds of `.digits` at the front, if there is a full stop, and what follows.
fn read_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(fraction) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let (fraction, rest) = fraction.split_at(length);
    let place = |index: usize| fraction.get(index).map_or(0, |digit| i64::from(digit - b'0'));
    Some((place(0) * 100 + place(1) * 10 + place(2), rest))
}

/// Milliseconds east of UTC of `Z` or `±HH:MM`.
pub(super) fn read_offset(text: &[u8]) -> Option<i64> {
    match *text {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[h1, h2])?, digits(&[m1, m2])?);
            let east = (hours <= 23 && minutes <= 59).then_some((hours * 60 + minutes) * MINUTE)?;
            Some(if sign == b'-' { -east } else { east })
        }
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// Days in 400 years, after which the Gregorian calendar repeats; the first of them, counted from 0000-03-01, is
/// [`MARCH_OF_YEAR_ZERO`] days before 1970. Starting the year in March puts the leap day at its end, which leaves no special case.
const ERA: i64 = 146_097;
const MARCH_OF_YEAR_ZERO: i64 = 719_468;

/// Days since 1970-01-01 of a Gregorian (year, month, day).
pub(super) fn days_of((year, month, day): (i64, i64, i64)) -> i64 {
    let (march_year, march_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_era = march_year.rem_euclid(400);
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    march_year.div_euclid(400) * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - MARCH_OF_YEAR_ZERO
}

/// The Gregorian (year, month, day) of a number of days since 1970-01-01; the inverse of [`days_of`], for every number.
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + MARCH_OF_YEAR_ZERO;
    let of_era = days.rem_euclid(ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let (month, carry) = if march_month < 10 { (march_month + 3, 0) } else { (march_month - 9, 1) };
    (days.div_euclid(ERA) * 400 + year + carry, month, day)
}
