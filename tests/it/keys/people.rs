//! What people carry can be read nowhere: passwords, session keys, second factors, recovery codes, invitations (QUALITY
//! PRV-1).

use std::time::Duration;

use accrue::domain::totp::TotpSecret;
use accrue::environment::clock::Clock;

use super::plaintext::{contains, stored};
use crate::support::engine::on_each_engine;
use crate::support::patience::wait_until;
use crate::support::person::{Person, Screen};
use crate::support::process::{ServerProcess, ServerSettings};

const PASSWORD: &str = "a-findable-lantern over quiet water 71";
const NEW_PASSWORD: &str = "another-findable-harbour, seventeen gulls";
const INES_PASSWORD: &str = "a third-findable-secret of somebody";
const SECURITY: &str = "/admin/canary-shop/settings/security";

/// Everything that was shown, typed or carried, by what it is.
#[derive(Default)]
struct Carried(Vec<(&'static str, String)>);

impl Carried {
    fn note(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= 12, "{what} can be told from chance: {secret}");
        self.0.push((what, secret.to_owned()));
    }

    /// The key that stands behind the signature in the cookie of who is signed in.
    fn note_session(&mut self, person: &Person) {
        let cookie = person.cookie("accrue_session").expect("a cookie");
        self.note("a session's key", &cookie[cookie.len() - 43..]);
    }

    fn note_code(&mut self, what: &'static str, code: &str) {
        self.note(what, code);
        self.note(what, &code.replace('-', ""));
    }
}

/// What stands in the element of this id.
fn text_of(screen: &Screen, id: &str) -> String {
    let inner = screen.html.split(&format!("id=\"{id}\"")).nth(1).and_then(|rest| rest.split_once('>'));
    inner.and_then(|(_, rest)| rest.split('<').next()).expect("it is on the page").to_owned()
}

/// The first visit, with a wrong code before it.
fn set_up(server: &ServerProcess, carried: &mut Carried) -> Person {
    let announced = "One-time set-up code: ";
    assert!(wait_until(Duration::from_secs(5), || server.output().contains(announced)), "{}", server.output());
    let printed = server.output();
    let code = printed.lines().find_map(|line| line.strip_prefix(announced)).expect("it is a line");
    carried.note_code("the one-time code", code);
    carried.note("a password", PASSWORD);
    let mut marta = Person::at(server.addr());
    marta.open("/set-up");
    let form = |code| {
        let owner = [("name", "Marta Findable"), ("email", "marta@people.example"), ("password", PASSWORD)];
        let program = [("program", "Canary shop"), ("base_currency", "EUR"), ("time_zone", "UTC"), ("code", code)];
        [owner.as_slice(), program.as_slice()].concat()
    };
    assert_eq!(marta.post("/set-up", &form("2345-6789-ABCD")).status, 422);
    assert_eq!(marta.post("/set-up", &form(code)).status, 303);
    carried.note_session(&marta);
    marta
}

/// Turns the second factor on, uses it and a code on paper, and changes the password.
fn secure(server: &ServerProcess, marta: &mut Person, carried: &mut Carried) {
    let page = marta.open(&format!("{SECURITY}/totp"));
    let secret = text_of(&page, "totp-secret").replace(' ', "");
    carried.note("a second factor's secret", &secret);
    let secret = TotpSecret::from_text(&secret).expect("a secret");
    let sealed = page.value_of("sealed").expect("the form carries it");
    let totp = format!("{SECURITY}/totp");
    assert_eq!(marta.post(&totp, &[("sealed", &sealed), ("code", "000"), ("password", PASSWORD)]).status, 422);
    let code = secret.code_at(Clock::system().now());
    let shown = marta.post(&totp, &[("sealed", &sealed), ("code", &code), ("password", PASSWORD)]);
    let codes: Vec<String> = text_of(&shown, "recovery-codes").split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    codes.iter().for_each(|code| carried.note_code("a recovery code", code));
    let mut elsewhere = Person::at(server.addr());
    assert_eq!(elsewhere.try_sign_in("marta@people.example", NEW_PASSWORD).status, 422, "not yet");
    assert_eq!(elsewhere.try_sign_in("marta@people.example", PASSWORD).status, 303);
    carried.note_session(&elsewhere);
    elsewhere.open("/sign-in/code");
    assert_eq!(elsewhere.post("/sign-in/code", &[("code", &codes[0])]).status, 303);
    carried.note_session(&elsewhere);
    marta.open(SECURITY);
    let form = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    assert_eq!(marta.post(&format!("{SECURITY}/password"), &form).status, 303);
    carried.note("a password", NEW_PASSWORD);
    carried.note_session(marta);
}

/// Invites somebody, who follows the link and joins.
fn invite(server: &ServerProcess, marta: &mut Person, carried: &mut Carried) {
    marta.open("/admin/canary-shop/settings/users");
    let form = [("email", "ines@people.example"), ("role", "viewer")];
    let page = marta.submit("/admin/canary-shop/settings/invitations", &form);
    let secret = page.html.split("/invitations/").find_map(|rest| rest.split('<').next().filter(|it| it.len() == 34));
    let secret = secret.expect("the link is shown").to_owned();
    carried.note("an invitation's link", &secret);
    carried.note("a password", INES_PASSWORD);
    let link = format!("/invitations/{secret}");
    let mut ines = Person::at(server.addr());
    ines.open(&link);
    assert_eq!(ines.post(&link, &[("name", "Ines"), ("password", "short")]).status, 422);
    assert_eq!(ines.post(&link, &[("name", "Ines"), ("password", INES_PASSWORD)]).status, 303);
    carried.note_session(&ines);
    assert_eq!(ines.get(&link).status, 410);
    assert_eq!(ines.get(&format!("{link}?x=1")).status, 410);
}

on_each_engine! {
    fn what_people_carry_can_be_read_neither_in_the_database_nor_in_the_log(db: TestDatabase) {
        let mut server = ServerSettings::on(&db).env("ACCRUE_LOG", "debug").start();
        let mut carried = Carried::default();
        let mut marta = set_up(&server, &mut carried);
        secure(&server, &mut marta, &mut carried);
        invite(&server, &mut marta, &mut carried);
        let while_running = stored(&db);
        server.terminate();
        let (afterwards, printed) = (stored(&db), server.output());
        for bytes in [&while_running, &afterwards] {
            assert!(contains(bytes, "Marta Findable"), "what is stored can be found");
        }
        assert!(printed.matches("answered").count() > 20, "it prints every answer: {printed}");
        let logged: String = printed.lines().filter(|line| !line.starts_with("One-time set-up code: ")).collect();
        for (what, secret) in carried.0 {
            assert!(!contains(&while_running, &secret), "{what} is in the database while it runs");
            assert!(!contains(&afterwards, &secret), "{what} is in the database afterwards");
            assert!(!contains(logged.as_bytes(), &secret), "{what} is logged");
        }
    }
}
