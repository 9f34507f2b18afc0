//! What becomes of a conversion and its money after it was recorded, below the pages: decisions, refunds, disputes, holds,
//! exchange rates, payouts; by people, by machines, and by many at once.

mod at_once;
mod by_itself;
mod compensated;
mod counting;
mod deciding;
mod differences;
mod giving_back;
mod left_to_rule;
mod model;
mod moved;
mod parts_by_word;
mod paying;
mod stated_back;
mod stated_moves;
mod stating;
mod two_writers;

use accrue::domain::affiliate::AffiliateRef;
use accrue::domain::attempt::Payload;
use accrue::domain::change::Actor;
use accrue::domain::click_token::Mode;
use accrue::domain::conversion::{ConversionStatus, CustomerFacts, Purchase, Report, SaleStatus};
use accrue::domain::currency::Currency;
use accrue::domain::dispute::DisputeStep;
use accrue::domain::event::{Channel, Event};
use accrue::domain::handle::{ExternalId, OrderId};
use accrue::domain::id::{AffiliateId, CampaignId, ConversionId, ProgramId, UserId};
use accrue::domain::money::Money;
use accrue::domain::payout::RefundKind;
use accrue::domain::report::MoneyTally;
use accrue::domain::rule::{Rule, Terms};
use accrue::environment::Environment;
use accrue::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use accrue::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use accrue::operations::dispute_conversion::{Disputed, dispute_conversion};
use accrue::operations::payouts::{Begun, Ended, begin_payout, call_off_payout, finish_payout};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome, record_conversions};
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::operations::standing::Case;
use accrue::storage::catalogue::Catalogue;
use accrue::storage::conversion_changes::{self, ChangeRow};
use accrue::storage::error::Stored;
use accrue::storage::new_rows::NewRows;
use accrue::storage::payouts::PayoutRow;
use accrue::storage::write::Write;
use accrue::storage::{commission_rules, roll_ups};

use crate::support::house::{House, affiliate_id, campaign_id};

/// A merchant's desk: a shop that pays 10 %, and somebody who decides.
pub struct Desk<'house> {
    house: &'house House,
    program: ProgramId,
    campaign: CampaignId,
    anna: AffiliateId,
    ben: AffiliateId,
    user: UserId,
}

/// An order as it is reported in these stories.
#[derive(Clone)]
pub struct Reported<'a> {
    order: &'a str,
    amount: Money,
    sale: SaleStatus,
    channel: Channel,
    mode: Mode,
    /// Whose it is; Anna's where nobody is named.
    whose: Option<AffiliateId>,
}

/// So many cents.
pub fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

impl<'a> Reported<'a> {
    /// A sale that was paid for, reported by the shop's own server.
    pub fn of(order: &'a str, amount: Money) -> Self {
        let (sale, channel) = (SaleStatus::Complete, Channel::Server);
        Self { order, amount, sale, channel, mode: Mode::Live, whose: None }
    }
}

/// Where a commission stands and what of it is booked, as a story says it.
pub type Stands = (ConversionStatus, accrue::domain::commission::CommissionState, SaleStatus, i64);

