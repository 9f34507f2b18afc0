//! What a set of reports is judged by, read once, and what was decided of the set so far laid over it.

use std::collections::{HashMap, HashSet};

use crate::domain::attribution::{Agreement, Credit};
use crate::domain::click_token::Mode;
use crate::domain::currency::Currency;
use crate::domain::dedup::DedupKey;
use crate::domain::exchange::Quote;
use crate::domain::handle::OrderId;
use crate::domain::id::{CampaignId, ClickId, ConversionId, ProgramId, ReferralId};
use crate::domain::referral::{self, Identifier, IdentifierKind};
use crate::domain::time::{LocalDay, Timestamp};
use crate::storage::catalogue::Catalogue;
use crate::storage::clicks::{self, ClickRow};
use crate::storage::commissions::{self, CommissionRow};
use crate::storage::conn::Conn;
use crate::storage::conversion_changes;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::Stored;
use crate::storage::exchange_rates;
use crate::storage::referral_changes;
use crate::storage::referrals::{self, Named, PaymentMade, ReferralRow};

use super::Incoming;

/// An order that is on record, or was decided a moment ago.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its row.
    pub(super) row: ConversionRow,
    /// Its commission, read where the order may be taken over.
    pub(super) commission: Option<CommissionRow>,
    /// Whether anybody ever decided about it; read with its commission.
    pub(super) was_decided: bool,
}

impl Known {
    /// What was decided a moment ago, which no report of the same set takes over.
    pub(super) fn now(row: ConversionRow) -> Self {
        Self { row, commission: None, was_decided: false }
    }
}

/// What a set of reports is judged by.
pub(super) struct OnRecord {
    clicks: HashMap<ClickId, ClickRow>,
    orders: HashMap<DedupKey, Known>,
    names: HashMap<Named, ReferralId>,
    referrals: HashMap<ReferralId, ReferralRow>,
    /// What those are called to whom the click of a report leads.
    called: HashMap<ReferralId, Vec<Identifier>>,
    payments: HashMap<ReferralId, Vec<PaymentMade>>,
    /// Whom a person gave to the affiliate whose customers they are, read where a click could say otherwise.
    reassigned: HashSet<ReferralId>,
    /// The quotes of days that are too long ago for the catalogue, where an order of such a day may be taken over
    /// or is credited by hand.
    old_quotes: HashMap<(ProgramId, Currency, LocalDay), Quote>,
}

impl OnRecord {
    /// Reads the clicks that the tokens name, the conversions under the reports' orders, and the customers they name.
    pub(super) fn load(conn: &mut Conn, catalogue: &Catalogue, incoming: &[Incoming]) -> Stored<Self> {
        let named: Vec<ClickId> = incoming.iter().flat_map(|report| report.evidence.clicks()).collect();
        let orders: Vec<_> = incoming.iter().map(|report| report.report.order_id.clone()).collect();
        let recorded = conversions::find_recorded(conn, &orders)?;
        let clicks = clicks::find_all(conn, &named)?.into_iter().map(|click| (click.id, click)).collect();
        let mut known = Self {
            clicks,
            orders: load_orders(conn, incoming, recorded)?,
            names: HashMap::new(),
            referrals: HashMap::new(),
            called: HashMap::new(),
            payments: HashMap::new(),
            reassigned: HashSet::new(),
            old_quotes: HashMap::new(),
        };
        known.load_customers(conn, catalogue, incoming)?;
        known.load_old_quotes(conn, catalogue, incoming)?;
        Ok(known)
    }

