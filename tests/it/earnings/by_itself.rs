//! What happens without anybody: holds end, exchange rates arrive, rules approve.

use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::commission::CommissionState::{Held, Payable, Void};
use accrue::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{Complete, Trialing};
use accrue::domain::currency::Currency;
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::money::Money;
use accrue::domain::review::Obstacle;
use accrue::domain::rule::{Approval, Terms};
use accrue::domain::time::{LocalDay, Zone};
use accrue::operations::apply_rates::apply_rates;
use accrue::operations::release_held::{PORTION, release_held};
use accrue::operations::review_conversion::Reviewed;
use accrue::storage::exchange_rates::{self, ExchangeRateRow};

use super::{Desk, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};
use crate::support::in_process::wait_for;

fn held_for(days: u16) -> Terms {
    Terms { hold_days: days, ..Terms::plain(percent("10")) }
}

/// Takes in what a dollar is worth for one euro, on a day.
fn publish(desk: &Desk<'_>, day: LocalDay, dollars: &str) {
    let (program_id, rate) = (desk.program, ExchangeRate::parse(dollars).unwrap());
    desk.house.write(move |write, env| {
        let row = ExchangeRateRow { program_id, currency: Currency::USD, day, rate, imported_at: env.clock.now() };
        exchange_rates::put(write, &[row])
    });
}

fn apply(desk: &Desk<'_>) -> usize {
    wait_for(desk.house.app().apply_rates(desk.program)).unwrap()
}

