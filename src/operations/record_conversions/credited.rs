//! A report that is credited: whose it is, what it earns by which rule, and how far it goes by itself.

use crate::domain::attribution::{Candidate, Credit, Refusal, Source};
use crate::domain::click_token::Origin;
use crate::domain::commission::{CommissionState, Earning, Settled, Standing};
use crate::domain::commission_status::CommissionStatus;
use crate::domain::conversion::{ConversionStatus, Report, SaleStatus};
use crate::domain::currency::Currency;
use crate::domain::dedup::DedupKey;
use crate::domain::due::Grounds;
use crate::domain::event::EventType;
use crate::domain::exchange::Quote;
use crate::domain::flag::{self, Flags};
use crate::domain::id::{ConversionId, ReferralId};
use crate::domain::money::Money;
use crate::domain::payment::{self, Counted};
use crate::domain::program::Program;
use crate::domain::referral::{self, Claim, Hearing, ReferralChangeKind};
use crate::domain::review::UnderReview;
use crate::domain::rule::{self, Approval, Payment, Rule};
use crate::domain::time::Timestamp;
use crate::domain::trace::Trace;
use crate::domain::visitor_print::VisitorPrint;
use crate::domain::worth::Worth;
use crate::environment::Environment;
use crate::storage::catalogue::Catalogue;
use crate::storage::commissions::CommissionRow;
use crate::storage::conversions::ConversionRow;
use crate::storage::referrals::{Named, PaymentMade, ReferralRow};

use super::Incoming;
use super::decide::key_of;
use super::on_record::{Known, OnRecord, click_as_name, names_of};

/// Whose payment an order counts as, and which.
type PlaceHeld = (ReferralId, Option<Payment>);

/// As what a report is judged: when it counts as received, and under which id it is recorded.
#[derive(Clone, Copy)]
pub(super) struct Earned {
    /// The id of its row.
    id: ConversionId,
    /// When it, or the first report of its order, was received.
    received_at: Timestamp,
    /// The quote that the first report was converted with, and its currency.
    quote: Option<(Quote, Currency)>,
    /// Where the purchase stood before.
    sale: SaleStatus,
    /// Where the commission of the first report stands, and when its purchase was made, as far as that was later.
    paid: Option<(CommissionState, Option<Timestamp>)>,
    /// As which payment of which customer the first report counts, where it does.
    counted: Option<PlaceHeld>,
    /// Whether somebody has decided about it, so that no rule may approve it.
    was_decided: bool,
}

impl Earned {
    /// As itself.
    pub(super) fn new(report: &Report) -> Self {
        Self {
            id: report.id,
            received_at: report.received_at,
            quote: None,
            sale: SaleStatus::UNSAID,
            paid: None,
            counted: None,
            was_decided: false,
        }
    }

    /// In place of what is on record.
    pub(super) fn instead_of((row, commission): (&ConversionRow, &CommissionRow), was_decided: bool) -> Self {
        let counts = payment::counts(row.event_type, row.status, row.sale_status, commission.state);
        Self {
            id: row.id,
            received_at: row.received_at,
            quote: row.quote().map(|quote| (quote, row.currency)),
            sale: row.sale_status,
            paid: Some((commission.state, commission.payment_made_at)),
            counted: row.referral_id.filter(|_| counts).map(|customer| (customer, commission.payment())),
            was_decided: was_decided || row.status != ConversionStatus::Pending,
        }
    }

    /// When the purchase was made that stands there now, where that is not when it was received.
    fn made_at(&self, sale: SaleStatus, now: Timestamp) -> Option<Timestamp> {
        self.paid.and_then(|(state, known)| payment::made_at((self.sale, state), sale, known, now))
    }
}

/// The customer of a credited report.
pub(super) struct Customer {
    /// The referral.
    pub(super) referral: ReferralRow,
    /// Whether it is made with this report.
    pub(super) is_new: bool,
    /// Whether the report names them, rather than nothing but a click.
    pub(super) is_named: bool,
    /// What was believed of it, where this report changes that.
    pub(super) overruled: Option<(Claim, ReferralChangeKind)>,
    /// The names that were not known yet.
    pub(super) new_names: Vec<Named>,
}