    fn load_customers(&mut self, conn: &mut Conn, catalogue: &Catalogue, incoming: &[Incoming]) -> Stored<()> {
        let asked_for = |report| names_of(catalogue, report).into_iter().chain(self.click_of_customer(report));
        let names: Vec<Named> = incoming.iter().flat_map(asked_for).collect();
        self.names = referrals::named(conn, &names)?;
        let mut ids: Vec<ReferralId> = self.names.values().copied().collect();
        ids.extend(incoming.iter().filter_map(|report| report.evidence.referral));
        ids.sort_unstable();
        ids.dedup();
        self.load_referrals(conn, &ids)?;
        // Who goes by an id that was merged away is the customer who is left.
        let mut left: Vec<ReferralId> = self.referrals.values().filter_map(|row| row.merged_into_id).collect();
        left.retain(|id| !self.referrals.contains_key(id));
        self.load_referrals(conn, &left)?;
        if incoming.iter().any(|report| click_held_against(report).is_some()) {
            let possible = self.referrals.values().filter(|row| row.may_be_reassigned());
            let possible: Vec<_> = possible.map(|row| (row.id, row.affiliate_id)).collect();
            self.reassigned = referral_changes::reassigned(conn, &possible)?;
        }
        ids.extend(left);
        self.load_what_they_are_called(conn, incoming)?;
        // A name such as "guest" may stand for a hundred thousand orders: they are read only where a rule counts them.
        ids.retain(|id| self.referrals.get(id).is_some_and(|row| counts_payments(catalogue, row.program_id)));
        self.payments = referrals::payments(conn, &ids)?;
        Ok(())
    }

    fn load_referrals(&mut self, conn: &mut Conn, ids: &[ReferralId]) -> Stored<()> {
        self.referrals.extend(referrals::find_all(conn, ids)?.into_iter().map(|row| (row.id, row)));
        Ok(())
    }

