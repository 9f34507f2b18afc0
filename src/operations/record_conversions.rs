//! Recording a set of conversions: the one way every report goes, whatever dialect it came in.
//!
//! Load once for the whole set (clicks, what is on record), decide each report in memory, write once. The order of
//! judging is the same for all: the token's campaign and mode, then whether the order is on record, and only then expiry
//! and states, so that a repeat is a repeat even after the campaign was archived (CONTRACT, section 3.1).
//!
//! Reports of one set see each other: what was decided a moment ago is laid over what is on record, so that two
//! hundred identical reports in one batch make one conversion and 199 repeats, without a single statement more. Where
//! another writer was faster with an order, the set is rolled back and decided again on what is on record then.

mod decide;
mod rows;

use std::sync::Arc;

use crate::domain::affiliate::AffiliateRef;
use crate::domain::attempt::{Attempt, AttemptKey, Call, Payload};
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Claims;
use crate::domain::conversion::Report;
use crate::domain::id::{CampaignId, ConversionId};
use crate::domain::link::Link;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::error::Stored;
use crate::storage::new_rows::NewRows;
use crate::storage::write::Write;

use decide::{Decided, OnRecord, decide};

/// A report whose key and fields are in order, and what it goes by.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What is reported.
    pub report: Report,
    /// The campaign of the key.
    pub campaign_id: CampaignId,
    /// What names the affiliate.
    pub evidence: Evidence,
    /// What was sent, in case it is kept as an attempt.
    pub payload: Payload,
}

/// What names the affiliate.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// A click token whose signature is right, with the link it names, if there is one.
    Click(Claims, Option<Arc<Link>>),
    /// The report itself (direct mode).
    Direct(AffiliateRef),
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
        return Ok(Recorded { outcomes: Vec::new(), attempts: Vec::new() });
    }
    let mut on_record = OnRecord::load(write.conn(), catalogue, incoming)?;
    let mut judged: Vec<Judged<'_>> = Vec::with_capacity(incoming.len());
    for report in incoming {
        judged.push((report, decide(catalogue, &mut on_record, report)));
    }
    rows::add(env, catalogue, &on_record, &judged, new);
    rows::count_repeats(write, &judged, new)?;
    Ok(Recorded {
        outcomes: judged.iter().map(|(_, decided)| decided.outcome()).collect(),
        attempts: judged.iter().filter_map(|(report, decided)| attempt(env, report, decided)).collect(),
    })
}

fn attempt(env: &Environment, incoming: &Incoming, decided: &Decided) -> Option<Attempt> {
    let (reason, detail, conversion_id) = match decided {
        Decided::Refused(refusal) => (*refusal, refusal.sentence().to_owned(), None),
        Decided::Repeat { id, differing } if !differing.is_empty() => {
            (Refusal::PayloadMismatch, differing.join(" "), Some(*id))
        }
        _ => return None,
    };
    let report = &incoming.report;
    Some(Attempt {
        id: env.mint.id(report.received_at),
        key: AttemptKey {
            token_id: report.token_id,
            program_id: report.program_id,
            campaign_id: Some(incoming.campaign_id),
            mode: report.mode,
        },
        call: Call::ReportConversion,
        received_at: report.received_at,
        reason,
        detail,
        order_id: Some(report.order_id.as_str().to_owned()),
        conversion_id,
        payload: incoming.payload.clone(),
    })
}