/// A report that is credited, with what its rows need besides the report itself.
pub(super) struct Credited {
    /// The id it gets, or has.
    pub(super) id: ConversionId,
    /// When it, or the first report of its order, was received.
    pub(super) received_at: Timestamp,
    /// What must be unique.
    pub(super) key: DedupKey,
    /// Who is credited.
    pub(super) credit: Credit,
    /// Whom the report named.
    pub(super) trace: Trace,
    /// What was reported.
    pub(super) amount: Money,
    /// In which currency commissions are computed.
    pub(super) base: Currency,
    /// What it earns.
    pub(super) earning: Earning,
    /// The exchange rate used, where one was needed.
    pub(super) quote: Option<Quote>,
    /// The version of the rule that decided.
    pub(super) rule: Option<Rule>,
    /// Which of the customer's payments it is, where a rule needs to know.
    pub(super) payment: Option<Payment>,
    /// When the purchase was made, where that is not when it was received.
    pub(super) made_at: Option<Timestamp>,
    /// The customer, where the report says who it is.
    pub(super) customer: Option<Customer>,
    /// What wants a look.
    pub(super) flags: Flags,
    /// Where the purchase stands.
    pub(super) sale: SaleStatus,
    /// Approved by its rule, or pending.
    pub(super) status: ConversionStatus,
    /// Where its commission stands.
    pub(super) settled: Settled,
}

impl Credited {
    /// Judges a report that goes to the candidate at a place.
    ///
    /// # Errors
    /// [`Refusal::UnknownCampaign`] if the campaign is gone; [`Refusal::InvalidRequest`] for an amount that does not fit the
    /// base currency.
    pub(super) fn of(
        env: &Environment,
        catalogue: &Catalogue,
        on_record: &OnRecord,
        (incoming, found, place): (&Incoming, &[Candidate], usize),
        earned: Earned,
    ) -> Result<Self, Refusal> {
        let report = &incoming.report;
        let candidate = found[place];
        let credit = candidate.credit.ok_or(Refusal::NothingMatches)?;
        let program = catalogue.program(report.program_id).ok_or(Refusal::UnknownCampaign)?;
        let at = earned.received_at;
        let rule = rule::deciding(catalogue.rules(credit.campaign_id), &report.order(credit.affiliate_id), at);
        let customer = customer(env, catalogue, on_record, (incoming, &credit, candidate.source));
        let sale = report.purchase.sale_recorded(earned.sale);
        let made_at = earned.made_at(sale, report.received_at);
        let made = (made_at.unwrap_or(at), earned.id);
        let payment = which_payment(on_record, report, (rule, customer.as_ref()), (earned.counted, made), program);
        let quote = quote((catalogue, on_record), program, report, &earned);
        let grounds = Grounds {
            worth: Worth::whole(report.amount),
            base: program.base_currency,
            quote,
            rule,
            payment,
            made_at: made.0,
            zone: &program.zone,
        };
        let earning = grounds.earning().map_err(|_| Refusal::InvalidRequest)?;
        let flags = flags(env, catalogue, on_record, (incoming, &candidate), at);
        let status = status(report, (rule, &earning), &flags, (&earned, sale));
        let standing = Standing {
            state: CommissionState::Held,
            status,
            sale,
            waits_for_rate: earning.hold.is_some(),
            hold_until: rule.map(|rule| rule.terms.hold_until(at)),
        };
        Ok(Self {
            id: earned.id,
            received_at: at,
            key: key_of(catalogue, incoming, &credit)?,
            credit,
            trace: Trace::of(found, Some(place)),
            amount: report.amount,
            base: program.base_currency,
            earning,
            quote,
            rule: rule.cloned(),
            payment,
            made_at,
            customer,
            flags,
            sale,
            status,
            settled: standing.settle(report.received_at),
        })
    }

    /// Lays what is to be recorded over what is on record, with its customer.
    pub(super) fn note(&self, on_record: &mut OnRecord, report: &Report, known: Known) {
        on_record.note_order(self.key.clone(), known);
        let Some(customer) = &self.customer else { return };
        on_record.note_customer(customer.referral.clone(), customer.new_names.clone());
        if self.counts_as_payment(report) {
            let at = self.made_at.unwrap_or(self.received_at);
            let counted = Counted { at, number: self.payment.map(|payment| payment.number) };
            on_record.note_payment(customer.referral.id, PaymentMade { conversion_id: self.id, counted });
        }
    }

