//! The documentation, at `/docs`: what stands in `docs/` beside the source, with this installation's address in it.
//!
//! For everybody, as the reference is: whoever integrates a shop has no account here.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{assets, error, page, theme};
use crate::app::App;

/// The address that stands for an installation's in the texts.
const ADDRESS: &str = "https://accrue.example";

/// One page.
struct Text {
    /// Its name in the URL; empty for the first one.
    name: &'static str,
    /// What it is called where pages are listed.
    title: &'static str,
    /// Its article.
    article: &'static str,
}

/// Pages, each with its file in `docs/`, its name in the URL and its title.
macro_rules! texts {
    ($($file:literal, $name:literal, $title:literal;)+) => {
        /// Every page, in the order in which they are listed.
        const TEXTS: &[Text] = &[$(Text {
            name: $name,
            title: $title,
            article: include_str!(concat!(env!("OUT_DIR"), "/docs/", $file, ".html")),
        }),+];
    };
}

texts! {
    "index", "", "Overview";
    "coming-from-affiliatepro-conversion-api", "coming-from-affiliatepro-conversion-api", "From AffiliatePro: Conversion API";
    "coming-from-affiliatepro-s2s", "coming-from-affiliatepro-s2s", "From AffiliatePro: S2S API";
    "coming-from-affilync", "coming-from-affilync", "From Affilync";
    "coming-from-affilae", "coming-from-affilae", "From Affilae";
    "coming-from-affonso", "coming-from-affonso", "From Affonso";
    "pixel", "pixel", "The pixel";
    "conversions-csv", "conversions-csv", "Conversions as CSV";
}

#[derive(Template)]
#[template(path = "docs/page.html")]
struct DocsPage {
    theme: Option<&'static str>,
    texts: &'static [Text],
    shown: &'static Text,
    article: String,
}

/// `GET /docs`.
pub async fn index(app: Data<App>, request: HttpRequest) -> HttpResponse {
    show_named(&app, &request, "")
}

/// `GET /docs/{page}`.
pub async fn show(app: Data<App>, request: HttpRequest, name: Path<String>) -> HttpResponse {
    show_named(&app, &request, &name)
}

fn show_named(app: &App, request: &HttpRequest, name: &str) -> HttpResponse {
    let Some(shown) = TEXTS.iter().find(|text| text.name == name) else { return error::page_not_found() };
    let article = here(shown.article, app.public_url.as_str().trim_end_matches('/'));
    page::ok(&DocsPage { theme: theme::chosen(request), texts: TEXTS, shown, article })
}

/// An article with what only a running installation knows.
fn here(article: &str, address: &str) -> String {
    let escaped = address.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    article.replace(ADDRESS, &escaped).replace("@copy-icon@", &assets::icon("copy"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{TEXTS, here};

    #[test]
    fn every_text_has_a_page_and_every_link_between_them_leads_somewhere() {
        let files = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
        let texts = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        let files: BTreeSet<String> =
            texts.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        let name = |text: &super::Text| if text.name.is_empty() { "index".to_owned() } else { text.name.to_owned() };
        assert_eq!(TEXTS.iter().map(name).collect::<BTreeSet<_>>(), files);
        for text in TEXTS {
            for link in text.article.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let Some(path) = link.strip_prefix("/docs/") else { continue };
                let (page, fragment) = path.split_once('#').unwrap_or((path, ""));
                let found = TEXTS.iter().find(|text| text.name == page);
                let whole =
                    found.is_some_and(|it| fragment.is_empty() || it.article.contains(&format!("id=\"{fragment}\"")));
                assert!(whole || path == "api", "{}: {link}", text.name);
            }
        }
    }

    #[test]
    fn the_address_of_the_installation_stands_in_the_examples() {
        let article =
            here("curl https://accrue.example/e <use href=\"@copy-icon@\"/>", "https://go.alderfinch.example");
        assert!(article.starts_with("curl https://go.alderfinch.example/e <use href=\"/static/icons.svg"), "{article}");
    }
}
