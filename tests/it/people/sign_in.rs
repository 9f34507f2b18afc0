//! Signing in, and guessing (QUALITY AUT-1).

use std::thread;
use std::time::{Duration, Instant};

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;
use accrue::operations::forget_old::forget_old;
use accrue::operations::passwords::{self, ChosenPassword};
use accrue::operations::sign_in::{SignInRefused, begin, finish};
use accrue::operations::throttle::{self, Guesser, NotLetIn};
use accrue::storage::users as rows;
use accrue::storage::write::Write;

use super::{at, sign_in, sign_in_from, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::sql::Sql;

const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(3_600);

/// A house in which Marta works.
fn with_marta(db: &TestDatabase) -> (House, String) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let email = house.admin().person("Marta", program, Role::Owner);
    (house, email)
}

fn is_wrong<T>(answer: &Result<T, SignInRefused>) -> bool {
    matches!(answer, Err(SignInRefused::Wrong))
}

fn wait_of<T>(answer: Result<T, SignInRefused>) -> Duration {
    match answer {
        Err(SignInRefused::Throttled(throttled)) => throttled.wait,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("let in"),
    }
}

/// Guesses at an account without the cost of a hash.
fn guess(house: &House, email: &str, from: &str) -> Result<(), NotLetIn> {
    let guesser = Guesser::at_account(&house.environment(), email, at(from));
    let environment = house.environment();
    let work = move |write: &mut Write<'_>| throttle::let_in(write, &environment, &guesser).map(drop);
    super::refused(crate::support::in_process::wait_for(house.app().recorder.write(work)))
}

fn failures(db: &TestDatabase) -> i64 {
    Sql::open(&db.url).count("sign_in_failures")
}

