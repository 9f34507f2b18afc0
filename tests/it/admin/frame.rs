//! What stands around every page.

use accrue::domain::currency::Currency;
use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, PASSWORD};
use crate::support::wire::Request;

on_each_engine! {
    fn a_person_who_signs_in_begins_with_the_dashboard_and_signs_out_again(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alder & Finch", Currency::EUR);
        let mut marta = house.member("Marta", program, Role::Owner);
        assert_eq!(marta.get("/").location.as_deref(), Some("/admin/alder-finch/dashboard"));
        let campaigns = marta.open("/admin/alder-finch/campaigns");
        assert!(campaigns.says("Alder & Finch EUR"), "{}", campaigns.words());
        assert_eq!(campaigns.response.header("cache-control"), Some("no-store"));
        let out = marta.submit("/sign-out", &[]);
        assert!(out.says("You are signed out."), "{}", out.words());
        assert!(!marta.open("/sign-in").says("You are signed out."), "a notice is said once");
        let back = marta.get("/admin/alder-finch/campaigns");
        assert_eq!(back.location.as_deref(), Some("/sign-in?next=%2Fadmin%2Falder-finch%2Fcampaigns"));
    }

    fn a_wrong_password_and_a_wrong_address_are_answered_alike(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let email = house.admin().person("Marta", program, Role::Owner);
        let mut somebody = house.person();
        let wrong = somebody.try_sign_in(&email, "not the password");
        let unknown = somebody.try_sign_in("nobody@people.example", "not the password");
        assert_eq!((wrong.status, unknown.status), (422, 422));
        assert_eq!(wrong.words().replace(&email, ""), unknown.words());
    }

    fn another_program_does_not_exist_for_those_who_do_not_work_in_it(db: TestDatabase) {
        let house = House::open(&db);
        let ours = house.admin().program("Alderfinch", Currency::EUR);
        house.admin().program("Other", Currency::EUR);
        let mut marta = house.member("Marta", ours, Role::Owner);
        let foreign = marta.get("/admin/other/campaigns");
        let missing = marta.get("/admin/nobody/campaigns");
        assert_eq!((foreign.status, missing.status), (404, 404));
        assert_eq!(foreign.words(), missing.words());
    }

    fn a_form_is_taken_only_from_our_own_pages_and_with_its_token(db: TestDatabase) {
        let house = House::open(&db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let mut marta = house.member("Marta", program, Role::Owner);
        marta.open("/admin/alderfinch/campaigns");
        let token = marta.form_token().to_owned();
        let out = |token: &str| Request::post("/sign-out").form(&[("form_token", token)]);
        let refused = [
            ("another site", out(&token).header("Sec-Fetch-Site", "cross-site")),
            ("a sibling of the site", out(&token).header("Sec-Fetch-Site", "same-site")),
            ("a foreign origin", out(&token).header("Origin", "https://evil.example")),
            ("a foreign origin that says none", out(&token).header("Sec-Fetch-Site", "none").header("Origin", "https://evil.example")),
        ("no origin at all", out(&token).header("Origin", "null")),
            ("no token", Request::post("/sign-out").form(&[]).header("Sec-Fetch-Site", "same-origin")),
            ("another token", out("x").header("Sec-Fetch-Site", "same-origin")),
            ("no word of where it comes from, and no token", Request::post("/sign-out").form(&[])),
        ];
        for (name, request) in refused {
            assert_eq!(marta.send_as_it_is(request).status, 403, "{name}");
            assert_eq!(marta.get("/admin/alderfinch/campaigns").status, 200, "{name}");
        }
        let own = house.app().public_url.origin();
        assert_eq!(marta.send_as_it_is(out(&token).header("Origin", &own)).status, 303, "our own origin");
    }

    fn under_https_no_cookie_goes_over_a_plain_connection(db: TestDatabase) {
        let house = House::open_with(&db, "2026-03-20T12:00:00Z", |config| {
            config.public_url = Some("https://track.example.com".parse().expect("a public URL"));
        });
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let email = house.admin().person("Marta", program, Role::Owner);
        let mut marta = house.person();
        let form = marta.open("/sign-in");
        let signed_in = marta.post("/sign-in", &[("email", &email), ("password", PASSWORD)]);
        let theme = marta.open("/admin/alderfinch/campaigns");
        let theme = [theme, marta.post("/theme", &[("theme", "dark")])];
        let out = marta.post("/sign-out", &[]);
        let screens = [form, signed_in, out].into_iter().chain(theme);
        let cookies: Vec<String> = screens
            .flat_map(|screen| screen.response.headers_named("set-cookie").into_iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        assert!(cookies.iter().any(|cookie| cookie.starts_with("__Host-accrue_session=")), "{cookies:?}");
        for name in ["accrue_form=", "accrue_theme=", "accrue_notice="] {
            assert!(cookies.iter().any(|cookie| cookie.starts_with(name)), "{name} in {cookies:?}");
        }
        for cookie in cookies {
            for word in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(word), "{word} in {cookie}");
            }
        }
    }
}
