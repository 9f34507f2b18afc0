//! The verbs: load what a decision needs, let the domain decide, write the result, inside one transaction.
//!
//! An operation that writes takes a [`crate::storage::write::Write`], which only a running transaction can hand out. It
//! touches at most some hundred rows and does no hashing of passwords, no rendering and no other I/O, because on an
//! embedded database every click waits for it.

pub mod adjust_conversion;
pub mod apply_rates;
pub mod archive_campaign;
pub mod audit;
pub mod campaign_keys;
pub mod campaign_media;
pub mod campaign_settings;
pub mod change_affiliate;
pub mod change_membership;
pub mod change_password;
pub mod change_program;
pub mod change_rule;
pub mod change_sale;
pub mod create_affiliate;
pub mod create_campaign;
pub mod create_coupon;
pub mod create_link;
pub mod credit_attempt;
pub mod dispute_conversion;
pub mod duplicate_campaign;
pub mod end_coupon;
pub mod end_rule;
pub mod erase_customer;
pub mod explain_conversion;
pub mod explain_referral;
pub mod explaining;
pub mod forget_old;
pub mod give_bonus;
pub mod import_rates;
pub mod invite;
pub mod issue_key;
pub mod make_referral;
pub mod merge_referrals;
pub mod note_uses;
pub mod passwords;
pub mod payouts;
pub mod read_rates;
pub mod reassign_referral;
pub mod record_as_stated;
pub mod record_attempts;
pub mod record_clicks;
pub mod record_conversions;
pub mod refund_conversion;
pub mod release_held;
pub mod remember_visitors;
pub mod review_affiliate;
pub mod review_conversion;
pub mod revoke_token;
pub mod rotate_token;
pub mod save_rule;
pub mod second_factor;
pub mod set_up;
pub mod show_token;
pub mod sign_in;
pub mod standing;
pub mod state_status;
pub mod throttle;
pub mod told_status;
pub mod update_campaign;
pub mod update_conversion;
pub mod verify;
pub mod verify_audit;