impl<'house> Desk<'house> {
    /// The desk of a house's usual shop.
    pub fn of(house: &'house House) -> Desk<'house> {
        let shop = house.shop();
        house.admin().set_direct_mode(&shop.campaign, true);
        let user = house.environment().mint.id(house.now());
        let (program, campaign) = (shop.program, campaign_id(&shop.campaign));
        let [anna, ben] = [&shop.anna, &shop.ben].map(affiliate_id);
        Desk { house, program, campaign, anna, ben, user }
    }

    /// The shop's program.
    pub const fn program(&self) -> ProgramId {
        self.program
    }

    /// Anna.
    pub const fn anna(&self) -> AffiliateId {
        self.anna
    }

    /// What the campaign pays from now on.
    pub fn pays(&self, terms: Terms) {
        let campaign_id = self.campaign;
        self.house.write(move |write, env| {
            let newest = commission_rules::newest(write.conn(), campaign_id, 0)?.expect("a campaign has a rule");
            let since = env.clock.now();
            let version = newest.version + 1;
            commission_rules::insert(write, &Rule { id: env.mint.id(since), version, terms, since, ..newest })
        });
    }

    /// What the shop sends of an order.
    pub fn incoming(&self, reported: &Reported<'_>) -> Incoming {
        let now = self.house.now();
        let env = self.house.environment();
        let report = Report {
            id: env.mint.id(now),
            program_id: self.program,
            mode: reported.mode,
            token_id: env.mint.id(now),
            channel: reported.channel,
            received_at: now,
            order_id: OrderId::parse(reported.order).expect("an order id"),
            event: Event::SALE,
            amount: reported.amount,
            customer: CustomerFacts::default(),
            purchase: Purchase { sale: Some(reported.sale), ..Purchase::default() },
            ignored_fields: Vec::new(),
        };
        let evidence = Evidence::direct(AffiliateRef::Id(reported.whose.unwrap_or(self.anna)));
        Incoming { report, campaign_id: Some(self.campaign), evidence, payload: Payload::default() }
    }

    /// Records an order, and answers with its conversion.
    pub fn records(&self, reported: &Reported<'_>) -> ConversionId {
        let incoming = self.incoming(reported);
        let recorded = self.house.write(move |write, env| record(write, env, incoming));
        let Outcome::Recorded(id) = recorded else { panic!("{}: {recorded:?}", reported.order) };
        id
    }

    /// A sale of so many cents.
    pub fn sale(&self, order: &str, minor: i64) -> ConversionId {
        self.records(&Reported::of(order, usd(minor)))
    }

    /// Somebody at the desk decides, having seen the edition.
    pub fn decides_on(&self, id: ConversionId, wanted: ConversionStatus, seen: Option<i64>) -> Reviewed {
        let (program, actor) = (self.program, Actor::User(self.user));
        let decision = Decision { wanted, seen, reason: "as agreed".to_owned() };
        self.house.write(move |write, env| review_conversion(write, env, program, id, actor, &decision))
    }

    /// Somebody at the desk decides on what stands there.
    pub fn decides(&self, id: ConversionId, wanted: ConversionStatus) -> Reviewed {
        self.decides_on(id, wanted, None)
    }

    /// Approves a conversion; panics where that is not possible.
    pub fn approves(&self, id: ConversionId) {
        let reviewed = self.decides(id, ConversionStatus::Approved);
        assert!(matches!(reviewed, Reviewed::Changed), "{reviewed:?}");
    }

    /// Adjusts a conversion.
    pub fn adjusts(&self, id: ConversionId, amount: Money) -> Adjusted {
        let (program, actor) = (self.program, Actor::User(self.user));
        let adjustment = Adjustment { amount, reason: "one came back".to_owned(), seen: None };
        self.house.write(move |write, env| adjust_conversion(write, env, program, id, actor, &adjustment))
    }

    /// Gives money back under an event id; all that remains without an amount.
    pub fn refunds(&self, id: ConversionId, event: &str, amount: Option<i64>) -> Refunded {
        let refund = Refund {
            event_id: ExternalId::parse(event).expect("an event id"),
            kind: RefundKind::Refund,
            amount: amount.map(usd),
            reason: String::new(),
            claimed_at: None,
        };
        let (program, actor) = (self.program, Actor::User(self.user));
        self.house.write(move |write, env| refund_conversion(write, env, program, id, actor, &refund))
    }

    /// Takes a step in a dispute.
    pub fn disputes(&self, id: ConversionId, step: DisputeStep) -> Disputed {
        let (program, actor) = (self.program, Actor::User(self.user));
        self.house.write(move |write, env| dispute_conversion(write, env, program, id, actor, (step, "the bank")))
    }

    /// Says where the purchase stands.
    pub fn says(&self, id: ConversionId, wanted: SaleStatus) -> SaleChanged {
        let (program, actor) = (self.program, Actor::User(self.user));
        let change = SaleChange { wanted, seen: None, reason: String::new() };
        self.house.write(move |write, env| change_sale(write, env, program, id, actor, &change))
    }

    /// Begins a payout to Anna; panics where nothing is payable.
    pub fn begins_payout(&self) -> PayoutRow {
        self.begins_payout_to(self.anna)
    }

    /// Begins a payout; panics where nothing is payable.
    pub fn begins_payout_to(&self, affiliate: AffiliateId) -> PayoutRow {
        match self.tries_payout_to(affiliate) {
            Begun::Begun(row) => row,
            other => panic!("{other:?}"),
        }
    }

    /// Tries to begin a payout to Anna.
    pub fn tries_payout(&self) -> Begun {
        self.tries_payout_to(self.anna)
    }

    /// Tries to begin a payout.
    pub fn tries_payout_to(&self, affiliate: AffiliateId) -> Begun {
        let (program, actor) = (self.program, Actor::User(self.user));
        self.house.write(move |write, env| begin_payout(write, env, program, affiliate, actor, "March"))
    }

    /// Finishes a payout.
    pub fn pays_out(&self, payout: &PayoutRow) -> Ended {
        let (program, id, actor) = (self.program, payout.id, Actor::User(self.user));
        self.house.write(move |write, env| finish_payout(write, env, program, id, actor))
    }

    /// Calls a payout off.
    pub fn calls_off(&self, payout: &PayoutRow) -> Ended {
        let (program, id, actor) = (self.program, payout.id, Actor::User(self.user));
        self.house.write(move |write, env| call_off_payout(write, env, program, id, actor))
    }

    /// A conversion with its commission.
    pub fn case(&self, id: ConversionId) -> Case {
        self.house.read(|conn| Case::find(conn, self.program, id)).expect("it is on record")
    }

    /// Where a conversion stands.
    pub fn stands(&self, id: ConversionId) -> Stands {
        let case = self.case(id);
        let (row, commission) = (case.conversion, case.commission);
        (row.status, commission.state, row.sale_status, commission.booked_minor)
    }

    /// What became of a conversion.
    pub fn changes(&self, id: ConversionId) -> Vec<ChangeRow> {
        self.house.read(|conn| conversion_changes::of_conversion(conn, id))
    }

    /// Where Anna's money stands.
    pub fn money(&self) -> MoneyTally {
        self.money_of(self.anna)
    }

    /// Where an affiliate's money stands.
    pub fn money_of(&self, affiliate: AffiliateId) -> MoneyTally {
        self.house.read(|conn| roll_ups::money_of_affiliate(conn, affiliate))
    }
}

/// Records one report, as the recorder does.
pub fn record(write: &mut Write<'_>, env: &Environment, incoming: Incoming) -> Stored<Outcome> {
    let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
    let mut new = NewRows::default();
    let recorded = record_conversions(write, env, &catalogue, &[incoming], &mut new)?;
    new.write(write)?;
    Ok(recorded.outcomes[0])
}
