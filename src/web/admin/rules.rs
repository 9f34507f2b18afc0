//! Marketing → Rules: what campaigns pay.

pub mod words;
