//! Where a commission stands is stated again: from every word to every word, by one and by many at once; with where its
//! purchase stands, and with what the sender wants to find again.

use std::collections::BTreeMap;
use std::thread;

use accrue::domain::change::{Actor, ChangeKind};
use accrue::domain::commission::CommissionState::{Held, InPayout, Paid, Payable, Void};
use accrue::domain::commission_status::CommissionStatus as Word;
use accrue::domain::conversion::ConversionStatus::{Approved, Pending};
use accrue::domain::conversion::SaleStatus::{
    self, Complete, Failed, Open, PartialRefunded, Refunded as GivenBack, Trialing,
};
use accrue::domain::id::{ConversionId, ProgramId};
use accrue::domain::ledger::EntryKind;
use accrue::domain::payout::PayoutState;
use accrue::domain::rule::{Approval, Terms};
use accrue::domain::sale::SaleObstacle;
use accrue::domain::stated::Hindrance;
use accrue::operations::change_sale::SaleChanged;
use accrue::operations::state_status::{Stated, state_status};
use accrue::operations::update_conversion::{NewMetadata, Update, UpdateFault, update_conversion};
use accrue::storage::{conversion_details, ledger_entries};

use super::{Begun, Desk, Refunded, Reported, usd};
use crate::support::engine::on_each_engine;
use crate::support::house::{House, percent, race};

impl Desk<'_> {
    /// A system of the merchant's changes a conversion.
    pub fn updates(&self, id: ConversionId, update: Update) -> Result<bool, UpdateFault> {
        let (program, key) = (self.program, self.house.environment().mint.id(self.house.now()));
        self.house.attempt(move |write, env| update_conversion(write, env, program, id, Actor::Key(key), &update))
    }

    /// It states where a commission stands.
    pub fn moves(&self, id: ConversionId, status: Word) -> Result<bool, UpdateFault> {
        self.updates(id, Update { status: Some(status), ..Update::default() })
    }

    /// It states where a purchase stands.
    pub fn tells(&self, id: ConversionId, sale: SaleStatus) -> Result<bool, UpdateFault> {
        self.updates(id, Update { sale: Some(sale), ..Update::default() })
    }

    /// What the ledger holds for a conversion, entry by entry.
    pub fn booked(&self, id: ConversionId) -> Vec<(EntryKind, i64)> {
        let commission = self.case(id).commission.id;
        let mut entries = self.house.read(|conn| ledger_entries::of_commissions(conn, &[commission]));
        entries.sort_unstable_by_key(|entry| entry.id);
        entries.iter().map(|entry| (entry.kind, entry.amount_minor)).collect()
    }
}

