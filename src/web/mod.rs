//! HTTP: what comes in is parsed into types here, and what was decided below is put into words here.

pub mod access;
pub mod admin;
pub mod assets;
pub mod client_address;
pub mod dialect;
pub mod docs;
pub mod error;
pub mod filters;
pub mod form;
pub mod health;
pub mod intake;
pub mod limits;
pub mod middleware;
pub mod notice;
pub mod openapi;
pub mod page;
pub mod pagination;
pub mod qr;
pub mod query;
pub mod routes;
pub mod session;
pub mod stranger;
pub mod theme;
pub mod track;
pub mod user_agent;
