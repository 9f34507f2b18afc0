//! Signing in in the browser: the password, the second step, and too many tries (QUALITY AUT-1, AUT-5).

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::readable_code::ReadableCode;
use accrue::domain::totp::TotpSecret;
use accrue::domain::user::Role;
use accrue::operations::second_factor::{begin_enrolment, enrol};
use accrue::storage::users;

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::Person;

const HOME: &str = "/admin/alderfinch/campaigns";

/// A house in which Marta works.
fn with_marta(db: &TestDatabase) -> (House, String) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let email = house.admin().person("Marta", program, Role::Owner);
    (house, email)
}

/// Turns Marta's second factor on; her authenticator and a recovery code.
fn add_second_factor(house: &House, email: &str) -> (TotpSecret, ReadableCode) {
    let address = accrue::domain::handle::EmailAddress::parse(email).expect("an address");
    let id = house.read(|conn| users::find_by_email(conn, &address)).expect("she is there").id;
    let begun = begin_enrolment(&house.environment(), id);
    let code = begun.secret.code_at(house.now());
    let codes = house.write(move |write, env| Ok(enrol(write, env, id, &begun.sealed, &code).expect("it is right")));
    house.clock().advance(Duration::from_secs(30));
    (begun.secret, codes[0].clone())
}

fn is_in(person: &mut Person) -> bool {
    person.get(HOME).status == 200
}

on_each_engine! {
    fn who_signs_in_comes_to_where_they_wanted_to_go_and_nowhere_else(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        for (next, target) in [
            ("/admin/alderfinch/settings/program", "/admin/alderfinch/settings/program"),
            ("", "/"),
            ("//evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("/\\evil.example", "/"),
        ] {
            let mut marta = house.person();
            marta.get("/sign-in");
            let done = marta.post("/sign-in", &[("email", &email), ("password", PASSWORD), ("next", next)]);
            assert_eq!(done.location.as_deref(), Some(target), "{next}");
            let led_on = marta.get("/sign-in");
            assert_eq!(led_on.location.as_deref(), Some("/"), "who is signed in is led on");
        }
    }

    fn too_many_tries_are_answered_with_the_time_to_wait_known_address_or_not(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let mut answers = Vec::new();
        for email in [email.as_str(), "nobody@people.example"] {
            let mut mallory = house.person();
            let tries: Vec<_> = (0..11).map(|_| mallory.try_sign_in(email, "wrong")).collect();
            assert!(tries[..10].iter().all(|screen| screen.status == 422));
            let last = &tries[10];
            assert_eq!((last.status, last.response.header("retry-after")), (429, Some("900")));
            answers.push((tries[0].words().replace(email, ""), last.words().replace(email, "")));
        }
        assert_eq!(answers[0], answers[1]);
        assert!(answers[0].1.contains("There were too many wrong attempts; wait 15 minutes, then try again."));
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).status, 429, "not even the right one");
        house.clock().advance(Duration::from_secs(900));
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).status, 303);
    }

    fn a_right_password_is_half_the_way_where_a_code_is_owed(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let (authenticator, on_paper) = add_second_factor(&house, &email);
        let mut marta = house.person();
        marta.get("/sign-in");
        let next = "/admin/alderfinch/settings/program";
        let owed = marta.post("/sign-in", &[("email", &email), ("password", PASSWORD), ("next", next)]);
        let code_page = owed.location.expect("it leads on");
        assert_eq!(code_page, "/sign-in/code?next=%2Fadmin%2Falderfinch%2Fsettings%2Fprogram");
        assert!(!is_in(&mut marta), "half the way is nowhere");
        assert_eq!(marta.open(&code_page).value_of("next").as_deref(), Some(next));
        let wrong = marta.post("/sign-in/code", &[("code", "12345"), ("next", next)]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.says("That code is not right, or it was used before."), "{}", wrong.words());
        assert!(!is_in(&mut marta));
        marta.open(&code_page);
        let code = authenticator.code_at(house.now());
        let done = marta.post("/sign-in/code", &[("code", &code), ("next", next)]);
        assert_eq!(done.location.as_deref(), Some(next));
        assert!(is_in(&mut marta));

        let mut elsewhere = house.person();
        elsewhere.try_sign_in(&email, PASSWORD);
        elsewhere.open("/sign-in/code");
        assert_eq!(elsewhere.post("/sign-in/code", &[("code", &code)]).status, 422, "a code counts once");
        assert_eq!(elsewhere.post("/sign-in/code", &[("code", &on_paper.reveal())]).status, 303);
        assert!(is_in(&mut elsewhere));
        let mut third = house.person();
        third.try_sign_in(&email, PASSWORD);
        third.open("/sign-in/code");
        assert_eq!(third.post("/sign-in/code", &[("code", &on_paper.reveal())]).status, 422, "on paper, too");
    }

    fn the_code_is_asked_of_nobody_else_and_not_for_ever(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let (authenticator, _) = add_second_factor(&house, &email);
        let mut stranger = house.person();
        assert_eq!(stranger.get("/sign-in/code").location.as_deref(), Some("/sign-in"));
        stranger.get("/sign-in");
        let code = authenticator.code_at(house.now());
        assert_eq!(stranger.post("/sign-in/code", &[("code", &code)]).location.as_deref(), Some("/sign-in"));
        let mut marta = house.person();
        marta.try_sign_in(&email, PASSWORD);
        marta.open("/sign-in/code");
        house.clock().advance(Duration::from_secs(600));
        let code = authenticator.code_at(house.now());
        let late = marta.submit("/sign-in/code", &[("code", &code)]);
        assert!(late.says("Sign in again."), "{}", late.words());
        assert!(!is_in(&mut marta));
    }

    fn ten_wrong_codes_stop_the_account(db: TestDatabase) {
        let (house, email) = with_marta(&db);
        let (authenticator, _) = add_second_factor(&house, &email);
        let mut thief = house.person();
        for number in 0..10 {
            assert_eq!(thief.try_sign_in(&email, PASSWORD).status, 303, "{number}");
            thief.open("/sign-in/code");
            assert_eq!(thief.post("/sign-in/code", &[("code", "1")]).status, 422, "{number}");
        }
        let stopped = thief.post("/sign-in/code", &[("code", &authenticator.code_at(house.now()))]);
        assert_eq!((stopped.status, stopped.response.header("retry-after")), (429, Some("900")));
        assert_eq!(thief.try_sign_in(&email, PASSWORD).status, 429);
    }
}
