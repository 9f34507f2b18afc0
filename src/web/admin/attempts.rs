//! Attempts: what was reported and not recorded, why, and what to do about it.

pub mod advice;
pub mod credit;
pub mod keyless;
pub mod list;
pub mod show;
