//! What a browser that comes for the first time has to load (QUALITY, "weight").

use std::collections::BTreeSet;

use accrue::domain::user::Role;

use crate::support::connection::Connection;
use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::wire::Request;

/// Bytes over the wire.
const BAR: usize = 120 * 1024;

/// A page with every file of ours that it names, as a browser asks for them.
fn weight(house: &House, page: &str) -> usize {
    let html = house.person().open(page).html;
    let mut connection = Connection::open(house.addr()).expect("the server can be reached");
    let files: BTreeSet<&str> =
        html.split("\"/static/").skip(1).filter_map(|rest| rest.split(['"', '#']).next()).collect();
    assert!(files.len() > 5, "{page} names {files:?}");
    let asked = |file: &&str| Request::get(&format!("/static/{file}")).header("Accept-Encoding", "gzip, deflate, br");
    let loaded = files.iter().map(|file| connection.send(&asked(file)).expect("it is served").body.len());
    html.len() + loaded.sum::<usize>()
}

on_each_engine! {
    fn the_first_page_is_light(db: TestDatabase) {
        let house = House::open(&db);
        let first = weight(&house, "/set-up");
        assert!(first <= BAR, "the set-up page weighs {first} bytes");
        house.member("Marta", house.shop().program, Role::Viewer);
        let sign_in = weight(&house, "/sign-in");
        assert!(sign_in <= BAR && sign_in < first, "the sign-in page weighs {sign_in} bytes, the set-up page {first}");
    }
}
