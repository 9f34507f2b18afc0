//! What every request passes through.

pub mod every_answer;
pub mod pages;
pub mod whole_bodies;
