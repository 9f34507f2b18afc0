//! How long the pages take that sum up a program, next to a page that asks nothing of the database, in the same process
//! in the same minute: `cargo bench --bench report`.
//!
//! The program is a year old, with ten million clicks and a million conversions (`measure/year.rs` says what is written
//! and how). Each figure is taken at the socket, from the request to the last byte of the rendered page. With
//! `-- --statements` the statements that take longest are named.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a bench prints what it measures, reads its command line, and fails by panicking"
)]

mod measure;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use accrue::domain::user::Role;
use measure::year::{self, Size, Year};
use measure::{Effort, statements};
use support::engine::Engine;
use support::house::House;
use support::person::Person;

/// What a page may take (QUALITY, "reports").
const BAR: Duration = Duration::from_millis(50);

/// The page that the others are held against: nothing is asked for it.
const BARE: &str = "/sign-in";

fn main() {
    statements::listen();
    let size = Size::asked_for();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = engine.fresh_database() else {
            println!("skipped: there is no {engine:?} here");
            continue;
        };
        let house = House::open_at(&database, "2025-03-20T12:00:00Z");
        let began = Instant::now();
        let year = year::pass(&house, &database, size);
        println!("{engine:?}: {size} (written in {} s)", began.elapsed().as_secs());
        let mut marta = house.member("Marta", year.program, Role::Viewer);
        let mut stranger = house.person();
        for (name, target) in pages(&year) {
            measure(&name, &target, &mut marta, &mut stranger);
        }
    }
}

fn pages(year: &Year) -> Vec<(String, String)> {
    let admin = "/admin/alderfinch";
    let dashboard = |word: &str| (format!("dashboard, {word}"), format!("{admin}/dashboard?range={word}"));
    let mut pages: Vec<(String, String)> = ["today", "7d", "30d", "month", "last-month"].map(dashboard).into();
    let whole = format!("{admin}/dashboard?from=2025-03-21&to=2026-03-20");
    pages.push(("dashboard, a whole year".to_owned(), whole));
    for list in ["campaigns", "affiliates", "conversions"] {
        pages.push((list.to_owned(), format!("{admin}/{list}")));
    }
    let affiliate = &year.affiliates[year.affiliates.len() / 2].id;
    pages.push(("an affiliate".to_owned(), format!("{admin}/affiliates/{affiliate}")));
    pages.push(("an affiliate's money".to_owned(), format!("{admin}/affiliates/{affiliate}/money")));
    pages
}

/// Lets both pages take turns and prints what the page takes, and how many times the bare one that is.
fn measure(name: &str, target: &str, viewer: &mut Person, stranger: &mut Person) {
    let rounds = Effort::asked_for().rounds * 20;
    viewer.open(target);
    statements::take();
    let (mut bare, mut real, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(timed(stranger, BARE));
        statements::take();
        real.push(timed(viewer, target));
        asked.push(statements::take());
    }
    bare.sort_unstable();
    real.sort_unstable();
    asked.sort_by_key(Vec::len);
    let (middle, slow) = (real[rounds / 2], real[rounds * 95 / 100]);
    let ratio = middle.as_micros() / bare[rounds / 2].as_micros().max(1);
    let verdict = if middle > BAR { "OVER 50 ms" } else { "" };
    let (statements, middle) = (asked[rounds / 2].len(), millis(middle));
    println!(
        "  {name:<24} {middle:>8}   p95 {:>8}   {statements:>2} statements   {ratio:>4} × bare   {verdict}",
        millis(slow)
    );
    if std::env::args().any(|argument| argument == "--statements") {
        name_the_slowest(asked.swap_remove(rounds / 2));
    }
}

fn timed(person: &mut Person, target: &str) -> Duration {
    let begun = Instant::now();
    person.open(target);
    begun.elapsed()
}

fn name_the_slowest(mut asked: Vec<(String, Duration)>) {
    asked.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    for (text, took) in asked.into_iter().take(4) {
        println!("      {:>8}  {text}", millis(took));
    }
}

fn millis(took: Duration) -> String {
    let hundredths = took.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}
