//! The first visit of a fresh installation (QUALITY AUT-5).

use std::thread;
use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::handle::EmailAddress;
use accrue::domain::name::Name;
use accrue::domain::time::Zone;
use accrue::domain::user::Role;
use accrue::operations::passwords::{self, ChosenPassword, HashedPassword};
use accrue::operations::set_up::{FirstOwner, NewProgram, SetUp, SetUpRefused, set_up};

use super::{at, refused, sign_in, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, race};
use crate::support::in_process::wait_for;
use crate::support::sql::Sql;

const NEW: &str = "another harbour, seventeen gulls";

fn owner(name: &str) -> FirstOwner {
    let email = EmailAddress::parse(&format!("{name}@people.example")).expect("an address");
    FirstOwner { email, name: Name::parse(name).expect("a name") }
}

fn program() -> NewProgram {
    NewProgram { name: "Alder & Finch".into(), base_currency: Currency::EUR, zone: Zone::utc() }
}

fn password(house: &House) -> HashedPassword {
    let chosen = ChosenPassword::choose(NEW, &[]).expect("it is hard to guess");
    passwords::hash(&chosen, &house.environment()).expect("there is memory")
}

fn visit(house: &House, code: &str, from: &str, name: &str) -> Result<SetUp, SetUpRefused> {
    let right = refused(wait_for(house.app().check_set_up_code(code, at(from))))?;
    refused(wait_for(house.app().set_up(right, owner(name), password(house), program())))
}

fn code(house: &House) -> String {
    house.app().set_up_code().expect("nobody is there yet").reveal()
}

fn counts(db: &TestDatabase) -> [i64; 3] {
    let mut sql = Sql::open(&db.url);
    ["users", "programs", "memberships"].map(|table| sql.count(table))
}

on_each_engine! {
    fn the_code_makes_an_owner_and_their_program_once(db: TestDatabase) {
        let house = House::open(&db);
        assert!(house.app().awaits_set_up());
        let typed = code(&house).to_lowercase().replace('-', "");
        let made = visit(&house, &typed, "198.51.100.7", "marta").unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(made.program.as_str(), "alder-finch");
        let marta = user(&house, "marta@people.example");
        assert_eq!((made.owner.user_id, made.owner.password_since), (marta.id, marta.password_changed_at));
        assert_eq!(sign_in(&house, "marta@people.example", NEW).expect("it is right"), made.owner);
        let role = Sql::open(&db.url).lines("SELECT role FROM memberships");
        assert_eq!(role, [Role::Owner.as_str()]);
        assert!(!house.app().awaits_set_up() && house.app().set_up_code().is_none());
        let again = visit(&house, &typed, "198.51.100.7", "ben");
        assert!(matches!(again, Err(SetUpRefused::Done)));
        assert_eq!(counts(&db), [1, 1, 1]);
        drop(house);
        assert!(!House::open(&db).app().awaits_set_up(), "nor after a restart");
    }

    fn nobody_is_there_by_default_and_every_start_has_another_code(db: TestDatabase) {
        let house = House::open(&db);
        let first = code(&house);
        assert_eq!(counts(&db), [0, 0, 0]);
        drop(house);
        let house = House::open(&db);
        assert_ne!(code(&house), first);
        assert!(matches!(visit(&house, &first, "198.51.100.7", "marta"), Err(SetUpRefused::WrongCode)));
    }

    fn a_wrong_code_makes_nobody_and_ten_of_them_stop_the_address_and_nobody_else(db: TestDatabase) {
        let house = House::open(&db);
        for wrong in ["", "x", "2345-6789-ABCD", "0000-0000-0000", "é", "1", "2", "3", "4", "5"] {
            let refused = visit(&house, wrong, "203.0.113.9", "mallory");
            assert!(matches!(refused, Err(SetUpRefused::WrongCode)), "{wrong}");
        }
        let stopped = visit(&house, &code(&house), "203.0.113.9", "mallory");
        assert!(matches!(stopped, Err(SetUpRefused::Throttled(wait)) if wait.wait == Duration::from_secs(900)));
        assert_eq!(counts(&db), [0, 0, 0]);
        visit(&house, &code(&house), "198.51.100.7", "marta").unwrap_or_else(|why| panic!("{why}"));
    }

    fn of_two_first_visits_at_once_one_makes_the_owner(db: TestDatabase) {
        let house = House::open(&db);
        let typed = code(&house);
        let made: Vec<_> = thread::scope(|scope| {
            let visitors = ["marta", "ben", "ines", "vera"];
            let (house, typed) = (&house, &typed);
            let threads = visitors.map(|name| scope.spawn(move || visit(house, typed, "198.51.100.7", name)));
            threads.into_iter().map(|thread| thread.join().expect("nobody panics")).collect()
        });
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        assert!(made.iter().all(|made| matches!(made, Ok(_) | Err(SetUpRefused::Done))));
        assert_eq!(counts(&db), [1, 1, 1]);
    }

    fn of_two_writers_at_once_one_makes_the_owner(db: TestDatabase) {
        let house = House::open(&db);
        let (env, passwords) = (house.environment(), [password(&house), password(&house)]);
        let (first, second) = race(
            &db,
            |write| set_up(write, &env, owner("marta"), passwords[0].clone(), &program()),
            |write| set_up(write, &env, owner("ben"), passwords[1].clone(), &program()),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(SetUpRefused::Done)), "{second:?}");
        assert_eq!(counts(&db), [1, 1, 1]);
    }
}
