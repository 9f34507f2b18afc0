//! Group commit: the one thread that writes.
//!
//! A durable transaction costs a disk flush, and one flush per request is what makes trackers slow: measured here, one
//! transaction per click reached 5 % of what the bare endpoint could answer. So requests hand what they want recorded to
//! a bounded queue and wait. One thread takes whatever is there (there is no timer; waiting for more lost both throughput
//! and latency), handles it as one set in one transaction, commits, and only then answers all of them. Nobody is told
//! "recorded" before it is on disk.
//!
//! Everything else that writes goes through the same thread, as a closure that runs in a transaction of its own between
//! two batches. On an embedded database there is only one writer anyway. On a server it keeps one rule for both: the
//! connection that writes is the one that holds the right to write, so a process that has lost that right cannot change
//! a row, and an admin's change and the snapshot made of it come in one order for everybody.
//!
//! When the queue is full or the database is away, conversions are refused with "try again" and clicks are redirected
//! with a token that needs no row.

mod asides;
mod batch;
mod status;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::time::timeout;

use crate::domain::attempt::{Attempt, KeylessReport};
use crate::domain::click::Click;
use crate::environment::Environment;
use crate::operations::record_clicks::ScreenedVisit;
use crate::operations::record_conversions::{Incoming, Outcome};
use crate::storage::catalogue::Catalogue;
use crate::storage::conn::{Conn, DatabaseUrl};
use crate::storage::error::StorageError;
use crate::storage::new_rows::NewConversion;
use crate::storage::write::{Write, transaction};

use asides::Asides;
use batch::{Element, Telling};
use status::Status;
use writer::Writer;

/// How many requests may wait. A queue of 128 halved the accepted throughput; a longer one only makes people wait.
const QUEUE: usize = 8_192;

/// How long a visitor waits for the click to be recorded before being sent on all the same.
const CLICK_PATIENCE: Duration = Duration::from_millis(250);

/// How long a server waits for its report to be recorded before being told to try again.
const REPORT_PATIENCE: Duration = Duration::from_secs(10);

/// Why something was not recorded. In every case sending it again is right and safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    /// Too many are waiting.
    #[error("too many requests are waiting")]
    Busy,
    /// The database is away, or did not answer in time.
    #[error("the database is not available")]
    Unavailable,
    /// The database refused this one alone: a defect of ours, which has been logged.
    #[error("the report could not be recorded")]
    Failed,
}

/// What a report came to, with what there is to tell of it.
#[derive(Debug)]
pub struct Answered {
    /// What became of it.
    pub outcome: Outcome,
    /// What was recorded, where it is new and was asked for.
    pub told: Option<NewConversion>,
}

/// Why an admin's write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// It was not tried, or its fate is unknown.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    /// The operation refused.
    #[error("{0}")]
    Refused(E),
}

/// An admin's write, as the writing thread sees it: run it, then call what it returns to deliver the answer.
type QueuedWrite = Box<dyn FnOnce(&mut Conn) -> Box<dyn FnOnce() + Send> + Send>;

enum Item {
    Element(Box<Element>),
    Write(QueuedWrite),
    Stop,
}

/// What the writing thread shows to everybody else.
struct Shared {
    catalogue: ArcSwap<Catalogue>,
    status: Status,
    asides: Asides,
}

/// The way to the writing thread.
pub struct Recorder {
    queue: SyncSender<Item>,
    shared: Arc<Shared>,
}

/// The writing thread, to be waited for at the end.
pub struct RecorderThread(JoinHandle<()>);

/// How often a thread that is to end is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

impl RecorderThread {
    /// Waits until everything that is queued is recorded and answered, but not longer than that: a database that keeps
    /// silent holds the thread as long as it likes. Answers whether the thread has ended.
    pub async fn end(self, recorder: &Recorder, patience: Duration) -> bool {
        let ended = timeout(patience, async {
            recorder.stop().await;
            while !self.0.is_finished() {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        });
        if ended.await.is_err() {
            tracing::warn!("the database does not answer; what was not recorded has not been acknowledged");
            return false;
        }
        if self.0.join().is_err() {
            tracing::error!("the writing thread ended by a panic");
        }
        true
    }
}

impl Recorder {
    /// Starts the writing thread on a connection that holds the right to write.
    ///
    /// # Errors
    /// [`StorageError`] when the catalogue cannot be read; the system's own when no thread can be made.
    pub fn start(url: DatabaseUrl, mut conn: Conn, env: Environment) -> Result<(Self, RecorderThread), StorageError> {
        let catalogue = Catalogue::load(&mut conn, env.clock.now())?;
        let shared = Arc::new(Shared {
            catalogue: ArcSwap::from_pointee(catalogue),
            status: Status::default(),
            asides: Asides::default(),
        });
        let (queue, waiting) = sync_channel(QUEUE);
        let writer = Writer::new(url, conn, env, Arc::clone(&shared), waiting);
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || writer.run());
        let thread = thread.map_err(|error| StorageError::Unavailable(error.to_string()))?;
        Ok((Self { queue, shared }, RecorderThread(thread)))
    }

