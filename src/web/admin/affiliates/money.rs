//! An affiliate's money: where it stands, what moved it, and what was paid.

use std::collections::HashMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::affiliate_id;
use crate::app::App;
use crate::domain::id::{AffiliateId, ConversionId, EntryId, Id, PayoutId};
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::domain::payout::PayoutState;
use crate::domain::program::Program;
use crate::domain::report::MoneyTally;
use crate::domain::time::Timestamp;
use crate::storage::affiliates::{self, AffiliateRow};
use crate::storage::conn::Conn;
use crate::storage::error::Stored;
use crate::storage::keyset::{Page, Start};
use crate::storage::ledger_entries::{self, LedgerEntryRow};
use crate::storage::payouts::{self, PayoutRow};
use crate::storage::{conversions, roll_ups};
use crate::web::access::people::{Seat, Viewer};
use crate::web::admin::badges::{self, Badge};
use crate::web::error::WebError;
use crate::web::filters::{Moment, amount};
use crate::web::form::Errors;
use crate::web::page::{self, Frame, Section};
use crate::web::pagination::{self, Neighbours};
use crate::web::query::Query;

const ENTRIES_PER_PAGE: usize = 25;

/// Payouts shown, and as many made outside; older ones are found in the ledger.
const MOST_PAYOUTS: i64 = 24;

/// Where the money stands, part by part; the parts come to the balance.
struct Balance {
    payable: String,
    in_payout: String,
    held: String,
    waiting: String,
    disputed: String,
    total: String,
    paid: String,
    /// Whether more was paid than is owed by now.
    is_overpaid: bool,
}

/// What the page asks about, besides showing.
enum Asks {
    Nothing,
    Bonus,
    Payout,
    Payment(PayoutLine),
    Withdrawal(PayoutLine),
}

/// A bonus as it is typed.
pub(super) struct BonusFields {
    pub(super) id: EntryId,
    pub(super) amount: String,
    pub(super) reason: String,
}

/// A payout, finished.
#[derive(Clone)]
struct PayoutLine {
    id: PayoutId,
    is_open: bool,
    is_outside: bool,
    amount: String,
    state: Badge,
    reference: String,
    begun: Moment,
    ended: Option<Moment>,
}

struct EntryLine {
    kind: &'static str,
    amount: String,
    booked: Moment,
    /// Where it comes from: an address and what to call it.
    source: Option<(String, String)>,
    reason: String,
}

#[derive(Template)]
#[template(path = "affiliates/money.html")]
pub(super) struct MoneyPage {
    frame: Frame,
    path: String,
    name: String,
    status: Badge,
    errors: Errors,
    asks: Asks,
    bonus: BonusFields,
    overtaken: Option<String>,
    balance: Balance,
    payable_minor: i64,
    payouts: Vec<PayoutLine>,
    entries: Vec<EntryLine>,
    is_first_page: bool,
    neighbours: Neighbours,
}

struct Found {
    affiliate: AffiliateRow,
    money: MoneyTally,
    paid_minor: i64,
    payouts: Vec<PayoutRow>,
    entries: Page<LedgerEntryRow>,
    orders: HashMap<ConversionId, String>,
}

fn find(conn: &mut Conn, program: &Program, id: AffiliateId, start: Start<EntryId>) -> Stored<Option<Found>> {
    let Some(affiliate) = affiliates::find(conn, program.id, id)? else {
        return Ok(None);
    };
    let entries = ledger_entries::page_of_affiliate(conn, (program.id, id), start, ENTRIES_PER_PAGE)?;
    let of: Vec<ConversionId> = entries.rows.iter().filter_map(|entry| entry.conversion_id).collect();
    let rows = conversions::find_all(conn, &of)?;
    Ok(Some(Found {
        affiliate,
        money: roll_ups::money_of_affiliate(conn, id)?,
        paid_minor: ledger_entries::paid_to(conn, program.id, id)?,
        payouts: payouts_to(conn, program, id)?,
        entries,
        orders: rows.into_iter().map(|row| (row.id, row.order_id.to_string())).collect(),
    }))
}

/// The house's own payouts and those made outside, so many of each that neither crowds out the other.
fn payouts_to(conn: &mut Conn, program: &Program, id: AffiliateId) -> Stored<Vec<PayoutRow>> {
    let mut found = payouts::of_affiliate(conn, (program.id, id), false, MOST_PAYOUTS)?;
    found.extend(payouts::of_affiliate(conn, (program.id, id), true, MOST_PAYOUTS)?);
    found.sort_unstable_by_key(|payout| std::cmp::Reverse(payout.id));
    Ok(found)
}

impl MoneyPage {
    /// The page as it stands now, with the entries from `start` on.
    pub(super) async fn load(
        app: &App,
        seat: &Seat,
        request: &HttpRequest,
        id: AffiliateId,
        start: Start<EntryId>,
    ) -> Result<Self, WebError> {
        let program = seat.program.clone();
        let found = app.read(move |conn| find(conn, &program, id, start)).await?.ok_or(WebError::NotFound)?;
        let now = app.environment.clock.now();
        let frame = Frame::new(seat, Section::Affiliates, request);
        let path = format!("/affiliates/{id}");
        let address = format!("{}/money?", frame.at(&path));
        let payouts: Vec<PayoutLine> = found.payouts.iter().map(|row| payout_line(row, now, &seat.program)).collect();
        let payable_minor = found.money.payable_minor();
        Ok(Self {
            name: found.affiliate.name.clone(),
            status: badges::affiliate(found.affiliate.status),
            errors: Errors::default(),
            asks: Asks::Nothing,
            bonus: BonusFields { id: app.environment.mint.id(now), amount: String::new(), reason: String::new() },
            overtaken: None,
            balance: balance(&found, &seat.program),
            payable_minor,
            entries: found
                .entries
                .rows
                .iter()
                .map(|row| entry_line(row, &found, &frame, (now, &seat.program)))
                .collect(),
            is_first_page: start == Start::Newest,
            neighbours: Neighbours::of(&found.entries, &address, |row| row.id),
            payouts,
            path,
            frame,
        })
    }