fn because(moved: Result<bool, UpdateFault>) -> String {
    match moved {
        Ok(true) => "moved".to_owned(),
        Ok(false) => "already so".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

/// In the order of the words: whether it goes there from here, where `+` is yes, `=` is already so and `-` is no.
const MOVES: [(Word, &str); 8] = [
    (Word::Pending, "=+++++++"),
    (Word::PendingManualApproval, "+=++++++"),
    (Word::ReadyForPayment, "++=++-++"),
    (Word::ProcessingPayout, "--+=+-+-"),
    (Word::Paid, "----=-+-"),
    (Word::Declined, "++---=+-"),
    (Word::Refunded, "------=-"),
    (Word::Dispute, "--+---+="),
];

on_each_engine! {
    fn every_word_leads_where_the_rules_allow_and_nowhere_else(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for terms in [
            Terms { hold_days: 30, ..Terms::plain(percent("10")) },
            Terms { approval: Approval::Automatic, hold_days: 30, ..Terms::plain(percent("10")) },
        ] {
            desk.pays(terms);
            for (from, expected) in MOVES {
                // What its rule approves by itself has been, and goes on by itself.
                let is_approved = from == Word::Pending && terms.approval == Approval::Automatic;
                let expected = if is_approved { "=++++-++" } else { expected };
                for (to, expected) in Word::ALL.iter().copied().zip(expected.chars()) {
                    let name = format!("{from} to {to}, {} days, {}", terms.hold_days, terms.approval);
                    let id = desk.states(&name, from);
                    let before = (desk.case(id).conversion, desk.booked(id), desk.changes(id).len());
                    let moved = desk.moves(id, to);
                    match expected {
                        '+' => assert!(matches!(moved, Ok(true)), "{name}: {}", because(moved)),
                        '=' => assert!(matches!(moved, Ok(false)), "{name}: {}", because(moved)),
                        _ => assert!(matches!(moved, Err(UpdateFault::Status(..))), "{name}: {}", because(moved)),
                    }
                    assert_eq!(desk.told(id), if expected == '-' { from } else { to }, "{name}");
                    if expected == '+' {
                        assert!(matches!(desk.moves(id, to), Ok(false)), "{name}: the same again is no change");
                    } else {
                        assert_eq!((desk.case(id).conversion, desk.booked(id), desk.changes(id).len()), before, "{name}");
                    }
                }
            }
            house.assert_books_balance();
        }
    }

    fn what_is_being_paid_is_paid_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.states("1001", Word::ProcessingPayout);
        assert_eq!(desk.money().balance_minor, 1_000);
        assert!(matches!(desk.moves(id, Word::Paid), Ok(true)));
        assert!(matches!(desk.moves(id, Word::Paid), Ok(false)));
        assert_eq!((desk.stands(id), desk.money().balance_minor), ((Approved, Paid, Complete, 1_000), 0));
        let payouts = desk.paid_outside();
        assert_eq!(payouts.iter().map(|row| (row.state, row.amount_minor)).collect::<Vec<_>>(), [(PayoutState::Paid, 1_000)]);
        assert_eq!(payouts[0].reference, "Order 1001");
        let paid = desk.house.read(|conn| ledger_entries::paid_to(conn, desk.program, desk.anna));
        assert_eq!(paid, 1_000);
        let kinds: Vec<ChangeKind> = desk.changes(id).iter().map(|change| change.kind).collect();
        use ChangeKind::{Approved as Yes, Paid as Paying, PutIntoPayout, Stated as Said};
        assert_eq!(kinds, [Said, Yes, PutIntoPayout, Said, Paying]);
        // And given back since: it is taken off the next payout.
        assert!(matches!(desk.moves(id, Word::Refunded), Ok(true)));
        assert_eq!((desk.stands(id), desk.told(id)), ((Approved, Paid, GivenBack, 0), Word::Refunded));
        assert_eq!(desk.money().payable_minor(), -1_000);
        house.assert_books_balance();
    }

    fn what_the_house_pays_itself_nobody_ends_from_outside(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.states("1001", Word::ReadyForPayment);
        let payout = desk.begins_payout();
        assert!(matches!(desk.moves(id, Word::ProcessingPayout), Ok(false)));
        for word in [Word::Paid, Word::ReadyForPayment] {
            let moved = desk.moves(id, word);
            assert!(matches!(&moved, Err(UpdateFault::Status(current, Hindrance::HousePayout)) if current.state == InPayout));
        }
        desk.pays_out(&payout);
        assert!(matches!(desk.moves(id, Word::Paid), Ok(false)));
        house.assert_books_balance();
    }

    /// The merchant's system takes back what is being paid, or was, in words that book nothing.
    fn what_is_in_a_payout_or_paid_is_taken_back_by_refunds_alone(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        for (order, word, obstacle) in [
            ("1001", Word::ProcessingPayout, SaleObstacle::InPayout),
            ("1002", Word::Paid, SaleObstacle::Paid),
        ] {
            let id = desk.states(order, word);
            let before = (desk.case(id).conversion, desk.case(id).commission);
            for sale in [Failed, Open, Trialing, PartialRefunded] {
                let told = desk.tells(id, sale);
                let Err(UpdateFault::Sale(current, why)) = told else { panic!("{word}, {sale}: {told:?}") };
                assert_eq!((why, current.sale, current.state), (obstacle, Complete, before.1.state), "{word}, {sale}");
                assert!(why.sentence().contains("Record a refund"), "{}", why.sentence());
            }
            for sale in [Failed, Open, Trialing] {
                let said = desk.says(id, sale);
                assert!(matches!(said, SaleChanged::NotPossible(_, why) if why == obstacle), "{word}, {sale}: {said:?}");
            }
            assert_eq!((desk.case(id).conversion, desk.case(id).commission), before, "{word}: nothing was changed");
            assert!(matches!(desk.tells(id, Complete), Ok(false)));
            assert!(matches!(desk.tells(id, GivenBack), Ok(true)), "all of it is an amount");
            assert_eq!((desk.stands(id).2, desk.stands(id).3), (GivenBack, 0), "{word}");
            house.assert_books_balance();
        }
    }

    fn a_purchase_moves_with_or_without_its_commission(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let trial = desk.records(&Reported { sale: Trialing, ..Reported::of("1001", usd(10_000)) });
        let not_yet = desk.moves(trial, Word::ReadyForPayment);
        assert_eq!(because(not_yet), "The purchase is not paid for, so nothing is owed yet.");
        // Paid for, and therefore owed, in one.
        let both = Update { sale: Some(Complete), status: Some(Word::ReadyForPayment), ..Update::default() };
        assert!(matches!(desk.updates(trial, both.clone()), Ok(true)));
        assert!(matches!(desk.updates(trial, both), Ok(false)));
        assert_eq!(desk.stands(trial), (Approved, Payable, Complete, 1_000));
        assert!(matches!(desk.tells(trial, PartialRefunded), Ok(true)));
        assert_eq!(desk.stands(trial), (Approved, Payable, PartialRefunded, 1_000), "nobody says how much");
        assert!(matches!(desk.tells(trial, GivenBack), Ok(true)));
        assert!(matches!(desk.tells(trial, GivenBack), Ok(false)));
        assert_eq!(desk.stands(trial), (Approved, Void, GivenBack, 0));
        let back = desk.tells(trial, Complete);
        assert!(matches!(&back, Err(UpdateFault::Sale(_, SaleObstacle::GivenBack))), "{back:?}");

        let part = desk.sale("1002", 10_000);
        assert!(matches!(desk.refunds(part, "r1", Some(2_500)), Refunded::Recorded(_)));
        assert!(matches!(desk.tells(part, GivenBack), Ok(true)));
        assert_eq!(desk.booked(part), [(EntryKind::Earn, 1_000), (EntryKind::Refund, -250), (EntryKind::Refund, -750)]);
        house.assert_books_balance();
    }

    /// One of two things is not possible, so neither is done.
    fn all_of_it_is_changed_or_nothing(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.states("1001", Word::Declined);
        let before = (desk.case(id).conversion, desk.changes(id).len());
        let update = Update {
            sale: Some(Trialing),
            status: Some(Word::Paid),
            metadata: NewMetadata::Object(r#"{"plan":"pro"}"#.to_owned()),
        };
        assert!(matches!(desk.updates(id, update), Err(UpdateFault::Status(..))));
        assert_eq!((desk.case(id).conversion, desk.changes(id).len()), before);
        let elsewhere: ProgramId = house.environment().mint.id(house.now());
        let none = house.attempt(move |write, env| {
            let update = Update { status: Some(Word::Pending), ..Update::default() };
            update_conversion(write, env, elsewhere, id, Actor::Clock, &update)
        });
        assert!(matches!(none, Err(UpdateFault::Unknown)), "another program's conversion is not found");
        house.assert_books_balance();
    }

    fn metadata_is_replaced_as_a_whole(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let id = desk.sale("1001", 10_000);
        let kept = || house.read(|conn| conversion_details::find(conn, id)).and_then(|details| details.metadata);
        let says = |text: Option<&str>| {
            let metadata = text.map_or(NewMetadata::Nothing, |text| NewMetadata::Object(text.to_owned()));
            desk.updates(id, Update { metadata, ..Update::default() })
        };
        assert!(matches!(says(Some(r#"{"plan":"pro","seats":3}"#)), Ok(true)));
        assert!(matches!(says(Some(r#"{"seats":3,"plan":"pro"}"#)), Ok(false)));
        assert!(matches!(says(Some(r#"{"plan":"free"}"#)), Ok(true)));
        assert_eq!(kept().as_deref(), Some(r#"{"plan":"free"}"#));
        assert!(matches!(says(None), Ok(true)));
        assert_eq!((kept(), desk.stands(id)), (None, (Pending, Held, Complete, 1_000)));
        let kinds: Vec<ChangeKind> = desk.changes(id).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::MetadataReplaced; 3]);
        house.assert_books_balance();
    }

    /// Eight systems state eight things of the same commission at once: all that comes of it is one row of lawful moves.
    fn of_eight_words_at_once_one_stands_and_the_ledger_is_exact(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        desk.pays(Terms { hold_days: 30, ..Terms::plain(percent("10")) });
        let orders: Vec<ConversionId> = (0..25).map(|number| desk.sale(&format!("o-{number}"), 10_000)).collect();
        thread::scope(|scope| {
            for place in 0..8 {
                let (desk, orders) = (&desk, &orders);
                scope.spawn(move || {
                    for (number, order) in orders.iter().enumerate() {
                        let moved = desk.moves(*order, Word::ALL[(place + number) % 8]);
                        assert!(matches!(moved, Ok(_) | Err(UpdateFault::Status(..))), "{}", because(moved));
                    }
                });
            }
        });
        let mut ends: BTreeMap<Word, usize> = BTreeMap::new();
        for order in &orders {
            let case = desk.case(*order);
            *ends.entry(desk.told(*order)).or_default() += 1;
            let booked: i64 = desk.booked(*order).iter().map(|(_, minor)| minor).sum();
            assert_eq!(booked, case.commission.booked_minor);
            assert_eq!(usize::try_from(case.conversion.edition).unwrap(), desk.changes(*order).len());
        }
        assert_eq!(ends.values().sum::<usize>(), orders.len());
        let out = desk.house.read(|conn| ledger_entries::paid_to(conn, desk.program, desk.anna));
        let paid = desk.paid_outside().iter().filter(|row| row.state == PayoutState::Paid).count();
        assert_eq!(out, i64::try_from(paid).unwrap() * 1_000, "{ends:?}");
        house.assert_books_balance();
    }

    /// Two processes and a lost lock: the second finds what the first has left.
    fn of_two_writers_the_second_finds_the_first(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let (env, program) = (house.environment(), desk.program);
        for (first, second, stands) in [
            (Word::Paid, Word::Declined, Word::Paid),
            (Word::Declined, Word::Paid, Word::Declined),
            (Word::Paid, Word::Paid, Word::Paid),
            (Word::Refunded, Word::Paid, Word::Refunded),
        ] {
            let id = desk.sale(&format!("{first} {second}"), 10_000);
            let state = |word| {
                let env = &env;
                move |write: &mut accrue::storage::write::Write<'_>| state_status(write, env, program, id, Actor::Clock, word)
            };
            let (one, other) = race(&db, state(first), state(second));
            assert!(matches!(one, Ok(Stated::Changed)), "{first}, {second}: {one:?}");
            match first == second {
                true => assert!(matches!(other, Ok(Stated::AlreadySo)), "{first}, {second}: {other:?}"),
                false => assert!(matches!(other, Ok(Stated::NotPossible(..))), "{first}, {second}: {other:?}"),
            }
            assert_eq!(desk.told(id), stands);
        }
        assert_eq!(desk.paid_outside().len(), 2);
        assert!(matches!(desk.tries_payout(), Begun::NothingPayable(_)));
        house.assert_books_balance();
    }
}
