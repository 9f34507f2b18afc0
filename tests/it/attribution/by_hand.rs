//! What was reported and not recorded, credited by somebody who knows better.

use accrue::domain::attribution::Refusal;
use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::currency::Currency;
use accrue::domain::event::{Channel, Event};
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::handle::OrderId;
use accrue::domain::id::UserId;
use accrue::domain::money::Money;
use accrue::domain::time::Zone;
use accrue::domain::user::Role;
use accrue::operations::credit_attempt::{CreditedByHand, Crediting, credit_attempt};
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::{conversion_changes, users};

use super::{belongs_to, trace};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id, campaign_id, percent};
use crate::support::personas::Sale;

fn somebody(house: &House, shop: &Shop) -> UserId {
    let email = house.admin().person("Ines", shop.program, Role::Manager);
    let address = accrue::domain::handle::EmailAddress::parse(&email).unwrap();
    house.read(|conn| users::find_by_email(conn, &address)).expect("she works here").id
}

fn to_anna(shop: &Shop, order_id: &str) -> Crediting {
    Crediting {
        affiliate_id: affiliate_id(&shop.anna),
        campaign_id: campaign_id(&shop.campaign),
        order_id: OrderId::parse(order_id).unwrap(),
        event: Event::SALE,
        amount: Money::parse("99.99", Currency::USD).unwrap(),
        note: "She sent the newsletter that it came from.".to_owned(),
    }
}

on_each_engine! {
    fn a_late_order_is_credited_once_as_of_the_day_it_came_with_who_and_why(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let ines = somebody(&house, &shop);
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(31);
        let late = Sale::of(&token).order_id("1001").with("customer_id", "c-1");
        assert_eq!(house.merchant(&shop.campaign).report(late.clone()).status, 410);
        let came = house.now();
        house.pass_days(1);
        house.admin().pay(&shop.campaign, percent("50"));
        house.pass_days(1);
        let attempt = house.attempts(shop.program).remove(0);
        let (program, id) = (shop.program, attempt.id);
        let credit = |crediting: Crediting| house.write(move |write, env| credit_attempt(write, env, program, (id, ines), &crediting));
        let CreditedByHand::Recorded(conversion) = credit(to_anna(&shop, "1001")) else { panic!("it is recorded") };
        let row = house.conversion("1001");
        assert_eq!((row.id, row.received_at, row.channel, row.trust), (conversion, came, Channel::ByHand, 3));
        assert_eq!(house.commission("1001").amount_minor, Some(1_000), "by the rule of the day it came");
        assert!(belongs_to(&house, "1001", &shop.anna));
        assert_eq!(house.details("1001").customer_id.as_deref(), Some("c-1"), "what was reported is kept");
        assert_eq!(trace(&house, "1001"), ["by_hand credited"]);
        let change = house.read(|conn| conversion_changes::of_conversion(conn, conversion)).remove(0);
        assert_eq!((change.kind, change.by()), (ChangeKind::CreditedByHand, Actor::User(ines)));
        assert_eq!(change.reason, "She sent the newsletter that it came from.");
        assert_eq!(credit(to_anna(&shop, "1001")), CreditedByHand::AlreadyCredited(conversion));
        let again = house.merchant(&shop.campaign).report(late);
        assert_eq!((again.word.as_str(), again.conversion_id), ("duplicate", Some(conversion.to_string())));
        house.assert_books_balance();
    }

    /// The catalogue holds the rates of the last weeks only; the attempt is older, and the rate of its day is on record.
    fn an_old_order_is_credited_with_the_rate_of_the_day_it_came(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let ines = somebody(&house, &shop);
        let report = Sale::of("clk_nonsense").order_id("1001").order_total("100.00").order_currency("EUR");
        assert_eq!(house.merchant(&shop.campaign).report(report).status, 404);
        let (day, imported_at) = (Zone::utc().local_day(house.now()), house.now());
        let (program_id, rate) = (shop.program, ExchangeRate::parse("1.25").unwrap());
        let row = ExchangeRateRow { program_id, currency: Currency::USD, day, rate, imported_at };
        house.write(move |write, _| exchange_rates::put(write, &[row]));
        house.pass_days(60);
        let attempt = house.attempts(shop.program).remove(0).id;
        let amount = Money::parse("100.00", Currency::EUR).unwrap();
        let crediting = Crediting { amount, ..to_anna(&shop, "1001") };
        house.write(move |write, env| credit_attempt(write, env, program_id, (attempt, ines), &crediting));
        let (row, commission) = (house.conversion("1001"), house.commission("1001"));
        assert_eq!((row.base_minor, commission.amount_minor, row.fx_day), (Some(12_500), Some(1_250), Some(day)));
        house.assert_books_balance();
    }

    fn what_was_turned_out_or_is_on_record_is_left_alone(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let ines = somebody(&house, &shop);
        let mut merchant = house.merchant(&shop.campaign);
        let token = house.visit(&shop.campaign, &shop.ben);
        merchant.report(Sale::of(&token).order_id("1001"));
        merchant.report(Sale::of(&token).order_id("1001").order_total("5.00"));
        merchant.report(Sale::of("clk_nonsense").order_id("1002"));
        let attempts = house.attempts(shop.program);
        let of = |order: &str| attempts.iter().find(|row| row.order_id.as_deref() == Some(order)).expect("it is kept").id;
        let program = shop.program;
        let credit = |attempt, crediting: Crediting| {
            house.write(move |write, env| credit_attempt(write, env, program, (attempt, ines), &crediting))
        };
        let known = house.conversion("1001").id;
        assert_eq!(credit(of("1001"), to_anna(&shop, "1001")), CreditedByHand::OnRecord(known));
        assert_eq!(credit(of("1002"), to_anna(&shop, "1001")), CreditedByHand::OnRecord(known), "by another road");
        assert!(belongs_to(&house, "1001", &shop.ben));
        house.admin().archive(&shop.campaign);
        let refused = credit(of("1002"), to_anna(&shop, "1002"));
        assert_eq!(refused, CreditedByHand::Refused(Refusal::CampaignArchived));
        let elsewhere = house.admin().program("Elsewhere", Currency::USD);
        let attempt = of("1002");
        let crediting = to_anna(&shop, "1002");
        let foreign = house.write(move |write, env| credit_attempt(write, env, elsewhere, (attempt, ines), &crediting));
        assert_eq!(foreign, CreditedByHand::Unknown);
        assert_eq!(house.conversions().len(), 1);
        house.assert_books_balance();
    }
}
