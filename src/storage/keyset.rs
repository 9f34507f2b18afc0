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

impl<R> Page<R> {
    /// The page made of what was found from `start` on, read away from it and one row further than the page is long. None
    /// when fewer than a page are newer than where it starts: then the first page is asked for, so that it is a full one.
    pub(super) fn cut<I>(start: &Start<I>, mut rows: Vec<R>, most: usize) -> Option<Self> {
        let has_more = rows.len() > most;
        rows.truncate(most);
        match start {
            Start::Newest => Some(Self { rows, has_newer: false, has_older: has_more }),
            Start::OlderThan(_) => Some(Self { rows, has_newer: true, has_older: has_more }),
            Start::NewerThan(_) if has_more => {
                rows.reverse();
                Some(Self { rows, has_newer: true, has_older: true })
            }
            Start::NewerThan(_) => None,
        }
    }

    /// The same for a list whose oldest row comes first, read from `start` on, away from it. None when fewer than a page
    /// are older than where it ends: then the first page is asked for.
    pub(super) fn cut_queue<I>(start: &Start<I>, mut rows: Vec<R>, most: usize) -> Option<Self> {
        let has_more = rows.len() > most;
        rows.truncate(most);
        match start {
            Start::Newest => Some(Self { rows, has_newer: has_more, has_older: false }),
            Start::NewerThan(_) => Some(Self { rows, has_newer: has_more, has_older: true }),
            Start::OlderThan(_) if has_more => {
                rows.reverse();
                Some(Self { rows, has_newer: true, has_older: true })
            }
            Start::OlderThan(_) => None,
        }
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
