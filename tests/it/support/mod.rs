//! The harness: real processes, real databases, real sockets, and the faults that befall them.
//!
//! Nothing here but `house` knows the product's code; it speaks to the product as the world does: HTTP, SQL, signals.
//! Tests use it as `crate::support`, benches include the same files by `#[path]`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a story reads better without ampersands: `shop.report(Sale::of(token))`"
)]
#![allow(dead_code, reason = "the tests and each bench include the same files, and each uses another part of them")]
#![allow(
    unused_imports,
    reason = "clippy sees a bench as a test build without tests, where the modules of tests stand empty"
)]

pub mod background;
pub mod browser;
pub mod checker;
pub mod connection;
pub mod engine;
pub mod folder;
pub mod house;
pub mod in_process;
pub mod journal;
pub mod patience;
pub mod person;
pub mod personas;
pub mod port;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod requirement;
pub mod shop;
pub mod signal;
pub mod sql;
pub mod strace;
pub mod turn;
pub mod watchdog;
pub mod wire;
pub mod world;
