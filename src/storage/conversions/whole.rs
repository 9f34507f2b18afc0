//! Conversions as merchants' systems are told of them: with the names of whatever they belong to.
//!
//! However many there are, it takes the same number of statements: each reads one kind of thing for all of them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::list::Wanted;
use super::told::{self, Told};
use crate::domain::commission::CommissionState;
use crate::domain::conversion::ConversionStatus;
use crate::domain::handle::LinkCode;
use crate::domain::id::{AffiliateId, CampaignId, ConversionId, LinkId, PayoutId, ProgramId, RuleId};
use crate::domain::link::Link;
use crate::domain::time::Timestamp;
use crate::storage::commissions::CommissionRow;
use crate::storage::conn::{Conn, MultiBackend};
use crate::storage::error::Stored;
use crate::storage::pool::IntoStored;
use crate::storage::schema::conversion_details;
use crate::storage::{affiliates, commission_rules, conversion_changes, links, payouts};

/// What is kept beside a conversion of the customer and the visit.
#[derive(Queryable, Selectable, Clone, Debug, Default)]
#[diesel(table_name = conversion_details, check_for_backend(MultiBackend))]
#[expect(missing_docs, reason = "the columns; domain::conversion says what they mean")]
pub struct Visit {
    pub customer_id: Option<String>,
    pub referrer: Option<String>,
    pub landing_page: Option<String>,
    pub sub1: Option<String>,
}

/// A conversion with the names of what it belongs to.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The conversion, with its commission and click.
    pub told: Told,
    /// The customer and the visit.
    pub visit: Visit,
    /// The version of the rule that its commission follows from, and what it is called; none where no rule applies.
    pub rule: Option<(RuleId, String)>,
    /// What the affiliate who is credited is called.
    pub affiliate: String,
    /// The link that was followed, or the first one of this campaign and affiliate; none where they have none.
    pub link: Option<(LinkId, LinkCode)>,
    /// Why it is rejected, if it is.
    pub refusal: Option<String>,
    /// When its commission went into a payout, if that is where it is, or went.
    pub locked_at: Option<Timestamp>,
}

impl Whole {
    /// Whether its commission is in a payout or paid.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        let state = self.told.commission.as_ref().map(|commission| commission.state);
        matches!(state, Some(CommissionState::InPayout | CommissionState::Paid))
    }
}

/// The conversion with this id, of this program.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn find(conn: &mut Conn, program: ProgramId, conversion: ConversionId) -> Stored<Option<Whole>> {
    let found = told::find(conn, program, conversion)?;
    Ok(with_names(conn, program, found.into_iter().collect())?.pop())
}

/// At most `most` conversions, the newest first: those older than `before`, or all, and `skip` further.
///
/// # Errors
/// [`crate::storage::error::StorageError`].
pub fn piece(
    conn: &mut Conn,
    program: ProgramId,
    wanted: &Wanted,
    (before, skip): (Option<ConversionId>, i64),
    most: i64,
) -> Stored<Vec<Whole>> {
    let found = told::piece(conn, program, wanted, (before, skip), most)?;
    with_names(conn, program, found)
}

/// What many conversions belong to, by its ids.
struct Surroundings {
    visits: HashMap<ConversionId, Visit>,
    rules: HashMap<RuleId, String>,
    affiliates: HashMap<AffiliateId, String>,
    codes: HashMap<LinkId, LinkCode>,
    first_links: HashMap<(CampaignId, AffiliateId), Link>,
    refusals: HashMap<ConversionId, String>,
    payouts: HashMap<PayoutId, Timestamp>,
}

fn with_names(conn: &mut Conn, program: ProgramId, found: Vec<Told>) -> Stored<Vec<Whole>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut around = Surroundings::of(conn, program, &found)?;
    Ok(found.into_iter().map(|told| around.whole(told)).collect())
}

impl Surroundings {
    fn of(conn: &mut Conn, program: ProgramId, found: &[Told]) -> Stored<Self> {
        let ids: Vec<ConversionId> = found.iter().map(|told| told.conversion.id).collect();
        let rules: Vec<RuleId> = commissions(found).filter_map(|row| row.rule_id).collect();
        let paid: Vec<PayoutId> = commissions(found).filter_map(|row| row.payout_id).collect();
        let credited: Vec<AffiliateId> = found.iter().map(|told| told.conversion.affiliate_id).collect();
        let followed: Vec<LinkId> = found.iter().filter_map(|told| told.conversion.link_id).collect();
        let rules = commission_rules::find_all(conn, &rules)?;
        let payouts = payouts::of_ids(conn, program, &paid)?;
        Ok(Self {
            visits: visits(conn, &ids)?,
            rules: rules.into_iter().map(|rule| (rule.id, rule.title())).collect(),
            affiliates: affiliates::names(conn, program, &credited)?.into_iter().collect(),
            codes: links::codes(conn, program, &followed)?.into_iter().collect(),
            first_links: first_links(conn, program, found)?,
            refusals: conversion_changes::reasons_of_rejection(conn, &ids)?,
            payouts: payouts.into_iter().map(|payout| (payout.id, payout.created_at)).collect(),
        })
    }

    fn whole(&mut self, told: Told) -> Whole {
        let (row, commission) = (&told.conversion, told.commission.as_ref());
        let rule = commission.and_then(|commission| commission.rule_id);
        let followed = row.link_id.and_then(|id| Some((id, self.codes.get(&id)?.clone())));
        let first = || self.first_links.get(&(row.campaign_id, row.affiliate_id));
        Whole {
            visit: self.visits.remove(&row.id).unwrap_or_default(),
            rule: rule.and_then(|id| Some((id, self.rules.get(&id)?.clone()))),
            affiliate: self.affiliates.get(&row.affiliate_id).cloned().unwrap_or_default(),
            link: followed.or_else(|| first().map(|link| (link.id, link.code.clone()))),
            refusal: self.refusals.remove(&row.id).filter(|_| row.status == ConversionStatus::Rejected),
            locked_at: commission.and_then(|it| self.payouts.get(&it.payout_id?).copied()),
            told,
        }
    }
}

fn commissions(found: &[Told]) -> impl Iterator<Item = &CommissionRow> {
    found.iter().filter_map(|told| told.commission.as_ref())
}

fn visits(conn: &mut Conn, ids: &[ConversionId]) -> Stored<HashMap<ConversionId, Visit>> {
    let theirs = conversion_details::table.filter(conversion_details::conversion_id.eq_any(ids));
    let columns = (conversion_details::conversion_id, Visit::as_select());
    let rows: Vec<(ConversionId, Visit)> = theirs.select(columns).load(conn).stored()?;
    Ok(rows.into_iter().collect())
}

/// The first link of each pair that is credited without a click.
fn first_links(
    conn: &mut Conn,
    program: ProgramId,
    found: &[Told],
) -> Stored<HashMap<(CampaignId, AffiliateId), Link>> {
    let unlinked = || found.iter().map(|told| &told.conversion).filter(|row| row.link_id.is_none());
    let campaigns: Vec<CampaignId> = unlinked().map(|row| row.campaign_id).collect();
    let credited: Vec<AffiliateId> = unlinked().map(|row| row.affiliate_id).collect();
    let first = links::first_of_pairs(conn, program, &campaigns, &credited)?;
    Ok(first.into_iter().map(|link| ((link.campaign_id, link.affiliate_id), link)).collect())
}
