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
mod idempotency;
mod keys;
mod money_over_http;
mod s2s;
mod support;
mod tracking;
