//! Pages that go by id: they stay what they are while new rows arrive, and the last one costs no more than the first.

/// From where in a list a page starts. A queue, whose oldest row comes first, starts from its oldest instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<I> {
    /// From the newest.
    Newest,
    /// From the first one older than this.
    OlderThan(I),
    /// So that it ends just before this.
    NewerThan(I),
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<R> {
    /// The newest first; the oldest first in a queue.
    pub rows: Vec<R>,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// Whether there are older ones.
    pub has_older: bool,
}

impl<R> Default for Page<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_newer: false, has_older: false }
    }
}

/// Which row of a list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// The newest.
    Newest,
    /// The oldest: a queue.
    Oldest,
}

impl<R> Page<R> {
    /// The page made of what was found from `start` on, read away from it and one row further than the page is long. None
    /// when fewer than a page are newer than where it starts: then the first page is asked for, so that it is a full one.
    pub(super) fn cut<I>(start: &Start<I>, rows: Vec<R>, most: usize) -> Option<Self> {
        Self::cut_from(Front::Newest, start, rows, most)
    }

    /// The same for a list that has either end in front.
    pub(super) fn cut_from<I>(front: Front, start: &Start<I>, mut rows: Vec<R>, most: usize) -> Option<Self> {
        let has_more = rows.len() > most;
        rows.truncate(most);
        let (is_first, goes_back) = match (start, front) {
            (Start::Newest, _) => (true, false),
            (Start::NewerThan(_), Front::Newest) | (Start::OlderThan(_), Front::Oldest) => (false, true),
            (Start::OlderThan(_), Front::Newest) | (Start::NewerThan(_), Front::Oldest) => (false, false),
        };
        if goes_back {
            if !has_more {
                return None;
            }
            rows.reverse();
        }
        Some(match front {
            Front::Newest => Self { rows, has_newer: !is_first, has_older: has_more },
            Front::Oldest => Self { rows, has_newer: has_more, has_older: !is_first },
        })
    }

    /// Whether everything that is wanted is on this page.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.has_newer && !self.has_older
    }
}

/// How many rows to read for a page of `most`.
pub(super) fn rows_to_read(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}
