//! What visitors meet: links.

pub mod click;
