//! Who is credited by what, how far a rule pays a customer's orders, and which of two reports of one order holds.

mod better_stories;
mod by_hand;
mod claims;
mod customers;
mod own_address;
mod people_decide;
mod retold;
mod sources;
mod takeovers;
mod third_reports;

use accrue::domain::attempt::Payload;
use accrue::domain::click_token::Mode;
use accrue::domain::conversion::{CustomerFacts, Purchase, Report};
use accrue::domain::currency::Currency;
use accrue::domain::event::{Channel, Event};
use accrue::domain::handle::{EmailAddress, ExternalId, OrderId};
use accrue::domain::money::Money;
use accrue::domain::rule::Terms;
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome};
use accrue::operations::save_rule::{SeenRule, WantedRule, save_rule};
use accrue::storage::commission_rules;
use accrue::storage::conversion_details;

use crate::support::house::{House, Shop, affiliate_id, campaign_id, percent};
use crate::support::in_process::wait_for;
use crate::support::world::Affiliate;

/// A report as a dialect hands it on, for what has no URL yet.
struct Told {
    order_id: String,
    amount: &'static str,
    channel: Channel,
    event: Event,
    customer: CustomerFacts,
    evidence: Evidence,
}

fn external(text: &str) -> Option<ExternalId> {
    Some(ExternalId::parse(text).expect("an id"))
}

impl Told {
    fn order(order_id: &str) -> Told {
        Told {
            order_id: order_id.to_owned(),
            amount: "99.99",
            channel: Channel::Server,
            event: Event::SALE,
            customer: CustomerFacts::default(),
            evidence: Evidence::default(),
        }
    }

    fn clicked(mut self, house: &House, token: &str) -> Told {
        let claims = house.app().environment.keys.click_tokens().open(token).expect("a token of this house");
        let link = wait_for(house.app().link_by_id(claims.link)).expect("the database answers");
        let channel_click = Evidence::click(claims, link);
        self.evidence.token = channel_click.token;
        self
    }

    fn customer(mut self, id: &str) -> Told {
        self.customer.customer_id = external(id);
        self
    }

    fn email(mut self, house: &House, address: &str) -> Told {
        let address = EmailAddress::parse(address).expect("an address");
        self.customer.email = Some(address.hashed(house.app().environment.keys.email()));
        self
    }

    fn coupon(mut self, code: &str) -> Told {
        self.customer.coupon_code = external(code);
        self
    }

    fn by(mut self, channel: Channel) -> Told {
        self.channel = channel;
        self
    }

    fn of(mut self, amount: &'static str) -> Told {
        self.amount = amount;
        self
    }

    fn incoming(&self, house: &House, shop: &Shop) -> Incoming {
        let env = house.environment();
        let now = house.now();
        let report = Report {
            id: env.mint.id(now),
            program_id: shop.program,
            mode: Mode::Live,
            token_id: env.mint.id(now),
            channel: self.channel,
            received_at: now,
            order_id: OrderId::parse(&self.order_id).expect("an order id"),
            event: self.event.clone(),
            amount: Money::parse(self.amount, Currency::USD).expect("an amount"),
            customer: self.customer.clone(),
            purchase: Purchase::default(),
            ignored_fields: Vec::new(),
        };
        let campaign_id = Some(campaign_id(&shop.campaign));
        Incoming { report, campaign_id, evidence: self.evidence.clone(), payload: Payload::default() }
    }

    fn report(self, house: &House, shop: &Shop) -> Outcome {
        let incoming = self.incoming(house, shop);
        wait_for(house.app().recorder.record_conversion(incoming)).expect("it is decided")
    }
}

/// Whether an order is this affiliate's.
fn belongs_to(house: &House, order_id: &str, affiliate: &Affiliate) -> bool {
    house.conversion(order_id).affiliate_id == affiliate_id(affiliate)
}

/// The trace of an order, as `source finding` lines.
pub fn trace(house: &House, order_id: &str) -> Vec<String> {
    let conversion = house.conversion(order_id).id;
    let details = house.read(|conn| conversion_details::find(conn, conversion)).expect("every conversion has details");
    let traced = details.traced().expect("every conversion has a trace");
    traced.0.iter().map(|it| format!("{} {}", it.source, it.finding.as_str())).collect()
}

/// Gives the campaign's default rule other terms, from now on.
pub fn agree_on(house: &House, shop: &Shop, change: impl Fn(Terms) -> Terms) {
    let place = (shop.program, campaign_id(&shop.campaign));
    let newest = house.read(|conn| commission_rules::newest(conn, place.1, 0)).expect("every campaign has a rule");
    let terms = change(Terms::plain(percent("10")));
    let seen = SeenRule { number: 0, version: newest.version };
    house
        .attempt(move |write, env| save_rule(write, env, place, seen, WantedRule::of_default(terms)))
        .expect("it is saved");
}
