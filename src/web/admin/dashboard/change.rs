//! The tiles: what a period came to, and how that differs from the one before.

use super::data::Figures;
use super::range::Periods;
use crate::domain::currency::Currency;
use crate::domain::money::Money;
use crate::domain::report::Tally;
use crate::storage::roll_ups::periods::Days;
use crate::web::filters::{amount, grouped};

/// One figure.
pub(super) struct Tile {
    pub(super) label: &'static str,
    pub(super) value: String,
    /// The currency, where it is money.
    pub(super) currency: Option<&'static str>,
    pub(super) delta: Option<Delta>,
    pub(super) note: String,
}

/// How much more or less than before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delta {
    /// `up`, `down`, or nothing where it is the same.
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) text: String,
}

/// From here on, in tenths of a per cent, a change says little by its digits: there was next to nothing before.
const MOST_TENTHS: i128 = 10_000;

impl Delta {
    /// The change in tenths of a per cent, rounded half away from zero; none where there was nothing before.
    fn between(now: i64, before: i64) -> Option<Self> {
        if before <= 0 {
            return None;
        }
        let (difference, before) = (i128::from(now) - i128::from(before), i128::from(before));
        let tenths = (difference.abs() * 1_000 * 2 + before) / (before * 2);
        let (class, icon, sign) = match (tenths, difference.signum()) {
            (0, _) => ("", "arrow-right", "±"),
            (_, 1) => ("up", "arrow-up-right", "+"),
            _ => ("down", "arrow-down-right", "−"),
        };
        let text = if tenths < MOST_TENTHS {
            format!("{sign}{}.{} %", tenths / 10, tenths % 10)
        } else {
            format!("more than {sign}999 %")
        };
        Some(Self { class, icon, text })
    }
}

/// What these days came to.
pub(super) fn total(figures: &Figures, days: Days) -> Tally {
    let mut total = Tally::default();
    let inside = figures.days.iter().filter(|(day, _)| (days.from..=days.to).contains(day));
    inside.for_each(|(_, tally)| total.add(tally));
    total
}

/// Clicks, conversions, sales and commission.
pub(super) fn tiles(figures: &Figures, periods: &Periods, currency: Currency) -> Vec<Tile> {
    let (now, before) = (total(figures, periods.now), total(figures, periods.before));
    let money = |minor| amount(Money::new(minor, currency));
    let from = |value: i64, written: String| match value {
        0 => format!("none in {}", periods.before_in_words()),
        _ => format!("from {written}"),
    };
    let count = |label, now: i64, before: i64, note| Tile {
        label,
        value: grouped(now),
        currency: None,
        delta: Delta::between(now, before),
        note,
    };
    let sum = |label, now: i64, before: i64| Tile {
        label,
        value: money(now),
        currency: Some(currency.code()),
        delta: Delta::between(now, before),
        note: from(before, money(before)),
    };
    let ratio = now.ratio().map(|ratio| format!("{ratio} % of clicks"));
    vec![
        count("Clicks", now.clicks, before.clicks, from(before.clicks, grouped(before.clicks))),
        count(
            "Conversions",
            now.conversions,
            before.conversions,
            ratio.unwrap_or_else(|| from(before.conversions, grouped(before.conversions))),
        ),
        sum("Sales", now.sales_minor, before.sales_minor),
        sum("Commission", now.commission_minor, before.commission_minor),
    ]
}

#[cfg(test)]
mod tests {
    use super::Delta;

    #[test]
    fn a_change_is_told_in_tenths_of_a_per_cent() {
        for (now, before, class, text) in [
            (61_402, 56_644, "up", "+8.4 %"),
            (50, 100, "down", "−50.0 %"),
            (100, 100, "", "±0.0 %"),
            (10_001, 10_000, "", "±0.0 %"),
            (20_010, 20_000, "up", "+0.1 %"),
            (0, 7, "down", "−100.0 %"),
            (-7, 7, "down", "−200.0 %"),
            (10_999, 1_000, "up", "+999.9 %"),
            (11_000, 1_000, "up", "more than +999 %"),
        ] {
            let delta = Delta::between(now, before).unwrap();
            assert_eq!((delta.class, delta.text.as_str()), (class, text), "{now} after {before}");
        }
        assert!(Delta::between(i64::MAX, 1).is_some(), "however large");
        assert_eq!(Delta::between(5, 0), None);
        assert_eq!(Delta::between(5, -5), None);
    }
}
