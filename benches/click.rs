//! How many clicks are durably recorded, as a share of what the same redirect reaches without a database, on the same
//! cores in the same minute: `cargo bench --bench click`.

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
use measure::{Effort, bare, compare, prefill};
use support::engine::Engine;
use support::process::ServerProcess;
use support::wire::Request;
use support::world::Demo;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

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
            prefill::clicks(&database, *rows);
            let real = ServerProcess::start(&database);
            let code = &demo.campaign("s2s_api").link_of(demo.affiliate(0)).code;
            let name = format!("click, {engine:?}, {rows} rows in the table");
            let (on_bare, on_real) = (follow(bare::CODE), follow(code));
            compare(&name, effort, (bare.addr(), &on_bare), (real.addr(), &on_real));
        }
    }
}

fn follow(code: &str) -> Box<dyn Fn(&mut Client) -> bool + Sync> {
    let request = Request::get(&format!("/c/{code}"))
        .header("user-agent", BROWSER)
        .header("sec-fetch-dest", "document")
        .header("referer", "https://blog.example/");
    Box::new(move |client| client.is_answered(&request, 302))
}
