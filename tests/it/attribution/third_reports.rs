//! What a third report of an order finds: a row that a better report changed already, and one about which a person decided.

use accrue::domain::change::Actor;
use accrue::domain::commission::CommissionState;
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use accrue::domain::currency::Currency;
use accrue::domain::event::Channel;
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::flag::Flag;
use accrue::domain::money::Money;
use accrue::domain::rule::{Approval, Terms};
use accrue::domain::time::{LocalDay, Zone};
use accrue::operations::payouts::{Begun, Ended, begin_payout, call_off_payout, finish_payout};
use accrue::operations::record_conversions::Outcome;
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::payouts::PayoutRow;
use accrue::storage::{installation, roll_ups};

use super::takeovers::put;
use super::{Told, agree_on, belongs_to};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, Shop, affiliate_id};
use crate::support::in_process::wait_for;
use crate::support::world::Affiliate;

fn decide(house: &House, shop: &Shop, order_id: &str, wanted: ConversionStatus) {
    let (program, id) = (shop.program, house.conversion(order_id).id);
    let decision = Decision { wanted, seen: None, reason: "as agreed".to_owned() };
    let reviewed = house.write(move |write, env| review_conversion(write, env, program, id, Actor::Clock, &decision));
    assert!(matches!(reviewed, Reviewed::Changed), "{reviewed:?}");
}

fn begin(house: &House, shop: &Shop, affiliate: &Affiliate) -> PayoutRow {
    let (program, affiliate) = (shop.program, affiliate_id(affiliate));
    match house.write(move |write, env| begin_payout(write, env, program, affiliate, Actor::Clock, "March")) {
        Begun::Begun(row) => row,
        other => panic!("{other:?}"),
    }
}

fn balance(house: &House, affiliate: &Affiliate) -> i64 {
    house.read(|conn| roll_ups::money_of_affiliate(conn, affiliate_id(affiliate))).balance_minor
}

