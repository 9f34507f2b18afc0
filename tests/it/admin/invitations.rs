//! Following an invitation in the browser.

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::Person;

const HOME: &str = "/admin/alderfinch/campaigns";
const NEW: &str = "another harbour, seventeen gulls";

/// A house whose owner, Marta, is at her browser.
fn with_marta(db: &TestDatabase) -> (House, Person) {
    let house = House::open(db);
    let program = house.admin().program("Alderfinch", Currency::EUR);
    let marta = house.member("Marta", program, Role::Owner);
    (house, marta)
}

/// Invites somebody; the path of the link.
fn invite(house: &House, marta: &mut Person, email: &str, role: &str) -> String {
    marta.open("/admin/alderfinch/settings/users");
    let page = marta.submit("/admin/alderfinch/settings/invitations", &[("email", email), ("role", role)]);
    let begin = house.app().public_url.join("/invitations/");
    let secret = page.html.split(&begin).nth(1).and_then(|rest| rest.split('<').next()).expect("the link is shown");
    format!("/invitations/{secret}")
}

on_each_engine! {
    fn somebody_new_gives_a_name_and_a_password_and_is_in(db: TestDatabase) {
        let (house, mut marta) = with_marta(&db);
        let link = invite(&house, &mut marta, "ines@people.example", "manager");
        let mut ines = house.person();
        let page = ines.open(&link);
        let words = "Marta invites ines@people.example to work in the program as Manager";
        assert!(page.says(words), "{}", page.words());
        for (name, password, field, sentence) in [
            ("", NEW, "name", "The name must not be blank."),
            ("Ines Duarte", "short", "password", "The password must have at least 8 characters."),
            ("Ines Duarte", "inesduarte", "password", "The password must be harder to guess: leave out"),
        ] {
            let wrong = ines.post(&link, &[("name", name), ("password", password)]);
            assert_eq!(wrong.status, 422, "{name} {password}");
            assert!(wrong.error_at(field).unwrap_or_default().starts_with(sentence), "{}", wrong.words());
            assert_eq!(wrong.value_of("name").as_deref(), Some(name), "what was typed is kept");
        }
        let done = ines.submit(&link, &[("name", "Ines Duarte"), ("password", NEW)]);
        assert!(done.says("You work in this program now.") && done.says("Ines Duarte"), "{}", done.words());
        assert_eq!(ines.get("/admin/alderfinch/settings/users").status, 403, "a manager");
        assert_eq!(house.person().try_sign_in("ines@people.example", NEW).status, 303);
        let again = house.person().get(&link);
        assert_eq!(again.status, 410);
        assert!(again.says("It was accepted already, and works once."), "{}", again.words());
    }

    fn somebody_with_an_account_signs_in_and_joins_with_one_button(db: TestDatabase) {
        let (house, mut marta) = with_marta(&db);
        let other = house.admin().program("Other", Currency::EUR);
        let email = house.admin().person("Ben", other, Role::Owner);
        let link = invite(&house, &mut marta, &email, "viewer");
        let mut ben = house.person();
        let page = ben.open(&link);
        assert!(page.says("There is an account with this address."), "{}", page.words());
        assert!(page.error_at("password").is_none() && page.value_of("password").is_none());
        ben.get("/sign-in");
        let sneaked = ben.post(&link, &[("name", "Mallory"), ("password", NEW)]);
        assert_eq!(sneaked.status, 200, "the page as it is, and nothing else");
        assert_eq!(house.person().try_sign_in(&email, NEW).status, 422, "the link sets no password");
        let back = ben.post("/sign-in", &[("email", &email), ("password", PASSWORD), ("next", &link)]);
        assert_eq!(back.location.as_deref(), Some(&*link));
        assert!(ben.open(&link).says("Join the program"));
        let done = ben.submit(&link, &[]);
        assert!(done.says("You work in this program now."), "{}", done.words());
        assert_eq!(ben.get("/").location.as_deref(), Some("/admin/alderfinch/dashboard"), "it is the program used last");
        assert_eq!(ben.get("/admin/other/campaigns").status, 200, "the other one is still theirs");
    }

    fn a_link_is_for_the_person_it_names(db: TestDatabase) {
        let (house, mut marta) = with_marta(&db);
        let other = house.admin().program("Other", Currency::EUR);
        let mut ben = house.member("Ben", other, Role::Owner);
        let link = invite(&house, &mut marta, "ines@people.example", "owner");
        let page = ben.open(&link);
        assert!(page.says("You are signed in as ben@people.example, and the invitation is for somebody else."));
        let tried = ben.post(&link, &[("name", "Ben"), ("password", NEW)]);
        assert_eq!((tried.status, ben.get(HOME).status), (200, 404));
        assert_eq!(house.person().open(&link).value_of("name").as_deref(), Some(""), "it is open yet");
    }

    fn a_link_that_is_over_says_why_and_one_that_never_was_does_not_exist(db: TestDatabase) {
        let (house, mut marta) = with_marta(&db);
        let link = invite(&house, &mut marta, "ines@people.example", "viewer");
        let newer = invite(&house, &mut marta, "ines@people.example", "viewer");
        let taken_back = house.person().get(&link);
        assert_eq!(taken_back.status, 410);
        assert!(taken_back.says("It was taken back."), "{}", taken_back.words());
        house.clock().advance(Duration::from_secs(7 * 86_400));
        let over = house.person().get(&newer);
        assert_eq!(over.status, 410);
        assert!(over.says("Its week is over."), "{}", over.words());
        let mut stranger = house.person();
        stranger.get("/sign-in");
        assert_eq!(stranger.post(&newer, &[("name", "Ines"), ("password", NEW)]).status, 410);
        for never in ["/invitations/x", &format!("/invitations/{}", "2".repeat(34)), "/invitations/%00"] {
            assert_eq!(stranger.get(never).status, 404, "{never}");
            assert_eq!(stranger.post(never, &[]).status, 404, "{never}");
        }
    }
}
