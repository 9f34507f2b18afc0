//! What pages load besides themselves.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};

/// The files, built into the binary: name, type, content.
const FILES: [(&str, &str, &str); 2] = [
    ("page.css", "text/css; charset=utf-8", include_str!("../../static/page.css")),
    ("favicon.svg", "image/svg+xml; charset=utf-8", include_str!("../../static/favicon.svg")),
];

/// `GET /static/{name}`.
pub async fn serve(name: web::Path<String>) -> HttpResponse {
    let file = FILES.iter().find(|(known, _, _)| *known == name.as_str());
    match file {
        Some((_, kind, content)) => {
            HttpResponse::Ok().content_type(*kind).insert_header((CACHE_CONTROL, "public, max-age=3600")).body(*content)
        }
        None => super::error::page_not_found(),
    }
}