    /// The customer whom a row that tells the same learns of: the one whom this report names, and one of whom nothing but the
    /// click is known where the row knew nobody.
    pub(super) fn customer_learned(&self, row: &ConversionRow) -> Option<&Customer> {
        self.customer.as_ref().filter(|customer| customer.is_named || row.referral_id.is_none())
    }

    /// Lays over whose the customer is, where the order itself stays as it is on record.
    pub(super) fn note_claim(&self, on_record: &mut OnRecord) {
        if let Some(customer) = self.customer.as_ref().filter(|customer| customer.overruled.is_some()) {
            on_record.note_customer(customer.referral.clone(), Vec::new());
        }
    }

    /// Whether it will be counted as a payment of its customer.
    fn counts_as_payment(&self, report: &Report) -> bool {
        payment::counts(report.event.kind, ConversionStatus::Pending, self.sale, CommissionState::Held)
    }

    /// The commission, or nothing while it is not known.
    pub(super) fn booked(&self) -> Money {
        self.earning.commission.unwrap_or(Money::zero(self.base))
    }
}

/// The customer of a report: known by one of the names it gives, the first that is known, or new.
fn customer(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &OnRecord,
    (incoming, credit, source): (&Incoming, &Credit, Source),
) -> Option<Customer> {
    let report = &incoming.report;
    let names = names_of(catalogue, incoming);
    let by_name = || names.iter().find_map(|name| on_record.customer(name));
    let known = on_record.referral_named(incoming).or_else(by_name);
    let known = known.or_else(|| on_record.customer_of_click(incoming)).cloned();
    if known.is_none() && names.is_empty() {
        return None;
    }
    let trust = i32::from(report.channel.trust().level());
    let is_named = incoming.evidence.referral.is_some() || !referral::identifiers(&report.customer).is_empty();
    let click = click_as_name(incoming, credit).filter(|name| known.is_none() && !names.contains(name));
    let new_names = names.into_iter().chain(click).filter(|name| on_record.customer(name).is_none()).collect();
    let Some(known) = known else {
        let (id, of) = (env.mint.id(report.received_at), (report.program_id, report.mode));
        let referral = ReferralRow::new(id, of, credit, (trust, report.received_at));
        return Some(Customer { referral, is_new: true, is_named, overruled: None, new_names });
    };
    let before = known.claim();
    let said = Claim { affiliate: credit.affiliate_id, campaign: credit.campaign_id, trust };
    let hearing = before.hear(source, said);
    let referral = match hearing {
        Hearing::Stands => known,
        Hearing::Confirmed => ReferralRow { trust, ..known },
        Hearing::GivesWay => known.brought_by(credit, trust),
    };
    let overruled = hearing.change().map(|kind| (before, kind));
    Some(Customer { referral, is_new: false, is_named, overruled, new_names })
}

/// Whether it is credited through a customer of whom only a browser said who brought them.
fn is_unconfirmed(catalogue: &Catalogue, on_record: &OnRecord, incoming: &Incoming, source: Source) -> bool {
    let known = match source {
        Source::Referral => on_record.referral_named(incoming),
        source if source.is_known_customer() => {
            let names = names_of(catalogue, incoming);
            let named = names.iter().find(|(.., name)| name.kind.source() == source);
            let by_click = || on_record.customer_of_click(incoming).filter(|_| source == Source::CustomerId);
            named.and_then(|name| on_record.customer(name)).or_else(by_click)
        }
        _ => None,
    };
    known.is_some_and(|referral| referral.claim().is_provisional())
}

/// Which of the customer's payments a sale is, where the rule that decides needs to know.
fn which_payment(
    on_record: &OnRecord,
    report: &Report,
    (rule, customer): (Option<&Rule>, Option<&Customer>),
    (counted, place): (Option<PlaceHeld>, (Timestamp, ConversionId)),
    program: &Program,
) -> Option<Payment> {
    let duration = rule.map(|rule| rule.terms.duration).filter(|duration| duration.has_an_end())?;
    let referral = customer.filter(|_| report.event.kind == EventType::Sale)?.referral.id;
    // A report that takes over what counts already takes its place, and what the customer paid later was not known there.
    // Of one that did not count, or not for this customer, the place is asked now, beside all that count.
    let counted = counted.filter(|(counted_for, _)| *counted_for == referral);
    if let Some((_, Some(kept))) = counted {
        return Some(kept);
    }
    let is_before = |paid: &PaymentMade| counted.is_none() || (paid.counted.at, paid.conversion_id) < place;
    let others = on_record.payments(referral).iter().filter(|paid| paid.conversion_id != place.1 && is_before(paid));
    let others: Vec<Counted> = others.map(|paid| paid.counted).collect();
    Some(payment::place(duration, &others, place.0, &program.zone))
}

