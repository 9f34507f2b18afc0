//! Rules that pay for some of a customer's payments only: that many earn, in whatever order they come to count.

use accrue::domain::change::Actor;
use accrue::domain::commission::CommissionState::{Held, InPayout, Payable};
use accrue::domain::commission_status::CommissionStatus as Word;
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use accrue::domain::conversion::CustomerFacts;
use accrue::domain::conversion::SaleStatus::{self, Complete, Failed, Open, Trialing};
use accrue::domain::event::Channel;
use accrue::domain::handle::ExternalId;
use accrue::domain::id::ConversionId;
use accrue::domain::rule::{Approval, Duration, Terms};
use accrue::domain::sale::SaleObstacle;
use accrue::operations::record_conversions::Outcome;
use accrue::operations::update_conversion::{Update, update_conversion};

use super::{Desk, Refunded, Reported, Reviewed, SaleChanged, record, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};

fn first_sale() -> Terms {
    lasting(Duration::FirstSale)
}

fn lasting(duration: Duration) -> Terms {
    Terms { duration, approval: Approval::Automatic, ..Terms::plain(percent("10")) }
}

/// A sale of 100.00 that stands there.
fn of(order: &str, sale: SaleStatus) -> Reported<'_> {
    Reported { sale, ..Reported::of(order, usd(10_000)) }
}

impl Desk<'_> {
    /// Cleo orders, and this is what becomes of the report.
    fn cleo_reports(&self, reported: &Reported<'_>) -> Outcome {
        let mut incoming = self.incoming(reported);
        let customer_id = Some(ExternalId::parse("cleo").unwrap());
        incoming.report.customer = CustomerFacts { customer_id, ..CustomerFacts::default() };
        self.house.write(move |write, env| record(write, env, incoming))
    }

    fn cleo_orders(&self, order: &str, sale: SaleStatus) -> ConversionId {
        let Outcome::Recorded(id) = self.cleo_reports(&of(order, sale)) else { panic!("{order} was not recorded") };
        id
    }

    fn system_says(&self, id: ConversionId, update: Update) {
        let (program, key) = (self.program, self.house.environment().mint.id(self.house.now()));
        let moved =
            self.house.attempt(move |write, env| update_conversion(write, env, program, id, Actor::Key(key), &update));
        assert!(matches!(moved, Ok(true)), "{moved:?}");
    }

    fn decides_so(&self, id: ConversionId, wanted: ConversionStatus) {
        let reviewed = self.decides(id, wanted);
        assert!(matches!(reviewed, Reviewed::Changed), "{reviewed:?}");
    }

    fn says_so(&self, id: ConversionId, sale: SaleStatus) {
        let said = self.says(id, sale);
        assert!(matches!(said, SaleChanged::Changed), "{said:?}");
    }

    /// What a conversion earns, and as which payment of its customer.
    fn earns(&self, id: ConversionId) -> (Option<i64>, Option<i32>) {
        let commission = self.case(id).commission;
        (commission.amount_minor, commission.payment_number)
    }
}

