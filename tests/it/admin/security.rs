//! Settings → Security: one's own password and second factor.

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::totp::TotpSecret;
use accrue::domain::user::Role;

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::{Person, Screen};

const HOME: &str = "/admin/alderfinch/campaigns";
const SECURITY: &str = "/admin/alderfinch/settings/security";
const TOTP: &str = "/admin/alderfinch/settings/security/totp";
const NEW: &str = "another harbour, seventeen gulls";

fn with_marta(db: &TestDatabase) -> (House, Person, String) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let email = house.admin().person("Marta", program, Role::Viewer);
    let marta = house.person().sign_in(&email, PASSWORD);
    (house, marta, email)
}

fn is_in(person: &mut Person) -> bool {
    person.get(HOME).status == 200
}

fn password_form<'a>(current: &'a str, new: &'a str) -> [(&'static str, &'a str); 2] {
    [("current_password", current), ("new_password", new)]
}

/// What stands in the element of this id.
fn text_of(screen: &Screen, id: &str) -> String {
    let inner = screen.html.split(&format!("id=\"{id}\"")).nth(1).and_then(|rest| rest.split_once('>'));
    inner.and_then(|(_, rest)| rest.split('<').next()).expect("it is on the page").to_owned()
}

/// Turns the second factor on; the authenticator, and the recovery codes that were shown.
fn turn_on(house: &House, marta: &mut Person) -> (TotpSecret, Vec<String>) {
    let page = marta.open(TOTP);
    let secret = TotpSecret::from_text(&text_of(&page, "totp-secret").replace(' ', "")).expect("a secret");
    let sealed = page.value_of("sealed").expect("the form carries it");
    let code = secret.code_at(house.now());
    let shown = marta.post(TOTP, &[("sealed", &sealed), ("code", &code), ("password", PASSWORD)]);
    assert_eq!(shown.status, 200, "{}", shown.words());
    house.clock().advance(Duration::from_secs(30));
    (secret, codes_of(&shown))
}

fn codes_of(screen: &Screen) -> Vec<String> {
    text_of(screen, "recovery-codes").split_whitespace().map(str::to_owned).collect()
}

