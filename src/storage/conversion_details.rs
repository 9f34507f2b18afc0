//! `conversion_details`: what explains a conversion and is read only when somebody looks at one: the customer, as far as
//! the merchant said, and the facts of the click, which may be purged one day.

use std::collections::HashMap;

use diesel::prelude::*;

use super::clicks::ClickRow;
use super::conn::{Conn, MultiBackend};
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::conversion_details::{self, dsl};
use super::traces;
use super::write::Write;
use crate::domain::click_token::Origin;
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::Report;
use crate::domain::handle::ExternalId;
use crate::domain::id::ConversionId;
use crate::domain::rule::Subscription;
use crate::domain::time::Timestamp;
use crate::domain::trace::Trace;

/// The details of one conversion.
#[derive(Queryable, Selectable, AsChangeset, Clone, Debug)]
#[diesel(table_name = conversion_details, primary_key(conversion_id), check_for_backend(MultiBackend))]
#[diesel(treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns; domain::conversion says what they mean")]
pub struct ConversionDetailsRow {
    pub conversion_id: ConversionId,
    pub customer_id: Option<String>,
    pub external_user_id: Option<String>,
    pub email_hash: Option<String>,
    pub coupon_code: Option<String>,
    pub product_ids: String,
    pub ignored_fields: String,
    pub referrer: Option<String>,
    pub landing_page: Option<String>,
    pub sub1: Option<String>,
    pub sub2: Option<String>,
    pub sub3: Option<String>,
    pub sub4: Option<String>,
    pub sub5: Option<String>,
    pub claimed_at: Option<Timestamp>,
    pub price_ids: String,
    pub subscription: Option<Subscription>,
    pub metadata: Option<String>,
    pub trace: String,
    pub click_origin: Option<Origin>,
    pub click_window_days: Option<i32>,
    pub stated: Option<CommissionStatus>,
}

fn as_json_list(words: &[String]) -> String {
    if words.is_empty() {
        return "[]".to_owned();
    }
    serde_json::Value::from(words).to_string()
}

impl ConversionDetailsRow {
    /// What the report says of the customer, and the click's row of the visit, where it is still there.
    #[must_use]
    pub fn new(report: &Report, click: Option<&ClickRow>) -> Self {
        let text = |id: &Option<ExternalId>| id.as_ref().map(|id| id.as_str().to_owned());
        let sub = |choose: fn(&ClickRow) -> &Option<String>| click.and_then(|click| choose(click).clone());
        Self {
            conversion_id: report.id,
            customer_id: text(&report.customer.customer_id),
            external_user_id: text(&report.customer.external_user_id),
            email_hash: report.customer.email.as_ref().map(|hash| hash.as_str().to_owned()),
            coupon_code: text(&report.customer.coupon_code),
            product_ids: as_json_list(&report.purchase.product_ids),
            ignored_fields: as_json_list(&report.ignored_fields),
            referrer: sub(|click| &click.referrer),
            landing_page: sub(|click| &click.page_url),
            sub1: sub(|click| &click.sub1),
            sub2: sub(|click| &click.sub2),
            sub3: sub(|click| &click.sub3),
            sub4: sub(|click| &click.sub4),
            sub5: sub(|click| &click.sub5),
            claimed_at: report.purchase.claimed_at,
            price_ids: as_json_list(&report.purchase.price_ids),
            subscription: report.purchase.subscription,
            metadata: report.purchase.metadata.clone(),
            trace: String::new(),
            click_origin: None,
            click_window_days: None,
            stated: report.purchase.stated,
        }
    }

