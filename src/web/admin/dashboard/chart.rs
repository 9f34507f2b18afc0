//! Sales as a drawing: per day, or per hour of a single day, against the stretch before. Wide and narrow, and in numbers.
//!
//! Every coordinate is a whole number of tenths; amounts are never anything but integers here either.

use super::data::Figures;
use super::range::Periods;
use crate::domain::money::Money;
use crate::domain::program::Program;
use crate::domain::time::{LocalDay, Timestamp};
use crate::web::filters::amount;

/// A point of both lines.
struct Point {
    label: String,
    now: i64,
    before: i64,
}

/// A row of the table with the numbers.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) now: String,
    pub(super) before: String,
}

/// A line of the grid and what it stands for.
pub(super) struct Rule {
    pub(super) y: String,
    pub(super) label: String,
}

/// A word under the drawing.
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) anchor: &'static str,
    pub(super) label: String,
}

/// One drawing.
pub(super) struct Plot {
    pub(super) class: &'static str,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) left: i64,
    pub(super) right: i64,
    /// Where the words of the grid end, and where those under the drawing stand.
    pub(super) margin: i64,
    pub(super) foot: i64,
    pub(super) rules: Vec<Rule>,
    pub(super) ticks: Vec<Tick>,
    pub(super) area: String,
    pub(super) now: String,
    pub(super) before: String,
    pub(super) last: (String, String),
}

/// The chart with everything around it.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    pub(super) before: String,
    pub(super) told: String,
    pub(super) plots: Vec<Plot>,
    pub(super) lines: Vec<Line>,
    pub(super) is_flat: bool,
}

impl Chart {
    pub(super) fn new(figures: &Figures, periods: &Periods, program: &Program, now: Timestamp) -> Self {
        let per_hour = periods.count() == 1;
        let points = if per_hour { hours(figures, periods, program) } else { days(figures, periods, program) };
        let begun = begun(&points, periods, program, now);
        let (title, unit) = if per_hour { ("Sales per hour", "Hour") } else { ("Sales per day", "Day") };
        let money = |minor| amount(Money::new(minor, program.base_currency));
        let lowest = points.iter().take(begun).map(|point| point.now).min().unwrap_or_default();
        let highest = points.iter().take(begun).map(|point| point.now).max().unwrap_or_default();
        let told = format!(
            "{title} in {}. Lowest {}, highest {}. The numbers are below.",
            program.base_currency.code(),
            money(lowest),
            money(highest)
        );
        let line = |(at, point): (usize, &Point)| Line {
            label: point.label.clone(),
            now: if at < begun { money(point.now) } else { "–".to_owned() },
            before: money(point.before),
        };
        Self {
            title,
            unit,
            before: periods.before_in_words(),
            told,
            plots: vec![WIDE.draw(&points, begun, program), NARROW.draw(&points, begun, program)],
            lines: points.iter().enumerate().map(line).collect(),
            is_flat: points.iter().all(|point| point.now == 0 && point.before == 0),
        }
    }
}

/// How many of the points have begun: of today's hours those that are still to come have not.
fn begun(points: &[Point], periods: &Periods, program: &Program, now: Timestamp) -> usize {
    let is_today = periods.count() == 1 && program.zone.local_day(now) == periods.now.from;
    let hour: Option<usize> = program.zone.written(now, "%H").parse().ok();
    hour.filter(|_| is_today).map_or(points.len(), |hour| (hour + 1).min(points.len()))
}

fn days(figures: &Figures, periods: &Periods, program: &Program) -> Vec<Point> {
    let sales: std::collections::HashMap<LocalDay, i64> =
        figures.days.iter().map(|(day, tally)| (*day, tally.sales_minor)).collect();
    let of = |day: i32| sales.get(&LocalDay::from_number(day)).copied().unwrap_or_default();
    let (first, before) = (periods.now.from.number(), periods.before.from.number());
    let point = |at: i32| Point {
        label: program.zone.written(program.zone.day_start(LocalDay::from_number(first + at)), "%-d %b"),
        now: of(first + at),
        before: of(before + at),
    };
    (0..periods.count()).map(point).collect()
}

/// Hours by the clock on the wall: on the day the clocks go back one of them is two hours long.
fn hours(figures: &Figures, periods: &Periods, program: &Program) -> Vec<Point> {
    let zone = &program.zone;
    let mut points: Vec<Point> =
        (0..24).map(|hour| Point { label: format!("{hour:02}:00"), now: 0, before: 0 }).collect();
    for (quarter, tally) in &figures.quarters {
        let at = Timestamp::of_quarter_hour(*quarter);
        let hour: Option<usize> = zone.written(at, "%H").parse().ok();
        let Some(point) = hour.and_then(|hour| points.get_mut(hour)) else { continue };
        let day = zone.local_day(at);
        let sum = if day == periods.now.from { &mut point.now } else { &mut point.before };
        *sum = sum.saturating_add(tally.sales_minor);
    }
    points
}

/// The measures of a drawing: the viewport, and the field within it.
struct Frame {
    class: &'static str,
    width: i64,
    height: i64,
    left: i64,
    right: i64,
    top: i64,
    bottom: i64,
    ticks: usize,
}

const WIDE: Frame =
    Frame { class: "d-none d-md-block", width: 820, height: 268, left: 52, right: 812, top: 10, bottom: 242, ticks: 7 };

const NARROW: Frame =
    Frame { class: "d-md-none", width: 340, height: 220, left: 52, right: 332, top: 10, bottom: 194, ticks: 4 };

