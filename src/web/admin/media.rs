//! Images that affiliates place, for everybody who reads their pages.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::domain::id::MediaId;
use crate::storage::campaign_media;
use crate::web::error::WebError;

/// Whatever a browser makes of the bytes, it may run nothing, not even when they are opened as a page.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// `GET /media/{id}`. What an id stands for never changes, so it may be kept for a year.
///
/// # Errors
/// [`WebError::NotFound`] when there is no such image.
pub async fn serve(app: Data<App>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let id = id.parse::<MediaId>().map_err(|_| WebError::NotFound)?;
    let (format, content) =
        app.read(move |conn| campaign_media::find_public(conn, id)).await?.ok_or(WebError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(format.as_str())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(content))
}
