//! What the list's URL asks for. What it does not understand, it leaves out: a filter is a wish, not an order.

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::domain::campaign::{CampaignKind, CampaignStatus, IntegrationMethod};
use crate::storage::campaign_list::CampaignFilter;

/// The word for archived campaigns among the statuses of the filter.
pub(super) const ARCHIVED: &str = "archived";

/// The list's query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Which campaigns.
    pub filter: CampaignFilter,
    /// Which page of them, from 1.
    pub page: i64,
    /// Whose setup is to be shown, as it stands in the URL.
    pub setup: Option<String>,
}

impl ListQuery {
    /// Reads the request's query.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self::read(request.query_string())
    }

    fn read(query: &str) -> Self {
        let mut read = Self { page: 1, ..Self::default() };
        let filter = &mut read.filter;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => filter.name = value.chars().take(120).collect(),
                "kind" => filter.kind = value.parse::<CampaignKind>().ok(),
                "method" => filter.method = value.parse::<IntegrationMethod>().ok(),
                "status" if value == ARCHIVED => filter.archived = true,
                "status" => filter.status = value.parse::<CampaignStatus>().ok(),
                "archived" => filter.archived = value == "1",
                "page" => read.page = value.parse().unwrap_or(1),
                "setup" => read.setup = Some(value.into_owned()),
                _ => {}
            }
        }
        read
    }

    /// Whether anything is asked for besides the whole list.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let archived = self.filter.archived;
        self.filter != CampaignFilter { archived, ..CampaignFilter::default() }
    }

    /// The word chosen among the statuses.
    #[must_use]
    pub fn status_word(&self) -> &'static str {
        if self.filter.archived { ARCHIVED } else { self.filter.status.map_or("", CampaignStatus::as_str) }
    }

    /// The query that asks for the same campaigns, with more pairs behind it: `?kind=link&page=2`.
    #[must_use]
    pub fn with(&self, more: &[(&str, &str)]) -> String {
        let filter = &self.filter;
        let pairs = [
            ("q", filter.name.as_str()),
            ("kind", filter.kind.map_or("", CampaignKind::as_str)),
            ("method", filter.method.map_or("", IntegrationMethod::as_str)),
            ("status", self.status_word()),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs.iter().chain(more).filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        format!("?{}", query.finish())
    }

    /// [`Self::with`] nothing, ready to have `page=` put behind it.
    #[must_use]
    pub fn ready_for_a_page(&self) -> String {
        let query = self.with(&[]);
        if query.len() > 1 { format!("{query}&") } else { query }
    }
}

#[cfg(test)]
mod tests {
    use super::ListQuery;

    #[test]
    fn a_query_means_what_it_says_and_nothing_else() {
        for (query, same) in [
            ("", "?"),
            ("q=a+b%26c&kind=link", "?q=a+b%26c&kind=link"),
            ("kind=no&method=no&status=no&page=x", "?"),
            ("status=draft&method=s2s_api", "?method=s2s_api&status=draft"),
            ("archived=1", "?status=archived"),
            ("status=archived&q=%E2%82%AC", "?q=%E2%82%AC&status=archived"),
            ("q=%FF", "?q=%EF%BF%BD"),
        ] {
            assert_eq!(ListQuery::read(query).with(&[]), same, "{query}");
        }
        assert_eq!(ListQuery::read("page=3").page, 3);
        assert_eq!(ListQuery::read("").ready_for_a_page(), "?");
        assert_eq!(ListQuery::read("q=a").ready_for_a_page(), "?q=a&");
        assert!(!ListQuery::read("archived=1&page=2").narrows() && ListQuery::read("q=a").narrows());
        assert_eq!(ListQuery::read("setup=camp_1").setup.as_deref(), Some("camp_1"));
    }
}
