//! One visit through a link, or registered by the merchant's server.

use std::sync::Arc;

use super::click_token::Claims;
use super::free_text::FreeText;
use super::handle::NetworkPrefix;
use super::link::Link;
use super::screening::Mark;

/// A click that is about to be recorded. Its time, mode and origin are its token's, and nowhere else.
#[derive(Clone, Debug)]
pub struct Click {
    /// What its token says.
    pub claims: Claims,
    /// The link, with its campaign and affiliate.
    pub link: Arc<Link>,
    /// What is known of the visitor.
    pub visit: Visit,
    /// Why it is credited though it may be a tool, if it may be.
    pub mark: Option<Mark>,
    /// A hash that tells visitors of one day apart; never stored.
    pub visitor: u64,
}

/// What is known of a visitor at the click. All of it is somebody else's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The network, never the address (CONTRACT, Rules: Customer facts).
    pub network: Option<NetworkPrefix>,
    /// The browser, in its own words.
    pub user_agent: Option<FreeText>,
    /// The page the visitor came from.
    pub referrer: Option<FreeText>,
    /// The page the visitor came to, where it is not the campaign's target.
    pub page_url: Option<FreeText>,
    /// The merchant's own id of the visitor.
    pub visitor_id: Option<FreeText>,
    /// `sub1` to `sub5`: what the affiliate wants to tell apart.
    pub subs: [Option<FreeText>; 5],
    /// Names of fields that no one reads, kept so that a typo can be found.
    pub ignored_fields: Vec<String>,
}
