//! HTTP: what comes in is parsed into types here, and what was decided below is put into words here.

pub mod access;
pub mod assets;
pub mod client_address;
pub mod dialect;
pub mod error;
pub mod health;
pub mod intake;
pub mod middleware;
pub mod routes;
pub mod track;
