//! The reference of the API: an OpenAPI 3.1 document made of the code, and a page to read it on.
//!
//! Each dialect describes its calls beside the code that answers them: the answers by the very types that are sent, the
//! fields by the lists that reading goes by. A test holds the document to the table of routes, both ways, so that no
//! endpoint goes unsaid and none is promised that is not there.

pub mod operation;
mod schema;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder, ServerBuilder,
};

use super::dialect::{affilae, affiliatepro, affilync, affonso};
use super::{page, theme, track};
use crate::app::App;
use operation::{Operation, TOKEN};

/// A group of calls.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// What there is to know about all of them.
    pub says: &'static str,
    /// Its calls.
    pub operations: &'static [Operation],
}

/// Every group, in the order in which it is shown.
const GROUPS: &[Group] = &[
    track::reference::REFERENCE,
    track::pixel::reference::REFERENCE,
    affiliatepro::REFERENCE,
    affilync::REFERENCE,
    affilae::REFERENCE,
    affonso::REFERENCE,
];

const SAYS: &str = "Report clicks and conversions, read them, review them. Each group speaks the wire format of one \
                    system; all of them record in the same books, and an order is counted once, whichever of them it \
                    came through. Amounts are exact decimals, never floats. Times are UTC.";

/// The document, for an installation at this address.
#[must_use]
pub fn document(address: &str) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A program's token (sk_live_…) with the right that the call names, or, to read, an affiliate's (at_live_…).",
    ));
    let mut components = ComponentsBuilder::new().security_scheme(TOKEN, SecurityScheme::Http(bearer.build()));
    let mut paths = PathsBuilder::new();
    for operation in GROUPS.iter().flat_map(|group| group.operations) {
        let (path, schemas) = operation.described();
        paths = paths.path(operation.path, path);
        components = components.schemas_from_iter(schemas);
    }
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new().title("Accrue").version(env!("CARGO_PKG_VERSION")).description(Some(SAYS));
    let tag = |group: &Group| TagBuilder::new().name(group.name).description(Some(group.says)).build();
    OpenApiBuilder::new()
        .info(info.license(Some(license.build())))
        .servers(Some([ServerBuilder::new().url(address).build()]))
        .tags(Some(GROUPS.iter().map(tag)))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

/// `GET /api/openapi.json`.
pub async fn serve(app: Data<App>) -> HttpResponse {
    let address = app.public_url.as_str().trim_end_matches('/');
    HttpResponse::Ok().content_type("application/json; charset=utf-8").json(document(address))
}

#[derive(Template)]
#[template(path = "docs/api.html")]
struct ReferencePage {
    theme: Option<&'static str>,
    says: &'static str,
}

/// `GET /docs/api`: for everybody, because it says nothing about this installation but its address.
pub async fn show(request: HttpRequest) -> HttpResponse {
    page::ok(&ReferencePage { theme: theme::chosen(&request), says: SAYS })
}
