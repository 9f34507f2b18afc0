//! The fields of the campaign form: as typed, as stored, and read into what is to be saved.

use std::time::Duration;

use super::words;
use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod, Period, ToolType};
use crate::domain::campaign_profile::{CampaignName, CampaignProfile};
use crate::domain::currency::Currency;
use crate::domain::landing::{AllowedHosts, TargetUrl};
use crate::domain::line::{Line, Lines};
use crate::domain::program::Program;
use crate::domain::rule::Basis;
use crate::domain::time::{LocalDay, Window, Zone};
use crate::operations::campaign_settings::CampaignSettings;
use crate::operations::create_campaign::NewCampaign;
use crate::web::admin::rules::fields::read_basis;
use crate::web::form::{Errors, Posted};

/// The fields on the tab Integration Setup; all others are on General Settings.
const INTEGRATION_FIELDS: &[&str] = &["method", "overlap"];

/// For how long an old key may go on working: the word, the words, the time.
pub(super) const OVERLAPS: [(&str, &str, Duration); 3] = [
    ("none", "at once", Duration::ZERO),
    ("day", "after 24 hours", Duration::from_secs(24 * 3_600)),
    ("week", "after 7 days", Duration::from_secs(7 * 24 * 3_600)),
];

/// What stands in the form, whether it can be read or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFields {
    /// Campaign Name.
    pub name: String,
    /// Tool Type, by its word.
    pub tool_type: String,
    /// Category.
    pub category: String,
    /// Target URL.
    pub target_url: String,
    /// Attribution window, in days.
    pub window: String,
    /// `percent`, `flat` or `both`.
    pub basis: String,
    /// The percentage, or the amount that is paid alone.
    pub commission: String,
    /// The amount that is paid on top of a percentage.
    pub plus: String,
    /// Allowed hosts, one per line.
    pub hosts: String,
    /// Allow conversions without a click.
    pub direct_mode: bool,
    /// Status, by its word.
    pub status: String,
    /// Without beginning and end.
    pub lifetime: bool,
    /// First day.
    pub first_day: String,
    /// Last day.
    pub last_day: String,
    /// Integration Plugin Name.
    pub plugin_name: String,
    /// Headline, or the words of a link.
    pub headline: String,
    /// The copy of a text advertisement.
    pub ad_text: String,
    /// Video URL.
    pub video_url: String,
    /// Integration method, by its word.
    pub method: String,
    /// Regenerate API Key, where it is ticked: for how long the old one goes on working, by its word.
    pub regenerate: Option<String>,
}

impl CampaignFields {
    /// What a new campaign starts with: public, reported by a server, so that its first link works at once.
    #[must_use]
    pub fn of_new() -> Self {
        Self {
            tool_type: ToolType::SaleIntegration.as_str().into(),
            window: Window::DEFAULT.days().to_string(),
            basis: "percent".into(),
            commission: "10".into(),
            status: CampaignStatus::Public.as_str().into(),
            lifetime: true,
            method: IntegrationMethod::S2sApi.as_str().into(),
            ..Self::default()
        }
    }

    /// What is stored.
    #[must_use]
    pub fn of_stored(stored: &CampaignSettings, zone: &Zone) -> Self {
        let campaign = &stored.campaign;
        let (first, last) = Period { starts_at: campaign.starts_at, ends_at: campaign.ends_at }.days(zone);
        let written = |day: Option<LocalDay>| day.map_or_else(String::new, |day| day.to_string());
        let (basis, commission, plus) = match stored.rule.as_ref().map(|rule| rule.terms.basis) {
            Some(Basis::Flat(amount)) => ("flat", amount.to_string(), String::new()),
            Some(Basis::Percent(rate)) => ("percent", rate.percent(), String::new()),
            Some(Basis::PercentPlusFlat(rate, plus)) => ("both", rate.percent(), plus.to_string()),
            None => ("percent", String::new(), String::new()),
        };
        let profile = stored.profile.clone();
        Self {
            name: campaign.name.clone(),
            tool_type: campaign.tool_type.as_str().into(),
            target_url: campaign.target_url.clone(),
            window: campaign.window_days.to_string(),
            basis: basis.into(),
            commission,
            plus,
            hosts: campaign.allowed_hosts.clone(),
            direct_mode: campaign.direct_mode,
            status: campaign.status.as_str().into(),
            lifetime: first.is_none() && last.is_none(),
            first_day: written(first),
            last_day: written(last),
            category: profile.as_ref().map(|profile| profile.category.clone()).unwrap_or_default(),
            plugin_name: profile.as_ref().map(|profile| profile.plugin_name.clone()).unwrap_or_default(),
            headline: profile.as_ref().map(|profile| profile.headline.clone()).unwrap_or_default(),
            ad_text: profile.as_ref().map(|profile| profile.ad_text.clone()).unwrap_or_default(),
            video_url: profile.map(|profile| profile.video_url).unwrap_or_default(),
            method: campaign.method.as_str().into(),
            regenerate: None,
        }
    }

