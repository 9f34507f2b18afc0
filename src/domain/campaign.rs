//! What is promoted, where its visitors go, and when it takes clicks.

use super::attribution::Refusal;
use super::id::{CampaignId, ProgramId};
use super::landing::{AllowedHosts, TargetUrl};
use super::text_enum;
use super::time::{LocalDay, Timestamp, Window, Zone};

text_enum! {
    /// What an affiliate places on a page.
    pub enum CampaignKind {
        /// An image.
        Banner => "banner",
        /// A text advertisement.
        Text => "text",
        /// A plain link.
        Link => "link",
        /// A video.
        Video => "video",
    }
}

text_enum! {
    /// What is tracked. It shapes the form; it never refuses an event.
    #[expect(clippy::enum_variant_names, reason = "these are the tool types' own names")]
    pub enum ToolType {
        /// "Sale Integration": orders.
        SaleIntegration => "sale_integration",
        /// "Single Action Integration": one kind of action.
        SingleActionIntegration => "single_action_integration",
        /// "Multi Action Integration": several named actions; only here does the action take part in deduplication.
        MultiActionIntegration => "multi_action_integration",
        /// "Click Integration": visits.
        ClickIntegration => "click_integration",
    }
}

text_enum! {
    /// How the merchant reports to this campaign.
    pub enum IntegrationMethod {
        /// "JS Pixel": a script on the merchant's pages.
        JsPixel => "js_pixel",
        /// "S2S API (Server)": the merchant's server with a click token.
        S2sApi => "s2s_api",
        /// "Mobile (S2S Direct)": an app's backend, with or without a click.
        Mobile => "mobile",
        /// "Postback": a network's server-to-server call.
        Postback => "postback",
        /// "Conversion API": a custom integration.
        ConversionApi => "conversion_api",
    }
}

text_enum! {
    /// Whether affiliates may use the campaign.
    pub enum CampaignStatus {
        /// Links work.
        Public => "public",
        /// Waiting for somebody's approval.
        InReview => "in_review",
        /// Being written.
        Draft => "draft",
    }
}

/// When a campaign takes clicks; an open end is "Lifetime".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first moment inside, if there is one.
    pub starts_at: Option<Timestamp>,
    /// The first moment after, if there is one.
    pub ends_at: Option<Timestamp>,
}

/// A period that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must not be before the first day")]
pub struct EndsBeforeItBegins;

impl Period {
    /// The period of these local days of a zone, both whole and inside.
    ///
    /// # Errors
    /// [`EndsBeforeItBegins`].
    pub fn of_days(first: Option<LocalDay>, last: Option<LocalDay>, zone: &Zone) -> Result<Self, EndsBeforeItBegins> {
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            return Err(EndsBeforeItBegins);
        }
        let starts_at = first.map(|day| zone.day_start(day));
        Ok(Self { starts_at, ends_at: last.map(|day| zone.day_end_exclusive(day)) })
    }

    /// The first and the last local day that lie inside, at least in part.
    #[must_use]
    pub fn days(self, zone: &Zone) -> (Option<LocalDay>, Option<LocalDay>) {
        let last = self.ends_at.map(|end| Timestamp::from_millis(end.millis().saturating_sub(1)));
        (self.starts_at.map(|start| zone.local_day(start)), last.map(|last| zone.local_day(last)))
    }

    /// Whether `now` lies inside.
    #[must_use]
    pub fn covers(self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }
}

/// What a decision needs to know of a campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// The program it belongs to.
    pub program_id: ProgramId,
    /// What people call it.
    pub name: String,
    /// What an affiliate places.
    pub kind: CampaignKind,
    /// What is tracked.
    pub tool_type: ToolType,
    /// How the merchant reports.
    pub method: IntegrationMethod,
    /// Whether affiliates may use it.
    pub status: CampaignStatus,
    /// When it takes clicks.
    pub period: Period,
    /// Put away: nothing new is credited, earlier clicks included.
    pub archived: bool,
    /// Whether a conversion may come without a click ("Allow conversions without a click").
    pub direct_mode: bool,
    /// How long a click may be credited.
    pub window: Window,
    /// Where visitors go.
    pub target: TargetUrl,
    /// Where a deep link may go besides the target's own host.
    pub allowed_hosts: AllowedHosts,
}

impl Campaign {
    /// Whether a click, or a conversion without one, may begin here at `now`.
    ///
    /// # Errors
    /// The refusal to answer with, the most final first: archived, not Public, outside the period.
    pub fn takes_visitors(&self, now: Timestamp) -> Result<(), Refusal> {
        self.still_credits()?;
        if self.status != CampaignStatus::Public {
            return Err(Refusal::CampaignNotPublic);
        }
        if !self.period.covers(now) {
            return Err(Refusal::CampaignOutsidePeriod);
        }
        Ok(())
    }

    /// Whether a click made earlier may still be credited: only archiving takes that away.
    ///
    /// # Errors
    /// [`Refusal::CampaignArchived`].
    pub const fn still_credits(&self) -> Result<(), Refusal> {
        if self.archived { Err(Refusal::CampaignArchived) } else { Ok(()) }
    }

    /// Whether a browser that shows a page of this host may speak for the campaign: the target's own host, and those that
    /// the campaign allows.
    #[must_use]
    pub fn hears_pages_of(&self, host: &str) -> bool {
        self.target.host().eq_ignore_ascii_case(host) || self.allowed_hosts.allows(host)
    }
}

#[cfg(test)]
mod tests {
    use super::{EndsBeforeItBegins, Period};
    use crate::domain::time::{LocalDay, Timestamp, Zone};

    #[test]
    fn a_period_of_days_is_whole_days_of_the_programs_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let day = |text: &str| Some(LocalDay::parse(text).unwrap());
        let at = |text: &str| Some(Timestamp::parse_rfc3339(text).unwrap());
        let cases = [
            ("lifetime", None, None, None, None),
            ("winter", day("2026-01-01"), day("2026-01-31"), at("2025-12-31T23:00:00Z"), at("2026-01-31T23:00:00Z")),
            (
                "over summer time",
                day("2026-03-01"),
                day("2026-04-01"),
                at("2026-02-28T23:00:00Z"),
                at("2026-04-01T22:00:00Z"),
            ),
            ("one day", day("2026-07-01"), day("2026-07-01"), at("2026-06-30T22:00:00Z"), at("2026-07-01T22:00:00Z")),
            ("no end", day("2026-07-01"), None, at("2026-06-30T22:00:00Z"), None),
            ("no beginning", None, day("2026-07-01"), None, at("2026-07-01T22:00:00Z")),
        ];
        for (name, first, last, starts_at, ends_at) in cases {
            let period = Period::of_days(first, last, &berlin).unwrap();
            assert_eq!(period, Period { starts_at, ends_at }, "{name}");
            assert_eq!(period.days(&berlin), (first, last), "{name}");
        }
        let upside_down = Period::of_days(day("2026-07-02"), day("2026-07-01"), &berlin);
        assert_eq!(upside_down, Err(EndsBeforeItBegins));
    }
}
