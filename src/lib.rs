//! Accrue, a self-hosted affiliate conversion tracker: one binary that serves the campaign admin and the tracking
//! endpoints, on an embedded SQLite database or on PostgreSQL.
//!
//! A report enters by a dialect (`web/dialect`), becomes one typed request, is decided by pure functions (`domain`), is
//! written in one transaction (`operations`, run by the `recorder`), and leaves by the same dialect. There is no second
//! path for speed, for tests or for a database.
//!
//! Imports run one way: `web → recorder → operations → storage → domain`. `environment` is what the rules may not reach
//! for themselves (time, chance, secrets); `app` is the state that web and jobs receive; `opening` opens an installation
//! to write to it; `server`, `cli` and `config` stand above everything. `tests/architecture.rs` holds the house to this.
//!
//! - `domain`: ids, money, tokens, campaigns, attribution, deduplication, commissions, the ledger. No I/O at all.
//! - `storage`: rows and statements, the same for both databases.
//! - `operations`: verbs that load, decide and write inside one transaction.
//! - `recorder`: group commit; the only thread that writes.
//! - `web`: URLs, wire formats, pages.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod environment;
pub mod jobs;
pub mod opening;
pub mod operations;
pub mod recorder;
pub mod server;
pub mod storage;
pub mod telemetry;
pub mod web;
