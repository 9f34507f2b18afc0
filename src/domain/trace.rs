//! The trace of a decision: everybody whom a report named, and why each won or lost. It is stored with the conversion or
//! the attempt, so that the question "why this affiliate?" can be answered years later without looking for anything.

use super::attribution::{Candidate, Refusal, Source};
use super::id::{AffiliateId, CampaignId};
use super::time::{Timestamp, Window};

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It got the credit.
    Credited,
    /// It could have had the credit, but something that is believed more came first.
    Outranked,
    /// It could not have the credit.
    Refused(Refusal),
}

const CREDITED: &str = "credited";
const OUTRANKED: &str = "outranked";

impl Finding {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credited => CREDITED,
            Self::Outranked => OUTRANKED,
            Self::Refused(why) => why.as_str(),
        }
    }

    /// Reads a stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            CREDITED => Some(Self::Credited),
            OUTRANKED => Some(Self::Outranked),
            why => why.parse().ok().map(Self::Refused),
        }
    }
}

/// One candidate, as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traced {
    /// What named it.
    pub source: Source,
    /// Whom, if it led to anybody.
    pub affiliate: Option<AffiliateId>,
    /// For which campaign.
    pub campaign: Option<CampaignId>,
    /// When the visitor clicked, for a click.
    pub clicked_at: Option<Timestamp>,
    /// For how long that click counts.
    pub window: Option<Window>,
    /// What became of it.
    pub finding: Finding,
}

/// Everybody whom a report named, in the order in which they are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(pub Vec<Traced>);

impl Trace {
    /// The trace of a decision for the candidate at `credited`, or for none.
    #[must_use]
    pub fn of(candidates: &[Candidate], credited: Option<usize>) -> Self {
        let traced = |(place, candidate): (usize, &Candidate)| Traced {
            source: candidate.source,
            affiliate: candidate.credit.map(|credit| credit.affiliate_id),
            campaign: candidate.credit.map(|credit| credit.campaign_id),
            clicked_at: candidate.credit.and_then(|credit| credit.click).map(|click| click.clicked_at),
            window: candidate.credit.and_then(|credit| credit.click).map(|click| click.window),
            finding: match candidate.standing {
                Ok(()) if credited == Some(place) => Finding::Credited,
                Ok(()) => Finding::Outranked,
                Err(why) => Finding::Refused(why),
            },
        };
        Self(candidates.iter().enumerate().map(traced).collect())
    }

    /// Whom it would have been, had nothing stood in the way: the first that led to anybody.
    #[must_use]
    pub fn likeliest(&self) -> Option<&Traced> {
        self.0.iter().find(|traced| traced.affiliate.is_some())
    }
}