    /// What was sent. Where a new campaign's form says nothing of direct mode, because no script ran, its method decides.
    #[must_use]
    pub fn of_posted(posted: &Posted, is_new: bool) -> Self {
        let text = |name: &str| posted.text(name).to_owned();
        let method = text("method");
        let unsaid = is_new && !posted.has("direct_mode") && posted.text("direct_mode_said").is_empty();
        // Each method's panel has a box of its own, and only the chosen one's counts.
        let ticked = posted.all("regenerate").any(|panel| panel == method);
        let suggested = unsaid && method == IntegrationMethod::Mobile.as_str();
        Self {
            name: text("name"),
            tool_type: text("tool_type"),
            category: text("category"),
            target_url: text("target_url"),
            window: text("window"),
            basis: text("basis"),
            commission: text("commission"),
            plus: text("plus"),
            hosts: text("hosts").replace("\r\n", "\n"),
            direct_mode: posted.has("direct_mode") || suggested,
            status: text("status"),
            lifetime: posted.has("lifetime"),
            first_day: text("first_day"),
            last_day: text("last_day"),
            plugin_name: text("plugin_name"),
            headline: text("headline"),
            ad_text: text("ad_text").replace("\r\n", "\n"),
            video_url: text("video_url"),
            regenerate: ticked.then(|| text(&format!("overlap_{method}"))),
            method,
        }
    }

    /// Reads the fields into the campaign they describe. `kept` is the method the campaign has now, which it may keep
    /// even where it is not offered.
    ///
    /// # Errors
    /// A sentence for every field that cannot be taken.
    pub fn read(
        &self,
        kind: CampaignKind,
        program: &Program,
        kept: Option<IntegrationMethod>,
    ) -> Result<NewCampaign, Errors> {
        let mut errors = Errors::default();
        let name = errors.take("name", "Campaign Name", CampaignName::parse_some(&self.name));
        let tool_type = errors.take("tool_type", "Tool Type", self.tool_type.parse::<ToolType>());
        let target = errors.take("target_url", "Target URL", TargetUrl::parse(self.target_url.trim()));
        let window = errors.take("window", "Attribution window", read_window(&self.window));
        let basis = self.read_basis(program.base_currency, &mut errors);
        let hosts = errors.take("hosts", "Allowed hosts", AllowedHosts::parse_lines(&self.hosts));
        let status = errors.take("status", "Status", self.status.parse::<CampaignStatus>());
        let period = self.read_period(&program.zone, &mut errors);
        let method = self.read_method(kept, &mut errors);
        let profile = self.read_profile(kind, &mut errors);
        if self.regenerate.is_some() && self.new_key().is_none() {
            errors.add("overlap", "Old key stops working must be one of the times offered.");
        }
        let read = || {
            Some(NewCampaign {
                name: name?.into_string(),
                kind,
                tool_type: tool_type?,
                method: method?,
                status: status?,
                period: period?,
                window: window?,
                target: target?,
                allowed_hosts: hosts?,
                basis: basis?,
                direct_mode: Some(self.direct_mode),
                profile: profile?,
                owner: None,
            })
        };
        read().filter(|_| errors.is_empty()).ok_or(errors)
    }

    /// For how long the old key goes on working, if a new one is asked for.
    #[must_use]
    pub fn new_key(&self) -> Option<Duration> {
        let asked = self.regenerate.as_deref()?;
        OVERLAPS.iter().find(|(word, _, _)| *word == asked).map(|(_, _, time)| *time)
    }

    fn read_basis(&self, currency: Currency, errors: &mut Errors) -> Option<Basis> {
        let commission = ("commission", "Commission");
        let (flat, field) = match self.basis.as_str() {
            "both" => (&self.plus, ("plus", "Flat amount")),
            _ => (&self.commission, commission),
        };
        read_basis((&self.basis, &self.commission, flat), (commission, field), currency, errors)
    }