on_each_engine! {
    /// A browser names Anna's click, which is paid; an app names Ben's and 200.00; then the server says that it was as the
    /// browser told.
    fn the_servers_word_undoes_what_was_made_up_for_on_a_lesser_one(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        for order in ["paid", "called-off"] {
            Told::order(order).clicked(&house, &annas).by(Channel::Pixel).of("100.00").report(&house, &shop);
        }
        let pay = |order: &str, finish: bool| {
            decide(&house, &shop, order, Approved);
            let (program, payout) = (shop.program, begin(&house, &shop, &shop.anna).id);
            if finish {
                let ended = house.write(move |write, env| finish_payout(write, env, program, payout, Actor::Clock));
                assert!(matches!(ended, Ended::Changed(_)));
            }
            payout
        };
        pay("paid", true);
        let (program, open) = (shop.program, pay("called-off", false));
        for order in ["paid", "called-off"] {
            Told::order(order).clicked(&house, &bens).by(Channel::Mobile).of("200.00").report(&house, &shop);
        }
        assert_eq!((balance(&house, &shop.anna), balance(&house, &shop.ben)), (-1_000, 4_000));
        let ended = house.write(move |write, env| call_off_payout(write, env, program, open, Actor::Clock));
        assert!(matches!(ended, Ended::Changed(_)));

        for order in ["paid", "called-off"] {
            let told = Told::order(order).clicked(&house, &annas).of("100.00");
            assert!(matches!(told.report(&house, &shop), Outcome::Recorded(_)), "{order}");
            assert!(belongs_to(&house, order, &shop.anna), "{order}");
            let commission = house.commission(order);
            assert_eq!((commission.booked_minor, commission.compensated_minor, commission.entitled_id), (1_000, 0, None));
            house.assert_books_balance();
        }
        assert_eq!((balance(&house, &shop.anna), balance(&house, &shop.ben)), (1_000, 0));
        let paid = house.conversion("paid");
        assert!(paid.flags.has(Flag::PaidDiffers), "somebody should look all the same");
        let back = house.conversion("called-off");
        assert_eq!((back.status, back.trust, house.commission("called-off").state), (Pending, 3, CommissionState::Held));
    }

    /// The rule approves by itself, but for these orders a person had a say.
    fn no_rule_approves_over_a_persons_head_when_a_better_report_comes(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        agree_on(&house, &shop, |terms| Terms { approval: Approval::Automatic, ..terms });
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        let orders: [(&str, &[ConversionStatus], ConversionStatus); 4] = [
            ("untouched", &[], Approved),
            ("approved", &[Approved], Pending),
            ("rejected", &[Rejected], Pending),
            ("set back", &[Rejected, Pending], Pending),
        ];
        for (order, decisions, expected) in orders {
            Told::order(order).clicked(&house, &token).by(Channel::Pixel).of("10.00").report(&house, &shop);
            decisions.iter().for_each(|wanted| decide(&house, &shop, order, *wanted));
            Told::order(order).clicked(&house, &token).of("9000.00").report(&house, &shop);
            let row = house.conversion(order);
            assert_eq!((row.status, row.amount_minor, row.trust), (expected, 900_000, 3), "{order}");
        }
        house.assert_books_balance();
    }

    /// The server's report names nobody, an app's report names somebody else.
    fn that_the_server_was_refused_is_not_forgotten_when_an_app_reports(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let annas = house.visit(&shop.campaign, &shop.anna);
        let bens = house.visit(&shop.campaign, &shop.ben);
        house.pass_days(1);
        Told::order("1001").clicked(&house, &annas).by(Channel::Pixel).report(&house, &shop);
        Told::order("1001").report(&house, &shop);
        Told::order("1001").clicked(&house, &bens).by(Channel::Mobile).report(&house, &shop);
        let row = house.conversion("1001");
        assert!(belongs_to(&house, "1001", &shop.ben) && row.flags.has(Flag::HigherReportRefused));
        Told::order("1001").clicked(&house, &annas).report(&house, &shop);
        let row = house.conversion("1001");
        assert!(belongs_to(&house, "1001", &shop.anna) && row.flags.are_none(), "the server has had its say");
    }

    /// The server's report named nobody at first. Then it names what is on record, or something else.
    fn once_the_server_has_had_its_say_nothing_tells_of_a_report_that_was_refused(db: TestDatabase) {
        use CommissionState::{Disputed, Held, InPayout, Paid, Payable};
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        house.pass_days(1);
        let cases = [
            ("undecided", (Pending, Held), Channel::Server, "99.99", ""),
            ("approved", (Approved, Payable), Channel::Server, "99.99", ""),
            ("in a payout", (Approved, InPayout), Channel::Server, "99.99", ""),
            ("paid", (Approved, Paid), Channel::Server, "99.99", ""),
            ("disputed", (Approved, Disputed), Channel::Server, "99.99", ""),
            ("paid, and it was more", (Approved, Paid), Channel::Server, "150.00", "paid_differs"),
            ("disputed, and it was more", (Approved, Disputed), Channel::Server, "150.00", "paid_differs"),
            ("approved, and an app says so", (Approved, Payable), Channel::Mobile, "99.99", "higher_report_refused"),
            ("paid, and an app says so", (Approved, Paid), Channel::Mobile, "99.99", "higher_report_refused"),
        ];
        for (order, (status, state), channel, amount, flags) in cases {
            Told::order(order).clicked(&house, &token).by(Channel::Pixel).report(&house, &shop);
            put(&house, order, status, state);
            assert!(matches!(Told::order(order).report(&house, &shop), Outcome::Refused(_)), "{order}");
            assert_eq!(house.conversion(order).flags.words(), "higher_report_refused", "{order}");
            let told = Told::order(order).clicked(&house, &token).by(channel).of(amount).report(&house, &shop);
            let row = house.conversion(order);
            assert_eq!((told, row.flags.words().as_str()), (Outcome::Recorded(row.id), flags), "{order}");
            assert_eq!((row.status, house.commission(order).state), (status, state), "{order}");
        }
    }

    /// The catalogue holds the rates of the last weeks only; the order is older, and its rate is on record.
    fn an_old_order_is_taken_over_with_the_rate_of_its_day(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let token = house.visit(&shop.campaign, &shop.anna);
        Told::order("1001").clicked(&house, &token).by(Channel::Pixel).of("100.00").report(&house, &shop);
        let day = LocalDay::from_number(Zone::utc().local_day(house.now()).number() - 2);
        let (rate, imported_at) = (ExchangeRate::parse("1.25").unwrap(), house.now());
        let row = ExchangeRateRow { program_id: shop.program, currency: Currency::USD, day, rate, imported_at };
        house.write(move |write, _| {
            exchange_rates::put(write, &[row])?;
            installation::bump_revision(write)
        });
        house.pass_days(60);
        house.write(|write, _| installation::bump_revision(write));
        let mut told = Told::order("1001").clicked(&house, &token).incoming(&house, &shop);
        told.report.amount = Money::parse("100.00", Currency::EUR).unwrap();
        wait_for(house.app().recorder.record_conversion(told)).expect("it is decided");
        let (row, commission) = (house.conversion("1001"), house.commission("1001"));
        assert_eq!((row.base_minor, commission.amount_minor, row.fx_day), (Some(12_500), Some(1_250), Some(day)));
        house.assert_books_balance();
    }
}
