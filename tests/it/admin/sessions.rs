//! Sessions (QUALITY AUT-2).

use std::thread;
use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;
use accrue::storage::{sessions, users};

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::Person;
use crate::support::sql::Sql;

const HOME: &str = "/admin/alderfinch/campaigns";
const SECURITY: &str = "/admin/alderfinch/settings/security";
const COOKIE: &str = "accrue_session";
const MINUTE: Duration = Duration::from_secs(60);

/// A house in which Marta is signed in.
fn with_marta(db: &TestDatabase) -> (House, Person, String) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let email = house.admin().person("Marta", program, Role::Owner);
    let marta = house.person().sign_in(&email, PASSWORD);
    (house, marta, email)
}

fn is_in(person: &mut Person) -> bool {
    person.get(HOME).status == 200
}

fn cookie(person: &Person) -> String {
    person.cookie(COOKIE).expect("a cookie").to_owned()
}

/// Another browser with the same cookie, as a thief has one.
fn with_cookie(house: &House, cookie: &str) -> Person {
    let mut person = house.person();
    person.set_cookie(COOKIE, cookie);
    person
}

/// The address of the button that ends the session of this browser.
fn revocation(page: &str, browser: &str) -> String {
    let row = page.split("<tr>").find(|row| row.contains(browser)).expect("it is listed");
    let action = row.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
    action.expect("it has a button").to_owned()
}

