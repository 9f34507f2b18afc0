//! What visitors meet: links.

pub mod click;
pub mod reference;