    /// Lets the thread end once it has done what is queued.
    async fn stop(&self) {
        while let Err(TrySendError::Full(_)) = self.queue.try_send(Item::Stop) {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// What admins have set up, as of the last change.
    #[must_use]
    pub fn catalogue(&self) -> Guard<Arc<Catalogue>> {
        self.shared.catalogue.load()
    }

    /// Whether the database takes writes, as far as the writing thread knows.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.shared.status.is_available()
    }

    /// Clicks that were redirected without being recorded, since the start.
    #[must_use]
    pub fn degraded_clicks(&self) -> u64 {
        self.shared.status.degraded_clicks()
    }

    /// Records a visitor's click, within a visitor's patience.
    ///
    /// # Errors
    /// [`NotRecorded`]. A click that was still waiting is withdrawn; one in a running batch may yet be recorded.
    pub fn record_visit(&self, click: Click) -> impl Future<Output = Result<(), NotRecorded>> + use<> {
        self.submit_click(click, CLICK_PATIENCE)
    }

    /// Records a click that a server registers, within a server's patience.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub fn record_click(&self, click: Click) -> impl Future<Output = Result<(), NotRecorded>> + use<> {
        self.submit_click(click, REPORT_PATIENCE)
    }

    fn submit_click(&self, click: Click, patience: Duration) -> impl Future<Output = Result<(), NotRecorded>> + use<> {
        let (answer, answered) = oneshot::channel();
        self.submit(Element::Click(click, answer), answered, patience)
    }

    /// Records a conversion, or finds that it is on record, or keeps it as an attempt.
    ///
    /// # Errors
    /// [`NotRecorded`]: nothing is known to be recorded, and sending it again is safe.
    pub fn record_conversion(&self, incoming: Incoming) -> impl Future<Output = Result<Outcome, NotRecorded>> + use<> {
        let answered = self.submit_conversion(incoming, Telling::Id);
        async { Ok(answered.await?.outcome) }
    }

    /// The same, with the rows of what is new, for those who tell their sender more than its id.
    ///
    /// # Errors
    /// [`NotRecorded`], as above.
    pub fn record_and_tell(&self, incoming: Incoming) -> impl Future<Output = Result<Answered, NotRecorded>> + use<> {
        self.submit_conversion(incoming, Telling::Rows)
    }

    fn submit_conversion(
        &self,
        incoming: Incoming,
        telling: Telling,
    ) -> impl Future<Output = Result<Answered, NotRecorded>> + use<> {
        let (answer, answered) = oneshot::channel();
        self.submit(Element::Conversion(incoming, telling, answer), answered, REPORT_PATIENCE)
    }

    /// Keeps an attempt.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub fn record_attempt(&self, attempt: Attempt) -> impl Future<Output = Result<(), NotRecorded>> + use<> {
        let (answer, answered) = oneshot::channel();
        self.submit(Element::Attempt(attempt, answer), answered, REPORT_PATIENCE)
    }

    /// Queues it at once, and waits for what becomes of it: what waits has room for the answer only, for a report is many bytes
    /// and every future around this one would hold them once more.
    fn submit<T>(
        &self,
        element: Element,
        answered: Receiver<Result<T, NotRecorded>>,
        patience: Duration,
    ) -> impl Future<Output = Result<T, NotRecorded>> + use<T> {
        let queued = self.enqueue(element);
        async move {
            queued?;
            wait_for(answered, patience).await
        }
    }

    /// Counts a visitor who went on although the click could not be recorded.
    pub fn note_degraded_click(&self) {
        self.shared.status.count_degraded_click();
    }

    /// Counts a report without a valid key. Nobody waits for that: its sender could be anybody.
    pub fn note_keyless(&self, report: KeylessReport) {
        self.shared.asides.note_keyless(report);
    }

    /// Counts a visit that was redirected without credit. Nobody waits for that.
    pub fn note_screened(&self, visit: &ScreenedVisit) {
        self.shared.asides.note_screened(&self.catalogue(), visit);
    }

    /// Runs an admin's write in a transaction of its own. When it has changed what is in the catalogue, everybody sees
    /// the new one before this answers.
    ///
    /// # Errors
    /// What the operation refused with, or [`NotRecorded`].
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.refuse_while_away()?;
        let (answer, answered) = oneshot::channel();
        let queued: QueuedWrite = Box::new(move |conn| {
            let done = transaction(conn, work);
            Box::new(move || deliver(answer, done))
        });
        self.queue.try_send(Item::Write(queued)).map_err(|error| refused(&error))?;
        let done = timeout(REPORT_PATIENCE, answered).await;
        let done = done.map_err(|_| NotRecorded::Unavailable)?.map_err(|_| NotRecorded::Unavailable)?;
        done.map_err(WriteError::Refused)
    }

    /// While the database is away, or has kept silent for a while, nobody has to queue up to hear it.
    fn refuse_while_away(&self) -> Result<(), NotRecorded> {
        if self.is_available() { Ok(()) } else { Err(NotRecorded::Unavailable) }
    }

    fn enqueue(&self, element: Element) -> Result<(), NotRecorded> {
        self.refuse_while_away()?;
        self.queue.try_send(Item::Element(Box::new(element))).map_err(|error| refused(&error))
    }
}

fn refused(error: &TrySendError<Item>) -> NotRecorded {
    match error {
        TrySendError::Full(_) => NotRecorded::Busy,
        TrySendError::Disconnected(_) => NotRecorded::Unavailable,
    }
}

/// Hands over an answer. Whoever asked may have gone; what was done stays done.
fn deliver<T>(answer: Sender<T>, done: T) {
    if answer.send(done).is_err() {
        tracing::debug!("whoever asked did not wait for the answer");
    }
}

async fn wait_for<T>(answered: Receiver<Result<T, NotRecorded>>, patience: Duration) -> Result<T, NotRecorded> {
    match timeout(patience, answered).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(NotRecorded::Unavailable),
    }
}