/// The exchange rate: that of the first report where its currency is the same, else that of its day.
fn quote(
    (catalogue, on_record): (&Catalogue, &OnRecord),
    program: &Program,
    report: &Report,
    earned: &Earned,
) -> Option<Quote> {
    let currency = report.amount.currency();
    if currency == program.base_currency {
        return None;
    }
    let used = earned.quote.filter(|(_, used)| *used == currency).map(|(quote, _)| quote);
    let day = program.zone.local_day(earned.received_at);
    used.or_else(|| catalogue.quote(program.id, currency, day))
        .or_else(|| on_record.old_quote(program.id, currency, day))
}

/// What about a report wants a look.
fn flags(
    env: &Environment,
    catalogue: &Catalogue,
    on_record: &OnRecord,
    (incoming, candidate): (&Incoming, &Candidate),
    at: Timestamp,
) -> Flags {
    let report = &incoming.report;
    let mut flags = Flags::default();
    let affiliate = candidate.credit.and_then(|credit| catalogue.affiliate(report.program_id, credit.affiliate_id));
    if let (Some(customer), Some(own)) = (&report.customer.email, affiliate.and_then(|it| it.email.as_ref()))
        && own.hashed(env.keys.email()) == *customer
    {
        flags.raise(flag::Flag::OwnEmail);
    }
    if candidate.credit.is_some_and(|credit| is_from_own_address(env, catalogue, on_record, &credit)) {
        flags.raise(flag::Flag::OwnAddress);
    }
    if is_unconfirmed(catalogue, on_record, incoming, candidate.source) {
        flags.raise(flag::Flag::UnconfirmedCustomer);
    }
    let presented = match candidate.source {
        Source::ClickToken => incoming.evidence.token.as_ref(),
        Source::Cookie => incoming.evidence.cookie.as_ref(),
        _ => None,
    };
    // A click that a server registered may well be registered with the order at hand.
    let visited = presented.filter(|presented| presented.claims.origin != Origin::Api);
    let is_sale = report.event.kind == EventType::Sale;
    if is_sale && visited.is_some_and(|presented| flag::is_too_fast(presented.claims.clicked_at(), at)) {
        flags.raise(flag::Flag::TooFast);
    }
    flags
}

/// Whether the credited click came from where the affiliate themselves asks. Of most affiliates no such place is known, and
/// nothing is hashed for them.
fn is_from_own_address(env: &Environment, catalogue: &Catalogue, on_record: &OnRecord, credit: &Credit) -> bool {
    let Some(own) = catalogue.visitors_of(credit.affiliate_id) else { return false };
    let click = credit.click.and_then(|click| on_record.click(click.id));
    let seen = click.and_then(|click| click.network.as_deref().zip(click.user_agent.as_deref()));
    seen.is_some_and(|(network, agent)| own.contains(&VisitorPrint::of(env.keys.visitor(), network, agent)))
}

/// Approved where the rule approves by itself, unless somebody has decided about what the first report told, or the sender
/// states where it stands: pending is what it is by its rule.
fn status(
    report: &Report,
    (rule, earning): (Option<&Rule>, &Earning),
    flags: &Flags,
    (earned, sale): (&Earned, SaleStatus),
) -> ConversionStatus {
    let fresh = UnderReview {
        status: ConversionStatus::Pending,
        state: CommissionState::Held,
        waits_for_rate: earning.hold.is_some(),
    };
    let approval = rule.map_or(Approval::ByHand, |rule| rule.terms.approval);
    let trust = i32::from(report.channel.trust().level());
    let approves = fresh.approves_itself(approval, trust, flags, sale);
    let is_stated = report.purchase.stated.is_some_and(|word| word != CommissionStatus::Pending);
    let is_decided = earned.was_decided || is_stated;
    if approves && !is_decided { ConversionStatus::Approved } else { ConversionStatus::Pending }
}
