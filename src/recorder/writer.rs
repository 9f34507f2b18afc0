//! The writing thread.
//!
//! It owns the one connection that may write. What can go wrong is told apart by what must be done about it: a
//! transaction that lost a race is run again; one whose answer was lost is run again under the same batch id, which shows
//! whether it had happened; one that the database refuses for any other reason is run again element by element, so that
//! only the culprit errs. When the database is away, everybody is told at once, and the thread keeps knocking.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::batch::{Batch, Results};
use super::{Item, NotRecorded, QueuedWrite, Shared};
use crate::domain::id::BatchId;
use crate::environment::Environment;
use crate::operations::record_clicks::Visitors;
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::{Conn, DatabaseUrl, Purpose};
use crate::storage::error::{StorageError, Stored};
use crate::storage::new_rows::NewConversions;
use crate::storage::write::{Write, abandon, transaction};
use crate::storage::{batches, installation};

/// How often an idle thread makes sure that it could write.
const IDLE_CHECK: Duration = Duration::from_millis(500);

/// How often it knocks while the database is away.
const KNOCK: Duration = Duration::from_millis(250);

/// How often a transaction that lost a race is run again before it is taken apart.
const RUNS: u32 = 5;

/// What others are told of and may still look at. This thread made it and gives its memory back: were it the last of those who
/// look that did, each would wait for the other's lock at every report.
#[derive(Default)]
struct ToldOf(Vec<Arc<NewConversions>>);

impl ToldOf {
    /// Keeps it as long as somebody looks at it.
    fn keep(&mut self, new: Arc<NewConversions>) {
        self.forget();
        self.0.push(new);
    }

    /// Gives back what nobody looks at any more.
    fn forget(&mut self) {
        self.0.retain(|new| Arc::strong_count(new) > 1);
    }
}

pub(super) struct Writer {
    url: DatabaseUrl,
    conn: Option<Conn>,
    env: Environment,
    shared: Arc<Shared>,
    waiting: Receiver<Item>,
    visitors: Visitors,
    told: ToldOf,
    last_check: Instant,
}

impl Writer {
    pub(super) fn new(
        url: DatabaseUrl,
        conn: Conn,
        env: Environment,
        shared: Arc<Shared>,
        waiting: Receiver<Item>,
    ) -> Self {
        let (visitors, told) = (Visitors::default(), ToldOf::default());
        Self { url, conn: Some(conn), env, shared, waiting, visitors, told, last_check: Instant::now() }
    }

    /// Works until it is told to stop, or nobody is left who could tell it anything.
    pub(super) fn run(mut self) {
        loop {
            let away = self.shared.status.is_away();
            if away && self.last_check.elapsed() >= KNOCK {
                self.check();
            }
            match self.waiting.recv_timeout(if away { KNOCK } else { IDLE_CHECK }) {
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(first) => {
                    if !self.take(first) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.check();
                    self.write_asides();
                    self.told.forget();
                }
            }
        }
    }

    /// Gathers a batch from what is waiting, runs it, and runs the write that ended it, if one did. Answers whether to
    /// go on.
    fn take(&mut self, first: Item) -> bool {
        let mut batch = Batch::default();
        let mut next = Some(first);
        while let Some(item) = next.take() {
            match item {
                Item::Element(element) if element.is_withdrawn() => {}
                Item::Element(element) => batch.add(*element),
                Item::Write(write) => {
                    batch.take_along(&self.shared.asides);
                    self.run_batch(batch);
                    self.run_write(write);
                    return true;
                }
                Item::Stop => {
                    batch.take_along(&self.shared.asides);
                    self.run_batch(batch);
                    return false;
                }
            }
            if batch.len() < self.url.batch_size() {
                next = self.waiting.try_recv().ok();
            }
        }
        batch.take_along(&self.shared.asides);
        self.run_batch(batch);
        true
    }

    fn run_batch(&mut self, mut batch: Batch) {
        if batch.is_empty() {
            return;
        }
        let recorded = if self.shared.status.is_away() { Err(away()) } else { self.record(&batch) };
        let error = match recorded {
            Ok(mut results) => {
                self.visitors.remember(std::mem::take(&mut results.visitors));
                return self.told.keep(batch.answer(results));
            }
            Err(error) => error,
        };
        batch.give_back(&self.shared.asides);
        match error {
            StorageError::Unavailable(cause) => {
                self.lose(&cause);
                batch.refuse(NotRecorded::Unavailable);
            }
            error if batch.len() <= 1 => {
                tracing::error!(%error, "one report could not be recorded");
                batch.refuse(NotRecorded::Failed);
            }
            error => {
                tracing::error!(%error, elements = batch.len(), "a batch could not be recorded; trying one by one");
                batch.one_by_one().into_iter().for_each(|alone| self.run_batch(alone));
            }
        }
    }

    /// Writes what was only counted, when there is nothing else to write.
    fn write_asides(&mut self) {
        if !self.shared.asides.are_empty() {
            let mut batch = Batch::default();
            batch.take_along(&self.shared.asides);
            self.run_batch(batch);
        }
    }

