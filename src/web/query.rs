//! What a list is asked for, in the query of its URL.
//!
//! A query is typed by people, kept in bookmarks and cut off in mails, so nothing in it is an error by itself: what is
//! not there is empty, what is given twice counts once, and what no database could hold is left out.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use url::form_urlencoded;

/// The longest value, in characters; more is nobody's order id, name or code.
const LONGEST: usize = 300;

/// The fields of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    fn read(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        let clean = |value: &str| value.chars().filter(|one| !one.is_control()).take(LONGEST).collect();
        Self(pairs.map(|(name, value)| (name.into_owned(), clean(&value))).collect())
    }

    /// A field's text as it was typed; empty when it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The value that a field names, if it names one.
    #[must_use]
    pub fn value<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// The page asked for, from 1.
    #[must_use]
    pub fn page(&self) -> i64 {
        self.value("page").unwrap_or(1)
    }

    /// Whether any of these fields says something.
    #[must_use]
    pub fn says_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| !self.text(name).trim().is_empty())
    }

    /// The address of the same list, with these of its fields: ready to have one more put behind it.
    #[must_use]
    pub fn address(&self, path: &str, names: &[&str]) -> String {
        let said = names.iter().map(|name| (*name, self.text(name)));
        address(path, said)
    }
}

/// A path with the fields that say something, ending in `?` or `&`.
pub fn address<'a>(path: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { format!("{path}?") } else { format!("{path}?{query}&") }
}

impl FromRequest for Query {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::read(request.query_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_is_never_an_error() {
        let query = Query::read("q=%00a%0Ab+c&q=second&page=x&status=active&broken=%FF&&=");
        assert_eq!((query.text("q"), query.page(), query.text("nothing")), ("ab c", 1, ""));
        assert_eq!(query.value::<i64>("status"), None);
        assert!(query.says_any(&["status"]) && !query.says_any(&["nothing", "also"]));
        assert_eq!(Query::read(&format!("q={}", "é".repeat(9_999))).text("q").chars().count(), 300);
    }

    #[test]
    fn a_list_leads_to_itself_with_its_filters() {
        let query = Query::read("q=50%25+off%26more&status=&page=3");
        assert_eq!(query.address("/admin/x/affiliates", &["q", "status"]), "/admin/x/affiliates?q=50%25+off%26more&");
        assert_eq!(query.address("/admin/x/affiliates", &["status"]), "/admin/x/affiliates?");
    }
}
