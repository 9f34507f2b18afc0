//! What Accrue is about, as pure rules.
//!
//! Nothing in here reads a clock, draws a random number, opens a connection or knows a framework: time, ids and rows
//! are passed in, decisions come out as types. That is what lets the same rule serve four wire formats, two databases
//! and a test, and what lets a merchant's question ("why this amount?") be answered by reading one file.
//!
//! Money is integers of minor units throughout; a float in this folder fails the build's architecture test.

pub mod affiliate;
mod ascii;
pub mod attempt;
pub mod attribution;
pub mod audit;
pub mod campaign;
pub mod campaign_profile;
pub mod change;
pub mod click;
pub mod click_token;
pub mod client;
pub mod commission;
pub mod commission_status;
pub mod conversion;
pub mod coupon;
pub mod currency;
pub mod dedup;
pub mod dispute;
pub mod due;
pub mod ecb;
pub mod erasure;
pub mod event;
pub mod exchange;
pub mod flag;
pub mod folding;
pub mod free_text;
pub mod handle;
pub mod id;
pub mod invisible;
pub mod invitation;
pub mod key;
pub mod landing;
pub mod ledger;
pub mod limit;
pub mod line;
pub mod link;
pub mod media;
pub mod money;
pub mod name;
pub mod payment;
pub mod payout;
pub mod permission;
pub mod program;
pub mod rate;
pub mod rate_leaps;
pub mod readable_code;
pub mod referral;
pub mod report;
pub mod review;
pub mod rule;
pub mod said;
pub mod sale;
pub mod screening;
pub mod secret;
pub mod sign_up;
pub mod stated;
pub mod takeover;
mod text_enum;
pub mod time;
pub mod totp;
pub mod trace;
pub mod user;
pub mod visitor_print;
pub mod worth;

pub(crate) use text_enum::text_enum;
