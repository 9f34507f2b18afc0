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
use crate::domain::time::{Timestamp, Zone};
use crate::operations::import_rates::{Imported, PORTION, import_rates, usable};
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

    /// Takes a file's rates into a program, a portion at a time, so that nobody waits long behind it, and gives what waited
    /// for them its amount. `by` is whose import it is; none where the file was fetched.
    ///
    /// # Errors
    /// The database is away; the portions before that are in.
    pub async fn import_rates(
        &self,
        program: ProgramId,
        file: &Arc<RateFile>,
        by: Option<AuditActor>,
    ) -> Result<Imported, WriteError<StorageError>> {
        let row = self.read(move |conn| programs::find(conn, program)).await.map_err(WriteError::Refused)?;
        let (count, too_old) = row.map_or((0, file.rates.len()), |row| {
            let (usable, too_old) = usable(&row, &file.rates);
            (usable.len(), too_old)
        });
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
