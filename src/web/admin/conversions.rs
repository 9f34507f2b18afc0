//! Conversions: the list, what happened to each of them, and what can be done about it.

pub mod amounts;
pub mod arithmetic;
pub mod bulk;
mod deeds;
pub mod disputes;
pub mod export;
mod facts;
mod history;
pub mod list;
pub mod list_query;
pub mod reviews;
mod rows;
pub mod show;
mod told;
pub(in crate::web::admin) mod why;
mod window;
