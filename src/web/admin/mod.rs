//! The admin in the browser: one file per resource, one template folder beside each.

pub mod affiliates;
pub mod attempts;
pub mod badges;
pub mod campaigns;
pub mod choices;
pub mod conversions;
pub mod coupons;
pub mod dashboard;
pub mod integration_setup;
pub mod invitations;
pub mod links;
pub mod media;
pub mod new_password;
pub mod referrals;
pub mod rules;
pub mod set_up;
pub mod settings;
pub mod sign_in;
pub mod start;
