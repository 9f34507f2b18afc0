//! How many conversions are durably recorded (key, click, deduplication, rule, ledger, roll-ups), as a share of what a
//! POST reaches that only parses, checks a key and answers: `cargo bench --bench conversion`. Behind that, what the dialects
//! reach that tell their sender the whole conversion, as a share of `s2sConvert`, which tells an id.

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

use measure::load::Client;
use measure::{Effort, bare, beside, compare, prefill};
use support::engine::Engine;
use support::personas::Visitor;
use support::process::ServerProcess;
use support::wire::Request;
use support::world::Demo;

fn main() {
    bare::serve_if_asked();
    let effort = Effort::asked_for();
    let (bare, _folder) = bare::start();
    for rows in effort.rows {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let Some(database) = engine.fresh_database() else {
                println!("skipped: there is no {engine:?} here");
                continue;
            };
            let demo = Demo::fill(&database);
            prefill::conversions(&database, *rows);
            let real = ServerProcess::start(&database);
            let campaign = demo.campaign("s2s_api");
            let code = &campaign.link_of(demo.affiliate(0)).code;
            let mut visitor = Visitor::new(real.addr());
            let tokens: Vec<String> = (0..500).map(|_| visitor.follow(code).token().to_owned()).collect();
            let name = format!("conversion, {engine:?}, {rows} rows in the table");
            let on_bare = report(bare::key().as_str(), &tokens);
            let on_real = report(&campaign.api_key, &tokens);
            compare(&name, effort, (bare.addr(), &on_bare), (real.addr(), &on_real));
            let token = &demo.program.tokens.track;
            // The first is held against itself: a pair that differs no more than that cannot be told apart.
            let told: [(&str, Box<Send>); 3] = [
                ("s2sConvert", report(&campaign.api_key, &tokens)),
                ("/v1/conversions", v1(token, &tokens)),
                ("track", track(token, &tokens)),
            ];
            for (dialect, report) in told {
                let name = format!("{dialect} beside s2sConvert, {engine:?}, {rows} rows in the table");
                beside(&name, effort, &real, (&on_real, &report));
            }
        }
    }
}

type Send = dyn Fn(&mut Client) -> bool + Sync;

fn report(key: &str, tokens: &[String]) -> Box<Send> {
    let (key, tokens) = (key.to_owned(), tokens.to_vec());
    Box::new(move |client| {
        let (number, token) = order(client, &tokens);
        let body = format!(
            r#"{{"api_key":"{key}","click_token":"{token}","order_id":"order-{number}","order_total":"99.99","order_currency":"USD"}}"#
        );
        let request = Request::post("/integration/s2sConvert").json(&body);
        client.is_answered(&request, 200)
    })
}

fn v1(key: &str, tokens: &[String]) -> Box<Send> {
    let (key, tokens) = (key.to_owned(), tokens.to_vec());
    Box::new(move |client| {
        let (number, token) = order(client, &tokens);
        let body = format!(
            r#"{{"click_id":"{token}","external_event_id":"order-{number}","sale_amount":99.99,"sale_amount_currency":"USD"}}"#
        );
        let request = Request::post("/v1/conversions").json(&body).bearer(&key);
        client.is_answered(&request, 201)
    })
}

fn track(key: &str, tokens: &[String]) -> Box<Send> {
    let (key, tokens) = (key.to_owned(), tokens.to_vec());
    Box::new(move |client| {
        let (number, token) = order(client, &tokens);
        let body = format!(r#"{{"click_id":"{token}","order_id":"order-{number}","amount":"99.99","currency":"USD"}}"#);
        let request = Request::post("/api/conversions/track").json(&body).bearer(&key);
        client.is_answered(&request, 201)
    })
}

/// A number that no other order has, and the click that led to it.
fn order<'a>(client: &Client, tokens: &'a [String]) -> (u64, &'a str) {
    let number = client.unique();
    (number, &tokens[usize::try_from(number).unwrap_or_default() % tokens.len()])
}
