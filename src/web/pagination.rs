//! Lists in pages, by number or, where rows arrive all the time, by id.

use std::fmt::Display;
use std::str::FromStr;

use super::query::Query;
use crate::storage::keyset::{Page, Start};

/// Which page of a list is shown, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    page: i64,
    per_page: i64,
    total: i64,
}

impl Paging {
    /// The page that was asked for, or the nearest there is.
    #[must_use]
    pub fn new(asked: i64, per_page: i64, total: i64) -> Self {
        let last = last_page(per_page, total);
        Self { page: asked.clamp(1, last), per_page, total }
    }

    /// The page, from 1.
    #[must_use]
    pub const fn page(self) -> i64 {
        self.page
    }

    /// How many rows come before it.
    #[must_use]
    pub const fn offset(self) -> i64 {
        (self.page - 1) * self.per_page
    }

    /// How many rows it has at most.
    #[must_use]
    pub const fn limit(self) -> i64 {
        self.per_page
    }

    /// How many rows there are on all pages.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.total
    }

    /// The number of its first row, from 1; 0 when there is none.
    #[must_use]
    pub fn first(self) -> i64 {
        (self.offset() + 1).min(self.total)
    }

    /// The number of its last row.
    #[must_use]
    pub fn last(self) -> i64 {
        (self.offset() + self.per_page).min(self.total)
    }

    /// What a list comes to, with which of its rows are shown where that is not all: "1 link", "21–40 of 45 links".
    #[must_use]
    pub fn told(self, one: &str, many: &str) -> String {
        match self.total {
            1 => format!("1 {one}"),
            total if total <= self.per_page => format!("{total} {many}"),
            total => format!("{}–{} of {total} {many}", self.first(), self.last()),
        }
    }

    /// The page before, if there is one.
    #[must_use]
    pub fn previous(self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// The page after, if there is one.
    #[must_use]
    pub fn next(self) -> Option<i64> {
        (self.page < last_page(self.per_page, self.total)).then(|| self.page + 1)
    }

    /// The pages to offer: the first, the last, and those around this one.
    #[must_use]
    pub fn offered(self) -> Vec<i64> {
        let last = last_page(self.per_page, self.total);
        (1..=last).filter(|page| *page == 1 || *page == last || (page - self.page).abs() <= 2).collect()
    }
}

/// From where the list that a query asks for starts.
#[must_use]
pub fn start<I: FromStr>(query: &Query) -> Start<I> {
    match (query.value("before"), query.value("after")) {
        (Some(id), _) => Start::OlderThan(id),
        (None, Some(id)) => Start::NewerThan(id),
        (None, None) => Start::Newest,
    }
}

/// Where a list by id goes on, in both directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The address of the newer rows, if there are some.
    pub newer: Option<String>,
    /// The address of the older rows, if there are some.
    pub older: Option<String>,
}

impl Neighbours {
    /// The neighbours of a page, given the list's address, which ends in `?` or `&`, and how to tell a row's id.
    #[must_use]
    pub fn of<R, I: Display>(page: &Page<R>, address: &str, id: impl Fn(&R) -> I) -> Self {
        let first = page.rows.first().filter(|_| page.has_newer);
        let last = page.rows.last().filter(|_| page.has_older);
        Self {
            newer: first.map(|row| format!("{address}after={}", id(row))),
            older: last.map(|row| format!("{address}before={}", id(row))),
        }
    }

    /// The same for a queue, whose oldest row comes first.
    #[must_use]
    pub fn of_queue<R, I: Display>(page: &Page<R>, address: &str, id: impl Fn(&R) -> I) -> Self {
        let first = page.rows.first().filter(|_| page.has_older);
        let last = page.rows.last().filter(|_| page.has_newer);
        Self {
            newer: last.map(|row| format!("{address}after={}", id(row))),
            older: first.map(|row| format!("{address}before={}", id(row))),
        }
    }

    /// Whether there is nothing but this page.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.newer.is_none() && self.older.is_none()
    }
}

fn last_page(per_page: i64, total: i64) -> i64 {
    ((total + per_page - 1) / per_page).max(1)
}

#[cfg(test)]
mod tests {
    use super::Paging;

    #[test]
    fn a_page_that_is_not_there_is_the_nearest_one() {
        for (asked, page, first, last) in [(1, 1, 1, 20), (3, 3, 41, 45), (9, 3, 41, 45), (0, 1, 1, 20), (-4, 1, 1, 20)]
        {
            let paging = Paging::new(asked, 20, 45);
            assert_eq!((paging.page(), paging.first(), paging.last()), (page, first, last), "{asked}");
        }
        let nothing = Paging::new(1, 20, 0);
        assert_eq!((nothing.first(), nothing.last(), nothing.previous(), nothing.next()), (0, 0, None, None));
        for (total, told) in [(0, "0 links"), (1, "1 link"), (20, "20 links"), (45, "21–40 of 45 links")] {
            assert_eq!(Paging::new(2, 20, total).told("link", "links"), told);
        }
        assert_eq!(Paging::new(1, 20, 20).next(), None, "a full page is the last when nothing follows");
        assert_eq!(Paging::new(10, 20, 400).offered(), [1, 8, 9, 10, 11, 12, 20]);
    }
}
