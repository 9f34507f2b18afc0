//! Time: instants, the days of a program, and the attribution window.
//!
//! Storage and comparison know one clock, UTC in whole milliseconds ([`Timestamp`]); people know local days ([`LocalDay`] in
//! a [`Zone`]). The two meet only here, so that no report cuts a day at another place than the list beside it. The zone rules
//! are the ones compiled into the program (jiff's bundled database): an installation counts its days alike on every machine,
//! with or without `/usr/share/zoneinfo`.

mod written;

use std::fmt;
use std::time::Duration;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::ascii::as_text;
use written::{date_of, days_of, in_digits, read_date, read_offset, read_time_of_day};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// Why a text is not a time, a day or a zone.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A date and time that does not say which offset from UTC it means; guessing one would move money between days.
    #[error("must end with an offset from UTC, such as Z or +01:00")]
    MissingOffset,
    /// Not the shape of RFC 3339, or a date or time of day that does not exist.
    #[error("must be a date and time as in RFC 3339, such as 2026-03-20T14:30:00Z")]
    NotATime,
    /// Before the year 0000 or after 9999 in UTC, where RFC 3339 ends and no answer could tell it again.
    #[error("must lie in the years 0000 to 9999 in UTC")]
    OutsideYears,
    /// Not the shape of a calendar date, or a date that does not exist.
    #[error("must be a date that exists, such as 2026-03-31")]
    NotADate,
    /// Not a name of the IANA time zone database.
    #[error("must be a time zone by its IANA name, such as Europe/Berlin")]
    UnknownZone,
}

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (CONTRACT, Rules: Time).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many milliseconds after (or, negative, before) the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads the form of RFC 3339, with any offset; digits below the millisecond are cut off.
    ///
    /// # Errors
    /// [`TimeError::MissingOffset`] for a time (or a bare date) without one, [`TimeError::OutsideYears`], or
    /// [`TimeError::NotATime`].
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        let bytes = text.as_bytes();
        let Some((date, rest)) = bytes.split_at_checked(10) else {
            return Err(TimeError::NotATime);
        };
        let day = read_date(date).ok_or(TimeError::NotATime)?;
        if rest.is_empty() {
            return Err(TimeError::MissingOffset);
        }
        let (of_day, rest) = read_time_of_day(rest).ok_or(TimeError::NotATime)?;
        if rest.is_empty() {
            return Err(TimeError::MissingOffset);
        }
        let offset = read_offset(rest).ok_or(TimeError::NotATime)?;
        let at = Self(day * DAY + of_day - offset);
        let (year, ..) = date_of(at.0.div_euclid(DAY));
        if (0..=9999).contains(&year) { Ok(at) } else { Err(TimeError::OutsideYears) }
    }

    /// The instant that much later; stays at the last one that can be written down instead of overflowing.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(duration)))
    }

    /// The instant that much earlier; stays at the first one that can be written down instead of overflowing.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(duration)))
    }

    /// How long after `earlier` this is; zero if `earlier` is the later one, as after a clock was set back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole quarter hours since the epoch, rounded down: the key of the day's chart.
    #[must_use]
    pub fn quarter_hour(self) -> i64 {
        self.0.div_euclid(15 * MINUTE)
    }

    /// The instant with which that quarter hour begins.
    #[must_use]
    pub const fn of_quarter_hour(quarter: i64) -> Self {
        Self(quarter.saturating_mul(15 * MINUTE))
    }
}

/// RFC 3339 in UTC; the milliseconds are written only where there are some.
impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_ascii(|text| out.write_str(as_text(text)))
    }
}

