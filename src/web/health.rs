//! Signs of life, for whatever watches the process.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::storage::error::StorageError;
use crate::storage::migrations::{self, SchemaState};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

const JSON: &str = "application/json; charset=utf-8";

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// `GET /healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    let body = Health { status: "ok", reason: None };
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(JSON).json(body)
}

/// `GET /readyz`: the database can be read and written, and has this program's schema. 503 when not.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    match unready(&app).await {
        None => {
            let body = Health { status: "ready", reason: None };
            HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(JSON).json(body)
        }
        Some(reason) => HttpResponse::ServiceUnavailable()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((RETRY_AFTER, "1"))
            .content_type(JSON)
            .json(Health { status: "unavailable", reason: Some(reason) }),
    }
}

async fn unready(app: &App) -> Option<&'static str> {
    if !app.recorder.is_available() {
        return Some("the database does not take writes");
    }
    let schema = app.read(|conn| migrations::state(conn).map_err(|error| StorageError::Unavailable(error.to_string())));
    match tokio::time::timeout(PATIENCE, schema).await {
        Ok(Ok(SchemaState::Current)) => None,
        Ok(Ok(_)) => Some("the database has another schema"),
        Ok(Err(_)) | Err(_) => Some("the database does not answer"),
    }
}
