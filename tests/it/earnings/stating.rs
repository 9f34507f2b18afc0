//! Statuses that are stated with a report: whatever the rule, the commission stands there, the ledger is whole, and nothing
//! decides about it by itself any more.

use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::click_token::Mode;
use accrue::domain::commission::CommissionState::{self, Disputed, Held, InPayout, Paid, Payable, Void};
use accrue::domain::commission_status::CommissionStatus as Word;
use accrue::domain::conversion::ConversionStatus::{Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus::{
    self, Complete, Failed, Open, PartialRefunded, Refunded as GivenBack, Trialing,
};
use accrue::domain::conversion::{ConversionStatus, CustomerFacts};
use accrue::domain::currency::Currency;
use accrue::domain::event::Event;
use accrue::domain::exchange::ExchangeRate;
use accrue::domain::flag::Flag;
use accrue::domain::handle::{ExternalId, OrderId};
use accrue::domain::id::ConversionId;
use accrue::domain::money::Money;
use accrue::domain::payout::PayoutState;
use accrue::domain::report::MoneyTally;
use accrue::domain::review::Obstacle;
use accrue::domain::rule::{Approval, Duration, Terms};
use accrue::domain::stated::Hindrance;
use accrue::domain::time::Zone;
use accrue::operations::credit_attempt::{CreditedByHand, Crediting, credit_attempt};
use accrue::operations::record_as_stated::{RecordedAsStated, record_as_stated};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome};
use accrue::operations::told_status::told_statuses;
use accrue::storage::exchange_rates::{self, ExchangeRateRow};
use accrue::storage::payouts::{self, PayoutRow};
use accrue::storage::{conversion_details, refunds};

use super::{Begun, Desk, Refunded, Reported, SaleChanged, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent};
use crate::support::in_process::wait_for;

impl Desk<'_> {
    /// Reports what the words say, and answers with what became of it.
    pub fn reports_as(&self, incoming: Incoming) -> RecordedAsStated {
        let known = self.house.app().catalogue().clone();
        self.house.write(move |write, env| record_as_stated(write, env, &known, &incoming))
    }

    /// A report of which it is stated where its commission stands.
    pub fn stated(&self, reported: &Reported<'_>, word: Word) -> Incoming {
        let mut incoming = self.incoming(reported);
        incoming.report.purchase.stated = Some(word);
        incoming
    }

    /// Records a sale of 100.00 with a stated status, and answers with its conversion; panics where it cannot stand there.
    pub fn states(&self, order: &str, word: Word) -> ConversionId {
        let recorded = self.reports_as(self.stated(&Reported::of(order, usd(10_000)), word));
        let RecordedAsStated { outcome: Outcome::Recorded(id), hindrance: None } = recorded else {
            panic!("{order} as {word}: {recorded:?}")
        };
        id
    }

    /// Whether a mark says that its report states something else.
    fn is_marked(&self, id: ConversionId) -> bool {
        self.case(id).conversion.flags.has(Flag::StatedOtherwise)
    }

    /// The word that is told of a conversion.
    pub fn told(&self, id: ConversionId) -> Word {
        let case = self.case(id);
        let told = self.house.read(|conn| told_statuses(conn, &[(&case.conversion, &case.commission)]));
        *told.get(&id).expect("a word for each")
    }

    /// The payouts to Anna that somebody made outside.
    pub fn paid_outside(&self) -> Vec<PayoutRow> {
        self.house.read(|conn| payouts::of_affiliate(conn, (self.program, self.anna), true, 100))
    }
}

fn recorded(recorded: RecordedAsStated) -> (ConversionId, Option<Hindrance>) {
    let Outcome::Recorded(id) = recorded.outcome else { panic!("{recorded:?}") };
    (id, recorded.hindrance)
}

/// A sale of 100.00 that stands there.
fn of(order: &str, sale: SaleStatus) -> Reported<'_> {
    Reported { sale, ..Reported::of(order, usd(10_000)) }
}

