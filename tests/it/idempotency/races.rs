//! Two writers at once for everything that must be unique and that people can run into.
//!
//! One process writes through one connection, so such a race needs two processes and a lost lock. The index is the last
//! to know, and it must say which promise it kept.

use accrue::domain::affiliate::AffiliateStatus;
use accrue::domain::attempt::Payload;
use accrue::domain::click_token::Mode;
use accrue::domain::conversion::{CustomerFacts, Purchase, Report};
use accrue::domain::currency::Currency;
use accrue::domain::event::{Channel, Event};
use accrue::domain::handle::{AffiliateCode, EmailAddress, ExternalId, OrderId};
use accrue::domain::id::{AffiliateId, CampaignId, ProgramId};
use accrue::domain::money::Money;
use accrue::domain::name::Name;
use accrue::domain::referral::IdentifierKind;
use accrue::domain::time::Zone;
use accrue::environment::Environment;
use accrue::operations::change_rule::change_rule;
use accrue::operations::create_affiliate::{NewAffiliate, create_affiliate};
use accrue::operations::create_link::implicit_link;
use accrue::operations::passwords::{self, ChosenPassword};
use accrue::operations::record_conversions::{Evidence, Incoming, Outcome, record_conversions};
use accrue::operations::set_up::{NewOwner, NewProgram, create_owner, create_program};
use accrue::storage::catalogue::Catalogue;
use accrue::storage::error::{StorageError, Stored, Unique};
use accrue::storage::links::{self, LinkRow};
use accrue::storage::new_rows::NewRows;
use accrue::storage::referrals;
use accrue::storage::write::Write;

use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::house::{self, House, Shop, affiliate_id, campaign_id, percent};
use crate::support::in_process::wait_for;

/// What both writers know.
struct Scene {
    env: Environment,
    program: ProgramId,
    campaign: CampaignId,
    affiliate: AffiliateId,
}

