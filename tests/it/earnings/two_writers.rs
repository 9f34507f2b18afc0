//! Two writers at once for every change of what is on record. One process writes through one connection, so such a race
//! needs two processes and a lost lock: then the edition and the unique indexes are the last to keep a promise.

use accrue::domain::change::Actor;
use accrue::domain::conversion::ConversionStatus::{self, Approved, Pending, Rejected};
use accrue::domain::conversion::SaleStatus;
use accrue::domain::dispute::DisputeStep;
use accrue::domain::handle::ExternalId;
use accrue::domain::id::{AffiliateId, ConversionId, ProgramId};
use accrue::domain::payout::RefundKind;
use accrue::environment::Environment;
use accrue::operations::adjust_conversion::{Adjusted, Adjustment, adjust_conversion};
use accrue::operations::change_sale::{SaleChange, SaleChanged, change_sale};
use accrue::operations::dispute_conversion::{Disputed, dispute_conversion};
use accrue::operations::payouts::{Begun, begin_payout};
use accrue::operations::refund_conversion::{Refund, Refunded, refund_conversion};
use accrue::operations::release_held::release_held;
use accrue::operations::review_conversion::{Decision, Reviewed, review_conversion};
use accrue::storage::error::{StorageError, Stored, Unique};
use accrue::storage::write::Write;

use super::{Desk, Terms, usd};
use crate::support::engine::{Engine, on_each_engine};
use crate::support::house::{House, percent, race};

/// What both writers know.
struct Scene {
    env: Environment,
    program: ProgramId,
    anna: AffiliateId,
    order: ConversionId,
}

impl Scene {
    fn of(desk: &Desk<'_>, order: ConversionId) -> Scene {
        Scene { env: desk.house.environment(), program: desk.program, anna: desk.anna, order }
    }

    fn decide(&self, write: &mut Write<'_>, wanted: ConversionStatus) -> Stored<Reviewed> {
        let decision = Decision { wanted, seen: None, reason: "as agreed".to_owned() };
        review_conversion(write, &self.env, self.program, self.order, Actor::Clock, &decision)
    }

    fn refund(&self, write: &mut Write<'_>, event: &str, minor: i64) -> Stored<Refunded> {
        let refund = Refund {
            event_id: ExternalId::parse(event).expect("an event id"),
            kind: RefundKind::Refund,
            amount: Some(usd(minor)),
            reason: String::new(),
            claimed_at: None,
        };
        refund_conversion(write, &self.env, self.program, self.order, Actor::Clock, &refund)
    }

    fn adjust(&self, write: &mut Write<'_>, minor: i64) -> Stored<Adjusted> {
        let adjustment = Adjustment { amount: usd(minor), reason: "came back".to_owned(), seen: None };
        adjust_conversion(write, &self.env, self.program, self.order, Actor::Clock, &adjustment)
    }

    fn begin(&self, write: &mut Write<'_>) -> Stored<Begun> {
        begin_payout(write, &self.env, self.program, self.anna, Actor::Clock, "")
    }
}

on_each_engine! {
    fn of_two_decisions_the_second_finds_the_first(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        let (first, second) =
            race(&db, |write| scene.decide(write, Approved), |write| scene.decide(write, Rejected));
        assert!(matches!(first, Ok(Reviewed::Changed)), "{first:?}");
        let Ok(Reviewed::NotPossible(current, _)) = second else { panic!("{second:?}") };
        assert_eq!(current.status, Approved);
        let (first, second) = race(&db, |write| scene.decide(write, Pending), |write| scene.decide(write, Pending));
        assert!(matches!((&first, &second), (Ok(Reviewed::Changed), Ok(Reviewed::AlreadySo))), "{first:?} {second:?}");
        assert_eq!(desk.changes(scene.order).len(), 2);
        house.assert_books_balance();
    }

    fn of_two_refunds_the_second_sees_what_is_left(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        let (first, second) =
            race(&db, |write| scene.refund(write, "r1", 6_000), |write| scene.refund(write, "r1", 6_000));
        assert!(matches!(first, Ok(Refunded::Recorded(_))), "{first:?}");
        assert!(matches!(second, Ok(Refunded::Repeat { differs: false, .. })), "{second:?}");
        let (first, second) =
            race(&db, |write| scene.refund(write, "r2", 3_000), |write| scene.refund(write, "r3", 3_000));
        assert!(matches!(first, Ok(Refunded::Recorded(_))), "{first:?}");
        assert!(matches!(second, Ok(Refunded::Refused(_))), "{second:?}");
        house.assert_books_balance();
    }

    fn an_adjustment_and_a_refund_see_each_other(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        let (first, second) = race(
            &db,
            |write| scene.refund(write, "r1", 6_000).map(|done| matches!(done, Refunded::Recorded(_))),
            |write| scene.adjust(write, 5_000).map(|done| matches!(done, Adjusted::Refused(_))),
        );
        assert!(first.unwrap() && second.unwrap());
        house.assert_books_balance();
    }

    fn disputes_purchases_and_holds_are_changed_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        let open = |write: &mut Write<'_>| {
            let step = (DisputeStep::Opened, "the bank");
            dispute_conversion(write, &scene.env, scene.program, scene.order, Actor::Clock, step)
        };
        let (first, second) = race(&db, open, open);
        assert!(matches!((&first, &second), (Ok(Disputed::Changed), Ok(Disputed::AlreadySo))), "{first:?} {second:?}");
        let failed = |write: &mut Write<'_>| {
            let change = SaleChange { wanted: SaleStatus::Failed, seen: None, reason: String::new() };
            change_sale(write, &scene.env, scene.program, scene.order, Actor::Clock, &change)
        };
        let (first, second) = race(&db, failed, failed);
        assert!(
            matches!((&first, &second), (Ok(SaleChanged::Changed), Ok(SaleChanged::AlreadySo))),
            "{first:?} {second:?}"
        );

        desk.pays(Terms { hold_days: 1, ..Terms::plain(percent("10")) });
        desk.approves(desk.sale("1002", 10_000));
        house.pass_days(2);
        let release = |write: &mut Write<'_>| release_held(write, &scene.env);
        let (first, second) = race(&db, release, release);
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(first + second <= 1, "released by {first} and {second}, or by the server's own job");
        house.assert_books_balance();
    }

    fn an_affiliate_never_gets_two_payouts_at_once(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        desk.approves(scene.order);
        let (first, second) = race(&db, |write| scene.begin(write), |write| scene.begin(write));
        assert!(matches!(first, Ok(Begun::Begun(_))), "{first:?}");
        match db.engine {
            Engine::Sqlite => assert!(matches!(second, Ok(Begun::AlreadyOpen(_))), "{second:?}"),
            Engine::Postgres => {
                assert!(matches!(second, Err(StorageError::Taken(Unique::OpenPayout))), "{second:?}");
            }
        }
        house.assert_books_balance();
    }

    fn a_payout_and_a_decision_see_each_other(db: TestDatabase) {
        let house = House::open(&db);
        let desk = Desk::of(&house);
        let scene = Scene::of(&desk, desk.sale("1001", 10_000));
        desk.approves(scene.order);
        let (first, second) = race(
            &db,
            |write| scene.begin(write).map(|begun| matches!(begun, Begun::Begun(_))),
            |write| scene.decide(write, Pending).map(|done| matches!(done, Reviewed::NotPossible(..))),
        );
        assert!(first.unwrap() && second.unwrap());
        house.assert_books_balance();
    }
}
