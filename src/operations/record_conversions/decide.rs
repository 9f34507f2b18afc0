//! Deciding: from what is loaded to what is written, without a statement.

use std::collections::HashMap;

use crate::domain::affiliate::Affiliate;
use crate::domain::attribution::{self, Credit, Refusal};
use crate::domain::campaign::Campaign;
use crate::domain::click_token::Claims;
use crate::domain::commission::{self, Earning};
use crate::domain::conversion::Report;
use crate::domain::currency::Currency;
use crate::domain::dedup::{DedupKey, Facts};
use crate::domain::id::{ClickId, ConversionId, RuleId};
use crate::domain::rule;
use crate::storage::catalogue::Catalogue;
use crate::storage::clicks::{self, ClickRow};
use crate::storage::conn::Conn;
use crate::storage::conversions;
use crate::storage::error::Stored;

use super::{Evidence, Incoming, Outcome};

/// What a set of reports is judged by, read once.
pub(super) struct OnRecord {
    clicks: HashMap<ClickId, ClickRow>,
    orders: HashMap<DedupKey, (ConversionId, Facts)>,
}

impl OnRecord {
    /// Reads the clicks that the tokens name, and the conversions under the reports' orders.
    pub(super) fn load(conn: &mut Conn, catalogue: &Catalogue, incoming: &[Incoming]) -> Stored<Self> {
        let clicks: Vec<ClickId> = incoming.iter().filter_map(|report| click_of(&report.evidence)).collect();
        let keys: Vec<DedupKey> = incoming.iter().map(|report| dedup_key(catalogue, report)).collect();
        let recorded = conversions::find_recorded(conn, &keys)?;
        Ok(Self {
            clicks: clicks::find_all(conn, &clicks)?.into_iter().map(|click| (click.id, click)).collect(),
            orders: recorded.iter().map(|row| (row.dedup_key(), (row.id, row.facts()))).collect(),
        })
    }

    /// The row of a click, unless it is gone.
    pub(super) fn click(&self, id: ClickId) -> Option<&ClickRow> {
        self.clicks.get(&id)
    }
}

fn click_of(evidence: &Evidence) -> Option<ClickId> {
    match evidence {
        Evidence::Click(claims, _) => Some(claims.click),
        Evidence::Direct(_) => None,
    }
}

fn dedup_key(catalogue: &Catalogue, incoming: &Incoming) -> DedupKey {
    let campaign = catalogue.campaign(incoming.report.program_id, incoming.campaign_id);
    let action = campaign.map_or("", |campaign| incoming.report.event.dedup_action(campaign.tool_type));
    incoming.report.dedup_key(action)
}

/// What was decided about one report.
pub(super) enum Decided {
    /// To be recorded.
    New(Box<Credited>),
    /// On record already; the fields in which it differs.
    Repeat {
        /// What is on record.
        id: ConversionId,
        /// The fields in which the repeat tells another story.
        differing: Vec<&'static str>,
    },
    /// Not credited.
    Refused(Refusal),
}

/// A report that is credited, with what its rows need besides the report itself.
pub(super) struct Credited {
    /// The id it gets.
    pub(super) id: ConversionId,
    /// What must be unique.
    pub(super) key: DedupKey,
    /// Who is credited.
    pub(super) credit: Credit,
    /// In which currency commissions are computed.
    pub(super) base_currency: Currency,
    /// What it earns.
    pub(super) earning: Earning,
    /// By which version of the campaign's rule.
    pub(super) rule: Option<RuleId>,
}

impl Decided {
    /// The answer to the sender.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::New(credited) => Outcome::Recorded(credited.id),
            Self::Repeat { id, .. } => Outcome::Repeat(*id),
            Self::Refused(refusal) => Outcome::Refused(*refusal),
        }
    }
}

/// Decides on one report, and lays what it decided over what is on record.
pub(super) fn decide(catalogue: &Catalogue, on_record: &mut OnRecord, incoming: &Incoming) -> Decided {
    match credit(catalogue, on_record, incoming) {
        Err(refusal) => Decided::Refused(refusal),
        Ok(Verdict::Repeat(id, differing)) => Decided::Repeat { id, differing },
        Ok(Verdict::New(credited)) => {
            let facts = incoming.report.facts(&credited.credit);
            on_record.orders.insert(credited.key.clone(), (credited.id, facts));
            Decided::New(credited)
        }
    }
}

enum Verdict {
    New(Box<Credited>),
    Repeat(ConversionId, Vec<&'static str>),
}

fn credit(catalogue: &Catalogue, on_record: &OnRecord, incoming: &Incoming) -> Result<Verdict, Refusal> {
    let report = &incoming.report;
    let campaign = catalogue.campaign(report.program_id, incoming.campaign_id).ok_or(Refusal::UnknownCampaign)?;
    let claim = identify(catalogue, incoming)?;
    let key = dedup_key(catalogue, incoming);
    if let Some((id, facts)) = on_record.orders.get(&key) {
        return Ok(Verdict::Repeat(*id, facts.differing(&report.facts(&claim.credit))));
    }
    claim.judge(campaign, report)?;
    let program = catalogue.program(report.program_id).ok_or(Refusal::UnknownCampaign)?;
    let order = report.order(claim.credit.affiliate_id);
    let rule = rule::deciding(catalogue.rules(campaign.id), &order, report.received_at);
    // No exchange rate is on record yet, so a foreign sale waits for one; without one nothing can overflow.
    let earning = commission::earn(report.amount, program.base_currency, None, rule.map(|rule| rule.terms.basis));
    Ok(Verdict::New(Box::new(Credited {
        id: report.id,
        key,
        credit: claim.credit,
        base_currency: program.base_currency,
        earning: earning.map_err(|_| Refusal::InvalidRequest)?,
        rule: rule.map(|rule| rule.id),
    })))
}

/// Who would be credited, and what that claim rests on.
struct Claim<'a> {
    credit: Credit,
    affiliate: Option<&'a Affiliate>,
    click: Option<&'a Claims>,
}

fn identify<'a>(catalogue: &'a Catalogue, incoming: &'a Incoming) -> Result<Claim<'a>, Refusal> {
    let program = incoming.report.program_id;
    match &incoming.evidence {
        Evidence::Click(claims, link) => {
            let credit = attribution::belongs(claims, link.as_deref(), incoming.campaign_id, incoming.report.mode)?;
            Ok(Claim { credit, affiliate: catalogue.affiliate(program, credit.affiliate_id), click: Some(claims) })
        }
        Evidence::Direct(named) => {
            let affiliate = catalogue.affiliate_named(program, named).ok_or(Refusal::UnknownAffiliate)?;
            let credit = Credit { campaign_id: incoming.campaign_id, affiliate_id: affiliate.id, click: None };
            Ok(Claim { credit, affiliate: Some(affiliate), click: None })
        }
    }
}

impl Claim<'_> {
    fn judge(&self, campaign: &Campaign, report: &Report) -> Result<(), Refusal> {
        match (self.click, self.affiliate) {
            (Some(claims), affiliate) => attribution::judge_click(claims, campaign, affiliate, report.received_at),
            (None, Some(affiliate)) => attribution::judge_direct(campaign, affiliate, report.received_at),
            (None, None) => Err(Refusal::UnknownAffiliate),
        }
    }
}
