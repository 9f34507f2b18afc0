//! `/advertiser/conversions.*`: the Affilae dialect, as its document describes it (CONTRACT, section 3.3).

mod adjusting;
mod at_once;
mod deciding;
mod listing;
mod looking_up;
mod money;
mod refusals;
mod script;
mod walking;

use std::sync::Arc;
use std::time::Duration;

use accrue::app::rates::Bringing;
use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::change::Actor;
use accrue::domain::click_token::Mode;
use accrue::domain::currency::Currency;
use accrue::domain::ecb;
use accrue::domain::id::ProgramId;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::time::Zone;
use accrue::operations::issue_key::Holder;
use accrue::operations::payouts::{Begun, begin_payout};
use accrue::storage::payouts::PayoutRow;
use serde_json::{Value, json};

use crate::support::connection::Connection;
use crate::support::house::{House, Shop, affiliate_id, plan};
use crate::support::in_process::wait_for;
use crate::support::personas::Sale;
use crate::support::wire::{Request, Response};

const LIST: &str = "/advertiser/conversions.list";
const INFO: &str = "/advertiser/conversions.info";
const ACCEPT: &str = "/advertiser/conversions.accept";
const REFUSE: &str = "/advertiser/conversions.refuse";
const UPDATE: &str = "/advertiser/conversions.update";

/// Whoever reviews for the merchant: a shop, a token that may decide, and a visitor's click to sell by.
struct Reviewer<'house> {
    house: &'house House,
    shop: Shop,
    token: String,
    click: String,
}

impl<'house> Reviewer<'house> {
    /// At the usual shop.
    fn at(house: &'house House) -> Self {
        let shop = house.shop();
        Self::of(house, shop)
    }

    /// At this shop.
    fn of(house: &'house House, shop: Shop) -> Self {
        let token = program_token(house, shop.program, (Mode::Live, &[Scope::Manage]));
        let click = house.visit(&shop.campaign, &shop.anna);
        Self { house, shop, token, click }
    }

    /// The program's id.
    fn program(&self) -> String {
        self.shop.program.to_string()
    }

    /// A sale by the click, of this much in the program's usual currency.
    fn sale(&self, order: &str, total: &str) -> Sale {
        Sale::of(&self.click).order_id(order).order_total(total)
    }

    /// Reports a sale, and answers with its conversion.
    fn sells(&self, sale: Sale) -> String {
        let answer = self.house.merchant(&self.shop.campaign).report(sale);
        assert_eq!(answer.word, "success", "{}", answer.body);
        answer.conversion_id.expect("it is recorded")
    }

    /// Reports so many orders, one second apart; the later ones have the higher numbers.
    fn sells_many(&self, prefix: &str, count: usize) {
        for number in 0..count {
            self.house.clock().advance(Duration::from_secs(1));
            self.sells(self.sale(&format!("{prefix}-{number}"), "10.00"));
        }
    }

    /// Asks by GET.
    fn asks(&self, target: &str, query: &[(&str, &str)]) -> Response {
        send(self.house, Request::get(target).query(query).bearer(&self.token))
    }

    /// Asks by POST, in JSON.
    fn posts(&self, target: &str, body: &Value) -> Response {
        send(self.house, self.post(target, body))
    }

    /// The request of that.
    fn post(&self, target: &str, body: &Value) -> Request {
        Request::post(target).json(&body.to_string()).bearer(&self.token)
    }

    /// Accepts a conversion.
    fn accepts(&self, id: &str) -> Response {
        self.posts(ACCEPT, &json!({"program": self.program(), "id": id}))
    }

    /// Refuses a conversion.
    fn refuses(&self, id: &str, reason: &str) -> Response {
        self.posts(REFUSE, &json!({"program": self.program(), "id": id, "reason": reason}))
    }

    /// Lowers the amount of a conversion.
    fn updates(&self, id: &str, amount: i64) -> Response {
        self.posts(UPDATE, &json!({"id": id, "amount": amount, "reason": "one came back"}))
    }

    /// Puts everything that is payable to Anna into a payout.
    fn begins_payout(&self) -> PayoutRow {
        let (program, affiliate) = (self.shop.program, affiliate_id(&self.shop.anna));
        let actor = Actor::User(self.house.environment().mint.id(self.house.now()));
        match self.house.write(move |write, env| begin_payout(write, env, program, affiliate, actor, "March")) {
            Begun::Begun(row) => row,
            other => panic!("{other:?}"),
        }
    }
}

/// A shop whose program has this currency, and counts its days in this zone.
fn shop_in(house: &House, name: &str, (currency, zone): (&str, &str)) -> Shop {
    let currency = Currency::parse(currency).expect("a currency");
    let program = house.admin().program_in(name, currency, zone);
    let [anna, ben] = ["anna", "ben"].map(|code| house.admin().affiliate(program, code, AffiliateStatus::Active));
    let campaign = house.admin().campaign(program, plan(), &[&anna, &ben]);
    Shop { program, campaign, anna, ben }
}

/// A program's token of this mode that may do this.
fn program_token(house: &House, program: ProgramId, (mode, scopes): (Mode, &[Scope])) -> String {
    house.admin().issue_key(program, mode, Holder::Program(Scopes::new(scopes)))
}

/// Takes the text of the central bank's file into a program.
fn bring_rates(house: &House, program: ProgramId, text: &str) {
    let today = Zone::utc().local_day(house.now());
    let file = Arc::new(ecb::read(text, today).unwrap_or_else(|why| panic!("{why}")));
    wait_for(house.app().import_rates(program, &file, Bringing::default())).unwrap_or_else(|why| panic!("{why}"));
}

/// Sends a request as a server does: without cookies.
#[expect(clippy::needless_pass_by_value, reason = "a story reads better without ampersands")]
fn send(house: &House, request: Request) -> Response {
    Connection::open(house.addr()).unwrap().send(&request).unwrap()
}

/// How many there are, and those that were told; panics unless that is what the answer is.
fn found(answer: &Response) -> (i64, Vec<Value>) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["statusCode"], json!(200));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let data = body["conversions"]["data"].as_array().expect("a list").clone();
    (body["conversions"]["total"].as_i64().expect("a number"), data)
}

/// The one conversion of an answer.
fn one(answer: &Response) -> Value {
    let (total, mut data) = found(answer);
    assert_eq!((total, data.len()), (1, 1), "{}", answer.text());
    data.remove(0)
}

/// The orders of a page, in its order.
fn orders(answer: &Response) -> Vec<String> {
    found(answer).1.iter().map(|row| row["externalId"].as_str().expect("a text").to_owned()).collect()
}

/// Panics unless the answer is this error, to the byte.
fn assert_problem(name: &str, answer: &Response, (status, message): (u16, &str)) {
    let body = json!({"statusCode": status, "message": message});
    assert_eq!((answer.status, answer.json()), (status, body), "{name}");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{name}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
}
