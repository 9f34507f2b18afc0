//! The audit log: whatever is written by a page names who did it.

use accrue::domain::totp::TotpSecret;
use accrue::domain::user::Role;
use accrue::web::routes::{Asker, PAGES, Page};

use super::campaign_desk::Filled;
use super::estate::Estate;
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, PASSWORD};
use crate::support::person::{Person, Screen};
use crate::support::sql::Sql;

/// Forms of strangers, who are nobody yet, and the one that is kept by the browser alone.
const OF_NOBODY: [&str; 5] = ["/set-up", "/sign-in", "/sign-in/code", "/invitations/{secret}", "/theme"];

/// What is filled in where an empty form would not be taken. A new page whose form needs something fails until it is here.
const FILLED: [(&str, &[(&str, &str)]); 17] = [
    ("/admin/{program}/affiliates", &[("name", "Nora"), ("status", "active")]),
    ("/admin/{program}/affiliates/{id}", &[("name", "Anna"), ("code", "anna-2")]),
    ("/admin/{program}/affiliates/{id}/status", &[("seen", "active"), ("status", "paused")]),
    ("/admin/{program}/links", &[]),
    (
        "/admin/{program}/settings/program",
        &[("name", "Renamed"), ("base_currency", "USD"), ("time_zone", "UTC"), ("click_parameter", "click_token")],
    ),
    (
        "/admin/{program}/settings/programs",
        &[("name", "Another"), ("base_currency", "EUR"), ("time_zone", "Europe/Berlin")],
    ),
    (
        "/admin/{program}/settings/security/password",
        &[("current_password", PASSWORD), ("new_password", "another harbour, seventeen gulls")],
    ),
    ("/admin/{program}/settings/security/totp", &[("password", PASSWORD)]),
    ("/admin/{program}/settings/security/totp/removal", &[("removal_password", PASSWORD)]),
    ("/admin/{program}/settings/security/recovery-codes", &[("codes_password", PASSWORD)]),
    ("/admin/{program}/settings/users/{user}/role", &[("role", "viewer")]),
    ("/admin/{program}/settings/invitations", &[("email", "new@people.example"), ("role", "viewer")]),
    ("/admin/{program}/campaigns", &[]),
    (
        "/admin/{program}/rules/{campaign}",
        &[("product", "stove"), ("basis", "percent"), ("rate", "5"), ("duration", "lifetime"), ("hold", "0"), BY_HAND],
    ),
    (
        "/admin/{program}/rules/{campaign}/{number}",
        &[
            VERSION,
            ("product", "tent"),
            ("basis", "flat"),
            ("flat", "5"),
            ("duration", "lifetime"),
            ("hold", "0"),
            BY_HAND,
        ],
    ),
    ("/admin/{program}/rules/{campaign}/{number}/ending", &[VERSION]),
    ("/admin/{program}/coupons", &[("code", "SPRING10")]),
];

const BY_HAND: (&str, &str) = ("approval", "by_hand");

const VERSION: (&str, &str) = ("version", "1");

/// The fields that turn the second factor on.
fn second_factor(house: &House, person: &mut Person, estate: &Estate) -> [(&'static str, String); 2] {
    let page = person.open(&format!("/admin/{}/settings/security/totp", estate.name));
    let text = page.html.split("id=\"totp-secret\"").nth(1).and_then(|rest| rest.split_once('>'));
    let text = text.and_then(|(_, rest)| rest.split('<').next()).expect("the secret is shown");
    let secret = TotpSecret::from_text(&text.replace(' ', "")).expect("a secret");
    [("sealed", page.value_of("sealed").expect("the form carries it")), ("code", secret.code_at(house.now()))]
}

/// Sends a page's form so that it is taken.
fn send(house: &House, owner: &mut Person, estate: &Estate, (page, address): (&Page, &str)) -> Screen {
    let campaigns = format!("/admin/{}/campaigns", estate.name);
    match page.path {
        "/admin/{program}/campaigns" => return Filled::new("link").send(owner, &campaigns),
        "/admin/{program}/campaigns/{id}" => {
            let shown = owner.open(address);
            return Filled::of(&shown)
                .with("regenerate", "s2s_api")
                .with("overlap_s2s_api", "none")
                .send(owner, address);
        }
        _ => {}
    }
    let filled = FILLED.iter().find(|(path, _)| *path == page.path).map_or(&[][..], |(_, fields)| fields);
    let mut fields: Vec<(&str, &str)> = filled.to_vec();
    let link = [("campaign", estate.campaign.id.as_str()), ("affiliate", estate.affiliate.id.as_str())];
    if matches!(page.path, "/admin/{program}/links" | "/admin/{program}/coupons") {
        fields.extend(link);
    }
    let totp = format!("/admin/{}/settings/security/totp", estate.name);
    let sealed;
    if page.path.contains("/totp") || page.path.contains("/recovery-codes") {
        sealed = second_factor(house, owner, estate);
        let on: Vec<(&str, &str)> = sealed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if address == totp {
            fields.extend(on);
        } else {
            assert_eq!(owner.post(&totp, &[&on[..], &[("password", PASSWORD)]].concat()).status, 200);
        }
    }
    owner.post(address, &fields)
}

/// How many rows name this person.
fn noted_of(db: &TestDatabase, user: &str) -> i64 {
    let mut sql = Sql::open(&db.url);
    let of = sql.hex("user_id");
    sql.number(&format!("SELECT count(*) FROM audit_log WHERE {of} = '{user}'"))
}

on_each_engine! {
    /// Derived from the table of pages: a page that writes and notes nothing cannot be added.
    fn every_form_that_is_taken_is_noted_with_who_sent_it(db: TestDatabase) {
        let house = House::open(&db);
        let posts = PAGES.iter().filter(|page| page.method == "post" && !OF_NOBODY.contains(&page.path));
        for (at, page) in posts.enumerate() {
            let estate = Estate::found(&house, &db, &format!("estate{at}"));
            let mut owner = estate.member(&house, Role::Owner);
            let user = estate.user(&db, "owner");
            let address = estate.address(&db, page, Role::Owner);
            let before = noted_of(&db, &user);
            let answer = send(&house, &mut owner, &estate, (page, &address));
            let taken = matches!(answer.status, 200 | 303);
            assert!(taken, "nobody said how {} is filled in: {} {}", page.path, answer.status, answer.words());
            assert!(noted_of(&db, &user) > before, "{} wrote, and nobody noted who", page.path);
        }
        assert!(PAGES.iter().filter(|page| OF_NOBODY.contains(&page.path)).all(|page| page.asker == Asker::Anybody));
    }
}

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