on_each_engine! {
    fn a_changed_password_keeps_this_browser_and_signs_out_the_others(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        let mut elsewhere = house.person().sign_in(&email, PASSWORD);
        let before = marta.cookie("accrue_session").expect("a cookie").to_owned();
        marta.open(SECURITY);
        let done = marta.submit(&format!("{SECURITY}/password"), &password_form(PASSWORD, NEW));
        assert!(done.says("The password is changed. Every other browser is signed out."), "{}", done.words());
        assert!(is_in(&mut marta) && !is_in(&mut elsewhere));
        let mut thief = house.person();
        thief.set_cookie("accrue_session", &before);
        assert!(!is_in(&mut thief), "this browser goes on under another key");
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).status, 422);
        assert_eq!(house.person().try_sign_in(&email, NEW).status, 303);
    }

    fn what_is_wrong_with_a_password_is_said_at_its_field(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        marta.open(SECURITY);
        let change = format!("{SECURITY}/password");
        for (form, field, sentence) in [
            (password_form("wrong", NEW), "current_password", "This is not your current password."),
            (password_form("", NEW), "current_password", "This is not your current password."),
            (password_form(PASSWORD, "short"), "new_password", "The password must have at least 8 characters."),
            (password_form(PASSWORD, "iloveyou"), "new_password", "The password must be harder to guess: "),
            (password_form(PASSWORD, "marta-alderfinch"), "new_password", "The password must be harder to guess: leave"),
        ] {
            let screen = marta.post(&change, &form);
            let said = screen.error_at(field).unwrap_or_default();
            assert_eq!(screen.status, 422, "{form:?}");
            assert!(said.starts_with(sentence), "{form:?}: {said}");
            assert!(!screen.html.contains(NEW) && !screen.html.contains(PASSWORD), "no password is shown again");
        }
        for _ in 0..8 {
            assert_eq!(marta.post(&change, &password_form("wrong", NEW)).status, 422);
        }
        let stopped = marta.post(&change, &password_form(PASSWORD, NEW));
        assert_eq!((stopped.status, stopped.response.header("retry-after")), (429, Some("900")));
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).status, 429, "guesses count wherever they are made");
    }

    fn the_second_factor_is_turned_on_by_a_right_code_and_asked_for_from_then_on(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        assert!(marta.open(SECURITY).says("The password alone signs you in."));
        let page = marta.open(TOTP);
        let sealed = page.value_of("sealed").expect("the form carries it");
        assert!(page.html.contains("<svg class=\"qr\"") && !page.html.contains("style="));
        let unknown = marta.post(TOTP, &[("sealed", &sealed), ("code", "1"), ("password", "wrong")]);
        assert_eq!(unknown.error_at("password").as_deref(), Some("This is not your current password."));
        let wrong = marta.post(TOTP, &[("sealed", &sealed), ("code", "1"), ("password", PASSWORD)]);
        assert_eq!(wrong.status, 422);
        let said = wrong.error_at("code").unwrap_or_default();
        assert_eq!(said, "The code must be the six digits that the authenticator shows now.");
        assert_eq!(text_of(&wrong, "totp-secret"), text_of(&page, "totp-secret"), "the same one, to be tried again");
        assert_eq!(marta.post(TOTP, &[("sealed", "x"), ("code", "1")]).status, 403);
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).location.as_deref(), Some("/"), "it is not on yet");
        let (_, codes) = turn_on(&house, &mut marta);
        assert_eq!(codes.len(), 10);
        let on = marta.open(SECURITY);
        assert!(on.says("On 10 recovery codes left."), "{}", on.words());
        assert!(codes.iter().all(|code| !on.html.contains(code)), "they are shown once");
        assert_eq!(marta.get(TOTP).location.as_deref(), Some(SECURITY));
        let mut elsewhere = house.person();
        let owed = elsewhere.try_sign_in(&email, PASSWORD).location.unwrap_or_default();
        assert!(owed.starts_with("/sign-in/code"), "{owed}");
        elsewhere.open("/sign-in/code");
        assert_eq!(elsewhere.post("/sign-in/code", &[("code", &codes[9])]).status, 303);
        assert!(marta.open(SECURITY).says("9 recovery codes left."));
    }

    fn new_codes_and_turning_off_take_the_password(db: TestDatabase) {
        let (house, mut marta, email) = with_marta(&db);
        let (secret, old) = turn_on(&house, &mut marta);
        marta.open(SECURITY);
        let wrong = marta.post(&format!("{SECURITY}/recovery-codes"), &[("codes_password", "wrong")]);
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.error_at("codes_password").as_deref(), Some("This is not your current password."));
        let shown = marta.post(&format!("{SECURITY}/recovery-codes"), &[("codes_password", PASSWORD)]);
        let new = codes_of(&shown);
        assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
        let mut elsewhere = house.person();
        elsewhere.try_sign_in(&email, PASSWORD);
        elsewhere.open("/sign-in/code");
        assert_eq!(elsewhere.post("/sign-in/code", &[("code", &old[0])]).status, 422);
        assert_eq!(elsewhere.post("/sign-in/code", &[("code", &secret.code_at(house.now()))]).status, 303);

        marta.open(SECURITY);
        let wrong = marta.post(&format!("{TOTP}/removal"), &[("removal_password", "wrong")]);
        assert_eq!(wrong.error_at("removal_password").as_deref(), Some("This is not your current password."));
        let off = marta.submit(&format!("{TOTP}/removal"), &[("removal_password", PASSWORD)]);
        assert!(off.says("The second factor is off."), "{}", off.words());
        assert_eq!(house.person().try_sign_in(&email, PASSWORD).location.as_deref(), Some("/"));
        marta.open(SECURITY);
        assert_eq!(marta.post(&format!("{SECURITY}/recovery-codes"), &[("codes_password", PASSWORD)]).status, 404);
    }
}
