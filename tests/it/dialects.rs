//! One table of facts, replayed through every dialect and every way in. What is stored must be the same whichever way it
//! came, and each answers in its own shape (CONTRACT, section 3).
//!
//! The rows of the tables stand in [`reports`] and [`decisions`], the columns in [`ways`] and [`deciders`]. A new dialect is
//! a new column.

mod at_once;
mod deciders;
mod decisions;
mod reports;
mod scene;
mod ways;
