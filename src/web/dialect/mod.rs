//! Wire formats. A dialect translates a request into the house's own types and an outcome into its own words; it decides
//! nothing.
//!
//! What is the same in all of them stands here once: what a report says ([`said`]), what becomes of a request that is not
//! taken ([`received`]), the meaning of every refusal ([`refused`]), how often may be asked ([`asked`]), how what was
//! recorded is read ([`on_record`]), changed ([`changed`]), and a list of it filtered ([`filtered`]) and walked through
//! ([`walked`]), how a server registers a click ([`registered`]), what all answers have in common ([`answered`]), how
//! those are written that are told most ([`written`]), and what the reference says of them ([`referenced`]). A dialect is left
//! with its names and its words.

pub mod affilae;
pub mod affiliatepro;
pub mod affilync;
pub mod affonso;
pub mod answered;
pub mod asked;
pub mod changed;
pub mod filtered;
pub mod on_record;
pub mod received;
pub mod referenced;
pub mod refused;
pub mod registered;
pub mod said;
pub mod walked;
pub mod written;
