//! Campaign keys (AUT-4): an old one ends when it is said to, a wrong one never opens anything, and none can be read
//! anywhere but on its owner's screen.

mod at_once;
mod endpoints;
mod people;
mod plaintext;
mod regenerated;
mod shown;
mod wrong;
