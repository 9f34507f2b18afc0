//! The contract's own names for what a campaign can be.

use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, ToolType};

/// A kind's name without "Campaign".
pub(super) const fn kind(kind: CampaignKind) -> &'static str {
    match kind {
        CampaignKind::Banner => "Banner",
        CampaignKind::Text => "Text",
        CampaignKind::Link => "Link",
        CampaignKind::Video => "Video",
    }
}

/// What an affiliate gets, in three words.
pub(super) const fn kind_promise(kind: CampaignKind) -> &'static str {
    match kind {
        CampaignKind::Banner => "Images by size",
        CampaignKind::Text => "Ready ad copy",
        CampaignKind::Link => "One tracked URL",
        CampaignKind::Video => "A film, linked",
    }
}

/// A kind's icon.
pub(super) const fn kind_icon(kind: CampaignKind) -> &'static str {
    match kind {
        CampaignKind::Banner => "photo",
        CampaignKind::Text => "text-size",
        CampaignKind::Link => "link",
        CampaignKind::Video => "video",
    }
}

/// A tool type's name.
pub(super) const fn tool_type(tool_type: ToolType) -> &'static str {
    match tool_type {
        ToolType::SaleIntegration => "Sale Integration",
        ToolType::SingleActionIntegration => "Single Action Integration",
        ToolType::MultiActionIntegration => "Multi Action Integration",
        ToolType::ClickIntegration => "Click Integration",
    }
}

/// A method's name on its badge and in the list's filter.
pub(super) const fn method(method: IntegrationMethod) -> &'static str {
    match method {
        IntegrationMethod::JsPixel => "JS Pixel",
        IntegrationMethod::S2sApi => "S2S API",
        IntegrationMethod::Mobile => "Mobile",
        IntegrationMethod::Postback => "Postback",
        IntegrationMethod::ConversionApi => "Conversion API",
    }
}

/// A method's name on its card, and what it means.
pub(super) const fn method_card(method: IntegrationMethod) -> (&'static str, &'static str) {
    match method {
        IntegrationMethod::JsPixel => ("JS Pixel", "A script on your thank-you page."),
        IntegrationMethod::S2sApi => ("S2S API (Server)", "Your server reports the order with a key."),
        IntegrationMethod::Mobile => ("Mobile (S2S Direct)", "Apps report without a browser."),
        IntegrationMethod::Postback => ("Postback", "Another platform calls your URL."),
        IntegrationMethod::ConversionApi => ("Conversion API", "REST endpoints for a custom build."),
    }
}

/// A method's icon.
pub(super) const fn method_icon(method: IntegrationMethod) -> &'static str {
    match method {
        IntegrationMethod::JsPixel => "code",
        IntegrationMethod::S2sApi => "server",
        IntegrationMethod::Mobile => "device-mobile",
        IntegrationMethod::Postback => "arrows-exchange",
        IntegrationMethod::ConversionApi => "braces",
    }
}

/// Whether new campaigns may choose the method, and whether it has a setup to show.
pub(super) const fn is_offered(method: IntegrationMethod) -> bool {
    !matches!(method, IntegrationMethod::Postback)
}

/// A status's name.
pub(super) const fn status(status: CampaignStatus) -> &'static str {
    match status {
        CampaignStatus::Public => "Public",
        CampaignStatus::InReview => "In Review",
        CampaignStatus::Draft => "Draft",
    }
}

/// The word and the tone of the badge for where a campaign stands.
pub(super) const fn standing(campaign: CampaignStatus, archived: bool) -> (&'static str, &'static str) {
    match campaign {
        _ if archived => ("Archived", ""),
        CampaignStatus::Public => (status(campaign), "tone-green"),
        CampaignStatus::InReview => (status(campaign), "tone-amber"),
        CampaignStatus::Draft => (status(campaign), ""),
    }
}
