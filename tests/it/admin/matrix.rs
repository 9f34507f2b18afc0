//! Who may ask for which page: the table in `src/web/routes.rs`, asked row by row by everybody there is.
//!
//! The table makes the routes, so a page that is not in it does not exist, and a page that is in it is asked for here.

use accrue::domain::click_token::Mode;
use accrue::domain::permission::{Scope, Scopes};
use accrue::domain::user::Role;
use accrue::operations::issue_key::Holder;
use accrue::web::routes::{Asker, PAGES, Page};

use super::dump::{assert_unchanged, dump};
use super::estate::{Estate, ROLES};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::{Person, Screen};
use crate::support::wire::Request;

/// What a form has to choose from. Nothing else is filled in.
const CHOSEN: [(&str, &str); 3] = [("role", "viewer"), ("seen", "active"), ("status", "paused")];

/// How one row of the table is asked.
struct Question<'a> {
    page: &'a Page,
    address: String,
}

impl Question<'_> {
    /// With the token of a form this person was shown, and hardly a field filled in.
    fn asked_by(&self, person: &mut Person) -> Screen {
        self.asked_with(person, |request| request)
    }

    fn asked_with(&self, person: &mut Person, change: impl Fn(Request) -> Request) -> Screen {
        let request = match self.page.method {
            "get" => Request::get(&self.address),
            "post" => {
                let token = [("form_token", person.form_token())];
                Request::post(&self.address).form(&[&token, &CHOSEN[..]].concat())
            }
            other => panic!("nobody said how to ask by {other}"),
        };
        person.send(change(request))
    }

    fn name(&self) -> String {
        format!("{} {}", self.page.method, self.address)
    }
}

/// Everybody who comes to one page, each with the token of a form they were shown.
struct Crowd {
    stranger: Person,
    keys: Vec<(&'static str, String)>,
    foreigner: Person,
    members: Vec<(Role, Person)>,
}

impl Crowd {
    fn gather(house: &House, ours: &Estate, theirs: &Estate) -> Crowd {
        let mut stranger = house.person();
        stranger.open("/sign-in");
        let scopes = Scopes::new(&[Scope::Track, Scope::Read, Scope::Manage, Scope::Postback]);
        let keys = vec![
            ("a program's token", house.admin().issue_key(ours.program, Mode::Live, Holder::Program(scopes))),
            ("an affiliate's token", ours.affiliate.token.clone()),
            ("a campaign's key", ours.campaign.api_key.clone()),
        ];
        let foreigner = theirs.member(house, Role::Owner);
        let members = ROLES.map(|(role, _)| (role, ours.member(house, role)));
        Crowd { stranger, keys, foreigner, members: members.into() }
    }

    fn member(&mut self, role: Role) -> &mut Person {
        &mut self.members.iter_mut().find(|(each, _)| *each == role).expect("everybody is there").1
    }
}

fn is_allowed(page: &Page, role: Role) -> bool {
    let needed = ROLES.iter().position(|(_, asker)| *asker == page.asker);
    let given = ROLES.iter().position(|(each, _)| *each == role);
    needed <= given
}

/// Everybody who may not see this page, and what they are told.
fn assert_refused(page: &Page, address: &str, crowd: &mut Crowd) {
    let question = Question { page, address: address.to_owned() };
    assert_sent_to_sign_in(&question, &question.asked_by(&mut crowd.stranger), "a stranger");
    for (whose, key) in &crowd.keys {
        let screen = question.asked_with(&mut crowd.stranger, |request| request.bearer(key));
        assert_sent_to_sign_in(&question, &screen, whose);
    }
    let name = question.name();
    if page.path.contains("{program}") {
        assert_eq!(question.asked_by(&mut crowd.foreigner).status, 404, "{name}, an owner of another program");
    }
    for (role, member) in crowd.members.iter_mut().filter(|(role, _)| !is_allowed(page, *role)) {
        assert_eq!(question.asked_by(member).status, 403, "{name}, a {}", role.as_str());
    }
}

fn assert_sent_to_sign_in(question: &Question<'_>, screen: &Screen, who: &str) {
    let name = question.name();
    assert_eq!(screen.status, 303, "{name}, {who}");
    let back = if question.page.method == "get" { "/sign-in?next=" } else { "/sign-in" };
    assert!(screen.location.as_deref().is_some_and(|location| location.starts_with(back)), "{name}, {who}");
}

/// In our program there is nothing of theirs, whatever somebody of ours may do in it.
fn assert_not_found_here(page: &Page, ours: &Estate, foreign: &str, crowd: &mut Crowd) {
    let question = Question { page, address: foreign.to_owned() };
    let owner = crowd.member(Role::Owner);
    assert_eq!(question.asked_by(owner).status, 404, "{}, of another program than {}", question.name(), ours.name);
}

/// Somebody who may is not turned away; what an almost empty form comes to is another story.
fn assert_let_in(house: &House, page: &Page, address: &str, member: &mut Person) {
    let question = Question { page, address: address.to_owned() };
    let screen = question.asked_by(member);
    let expected: &[u16] = if page.method == "get" { &[200, 303] } else { &[200, 303, 400, 409, 422] };
    assert!(expected.contains(&screen.status), "{}: {} {}", question.name(), screen.status, screen.words());
    assert!(!screen.location.unwrap_or_default().starts_with("/sign-in?"), "{}", question.name());
    house.settle();
}

on_each_engine! {
    fn a_page_is_refused_to_all_but_those_whom_the_table_names(db: TestDatabase) {
        let house = House::open(&db);
        let [ours, theirs] = ["ours", "theirs"].map(|name| Estate::found(&house, &db, name));
        let mut crowd = Crowd::gather(&house, &ours, &theirs);
        let before = dump(&db);
        for page in PAGES.iter().filter(|page| page.asker != Asker::Anybody) {
            assert_refused(page, &ours.address(&db, page, Role::Owner), &mut crowd);
            if page.path.contains("{program}") && page.path.matches('{').count() > 1 {
                let foreign = theirs.address(&db, page, Role::Owner).replacen("/theirs", "/ours", 1);
                assert_not_found_here(page, &ours, &foreign, &mut crowd);
            }
            assert_unchanged(&before, &dump(&db), &format!("{} {}", page.method, page.path));
        }
    }

    fn a_page_is_shown_to_each_whom_the_table_names(db: TestDatabase) {
        let house = House::open(&db);
        for (at, page) in PAGES.iter().enumerate() {
            for (role, _) in ROLES.into_iter().filter(|(role, _)| is_allowed(page, *role)) {
                let estate = Estate::found(&house, &db, &format!("estate{at}{}", role.as_str()));
                let mut member = estate.member(&house, role);
                assert_let_in(&house, page, &estate.address(&db, page, role), &mut member);
            }
        }
    }
}
