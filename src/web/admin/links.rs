//! Marketing → Links: what affiliates pass on, ready to be copied, and what keeps a link from crediting.

pub mod embed;
pub mod form;
pub mod list;
pub mod obstacle;
