//! What the list of conversions is asked for.

use crate::domain::click_token::Mode;
use crate::domain::conversion::ConversionStatus;
use crate::domain::handle::OrderId;
use crate::domain::id::ProgramId;
use crate::domain::program::Program;
use crate::domain::time::LocalDay;
use crate::storage::catalogue::Catalogue;
use crate::storage::conversions::list::Wanted;
use crate::web::admin::choices::TypedAffiliate;
use crate::web::form::Errors;
use crate::web::query::Query;

/// The fields that choose, all of them kept from page to page.
pub(super) const FILTERS: [&str; 12] =
    ["view", "q", "campaign", "affiliate", "status", "state", "sale", "event", "flagged", "from", "to", "mode"];

/// The word in `?view=` for what waits for a decision.
pub(super) const REVIEW: &str = "review";

/// The list's query, read.
pub(super) struct Asked {
    /// Which conversions; none where a field names what cannot be.
    pub(super) wanted: Option<Wanted>,
    /// Whether only what waits for a decision is shown, the oldest first.
    pub(super) is_review: bool,
    /// The affiliate that was typed.
    pub(super) affiliate: TypedAffiliate,
    /// What is wrong with the fields.
    pub(super) errors: Errors,
}

impl Asked {
    /// Reads the query. Days are whole days of the program, both ends included.
    pub(super) fn read(query: &Query, catalogue: &Catalogue, program: &Program) -> Self {
        let mut errors = Errors::default();
        let affiliate = typed_affiliate(query, catalogue, program.id, &mut errors);
        let from = day(query, "from", "From", &mut errors);
        let to = day(query, "to", "To", &mut errors);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            errors.add("to", "To must not be before From.");
        }
        let orders = orders(query.text("q"));
        let is_review = query.text("view") == REVIEW;
        let is_possible = errors.is_empty() && orders.is_ok();
        let wanted = is_possible.then(|| Wanted {
            customer: None,
            mode: query.value("mode").unwrap_or(Mode::Live),
            orders: orders.ok().flatten(),
            campaign: query.value("campaign"),
            affiliate: affiliate.found.as_ref().map(|found| found.id),
            referral: None,
            status: if is_review { Some(ConversionStatus::Pending) } else { query.value("status") },
            state: query.value("state"),
            told: None,
            sale: query.value("sale"),
            flagged: !query.text("flagged").is_empty(),
            event: query.value("event"),
            from: from.map(|day| program.zone.day_start(day)),
            until: to.map(|day| program.zone.day_end_exclusive(day)),
        });
        Self { wanted, is_review, affiliate, errors }
    }

    /// Whether anything is asked for besides all live conversions, or besides all of them that wait for a decision.
    pub(super) fn narrows(&self) -> bool {
        let waiting = self.is_review.then_some(ConversionStatus::Pending);
        self.wanted.as_ref() != Some(&Wanted { status: waiting, ..Wanted::default() })
    }
}

fn typed_affiliate(query: &Query, catalogue: &Catalogue, program: ProgramId, errors: &mut Errors) -> TypedAffiliate {
    let typed = TypedAffiliate::read(catalogue, program, query.text("affiliate"));
    if typed.is_unknown() {
        errors.add("affiliate", "Affiliate must be the code or id of an affiliate of this program.");
    }
    typed
}

fn day(query: &Query, field: &'static str, label: &str, errors: &mut Errors) -> Option<LocalDay> {
    match query.text(field).trim() {
        "" => None,
        typed => errors.take(field, label, LocalDay::parse(typed)),
    }
}

/// The order typed, to the byte and without the blanks around it. What is no order id is on no record, which is no
/// mistake of whoever looks for it.
fn orders(typed: &str) -> Result<Option<[OrderId; 2]>, ()> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let parse = |text: &str| OrderId::parse(text).map_err(|_| ());
    Ok(Some([parse(typed)?, parse(typed.trim())?]))
}
