//! Quick access: a campaign's key and endpoints, over the list.
//!
//! The modal has an address of its own (`?setup=camp_…`), and only the page at that address holds the campaign's key. A
//! script fetches that page and takes the modal out of it; without script it is the first section of the page.

use crate::domain::campaign::IntegrationMethod;
use crate::operations::campaign_keys::CampaignKeys;
use crate::storage::campaigns::CampaignRow;
use crate::web::admin::campaigns::words;
use crate::web::admin::integration_setup::Endpoints;
use crate::web::admin::integration_setup::key::KeyView;
use crate::web::admin::integration_setup::pixel::PixelSetup;

/// An address with its name.
#[derive(Clone, Debug)]
pub struct NamedUrl {
    /// Its id in the page.
    pub element: &'static str,
    /// What a developer calls it.
    pub name: &'static str,
    /// The address.
    pub url: String,
}

/// One campaign's setup.
#[derive(Clone, Debug)]
pub struct SetupModal {
    /// The modal's id in the page.
    pub element: String,
    /// "S2S API setup".
    pub title: String,
    /// The campaign's name.
    pub campaign: String,
    /// Its key, if there is one to show.
    pub key: Option<KeyView>,
    /// Where it reports to.
    pub endpoints: Vec<NamedUrl>,
    /// What a shop places on its pages, where it reports by pixel.
    pub pixel: Option<PixelSetup>,
    /// What a report must carry.
    pub parameters: &'static [&'static str],
    /// What stands under the endpoints.
    pub note: &'static str,
    /// The form's address, at the right tab.
    pub full_setup: String,
    /// The list without the modal.
    pub back: String,
}

const BY_CLICK: &[&str] = &["api_key", "click_token", "order_id", "order_total", "order_currency"];
const BY_NAME: &[&str] = &["api_key", "campaign_id", "affiliate_id", "order_id", "order_total", "order_currency"];

/// The id of a campaign's modal in the page.
#[must_use]
pub fn element(campaign: &CampaignRow) -> String {
    format!("setup-{}", campaign.id)
}

impl SetupModal {
    /// The setup of a campaign; none for a method that has none yet.
    #[must_use]
    pub fn of(
        campaign: &CampaignRow,
        keys: &CampaignKeys,
        endpoints: Endpoints,
        may_see: bool,
        pixel: Option<PixelSetup>,
        (form, back): (String, String),
    ) -> Option<Self> {
        if !words::is_offered(campaign.method) {
            return None;
        }
        let by_name = campaign.method == IntegrationMethod::Mobile && campaign.direct_mode;
        let name = if campaign.method == IntegrationMethod::S2sApi { "S2S Endpoint URL" } else { CONVERT };
        let convert = NamedUrl { element: "setup-convert", name, url: endpoints.convert };
        let endpoints = match campaign.method {
            IntegrationMethod::ConversionApi => {
                vec![NamedUrl { element: "setup-click", name: CLICK, url: endpoints.add_click }, convert]
            }
            IntegrationMethod::Mobile => {
                vec![convert, NamedUrl { element: "setup-register", name: REGISTER, url: endpoints.register_click }]
            }
            _ => vec![convert],
        };
        Some(Self {
            element: element(campaign),
            title: format!("{} setup", words::method(campaign.method)),
            campaign: campaign.name.clone(),
            key: keys.current.as_ref().map(|key| KeyView::of(key, may_see)),
            endpoints,
            pixel: pixel.filter(|_| campaign.method == IntegrationMethod::JsPixel),
            parameters: if by_name { BY_NAME } else { BY_CLICK },
            note: note(campaign),
            full_setup: format!("{form}?tab=integration"),
            back,
        })
    }
}

const CLICK: &str = "Click Tracking";
const CONVERT: &str = "Sale / Conversion Tracking";
const REGISTER: &str = "Click Registration";

/// What somebody who only opens the modal must know.
const fn note(campaign: &CampaignRow) -> &'static str {
    match campaign.method {
        IntegrationMethod::Mobile if campaign.direct_mode => "A click_token may stand in the place of both ids.",
        IntegrationMethod::Mobile => "Conversions without a click are off for this campaign.",
        IntegrationMethod::ConversionApi => "Click Tracking answers with the click_token for the sale.",
        _ => "Visitors bring the click_token in the landing URL.",
    }
}
