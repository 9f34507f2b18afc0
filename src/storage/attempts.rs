//! `attempts` and `attempt_days`: what was reported and not recorded, and how often.
//!
//! Rows are kept up to a limit per key and day; from there on the day's counter alone goes up. Reports without a valid
//! key have neither program nor token; their day is counted under the nil id.

pub mod kept_report;
pub mod list;

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use uuid::Uuid;

use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{attempt_days, attempts};
use super::traces;
use super::write::Write;
use crate::domain::attempt::{Attempt, Call, KeylessReport, Payload};
use crate::domain::attribution::Refusal;
use crate::domain::click_token::Mode;
use crate::domain::id::{AttemptId, CampaignId, ConversionId, Id, ProgramId, ReferralId, TokenId};
use crate::domain::time::{LocalDay, Timestamp};

/// One attempt, or a sample of a report without a valid key.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = attempts, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::attempt says what they mean")]
pub struct AttemptRow {
    pub id: AttemptId,
    pub program_id: Option<ProgramId>,
    pub campaign_id: Option<CampaignId>,
    pub token_id: Option<TokenId>,
    pub mode: Option<Mode>,
    pub call: Call,
    pub reason: String,
    pub detail: String,
    pub order_id: Option<String>,
    pub conversion_id: Option<ConversionId>,
    pub masked_key: Option<String>,
    pub network: Option<String>,
    pub payload: String,
    pub received_at: Timestamp,
    pub trace: String,
    pub report: String,
}

/// The word that stands in place of a reason for reports without a valid key.
pub const INVALID_KEY: &str = "invalid_key";

fn as_json_object(payload: &Payload) -> String {
    let fields = payload.0.iter().map(|(name, value)| (name.clone(), serde_json::Value::from(value.as_str())));
    serde_json::Value::Object(fields.collect()).to_string()
}

impl From<Attempt> for AttemptRow {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id,
            program_id: Some(attempt.key.program_id),
            campaign_id: attempt.key.campaign_id,
            token_id: Some(attempt.key.token_id),
            mode: Some(attempt.key.mode),
            call: attempt.call,
            reason: Refusal::as_str(attempt.reason).to_owned(),
            detail: attempt.detail,
            order_id: attempt.order_id,
            conversion_id: attempt.conversion_id,
            masked_key: None,
            network: None,
            payload: as_json_object(&attempt.payload),
            received_at: attempt.received_at,
            trace: traces::written(&attempt.trace),
            report: attempt.report.as_deref().map(kept_report::written).unwrap_or_default(),
        }
    }
}

impl From<KeylessReport> for AttemptRow {
    fn from(report: KeylessReport) -> Self {
        Self {
            id: report.id,
            program_id: None,
            campaign_id: None,
            token_id: None,
            mode: None,
            call: report.call,
            reason: INVALID_KEY.to_owned(),
            detail: report.detail,
            order_id: None,
            conversion_id: None,
            masked_key: report.masked_key,
            network: report.network.map(|network| network.as_str().to_owned()),
            payload: as_json_object(&report.payload),
            received_at: report.received_at,
            trace: String::new(),
            report: String::new(),
        }
    }
}

impl AttemptRow {
    /// What was sent, field by field, in alphabetical order.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields: BTreeMap<String, serde_json::Value> = serde_json::from_str(&self.payload).unwrap_or_default();
        let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields.into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    /// The fields in which it differs, as one speaks: `amount, currency and event type`.
    #[must_use]
    pub fn differing_words(&self) -> String {
        match self.differing().split_last() {
            Some((last, [])) => last.replace('_', " "),
            Some((last, others)) => format!("{} and {last}", others.join(", ")).replace('_', " "),
            None => String::new(),
        }
    }

    /// The fields in which it differs from the conversion that is on record; none where that is not the reason.
    #[must_use]
    pub fn differing(&self) -> Vec<&str> {
        let differs = self.reason == Refusal::PayloadMismatch.as_str();
        if differs { self.detail.split_ascii_whitespace().collect() } else { Vec::new() }
    }

    /// The referral that stands, of a sign-up that said that somebody else brought the customer.
    #[must_use]
    pub fn standing_referral(&self) -> Option<ReferralId> {
        let stands = self.reason == Refusal::CustomerOfAnother.as_str();
        stands.then(|| self.detail.parse().ok()).flatten()
    }

    /// Under which id its day is counted.
    #[must_use]
    pub fn counted_under(&self) -> TokenId {
        self.token_id.unwrap_or(keyless_token())
    }
}

/// The id under which reports without a valid key are counted.
#[must_use]
pub const fn keyless_token() -> TokenId {
    Id::from_uuid(Uuid::nil())
}

/// How many attempts of one key and day were kept, and how many came.
#[derive(Queryable, Selectable, Clone, Copy, Debug)]
#[diesel(table_name = attempt_days, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns")]
pub struct AttemptDayRow {
    pub token_id: TokenId,
    pub day: LocalDay,
    pub kept: i64,
    pub seen: i64,
}

/// The counters of these keys on these days, by key and day.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn days(
    conn: &mut Conn,
    tokens: &[TokenId],
    days: &[LocalDay],
) -> Stored<HashMap<(TokenId, LocalDay), AttemptDayRow>> {
    use attempt_days::dsl;
    let counters = dsl::attempt_days.filter(dsl::token_id.eq_any(tokens).and(dsl::day.eq_any(days)));
    let rows = counters.select(AttemptDayRow::as_select()).load(conn).stored()?;
    Ok(rows.into_iter().map(|row| ((row.token_id, row.day), row)).collect())
}

/// Removes at most so many of the attempts received before `before`, whose ids are as old; answers with how many.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn purge(write: &mut Write<'_>, before: Timestamp, at_most: i64) -> Stored<usize> {
    let old = attempts::table
        .filter(attempts::id.lt(AttemptId::at(before, [0; 10])))
        .select(attempts::id)
        .order(attempts::id)
        .limit(at_most);
    let old: Vec<AttemptId> = old.load(write.conn()).stored()?;
    diesel::delete(attempts::table.filter(attempts::id.eq_any(old))).execute(write.conn()).stored()
}

/// The newest attempts of a program, or those without a valid key.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn newest(conn: &mut Conn, program: Option<ProgramId>, limit: i64) -> Stored<Vec<AttemptRow>> {
    let mut found = attempts::table.into_boxed();
    found = match program {
        Some(program) => found.filter(attempts::program_id.eq(program)),
        None => found.filter(attempts::program_id.is_null()),
    };
    found.order(attempts::id.desc()).limit(limit).select(AttemptRow::as_select()).load(conn).stored()
}

/// Says which conversion an attempt became.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_credited(write: &mut Write<'_>, attempt: AttemptId, conversion: ConversionId) -> Stored<()> {
    let this = attempts::table.filter(attempts::id.eq(attempt));
    diesel::update(this).set(attempts::conversion_id.eq(conversion)).execute(write.conn()).stored()?;
    Ok(())
}
