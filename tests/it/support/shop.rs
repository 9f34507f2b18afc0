//! A shop with visitors and orders: what load and fault tests drive, and what must be stored afterwards.

use std::net::SocketAddr;

use super::checker::{Findings, Order};
use super::connection::Connection;
use super::engine::TestDatabase;
use super::journal::{Attempted, Journal};
use super::personas::{Sale, Visitor};
use super::process::run_on;
use super::sql::Sql;
use super::world::Demo;

/// The demo's S2S campaign, which pays 10 %, and click tokens that visitors brought from it.
#[derive(Debug, Clone)]
pub struct Shop {
    /// The program to try.
    pub demo: Demo,
    /// A token and the affiliate it credits.
    tokens: Vec<(String, String)>,
}

impl Shop {
    /// Takes over the demo and lets a visitor of each active affiliate follow a link.
    pub fn open(demo: Demo, address: SocketAddr) -> Shop {
        let mut shop = Shop { demo, tokens: Vec::new() };
        for place in 0..2 {
            let code = shop.link_code(place).to_owned();
            let token = Visitor::new(address).follow(&code).token().to_owned();
            let affiliate = shop.demo.affiliate(place).id.clone();
            shop.tokens.push((token, affiliate));
        }
        shop
    }

    /// The code of an active affiliate's link to the campaign.
    pub fn link_code(&self, place: usize) -> &str {
        &self.demo.campaign("s2s_api").link_of(self.demo.affiliate(place)).code
    }

    /// The campaign's key.
    pub fn api_key(&self) -> &str {
        &self.demo.campaign("s2s_api").api_key
    }

    /// So many orders of different amounts, from the affiliates in turn.
    pub fn orders(&self, prefix: &str, count: usize) -> Vec<Order> {
        (0..count).map(|number| self.order(&format!("{prefix}-{number}"), number)).collect()
    }

    /// One order.
    pub fn order(&self, order_id: &str, number: usize) -> Order {
        let (token, affiliate) = &self.tokens[number % self.tokens.len()];
        self.order_of(order_id, number, (token, affiliate))
    }

    /// One order that comes from this click and is this affiliate's.
    pub fn order_of(&self, order_id: &str, number: usize, (token, affiliate): (&str, &str)) -> Order {
        let amount_minor = 100 + i64::try_from(number % 100_000).expect("a small number");
        Order {
            order_id: order_id.to_owned(),
            click_token: token.to_owned(),
            amount_minor,
            currency: "USD".to_owned(),
            affiliate: affiliate.to_owned(),
            // 10 %, half a cent rounded up.
            commission_minor: (amount_minor + 5) / 10,
        }
    }

    /// Reports an order over this connection.
    pub fn report(&self, connection: &mut Connection, order: &Order) -> Attempted {
        Attempted::from(self.sale(order).send(connection, self.api_key()))
    }

    /// The order as a merchant's server reports it.
    pub fn sale(&self, order: &Order) -> Sale {
        Sale::of(&order.click_token).order_id(&order.order_id).order_total(&order.amount_text(2))
    }

    /// Holds the journal against what is stored, then has the program verify itself; panics with what is wrong.
    pub fn assert_kept(&self, database: &TestDatabase, journal: &Journal, orders: &[Order]) {
        self.findings(database, journal, orders).assert_none();
        let verified = run_on(database, &["verify"]).expect_success();
        assert!(verified.contains(": 0 differences"), "{verified}");
    }

    fn findings(&self, database: &TestDatabase, journal: &Journal, orders: &[Order]) -> Findings {
        journal.check(orders, &Sql::open(&database.url).conversions())
    }
}
