//! Pages: how a template becomes an answer, and what stands around every page of the admin.

use actix_session::SessionExt;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::access::people::Seat;
use super::notice::Notice;
use super::{session, theme};
use crate::domain::user::Role;

/// The policy of a page: its own scripts, styles, icons and fonts, forms to itself, and nothing else. Tabler's style
/// sheet draws check marks with `data:` images.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                          frame-ancestors 'none'";

/// Which entry of the top bar a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Dashboard.
    Dashboard,
    /// Marketing → Campaigns.
    Campaigns,
    /// Marketing → Affiliates.
    Affiliates,
    /// Marketing → Links.
    Links,
    /// Marketing → Rules.
    Rules,
    /// Marketing → Coupons.
    Coupons,
    /// Marketing → Referrals.
    Referrals,
    /// Conversions.
    Conversions,
    /// Attempts.
    Attempts,
    /// Settings.
    Settings,
}

impl Section {
    /// Whether it stands in the Marketing dropdown.
    #[must_use]
    pub const fn is_marketing(self) -> bool {
        matches!(self, Self::Campaigns | Self::Affiliates | Self::Links | Self::Rules | Self::Coupons | Self::Referrals)
    }
}

/// What stands around a page: the program, the person, the place in the menu, the last notice.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The program's name in URLs.
    pub slug: String,
    /// The program's name.
    pub program: String,
    /// Its base currency's code.
    pub currency: &'static str,
    /// Its time zone's name.
    pub zone: String,
    /// The person's name.
    pub user: String,
    /// The first letters of it.
    pub initials: String,
    /// What the person may do here.
    pub role: Role,
    /// The entry of the top bar.
    pub section: Section,
    /// What the last action came to, if it has not been said yet.
    pub notice: Option<Notice>,
    /// What every form carries.
    pub form_token: String,
    /// The theme the person chose, if not the system's.
    pub theme: Option<&'static str>,
}

impl Frame {
    /// The frame of a page of this program, for this person.
    #[must_use]
    pub fn new(seat: &Seat, section: Section, request: &HttpRequest) -> Self {
        Self {
            slug: seat.program.slug.as_str().to_owned(),
            program: seat.program.name.clone(),
            currency: seat.program.base_currency.code(),
            zone: seat.program.zone.name().to_owned(),
            user: seat.user.name.clone(),
            initials: initials(&seat.user.name),
            role: seat.role,
            section,
            notice: Notice::waiting(request),
            form_token: session::form_token(&request.get_session()).unwrap_or_default(),
            theme: theme::chosen(request),
        }
    }

    /// The address of a page of this program; `path` begins with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("/admin/{}{path}", self.slug)
    }

    /// Whether the person may change campaigns, affiliates and links.
    #[must_use]
    pub fn may_change(&self) -> bool {
        self.role != Role::Viewer
    }

    /// Whether the person may change the program itself and who works in it.
    #[must_use]
    pub fn may_own(&self) -> bool {
        self.role == Role::Owner
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let ends = [words.first(), words.last().filter(|_| words.len() > 1)];
    ends.into_iter().flatten().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
}

/// A page that shows what was asked for.
#[must_use]
pub fn ok(page: &impl Template) -> HttpResponse {
    with_status(StatusCode::OK, page)
}

/// A form that is shown again with what is wrong in it.
#[must_use]
pub fn unprocessable(page: &impl Template) -> HttpResponse {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// A form that is shown again because somebody else was faster.
#[must_use]
pub fn conflict(page: &impl Template) -> HttpResponse {
    with_status(StatusCode::CONFLICT, page)
}

/// A page under any status.
#[must_use]
pub fn with_status(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Sends the browser on after a form, so that loading again repeats nothing.
#[must_use]
pub fn see_other(url: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, url)).insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// A path on this server, or nothing: `//host` and `/\\host` lead elsewhere in a browser's eyes.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('/')?;
    let stays = !rest.starts_with(['/', '\\']) && !text.contains(char::is_control);
    stays.then_some(text)
}

/// Sends the browser on, with something to say there.
#[must_use]
pub fn see_other_with(url: &str, notice: Notice) -> HttpResponse {
    let mut answer = see_other(url);
    notice.leave_on(&mut answer);
    answer
}

#[cfg(test)]
mod tests {
    use super::{initials, local_path};

    #[test]
    fn only_a_path_on_this_server_is_followed() {
        for (text, stays) in [
            ("/admin/finch/campaigns?page=2", true),
            ("/", true),
            ("//evil.example/", false),
            ("/\\evil.example", false),
            ("https://evil.example/", false),
            ("javascript:alert(1)", false),
            ("/\t/evil.example", false),
            ("", false),
        ] {
            assert_eq!(local_path(text).is_some(), stays, "{text:?}");
        }
    }

    #[test]
    fn a_person_has_at_most_two_initials() {
        for (name, short) in
            [("Marta Keller", "MK"), ("Marta", "M"), ("marta van der keller", "MK"), ("", ""), ("ßen", "SS")]
        {
            assert_eq!(initials(name), short, "{name}");
        }
    }
}