/// What a writer does.
type Work<T> = fn(&mut Write<'_>, &Scene) -> Stored<T>;

impl Scene {
    fn of(house: &House, shop: &Shop) -> Scene {
        house.admin().set_direct_mode(&shop.campaign, true);
        Scene {
            env: house.environment(),
            program: shop.program,
            campaign: campaign_id(&shop.campaign),
            affiliate: affiliate_id(&shop.anna),
        }
    }
}

/// Runs the work twice on two connections, the second while the first is not yet committed.
fn race<T: Send>(db: &TestDatabase, scene: &Scene, work: Work<T>) -> (Stored<T>, Stored<T>) {
    house::race(db, |write| work(write, scene), |write| work(write, scene))
}

fn change(write: &mut Write<'_>, scene: &Scene) -> Stored<u32> {
    Ok(change_rule(write, &scene.env, scene.campaign, percent("20"))?.version)
}

fn take_in(write: &mut Write<'_>, scene: &Scene) -> Stored<()> {
    let code = AffiliateCode::parse("newcomer").expect("a code");
    let name = Name::parse("Newcomer").expect("a name");
    let new = NewAffiliate { code: Some(code), name, email: None, status: AffiliateStatus::Active };
    create_affiliate(write, &scene.env, scene.program, new).map(drop)
}

fn found_program(write: &mut Write<'_>, scene: &Scene) -> Stored<()> {
    let new = NewProgram { name: "New Shop".to_owned(), base_currency: Currency::USD, zone: Zone::utc() };
    create_program(write, &scene.env, &new).map(drop)
}

fn hire(write: &mut Write<'_>, scene: &Scene) -> Stored<()> {
    let password = passwords::hash(&ChosenPassword::made(&scene.env), &scene.env).expect("there is memory for it");
    let email = EmailAddress::parse("owner@shop.example").expect("an address");
    let owner = NewOwner { email, name: "Owner".to_owned(), password };
    create_owner(write, &scene.env, &[scene.program], owner).map(drop)
}

fn link(write: &mut Write<'_>, scene: &Scene) -> Stored<()> {
    let code = accrue::domain::handle::LinkCode::parse("spring-sale").expect("a code");
    let created_at = scene.env.clock.now();
    let (program_id, campaign_id, affiliate_id) = (scene.program, scene.campaign, scene.affiliate);
    let id = scene.env.mint.id(created_at);
    links::insert(write, &LinkRow { id, program_id, campaign_id, affiliate_id, code, implicit: false, created_at })
}

fn imply(write: &mut Write<'_>, scene: &Scene) -> Stored<String> {
    let link = implicit_link(write, &scene.env, scene.program, scene.campaign, scene.affiliate)?;
    Ok(link.id.to_string())
}

/// An order in direct mode, of whoever is named.
fn order(scene: &Scene, order_id: &str, customer: CustomerFacts) -> Incoming {
    let now = scene.env.clock.now();
    let report = Report {
        id: scene.env.mint.id(now),
        program_id: scene.program,
        mode: Mode::Live,
        token_id: scene.env.mint.id(now),
        channel: Channel::Direct,
        received_at: now,
        order_id: OrderId::parse(order_id).expect("an order id"),
        event: Event::SALE,
        amount: Money::new(9_999, Currency::USD),
        customer,
        purchase: Purchase::default(),
        ignored_fields: Vec::new(),
    };
    let named = accrue::domain::affiliate::AffiliateRef::Id(scene.affiliate);
    let (campaign_id, evidence) = (Some(scene.campaign), Evidence::direct(named));
    Incoming { report, campaign_id, evidence, payload: Payload::default() }
}

/// Records orders, as the recorder does.
fn record_all(write: &mut Write<'_>, scene: &Scene, orders: &[Incoming]) -> Stored<Outcome> {
    let catalogue = Catalogue::load(write.conn(), scene.env.clock.now())?;
    let mut new = NewRows::default();
    let recorded = record_conversions(write, &scene.env, &catalogue, orders, &mut new)?;
    new.write(write)?;
    Ok(recorded.outcomes[0])
}

fn record(write: &mut Write<'_>, scene: &Scene) -> Stored<Outcome> {
    record_all(write, scene, &[order(scene, "1001", CustomerFacts::default())])
}

/// A customer of whom nothing but one name is known.
fn named(scene: &Scene, kind: IdentifierKind, name: &str) -> CustomerFacts {
    let (mut customer, id) = (CustomerFacts::default(), ExternalId::parse(name).expect("an id"));
    match kind {
        IdentifierKind::ExternalUserId => customer.external_user_id = Some(id),
        IdentifierKind::Email => {
            let address = EmailAddress::parse(&format!("{name}@shop.example")).expect("an address");
            customer.email = Some(address.hashed(scene.env.keys.email()));
        }
        _ => customer.customer_id = Some(id),
    }
    customer
}

const NAMES: [IdentifierKind; 3] = [IdentifierKind::ExternalUserId, IdentifierKind::CustomerId, IdentifierKind::Email];

/// Panics unless all orders are of one customer, who has a name.
fn assert_one_customer(house: &House, orders: &[&str]) {
    let customer = house.conversion(orders[0]).referral_id.expect("the order is somebody's");
    for order in orders {
        assert_eq!(house.conversion(order).referral_id, Some(customer), "{order}");
    }
    let names = house.read(|conn| referrals::list::names(conn, &[customer]));
    assert!(names.get(&customer).is_some_and(|names| !names.is_empty()), "{orders:?}: whoever it is has a name");
}

on_each_engine! {
    fn who_comes_second_is_told_what_is_taken(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        let races: [(Work<()>, Unique); 4] = [
            (take_in, Unique::AffiliateCode),
            (found_program, Unique::ProgramSlug),
            (hire, Unique::UserEmail),
            (link, Unique::LinkCode),
        ];
        for (work, promise) in races {
            let (first, second) = race(&db, &scene, work);
            assert!(first.is_ok(), "{promise}: {first:?}");
            assert!(matches!(second, Err(StorageError::Taken(taken)) if taken == promise), "{promise}: {second:?}");
        }
    }

    fn of_two_changes_of_a_rule_at_once_each_is_a_version_or_is_refused(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        let (first, second) = race(&db, &scene, change);
        assert_eq!(first.unwrap(), 2);
        match db.engine {
            // The second writer waits at its beginning, and then sees the first one's version.
            Engine::Sqlite => assert_eq!(second.unwrap(), 3),
            Engine::Postgres => assert!(matches!(second, Err(StorageError::Taken(Unique::RuleVersion))), "{second:?}"),
        }
        let catalogue = house.write(|write, env| Catalogue::load(write.conn(), env.clock.now()));
        let versions: Vec<u32> = catalogue.rules(scene.campaign).iter().map(|rule| rule.version).collect();
        assert!(versions == [1, 2] || versions == [1, 2, 3], "{versions:?}");
    }

    fn a_pair_never_gets_a_second_implicit_link(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        let (first, second) = race(&db, &scene, imply);
        let first = first.unwrap();
        match (db.engine, second) {
            (Engine::Sqlite, second) => assert_eq!(second.unwrap(), first),
            (Engine::Postgres, second) => {
                assert!(matches!(second, Err(StorageError::Taken(Unique::ImplicitLink))), "{second:?}");
            }
        }
        let (again, and_again) = race(&db, &scene, imply);
        assert_eq!((again.unwrap(), and_again.unwrap()), (first.clone(), first), "asked again, both find it");
    }

    fn an_order_two_writers_record_at_once_is_recorded_once(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        let (first, second) = race(&db, &scene, record);
        let Outcome::Recorded(id) = first.unwrap() else { panic!("the first records it") };
        match (db.engine, second) {
            (Engine::Sqlite, second) => assert_eq!(second.unwrap(), Outcome::Repeat(id)),
            (Engine::Postgres, second) => {
                let error = second.unwrap_err();
                assert!(matches!(error, StorageError::Taken(Unique::Order)) && error.is_worth_another_run(), "{error}");
            }
        }
        let (again, _) = race(&db, &scene, record);
        assert_eq!(again.unwrap(), Outcome::Repeat(id), "run again, it is a repeat");
        assert_eq!(house.conversion("1001").id, id);
    }

    /// Two writers record an order each of one customer whom neither knows.
    fn what_a_customer_is_called_leads_both_writers_to_one_referral(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        for kind in NAMES {
            let by = |number: u8| [order(&scene, &format!("{kind}-{number}"), named(&scene, kind, "kim"))];
            let (one, other) = (by(1), by(2));
            let (first, second) =
                house::race(&db, |write| record_all(write, &scene, &one), |write| record_all(write, &scene, &other));
            assert!(matches!(first, Ok(Outcome::Recorded(_))), "{kind}: {first:?}");
            match (db.engine, second) {
                (Engine::Sqlite, second) => assert!(matches!(second, Ok(Outcome::Recorded(_))), "{kind}: {second:?}"),
                (Engine::Postgres, second) => {
                    let error = second.unwrap_err();
                    let is_told = matches!(error, StorageError::Taken(Unique::CustomerName));
                    assert!(is_told && error.is_worth_another_run(), "{kind}: {error}");
                    house.write(move |write, env| {
                        let catalogue = Catalogue::load(write.conn(), env.clock.now())?;
                        let mut new = NewRows::default();
                        record_conversions(write, env, &catalogue, &other, &mut new)?;
                        new.write(write)
                    });
                }
            }
            assert_one_customer(&house, &[&format!("{kind}-1"), &format!("{kind}-2")]);
        }
        house.assert_books_balance();
    }

    /// The server records fifty orders of customers whom another process is just recording.
    fn the_recorder_finds_the_customers_whom_another_process_met_a_moment_before(db: TestDatabase) {
        let house = House::open(&db);
        let scene = Scene::of(&house, &house.shop());
        let customer = |number: usize| named(&scene, NAMES[number % 3], &format!("c-{number}"));
        let orders = |whose: &str| -> Vec<Incoming> {
            (0..50).map(|number| order(&scene, &format!("{whose}-{number}"), customer(number))).collect()
        };
        let (theirs, ours) = (orders("theirs"), orders("ours"));
        let recorder = &house.app().recorder;
        let (first, answers) = house::beside(
            &db,
            |write| record_all(write, &scene, &theirs),
            || wait_for(futures_util::future::join_all(ours.into_iter().map(|one| recorder.record_conversion(one)))),
        );
        assert!(matches!(first, Ok(Outcome::Recorded(_))), "{first:?}");
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Outcome::Recorded(_)))), "{answers:?}");
        for number in 0..50 {
            assert_one_customer(&house, &[&format!("theirs-{number}"), &format!("ours-{number}")]);
        }
        house.assert_books_balance();
    }
}
