//! Reading changes nothing: every page is asked for, and every link on it, and the whole database is what it was.

use std::collections::BTreeSet;

use accrue::domain::user::Role;
use accrue::web::routes::PAGES;

use super::dump::{assert_unchanged, dump};
use super::estate::{Estate, ROLES};
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::person::Person;
use crate::support::wire::Request;

/// More pages than there are, in a program with one of everything.
const MOST: usize = 400;

/// The addresses on this server that a page leads to, by links and by forms that are got.
fn links_of(html: &str) -> Vec<String> {
    let values = [" href=\"", " action=\""].into_iter().flat_map(|start| html.split(start).skip(1));
    let found = values.filter_map(|rest| rest.split('"').next()).map(|address| address.replace("&amp;", "&"));
    found.map(|address| address.replace("&#38;", "&")).filter(|address| !address.contains("://")).collect()
}

/// Asks for everything that can be reached, by GET only; returns how many pages that were.
fn read_everything(person: &mut Person, starts: Vec<String>) -> usize {
    let mut waiting = starts;
    let mut seen = BTreeSet::new();
    while let Some(address) = waiting.pop() {
        let address = address.split('#').next().unwrap_or_default().to_owned();
        if !address.starts_with('/') || address.starts_with("/c/") || !seen.insert(address.clone()) {
            continue;
        }
        assert!(seen.len() < MOST, "the pages do not end: {seen:?}");
        let screen = person.get(&address);
        assert!(screen.status < 500, "{address}: {}", screen.status);
        let head = person.send(Request::new("HEAD", &address));
        assert!(head.status == screen.status || head.status == 405, "HEAD {address}: {}", head.status);
        let path = address.split('?').next().unwrap_or_default();
        waiting.extend(links_of(&screen.html).into_iter().map(|link| match link.strip_prefix('?') {
            Some(query) => format!("{path}?{query}"),
            None => link,
        }));
        waiting.extend(screen.location);
    }
    seen.len()
}

on_each_engine! {
    fn no_get_changes_anything(db: TestDatabase) {
        let house = House::open(&db);
        let estate = Estate::found(&house, &db, "estate");
        let mut people: Vec<Person> = ROLES.iter().map(|(role, _)| estate.member(&house, *role)).collect();
        people.push(house.person());
        let addresses: Vec<String> = PAGES.iter().map(|page| estate.address(&db, page, Role::Owner)).collect();
        house.settle();
        let before = dump(&db);
        for person in &mut people {
            assert!(read_everything(person, addresses.clone()) > 5);
        }
        house.settle();
        assert_unchanged(&before, &dump(&db), "reading");
        for person in &mut people[..ROLES.len()] {
            person.open("/admin/estate/campaigns");
        }
    }
}
