//! A conversion as this dialect shows it, and the envelopes around it.

use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::number::{Number, amount, amount_or_null};
use crate::domain::commission_status::{CommissionStatus, Standpoint};
use crate::domain::id::{AffiliateId, ConversionId, ProgramId, ReferralId, RuleId};
use crate::domain::review::needs_nobody;
use crate::domain::rule::{Approval, Rule};
use crate::domain::time::Timestamp;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::told::Rows;
use crate::web::dialect::written::{Word, written};

/// A conversion.
#[derive(ToSchema)]
#[schema(as = AffonsoConversion)]
pub(super) struct Conversion<'a> {
    /// Its id.
    #[schema(value_type = String, example = "conv_01h455vb4pex5vsknk084sn02q")]
    id: ConversionId,
    /// The customer, where one is known.
    #[schema(value_type = Option<String>, example = "ref_01h455vb4pex5vsknk084sn02q")]
    referral_id: Option<ReferralId>,
    /// Who is credited.
    #[schema(value_type = String, example = "aff_01h455vb4pex5vsknk084sn02q")]
    affiliate_id: AffiliateId,
    /// The program.
    #[schema(value_type = String, example = "prg_01h455vb4pex5vsknk084sn02q")]
    program_id: ProgramId,
    /// What is left of it after returns and refunds, in its own currency.
    #[schema(schema_with = amount)]
    sale_amount: Number,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    sale_amount_currency: Word,
    /// What is earned by what is left; null as long as an exchange rate is waited for. Where a better report told another
    /// amount after it was paid, what is booked for it since.
    #[schema(schema_with = amount_or_null)]
    commission_amount: Option<Number>,
    /// The program's base currency.
    #[schema(value_type = String, example = "USD")]
    commission_currency: Word,
    /// Where the commission stands.
    #[schema(
        value_type = String,
        pattern = "^(pending|pending_manual_approval|ready_for_payment|processing_payout|paid|declined|refunded|dispute)$"
    )]
    status: Word,
    /// Where the purchase stands.
    #[schema(value_type = String, pattern = "^(open|complete|trialing|failed|refunded|partial_refunded)$")]
    sales_status: Word,
    /// For how many days the rule holds the commission; null where it does not.
    hold_period_days: Option<u16>,
    /// Your own id of the event; where none was sent, the conversion's.
    external_event_id: &'a str,
    /// Always auto: rules say what is earned.
    #[schema(value_type = String, pattern = "^auto$")]
    calculation_mode: Word,
    /// The version of the rule that decided; null where none applies.
    #[schema(value_type = Option<String>, example = "rule_01h455vb4pex5vsknk084sn02q")]
    matched_incentive_id: Option<RuleId>,
    /// What was sent to find it again by; null for an affiliate's token.
    #[schema(value_type = Option<Object>)]
    metadata: Option<&'a RawValue>,
    /// When it was received, in UTC.
    #[schema(value_type = String, example = "2026-03-20T14:30:00.123Z")]
    created_at: Timestamp,
    /// The created_at that was sent: kept, and nothing goes by it.
    #[schema(value_type = Option<String>, example = "2026-03-19T23:59:00Z")]
    claimed_at: Option<Timestamp>,
    /// When it last changed, in UTC.
    #[schema(value_type = String, example = "2026-03-20T14:30:00.123Z")]
    updated_at: Timestamp,
}

written! {
    Conversion<'_> {
        id, referral_id, affiliate_id, program_id, sale_amount, sale_amount_currency, commission_amount,
        commission_currency, status, sales_status, hold_period_days, external_event_id, calculation_mode,
        matched_incentive_id, metadata, created_at, claimed_at, updated_at,
    }
}

impl<'a> Conversion<'a> {
    /// The conversion as it is now, its commission standing at `status`.
    pub(super) fn of(told: Rows<'a>, status: CommissionStatus, catalogue: &Catalogue) -> Self {
        Self::decided_by(rule(told, catalogue), told, status)
    }

    /// A conversion that was recorded a moment ago, of which nobody has said or decided anything yet.
    pub(super) fn recorded_now(told: Rows<'a>, catalogue: &Catalogue) -> Self {
        let rule = rule(told, catalogue);
        let status = told.commission.map_or(CommissionStatus::PendingManualApproval, |commission| {
            let row = told.conversion;
            let approval = rule.map_or(Approval::ByHand, |rule| rule.terms.approval);
            let standpoint = Standpoint {
                status: row.status,
                state: commission.state,
                sale: row.sale_status,
                needs_nobody: needs_nobody(approval, row.trust, &row.flags),
                stated: None,
            };
            standpoint.told()
        });
        Self::decided_by(rule, told, status)
    }

