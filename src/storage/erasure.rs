//! What is personal, across tables: found by who is meant, and taken out of the rows, which stay.
//!
//! There are no indexes on names in old reports, because they would slow down every report that comes: somebody is erased
//! seldom, and then tables are read through, beside everything else.

use diesel::prelude::*;

use super::conn::Conn;
use super::error::Stored;
use super::pool::IntoStored;
use super::schema::{attempts, clicks, conversion_details, conversions, referral_identifiers, referrals};
use super::write::Write;
use crate::domain::erasure::Subject;
use crate::domain::id::{AttemptId, ClickId, ConversionId, ProgramId, ReferralId};
use crate::domain::referral::IdentifierKind;
use crate::domain::said::Said;

/// Most values of one statement's list.
const AT_ONCE: usize = 500;

/// Asks in portions that fit one statement.
fn in_portions<I, T>(ids: &[I], mut ask: impl FnMut(&[I]) -> Stored<Vec<T>>) -> Stored<Vec<T>> {
    let mut found = Vec::new();
    for portion in ids.chunks(AT_ONCE) {
        found.extend(ask(portion)?);
    }
    Ok(found)
}

/// The referrals of this program that one of these clicks made.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn referrals_by_click(conn: &mut Conn, program: ProgramId, by: &[ClickId]) -> Stored<Vec<ReferralId>> {
    use referrals::dsl;
    in_portions(by, |by| {
        let made = dsl::referrals.filter(dsl::program_id.eq(program)).filter(dsl::merged_into_id.is_null());
        let made = made.filter(dsl::click_id.eq_any(by.iter().copied().map(Some)));
        made.select(dsl::id).load(conn).stored()
    })
}

/// An order with the click that it rests on.
type OrderOfClick = (ConversionId, Option<ClickId>);

/// The orders of a program that are somebody's: through their referral, their click, or what the order says itself.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn orders(conn: &mut Conn, program: ProgramId, subject: &Subject) -> Stored<Vec<OrderOfClick>> {
    use conversions::dsl;
    let referrals: Vec<ReferralId> = subject.referrals.iter().copied().collect();
    let mut found = in_portions(&referrals, |referrals| {
        let own = dsl::conversions.filter(dsl::program_id.eq(program));
        let theirs = own.filter(dsl::referral_id.eq_any(referrals.iter().copied().map(Some)));
        theirs.select((dsl::id, dsl::click_id)).load(conn).stored()
    })?;
    let clicks: Vec<ClickId> = subject.clicks.iter().copied().collect();
    let by_click: Vec<OrderOfClick> = in_portions(&clicks, |clicks| {
        let own = dsl::conversions.filter(dsl::program_id.eq(program));
        let theirs = own.filter(dsl::click_id.eq_any(clicks.iter().copied().map(Some)));
        theirs.select((dsl::id, dsl::click_id)).load(conn).stored()
    })?;
    found.extend(by_click);
    found.extend(orders_that_say(conn, program, subject)?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn orders_that_say(conn: &mut Conn, program: ProgramId, subject: &Subject) -> Stored<Vec<OrderOfClick>> {
    use conversion_details::dsl;
    let called = |kind| subject.called(kind).into_iter().map(Some).collect::<Vec<_>>();
    let of = [IdentifierKind::CustomerId, IdentifierKind::ExternalUserId, IdentifierKind::Email].map(called);
    if of.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let [customer_ids, user_ids, addresses] = of;
    let named = dsl::customer_id.eq_any(customer_ids);
    let named = named.or(dsl::external_user_id.eq_any(user_ids)).or(dsl::email_hash.eq_any(addresses));
    let said = conversions::table.inner_join(dsl::conversion_details.on(dsl::conversion_id.eq(conversions::id)));
    let said = said.filter(conversions::program_id.eq(program)).filter(named.assume_not_null());
    said.select((conversions::id, conversions::click_id)).load(conn).stored()
}

/// Those of these orders whose details say anything personal.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn telling_orders(conn: &mut Conn, orders: &[ConversionId]) -> Stored<Vec<ConversionId>> {
    use conversion_details::dsl;
    in_portions(orders, |orders| {
        let named = dsl::customer_id.is_not_null().or(dsl::external_user_id.is_not_null());
        let named = named.or(dsl::email_hash.is_not_null()).or(dsl::metadata.is_not_null());
        let telling = named.or(dsl::referrer.is_not_null()).or(dsl::landing_page.is_not_null());
        let these = dsl::conversion_details.filter(dsl::conversion_id.eq_any(orders)).filter(telling);
        these.select(dsl::conversion_id).load(conn).stored()
    })
}