impl Timestamp {
    /// Hands over its text, made on the stack, all of it ASCII. Every answer about money tells two or three moments, so they are
    /// written digit by digit and not by the formatting machinery, which takes ten times as long.
    pub fn with_ascii<R>(self, told: impl FnOnce(&[u8]) -> R) -> R {
        let (year, month, day) = date_of(self.0.div_euclid(DAY));
        let of_day = self.0.rem_euclid(DAY);
        let ([y1, y2, y3, y4], [n1, n2], [d1, d2]) = (in_digits(year), in_digits(month), in_digits(day));
        let ([h1, h2], [m1, m2]) = (in_digits(of_day / (60 * MINUTE)), in_digits(of_day / MINUTE % 60));
        let ([s1, s2], [f1, f2, f3]) = (in_digits(of_day / SECOND % 60), in_digits(of_day % SECOND));
        let mut text = *b"0000-00-00T00:00:00.000Z";
        text[..10].copy_from_slice(&[y1, y2, y3, y4, b'-', n1, n2, b'-', d1, d2]);
        text[11..19].copy_from_slice(&[h1, h2, b':', m1, m2, b':', s1, s2]);
        text[20..23].copy_from_slice(&[f1, f2, f3]);
        if of_day % SECOND == 0 {
            text[19] = b'Z';
        }
        let text = if of_day % SECOND == 0 { &text[..20] } else { &text };
        if (0..=9999).contains(&year) {
            return told(text);
        }
        told(format!("{year:04}{}", as_text(&text[4..])).as_bytes())
    }
}

/// A day of some calendar, without a zone: days since 1970-01-01. Which instants it spans, a [`Zone`] says.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(i32);

impl LocalDay {
    /// The day that many days after (or, negative, before) 1970-01-01.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Reads `2026-03-31`, that form only.
    ///
    /// # Errors
    /// [`TimeError::NotADate`] for any other form and for dates that do not exist.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let number = read_date(text.as_bytes()).ok_or(TimeError::NotADate)?;
        i32::try_from(number).map(Self).map_err(|_| TimeError::NotADate)
    }

    /// The day after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The day before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The same day of the month that many calendar months later, or the last one of a month that is too short:
    /// 31 January and one month is 28 February.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let (year, month, day) = date_of(i64::from(self.0));
        let months = (month - 1) + i64::from(months);
        let first = (year + months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        let next = if first.1 == 12 { (first.0 + 1, 1, 1) } else { (first.0, first.1 + 1, 1) };
        day_number((days_of(first) + day - 1).min(days_of(next) - 1))
    }
}

impl fmt::Debug for LocalDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for LocalDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(i64::from(self.0));
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

/// The time zone of a program, under its IANA name.
#[derive(Clone, Debug)]
pub struct Zone {
    rules: TimeZone,
    name: Box<str>,
}

/// Two zones are the same when their names are; the rules follow from the name.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Zone {
    /// The zone of that IANA name, found in any case and kept in the spelling of the database. Needs jiff's feature
    /// `tzdb-bundle-always`.
    ///
    /// # Errors
    /// [`TimeError::UnknownZone`] for anything that is not such a name.
    pub fn parse(name: &str) -> Result<Self, TimeError> {
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Self::utc());
        }
        let rules = TimeZoneDatabase::bundled().get(name).map_err(|_| TimeError::UnknownZone)?;
        let name = rules.iana_name().ok_or(TimeError::UnknownZone)?.into();
        Ok(Self { rules, name })
    }

    /// UTC, the zone of a new program and of the Affilae dialect.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: TimeZone::UTC, name: "UTC".into() }
    }

    /// The name of every zone there is, in the order of the alphabet.
    #[must_use]
    pub fn names() -> Vec<String> {
        TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect()
    }

    /// A moment in this zone's own time, in the words of `strftime`; in RFC 3339 where the calendar ends.
    #[must_use]
    pub fn written(&self, at: Timestamp, format: &str) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.millis()).map(|moment| moment.to_zoned(self.rules.clone()));
        moment.map_or_else(|_| at.to_string(), |moment| moment.strftime(format).to_string())
    }

    /// The IANA name, such as `Europe/Berlin`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day that clocks of this zone show at that instant. One look-up of the offset and one division: made for every click.
    #[must_use]
    pub fn local_day(&self, at: Timestamp) -> LocalDay {
        day_number(at.0.saturating_add(self.offset_millis(at)).div_euclid(DAY))
    }

    /// The first instant of that local day: midnight, or the end of the gap where clocks skip midnight. A day that clocks
    /// skipped altogether is empty: it starts where the next one does.
    #[must_use]
    pub fn day_start(&self, day: LocalDay) -> Timestamp {
        let midnight = i64::from(day.0) * DAY;
        let first = jiff::Span::new()
            .try_days(day.0)
            .and_then(|days| jiff::civil::Date::constant(1970, 1, 1).checked_add(days))
            .and_then(|date| date.to_zoned(self.rules.clone()))
            .and_then(|zoned| zoned.start_of_day());
        // Days before the year -9999 and after 9999 have no zone rules; they are taken as days of UTC, as in `local_day`.
        Timestamp(first.map_or(midnight, |zoned| zoned.timestamp().as_millisecond()))
    }

    /// The instant at which that local day is over: the start of the next one.
    #[must_use]
    pub fn day_end_exclusive(&self, day: LocalDay) -> Timestamp {
        self.day_start(day.next())
    }

    fn offset_millis(&self, at: Timestamp) -> i64 {
        let instant = jiff::Timestamp::from_millisecond(at.0);
        instant.map_or(0, |instant| i64::from(self.rules.to_offset(instant).seconds()) * SECOND)
    }
}

