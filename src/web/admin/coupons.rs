//! Marketing → Coupons: codes that customers type at the till, each of which stands for one affiliate.

pub mod ending;
pub mod form;
pub mod list;
