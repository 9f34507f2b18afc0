//! Lists in pages.

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
        assert_eq!(Paging::new(1, 20, 20).next(), None, "a full page is the last when nothing follows");
        assert_eq!(Paging::new(10, 20, 400).offered(), [1, 8, 9, 10, 11, 12, 20]);
    }
}