/// How long after a click its affiliate is still credited: whole days of 24 hours, 1 to 3650, whatever the calendar does
/// (CONTRACT, Rules: Attribution).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(u16);

/// A window outside its range.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of days from 1 to 3650")]
pub struct WindowError;

impl Window {
    /// What a new campaign starts with: 30 days.
    pub const DEFAULT: Self = Self(30);

    const LONGEST: u16 = 3650;

    /// A window of that many days.
    ///
    /// # Errors
    /// [`WindowError`] outside 1 to 3650.
    pub fn from_days(days: u32) -> Result<Self, WindowError> {
        match u16::try_from(days) {
            Ok(days @ 1..=Self::LONGEST) => Ok(Self(days)),
            _ => Err(WindowError),
        }
    }

    /// Its length in days of 24 hours.
    #[must_use]
    pub const fn days(self) -> u16 {
        self.0
    }

    /// Whether a report at `now` is inside the window of a click at `clicked`. Exactly at its end is inside, a millisecond
    /// later is not; a report that seems to come before its click (clocks differ) is inside.
    #[must_use]
    pub fn covers(self, clicked: Timestamp, now: Timestamp) -> bool {
        now.0.saturating_sub(clicked.0) <= i64::from(self.0) * DAY
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn day_number(days: i64) -> LocalDay {
    LocalDay(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 60 * MINUTE;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    #[test]
    fn times_are_read_with_every_offset() {
        let cases = [
            ("UTC", "2026-03-20T14:30:00Z", "2026-03-20T14:30:00Z"),
            ("lower case letters", "2026-03-20t14:30:00z", "2026-03-20T14:30:00Z"),
            ("a blank for the T", "2026-03-20 14:30:00Z", "2026-03-20T14:30:00Z"),
            ("east", "2026-03-20T14:30:00+05:45", "2026-03-20T08:45:00Z"),
            ("west, into the next day", "2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
            ("unknown local offset", "2026-03-20T14:30:00-00:00", "2026-03-20T14:30:00Z"),
            ("tenths", "2026-03-20T14:30:00.5Z", "2026-03-20T14:30:00.500Z"),
            ("digits below the millisecond are cut", "2026-03-20T14:30:00.1239999999999Z", "2026-03-20T14:30:00.123Z"),
            ("leap day", "2028-02-29T12:00:00Z", "2028-02-29T12:00:00Z"),
            ("leap second", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("before the epoch", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
            ("the first", "0000-01-01T01:00:00+01:00", "0000-01-01T00:00:00Z"),
            ("the last", "9999-12-31T22:59:59.999-01:00", "9999-12-31T23:59:59.999Z"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(at(text).to_string(), expected, "{name}");
        }
        assert_eq!(at("1970-01-01T00:00:00.001Z").millis(), 1);
        assert_eq!(at("2001-09-09T01:46:40Z").millis(), 1_000_000_000_000);
    }

    #[test]
    fn what_is_not_a_time_is_refused_by_name() {
        let cases = [
            ("no offset", "2026-03-20T14:30:00", TimeError::MissingOffset),
            ("no offset after a fraction", "2026-03-20T14:30:00.25", TimeError::MissingOffset),
            ("a date alone", "2026-03-20", TimeError::MissingOffset),
            ("empty", "", TimeError::NotATime),
            ("a day that does not exist", "2026-02-29T00:00:00Z", TimeError::NotATime),
            ("a century that is no leap year", "2100-02-29T00:00:00Z", TimeError::NotATime),
            ("month 13", "2026-13-01T00:00:00Z", TimeError::NotATime),
            ("month 0", "2026-00-01T00:00:00Z", TimeError::NotATime),
            ("day 0", "2026-01-00T00:00:00Z", TimeError::NotATime),
            ("hour 24", "2026-03-20T24:00:00Z", TimeError::NotATime),
            ("minute 60", "2026-03-20T14:60:00Z", TimeError::NotATime),
            ("second 61", "2026-03-20T14:30:61Z", TimeError::NotATime),
            ("no seconds", "2026-03-20T14:30Z", TimeError::NotATime),
            ("an empty fraction", "2026-03-20T14:30:00.Z", TimeError::NotATime),
            ("an offset without its colon", "2026-03-20T14:30:00+0100", TimeError::NotATime),
            ("an offset of a day", "2026-03-20T14:30:00+24:00", TimeError::NotATime),
            ("a zone in brackets", "2026-03-20T14:30:00+01:00[Europe/Berlin]", TimeError::NotATime),
            ("a blank behind", "2026-03-20T14:30:00Z ", TimeError::NotATime),
            ("a blank before", " 2026-03-20T14:30:00Z", TimeError::NotATime),
            ("a number of seconds", "1773930600", TimeError::NotATime),
            ("digits of another script", "٢٠٢٦-03-20T14:30:00Z", TimeError::NotATime),
            ("full-width digits", "２０２６", TimeError::NotATime),
            ("before the first", "0000-01-01T00:59:59.999+01:00", TimeError::OutsideYears),
            ("after the last", "9999-12-31T23:00:00-01:00", TimeError::OutsideYears),
            ("the last leap second", "9999-12-31T23:59:60Z", TimeError::OutsideYears),
        ];
        for (name, text, expected) in cases {
            assert_eq!(Timestamp::parse_rfc3339(text), Err(expected), "{name}: {text}");
        }
    }

    #[test]
    fn days_are_read_in_one_form() {
        assert_eq!(day("1970-01-01").number(), 0);
        assert_eq!(day("2026-03-31").next().to_string(), "2026-04-01");
        assert_eq!(day("2028-03-01").previous().to_string(), "2028-02-29");
        for text in ["", "2026-3-31", "2026-02-30", "2026-03-31 ", "20260331", "2026/03/31", "31-03-2026", "+026-03-31"]
        {
            assert_eq!(LocalDay::parse(text), Err(TimeError::NotADate), "{text}");
        }
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_one() {
        let cases = [
            ("2027-01-31", 1, "2027-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2027-01-31", 2, "2027-03-31"),
            ("2027-08-31", 1, "2027-09-30"),
            ("2027-12-15", 1, "2028-01-15"),
            ("2027-11-30", 3, "2028-02-29"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2027-05-05", 0, "2027-05-05"),
        ];
        for (from, months, expected) in cases {
            assert_eq!(day(from).plus_months(months).to_string(), expected, "{from} and {months} months");
        }
    }

    #[test]
    fn the_calendar_is_the_gregorian_one() {
        let first = jiff::civil::date(0, 1, 1);
        let epoch = i64::from(LocalDay::parse("0000-01-01").unwrap().number());
        for days in (0..3_652_425).step_by(59) {
            let date = first.checked_add(jiff::Span::new().days(days)).unwrap();
            let shown = LocalDay::from_number(i32::try_from(epoch + days).unwrap()).to_string();
            assert_eq!(shown, date.to_string());
            assert_eq!(i64::from(day(&shown).number()), epoch + days);
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let (first, last) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
        assert_eq!(last.plus(Duration::from_millis(1)), last);
        assert_eq!(first.minus(Duration::MAX), first);
        assert_eq!(last.since(first), Duration::from_millis(i64::MAX.unsigned_abs()));
        assert_eq!(first.since(last), Duration::ZERO);
        assert_eq!(at("2026-01-01T00:00:01Z").since(at("2026-01-01T00:00:00Z")), Duration::from_secs(1));
        assert_eq!(at("2026-01-01T00:00:00Z").since(at("2026-01-01T00:00:01Z")), Duration::ZERO);
        for extreme in [first, last] {
            let zone = zone("Europe/Berlin");
            assert!(!extreme.to_string().is_empty());
            assert!(zone.day_start(zone.local_day(extreme)).millis() != 0);
        }
    }

    #[test]
    fn quarter_hours_are_counted_down_from_before_the_epoch_too() {
        assert_eq!(Timestamp::from_millis(0).quarter_hour(), 0);
        assert_eq!(Timestamp::from_millis(15 * MINUTE - 1).quarter_hour(), 0);
        assert_eq!(Timestamp::from_millis(15 * MINUTE).quarter_hour(), 1);
        assert_eq!(Timestamp::from_millis(-1).quarter_hour(), -1);
    }

    #[test]
    fn an_instant_falls_on_the_day_that_local_clocks_show() {
        let cases = [
            ("UTC, the last millisecond", "UTC", "2026-03-20T23:59:59.999Z", "2026-03-20"),
            ("Berlin in winter, before midnight", "Europe/Berlin", "2026-01-14T22:59:59.999Z", "2026-01-14"),
            ("Berlin in winter, midnight", "Europe/Berlin", "2026-01-14T23:00:00Z", "2026-01-15"),
            ("Berlin in summer, midnight", "Europe/Berlin", "2026-07-14T22:00:00Z", "2026-07-15"),
            ("New York, the evening before", "America/New_York", "2026-03-01T04:59:59Z", "2026-02-28"),
            ("Kathmandu, an offset of three quarters", "Asia/Kathmandu", "2026-05-01T18:15:00Z", "2026-05-02"),
            ("Kiritimati, fourteen hours ahead", "Pacific/Kiritimati", "2026-05-01T10:00:00Z", "2026-05-02"),
            ("beyond the tables, still summer time", "Europe/Berlin", "2090-07-14T22:00:00Z", "2090-07-15"),
            ("before the epoch", "UTC", "1969-12-31T23:59:59Z", "1969-12-31"),
        ];
        for (name, zone_name, instant, expected) in cases {
            assert_eq!(zone(zone_name).local_day(at(instant)).to_string(), expected, "{name}");
        }
    }

    #[test]
    fn a_day_begins_and_ends_where_local_clocks_say() {
        let cases = [
            ("an ordinary day", "Europe/Berlin", "2026-01-15", "2026-01-14T23:00:00Z", 24),
            ("clocks go forward", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23),
            ("clocks go back", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
            ("midnight is skipped", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23),
            ("the hour before midnight is repeated", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25),
            ("a day that Samoa skipped", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
            ("UTC", "UTC", "2026-12-31", "2026-12-31T00:00:00Z", 24),
        ];
        for (name, zone_name, text, start, hours) in cases {
            let (zone, day) = (zone(zone_name), day(text));
            assert_eq!(zone.day_start(day).to_string(), start, "{name}");
            assert_eq!(zone.day_end_exclusive(day).millis() - zone.day_start(day).millis(), hours * HOUR, "{name}");
        }
    }

    #[test]
    fn in_every_zone_a_day_holds_exactly_its_instants() {
        let (first, last) = (at("2012-01-01T00:00:00Z").millis(), at("2045-01-01T00:00:00Z").millis());
        let mut zones = 0;
        for name in TimeZoneDatabase::bundled().available() {
            let Ok(zone) = Zone::parse(name.as_str()) else {
                panic!("{} has no rules", name.as_str());
            };
            zones += 1;
            for instant in (first..last).step_by(47 * 86_400_000 + 1_234_567).map(Timestamp::from_millis) {
                let day = zone.local_day(instant);
                let (start, end) = (zone.day_start(day), zone.day_end_exclusive(day));
                assert!(start <= instant && instant < end, "{} {instant}", zone.name());
                assert_eq!(zone.local_day(start), day, "{} {instant}", zone.name());
                assert!(zone.local_day(start.minus(Duration::from_millis(1))) < day, "{} {instant}", zone.name());
            }
        }
        assert!(zones > 400, "only {zones} zones are compiled in");
    }

    #[test]
    fn zones_go_by_their_iana_names() {
        assert_eq!(zone("europe/berlin").name(), "Europe/Berlin");
        assert_eq!(zone("utc"), Zone::utc());
        assert_ne!(zone("Europe/Berlin"), zone("Europe/Paris"));
        for name in ["", "Berlin", "+01:00", "CET+1", "Europe/Atlantis", "../../etc/passwd", "Etc/Unknown"] {
            assert_eq!(Zone::parse(name), Err(TimeError::UnknownZone), "{name}");
        }
    }

    #[test]
    fn windows_are_one_to_3650_days() {
        for days in [1, 30, 3650] {
            assert_eq!(u32::from(Window::from_days(days).unwrap().days()), days);
        }
        for days in [0, 3651, 65_536 + 30, u32::MAX] {
            assert_eq!(Window::from_days(days), Err(WindowError), "{days}");
        }
        assert_eq!(Window::DEFAULT.days(), 30);
    }

    const WINDOWS: &[(&str, &str, u32, &str)] = &[
        ("an ordinary day", "2026-05-04T09:30:00Z", 30, "2026-06-03T09:30:00Z"),
        ("over a leap day", "2028-02-28T23:59:59Z", 2, "2028-03-01T23:59:59Z"),
        ("on a leap day, a year", "2028-02-29T12:00:00Z", 365, "2029-02-28T12:00:00Z"),
        ("the same dates without a leap day", "2027-02-28T23:59:59Z", 2, "2027-03-02T23:59:59Z"),
        ("over the end of a short month", "2026-02-28T00:00:00Z", 1, "2026-03-01T00:00:00Z"),
        ("from the end of a long month", "2026-01-31T18:00:00Z", 30, "2026-03-02T18:00:00Z"),
        ("over the end of a year", "2026-12-31T23:59:59.999Z", 1, "2027-01-01T23:59:59.999Z"),
        ("clocks go forward: an hour later by the wall", "2026-03-28T12:00:00+01:00", 1, "2026-03-29T13:00:00+02:00"),
        ("clocks go back: an hour earlier by the wall", "2026-10-24T12:00:00+02:00", 1, "2026-10-25T11:00:00+01:00"),
        ("the longest", "2026-01-01T00:00:00Z", 3650, "2035-12-30T00:00:00Z"),
    ];

    #[test]
    fn a_window_is_days_of_24_hours_whatever_the_calendar_does() {
        for &(name, clicked, days, end) in WINDOWS {
            let (window, clicked, end) = (Window::from_days(days).unwrap(), at(clicked), at(end));
            let covers = |offset: i64| window.covers(clicked, Timestamp::from_millis(end.millis() + offset));
            assert!(covers(-SECOND) && covers(-1), "{name}: before its end");
            assert!(covers(0), "{name}: exactly at its end");
            assert!(!covers(1) && !covers(SECOND), "{name}: after its end");
            assert!(window.covers(clicked, clicked), "{name}: at the click");
            assert!(window.covers(clicked, clicked.minus(Duration::from_secs(5))), "{name}: clocks that differ");
        }
    }

    #[test]
    fn a_window_holds_at_the_ends_of_time() {
        let extremes = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
        assert!(!Window::DEFAULT.covers(extremes.0, extremes.1));
        assert!(Window::DEFAULT.covers(extremes.1, extremes.0));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(millis in -62_167_219_200_000_i64..253_402_300_800_000) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(Timestamp::parse_rfc3339(&time.to_string()), Ok(time));
            let independent: jiff::Timestamp = time.to_string().parse().unwrap();
            prop_assert_eq!(independent.as_millisecond(), millis);
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,40}", near in "[0-9TZ:.+-]{0,30}") {
            for text in [text, near] {
                let _ = (Timestamp::parse_rfc3339(&text), LocalDay::parse(&text), Zone::parse(&text));
            }
        }
    }
}
