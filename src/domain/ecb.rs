//! The European Central Bank's reference rates, as it publishes them: comma-separated, one line per day, one column per
//! currency, each figure being how many units of the currency one euro buys.
//!
//! There are two layouts. The daily file has one line, whose date is written out (`20 November 2026`) and whose columns are
//! set apart by a comma and a blank; the historical one has a line per day since 1999, dated `2026-11-20`, with `N/A` where
//! a currency has no rate. Either ends its lines with a comma. What is tolerated is what the bank and the programs on the
//! way do: blanks, quotation marks, either end of line, a byte order mark. Everything else is refused whole, with the line
//! and the column, because a figure read from the wrong place becomes somebody's money.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use super::currency::{Currency, CurrencyError};
use super::exchange::{ExchangeRate, NotARate};
use super::time::LocalDay;

/// How much of what was found a refusal repeats.
const REPEATED: usize = 24;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How much of one currency a euro bought on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedRate {
    /// The currency, which is never the euro.
    pub currency: Currency,
    /// The day it was published for.
    pub day: LocalDay,
    /// Units for one euro.
    pub rate: ExchangeRate,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateFile {
    /// Its rates, the latest day first; at least one.
    pub rates: Vec<PublishedRate>,
    /// Codes of columns whose currency is money no more, such as `CYP`; their figures were passed over.
    pub passed_over: BTreeSet<String>,
}

/// Why a text is not such a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct NotARateFile {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// A line, and a column where it is about one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1; none where the line as a whole is meant.
    pub column: Option<usize>,
    /// The currency that heads it, where one does.
    pub currency: Option<Currency>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(out, ", column {column}")?;
        }
        self.currency.map_or(Ok(()), |currency| write!(out, " ({currency})"))
    }
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum Problem {
    #[error("a heading was expected that begins with Date, such as Date,USD,JPY")]
    UnknownLayout,
    #[error("a currency’s three letters were expected, not “{0}”")]
    NotACode(String),
    #[error("the euro has no rate: the rates are for one euro")]
    Euro,
    #[error("this currency has a column already")]
    TwoColumns,
    #[error("a currency was expected in the heading")]
    NoCurrency,
    #[error("a date that exists was expected, such as 2026-11-20 or 20 November 2026, not “{0}”")]
    NotADate(String),
    #[error("{0} has not come yet")]
    Future(LocalDay),
    #[error("{0} has a line already")]
    TwoLines(LocalDay),
    #[error("{found} columns were found where the heading has {expected}")]
    Columns { found: usize, expected: usize },
    #[error("the rate {0}, not “{1}”")]
    Rate(NotARate, String),
    #[error("there is no rate in the file")]
    Empty,
}

/// Reads a file of either layout. `today` is the last day that may have rates.
///
/// # Errors
/// [`NotARateFile`], naming line and column; then nothing of the file is of use.
pub fn read(text: &str, today: LocalDay) -> Result<RateFile, NotARateFile> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| !is_blank(line));
    let (number, first) = lines.next().ok_or_else(|| refused(1, None, Problem::UnknownLayout))?;
    let mut file = RateFile::default();
    let heading = read_heading(number, first, &mut file.passed_over)?;
    let mut days = HashSet::new();
    let mut last = number;
    for (number, line) in lines {
        let day = read_line(number, line, &heading, today, &mut file.rates)?;
        if !days.insert(day) {
            return Err(refused(number, Some(1), Problem::TwoLines(day)));
        }
        last = number;
    }
    if file.rates.is_empty() {
        return Err(refused(last, None, Problem::Empty));
    }
    file.rates.sort_by_key(|rate| std::cmp::Reverse((rate.day, rate.currency)));
    Ok(file)
}

/// What the columns after the date stand for; none for a currency that is money no more.
type Heading = Vec<Option<Currency>>;

