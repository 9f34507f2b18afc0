//! The first visit in the browser.

use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::sql::Sql;

/// The form as it should be, but for the code.
const FORM: [(&str, &str); 6] = [
    ("name", "Marta Keller"),
    ("email", "Marta@People.example"),
    ("password", PASSWORD),
    ("program", "Alder & Finch"),
    ("base_currency", "EUR"),
    ("time_zone", "Europe/Berlin"),
];

fn with<'a>(code: &'a str, changed: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name)).copied();
    kept.chain(changed.iter().copied()).chain([("code", code)]).collect()
}

fn code(house: &House) -> String {
    house.app().set_up_code().expect("nobody is there yet").reveal()
}

fn users(db: &TestDatabase) -> i64 {
    Sql::open(&db.url).count("users")
}

on_each_engine! {
    fn a_fresh_installation_leads_to_its_set_up_and_from_there_to_the_campaigns(db: TestDatabase) {
        let house = House::open(&db);
        let mut marta = house.person();
        assert_eq!(marta.get("/").location.as_deref(), Some("/set-up"));
        assert_eq!(marta.get("/sign-in").location.as_deref(), Some("/set-up"));
        let form = marta.open("/set-up");
        assert!(form.says("Set up Accrue") && !form.html.contains(&code(&house)));
        let done = marta.post("/set-up", &with(&code(&house).to_lowercase(), &[]));
        assert_eq!(done.location.as_deref(), Some("/admin/alder-finch/campaigns"), "{}", done.words());
        let campaigns = marta.open("/admin/alder-finch/campaigns");
        assert!(campaigns.says("Accrue is set up") && campaigns.says("EUR · Europe/Berlin"), "{}", campaigns.words());
        assert_eq!(marta.get("/set-up").location.as_deref(), Some("/"));
        let mut later = house.person();
        assert_eq!(later.get("/").location.as_deref(), Some("/sign-in"));
        later.try_sign_in("marta@people.example", PASSWORD);
        assert_eq!(later.get("/").location.as_deref(), Some("/admin/alder-finch/dashboard"));
    }

    fn without_the_code_nothing_is_made_and_ten_tries_are_enough(db: TestDatabase) {
        let house = House::open(&db);
        let mut mallory = house.person();
        mallory.open("/set-up");
        for number in 0..10 {
            let wrong = mallory.post("/set-up", &with("2345-6789-ABCD", &[]));
            assert_eq!(wrong.status, 422, "{number}: {}", wrong.words());
            let said = wrong.error_at("code").unwrap_or_default();
            assert_eq!(said, "The one-time code must be the code that was printed where Accrue was started.");
            assert_eq!(wrong.value_of("program").as_deref(), Some("Alder & Finch"), "what was typed is kept");
            assert_eq!(wrong.value_of("password").as_deref(), Some(""), "but for the password");
        }
        let stopped = mallory.post("/set-up", &with(&code(&house), &[]));
        assert_eq!((stopped.status, stopped.response.header("retry-after")), (429, Some("900")));
        let said = stopped.error_at("code").unwrap_or_default();
        assert_eq!(said, "There were too many wrong attempts; wait 15 minutes, then try again.");
        assert_eq!(users(&db), 0);
    }

    fn every_mistake_is_said_at_its_field_and_the_code_stays_good(db: TestDatabase) {
        let house = House::open(&db);
        let mut marta = house.person();
        marta.open("/set-up");
        let code = code(&house);
        for (field, value, sentence) in [
            ("name", " ", "The name must not be blank."),
            ("email", "marta", "The e-mail address must be an e-mail address, such as name@example.com."),
            ("password", "short", "The password must have at least 8 characters."),
            ("password", "password1", "The password must be harder to guess: "),
            ("password", "alder-finch-marta", "The password must be harder to guess: leave out your name"),
            ("program", "", "The program's name must not be blank."),
            ("base_currency", "XAU", "The currency must"),
            ("time_zone", "Middle/Earth", "The time zone must"),
        ] {
            let screen = marta.post("/set-up", &with(&code, &[(field, value)]));
            let said = screen.error_at(field).unwrap_or_default();
            assert_eq!(screen.status, 422, "{field}={value}");
            assert!(said.starts_with(sentence), "{field}={value}: {said}");
            assert_eq!(screen.value_of("code").as_deref(), Some(&*code));
        }
        assert_eq!(users(&db), 0);
        assert_eq!(marta.post("/set-up", &with(&code, &[])).status, 303);
        let again = house.person().post("/set-up", &with(&code, &[("email", "ben@people.example")]));
        assert_eq!(again.status, 403, "without the form's token");
        let mut ben = house.person();
        ben.get("/sign-in");
        let again = ben.post("/set-up", &with(&code, &[("email", "ben@people.example")]));
        assert_eq!(again.location.as_deref(), Some("/"));
        assert_eq!(users(&db), 1);
    }
}
