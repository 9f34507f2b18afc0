//! Rates that leap: a figure read from the wrong place, or typed wrong, looks like a rate, and stays on every sale that is
//! converted by it. What is more than twice the rate before it, or less than half of it, is somebody's decision.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::currency::Currency;
use super::ecb::PublishedRate;
use super::exchange::ExchangeRate;
use super::time::LocalDay;

/// How many days before a rate another one may be and still say what to expect. Currencies come back after years.
pub const COMPARED_DAYS: i32 = 366;

/// Two rates of a currency that are too far apart to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leap {
    /// Whose.
    pub currency: Currency,
    /// What was expected to go on: another rate of the same day, or the one before it.
    pub before: (LocalDay, ExchangeRate),
    /// What is said to follow.
    pub after: (LocalDay, ExchangeRate),
}

impl fmt::Display for Leap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { currency, before: (earlier, known), after: (day, rate) } = self;
        let code = currency.code();
        write!(out, "one euro would be {rate} {code} on {day}, after {known} {code} on {earlier}")
    }
}

/// The leaps that these rates would make, the earliest first: from each other, and from what is known. What is known
/// exactly so was decided about before.
#[must_use]
pub fn leaps(known: &[PublishedRate], published: &[PublishedRate]) -> Vec<Leap> {
    let key = |rate: &PublishedRate| ((rate.currency, rate.day), rate.rate);
    let known: BTreeMap<(Currency, LocalDay), ExchangeRate> = known.iter().map(key).collect();
    let mut all = known.clone();
    all.extend(published.iter().map(key));
    let leap = |rate: &PublishedRate| {
        let PublishedRate { currency, day, rate } = *rate;
        let same_day = known.get(&(currency, day)).map(|known| (day, *known));
        let oldest = LocalDay::from_number(day.number().saturating_sub(COMPARED_DAYS));
        let earlier = all.range((currency, oldest)..(currency, day)).next_back().map(|((_, day), rate)| (*day, *rate));
        let expected = [same_day, earlier].into_iter().flatten();
        match same_day {
            Some((_, known)) if known == rate => None,
            _ => expected
                .filter(|(_, before)| are_far_apart(before.decimal(), rate.decimal()))
                .map(|before| Leap { currency, before, after: (day, rate) })
                .next(),
        }
    };
    let mut found: Vec<Leap> = published.iter().filter_map(leap).collect();
    found.sort_by_key(|leap| (leap.after.0, leap.currency));
    found
}

fn are_far_apart(one: Decimal, other: Decimal) -> bool {
    let (less, more) = if one < other { (one, other) } else { (other, one) };
    less.checked_mul(Decimal::TWO).is_some_and(|twice| more > twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(written: &[&str]) -> Vec<PublishedRate> {
        let rate = |line: &&str| {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap();
            PublishedRate {
                currency: Currency::parse(word()).unwrap(),
                day: LocalDay::parse(word()).unwrap(),
                rate: ExchangeRate::parse(word()).unwrap(),
            }
        };
        written.iter().map(rate).collect()
    }

    /// What the case is called, what is known, what is published, and the leaps.
    type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

    #[test]
    fn a_rate_is_held_against_the_one_before_it_and_the_one_of_its_day() {
        let leap = "one euro would be 10.8 USD on 2026-03-20, after 1.08 USD on 2026-03-19";
        let cases: &[Case<'_>] = &[
            ("the first ever", &[], &["USD 2026-03-20 10.8"], &[]),
            ("as ever", &["USD 2026-03-19 1.08"], &["USD 2026-03-20 1.09"], &[]),
            ("twice as much", &["USD 2026-03-19 1"], &["USD 2026-03-20 2"], &[]),
            ("a full stop in the wrong place", &["USD 2026-03-19 1.08"], &["USD 2026-03-20 10.8"], &[leap]),
            ("within the file", &[], &["USD 2026-03-20 10.8", "USD 2026-03-19 1.08"], &[leap]),
            ("another currency", &["JPY 2026-03-19 160"], &["USD 2026-03-20 1.08"], &[]),
            ("known just so", &["USD 2026-03-19 1.08", "USD 2026-03-20 10.8"], &["USD 2026-03-20 10.8"], &[]),
            ("after years", &["USD 2020-03-19 1.08"], &["USD 2026-03-20 10.8"], &[]),
            (
                "another one of the day",
                &["USD 2026-03-20 1.08"],
                &["USD 2026-03-20 0.5"],
                &["one euro would be 0.5 USD on 2026-03-20, after 1.08 USD on 2026-03-20"],
            ),
        ];
        for (name, known, published, told) in cases {
            let found: Vec<String> = leaps(&rates(known), &rates(published)).iter().map(Leap::to_string).collect();
            assert_eq!(found, *told, "{name}");
        }
    }
}
