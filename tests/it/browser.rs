//! What a person sees: stories told in a real browser. The stories themselves stand in `tests/browser/stories`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::engine::{Engine, TestDatabase, on_each_engine};
use crate::support::patience::wait_until;
use crate::support::process::{ServerProcess, run_on};

fn url(server: &ServerProcess) -> String {
    format!("http://{}", server.addr())
}

/// The checks that all other stories lean on.
#[test]
fn every_check_of_a_page_sees_the_defect_it_exists_for() {
    let Some(browser) = Browser::here() else { return };
    browser.tell("proof", "http://127.0.0.1:1", &json!({}));
}

/// Tells a story about a program with so many days of clicks and conversions.
fn told_of_a_demo(story: &str, days: &str) {
    let Some(browser) = Browser::here() else { return };
    Engine::Sqlite.run(|db| {
        let printed = run_on(&db, &["demo", "--json", "--history", days]).expect_success();
        let demo: Value = serde_json::from_str(&printed).expect("the demo prints an object");
        let server = ServerProcess::start(&db);
        browser.tell(story, &url(&server), &demo);
    });
}

#[test]
fn every_page_is_sound_in_every_look() {
    told_of_a_demo("every_page", "30");
}

#[test]
fn nothing_that_somebody_typed_becomes_part_of_a_page() {
    told_of_a_demo("xss", "3");
}

#[test]
fn everything_can_be_done_by_keyboard() {
    told_of_a_demo("keyboard", "3");
}

#[test]
fn people_are_invited_and_see_what_is_theirs() {
    told_of_a_demo("people", "3");
}

#[test]
fn a_shop_on_another_site_reports_by_pixel() {
    told_of_a_demo("pixel", "3");
}

#[test]
#[ignore = "takes the pictures of docs/screenshots again, where ACCRUE_SCREENSHOTS names that folder"]
fn pictures() {
    told_of_a_demo("pictures", "30");
}

/// From the one-time code to the first sale.
fn set_up_walk(db: &TestDatabase, script: bool) {
    let Some(browser) = Browser::here() else { return };
    let server = ServerProcess::start(db);
    let code = one_time_code(&server);
    browser.tell("set_up_walk", &url(&server), &json!({ "code": code, "script": script }));
}

/// The code that a fresh server prints.
fn one_time_code(server: &ServerProcess) -> String {
    let find =
        || server.output().lines().find_map(|line| line.split("One-time set-up code: ").nth(1).map(str::to_owned));
    assert!(wait_until(Duration::from_secs(10), || find().is_some()), "no code was printed: {}", server.output());
    find().expect("it was there a moment ago")
}

on_each_engine! {
    fn a_merchant_sets_up_and_sees_the_first_sale(db: TestDatabase) {
        set_up_walk(&db, true);
    }
}

#[test]
fn a_merchant_without_script_sets_up_and_sees_the_first_sale() {
    Engine::Sqlite.run(|db| set_up_walk(&db, false));
}
