//! Accrue's integration tests: one binary, so that the product is linked once and one PostgreSQL serves all of them.
//!
//! The modules mirror `src/web/` and `src/operations/`; `support` holds the personas, the databases and the faults.

#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what went wrong by failing"
)]

mod abuse;
mod admin;
mod affilae;
mod affilync;
mod affonso;
mod attribution;
mod audit;
mod browser;
mod campaigns;
mod command_line;
mod database_away;
mod dialects;
mod docs;
mod durability;
mod earnings;
mod idempotency;
mod keys;
mod lists;
mod migrations;
mod money_over_http;
mod one_writer;
mod people;
mod pixel;
mod rates;
mod recorder;
mod reference;
mod rules;
mod s2s;
mod stopping;
mod support;
mod tracking;