    /// Runs a batch until its fate is known, or the database is away.
    fn record(&mut self, batch: &Batch) -> Stored<Results> {
        let shared = Arc::clone(&self.shared);
        // All runs as one: whoever waits does not care which of them the database keeps silent in.
        shared.status.observe(|| self.run_until_known(batch))
    }

    fn run_until_known(&mut self, batch: &Batch) -> Stored<Results> {
        let id = self.env.mint.id(self.env.clock.now());
        let mut prepared = None;
        let mut runs = 0;
        loop {
            runs += 1;
            match self.run_once(id, batch, &mut prepared) {
                Ok(()) => return Ok(prepared.unwrap_or_default()),
                Err(error) if error.is_worth_another_run() && runs < RUNS => {}
                // The commit may have happened: ask a new connection, at once and only once.
                Err(StorageError::Unavailable(_)) if runs == 1 => self.conn = None,
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs a batch once and leaves its results in `prepared`. If an earlier run with the same id did commit, though its
    /// answer was lost, there is nothing to do, and the results of that run are there already.
    fn run_once(&mut self, id: BatchId, batch: &Batch, prepared: &mut Option<Results>) -> Stored<()> {
        self.connect()?;
        let Self { conn, env, shared, visitors, .. } = self;
        let conn = conn.as_mut().ok_or_else(away)?;
        let work = |write: &mut Write<'_>| {
            if let Some(revision) = batches::begin(write, id)? {
                let catalogue = catalogue_at(revision, write.conn(), env, shared)?;
                *prepared = Some(batch.record(write, env, &catalogue, visitors)?);
            }
            Ok(())
        };
        guarded(conn, |conn| transaction(conn, work))
    }

    /// Runs an admin's write. Where it cannot be tried, dropping the closure drops its answer, which its sender reads as
    /// "not available".
    fn run_write(&mut self, write: QueuedWrite) {
        if self.shared.status.is_away() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        match shared.status.observe(|| self.try_write(write)) {
            Ok(deliver) => deliver(),
            Err(StorageError::Panicked) => tracing::error!("an admin's write panicked and was rolled back"),
            Err(error) => self.lose(&error.to_string()),
        }
    }

    fn try_write(&mut self, write: QueuedWrite) -> Stored<Box<dyn FnOnce() + Send>> {
        self.connect()?;
        let Self { conn, env, shared, .. } = self;
        let conn = conn.as_mut().ok_or_else(away)?;
        let deliver = guarded(conn, |conn| Ok(write(conn)))?;
        let revision = installation::revision(conn)?;
        catalogue_at(revision, conn, env, shared)?;
        Ok(deliver)
    }

    /// Makes sure that writing would work, and says so to everybody.
    fn check(&mut self) {
        let shared = Arc::clone(&self.shared);
        let checked: Stored<()> = shared.status.observe(|| {
            self.connect()?;
            transaction(self.conn.as_mut().ok_or_else(away)?, |_| Ok(()))
        });
        match checked {
            Ok(()) => self.regain(),
            Err(error) => self.lose(&error.to_string()),
        }
        // Counted from the end: a check that waited in vain must not be followed by another one at once.
        self.last_check = Instant::now();
    }

    /// Opens the connection anew where it was lost, and takes the right to write again: another process may have it by now.
    fn connect(&mut self) -> Stored<()> {
        if self.conn.is_some() {
            return Ok(());
        }
        let mut conn = self.url.connect(Purpose::Writing)?;
        // Whoever switched the server's syncs off did it while it was away.
        conn.check_durability().map_err(StorageError::Unavailable)?;
        if !conn.take_writing_right()? {
            return Err(StorageError::Unavailable("another process has taken over writing".into()));
        }
        self.conn = Some(conn);
        Ok(())
    }

    fn regain(&self) {
        if self.shared.status.is_away() {
            tracing::info!("the database is available");
        }
        self.shared.status.set_away(false);
    }

    fn lose(&mut self, cause: &str) {
        if !self.shared.status.is_away() {
            tracing::warn!(cause, "the database is not available");
        }
        self.shared.status.set_away(true);
        self.conn = None;
    }
}

fn away() -> StorageError {
    StorageError::Unavailable("there is no connection".into())
}

/// The catalogue of a revision: the shared one, unless the database has moved on.
fn catalogue_at(revision: i64, conn: &mut Conn, env: &Environment, shared: &Shared) -> Stored<Arc<Catalogue>> {
    let known = shared.catalogue.load_full();
    if revision == known.revision() {
        return Ok(known);
    }
    let fresh = Arc::new(Catalogue::load(conn, env.clock.now())?);
    shared.catalogue.store(Arc::clone(&fresh));
    Ok(fresh)
}

/// Runs `work` so that a panic in it costs only itself: the transaction is given up and the thread lives on.
fn guarded<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Stored<T>) -> Stored<T> {
    catch_unwind(AssertUnwindSafe(|| work(conn))).unwrap_or_else(|_| {
        abandon(conn)?;
        Err(StorageError::Panicked)
    })
}