fn read_heading(line: usize, text: &str, passed_over: &mut BTreeSet<String>) -> Result<Heading, NotARateFile> {
    let mut cells = cells(text).into_iter();
    if !cells.next().is_some_and(|first| first.eq_ignore_ascii_case("date")) {
        return Err(refused(line, Some(1), Problem::UnknownLayout));
    }
    let mut seen = HashSet::new();
    let mut heading = Heading::new();
    for (column, code) in cells.enumerate().map(|(index, cell)| (index + 2, cell)) {
        if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(refused(line, Some(column), Problem::NotACode(repeated(code))));
        }
        if !seen.insert(code) {
            return Err(refused(line, Some(column), Problem::TwoColumns));
        }
        let currency = match Currency::parse(code) {
            Ok(Currency::EUR) => return Err(refused(line, Some(column), Problem::Euro)),
            Ok(currency) => Some(currency),
            Err(CurrencyError::Unknown | CurrencyError::NotMoney(_) | CurrencyError::Withdrawn { .. }) => {
                passed_over.insert(code.to_owned());
                None
            }
        };
        heading.push(currency);
    }
    if heading.is_empty() { Err(refused(line, None, Problem::NoCurrency)) } else { Ok(heading) }
}

/// Reads the rates of one day and answers with the day. A line that ends too early is refused: it may be the end of a
/// file that was cut off, in the middle of a figure.
fn read_line(
    line: usize,
    text: &str,
    heading: &Heading,
    today: LocalDay,
    rates: &mut Vec<PublishedRate>,
) -> Result<LocalDay, NotARateFile> {
    let cells = all_cells(text);
    let (date, figures) = cells.split_first().unwrap_or((&"", &[]));
    let day = read_day(date).ok_or_else(|| refused(line, Some(1), Problem::NotADate(repeated(date))))?;
    if day > today {
        return Err(refused(line, Some(1), Problem::Future(day)));
    }
    let named = cells.len() - cells.iter().rev().take_while(|cell| cell.is_empty()).count();
    let expected = heading.len() + 1;
    if cells.len() < expected || named > expected {
        let found = if named > expected { named } else { cells.len() };
        return Err(refused(line, None, Problem::Columns { found, expected }));
    }
    for (column, (currency, figure)) in heading.iter().zip(figures).enumerate() {
        let Some(currency) = *currency else { continue };
        if figure.is_empty() || *figure == "N/A" {
            continue;
        }
        let rate = ExchangeRate::parse(figure).map_err(|error| NotARateFile {
            place: Place { line, column: Some(column + 2), currency: Some(currency) },
            problem: Problem::Rate(error, repeated(figure)),
        })?;
        rates.push(PublishedRate { currency, day, rate });
    }
    Ok(day)
}

/// `2026-11-20`, or `20 November 2026`.
fn read_day(text: &str) -> Option<LocalDay> {
    if let Ok(day) = LocalDay::parse(text) {
        return Some(day);
    }
    let mut words = text.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let plain = words.next().is_none() && day.len() <= 2 && year.len() == 4;
    let written = format!("{year}-{month:02}-{day:0>2}");
    LocalDay::parse(&written).ok().filter(|_| plain)
}

/// The cells of a line without the empty ones at its end.
fn cells(line: &str) -> Vec<&str> {
    let mut cells = all_cells(line);
    while cells.last().is_some_and(|cell| cell.is_empty()) {
        cells.pop();
    }
    cells
}

/// The cells of a line, without the blanks and the quotation marks around them.
fn all_cells(line: &str) -> Vec<&str> {
    line.split(',').map(|cell| bare(cell.trim())).collect()
}

fn bare(cell: &str) -> &str {
    let quoted = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.map_or(cell, str::trim)
}

fn is_blank(line: &str) -> bool {
    line.chars().all(|letter| letter == ',' || letter.is_whitespace())
}

fn refused(line: usize, column: Option<usize>, problem: Problem) -> NotARateFile {
    NotARateFile { place: Place { line, column, currency: None }, problem }
}

/// As much of a cell as a sentence can hold.
fn repeated(cell: &str) -> String {
    let shown = cell.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut shown: String = shown.take(REPEATED + 1).collect();
    if shown.chars().count() > REPEATED {
        shown.pop();
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
