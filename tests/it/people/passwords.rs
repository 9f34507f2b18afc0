//! Changing a password, and being given another one.

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::handle::EmailAddress;
use accrue::domain::id::UserId;
use accrue::domain::user::Role;
use accrue::operations::change_password::{NotChanged, change_password, reset_password};
use accrue::operations::passwords::{self, ChosenPassword, HashedPassword};
use accrue::operations::sign_in::SignInRefused;
use accrue::storage::sessions::{self, SessionRow};

use super::{at, confirm, refused, sign_in, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD, race};
use crate::support::in_process::wait_for;

const NEW: &str = "another harbour, seventeen gulls";

fn with_marta(db: &TestDatabase) -> (House, String, UserId) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let email = house.admin().person("Marta", program, Role::Owner);
    let id = user(&house, &email).id;
    (house, email, id)
}

fn hashed(house: &House, password: &str) -> HashedPassword {
    let chosen = ChosenPassword::choose(password, &[]).expect("it is hard to guess");
    passwords::hash(&chosen, &house.environment()).expect("there is memory")
}

/// A browser that is signed in.
fn leave_session(house: &House, user: UserId, key_hash: &str) {
    let key_hash = key_hash.to_owned();
    house.write(move |write, env| {
        let (now, state) = (env.clock.now(), "{}".to_owned());
        let id = env.mint.id(now);
        sessions::insert(write, &SessionRow { id, key_hash, user_id: Some(user), state, created_at: now, seen_at: now })
    });
}

fn sessions_of(house: &House, user: UserId) -> usize {
    house.read(|conn| sessions::of_user(conn, user)).len()
}

on_each_engine! {
    fn a_changed_password_signs_everybody_out_and_the_old_one_is_wrong(db: TestDatabase) {
        let (house, email, id) = with_marta(&db);
        let other = house.admin().program("Other", Currency::EUR);
        let ben = user(&house, &house.admin().person("Ben", other, Role::Viewer)).id;
        for (user, key) in [(id, "desk"), (id, "phone"), (ben, "ben")] {
            leave_session(&house, user, key);
        }
        let before = user(&house, &email).password_changed_at;
        let (confirmed, new) = (confirm(&house, id), hashed(&house, NEW));
        let known = house.write(move |write, env| Ok(change_password(write, env, &confirmed, &new).expect("nobody else")));
        assert!(known.password_since > before, "also where the clock stands still");
        assert_eq!((sessions_of(&house, id), sessions_of(&house, ben)), (0, 1));
        assert!(matches!(sign_in(&house, &email, PASSWORD), Err(SignInRefused::Wrong)));
        assert_eq!(sign_in(&house, &email, NEW).expect("it is right"), known);
    }

    fn of_two_changes_at_once_one_is_made(db: TestDatabase) {
        let (house, email, id) = with_marta(&db);
        let (confirmed, news) = ([confirm(&house, id), confirm(&house, id)], [hashed(&house, NEW), hashed(&house, NEW)]);
        let env = house.environment();
        let (first, second) = race(
            &db,
            |write| change_password(write, &env, &confirmed[0], &news[0]),
            |write| change_password(write, &env, &confirmed[1], &news[1]),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotChanged::Meanwhile)), "{second:?}");
        assert_eq!(user(&house, &email).password_hash, news[0].as_str());
    }

    fn a_wrong_confirmation_counts_like_a_wrong_sign_in(db: TestDatabase) {
        let (house, email, id) = with_marta(&db);
        for _ in 0..10 {
            let wrong = wait_for(house.app().confirm_password(id, "wrong".to_owned(), at("198.51.100.7")));
            assert!(matches!(refused(wrong), Err(SignInRefused::Wrong)));
        }
        let right = wait_for(house.app().confirm_password(id, PASSWORD.to_owned(), at("198.51.100.7")));
        assert!(matches!(refused(right), Err(SignInRefused::Throttled(_))));
        assert!(matches!(sign_in(&house, &email, PASSWORD), Err(SignInRefused::Throttled(_))));
    }

    fn a_right_confirmation_does_not_forgive_what_others_guessed(db: TestDatabase) {
        let (house, email, id) = with_marta(&db);
        for _ in 0..9 {
            assert!(matches!(sign_in(&house, &email, "wrong"), Err(SignInRefused::Wrong)));
        }
        drop(confirm(&house, id));
        assert!(matches!(sign_in(&house, &email, "wrong"), Err(SignInRefused::Wrong)));
        assert!(matches!(sign_in(&house, &email, "wrong"), Err(SignInRefused::Throttled(_))));
    }

    fn a_reset_forgives_and_signs_out(db: TestDatabase) {
        let (house, email, id) = with_marta(&db);
        leave_session(&house, id, "desk");
        for _ in 0..10 {
            assert!(matches!(sign_in(&house, &email, "wrong"), Err(SignInRefused::Wrong)));
        }
        let (address, new) = (EmailAddress::parse(&email).expect("an address"), hashed(&house, NEW));
        let reset = house.write(move |write, env| reset_password(write, env, &address, &new, false));
        assert_eq!(reset.map(|reset| (reset.signed_out, reset.still_owes_code)), Some((1, false)));
        assert_eq!(sessions_of(&house, id), 0);
        sign_in(&house, &email, NEW).unwrap_or_else(|why| panic!("{why}"));
        let (nobody, new) = (EmailAddress::parse("nobody@people.example").expect("an address"), hashed(&house, NEW));
        assert_eq!(house.write(move |write, env| reset_password(write, env, &nobody, &new, true)), None);
    }

    fn a_new_password_is_judged_by_whom_it_is_for(db: TestDatabase) {
        let (house, ..) = with_marta(&db);
        let about = vec!["Marta Zorbflax".to_owned(), "marta@people.example".to_owned()];
        let refused = wait_for(house.app().hash_new_password("martazorbflax".to_owned(), about.clone()));
        assert!(refused.is_err_and(|why| why.to_string().starts_with("must be harder to guess: ")));
        assert!(wait_for(house.app().hash_new_password(NEW.to_owned(), about)).is_ok());
        house.clock().advance(Duration::from_secs(1));
    }
}