on_each_engine! {
    fn a_hold_ends_on_the_minute_and_not_before(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(held_for(14));
        let [approved, pending] = ["1001", "1002"].map(|order| desk.sale(order, 10_000));
        desk.approves(approved);
        let ends = desk.case(approved).commission.release_at.expect("only the clock holds it");
        assert_eq!(desk.stands(approved), (Approved, Held, Complete, 1_000));
        assert_eq!(desk.case(pending).commission.release_at, None, "somebody has to decide first");

        house.clock().move_to(ends.minus(std::time::Duration::from_millis(1)));
        assert_eq!(house.write(release_held), 0);
        house.clock().move_to(ends);
        assert_eq!(house.write(release_held), 1);
        assert_eq!(house.write(release_held), 0, "once");
        assert_eq!(desk.stands(approved), (Approved, Payable, Complete, 1_000));
        assert_eq!(desk.stands(pending).1, Held);
        let last = desk.changes(approved).pop().expect("it was released");
        assert_eq!((last.kind, last.by()), (ChangeKind::Released, Actor::Clock));
        desk.approves(pending);
        assert_eq!(desk.stands(pending).1, Payable, "its hold is over as well");
        house.assert_books_balance();
    }

    /// The server was down when the holds ended, by the hundred.
    fn a_server_that_was_down_catches_up(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(held_for(3));
        let orders: Vec<_> = (0..PORTION + 20).map(|number| desk.sale(&format!("o-{number}"), 1_000)).collect();
        for order in &orders {
            desk.approves(*order);
        }
        let (program, [anna, ben], user, campaign) = (desk.program, [desk.anna, desk.ben], desk.user, desk.campaign);
        drop(house);

        let house = House::open_at(&db, "2026-04-20T12:00:00Z");
        let desk = Desk { house: &house, program, campaign, anna, ben, user };
        let released = || desk.money().payable_minor() == i64::try_from(orders.len()).unwrap() * 100;
        assert!(crate::support::patience::wait_until(std::time::Duration::from_secs(20), released), "{:?}", desk.money());
        assert!(orders.iter().all(|order| desk.stands(*order).1 == Payable));
        house.assert_books_balance();
    }

    fn what_waits_for_a_rate_gets_its_amount_when_one_arrives(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let day = Zone::utc().local_day(house.now());
        let euros = |order| desk.records(&Reported::of(order, Money::new(9_999, Currency::EUR)));
        let [approved, refunded, rejected] = ["1001", "1002", "1003"].map(euros);
        let other = desk.records(&Reported::of("1004", Money::new(9_999, Currency::parse("GBP").unwrap())));
        assert_eq!(desk.case(approved).commission.amount_minor, None);
        let Reviewed::NotPossible(_, obstacle) = desk.decides(approved, Approved) else { panic!("nobody knows") };
        assert_eq!(obstacle, Obstacle::NeedsRate);
        assert!(matches!(desk.decides(rejected, Rejected), Reviewed::Changed));
        let all = super::Refund {
            event_id: accrue::domain::handle::ExternalId::parse("r1").unwrap(),
            kind: super::RefundKind::Refund,
            amount: None,
            reason: String::new(),
            claimed_at: None,
        };
        let (program, actor) = (desk.program, Actor::Clock);
        house.write(move |write, env| super::refund_conversion(write, env, program, refunded, actor, &all));
        assert_eq!(desk.stands(refunded).3, 0);

        // Too old by a day, then within the week.
        publish(&desk, LocalDay::from_number(day.number() - 8), "1.2000");
        assert_eq!(apply(&desk), 0);
        publish(&desk, LocalDay::from_number(day.number() - 7), "1.0837");
        assert_eq!(apply(&desk), 2);
        assert_eq!(apply(&desk), 0, "once");
        let case = desk.case(approved);
        assert_eq!((case.conversion.base_minor, case.commission.amount_minor), (Some(10_836), Some(1_084)));
        assert_eq!((case.commission.hold_reason, case.commission.state), (None, Held));
        let last = desk.changes(approved).pop().expect("the rate has arrived");
        assert_eq!((last.kind, last.detail.as_str()), (ChangeKind::RateArrived, "1 EUR = 1.0837 USD, of 2026-03-13"));
        assert_eq!(desk.stands(rejected), (Rejected, Void, Complete, 0));
        assert!(matches!(desk.decides(rejected, Pending), Reviewed::Changed));
        assert_eq!(desk.stands(rejected).3, 1_084);
        assert_eq!(desk.case(other).commission.amount_minor, None, "nobody has published anything for pounds");
        desk.approves(approved);
        // A better figure later changes nothing that is converted.
        publish(&desk, day, "1.5000");
        assert_eq!(apply(&desk), 0);
        assert_eq!(desk.stands(approved), (Approved, Payable, Complete, 1_084));
        house.assert_books_balance();
    }

    /// In portions: those that go on waiting do not stand in the way of those behind them.
    fn rates_are_applied_in_portions(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let pounds = Currency::parse("GBP").unwrap();
        for number in 0..230 {
            let currency = if number % 2 == 0 { pounds } else { Currency::EUR };
            desk.records(&Reported::of(&format!("o-{number}"), Money::new(1_000, currency)));
        }
        publish(&desk, Zone::utc().local_day(house.now()), "1.1");
        let program = desk.program;
        let first = house.write(move |write, env| apply_rates(write, env, program, None));
        assert!(first.next.is_some());
        assert_eq!(first.changed + apply(&desk), 115);
        house.assert_books_balance();
    }

    fn a_rule_approves_by_itself_once_nothing_speaks_against_it(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        let trial = |order| desk.records(&Reported { sale: Trialing, ..Reported::of(order, usd(10_000)) });
        let [plain, reopened] = ["1001", "1002"].map(trial);
        let foreign = desk.records(&Reported::of("1003", Money::new(10_000, Currency::EUR)));
        assert_eq!(desk.stands(plain), (Pending, Held, Trialing, 1_000));
        assert!(matches!(desk.decides(reopened, Rejected), Reviewed::Changed));
        assert!(matches!(desk.decides(reopened, Pending), Reviewed::Changed));
        for order in [plain, reopened] {
            assert!(matches!(desk.says(order, Complete), super::SaleChanged::Changed));
        }
        assert_eq!(desk.stands(plain), (Approved, Payable, Complete, 1_000));
        let last = desk.changes(plain).pop().expect("it was approved");
        assert_eq!((last.kind, last.by()), (ChangeKind::Approved, Actor::Clock));
        assert_eq!(desk.stands(reopened), (Pending, Held, Complete, 1_000), "a person has a say in this one");
        publish(&desk, Zone::utc().local_day(house.now()), "1.1");
        assert_eq!(apply(&desk), 1);
        assert_eq!(desk.stands(foreign), (Approved, Payable, Complete, 1_100));
        house.assert_books_balance();
    }
}