    fn read_period(&self, zone: &Zone, errors: &mut Errors) -> Option<Period> {
        if self.lifetime {
            return Some(Period::default());
        }
        let mut day = |field, label, typed: &str| match typed.trim() {
            "" => Some(None),
            typed => errors.take(field, label, LocalDay::parse(typed)).map(Some),
        };
        let first = day("first_day", "First day", &self.first_day);
        let last = day("last_day", "Last day", &self.last_day);
        let (first, last) = first.zip(last)?;
        if first.is_none() && last.is_none() {
            errors.add("first_day", "First day or last day must be given, or Lifetime ticked.");
            return None;
        }
        errors.take("last_day", "Last day", Period::of_days(first, last, zone))
    }

    fn read_method(&self, kept: Option<IntegrationMethod>, errors: &mut Errors) -> Option<IntegrationMethod> {
        let chosen = self.method.parse::<IntegrationMethod>().ok();
        let taken = chosen.filter(|method| words::is_offered(*method) || Some(*method) == kept);
        if taken.is_none() {
            errors.add("method", "Integration method must be one of the cards.");
        }
        taken
    }

    /// Only what the kind shows is asked for, so only that is judged.
    fn read_profile(&self, kind: CampaignKind, errors: &mut Errors) -> Option<CampaignProfile> {
        let category = errors.take("category", "Category", Line::parse(&self.category));
        let plugin_name = errors.take("plugin_name", "Integration Plugin Name", Line::parse(&self.plugin_name));
        let label = if kind == CampaignKind::Link { "Link text" } else { "Headline" };
        let headline = errors.take("headline", label, Line::parse(&self.headline));
        let ad_text = errors.take("ad_text", "Ad text", Lines::parse(&self.ad_text));
        let video_url = match self.video_url.trim() {
            "" => Some(None),
            typed => errors.take("video_url", "Video URL", TargetUrl::parse(typed)).map(Some),
        };
        Some(CampaignProfile {
            category: category?,
            plugin_name: plugin_name?,
            headline: headline?,
            ad_text: ad_text?,
            video_url: video_url?,
        })
    }

    /// What these fields and others say differently: the label, and what the others say, in words.
    #[must_use]
    pub fn unlike(&self, other: &Self) -> Vec<(&'static str, String)> {
        let switch = |on: bool| if on { "on" } else { "off" };
        let fields = [
            ("Campaign Name", &*self.name, &*other.name),
            ("Tool Type", &self.tool_type, &other.tool_type),
            ("Category", &self.category, &other.category),
            ("Target URL", &self.target_url, &other.target_url),
            ("Attribution window", &self.window, &other.window),
            ("Commission rule", &self.basis, &other.basis),
            ("Commission", &self.commission, &other.commission),
            ("Flat amount on top", &self.plus, &other.plus),
            ("Allowed hosts", &self.hosts, &other.hosts),
            ("Allow conversions without a click", switch(self.direct_mode), switch(other.direct_mode)),
            ("Status", &self.status, &other.status),
            ("Lifetime", switch(self.lifetime), switch(other.lifetime)),
            ("First day", &self.first_day, &other.first_day),
            ("Last day", &self.last_day, &other.last_day),
            ("Integration Plugin Name", &self.plugin_name, &other.plugin_name),
            ("Headline or link text", &self.headline, &other.headline),
            ("Ad text", &self.ad_text, &other.ad_text),
            ("Video URL", &self.video_url, &other.video_url),
            ("Integration method", &self.method, &other.method),
        ];
        let different = fields.into_iter().filter(|(_, mine, theirs)| mine.trim() != theirs.trim());
        different.map(|(label, _, theirs)| (label, in_words(theirs))).collect()
    }
}

/// A value as people know it, where it is one of the contract's words.
fn in_words(value: &str) -> String {
    let tool_type = value.parse().map(words::tool_type).ok();
    let status = || value.parse().map(words::status).ok();
    let method = || value.parse().map(|method| words::method_card(method).0).ok();
    let known = tool_type.or_else(status).or_else(method);
    known.unwrap_or(value).to_owned()
}

fn read_window(typed: &str) -> Result<Window, crate::domain::time::WindowError> {
    // What is no number of days lies outside the range like 0 does.
    Window::from_days(typed.trim().parse().unwrap_or(0))
}

/// How many fields of each tab are wrong: General Settings, Integration Setup.
#[must_use]
pub fn wrong_by_tab(errors: &Errors) -> (usize, usize) {
    let integration = errors.count_in(INTEGRATION_FIELDS);
    (errors.len() - integration, integration)
}
