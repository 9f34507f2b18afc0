//! Recording a set of conversions: the one way every report goes, whatever dialect it came in.
//!
//! Load once for the whole set (clicks, what is on record), decide each report in memory, write once. The order of
//! judging is the same for all: the token's campaign and mode, then whether the order is on record, and only then expiry
//! and states, so that a repeat is a repeat even after the campaign was archived (CONTRACT, section 3.1).
//!
//! Reports of one set see each other: what was decided a moment ago is laid over what is on record, so that two
//! hundred identical reports in one batch make one conversion and 199 repeats, without a single statement more. Where
//! another writer was faster with an order, the set is rolled back and decided again on what is on record then.

mod candidates;
mod claims;
mod credited;
mod decide;
mod made_up_for;
mod on_record;
mod rows;
mod taking_over;

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::affiliate::AffiliateRef;
use crate::domain::attempt::{Attempt, AttemptKey, Call, Payload};
use crate::domain::attribution::{Agreement, Credit, Refusal, Scope};
use crate::domain::click_token::Claims;
use crate::domain::conversion::Report;
use crate::domain::event::Channel;
use crate::domain::id::{CampaignId, ClickId, ConversionId, ReferralId};
use crate::domain::link::Link;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

use decide::{Decided, decide};
use on_record::OnRecord;

/// A report whose key and fields are in order, and what it goes by.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What is reported.
    pub report: Report,
    /// The campaign of the key, for a campaign's key.
    pub campaign_id: Option<CampaignId>,
    /// What names the affiliate, besides what the report says of the customer.
    pub evidence: Evidence,
    /// What was sent, in case it is kept as an attempt.
    pub payload: Payload,
}

impl Incoming {
    /// For what its key speaks.
    fn scope(&self) -> Scope {
        Scope { program_id: self.report.program_id, campaign_id: self.campaign_id, mode: self.report.mode }
    }
}

/// A click token whose signature is right, with the link it names, if there is one.
#[derive(Clone, Debug)]
pub struct Presented {
    /// What the token says.
    pub claims: Claims,
    /// Its link.
    pub link: Option<Arc<Link>>,
}

/// What names the affiliate, besides what the report says of the customer.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The click token that the report carries.
    pub token: Option<Presented>,
    /// That of the visitor's cookie.
    pub cookie: Option<Presented>,
    /// The referral's own id.
    pub referral: Option<ReferralId>,
    /// The affiliate that the report itself names (direct mode), in place of a click or beside one.
    pub direct: Option<AffiliateRef>,
    /// Whom an admin credits.
    pub by_hand: Option<Credit>,
    /// Whether all of it has to lead to the same affiliate.
    pub agreement: Agreement,
}

impl Evidence {
    /// A click token and nothing else.
    #[must_use]
    pub fn click(claims: Claims, link: Option<Arc<Link>>) -> Self {
        Self { token: Some(Presented { claims, link }), ..Self::default() }
    }

    /// The report itself and nothing else.
    #[must_use]
    pub fn direct(affiliate: AffiliateRef) -> Self {
        Self { direct: Some(affiliate), ..Self::default() }
    }

    fn clicks(&self) -> impl Iterator<Item = ClickId> {
        self.token.iter().chain(&self.cookie).map(|presented| presented.claims.click)
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on record now.
    Recorded(ConversionId),
    /// It was on record; nothing changed.
    Repeat(ConversionId),
    /// It was not credited, and is kept as an attempt.
    Refused(Refusal),
}

/// What a set of reports came to.
#[derive(Debug)]
pub struct Recorded {
    /// One outcome per report, in their order.
    pub outcomes: Vec<Outcome>,
    /// What is to be kept of those that were not recorded, or that told another story.
    pub attempts: Vec<Attempt>,
    /// Those conversions that stay as they are until a person has looked at what a better report told of them.
    pub kept: Vec<ConversionId>,
}

/// A report with what was decided about it.
type Judged<'a> = (&'a Incoming, Decided);

/// Decides a set of reports and adds the rows of what is new. The rows of repeats are counted up at once.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn record_conversions(
    write: &mut Write<'_>,
    env: &Environment,
    catalogue: &Catalogue,
    incoming: &[Incoming],
    new: &mut NewRows,
) -> Stored<Recorded> {
    if incoming.is_empty() {
        return Ok(Recorded { outcomes: Vec::new(), attempts: Vec::new(), kept: Vec::new() });
    }
    let mut on_record = OnRecord::load(write.conn(), catalogue, incoming)?;
    let incoming = &*as_trusted(catalogue, &on_record, incoming);
    let mut judged = judge(env, catalogue, &mut on_record, incoming);
    rows::add(env, catalogue, &on_record, &judged, new);
    taking_over::change(write, env, (catalogue, &on_record), &judged, new)?;
    claims::change(write, env, &judged, new)?;
    rows::count_repeats(write, &judged, new)?;
    judged.sort_by_key(|(report, _)| std::ptr::from_ref(*report));
    Ok(Recorded {
        outcomes: judged.iter().map(|(_, decided)| decided.outcome()).collect(),
        attempts: judged.iter().filter_map(|(report, decided)| attempt(env, report, decided)).collect(),
        kept: judged.iter().filter_map(|(_, decided)| decided.kept()).collect(),
    })
}

/// The reports as far as they are to be trusted. One that names its affiliate beside a click is trusted as one without a click
/// where that is what it is credited by: nobody is believed more for a click that leads nowhere.
fn as_trusted<'a>(catalogue: &Catalogue, on_record: &OnRecord, incoming: &'a [Incoming]) -> Cow<'a, [Incoming]> {
    let is_direct = |one: &Incoming| {
        let names_both = one.evidence.token.is_some() && one.evidence.direct.is_some();
        names_both && decide::is_credited_directly(catalogue, on_record, one)
    };
    let mut heard = Cow::Borrowed(incoming);
    for (place, _) in incoming.iter().enumerate().filter(|(_, one)| is_direct(one)) {
        heard.to_mut()[place].report.channel = Channel::Direct;
    }
    heard
}

/// Decides on each, those that are trusted most first: of two reports of one order in the same set, the better one is the
/// first one.
fn judge<'a>(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &mut OnRecord,
    incoming: &'a [Incoming],
) -> Vec<Judged<'a>> {
    let mut by_trust: Vec<&Incoming> = incoming.iter().collect();
    by_trust.sort_by_key(|incoming| std::cmp::Reverse(incoming.report.channel.trust()));
    by_trust.into_iter().map(|incoming| (incoming, decide(env, catalogue, on_record, incoming))).collect()
}

fn attempt(env: &Environment, incoming: &Incoming, decided: &Decided) -> Option<Attempt> {
    let (reason, detail, conversion_id, trace) = match decided {
        Decided::Refused { why, trace, .. } => (*why, why.sentence().to_owned(), None, trace),
        Decided::Repeat(repeat) if !repeat.differing.is_empty() => {
            (Refusal::PayloadMismatch, repeat.differing.join(" "), Some(repeat.id), &repeat.trace)
        }
        _ => return None,
    };
    let report = &incoming.report;
    Some(Attempt {
        id: env.mint.id(report.received_at),
        key: AttemptKey {
            token_id: report.token_id,
            program_id: report.program_id,
            campaign_id: incoming.campaign_id,
            mode: report.mode,
        },
        call: Call::ReportConversion,
        received_at: report.received_at,
        reason,
        detail,
        order_id: Some(report.order_id.as_str().to_owned()),
        conversion_id,
        payload: incoming.payload.clone(),
        trace: trace.clone(),
        report: Some(Box::new(report.clone())),
    })
}
