//! Conversions: the list, and what happened to each of them.

pub mod arithmetic;
pub mod list;
pub mod list_query;
pub mod show;
