//! Lists that are walked by counting rows: where each page ended, so that the next one goes on right there.
//!
//! A page that is found by its place alone moves while rows arrive (a row is told twice) and while whoever walks changes
//! what the list is about (approving all of one page of what is pending lets the next one skip as many). So it is
//! remembered for a while where a page ended, and how many rows there were when the walk began. Nothing true depends on
//! it: a walk that is forgotten goes on by counting rows. One walk per key, list and length of its pages: whoever asks for
//! the beginning again begins anew.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::id::{ConversionId, TokenId};
use crate::domain::time::Timestamp;
use crate::storage::conversions::list::Wanted;

/// How long a walk is remembered after its last page.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);

/// Walks remembered at most.
const MOST_WALKS: usize = 1_024;

/// Pages of one walk whose ends are remembered: the last ones.
const MOST_ENDS: usize = 64;

/// Who walks through what: the key, the filters, and the length of a page.
pub type Walk = (TokenId, Wanted, i64);

#[derive(Clone, Debug)]
struct Underway {
    total: i64,
    ends: BTreeMap<i64, ConversionId>,
    touched: Timestamp,
}

/// A page that was read: how many rows of the walk lie before it and before the next one, how many there were when the
/// walk began, and its last row, if it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Rows before it.
    pub begin: i64,
    /// Rows before the next one.
    pub end: i64,
    /// All rows.
    pub total: i64,
    /// The last of its own.
    pub last: Option<ConversionId>,
}

/// From where a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct From {
    /// Below this row; from the newest where it is none.
    pub below: Option<ConversionId>,
    /// So many rows further.
    pub skip: i64,
    /// How many rows there were when the walk began, where it is known.
    pub total: Option<i64>,
}

/// Every walk that is under way.
#[derive(Debug, Default)]
pub struct Walks(Mutex<HashMap<Walk, Underway>>);

impl Walks {
    /// From where the page of a walk is read that has so many rows before it. Without any it begins the walk.
    #[must_use]
    pub fn from(&self, walk: &Walk, before: i64, now: Timestamp) -> From {
        let walks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = walks.get(walk).filter(|it| before > 0 && now.since(it.touched) < REMEMBERED);
        let end = known.and_then(|it| it.ends.range(..=before).next_back());
        let (place, below) = end.map_or((0, None), |(place, end)| (*place, Some(*end)));
        From { below, skip: before - place, total: known.map(|it| it.total) }
    }

    /// Remembers where a page ended, if it had a row.
    pub fn note(&self, walk: Walk, read: Read, now: Timestamp) {
        let mut walks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !walks.contains_key(&walk) && walks.len() >= MOST_WALKS {
            make_room(&mut walks, now);
        }
        let begun = Underway { total: read.total, ends: BTreeMap::new(), touched: now };
        let underway = walks.entry(walk).or_insert_with(|| begun.clone());
        if read.begin == 0 || now.since(underway.touched) >= REMEMBERED {
            *underway = begun;
        }
        underway.touched = now;
        underway.ends.extend(read.last.map(|last| (read.end, last)));
        if underway.ends.len() > MOST_ENDS {
            underway.ends.pop_first();
        }
    }
}

/// Forgets what nobody goes on with, or else the walk that has rested longest.
fn make_room(walks: &mut HashMap<Walk, Underway>, now: Timestamp) {
    walks.retain(|_, underway| now.since(underway.touched) < REMEMBERED);
    if walks.len() >= MOST_WALKS {
        let longest = walks.iter().min_by_key(|(_, underway)| underway.touched).map(|(walk, _)| walk.clone());
        longest.map(|walk| walks.remove(&walk));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn row(number: u8) -> ConversionId {
        ConversionId::at(NOW, [number; 10])
    }

    fn walk(key: u8) -> Walk {
        (TokenId::at(NOW, [key; 10]), Wanted::default(), 20)
    }

    fn later(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    /// The page of twenty that has so many rows before it.
    fn page(begin: i64, total: i64, last: ConversionId) -> Read {
        Read { begin, end: begin + 20, total, last: Some(last) }
    }

    #[test]
    fn a_page_goes_on_where_the_one_before_it_ended() {
        let walks = Walks::default();
        let from = |before| walks.from(&walk(1), before, later(60));
        assert_eq!(from(40), From { below: None, skip: 40, total: None }, "unknown, it is counted");
        walks.note(walk(1), page(0, 95, row(9)), NOW);
        walks.note(walk(1), page(20, 95, row(7)), NOW);
        let total = Some(95);
        assert_eq!(from(20), From { below: Some(row(9)), skip: 0, total });
        assert_eq!(from(40), From { below: Some(row(7)), skip: 0, total });
        assert_eq!(from(39), From { below: Some(row(9)), skip: 19, total }, "counted on from what is known");
        assert_eq!(from(80), From { below: Some(row(7)), skip: 40, total });
        assert_eq!(from(0), From { below: None, skip: 0, total: None }, "the beginning begins anew");
        let other = (walk(1).0, Wanted { flagged: true, ..Wanted::default() }, 20);
        assert_eq!(walks.from(&other, 20, NOW).below, None, "another list");
        assert_eq!(walks.from(&walk(2), 20, NOW).below, None, "another key");
        walks.note(walk(1), page(0, 96, row(11)), later(61));
        assert_eq!(walks.from(&walk(1), 40, later(62)), From { below: Some(row(11)), skip: 20, total: Some(96) });
    }

    #[test]
    fn a_walk_is_forgotten_after_a_while() {
        let walks = Walks::default();
        walks.note(walk(1), page(0, 95, row(9)), NOW);
        assert_eq!(walks.from(&walk(1), 20, later(899)).below, Some(row(9)));
        assert_eq!(walks.from(&walk(1), 20, later(900)), From { below: None, skip: 20, total: None });
        walks.note(walk(1), page(20, 90, row(7)), later(900));
        assert_eq!(walks.from(&walk(1), 40, later(900)), From { below: Some(row(7)), skip: 0, total: Some(90) });
    }

    #[test]
    fn memory_is_bounded() {
        let walks = Walks::default();
        for number in 0..1_000 {
            walks.note(walk(1), page(20 * number, 20_000, row(1)), NOW);
        }
        assert_eq!(walks.0.lock().unwrap()[&walk(1)].ends.len(), MOST_ENDS);
        for number in 0..2 * i64::try_from(MOST_WALKS).unwrap() {
            let walk = (walk(1).0, Wanted::default(), number);
            walks.note(walk, page(0, 1, row(1)), NOW.plus(Duration::from_millis(number.unsigned_abs())));
        }
        assert_eq!(walks.0.lock().unwrap().len(), MOST_WALKS);
        let newest = (walk(1).0, Wanted::default(), 2 * i64::try_from(MOST_WALKS).unwrap() - 1);
        assert_eq!(walks.from(&newest, 20, NOW).below, Some(row(1)), "those who rested longest are forgotten");
    }
}
