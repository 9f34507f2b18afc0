//! The second factor and its recovery codes, each once (QUALITY AUT-5).

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::totp::TotpSecret;
use accrue::domain::user::Role;
use accrue::environment::Environment;
use accrue::operations::second_factor::{
    NotEnrolled, RecoveryCodes, begin_enrolment, enrol, regenerate_recovery_codes, turn_off,
};
use accrue::operations::sign_in::{Known, SignInRefused, give_code};
use accrue::storage::recovery_codes;
use accrue::storage::write::Write;

use super::{at, confirm, refused, sign_in, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD, race};
use crate::support::in_process::wait_for;
use crate::support::sql::Sql;

const STEP: Duration = Duration::from_secs(30);

/// Marta, whose authenticator is a value here.
struct Marta {
    house: House,
    email: String,
    secret: TotpSecret,
    codes: RecoveryCodes,
}

impl Marta {
    /// Turns the second factor on.
    fn enrolled(db: &TestDatabase) -> Marta {
        let house = House::open(db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let email = house.admin().person("Marta", program, Role::Owner);
        let id = user(&house, &email).id;
        let begun = begin_enrolment(&house.environment(), id);
        let code = begun.secret.code_at(house.now());
        let codes =
            house.write(move |write, env| Ok(enrol(write, env, id, &begun.sealed, &code).expect("it is right")));
        house.clock().advance(STEP);
        Marta { house, email, secret: begun.secret, codes }
    }

    /// Gives the password.
    fn known(&self) -> Known {
        let known = sign_in(&self.house, &self.email, PASSWORD).unwrap_or_else(|why| panic!("{why}"));
        assert!(known.owes_code);
        known
    }

    /// Gives a code.
    fn give(&self, known: &Known, code: &str) -> Result<Option<Known>, SignInRefused> {
        let (known, code, env) = (*known, code.to_owned(), self.house.environment());
        let work = move |write: &mut Write<'_>| give_code(write, &env, &known, &code, at("198.51.100.7"));
        refused(wait_for(self.house.app().recorder.write(work)))
    }

    fn is_let_in(&self, known: &Known, code: &str) -> bool {
        let given = self.give(known, code).unwrap_or_else(|why| panic!("{why}"));
        assert!(given.is_none_or(|known| !known.owes_code));
        given.is_some()
    }

    fn code(&self) -> String {
        self.secret.code_at(self.house.now())
    }
}

/// The code in a transaction of its own.
fn taken(write: &mut Write<'_>, env: &Environment, known: &Known, code: &str) -> Result<bool, SignInRefused> {
    Ok(give_code(write, env, known, code, None)?.is_some())
}

on_each_engine! {
    fn it_is_on_only_after_a_right_code(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let email = house.admin().person("Marta", program, Role::Owner);
        let other = house.admin().person("Ben", program, Role::Viewer);
        let (id, other) = (user(&house, &email).id, user(&house, &other).id);
        let begun = begin_enrolment(&house.environment(), id);
        let right = begun.secret.code_at(house.now());
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let attempt = |user, sealed: &str, code: &str| {
            let (sealed, code, env) = (sealed.to_owned(), code.to_owned(), house.environment());
            let work = move |write: &mut Write<'_>| enrol(write, &env, user, &sealed, &code);
            refused(wait_for(house.app().recorder.write(work)))
        };
        assert!(matches!(attempt(id, &begun.sealed, wrong), Err(NotEnrolled::WrongCode)));
        assert!(matches!(attempt(other, &begun.sealed, &right), Err(NotEnrolled::Foreign)), "sealed for Marta");
        assert!(matches!(attempt(id, "x", &right), Err(NotEnrolled::Foreign)));
        assert!(!sign_in(&house, &email, PASSWORD).expect("it is right").owes_code, "nothing is on yet");
        let codes = attempt(id, &begun.sealed, &right).unwrap_or_else(|why| panic!("{why}"));
        let mut shown: Vec<String> = codes.iter().map(accrue::domain::readable_code::ReadableCode::reveal).collect();
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 10);
        assert!(sign_in(&house, &email, PASSWORD).expect("it is right").owes_code);
        let again = begin_enrolment(&house.environment(), id);
        let code = again.secret.code_at(house.now());
        assert!(matches!(attempt(id, &again.sealed, &code), Err(NotEnrolled::Already)));
    }

