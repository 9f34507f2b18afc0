//! A click that a server registers, under whichever names it was told.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use crate::app::App;
use crate::domain::affiliate::Affiliate;
use crate::domain::attribution::Refusal;
use crate::domain::campaign::Campaign;
use crate::domain::click::{Click, Visit};
use crate::domain::click_token::{Claims, Mode, Origin};
use crate::domain::free_text::FreeText;
use crate::domain::handle::NetworkPrefix;
use crate::domain::id::ClickId;
use crate::domain::link::Link;
use crate::domain::time::Timestamp;
use crate::recorder::NotRecorded;
use crate::web::intake::{FieldError, Fields, shared};

/// What a server says of the visitor whose click it registers.
pub struct Visitor {
    /// What is kept of it.
    pub visit: Visit,
    /// Their address, of which only the network is.
    address: Option<IpAddr>,
}

impl Visitor {
    /// A visitor from this address.
    #[must_use]
    pub fn new(visit: Visit, address: Option<IpAddr>) -> Self {
        Self { visit: Visit { network: address.map(NetworkPrefix::of), ..visit }, address }
    }

    /// Tells visitors apart by what the merchant says of them; one of whom nothing is said is new each time.
    fn hash(&self, click: ClickId) -> u64 {
        let mut hasher = DefaultHasher::new();
        match (&self.visit.visitor_id, self.address) {
            (Some(visitor), _) => visitor.hash(&mut hasher),
            (None, Some(address)) => (address, &self.visit.user_agent).hash(&mut hasher),
            (None, None) => click.hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// `ip`: the visitor's address, if it is said.
///
/// # Errors
/// [`FieldError`] that names it.
pub fn address(fields: &Fields) -> Result<Option<IpAddr>, FieldError> {
    let Some(value) = fields.get("ip") else { return Ok(None) };
    let address = value.as_text().and_then(|text| text.trim().parse().ok());
    let address = address.ok_or_else(|| FieldError::malformed("ip", "must be an IP address, such as 203.0.113.9"))?;
    Ok(Some(address))
}

/// `sub1` to `sub5`: what the affiliate wants to tell apart.
///
/// # Errors
/// [`FieldError`] that names the first that is no text.
pub fn subs(fields: &Fields) -> Result<[Option<FreeText>; 5], FieldError> {
    Ok([
        shared::free_text(fields, "sub1")?,
        shared::free_text(fields, "sub2")?,
        shared::free_text(fields, "sub3")?,
        shared::free_text(fields, "sub4")?,
        shared::free_text(fields, "sub5")?,
    ])
}

/// Whether the affiliate may send a visitor to the campaign now.
///
/// # Errors
/// [`Refusal`].
pub fn may_be_sent(campaign: &Campaign, affiliate: &Affiliate, now: Timestamp) -> Result<(), Refusal> {
    campaign.takes_visitors(now)?;
    affiliate.may_send()
}

/// Records a click through a link of the campaign; what its token says, and the token.
///
/// # Errors
/// [`NotRecorded`].
pub async fn register(
    app: &App,
    (campaign, link): (&Campaign, Arc<Link>),
    (mode, at): (Mode, Timestamp),
    visitor: Visitor,
) -> Result<(Claims, String), NotRecorded> {
    let claims = Claims {
        mode,
        origin: Origin::Api,
        window: campaign.window,
        click: app.environment.mint.id(at),
        link: link.id,
    };
    let token = app.environment.keys.click_tokens().seal(&claims);
    let hash = visitor.hash(claims.click);
    app.recorder.record_click(Click { claims, link, visit: visitor.visit, mark: None, visitor: hash }).await?;
    Ok((claims, token))
}
