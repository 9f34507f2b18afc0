//! The audit log as its owners read it.

use accrue::domain::user::Role;

use crate::support::engine::on_each_engine;
use crate::support::house::{House, PASSWORD};

const LOG: &str = "/admin/alderfinch/settings/audit-log";

on_each_engine! {
    /// A sentence each, the newest first; what it was done to is a link where there is a page of it.
    fn an_owner_reads_who_did_what(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut ines = house.member("Ines", shop.program, Role::Owner);
        ines.open("/admin/alderfinch/campaigns");
        ines.submit(&format!("/admin/alderfinch/campaigns/{}/archival", shop.campaign.id), &[]);
        let pause = format!("/admin/alderfinch/affiliates/{}/status", shop.anna.id);
        ines.submit(&pause, &[("seen", "active"), ("status", "paused")]);
        let log = ines.open(LOG);
        let archived = log.words().find("Ines archived the campaign").expect("it is there");
        let paused = log.words().find("Ines paused the affiliate anna").expect("it is there");
        let signed_in = log.words().find("Ines signed in").expect("it is there");
        assert!(paused < archived && archived < signed_in, "{}", log.words());
        for page in [format!("campaigns/{}", shop.campaign.id), format!("affiliates/{}", shop.anna.id)] {
            assert!(log.html.contains(&format!("href=\"/admin/alderfinch/{page}\"")), "{page}");
        }
        assert!(!log.html.contains("people.example"), "nobody's address");
    }

    /// What strangers guess at is noted, without what they typed.
    fn wrong_guesses_are_noted_and_what_is_turned_away_is_not(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let mut ines = house.member("Ines", shop.program, Role::Owner);
        let mut eve = house.person();
        eve.try_sign_in("ines@people.example", "wrong");
        eve.try_sign_in("nobody@people.example", "wrong");
        let log = ines.open(LOG);
        assert!(log.says("Somebody not signed in typed a wrong password for Ines"), "{}", log.words());
        assert!(log.says("typed a wrong password for an address that nobody signs in with"), "{}", log.words());
        for _ in 0..20 {
            eve.try_sign_in("ines@people.example", "wrong");
        }
        let guesses = ines.open(&format!("{LOG}?action=password_wrong"));
        assert_eq!(guesses.words().matches("typed a wrong password for Ines ").count(), 10, "{}", guesses.words());
        let closed = ines.open(&format!("{LOG}?action=sign_in_throttled&person=stranger"));
        assert_eq!(closed.words().matches("sign-in is closed for a while for Ines").count(), 1, "{}", closed.words());
    }

    /// By what was done, by whom, and when; and page by page.
    fn the_log_is_filtered_and_paged(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        house.admin().person("Ines", shop.program, Role::Owner);
        let mut jonas = house.member("Jonas", shop.program, Role::Manager);
        jonas.open("/admin/alderfinch/campaigns");
        for at in 0..60 {
            jonas.submit("/admin/alderfinch/affiliates", &[("name", &format!("Nora {at}")), ("status", "active")]);
        }
        house.pass_days(2);
        let mut ines = house.person().sign_in("ines@people.example", PASSWORD);
        ines.open("/admin/alderfinch/campaigns");
        ines.submit("/admin/alderfinch/current", &[]);
        let log = ines.open(LOG);
        assert!(log.says("50 rows on this page") && log.says("Nora 59") && !log.says("Nora 3 "), "{}", log.words());
        let older = log.html.split("before=").nth(1).and_then(|rest| rest.split('"').next()).expect("older rows");
        let older = ines.open(&format!("{LOG}?before={older}"));
        assert!(older.says("Nora 3 ") && !older.says("Nora 59"), "{}", older.words());
        let switched = ines.open(&format!("{LOG}?action=program_entered"));
        assert!(switched.says("1 row") && switched.says("Ines switched to the program Alderfinch"));
        let id = switched.html.split("<option value=\"usr_").nth(1).and_then(|rest| rest.split('"').next());
        let by_ines = ines.open(&format!("{LOG}?person=usr_{}", id.expect("people are offered by name")));
        assert!(by_ines.says("Ines signed in") && !by_ines.says("Nora"), "{}", by_ines.words());
        assert!(ines.open(&format!("{LOG}?from=2026-03-21")).says("2 rows"), "only what was done two days later");
        assert!(!ines.open(&format!("{LOG}?to=2026-03-21")).says("switched to the program Alderfinch"));
        assert!(ines.open(&format!("{LOG}?action=coupon_ended")).says("Nothing matches."));
        let wrong = ines.get(&format!("{LOG}?from=2026-03-21&to=2026-03-20"));
        assert_eq!((wrong.status, wrong.error_at("to").as_deref()), (422, Some("To must not be before From.")));
    }

    /// Nobody but owners, and nobody of another program, reads it.
    fn a_program_s_log_is_its_owners_alone(db: TestDatabase) {
        let house = House::open(&db);
        let shop = house.shop();
        let other = house.admin().program("Other", accrue::domain::currency::Currency::USD);
        let mut otto = house.member("Otto", other, Role::Owner);
        otto.open("/admin/other/campaigns");
        let mut ines = house.member("Ines", shop.program, Role::Owner);
        let log = ines.open(LOG);
        assert!(log.says("Ines signed in") && !log.says("Otto"), "{}", log.words());
        assert_eq!(otto.get(LOG).status, 404);
        for role in [Role::Viewer, Role::Manager] {
            assert_eq!(house.member(role.as_str(), shop.program, role).get(LOG).status, 403, "{role}");
        }
    }
}