    /// Adds what a report of more trust knows that tells the same story: whom it says the customer to be and what was bought,
    /// because it is believed more, and of the rest what nobody has said yet. What it leaves unsaid stays.
    pub fn learn(&mut self, report: &Report) {
        fn believed<T>(known: &mut Option<T>, said: Option<T>) {
            if said.is_some() {
                *known = said;
            }
        }
        let Self { customer_id, external_user_id, email_hash, coupon_code, product_ids, price_ids, .. } =
            Self::new(report, None);
        believed(&mut self.customer_id, customer_id);
        believed(&mut self.external_user_id, external_user_id);
        believed(&mut self.email_hash, email_hash);
        believed(&mut self.coupon_code, coupon_code);
        believed(&mut self.subscription, report.purchase.subscription);
        if !report.purchase.product_ids.is_empty() {
            self.product_ids = product_ids;
        }
        if !report.purchase.price_ids.is_empty() {
            self.price_ids = price_ids;
        }
        self.claimed_at = self.claimed_at.or(report.purchase.claimed_at);
        self.metadata = self.metadata.take().or_else(|| report.purchase.metadata.clone());
    }
}

/// The details of a conversion.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn find(conn: &mut Conn, conversion: ConversionId) -> Stored<Option<ConversionDetailsRow>> {
    let its = dsl::conversion_details.filter(dsl::conversion_id.eq(conversion));
    its.select(ConversionDetailsRow::as_select()).first(conn).optional().stored()
}

/// Makes the details of a conversion what `row` says.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn replace(write: &mut Write<'_>, row: &ConversionDetailsRow) -> Stored<()> {
    let its = dsl::conversion_details.filter(dsl::conversion_id.eq(row.conversion_id));
    diesel::update(its).set(row).execute(write.conn()).stored()?;
    Ok(())
}

/// Keeps what somebody stated last.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_stated(write: &mut Write<'_>, conversion: ConversionId, stated: CommissionStatus) -> Stored<()> {
    let its = dsl::conversion_details.filter(dsl::conversion_id.eq(conversion));
    diesel::update(its).set(dsl::stated.eq(Some(stated))).execute(write.conn()).stored()?;
    Ok(())
}

/// Replaces what the sender wants to find again.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn set_metadata(write: &mut Write<'_>, conversion: ConversionId, metadata: Option<&str>) -> Stored<()> {
    let its = dsl::conversion_details.filter(dsl::conversion_id.eq(conversion));
    diesel::update(its).set(dsl::metadata.eq(metadata)).execute(write.conn()).stored()?;
    Ok(())
}

/// What was stated last of each of these conversions, those of which anything ever was.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn stated(conn: &mut Conn, conversions: &[ConversionId]) -> Stored<HashMap<ConversionId, CommissionStatus>> {
    let theirs = dsl::conversion_details.filter(dsl::conversion_id.eq_any(conversions));
    let rows: Vec<(ConversionId, Option<CommissionStatus>)> =
        theirs.filter(dsl::stated.is_not_null()).select((dsl::conversion_id, dsl::stated)).load(conn).stored()?;
    Ok(rows.into_iter().filter_map(|(id, word)| Some((id, word?))).collect())
}

fn from_json_list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

impl ConversionDetailsRow {
    /// The products the report named.
    #[must_use]
    pub fn products(&self) -> Vec<String> {
        from_json_list(&self.product_ids)
    }

    /// Everybody whom the report named; none where it was recorded before this was kept.
    #[must_use]
    pub fn traced(&self) -> Option<Trace> {
        traces::read(&self.trace)
    }

    /// The prices the report named.
    #[must_use]
    pub fn prices(&self) -> Vec<String> {
        from_json_list(&self.price_ids)
    }

    /// The names of the report's fields that nobody reads.
    #[must_use]
    pub fn ignored(&self) -> Vec<String> {
        from_json_list(&self.ignored_fields)
    }

    /// What the affiliate wanted to tell apart, `sub1` to `sub5`, those that are there.
    #[must_use]
    pub fn subs(&self) -> Vec<(&'static str, &str)> {
        let subs = [
            ("sub1", &self.sub1),
            ("sub2", &self.sub2),
            ("sub3", &self.sub3),
            ("sub4", &self.sub4),
            ("sub5", &self.sub5),
        ];
        subs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}