/// Those of these clicks of the program whose rows say anything personal.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn telling_clicks(conn: &mut Conn, program: ProgramId, clicks: &[ClickId]) -> Stored<Vec<ClickId>> {
    use clicks::dsl;
    in_portions(clicks, |clicks| {
        let visitor = dsl::network.is_not_null().or(dsl::user_agent.is_not_null()).or(dsl::visitor_id.is_not_null());
        let telling = visitor.or(dsl::referrer.is_not_null()).or(dsl::page_url.is_not_null());
        let these = dsl::clicks.filter(dsl::id.eq_any(clicks)).filter(dsl::program_id.eq(program)).filter(telling);
        these.select(dsl::id).load(conn).stored()
    })
}

/// The attempts that stand beside these orders and still hold what was sent.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn attempts_of(conn: &mut Conn, program: ProgramId, orders: &[ConversionId]) -> Stored<Vec<AttemptId>> {
    use attempts::dsl;
    in_portions(orders, |orders| {
        let own = dsl::attempts.filter(dsl::program_id.eq(program));
        let theirs = own.filter(dsl::conversion_id.eq_any(orders.iter().copied().map(Some)));
        theirs.filter(dsl::payload.ne(NOTHING_SENT).or(dsl::report.ne(""))).select(dsl::id).load(conn).stored()
    })
}

/// What stands where nothing that was sent is kept.
pub const NOTHING_SENT: &str = "{}";

/// Takes out of orders whatever says who bought, and what a later report of one is held against, which was made of that.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn blank_orders(write: &mut Write<'_>, orders: &[ConversionId]) -> Stored<usize> {
    use conversion_details::dsl;
    let nothing: Option<String> = None;
    let these = dsl::conversion_details.filter(dsl::conversion_id.eq_any(orders));
    let blank = (
        dsl::customer_id.eq(nothing.clone()),
        dsl::external_user_id.eq(nothing.clone()),
        dsl::email_hash.eq(nothing.clone()),
        dsl::metadata.eq(nothing.clone()),
        dsl::referrer.eq(nothing.clone()),
        dsl::landing_page.eq(nothing),
    );
    let rows = conversions::table.filter(conversions::id.eq_any(orders));
    diesel::update(rows).set(conversions::said.eq(None::<Said>)).execute(write.conn()).stored()?;
    diesel::update(these).set(blank).execute(write.conn()).stored()
}

/// Takes out of clicks whatever says who visited.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn blank_clicks(write: &mut Write<'_>, clicks: &[ClickId]) -> Stored<usize> {
    use clicks::dsl;
    let nothing: Option<String> = None;
    let these = dsl::clicks.filter(dsl::id.eq_any(clicks));
    let blank = (
        dsl::network.eq(nothing.clone()),
        dsl::user_agent.eq(nothing.clone()),
        dsl::referrer.eq(nothing.clone()),
        dsl::page_url.eq(nothing.clone()),
        dsl::visitor_id.eq(nothing),
    );
    diesel::update(these).set(blank).execute(write.conn()).stored()
}

/// Takes what was sent out of attempts.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn blank_attempts(write: &mut Write<'_>, attempts: &[AttemptId]) -> Stored<usize> {
    use attempts::dsl;
    let nothing: Option<String> = None;
    let these = dsl::attempts.filter(dsl::id.eq_any(attempts));
    let blank = (dsl::payload.eq(NOTHING_SENT), dsl::report.eq(""), dsl::trace.eq(""), dsl::network.eq(nothing));
    diesel::update(these).set(blank).execute(write.conn()).stored()
}

/// Takes their names from referrals of this program, and from what was merged into them.
///
/// # Errors
/// [`super::error::StorageError`].
pub fn forget_names(write: &mut Write<'_>, program: ProgramId, these: &[ReferralId]) -> Stored<()> {
    use referrals::dsl;
    let nothing: Option<String> = None;
    for these in these.chunks(AT_ONCE) {
        let names = referral_identifiers::table.filter(referral_identifiers::program_id.eq(program));
        let names = names.filter(referral_identifiers::referral_id.eq_any(these));
        diesel::delete(names).execute(write.conn()).stored()?;
        let merged = dsl::merged_into_id.eq_any(these.iter().copied().map(Some)).assume_not_null();
        let rows = dsl::referrals.filter(dsl::program_id.eq(program)).filter(dsl::id.eq_any(these).or(merged));
        diesel::update(rows).set(dsl::name.eq(nothing.clone())).execute(write.conn()).stored()?;
    }
    Ok(())
}
