//! The admin in the browser, without script: who may see and do what, and what the pages say.

mod affiliates;
mod attempts;
mod audit;
mod bodies;
mod campaign_desk;
mod campaign_fields;
mod campaign_form;
mod campaign_list;
mod campaign_media;
mod conversions;
mod dump;
mod estate;
mod exchange_rates;
mod forgery;
mod frame;
mod hosts;
mod invitations;
mod links;
mod matrix;
mod reading;
mod security;
mod sessions;
mod set_up;
mod settings;
mod sign_in;
mod snippets;
