//! Conversions: the list, and what happened to each of them.

pub mod arithmetic;
pub mod export;
pub mod list;
pub mod list_query;
mod rows;
pub mod show;
