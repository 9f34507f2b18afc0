//! The state that everything above storage receives.

pub mod hashing;
pub mod limits;
pub mod people;
pub mod rates;
pub mod set_up;
pub mod uses;
pub mod visitors;
pub mod waiting;
pub mod walks;

use std::sync::Arc;

use arc_swap::Guard;
use ipnet::IpNet;

use crate::config::PublicUrl;
use crate::domain::handle::LinkCode;
use crate::domain::id::{AffiliateId, CampaignId, LinkId, ProgramId};
use crate::domain::key::{self, KeyKind};
use crate::domain::link::Link;
use crate::domain::readable_code::ReadableCode;
use crate::environment::Environment;
use crate::operations::create_link::implicit_link;
use crate::recorder::{NotRecorded, Recorder, WriteError};
use crate::storage::catalogue::{Catalogue, Key};
use crate::storage::conn::Conn;
use crate::storage::error::{StorageError, Stored};
use crate::storage::link_cache::{LinkCache, Remembered};
use crate::storage::links;
use crate::storage::pool::ReadPool;

use hashing::Hashing;
use limits::Limits;
use rates::RateNews;
use set_up::SetUpCode;
use uses::KeyUses;
use visitors::AffiliateVisitors;
use walks::Walks;

/// One running installation.
pub struct App {
    /// What every URL shown to people begins with.
    pub public_url: PublicUrl,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Time, chance and secrets.
    pub environment: Environment,
    /// The way to write.
    pub recorder: Recorder,
    /// The gate in front of password hashing.
    pub hashing: Hashing,
    /// How much may be asked in which time.
    pub limits: Limits,
    /// When keys were last used.
    pub uses: KeyUses,
    /// From where affiliates themselves ask.
    pub visitors: AffiliateVisitors,
    /// Lists that machines walk through.
    pub walks: Walks,
    /// What came of exchange rates on their way in.
    pub rates: RateNews,
    set_up_code: SetUpCode,
    readers: ReadPool,
    links: LinkCache,
}

impl App {
    /// Puts an installation together; with the one-time code when nobody can sign in yet.
    #[must_use]
    pub fn new(
        public_url: PublicUrl,
        trusted_proxies: Vec<IpNet>,
        environment: Environment,
        recorder: Recorder,
        readers: ReadPool,
        set_up_code: Option<ReadableCode>,
    ) -> Self {
        Self {
            limits: Limits::new(environment.clock.clone()),
            public_url,
            trusted_proxies,
            environment,
            recorder,
            hashing: Hashing::default(),
            uses: KeyUses::default(),
            visitors: AffiliateVisitors::default(),
            walks: Walks::default(),
            rates: RateNews::default(),
            set_up_code: SetUpCode::new(set_up_code),
            readers,
            links: LinkCache::default(),
        }
    }

    /// What admins have set up, as of the last change.
    #[must_use]
    pub fn catalogue(&self) -> Guard<Arc<Catalogue>> {
        self.recorder.catalogue()
    }

    /// Runs a read on a pooled connection, off the async threads.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let readers = self.readers.clone();
        let answer = tokio::task::spawn_blocking(move || readers.read(read)).await;
        answer.unwrap_or(Err(StorageError::Panicked))
    }

    /// The link behind a code: from memory, or from the database the first time.
    ///
    /// # Errors
    /// [`StorageError`] when it is not in memory and the database is away.
    pub async fn link(&self, code: LinkCode) -> Stored<Option<Arc<Link>>> {
        match self.links.get(&code) {
            Remembered::Link(link) => return Ok(Some(link)),
            Remembered::Nobody => return Ok(None),
            Remembered::Nothing => {}
        }
        let asked = code.clone();
        let found = self.read(move |conn| links::find_by_code(conn, &asked)).await?;
        Ok(self.links.remember(code, found))
    }

    /// The link that a click token names.
    ///
    /// # Errors
    /// [`StorageError`] when it is not in memory and the database is away.
    pub async fn link_by_id(&self, id: LinkId) -> Stored<Option<Arc<Link>>> {
        if let Some(link) = self.links.by_id(id) {
            return Ok(Some(link));
        }
        let found = self.read(move |conn| links::find(conn, id)).await?;
        Ok(found.map(|link| self.links.remember_id(link)))
    }

    /// The link that clicks registered by API go through for this pair, made when it is first asked for.
    ///
    /// # Errors
    /// [`NotRecorded`] when it is not in memory and the database is away.
    pub async fn implicit_link(
        &self,
        program: ProgramId,
        campaign: CampaignId,
        affiliate: AffiliateId,
    ) -> Result<Arc<Link>, NotRecorded> {
        if let Some(link) = self.links.implicit(campaign, affiliate) {
            return Ok(link);
        }
        let environment = self.environment.clone();
        let made = self
            .recorder
            .write(move |write| implicit_link(write, &environment, program, campaign, affiliate))
            .await
            .map_err(|error: WriteError<StorageError>| match error {
                WriteError::NotRecorded(reason) => reason,
                WriteError::Refused(StorageError::Unavailable(_)) => NotRecorded::Unavailable,
                WriteError::Refused(_) => NotRecorded::Failed,
            })?;
        Ok(self.links.remember_implicit(made))
    }

    /// The key that somebody presents, if it is one, of this kind, and has not ended. One process writes to a database, and
    /// its catalogue is new before an admin's change is answered, so what is not in it is not a key.
    #[must_use]
    pub fn key(&self, presented: &str, kind: KeyKind) -> Option<Key> {
        self.any_key(presented).filter(|key| key.kind == kind)
    }

    /// As [`Self::key`], whichever kind it is. That it was used is noted.
    #[must_use]
    pub fn any_key(&self, presented: &str) -> Option<Key> {
        let presented = key::read(presented)?;
        let (catalogue, now) = (self.catalogue(), self.environment.clock.now());
        let known = catalogue.key(presented.selector, now)?;
        let same = known.verifier.matches(&presented.verifier(self.environment.keys.pepper()));
        if !same || known.kind != presented.kind || known.mode != presented.mode {
            return None;
        }
        self.uses.note(known.token_id, now);
        Some(known.clone())
    }
}
