//! A token's key is shown to its owner, and can be read nowhere else: neither in the database and its write-ahead log nor in
//! what the server prints (AUT-4).

use super::plaintext::{contains, stored};
use crate::support::engine::on_each_engine;
use crate::support::person::{Person, Screen};
use crate::support::process::ServerSettings;
use crate::support::world::Demo;

fn shown_key(screen: &Screen) -> String {
    let shown = screen.html.split("id=\"new-key\">").nth(1).and_then(|rest| rest.split('<').next());
    shown.unwrap_or_else(|| panic!("no key is shown: {} {}", screen.status, screen.words())).to_owned()
}

on_each_engine! {
    fn a_key_that_was_made_shown_rotated_and_revoked_can_be_read_nowhere(db: TestDatabase) {
        let demo = Demo::fill(&db);
        let mut server = ServerSettings::on(&db).env("ACCRUE_LOG", "debug").start();
        let mut owner = Person::at(server.addr()).sign_in(&demo.admin.email, &demo.admin.password);
        let tokens = format!("/admin/{}/settings/tokens", demo.program.slug);
        let id = owner.open(&format!("{tokens}/new")).value_of("token").expect("the form names it");
        let fields = [("token", id.as_str()), ("name", "Findable"), ("holder", "program"), ("scope", "read"), ("mode", "live")];
        let first = shown_key(&owner.post(&tokens, &fields));
        let again = shown_key(&owner.post(&format!("{tokens}/{id}/disclosure"), &[]));
        let second = shown_key(&owner.post(&format!("{tokens}/{id}/rotation"), &[("overlap", "day")]));
        assert!(first == again && first != second);
        assert_eq!(owner.post(&format!("{tokens}/{id}/revocation"), &[]).status, 303);
        let list = owner.open(&tokens).html;
        let while_running = stored(&db);
        server.terminate();
        let (afterwards, printed) = (stored(&db), server.output());
        for bytes in [&while_running, &afterwards] {
            assert!(contains(bytes, "Findable"), "what is stored can be found");
        }
        for key in [&first, &second] {
            let secret = &key[18..52];
            assert!(!contains(list.as_bytes(), secret), "it is on the list");
            assert!(!contains(&while_running, secret) && !contains(&afterwards, secret), "it is in the database");
            assert!(!contains(printed.as_bytes(), secret), "it is printed");
        }
    }
}
