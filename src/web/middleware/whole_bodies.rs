//! A form is read to its end before anybody asks who sent it.
//!
//! Otherwise somebody could begin a form while they may, lose the right or sign out, and send the last byte later: session,
//! role and token would have been judged when the headers came. It also means that no parser ever waits for more: what it
//! is given is whole, and bounded. A stranger's form is short; only who carries a session that we signed may send files.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::{CookieJar, Key};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage, ResponseError};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::app::App;
use crate::web::error::WebError;
use crate::web::session;

/// The longest form, in bytes. Written as parts a form is longer than its text.
const LONGEST_FORM: usize = 128 * 1024;

/// The longest form with files, in bytes.
const LONGEST_UPLOAD: usize = 8 * 1024 * 1024;

/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a form with files may take to arrive.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(120);

/// Reads the body, and passes the request on with it.
///
/// # Errors
/// Those of what follows.
pub async fn whole_bodies<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if request.method().is_safe() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let (longest, patience) =
        if may_bring_files(&request) { (LONGEST_UPLOAD, UPLOAD_PATIENCE) } else { (LONGEST_FORM, PATIENCE) };
    let read = tokio::time::timeout(patience, collect(request.take_payload(), longest));
    match read.await.unwrap_or(Err(WebError::Malformed)) {
        Ok(body) => {
            request.set_payload(Payload::from(stream::iter([Ok::<_, PayloadError>(body)]).boxed_local()));
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(error) => Ok(request.into_response(error.error_response()).map_into_right_body()),
    }
}

async fn collect(mut payload: Payload, longest: usize) -> Result<Bytes, WebError> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.try_next().await.map_err(|_| WebError::Malformed)? {
        if body.len() + piece.len() > longest {
            return Err(WebError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// Whether this is a campaign's form or that for exchange rates, sent with a session's cookie that we signed. Whether the session lives is asked later.
fn may_bring_files(request: &ServiceRequest) -> bool {
    let path = request.path();
    let brings = path.contains("/campaigns") || path.ends_with("/settings/exchange-rates");
    let Some(app) = request.app_data::<Data<App>>().filter(|_| path.starts_with("/admin/") && brings) else {
        return false;
    };
    let name = session::cookie_name(app);
    let Some(cookie) = request.cookie(name) else {
        return false;
    };
    let mut jar = CookieJar::new();
    jar.add_original(cookie);
    jar.signed(&Key::from(app.environment.keys.cookies())).get(name).is_some()
}
