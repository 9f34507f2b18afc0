//! Which days the dashboard is about: a word in the URL, or dates of one's own.

use crate::domain::time::{LocalDay, Timestamp, Zone};
use crate::storage::roll_ups::periods::Days;
use crate::web::form::Errors;
use crate::web::query::Query;

/// The words of `?range=`, and what stands on their buttons.
pub(super) const RANGES: [(&str, &str); 5] =
    [("today", "Today"), ("7d", "7 days"), ("30d", "30 days"), ("month", "This month"), ("last-month", "Last month")];

/// Days at most, so that the chart can still be read.
const MOST_DAYS: i32 = 366;

/// A stretch of days, and as many right before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Periods {
    /// The days that are shown.
    pub now: Days,
    /// Those they are held against.
    pub before: Days,
}

impl Periods {
    fn new(from: LocalDay, to: LocalDay) -> Self {
        let days = to.number().saturating_sub(from.number()).saturating_add(1);
        let first = LocalDay::from_number(from.number().saturating_sub(days));
        Self { now: Days { from, to }, before: Days { from: first, to: from.previous() } }
    }

    /// How many days are shown.
    pub(super) const fn count(&self) -> i32 {
        self.now.to.number() - self.now.from.number() + 1
    }

    /// Both stretches as one: they touch.
    pub(super) const fn both(&self) -> Days {
        Days { from: self.before.from, to: self.now.to }
    }

    /// The quarter hours of both stretches, where a single day is shown.
    pub(super) fn hours(&self, zone: &Zone) -> Option<(i64, i64)> {
        let bounds = (zone.day_start(self.before.from), zone.day_end_exclusive(self.now.to));
        (self.count() == 1).then(|| (bounds.0.quarter_hour(), bounds.1.quarter_hour()))
    }

    /// The stretch before in words: `the day before`, `the 30 days before`.
    pub(super) fn before_in_words(&self) -> String {
        match self.count() {
            1 => "the day before".to_owned(),
            days => format!("the {days} days before"),
        }
    }
}

/// The range that a query asks for.
#[derive(Debug)]
pub(super) struct Range {
    /// The word, empty for dates of one's own.
    pub(super) word: &'static str,
    pub(super) periods: Periods,
    /// What stands in the fields of the dates.
    pub(super) from: String,
    pub(super) to: String,
    /// The days in words.
    pub(super) told: String,
    pub(super) errors: Errors,
}

impl Range {
    /// Reads a query. What cannot be read is said, and the usual thirty days are shown.
    pub(super) fn read(query: &Query, zone: &Zone, now: Timestamp) -> Self {
        let today = zone.local_day(now);
        let mut errors = Errors::default();
        let own = own_dates(query, &mut errors);
        let word = if own.is_some() { "" } else { word(query) };
        let (from, to) = own.unwrap_or_else(|| named(word, today));
        let has_typed = !errors.is_empty();
        let field = |name: &str, day: LocalDay| if has_typed { query.text(name).to_owned() } else { day.to_string() };
        Self {
            word,
            periods: Periods::new(from, to),
            from: field("from", from),
            to: field("to", to),
            told: told(zone, from, to),
            errors,
        }
    }
}

fn word(query: &Query) -> &'static str {
    let asked = query.text("range");
    RANGES.iter().find(|(word, _)| *word == asked).map_or("30d", |(word, _)| word)
}

fn named(word: &str, today: LocalDay) -> (LocalDay, LocalDay) {
    let back = |days: i32| LocalDay::from_number(today.number().saturating_sub(days));
    match word {
        "today" => (today, today),
        "7d" => (back(6), today),
        "month" => (first_of_month(today), today),
        "last-month" => {
            let last = first_of_month(today).previous();
            (first_of_month(last), last)
        }
        _ => (back(29), today),
    }
}

fn first_of_month(day: LocalDay) -> LocalDay {
    let written = day.to_string();
    let first = written.rsplit_once('-').and_then(|(month, _)| LocalDay::parse(&format!("{month}-01")).ok());
    first.unwrap_or(day)
}

/// The dates of a query, if it has some and they can be read.
fn own_dates(query: &Query, errors: &mut Errors) -> Option<(LocalDay, LocalDay)> {
    if !query.says_any(&["from", "to"]) {
        return None;
    }
    let from = errors.take("from", "From", LocalDay::parse(query.text("from").trim()));
    let to = errors.take("to", "To", LocalDay::parse(query.text("to").trim()));
    let (from, to) = from.zip(to)?;
    let days = to.number().saturating_sub(from.number());
    if days < 0 {
        errors.add("to", "To must not be before From.");
    } else if days >= MOST_DAYS {
        errors.add("to", format!("To must be less than {MOST_DAYS} days after From."));
    }
    errors.is_empty().then_some((from, to))
}

fn told(zone: &Zone, from: LocalDay, to: LocalDay) -> String {
    let written = |day: LocalDay, format: &str| zone.written(zone.day_start(day), format);
    let last = written(to, "%-d %b %Y");
    let is_one_year = written(from, "%Y") == written(to, "%Y");
    match (from == to, is_one_year) {
        (true, _) => last,
        (false, true) => format!("{} – {last}", written(from, "%-d %b")),
        (false, false) => format!("{} – {last}", written(from, "%-d %b %Y")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> (LocalDay, LocalDay) {
        (LocalDay::parse(from).unwrap(), LocalDay::parse(to).unwrap())
    }

    #[test]
    fn each_word_names_its_days() {
        let (today, _) = days("2026-03-05", "2026-03-05");
        for (word, from, to) in [
            ("today", "2026-03-05", "2026-03-05"),
            ("7d", "2026-02-27", "2026-03-05"),
            ("30d", "2026-02-04", "2026-03-05"),
            ("month", "2026-03-01", "2026-03-05"),
            ("last-month", "2026-02-01", "2026-02-28"),
            ("", "2026-02-04", "2026-03-05"),
        ] {
            assert_eq!(named(word, today), days(from, to), "{word}");
        }
        let (january, _) = days("2026-01-31", "2026-01-31");
        assert_eq!(named("last-month", january), days("2025-12-01", "2025-12-31"));
    }

    #[test]
    fn a_stretch_is_held_against_as_many_days_right_before_it() {
        let (from, to) = days("2026-03-01", "2026-03-05");
        let periods = Periods::new(from, to);
        assert_eq!((periods.before.from, periods.before.to), days("2026-02-24", "2026-02-28"));
        assert_eq!((periods.count(), periods.before_in_words().as_str()), (5, "the 5 days before"));
        assert_eq!(periods.hours(&Zone::utc()), None);
        let one = Periods::new(to, to);
        assert_eq!(one.before_in_words(), "the day before");
        let (start, end) = one.hours(&Zone::utc()).unwrap();
        assert_eq!(end - start, 2 * 96);
    }
}