on_each_engine! {
    fn a_right_password_is_let_in_however_the_address_is_written(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let known = sign_in(&house, &format!("  {} ", email.to_uppercase()), PASSWORD).expect("it is right");
        assert_eq!(known.user_id, user(&house, &email).id);
        assert!(!known.owes_code);
        assert_eq!(failures(&db), 0, "a right attempt leaves no trace");
    }

    fn everything_else_is_wrong_without_a_word_on_what_is(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let hash = user(&house, &email).password_hash;
        for (email, password) in [
            (email.as_str(), ""),
            (&email, "a lantern over quiet water 7"),
            (&email, "A lantern over quiet water 71"),
            (&email, &hash),
            ("nobody@people.example", PASSWORD),
            ("", PASSWORD),
            ("no address at all", PASSWORD),
            ("' OR 1=1 --", "' OR 1=1 --"),
        ] {
            let answer = sign_in(&house, email, password);
            assert!(is_wrong(&answer), "{email} {password}: {:?}", answer.map(|_| ()));
        }
        assert_eq!(failures(&db), 8, "each is counted");
    }

    fn an_unknown_address_takes_as_long_as_a_known_one(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let taken = |email: &str| {
            let start = Instant::now();
            assert!(is_wrong(&sign_in(&house, email, "wrong")));
            start.elapsed()
        };
        // Turn by turn, so that what else the machine does falls on both alike; without a hash it is a hundredth.
        let both = (0..6).map(|_| (taken(&email), taken("nobody@people.example")));
        let (known, unknown): (Vec<_>, Vec<_>) = both.unzip();
        let (known, unknown) = (known.into_iter().min().expect("six"), unknown.into_iter().min().expect("six"));
        assert!(unknown * 3 > known && known * 3 > unknown, "known {known:?}, unknown {unknown:?}");
    }

    fn after_ten_wrong_guesses_not_even_the_right_one_is_looked_at(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        for number in 0..10 {
            assert!(is_wrong(&sign_in_from(&house, &email, "wrong", &format!("198.51.100.{number}"))), "{number}");
            house.clock().advance(Duration::from_secs(60));
        }
        let start = Instant::now();
        let wait = wait_of(sign_in(&house, &email, PASSWORD));
        assert!(start.elapsed() < Duration::from_secs(2));
        assert_eq!(wait, QUARTER - Duration::from_secs(600), "until the first of the ten is forgotten");
        assert_eq!(failures(&db), 10, "an attempt that is not looked at is not counted");
        house.clock().advance(wait - Duration::from_millis(1));
        assert_eq!(wait_of(sign_in(&house, &email, PASSWORD)), Duration::from_millis(1));
        house.clock().advance(Duration::from_millis(1));
        sign_in(&house, &email, PASSWORD).expect("there is room for one");
        assert_eq!(failures(&db), 0, "who is let in is forgiven");
        for _ in 0..10 {
            assert!(is_wrong(&sign_in(&house, &email, "wrong")));
        }
        wait_of(sign_in(&house, &email, PASSWORD));
    }

    fn an_address_that_nobody_has_is_throttled_like_any_other(db: TestDatabase) {
        let (house, _) = with_marta(&db);
        for _ in 0..10 {
            assert!(is_wrong(&sign_in(&house, "nobody@people.example", "wrong")));
        }
        assert_eq!(wait_of(sign_in(&house, "Nobody@people.example ", "wrong")), QUARTER);
    }

    fn fifty_guesses_at_once_are_ten(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let answers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..50).map(|_| scope.spawn(|| sign_in(&house, &email, "wrong"))).collect();
            threads.into_iter().map(|thread| thread.join().expect("nobody panics")).collect()
        });
        assert_eq!(answers.iter().filter(|answer| is_wrong(answer)).count(), 10);
        assert_eq!(answers.into_iter().filter(|answer| !is_wrong(answer)).map(wait_of).max(), Some(QUARTER));
        assert_eq!(failures(&db), 10);
    }

    fn a_hundred_wrong_guesses_from_one_address_are_enough_for_an_hour(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        for number in 0..100 {
            guess(&house, &format!("victim-{number}@people.example"), "203.0.113.9").expect("there is room");
        }
        let full = guess(&house, "victim-100@people.example", "203.0.113.9");
        assert!(matches!(full, Err(NotLetIn::Throttled(throttled)) if throttled.wait == HOUR), "{full:?}");
        assert_eq!(wait_of(sign_in_from(&house, &email, PASSWORD, "203.0.113.9")), HOUR);
        assert_eq!(wait_of(sign_in_from(&house, &email, PASSWORD, "::ffff:203.0.113.9")), HOUR, "the same address");
        sign_in_from(&house, &email, PASSWORD, "203.0.113.10").expect("the neighbour did nothing");
        house.clock().advance(HOUR);
        sign_in_from(&house, &email, PASSWORD, "203.0.113.9").expect("the hour is over");
    }

    fn a_client_may_take_any_address_of_its_network_and_stays_one_client(db: TestDatabase) {
        let (house, _) = with_marta(&db);
        for number in 0..100 {
            let from = format!("2001:db8:1:2::{number:x}");
            guess(&house, &format!("victim-{number}@people.example"), &from).expect("there is room");
        }
        assert!(guess(&house, "another@people.example", "2001:db8:1:2:ffff::1").is_err());
        guess(&house, "another@people.example", "2001:db8:1:3::1").expect("the next network did nothing");
    }

    fn letting_in_forgives_the_account_and_not_the_address(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        for number in 0..99 {
            guess(&house, &format!("victim-{number}@people.example"), "203.0.113.9").expect("there is room");
        }
        assert!(is_wrong(&sign_in_from(&house, &email, "wrong", "203.0.113.10")));
        sign_in_from(&house, &email, PASSWORD, "203.0.113.9").expect("it is right");
        assert_eq!(failures(&db), 99);
    }

    fn a_restart_forgives_nobody(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        for _ in 0..10 {
            assert!(is_wrong(&sign_in(&house, &email, "wrong")));
        }
        drop(house);
        let house = House::open_at(&db, "2026-03-20T12:10:00Z");
        assert_eq!(wait_of(sign_in(&house, &email, PASSWORD)), Duration::from_secs(300));
    }

    fn neither_an_account_nor_an_address_can_be_read_from_what_is_kept(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        assert!(is_wrong(&sign_in_from(&house, &email, "wrong", "203.0.113.9")));
        let rows = Sql::open(&db.url).lines("SELECT account_hash || ' ' || address_hash FROM sign_in_failures");
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].contains("marta") && !rows[0].contains("203.0.113"), "{rows:?}");
    }

    fn what_does_not_count_any_more_is_removed(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        assert!(is_wrong(&sign_in(&house, &email, "wrong")));
        house.clock().advance(HOUR - Duration::from_secs(1));
        house.write(|write, env| forget_old(write, env.clock.now()));
        assert_eq!(failures(&db), 1);
        house.clock().advance(Duration::from_secs(2));
        house.write(|write, env| forget_old(write, env.clock.now()));
        assert_eq!(failures(&db), 0);
    }

    /// Whoever changed it meanwhile did so to shut somebody out.
    fn a_password_that_was_changed_while_it_was_checked_lets_nobody_in(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let address = email.clone();
        let work = move |write: &mut Write<'_>, env: &_| match begin(write, env, &address, None) {
            Ok(attempt) => Ok(attempt),
            Err(why) => panic!("{why}"),
        };
        let attempt = house.write(work);
        assert!(attempt.is_right(PASSWORD).expect("there is memory"));
        let (marta, env) = (user(&house, &email), house.environment());
        let new = passwords::hash(&ChosenPassword::made(&env), &env).expect("there is memory");
        house.write(move |write, env| {
            rows::replace_password(write, marta.id, &marta.password_hash, new.as_str(), env.clock.now())
        });
        house.write(move |write, env| {
            assert!(is_wrong(&finish(write, env, &attempt)));
            Ok(())
        });
        assert_eq!(failures(&db), 1, "it stays counted");
    }
}
