//! What the demo promotes: one campaign per integration method, of all four kinds.

use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
use crate::domain::campaign_profile::CampaignProfile;
use crate::domain::currency::Currency;
use crate::domain::id::UserId;
use crate::domain::landing::{AllowedHosts, TargetUrl};
use crate::domain::line::{Line, Lines};
use crate::domain::money::Money;
use crate::domain::rate::Rate;
use crate::domain::rule::Basis;
use crate::domain::time::Window;
use crate::operations::campaign_media::NewImage;
use crate::operations::create_campaign::NewCampaign;

/// One of the demo's campaigns.
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) kind: CampaignKind,
    pub(super) tool_type: ToolType,
    pub(super) method: IntegrationMethod,
    target: &'static str,
    pays: Pays,
    category: &'static str,
    plugin_name: &'static str,
    headline: &'static str,
    ad_text: &'static str,
    video_url: Option<&'static str>,
    images: &'static [(&'static str, &'static [u8])],
}

enum Pays {
    Percent(&'static str),
    Flat(&'static str),
}

/// The demo's campaigns, in the order of the vocabulary.
pub(super) const CAMPAIGNS: [Plan; 5] = [
    Plan {
        name: "Autumn collection",
        kind: CampaignKind::Banner,
        tool_type: ToolType::SaleIntegration,
        method: IntegrationMethod::JsPixel,
        target: "https://alderfinch.example/autumn",
        pays: Pays::Percent("7.25"),
        category: "Seasonal",
        plugin_name: "WooCommerce",
        headline: "",
        ad_text: "",
        video_url: None,
        images: &[
            ("autumn-300x250.png", include_bytes!("demo_images/autumn-300x250.png")),
            ("autumn-728x90.png", include_bytes!("demo_images/autumn-728x90.png")),
        ],
    },
    Plan {
        name: "Alderfinch shop",
        kind: CampaignKind::Link,
        tool_type: ToolType::SaleIntegration,
        method: IntegrationMethod::S2sApi,
        target: "https://alderfinch.example/shop",
        pays: Pays::Percent("10"),
        category: "Coffee",
        plugin_name: "Custom checkout",
        headline: "Coffee from Alderfinch",
        ad_text: "",
        video_url: None,
        images: &[],
    },
    Plan {
        name: "Alderfinch app",
        kind: CampaignKind::Text,
        tool_type: ToolType::MultiActionIntegration,
        method: IntegrationMethod::Mobile,
        target: "https://alderfinch.example/app",
        pays: Pays::Percent("3"),
        category: "App",
        plugin_name: "iOS and Android",
        headline: "Your coffee, two taps away",
        ad_text: "Order on the way, collect at the counter. The first cup is on the house.",
        video_url: None,
        images: &[],
    },
    Plan {
        name: "Partner network",
        kind: CampaignKind::Video,
        tool_type: ToolType::SaleIntegration,
        method: IntegrationMethod::Postback,
        target: "https://alderfinch.example/partners",
        pays: Pays::Percent("12.5"),
        category: "Equipment",
        plugin_name: "HubSpot",
        headline: "",
        ad_text: "",
        video_url: Some("https://alderfinch.example/films/partners"),
        images: &[("partners-480x270.png", include_bytes!("demo_images/partners-480x270.png"))],
    },
    Plan {
        name: "Trade accounts",
        kind: CampaignKind::Link,
        tool_type: ToolType::SingleActionIntegration,
        method: IntegrationMethod::ConversionApi,
        target: "https://alderfinch.example/trade",
        pays: Pays::Flat("5.00"),
        category: "B2B",
        plugin_name: "In-house CRM",
        headline: "Coffee for your office",
        ad_text: "",
        video_url: None,
        images: &[],
    },
];

impl Plan {
    /// The campaign, to be looked after by `owner`: public, unlimited, with the usual window.
    pub(super) fn campaign(&self, owner: UserId) -> anyhow::Result<NewCampaign> {
        Ok(NewCampaign {
            name: self.name.into(),
            kind: self.kind,
            tool_type: self.tool_type,
            method: self.method,
            status: CampaignStatus::Public,
            period: Period::default(),
            window: Window::DEFAULT,
            target: TargetUrl::parse(self.target)?,
            allowed_hosts: AllowedHosts::default(),
            basis: match self.pays {
                Pays::Percent(percent) => Basis::Percent(Rate::parse_percent(percent)?),
                Pays::Flat(amount) => Basis::Flat(Money::parse(amount, Currency::USD)?),
            },
            direct_mode: None,
            profile: CampaignProfile {
                category: Line::parse(self.category)?,
                plugin_name: Line::parse(self.plugin_name)?,
                headline: Line::parse(self.headline)?,
                ad_text: Lines::parse(self.ad_text)?,
                video_url: self.video_url.map(TargetUrl::parse).transpose()?,
            },
            owner: Some(owner),
        })
    }

    /// Its images.
    pub(super) fn images(&self) -> anyhow::Result<Vec<NewImage>> {
        let read = |(name, content): &(&str, &[u8])| Ok(NewImage::read(name, content.to_vec())?);
        self.images.iter().map(read).collect()
    }
}