    fn a_code_counts_once_and_so_does_the_one_it_was_turned_on_with(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let known = marta.known();
        let first = marta.secret.code_at(marta.house.now().minus(STEP));
        assert!(!marta.is_let_in(&known, &first), "it turned it on");
        let code = marta.code();
        assert!(marta.is_let_in(&known, &code));
        assert!(!marta.is_let_in(&known, &code));
        marta.house.clock().advance(STEP);
        assert!(!marta.is_let_in(&known, &code), "it is of the step before, and used");
        assert!(marta.is_let_in(&known, &marta.code()));
    }

    fn a_later_code_spoils_an_earlier_one(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let known = marta.known();
        marta.house.clock().advance(STEP);
        let earlier = marta.secret.code_at(marta.house.now().minus(STEP));
        assert!(marta.is_let_in(&known, &marta.code()));
        assert!(!marta.is_let_in(&known, &earlier));
    }

    fn two_browsers_with_one_code_are_one_sign_in(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let (known, env, code) = (marta.known(), marta.house.environment(), marta.code());
        let (first, second) =
            race(&db, |write| taken(write, &env, &known, &code), |write| taken(write, &env, &known, &code));
        assert!(first.expect("the database answers") && !second.expect("the database answers"));
        let code = marta.codes[0].reveal();
        let (first, second) =
            race(&db, |write| taken(write, &env, &known, &code), |write| taken(write, &env, &known, &code));
        assert!(first.expect("the database answers") && !second.expect("the database answers"));
    }

    fn a_recovery_code_takes_its_place_once(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let known = marta.known();
        let spelled = marta.codes[3].reveal().to_lowercase().replace('-', " ");
        assert!(marta.is_let_in(&known, &spelled));
        assert!(!marta.is_let_in(&known, &spelled));
        assert!(marta.is_let_in(&known, &marta.codes[4].reveal()));
        let id = known.user_id;
        assert_eq!(marta.house.read(|conn| recovery_codes::count_unused(conn, id)), 8);
    }

    fn wrong_codes_count_like_wrong_passwords_and_the_password_does_not_forgive_them(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        for number in 0..9 {
            let known = marta.known();
            let wrong = if number % 2 == 0 { "12345" } else { "2345-6789-ABCD" };
            assert!(!marta.is_let_in(&known, wrong));
        }
        let known = marta.known();
        assert!(!marta.is_let_in(&known, "nothing like a code"));
        assert!(matches!(marta.give(&known, &marta.code()), Err(SignInRefused::Throttled(_))), "not even the right one");
        assert!(matches!(sign_in(&marta.house, &marta.email, PASSWORD), Err(SignInRefused::Throttled(_))));
        marta.house.clock().advance(Duration::from_secs(900));
        assert!(marta.is_let_in(&marta.known(), &marta.code()));
        assert_eq!(Sql::open(&db.url).count("sign_in_failures"), 0, "who is let in is forgiven");
    }

    fn new_recovery_codes_end_the_old_ones(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let known = marta.known();
        let confirmed = confirm(&marta.house, known.user_id);
        let new = marta.house.write(move |write, env| regenerate_recovery_codes(write, env, &confirmed));
        let new = new.expect("it is on");
        assert!(!marta.is_let_in(&known, &marta.codes[0].reveal()));
        assert!(marta.is_let_in(&known, &new[0].reveal()));
    }

    fn it_is_turned_off_with_everything_that_belongs_to_it(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let known = marta.known();
        let confirmed = confirm(&marta.house, known.user_id);
        let again = confirm(&marta.house, known.user_id);
        assert!(marta.house.write(move |write, _| turn_off(write, &confirmed)));
        assert!(!sign_in(&marta.house, &marta.email, PASSWORD).expect("it is right").owes_code);
        assert_eq!(Sql::open(&db.url).count("recovery_codes"), 0);
        assert!(matches!(marta.give(&known, &marta.code()), Err(SignInRefused::Wrong)), "begin again");
        assert!(marta.house.write(move |write, env| regenerate_recovery_codes(write, env, &again)).is_none());
    }

    fn neither_secret_nor_codes_can_be_read_from_what_is_kept(db: TestDatabase) {
        let marta = Marta::enrolled(&db);
        let mut sql = Sql::open(&db.url);
        let kept = [sql.lines("SELECT totp_sealed FROM users"), sql.lines("SELECT code_hash FROM recovery_codes")];
        let kept = kept.concat().join("\n").to_lowercase();
        assert!(!kept.contains(&marta.secret.reveal().to_lowercase()));
        for code in &marta.codes {
            assert!(!kept.contains(&code.plain()) && !kept.contains(&code.reveal().to_lowercase()));
        }
    }
}
