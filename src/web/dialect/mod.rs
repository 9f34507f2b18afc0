//! Wire formats. A dialect translates a request into the house's own types and an outcome into its own words; it decides
//! nothing.

pub mod affiliatepro;
