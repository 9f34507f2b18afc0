//! Links in memory, in front of the `links` table.
//!
//! Links can be millions, so they are not part of the catalogue: this cache is bounded, and filled when somebody follows
//! a link that is not in it. What a link joins never changes, so an entry never grows old. A code that nobody has is
//! remembered for seconds only, so that a crawler's guesses do not reach the database one by one, and a link made a
//! moment ago works.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use crate::domain::handle::LinkCode;
use crate::domain::id::{AffiliateId, CampaignId, LinkId};
use crate::domain::link::Link;

/// Links remembered at most.
const MOST: usize = 200_000;

/// How long an unknown code is taken to be unknown.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);

#[derive(Clone)]
enum Known {
    Link(Arc<Link>),
    Nobody(Instant),
}

/// The cache.
pub struct LinkCache {
    by_code: Cache<LinkCode, Known>,
    by_id: Cache<LinkId, Arc<Link>>,
    implicit: Cache<(CampaignId, AffiliateId), Arc<Link>>,
}

impl Default for LinkCache {
    fn default() -> Self {
        Self { by_code: Cache::new(MOST), by_id: Cache::new(MOST), implicit: Cache::new(MOST) }
    }
}

/// What the cache knows of a code.
pub enum Remembered {
    /// The link.
    Link(Arc<Link>),
    /// That there is none.
    Nobody,
    /// Nothing: ask the database.
    Nothing,
}

impl LinkCache {
    /// What is known of this code.
    #[must_use]
    pub fn get(&self, code: &LinkCode) -> Remembered {
        match self.by_code.get(code) {
            Some(Known::Link(link)) => Remembered::Link(link),
            Some(Known::Nobody(since)) if since.elapsed() < UNKNOWN_FOR => Remembered::Nobody,
            _ => Remembered::Nothing,
        }
    }

    /// Remembers what the database said of this code.
    pub fn remember(&self, code: LinkCode, found: Option<Link>) -> Option<Arc<Link>> {
        let link = found.map(|link| self.remember_id(link));
        let known = link.clone().map_or_else(|| Known::Nobody(Instant::now()), Known::Link);
        self.by_code.insert(code, known);
        link
    }

    /// The link with this id, if it is remembered.
    #[must_use]
    pub fn by_id(&self, id: LinkId) -> Option<Arc<Link>> {
        self.by_id.get(&id)
    }

    /// Remembers a link by its id.
    pub fn remember_id(&self, link: Link) -> Arc<Link> {
        let link = Arc::new(link);
        self.by_id.insert(link.id, Arc::clone(&link));
        link
    }

    /// The link for clicks registered by API, if it is remembered.
    #[must_use]
    pub fn implicit(&self, campaign: CampaignId, affiliate: AffiliateId) -> Option<Arc<Link>> {
        self.implicit.get(&(campaign, affiliate))
    }

    /// Remembers the link for clicks registered by API.
    pub fn remember_implicit(&self, link: Link) -> Arc<Link> {
        let link = self.remember_id(link);
        self.implicit.insert((link.campaign_id, link.affiliate_id), Arc::clone(&link));
        link
    }
}
