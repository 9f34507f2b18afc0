//! Rows and statements, for SQLite and PostgreSQL alike.
//!
//! One file per table: row structs and functions named for what they are for. Reading functions take a [`conn::Conn`],
//! changing ones a [`write::Write`]. Finders are scoped: they take the program first, so that a foreign object is simply
//! not found.

pub mod affiliate_visitors;
pub mod affiliates;
pub mod attempts;
pub mod audit_log;
pub mod batches;
mod bulk;
pub mod campaign_list;
pub mod campaign_media;
pub mod campaign_profiles;
pub mod campaigns;
pub mod catalogue;
pub mod clicks;
pub mod commission_rules;
pub mod commissions;
pub mod conn;
pub mod conversion_changes;
pub mod conversion_details;
pub mod conversions;
pub mod coupons;
pub mod erasure;
pub mod erasures;
pub mod error;
pub mod exchange_rates;
pub mod installation;
pub mod invitations;
pub mod keyset;
pub mod ledger_entries;
mod like;
pub mod link_cache;
pub mod links;
pub mod memberships;
pub mod migrations;
pub mod new_rows;
pub mod payouts;
pub mod pool;
pub mod programs;
pub mod recovery_codes;
pub mod referral_changes;
pub mod referrals;
pub mod refunds;
pub mod roll_ups;
mod schema;
pub mod sessions;
pub mod sign_in_failures;
pub mod sql_types;
mod sums;
pub mod token_uses;
pub mod tokens;
pub mod traces;
pub mod users;
pub mod write;