/// Lines of the grid above the ground.
const RULES: i64 = 3;

impl Frame {
    /// Draws the points; the line of this period ends with the last one that has begun.
    fn draw(&self, points: &[Point], begun: usize, program: &Program) -> Plot {
        let highest = points.iter().map(|point| point.now.max(point.before)).max().unwrap_or_default();
        let decimals = program.base_currency.decimals();
        let step = step(highest, 10_i64.saturating_pow(decimals));
        let now = self.line(points, begun, step, |point| point.now);
        let (first, last) = (self.x(0, points.len()), self.x(begun.saturating_sub(1), points.len()));
        let ground = tenths(self.bottom * 10);
        let rule = |at: i64| Rule {
            y: tenths(self.y(step.saturating_mul(at), step)),
            label: short(step.saturating_mul(at), program),
        };
        let end = points.iter().take(begun).next_back().map_or(0, |point| point.now);
        Plot {
            class: self.class,
            width: self.width,
            height: self.height,
            left: self.left,
            right: self.right,
            margin: self.left - 8,
            foot: self.height - 6,
            rules: (0..=RULES).map(rule).collect(),
            ticks: self.ticks(points),
            area: format!("M{},{ground} L{} L{},{ground}Z", tenths(first), now.replace(' ', " L"), tenths(last)),
            before: self.line(points, points.len(), step, |point| point.before),
            last: (tenths(last), tenths(self.y(end, step))),
            now,
        }
    }

    /// Tenths from the left for one of so many points.
    fn x(&self, at: usize, of: usize) -> i64 {
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.left * 10 + (self.right - self.left) * 10 * whole(at) / whole(of.max(2) - 1)
    }

    /// Tenths from the top for an amount. What is below zero stands on the ground.
    fn y(&self, amount: i64, step: i64) -> i64 {
        let field = i128::from((self.bottom - self.top) * 10);
        let up = i128::from(amount.max(0)) * field / (i128::from(step) * i128::from(RULES));
        self.bottom * 10 - i64::try_from(up).unwrap_or_default()
    }

    /// The places of the first so many points.
    fn line(&self, points: &[Point], many: usize, step: i64, of: impl Fn(&Point) -> i64) -> String {
        let places = points.iter().enumerate().take(many);
        let written = places
            .map(|(at, point)| format!("{},{}", tenths(self.x(at, points.len())), tenths(self.y(of(point), step))));
        written.collect::<Vec<_>>().join(" ")
    }

    /// As many words as there is room for, from the first point on.
    fn ticks(&self, points: &[Point]) -> Vec<Tick> {
        let every = points.len().div_ceil(self.ticks).max(1);
        let chosen = points.iter().enumerate().step_by(every);
        let tick = |(at, point): (usize, &Point)| Tick {
            x: tenths(self.x(at, points.len())),
            anchor: match at {
                0 => "start",
                at if at + 1 == points.len() => "end",
                _ => "middle",
            },
            label: point.label.clone(),
        };
        chosen.map(tick).collect()
    }
}

/// `1234` as `123.4`.
fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// The smallest of 1, 2 and 5 times a power of ten of which so many reach the highest amount; a whole unit where there is
/// nothing to reach.
fn step(highest: i64, unit: i64) -> i64 {
    if highest <= 0 {
        return unit;
    }
    let mut power = 1_i64;
    loop {
        for digit in [1, 2, 5] {
            let step = power.saturating_mul(digit);
            if step.saturating_mul(RULES) >= highest {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// An amount as there is room for beside the grid: `0`, `1.5k`, `2M`.
fn short(minor: i64, program: &Program) -> String {
    let unit = 10_i64.saturating_pow(program.base_currency.decimals());
    for (times, letter) in [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")] {
        let big = unit.saturating_mul(times);
        if minor >= big {
            let tenths = minor / (big / 10) % 10;
            let rest = if tenths == 0 { String::new() } else { format!(".{tenths}") };
            return format!("{}{rest}{letter}", minor / big);
        }
    }
    let written = amount(Money::new(minor, program.base_currency));
    match minor % unit {
        0 => written.split('.').next().unwrap_or_default().to_owned(),
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_reaches_the_highest_amount_and_not_much_further() {
        for (highest, expected) in [
            (0, 100),
            (-5, 100),
            (1, 1),
            (3, 1),
            (4, 2),
            (7, 5),
            (15, 5),
            (16, 10),
            (509_530, 200_000),
            (600_001, 500_000),
            (i64::MAX, i64::MAX),
        ] {
            let found = step(highest, 100);
            assert!(found.saturating_mul(RULES) >= highest, "{highest}");
            if highest != i64::MAX {
                assert_eq!(found, expected, "{highest}");
            }
        }
    }

    #[test]
    fn the_largest_amount_stands_inside_the_field_and_less_than_nothing_on_its_ground() {
        let step = step(509_530, 100);
        for frame in [WIDE, NARROW] {
            assert_eq!(frame.y(0, step), frame.bottom * 10);
            assert_eq!(frame.y(-400, step), frame.bottom * 10);
            assert_eq!(frame.y(step * RULES, step), frame.top * 10);
            assert!(frame.y(509_530, step) > frame.top * 10);
            assert_eq!((frame.x(0, 30), frame.x(29, 30)), (frame.left * 10, frame.right * 10));
            assert_eq!(frame.x(0, 1), frame.left * 10);
        }
        assert_eq!(tenths(1_234), "123.4");
    }
}