    /// A click may be a name of whomever it leads to, and of the referral that is named beside it from now on.
    fn load_what_they_are_called(&mut self, conn: &mut Conn, incoming: &[Incoming]) -> Stored<()> {
        let mut ids: Vec<ReferralId> = Vec::new();
        for one in incoming.iter().filter(|one| click_held_against(one).is_some()) {
            let holder = self.click_of_customer(one).and_then(|click| self.names.get(&click).copied());
            let beside = self.referral_named(one).map(|row| row.id);
            ids.extend(holder.into_iter().chain(beside));
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        for row in referrals::list::names_given(conn, &ids)? {
            let name = Identifier { kind: row.kind, value: row.value };
            self.called.entry(row.referral_id).or_default().push(name);
        }
        Ok(())
    }

    fn load_old_quotes(&mut self, conn: &mut Conn, catalogue: &Catalogue, incoming: &[Incoming]) -> Stored<()> {
        let given_way = self.orders.values().filter(|known| known.commission.is_some());
        let first: HashMap<(ProgramId, &OrderId), Timestamp> =
            given_way.map(|it| ((it.row.program_id, &it.row.order_id), it.row.received_at)).collect();
        for Incoming { report, evidence, .. } in incoming {
            let Some(program) = catalogue.program(report.program_id) else { continue };
            let by_hand = evidence.by_hand.map(|_| report.received_at);
            let long_ago = first.get(&(report.program_id, &report.order_id)).copied().or(by_hand);
            let Some(received_at) = long_ago else { continue };
            let (from, base) = (report.amount.currency(), program.base_currency);
            let key = (program.id, from, program.zone.local_day(received_at));
            if from == base || catalogue.quote(program.id, from, key.2).is_some() || self.old_quotes.contains_key(&key)
            {
                continue;
            }
            if let Some(quote) = exchange_rates::quote(conn, program.id, from, base, key.2)? {
                self.old_quotes.insert(key, quote);
            }
        }
        Ok(())
    }

    /// The quote of a day that is too long ago for the catalogue.
    pub(super) fn old_quote(&self, program: ProgramId, from: Currency, day: LocalDay) -> Option<Quote> {
        self.old_quotes.get(&(program, from, day)).copied()
    }

    /// The row of a click, unless it is gone.
    pub(super) fn click(&self, id: ClickId) -> Option<&ClickRow> {
        self.clicks.get(&id)
    }

    /// What is on record under a key.
    pub(super) fn order(&self, key: &DedupKey) -> Option<&Known> {
        self.orders.get(key)
    }

    /// Lays over what was decided a moment ago.
    pub(super) fn note_order(&mut self, key: DedupKey, known: Known) {
        self.orders.insert(key, known);
    }

    /// The customer who goes by a name.
    pub(super) fn customer(&self, named: &Named) -> Option<&ReferralRow> {
        self.referrals.get(self.names.get(named)?)
    }

    /// The customer of a referral's own id, where it is of this program and mode; of one that was merged away, the one that
    /// is left.
    pub(super) fn referral(&self, id: ReferralId, (program, mode): (ProgramId, Mode)) -> Option<&ReferralRow> {
        let row = self.referrals.get(&id).filter(|row| row.program_id == program && row.mode == mode)?;
        row.merged_into_id.map_or(Some(row), |left| self.referrals.get(&left))
    }

    /// The customer whom the report names by the referral's own id.
    pub(super) fn referral_named(&self, incoming: &Incoming) -> Option<&ReferralRow> {
        self.referral(incoming.evidence.referral?, (incoming.report.program_id, incoming.report.mode))
    }

    /// The customer to whom the click of a report leads: whoever signed up or ordered through it first, unless the report names
    /// somebody else.
    pub(super) fn customer_of_click(&self, incoming: &Incoming) -> Option<&ReferralRow> {
        let customer = self.customer(&self.click_of_customer(incoming)?)?;
        let said = referral::identifiers(&incoming.report.customer);
        (!referral::are_of_another(&said, self.called(customer.id))).then_some(customer)
    }

    /// What the customer goes by who signed up with the click of a report, where there may be one.
    fn click_of_customer(&self, incoming: &Incoming) -> Option<Named> {
        let click = click_held_against(incoming)?;
        // Of a click that is gone nobody knows.
        let may_be = self.click(click).is_none_or(|row| row.may_name_customer);
        may_be.then(|| (incoming.report.program_id, incoming.report.mode, referral::by_click(click)))
    }

    /// Whether a customer to whom a click leads is known by anything else.
    pub(super) fn is_named(&self, customer: ReferralId) -> bool {
        self.called(customer).iter().any(|name| name.kind != IdentifierKind::Click)
    }

    fn called(&self, customer: ReferralId) -> &[Identifier] {
        self.called.get(&customer).map_or(&[], Vec::as_slice)
    }

    /// Whether the identifiers of a report must lead to the same affiliate.
    pub(super) fn agreement(&self, incoming: &Incoming) -> Agreement {
        let asked = incoming.evidence.agreement;
        if asked == Agreement::NotAsked || self.reassigned.is_empty() {
            return asked;
        }
        let Incoming { report, .. } = incoming;
        let names = referral::identifiers(&report.customer).into_iter();
        let named = names.filter_map(|name| self.customer(&(report.program_id, report.mode, name)));
        let mut customers = named.chain(self.referral_named(incoming));
        let is_reassigned = customers.any(|row| self.reassigned.contains(&row.id));
        if is_reassigned { Agreement::AskedButOfTheClick } else { asked }
    }

    /// Lays over a customer who was met a moment ago.
    pub(super) fn note_customer(&mut self, row: ReferralRow, names: Vec<Named>) {
        self.called.entry(row.id).or_default().extend(names.iter().map(|(.., name)| name.clone()));
        // A later report of the set may come through the same click.
        for click in names.iter().filter_map(|(.., name)| name.click()) {
            if let Some(row) = self.clicks.get_mut(&click) {
                row.may_name_customer = true;
            }
        }
        self.names.extend(names.into_iter().map(|name| (name, row.id)));
        self.referrals.insert(row.id, row);
    }

    /// What a customer has paid so far.
    pub(super) fn payments(&self, referral: ReferralId) -> &[PaymentMade] {
        self.payments.get(&referral).map_or(&[], Vec::as_slice)
    }

    /// Takes away the payment that an order was so far, because it is taken over.
    pub(super) fn forget_payment(&mut self, order: ConversionId) {
        self.payments.values_mut().for_each(|payments| payments.retain(|payment| payment.conversion_id != order));
    }

    /// Lays over a payment that was decided a moment ago.
    pub(super) fn note_payment(&mut self, referral: ReferralId, payment: PaymentMade) {
        self.payments.entry(referral).or_default().push(payment);
    }
}

/// Whether any rule of the program pays for some of a customer's payments only, now or in an earlier version.
fn counts_payments(catalogue: &Catalogue, program: ProgramId) -> bool {
    let mut campaigns = catalogue.campaigns_of(program);
    campaigns.any(|campaign| catalogue.rules(campaign.id).iter().any(|rule| rule.terms.duration.has_an_end()))
}

/// The orders by their keys, with the commissions of those that a report is trusted enough to take over.
fn load_orders(
    conn: &mut Conn,
    incoming: &[Incoming],
    recorded: Vec<ConversionRow>,
) -> Stored<HashMap<DedupKey, Known>> {
    let highest = incoming.iter().map(|report| i32::from(report.report.channel.trust().level())).max().unwrap_or(0);
    let below: Vec<ConversionId> = recorded.iter().filter(|row| row.trust < highest).map(|row| row.id).collect();
    let mut commissions: HashMap<ConversionId, CommissionRow> = HashMap::new();
    let mut decided = HashSet::new();
    if !below.is_empty() {
        let rows = commissions::of_conversions(conn, &below)?;
        commissions.extend(rows.into_iter().map(|row| (row.conversion_id, row)));
        decided = conversion_changes::decided(conn, &below)?;
    }
    let known = |row: ConversionRow| {
        let commission = commissions.remove(&row.id);
        let was_decided = decided.contains(&row.id);
        (row.dedup_key(), Known { row, commission, was_decided })
    };
    Ok(recorded.into_iter().map(known).collect())
}

/// What a report calls its customer. One of whom it says nothing is known by the click, where a rule of the campaign needs
/// to tell a first payment from a second one.
pub(super) fn names_of(catalogue: &Catalogue, incoming: &Incoming) -> Vec<Named> {
    let report = &incoming.report;
    let mut names = referral::identifiers(&report.customer);
    if names.is_empty() {
        names.extend(by_click(catalogue, incoming));
    }
    names.into_iter().map(|name| (report.program_id, report.mode, name)).collect()
}

/// The click that a report's other identifiers are held against. Only where they are is a click taken for a customer: elsewhere
/// any number of people may order through one click.
fn click_held_against(incoming: &Incoming) -> Option<ClickId> {
    let evidence = &incoming.evidence;
    evidence.token.as_ref().filter(|_| evidence.agreement == Agreement::Asked).map(|token| token.claims.click)
}

/// The click that an order is credited by: a new customer goes by it from now on, unless somebody else does, and an order that
/// says nothing of its customer is theirs. Who is known already goes by no further clicks: a name such as "guest" would by
/// thousands.
pub(super) fn click_as_name(incoming: &Incoming, credit: &Credit) -> Option<Named> {
    let click = click_held_against(incoming).filter(|click| credit.click.is_some_and(|of| of.id == *click))?;
    Some((incoming.report.program_id, incoming.report.mode, referral::by_click(click)))
}

fn by_click(catalogue: &Catalogue, incoming: &Incoming) -> Option<Identifier> {
    let presented = incoming.evidence.token.as_ref().or(incoming.evidence.cookie.as_ref())?;
    let campaign: CampaignId = presented.link.as_ref()?.campaign_id;
    let has_an_end = catalogue.rules(campaign).iter().any(|rule| rule.terms.duration.has_an_end());
    has_an_end.then(|| referral::by_click(presented.claims.click))
}