/// How an order is recorded that does not count, and what makes it count after all.
type Way = (&'static str, SaleStatus, fn(&Desk<'_>, ConversionId), fn(&Desk<'_>, ConversionId, &str));

fn nothing(_: &Desk<'_>, _: ConversionId) {}

fn reject(desk: &Desk<'_>, id: ConversionId) {
    if desk.case(id).conversion.status == Approved {
        desk.decides_so(id, Pending);
    }
    desk.decides_so(id, Rejected);
}

const WAYS: [Way; 9] = [
    ("failed, and completed by a system", Failed, nothing, |desk, id, _| {
        desk.system_says(id, Update { sale: Some(Complete), ..Update::default() });
    }),
    ("on trial, and completed by a system", Trialing, nothing, |desk, id, _| {
        desk.system_says(id, Update { sale: Some(Complete), ..Update::default() });
    }),
    ("failed, and completed at the desk", Failed, nothing, |desk, id, _| desk.says_so(id, Complete)),
    ("failed, and opened and completed at the desk", Failed, nothing, |desk, id, _| {
        desk.says_so(id, Open);
        desk.says_so(id, Complete);
    }),
    ("failed, and stated to be owed", Failed, nothing, |desk, id, _| {
        desk.system_says(id, Update { sale: Some(Complete), status: Some(Word::ReadyForPayment), ..Update::default() });
    }),
    ("rejected, and approved after all", Complete, reject, |desk, id, _| {
        desk.decides_so(id, Pending);
        desk.decides_so(id, Approved);
    }),
    ("declined, and stated to be undecided", Complete, reject, |desk, id, _| {
        desk.system_says(id, Update { status: Some(Word::Pending), ..Update::default() });
    }),
    ("failed, partly given back, and paid for after all", Failed, nothing, |desk, id, _| {
        assert!(matches!(desk.refunds(id, "r1", Some(1_000)), Refunded::Recorded(_)));
        desk.says_so(id, Complete);
    }),
    ("rejected, and told by a better report", Complete, reject, |desk, id, order| {
        let better = desk.cleo_reports(&Reported { channel: Channel::Server, ..of(order, Complete) });
        assert_eq!(better, Outcome::Recorded(id));
    }),
];

on_each_engine! {
    fn a_first_sale_is_paid_for_once_in_whatever_order_sales_come_to_count(db: TestDatabase) {
        for (way, sale, before, after) in WAYS {
            let fresh = db.engine.fresh_database().expect("there was one a moment ago");
            let house = House::open(&fresh);
            let desk = Desk::of(&house);
            desk.pays(first_sale());
            // The app tells of it; the shop's server may tell better.
            let Outcome::Recorded(first) = desk.cleo_reports(&Reported { channel: Channel::Mobile, ..of("1001", sale) })
            else { panic!("{way}: not recorded") };
            before(&desk, first);
            let second = desk.cleo_orders("1002", Complete);
            assert_eq!((desk.earns(second), desk.stands(second).1), ((Some(1_000), Some(1)), Payable), "{way}");
            after(&desk, first, "1001");
            assert_eq!(desk.earns(first), (Some(0), Some(2)), "{way}");
            assert_eq!((desk.stands(first).3, desk.money().balance_minor), (0, 1_000), "{way}");
            assert_eq!(desk.earns(desk.cleo_orders("1003", Complete)), (Some(0), Some(3)), "{way}");
            house.assert_books_balance();
        }
    }

    /// What ceases to count leaves its place to what comes after, and to nothing that came before.
    fn a_place_that_is_given_up_goes_to_whoever_comes_next(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(lasting(Duration::Payments(2)));
        let orders = ["1001", "1002", "1003"].map(|order| desk.cleo_orders(order, Complete));
        assert_eq!(orders.map(|id| desk.earns(id).0), [Some(1_000), Some(1_000), Some(0)]);
        desk.says_so(orders[0], Failed);
        desk.says_so(orders[2], Failed);
        assert_eq!(desk.earns(orders[2]).0, Some(0), "nothing is asked of what ceases to count");
        // The third begins to count when one place is free, and takes it; the first one comes too late then.
        desk.says_so(orders[2], Complete);
        assert_eq!(desk.earns(orders[2]), (Some(1_000), Some(1)));
        desk.says_so(orders[0], Complete);
        assert_eq!(orders.map(|id| desk.earns(id).0), [Some(0), Some(1_000), Some(1_000)]);
        assert_eq!(desk.money().balance_minor, 2_000);
        house.assert_books_balance();
    }

    /// A decision that is taken back, or a purchase that went through after all, finds its place as it left it, unless another
    /// sale has taken it meanwhile.
    fn a_place_that_nobody_took_meanwhile_is_its_own_again(db: TestDatabase) {
        let fails: fn(&Desk<'_>, ConversionId) = |desk, id| desk.says_so(id, Failed);
        let gives_up = [(WAYS[2], fails), (WAYS[5], reject), (WAYS[6], reject)];
        for (duration, paid) in [(Duration::FirstSale, 1), (Duration::Payments(2), 2)] {
            for ((way, _, _, comes_back), gives_up) in gives_up {
                let fresh = db.engine.fresh_database().expect("there was one a moment ago");
                let house = House::open(&fresh);
                let desk = Desk::of(&house);
                desk.pays(lasting(duration));
                let orders = ["1001", "1002", "1003"].map(|order| desk.cleo_orders(order, Complete));
                gives_up(&desk, orders[0]);
                comes_back(&desk, orders[0], "1001");
                assert_eq!(orders.map(|id| desk.earns(id).1), [1, 2, 3].map(Some), "{way}");
                assert_eq!(orders.iter().filter(|id| desk.earns(**id).0 == Some(1_000)).count(), paid, "{way}");
                gives_up(&desk, orders[0]);
                let next = desk.cleo_orders("1004", Complete);
                assert_eq!(desk.earns(next), (Some(1_000), Some(1)), "{way}");
                comes_back(&desk, orders[0], "1001");
                assert_eq!(desk.earns(orders[0]), (Some(0), Some(4)), "{way}");
                assert_eq!(desk.earns(desk.cleo_orders("1005", Complete)), (Some(0), Some(5)), "{way}");
                house.assert_books_balance();
            }
        }
    }

    /// Its affiliate has the money, so it has used the customer's first sale up, and nobody can say that the purchase failed.
    fn what_was_paid_out_counts_and_cannot_be_said_to_have_failed(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(first_sale());
        let first = desk.cleo_orders("1001", Complete);
        let payout = desk.begins_payout();
        let refused = desk.says(first, Failed);
        assert!(matches!(refused, SaleChanged::NotPossible(_, SaleObstacle::InPayout)), "{refused:?}");
        assert_eq!(desk.stands(first), (Approved, InPayout, Complete, 1_000));
        assert_eq!(desk.earns(desk.cleo_orders("1002", Complete)), (Some(0), Some(2)));
        desk.pays_out(&payout);
        assert_eq!(desk.earns(desk.cleo_orders("1003", Complete)), (Some(0), Some(3)));
        let refused = desk.says(first, Failed);
        assert!(matches!(refused, SaleChanged::NotPossible(_, SaleObstacle::Paid)), "{refused:?}");
        assert_eq!(desk.earns(first), (Some(1_000), Some(1)));
        house.assert_books_balance();
    }

    /// Called off, it is a failed sale like any other, and makes room.
    fn what_is_taken_out_of_a_payout_counts_no_more_once_it_failed(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(first_sale());
        let first = desk.cleo_orders("1001", Complete);
        let payout = desk.begins_payout();
        desk.calls_off(&payout);
        desk.says_so(first, Failed);
        assert_eq!(desk.stands(first), (Approved, Held, Failed, 1_000));
        let second = desk.cleo_orders("1002", Complete);
        assert_eq!(desk.earns(second), (Some(1_000), Some(1)));
        desk.says_so(first, Complete);
        assert_eq!((desk.earns(first), desk.money().balance_minor), ((Some(0), Some(2)), 1_000));
        house.assert_books_balance();
    }

    /// A better report earned more with it while it was in a payout, which is for the same payment.
    fn what_was_made_up_for_goes_with_its_payment(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(first_sale());
        let by_app = Reported { channel: Channel::Mobile, ..of("1001", Complete) };
        let Outcome::Recorded(first) = desk.cleo_reports(&by_app) else { panic!("not recorded") };
        desk.approves(first);
        let payout = desk.begins_payout();
        assert_eq!(desk.cleo_reports(&Reported::of("1001", usd(15_000))), Outcome::Recorded(first));
        assert_eq!(desk.stands(first), (Approved, InPayout, Complete, 1_500));
        desk.calls_off(&payout);
        desk.says_so(first, Failed);
        desk.cleo_orders("1002", Complete);
        desk.says_so(first, Complete);
        assert_eq!((desk.stands(first).3, desk.money().balance_minor), (0, 1_000));
        house.assert_books_balance();
    }

    fn months_are_paid_for_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(lasting(Duration::Months(1)));
        let early = desk.cleo_orders("1001", Failed);
        house.pass_days(20);
        let soon = desk.cleo_orders("1002", Failed);
        house.pass_days(20);
        let first = desk.cleo_orders("1003", Complete);
        house.pass_days(5);
        let last = desk.cleo_orders("1004", Complete);
        assert_eq!([first, last].map(|id| desk.earns(id).0), [Some(1_000); 2]);
        // Both are paid for within the month that began with the first payment, whenever they were ordered.
        desk.says_so(soon, Complete);
        assert_eq!(desk.earns(soon), (Some(1_000), Some(3)));
        desk.says_so(early, Complete);
        assert_eq!((desk.earns(early), desk.money().balance_minor), ((Some(1_000), Some(4)), 4_000));
        house.pass_days(30);
        assert_eq!(desk.earns(desk.cleo_orders("1005", Complete)), (Some(0), Some(5)));
        house.assert_books_balance();
    }

    /// A trial of seventy days, and a purchase that failed for as long: the two months begin when they are paid for.
    fn months_begin_when_the_first_payment_is_made(db: TestDatabase) {
        for (way, sale, _, pays) in &WAYS[..4] {
            let fresh = db.engine.fresh_database().expect("there was one a moment ago");
            let house = House::open_at(&fresh, "2026-01-15T12:00:00Z");
            let desk = Desk::of(&house);
            desk.pays(lasting(Duration::Months(2)));
            let trial = desk.cleo_orders("1001", *sale);
            house.pass_days(70);
            pays(&desk, trial, "1001");
            assert_eq!(desk.earns(trial), (Some(1_000), Some(1)), "{way}");
            let renewals = [0, 5, 50, 6].map(|days| {
                house.pass_days(days);
                desk.cleo_orders(&format!("renewal after {days}"), Complete)
            });
            let earned = renewals.map(|id| desk.earns(id).0);
            assert_eq!(earned, [Some(1_000), Some(1_000), Some(1_000), Some(0)], "{way}: the last after 61 days");
            // A decision that is taken back moves nothing of that.
            house.pass_days(100);
            reject(&desk, trial);
            desk.decides_so(trial, Pending);
            assert_eq!(desk.earns(trial), (Some(1_000), Some(1)), "{way}");
            house.assert_books_balance();
        }
    }

    /// Each is judged by the rule of its own time: what it pays for all of a customer's payments it pays for this one, too.
    fn whatever_begins_to_count_is_judged_by_the_rule_of_its_own_time(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(lasting(Duration::Lifetime));
        let first = desk.cleo_orders("1001", Failed);
        house.pass_days(1);
        desk.pays(first_sale());
        desk.cleo_orders("1002", Complete);
        desk.says_so(first, Complete);
        assert_eq!((desk.earns(first), desk.money().balance_minor), ((Some(1_000), None), 2_000));
        house.assert_books_balance();
    }
}
