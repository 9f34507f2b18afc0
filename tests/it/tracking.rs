//! `GET /c/{code}`: a visitor follows an affiliate's link (CONTRACT, section 3).

mod closed_links;
mod deep_links;
mod every_answer;
mod redirects;
mod screening;
mod unknown_codes;
