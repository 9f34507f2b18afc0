//! Exchange rates on their way in, from a browser or from the address they are fetched from, and what came of the last
//! ones.
//!
//! What came of an import is kept in memory, for whoever looks next: the rates themselves say when they were imported, so
//! a restart forgets nothing that matters.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::App;
use crate::config::RatesUrl;
use crate::domain::audit::AuditActor;
use crate::domain::ecb::RateFile;
use crate::domain::id::ProgramId;
use crate::domain::rate_leaps::Leap;
use crate::domain::time::{Timestamp, Zone};
use crate::operations::import_rates::{Imported, PORTION, import_rates, leaps_of, usable};
use crate::operations::read_rates::{Unreadable, read_rates};
use crate::recorder::WriteError;
use crate::storage::error::{StorageError, Stored};
use crate::storage::programs;

/// What came of the last import into a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastImport {
    /// When it was done.
    pub at: Timestamp,
    /// Whether it was fetched, rather than brought by somebody.
    pub fetched: bool,
    /// What it came to.
    pub imported: Imported,
    /// Columns that were passed over, because their currency is money no more.
    pub passed_over: Vec<String>,
    /// How many conversions waited for these rates and have their amount now.
    pub released: usize,
}

/// How rates are brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bringing {
    /// Whose import it is; none where the file was fetched.
    pub by: Option<AuditActor>,
    /// Whether they are taken although some leap.
    pub even_if_implausible: bool,
}

/// Why rates are not taken in.
#[derive(Debug, thiserror::Error)]
pub enum RatesRefused {
    /// Some leap, and nobody has said that they are right. There is at least one.
    #[error("{}", sentence(.0))]
    Implausible(Vec<Leap>),
    /// The database did not take them.
    #[error(transparent)]
    Write(#[from] WriteError<StorageError>),
}

/// The first leap, and how many more there are.
#[must_use]
pub fn sentence(leaps: &[Leap]) -> String {
    let first = leaps.first().map(Leap::to_string).unwrap_or_default();
    match leaps.len() {
        0 | 1 => format!("{first}, which is hard to believe"),
        2 => format!("{first}, and 1 more rate is as hard to believe"),
        many => format!("{first}, and {} more rates are as hard to believe", many - 1),
    }
}

/// What came of fetching rates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetches {
    /// When it succeeded last, if it has.
    pub succeeded: Option<Timestamp>,
    /// When it failed and why, if that was later.
    pub failed: Option<(Timestamp, String)>,
}

/// What is known of imports since the server started.
#[derive(Debug, Default)]
pub struct RateNews {
    url: Option<RatesUrl>,
    last: Mutex<HashMap<ProgramId, LastImport>>,
    fetches: Mutex<Fetches>,
}

impl RateNews {
    /// Nothing is known yet; rates are fetched from there, if from anywhere.
    #[must_use]
    pub fn of(url: Option<RatesUrl>) -> Self {
        Self { url, ..Self::default() }
    }

    /// Where rates are fetched from.
    #[must_use]
    pub const fn url(&self) -> Option<&RatesUrl> {
        self.url.as_ref()
    }

    /// What came of fetching so far.
    #[must_use]
    pub fn fetches(&self) -> Fetches {
        locked(&self.fetches).clone()
    }

    /// Notes that rates were fetched, or why not.
    pub fn note_fetch(&self, at: Timestamp, failure: Option<String>) {
        let mut fetches = locked(&self.fetches);
        fetches.failed = failure.map(|why| (at, why));
        if fetches.failed.is_none() {
            fetches.succeeded = Some(at);
        }
    }

    /// The last import into a program.
    #[must_use]
    pub fn last(&self, program: ProgramId) -> Option<LastImport> {
        locked(&self.last).get(&program).cloned()
    }
}

/// Nothing is ever left half done under these locks.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Reads a file of rates, off the async threads.
    ///
    /// # Errors
    /// [`Unreadable`] inside; outside [`StorageError::Panicked`], should that ever happen.
    pub async fn read_rates(&self, bytes: Vec<u8>) -> Stored<Result<RateFile, Unreadable>> {
        let today = Zone::utc().local_day(self.environment.clock.now());
        let read = tokio::task::spawn_blocking(move || read_rates(&bytes, today)).await;
        read.map_err(|_| StorageError::Panicked)
    }

    /// Whose rates would leap in a program, and how: what nobody has said to take all the same.
    async fn check_leaps(&self, program: ProgramId, file: &Arc<RateFile>, count: usize) -> Result<(), RatesRefused> {
        let file = Arc::clone(file);
        let found = self.read(move |conn| leaps_of(conn, program, &file.rates[..count])).await;
        let found = found.map_err(WriteError::Refused)?;
        if found.is_empty() { Ok(()) } else { Err(RatesRefused::Implausible(found)) }
    }

    /// Takes a file's rates into a program, a portion at a time, so that nobody waits long behind it, and gives what waited
    /// for them its amount. Rates that leap are refused with the whole file, unless somebody said to take them.
    ///
    /// # Errors
    /// [`RatesRefused`]; when the database is away, the portions before that are in.
    pub async fn import_rates(
        &self,
        program: ProgramId,
        file: &Arc<RateFile>,
        Bringing { by, even_if_implausible }: Bringing,
    ) -> Result<Imported, RatesRefused> {
        let row = self.read(move |conn| programs::find(conn, program)).await.map_err(WriteError::Refused)?;
        let (count, too_old) = row.map_or((0, file.rates.len()), |row| {
            let (usable, too_old) = usable(&row, &file.rates);
            (usable.len(), too_old)
        });
        if !even_if_implausible {
            self.check_leaps(program, file, count).await?;
        }
        let mut imported = Imported { too_old, ..Imported::default() };
        for start in (0..count).step_by(PORTION) {
            let (env, file) = (self.environment.clone(), Arc::clone(file));
            let by = by.filter(|_| start == 0);
            let portion = start..count.min(start + PORTION);
            imported +=
                self.recorder.write(move |write| import_rates(write, &env, program, &file.rates[portion], by)).await?;
        }
        let at = self.environment.clock.now();
        let passed_over = file.passed_over.iter().cloned().collect();
        let released = self.apply_rates(program).await?;
        let last = LastImport { at, fetched: by.is_none(), imported, passed_over, released };
        locked(&self.rates.last).insert(program, last);
        Ok(imported)
    }
}