/// Where a conversion stands of which this was stated, and what is booked of its 10.00.
fn standing(word: Word) -> (ConversionStatus, CommissionState, SaleStatus, i64) {
    match word {
        Word::Pending | Word::PendingManualApproval => (Pending, Held, Complete, 1_000),
        Word::ReadyForPayment => (Approved, Payable, Complete, 1_000),
        Word::ProcessingPayout => (Approved, InPayout, Complete, 1_000),
        Word::Paid => (Approved, Paid, Complete, 1_000),
        Word::Declined => (Rejected, Void, Complete, 0),
        Word::Refunded => (Approved, Void, GivenBack, 0),
        Word::Dispute => (Approved, Disputed, Complete, 1_000),
    }
}

/// Takes in what a euro is worth today.
fn publish(desk: &Desk<'_>, dollars: &str) {
    let (program_id, rate) = (desk.program, ExchangeRate::parse(dollars).unwrap());
    desk.house.write(move |write, env| {
        let now = env.clock.now();
        let day = Zone::utc().local_day(now);
        exchange_rates::put(
            write,
            &[ExchangeRateRow { program_id, currency: Currency::USD, day, rate, imported_at: now }],
        )
    });
}

fn rules() -> [(&'static str, Terms); 5] {
    let plain = Terms::plain(percent("10"));
    let automatic = Terms { approval: Approval::Automatic, ..plain };
    [
        ("by hand", plain),
        ("automatic", automatic),
        ("held", Terms { hold_days: 30, ..plain }),
        ("automatic and held", Terms { hold_days: 30, ..automatic }),
        ("for three payments", Terms { duration: Duration::Payments(3), ..automatic }),
    ]
}

on_each_engine! {
    fn whatever_the_rule_a_commission_stands_where_it_is_stated_to_stand(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for (rule, terms) in rules() {
            desk.pays(terms);
            let left_to_rule = |word: &Word| *word == Word::Pending && terms.approval == Approval::Automatic;
            for word in Word::ALL.iter().copied().filter(|word| !left_to_rule(word)) {
                let id = desk.states(&format!("{rule} {word}"), word);
                assert_eq!((desk.stands(id), desk.told(id)), (standing(word), word), "{rule}");
                let details = house.read(|conn| conversion_details::find(conn, id)).expect("details");
                assert_eq!(details.stated, Some(word));
                let first = desk.changes(id).remove(0);
                assert_eq!((first.kind, first.detail.as_str()), (ChangeKind::Stated, word.as_str()), "{rule}");
                assert!(matches!(first.by(), Actor::Key(_)));
            }
            house.assert_books_balance();
        }
        let expected = MoneyTally {
            balance_minor: 5 * 5_000 - 3 * 1_000,
            waiting_minor: 5 * 2_000 - 3 * 1_000,
            held_minor: 0,
            disputed_minor: 5 * 1_000,
            in_payout_minor: 5 * 1_000,
        };
        assert_eq!(desk.money(), expected);
        // Time passes, and nothing of it decides anything.
        house.pass_days(40);
        house.write(accrue::operations::release_held::release_held);
        assert_eq!(desk.money(), expected);
        house.assert_books_balance();
    }

    /// A customer's fourth payment earns nothing, so there is nothing that could have been paid.
    fn what_earns_nothing_was_not_paid_and_somebody_is_asked(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { duration: Duration::Payments(3), approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        for payment in 1..=4 {
            let mut incoming = desk.stated(&Reported::of(&format!("month {payment}"), usd(10_000)), Word::Paid);
            let customer_id = Some(ExternalId::parse("c-1").unwrap());
            incoming.report.customer = CustomerFacts { customer_id, ..CustomerFacts::default() };
            let (id, hindrance) = recorded(desk.reports_as(incoming));
            if payment <= 3 {
                assert_eq!((desk.told(id), hindrance), (Word::Paid, None));
            } else {
                assert_eq!((desk.told(id), hindrance), (Word::PendingManualApproval, Some(Hindrance::NothingToPay)));
                let noted = desk.changes(id).remove(0);
                assert_eq!(noted.reason, "Nothing is owed for it that could be paid.");
            }
        }
        assert_eq!((desk.money().balance_minor, desk.paid_outside().len()), (0, 3));
        house.assert_books_balance();
    }

    /// Nothing of what was stated is forgotten: a mark says that it is not so, and the rate brings it about.
    fn without_an_exchange_rate_it_is_recorded_and_stands_there_once_the_rate_is_known(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { hold_days: 30, approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        let euros = |order| Reported::of(order, Money::new(10_000, Currency::EUR));
        let mut waiting = Vec::new();
        for word in Word::ALL.iter().copied() {
            let (id, hindrance) = recorded(desk.reports_as(desk.stated(&euros(word.as_str()), word)));
            let (told, expected) = match word {
                Word::Pending | Word::PendingManualApproval | Word::Declined | Word::Refunded => (word, None),
                _ => (Word::PendingManualApproval, Some(Hindrance::Review(Obstacle::NeedsRate))),
            };
            assert_eq!((desk.told(id), hindrance, desk.is_marked(id)), (told, expected, expected.is_some()), "{word}");
            assert_eq!(desk.stands(id).3, 0, "{word}");
            if desk.stands(id).0 == Pending {
                waiting.push((id, word));
            }
        }
        assert_eq!(waiting.len(), 6);
        // Of these two somebody thought otherwise meanwhile.
        let decided = [("rejected", Word::Paid), ("looked at", Word::Dispute)]
            .map(|(order, word)| recorded(desk.reports_as(desk.stated(&euros(order), word))).0);
        for id in decided {
            desk.decides(id, Rejected);
        }
        desk.decides(decided[1], Pending);
        house.assert_books_balance();
        publish(&desk, "1.1000");
        assert_eq!(wait_for(house.app().apply_rates(desk.program)).unwrap(), waiting.len() + decided.len() + 1);
        for (id, word) in waiting {
            let (status, state, sale, booked) = standing(word);
            // Its rule approves what is left to it.
            let status = if word == Word::Pending { Approved } else { status };
            assert_eq!(desk.stands(id), (status, state, sale, booked / 10 * 11), "{word}");
            assert_eq!((desk.told(id), desk.is_marked(id)), (word, false), "{word}");
        }
        for id in decided {
            assert!(desk.is_marked(id) && matches!(desk.stands(id).1, Held | Void), "what a person decides stands");
        }
        let paid = desk.paid_outside();
        assert_eq!(paid.iter().map(|row| row.amount_minor).collect::<Vec<_>>(), [1_100; 2]);
        house.assert_books_balance();
    }

    /// A mark tells people that a report says otherwise, until it is so or something else is stated.
    fn what_could_not_be_followed_is_marked_until_it_is_so(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let (id, hindrance) = recorded(desk.reports_as(desk.stated(&of("1001", Open), Word::Paid)));
        assert_eq!((hindrance, desk.is_marked(id)), (Some(Hindrance::NotPaidFor), true));
        let noted = desk.changes(id).remove(0);
        assert_eq!((noted.detail.as_str(), noted.reason.as_str()), ("paid", Hindrance::NotPaidFor.sentence()));
        assert!(desk.moves(id, Word::Paid).is_err());
        assert!(matches!(desk.says(id, Complete), SaleChanged::Changed));
        assert!(desk.is_marked(id), "somebody still has to look");
        assert!(matches!(desk.moves(id, Word::Paid), Ok(true)));
        assert_eq!((desk.told(id), desk.is_marked(id)), (Word::Paid, false));
        house.assert_books_balance();
    }

    fn the_same_order_again_changes_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.states("1001", Word::Paid);
        let before = (desk.case(id).conversion.edition, desk.money(), desk.paid_outside());
        for word in Word::ALL.iter().copied() {
            let again = desk.reports_as(desk.stated(&Reported::of("1001", usd(10_000)), word));
            assert_eq!(again, RecordedAsStated { outcome: Outcome::Repeat(id), hindrance: None });
        }
        let sale = of("1001", GivenBack);
        assert_eq!(desk.reports_as(desk.incoming(&sale)).outcome, Outcome::Repeat(id));
        assert_eq!((desk.case(id).conversion.edition, desk.money(), desk.paid_outside()), before);
        house.assert_books_balance();
    }

    /// Whoever builds an integration sees what they will see, and nobody's money moves.
    fn in_test_mode_everything_stands_there_and_counts_for_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for word in Word::ALL.iter().copied() {
            let reported = Reported { mode: Mode::Test, ..Reported::of(word.as_str(), usd(10_000)) };
            let (id, hindrance) = recorded(desk.reports_as(desk.stated(&reported, word)));
            assert_eq!((desk.stands(id), desk.told(id), hindrance), (standing(word), word, None));
        }
        assert_eq!(desk.money(), MoneyTally::default());
        assert!(desk.paid_outside().is_empty(), "{:?}", desk.paid_outside());
        assert!(matches!(desk.tries_payout(), Begun::NothingPayable(_)));
        house.assert_books_balance();
    }

    fn what_is_not_paid_for_never_becomes_payable(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        for sale in [Open, Trialing, Failed] {
            let (plain, _) = recorded(desk.reports_as(desk.incoming(&of(sale.as_str(), sale))));
            assert_eq!((desk.stands(plain), desk.told(plain)), ((Pending, Held, sale, 1_000), Word::Pending));
            for word in [Word::ReadyForPayment, Word::ProcessingPayout, Word::Paid] {
                let order = format!("{sale} {word}");
                let (id, hindrance) = recorded(desk.reports_as(desk.stated(&of(&order, sale), word)));
                assert_eq!((desk.stands(id), hindrance), ((Pending, Held, sale, 1_000), Some(Hindrance::NotPaidFor)));
                assert_eq!(desk.told(id), Word::PendingManualApproval);
                assert!(matches!(desk.says(id, Complete), SaleChanged::Changed));
                assert_eq!(desk.told(id), Word::PendingManualApproval, "the rule does not decide about it");
            }
            // The rule does where nobody stated anything.
            assert!(matches!(desk.says(plain, Complete), SaleChanged::Changed));
            assert_eq!(desk.told(plain), Word::ReadyForPayment);
        }
        house.assert_books_balance();
    }

    fn what_was_given_back_already_is_recorded_and_given_back(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for (rule, terms) in rules() {
            desk.pays(terms);
            let order = format!("{rule} refunded");
            let sale = of(&order, GivenBack);
            let (id, hindrance) = recorded(desk.reports_as(desk.incoming(&sale)));
            assert_eq!((desk.stands(id).1, desk.stands(id).3, hindrance), (Void, 0, None), "{rule}");
            assert_eq!((desk.stands(id).2, desk.told(id)), (GivenBack, Word::Refunded), "{rule}");
            let given = house.read(|conn| refunds::of_conversion(conn, id));
            assert_eq!(given.iter().map(|row| (row.amount_minor, row.reported_id())).collect::<Vec<_>>(), [(10_000, None)]);
        }
        assert_eq!(desk.money(), MoneyTally::default());

        // Paid out first, then given back: the affiliate owes it.
        let sale = of("both", GivenBack);
        let (id, hindrance) = recorded(desk.reports_as(desk.stated(&sale, Word::Paid)));
        assert_eq!((desk.stands(id), hindrance), ((Approved, Paid, GivenBack, 0), None));
        assert_eq!((desk.told(id), desk.money().payable_minor()), (Word::Refunded, -1_000));
        house.assert_books_balance();
    }

    /// The word says that something was given back, and not how much: nothing is booked until somebody does.
    fn a_part_that_nobody_says_the_amount_of_is_a_word(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { approval: Approval::Automatic, ..Terms::plain(percent("10")) });
        let id = desk.records(&of("1001", PartialRefunded));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Payable, PartialRefunded, 1_000), Word::ReadyForPayment));
        house.assert_books_balance();
        assert!(matches!(desk.says(id, Complete), SaleChanged::Changed), "nothing is booked, so the word can be taken back");
        assert!(matches!(desk.refunds(id, "r1", Some(4_000)), Refunded::Recorded(_)));
        assert_eq!(desk.stands(id), (Approved, Payable, PartialRefunded, 600));
        assert!(matches!(desk.says(id, Complete), SaleChanged::NotPossible(..)), "money was given back");
        assert!(matches!(desk.refunds(id, "r2", None), Refunded::Recorded(_)));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Void, GivenBack, 0), Word::Refunded));
        house.assert_books_balance();
    }

    /// What somebody pays outside is beside what the house pays, in its ledger and in nobody's way.
    fn payouts_outside_and_the_houses_own_do_not_get_into_each_others_way(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let outside: Vec<_> = (0..3).map(|number| desk.states(&format!("out-{number}"), Word::ProcessingPayout)).collect();
        let own = desk.states("own", Word::ReadyForPayment);
        let payout = desk.begins_payout();
        assert_eq!((payout.amount(), payout.outside), (usd(1_000), false));
        desk.states("out-3", Word::ProcessingPayout);
        assert!(matches!(desk.tries_payout(), Begun::AlreadyOpen(open) if open.id == payout.id));
        assert_eq!(desk.paid_outside().len(), 4);
        assert_eq!((desk.money().in_payout_minor, desk.money().payable_minor()), (5_000, 0));
        house.assert_books_balance();

        desk.pays_out(&payout);
        assert_eq!((desk.told(own), desk.told(outside[0])), (Word::Paid, Word::ProcessingPayout));
        // Somebody at the desk ends them like any other.
        let open = desk.paid_outside();
        desk.pays_out(&open[0]);
        desk.calls_off(&open[1]);
        let states: Vec<PayoutState> = desk.paid_outside().iter().map(|row| row.state).collect();
        assert_eq!(states.iter().filter(|state| **state == PayoutState::Open).count(), 2, "{states:?}");
        assert_eq!((desk.money().in_payout_minor, desk.money().payable_minor()), (2_000, 1_000));
        house.assert_books_balance();
    }

    /// Nobody was named, so somebody at the desk says whose it was; that it was given back stays true.
    fn what_is_credited_by_hand_is_given_back_as_its_report_says(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let mut incoming = desk.stated(&of("1001", GivenBack), Word::Paid);
        incoming.evidence = Evidence::default();
        let refused = desk.reports_as(incoming);
        assert!(matches!(refused.outcome, Outcome::Refused(_)), "{refused:?}");
        let attempt = house.attempts(desk.program).remove(0).id;
        let crediting = Crediting {
            affiliate_id: desk.anna,
            campaign_id: desk.campaign,
            order_id: OrderId::parse("1001").unwrap(),
            event: Event::SALE,
            amount: usd(10_000),
            note: "She sent it.".to_owned(),
        };
        let (program, user) = (desk.program, desk.user);
        let credited = house.write(move |write, env| credit_attempt(write, env, program, (attempt, user), &crediting));
        let CreditedByHand::Recorded(id) = credited else { panic!("{credited:?}") };
        assert_eq!(desk.stands(id), (Pending, Void, GivenBack, 0), "and whoever credits it decides what else it is");
        assert!(desk.paid_outside().is_empty());
        house.assert_books_balance();
    }
}
