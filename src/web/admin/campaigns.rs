//! Marketing → Campaigns.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::web::access::people::Viewer;
use crate::web::page::{self, Frame, Section};

#[derive(Template)]
#[template(path = "campaigns/list.html")]
struct ListPage {
    frame: Frame,
}

/// `GET /admin/{program}/campaigns`.
pub async fn list(viewer: Viewer, request: HttpRequest) -> HttpResponse {
    page::ok(&ListPage { frame: Frame::new(&viewer, Section::Campaigns, &request) })
}
