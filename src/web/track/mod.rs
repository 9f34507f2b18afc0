//! What visitors meet: links, and what their browsers send.

pub mod click;
pub mod pixel;
pub mod reference;