on_each_engine! {
    fn every_sign_in_gets_another_key_and_the_one_before_is_dead(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        let first = cookie(&marta);
        assert!(first.len() >= 43 + 44, "a key of 256 bits and its signature: {first}");
        marta.open(HOME);
        marta.post("/sign-out", &[]);
        marta.try_sign_in(&email, PASSWORD);
        let second = cookie(&marta);
        assert_ne!(first, second);
        assert!(!is_in(&mut with_cookie(&house, &first)) && is_in(&mut with_cookie(&house, &second)));
        let mut forged = second.clone().into_bytes();
        *forged.last_mut().expect("a character") ^= 1;
        assert!(!is_in(&mut with_cookie(&house, &String::from_utf8(forged).expect("text"))));
    }

    fn a_cookie_that_was_planted_before_signing_in_is_worth_nothing(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        let known_to_the_thief = cookie(&marta);
        let mut victim = with_cookie(&house, &known_to_the_thief);
        marta.open(HOME);
        marta.post("/sign-out", &[]);
        victim.try_sign_in(&email, PASSWORD);
        assert!(is_in(&mut victim));
        assert!(!is_in(&mut with_cookie(&house, &known_to_the_thief)));
    }

    fn only_a_hash_of_the_key_is_kept(db: TestDatabase) {
        let (_house, marta, _) = with_marta(&db);
        let kept = Sql::open(&db.url).lines("SELECT key_hash || ' ' || state FROM sessions").join("\n");
        let cookie = cookie(&marta);
        let key = &cookie[cookie.len() - 43..];
        assert!(!kept.is_empty() && !kept.contains(key));
    }

    fn a_session_ends_after_half_an_hour_without_use(db: TestDatabase) {
        let (house, mut marta, _) = with_marta(&db);
        for _ in 0..3 {
            house.clock().advance(MINUTE * 29);
            assert!(is_in(&mut marta));
        }
        house.clock().advance(MINUTE * 30);
        assert!(!is_in(&mut marta));
        house.clock().advance(MINUTE);
        assert!(!is_in(&mut marta), "looking does not wake it");
    }

    fn a_session_ends_after_twelve_hours_however_much_it_is_used(db: TestDatabase) {
        let (house, mut marta, _) = with_marta(&db);
        for passed in 1..=47 {
            house.clock().advance(MINUTE * 15);
            assert!(is_in(&mut marta), "{passed} quarters");
        }
        house.clock().advance(MINUTE * 15);
        assert!(!is_in(&mut marta));
    }

    fn signing_out_ends_it_for_everybody_who_has_the_cookie(db: TestDatabase) {
        let (house, mut marta, _) = with_marta(&db);
        let mut thief = with_cookie(&house, &cookie(&marta));
        assert!(is_in(&mut thief));
        marta.open(HOME);
        marta.post("/sign-out", &[]);
        assert!(!is_in(&mut thief));
        assert_eq!(Sql::open(&db.url).count("sessions"), 0);
    }

    fn a_request_that_races_the_sign_out_brings_nothing_back(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        for round in 0..10 {
            let cookie = cookie(&marta);
            marta.open(HOME);
            house.clock().advance(MINUTE * 2);
            thread::scope(|scope| {
                for _ in 0..4 {
                    let mut other = with_cookie(&house, &cookie);
                    scope.spawn(move || (0..5).for_each(|_| drop(other.get(HOME))));
                }
                marta.post("/sign-out", &[]);
            });
            assert!(!is_in(&mut with_cookie(&house, &cookie)), "round {round}");
            assert_eq!(Sql::open(&db.url).count("sessions"), 0, "round {round}");
            marta.try_sign_in(&email, PASSWORD);
        }
        let hash = house.write(|write, _| {
            let mut rows = sessions::purge(write, accrue::domain::time::Timestamp::from_millis(i64::MAX), 10);
            rows = rows.and_then(|_| sessions::update(write, "gone", None, "{}").map(|()| 0));
            rows
        });
        assert_eq!((hash, Sql::open(&db.url).count("sessions")), (0, 0), "an update inserts nothing");
    }

    fn sessions_are_listed_and_each_can_be_ended(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        let mut phone = house.person().on("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36");
        phone = phone.sign_in(&email, PASSWORD);
        let mut desk = house.person().on("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        desk = desk.sign_in(&email, PASSWORD);
        let list = marta.open(SECURITY);
        for words in ["Chrome on Android", "Firefox on Linux", "A browser without a name This one", "127.0.0.0/24"] {
            assert!(list.says(words), "{words}: {}", list.words());
        }
        assert_eq!(list.html.matches("This one").count(), 1);
        let ended = marta.submit(&revocation(&list.html, "Chrome on Android"), &[]);
        assert!(ended.says("That browser is signed out.") && !ended.says("Chrome on Android"), "{}", ended.words());
        assert!(!is_in(&mut phone) && is_in(&mut desk) && is_in(&mut marta));

        let ben = house.admin().program("Other", Currency::EUR);
        let mut ben = house.member("Ben", ben, Role::Owner);
        ben.open("/admin/other/settings/security");
        let foreign = revocation(&list.html, "Firefox on Linux").replace("alderfinch", "other");
        assert_eq!(ben.post(&foreign, &[]).status, 404, "it is not his");
        assert!(is_in(&mut desk));

        marta.open(SECURITY);
        marta.submit(&format!("{SECURITY}/sessions/revocation"), &[]);
        assert!(!is_in(&mut desk) && is_in(&mut marta) && ben.get("/admin/other/campaigns").status == 200);
        let own = revocation(&marta.open(SECURITY).html, "This one");
        assert_eq!(marta.post(&own, &[]).location.as_deref(), Some("/sign-in"), "ending this one is signing out");
        assert!(!is_in(&mut marta));
    }

    fn sessions_that_are_over_are_not_listed(db: TestDatabase) {
        let (house, _old, email) = with_marta(&db);
        house.clock().advance(MINUTE * 31);
        let mut marta = house.person().sign_in(&email, PASSWORD);
        assert_eq!(marta.open(SECURITY).html.matches("/revocation\"").count(), 1);
    }

    /// Also where its row is still there, as that of a sign-in which was under way.
    fn a_session_of_an_older_password_is_none(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        assert!(is_in(&mut marta));
        let email = accrue::domain::handle::EmailAddress::parse(&email).expect("an address");
        house.write(move |write, env| {
            let row = users::find_by_email(write.conn(), &email)?.expect("she is there");
            let later = env.clock.now().plus(MINUTE);
            users::replace_password(write, row.id, &row.password_hash, &row.password_hash, later)
        });
        assert!(!is_in(&mut marta));
        assert_eq!(Sql::open(&db.url).count("sessions"), 1);
    }
}