    fn decided_by(rule: Option<&Rule>, told: Rows<'a>, status: CommissionStatus) -> Self {
        let (row, commission) = (told.conversion, told.commission);
        Self {
            id: row.id,
            referral_id: row.referral_id,
            affiliate_id: row.affiliate_id,
            program_id: row.program_id,
            sale_amount: row.remaining().into(),
            sale_amount_currency: Word(row.currency.code()),
            commission_amount: commission.and_then(CommissionRow::told).map(Number::from),
            commission_currency: Word(row.base_currency.code()),
            status: Word(status.as_str()),
            sales_status: Word(row.sale_status.as_str()),
            hold_period_days: rule.map(|rule| rule.terms.hold_days).filter(|days| *days > 0),
            external_event_id: row.order_id.as_str(),
            calculation_mode: Word("auto"),
            matched_incentive_id: commission.and_then(|commission| commission.rule_id),
            metadata: told.metadata.and_then(|text| serde_json::from_str(text).ok()),
            created_at: row.received_at,
            claimed_at: told.claimed_at,
            updated_at: row.updated_at,
        }
    }

    /// The same for an affiliate, who does not see what the merchant wants to find again.
    pub(super) fn for_affiliate(self) -> Self {
        Self { metadata: None, ..self }
    }
}

/// The version of the rule that decided.
fn rule<'a>(told: Rows<'_>, catalogue: &'a Catalogue) -> Option<&'a Rule> {
    let id = told.commission?.rule_id?;
    catalogue.rules(told.conversion.campaign_id).iter().find(|rule| rule.id == id)
}

/// One conversion.
#[derive(ToSchema)]
#[schema(as = AffonsoOne)]
pub(super) struct One<'a> {
    /// Always true.
    success: bool,
    /// The conversion as it is now.
    data: Conversion<'a>,
}

written! { One<'_> { success, data } }

impl<'a> One<'a> {
    /// This one.
    pub(super) const fn of(data: Conversion<'a>) -> Self {
        Self { success: true, data }
    }
}

/// One page of conversions.
#[derive(ToSchema)]
#[schema(as = AffonsoList)]
pub(super) struct Listed<'a> {
    /// Always true.
    pub(super) success: bool,
    /// The newest first.
    pub(super) data: Vec<Conversion<'a>>,
    /// Where in the list that is.
    pub(super) pagination: Pagination,
}

written! { Listed<'_> { success, data, pagination } }

/// Where in a list a page stands.
#[derive(ToSchema)]
#[schema(as = AffonsoPagination)]
pub(super) struct Pagination {
    /// The page, from 1.
    page: i64,
    /// Rows of a page at most.
    limit: i64,
    /// How many rows there were on all pages when the first one was asked for.
    total: i64,
    /// How many pages that is.
    total_pages: i64,
    /// Whether there is one after it.
    has_next_page: bool,
    /// Whether there is one before it.
    has_prev_page: bool,
}

written! { Pagination { page, limit, total, total_pages, has_next_page, has_prev_page } }

impl Pagination {
    /// The page of a list of so many rows.
    pub(super) fn new((page, limit): (i64, i64), total: i64) -> Self {
        let total_pages = total / limit + i64::from(total % limit != 0);
        let has_prev_page = page > 1 && total_pages > 0;
        Self { page, limit, total, total_pages, has_next_page: page < total_pages, has_prev_page }
    }
}

#[cfg(test)]
mod tests {
    use super::Pagination;

    #[test]
    fn a_page_knows_what_is_before_and_behind_it() {
        let cases = [
            ("nothing", (1, 50), 0, (0, false, false)),
            ("one page", (1, 50), 50, (1, false, false)),
            ("the first of two", (1, 50), 51, (2, true, false)),
            ("the last of two", (2, 50), 51, (2, false, true)),
            ("beyond the end", (9, 50), 51, (2, false, true)),
            ("beyond nothing", (9, 50), 0, (0, false, false)),
        ];
        for (name, place, total, expected) in cases {
            let page = Pagination::new(place, total);
            assert_eq!((page.total_pages, page.has_next_page, page.has_prev_page), expected, "{name}");
        }
    }
}