    /// With a bonus that could not be given, and why.
    pub(super) fn refused(self, bonus: BonusFields, errors: Errors) -> Self {
        Self { bonus, errors, asks: Asks::Bonus, ..self }
    }

    /// With a word on why something was not done.
    pub(super) fn overtaken(self, sentence: String) -> Self {
        Self { overtaken: Some(sentence), ..self }
    }

    /// Whether a payout is on its way that this person may end.
    fn may_end(&self) -> bool {
        self.frame.may_change() && self.payouts.iter().any(|payout| payout.is_open)
    }

    /// Whether this person may begin a payout, and there is something to pay.
    fn may_begin(&self) -> bool {
        let has_own = self.payouts.iter().any(|payout| payout.is_open && !payout.is_outside);
        self.frame.may_change() && self.payable_minor > 0 && !has_own
    }

    /// Whether a question stands above, which has the one button that matters then.
    const fn asks_something(&self) -> bool {
        !matches!(self.asks, Asks::Nothing)
    }

    /// The payout of this id, if it is one of this affiliate's that are shown.
    fn payout(&self, id: PayoutId) -> Option<&PayoutLine> {
        self.payouts.iter().find(|payout| payout.id == id)
    }

    /// What the query asks about, where that can be done.
    fn asked(&self, query: &Query) -> Asks {
        if !self.frame.may_change() {
            return Asks::Nothing;
        }
        let named = || query.value("payout").and_then(|id| self.payout(id)).filter(|payout| payout.is_open).cloned();
        match query.text("do") {
            "bonus" => Asks::Bonus,
            "pay-out" if self.may_begin() => Asks::Payout,
            "mark-as-paid" => named().map_or(Asks::Nothing, Asks::Payment),
            "call-off" => named().map_or(Asks::Nothing, Asks::Withdrawal),
            _ => Asks::Nothing,
        }
    }
}

fn balance(found: &Found, program: &Program) -> Balance {
    let money = &found.money;
    let written = |minor| amount(Money::new(minor, program.base_currency));
    Balance {
        payable: written(money.payable_minor()),
        in_payout: written(money.in_payout_minor),
        held: written(money.held_minor),
        waiting: written(money.waiting_minor),
        disputed: written(money.disputed_minor),
        total: written(money.balance_minor),
        paid: written(found.paid_minor),
        is_overpaid: money.payable_minor() < 0,
    }
}

fn payout_line(row: &PayoutRow, now: Timestamp, program: &Program) -> PayoutLine {
    let is_open = row.state == PayoutState::Open;
    PayoutLine {
        id: row.id,
        is_open,
        amount: amount(row.amount()),
        is_outside: row.outside,
        state: if row.outside { badges::payout_outside(row.state) } else { badges::payout(row.state) },
        reference: row.reference.clone(),
        begun: Moment::new(row.created_at, now, &program.zone),
        ended: (!is_open).then(|| Moment::new(row.updated_at, now, &program.zone)),
    }
}

fn entry_line(row: &LedgerEntryRow, found: &Found, frame: &Frame, (now, program): (Timestamp, &Program)) -> EntryLine {
    let order = row.conversion_id.and_then(|id| Some((id, found.orders.get(&id)?)));
    let source = match order {
        Some((id, order)) => Some((frame.at(&format!("/conversions/{id}")), format!("Order {order}"))),
        None => payout_of(row).filter(|id| found.payouts.iter().any(|payout| payout.id == *id)).map(|id| {
            let here = frame.at(&format!("/affiliates/{}/money", row.affiliate_id));
            (format!("{here}#{id}"), "Payout".to_owned())
        }),
    };
    EntryLine {
        kind: badges::entry(row.kind),
        amount: amount(Money::new(row.amount_minor, row.currency)),
        booked: Moment::new(row.booked_at, now, &program.zone),
        source,
        reason: row.reason.clone(),
    }
}

/// The payout that an entry was booked for.
fn payout_of(row: &LedgerEntryRow) -> Option<PayoutId> {
    let occasion = row.reference_id.filter(|_| row.kind == EntryKind::ExternalPayout)?;
    Some(Id::from_uuid(occasion.uuid()))
}

/// `GET /admin/{program}/affiliates/{id}/money`; with `?do=…` it asks for a bonus, or about a payout.
///
/// # Errors
/// [`WebError::NotFound`] when the program has no such affiliate.
pub async fn show(
    app: Data<App>,
    viewer: Viewer,
    place: Path<(String, String)>,
    query: Query,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let start = pagination::start(&query);
    let mut shown = MoneyPage::load(&app, &viewer, &request, affiliate_id(&place.1)?, start).await?;
    shown.asks = shown.asked(&query);
    Ok(page::ok(&shown))
}
