//! Reading and reviewing: what is asked within the limit of a key, and answered with what is left of it.

use actix_web::{HttpRequest, HttpResponse};

use super::answer::{Problem, too_many};
use crate::app::App;
use crate::domain::limit::in_seconds;
use crate::storage::catalogue::Key;
use crate::web::access::tokens::{Denied, ManageToken, ReadToken};
use crate::web::client_address::client_address;
use crate::web::dialect::received::too_many_keyless;
use crate::web::limits;

/// A right that is counted.
pub(super) trait Counted {
    /// The token.
    fn token(&self) -> &Key;
}

impl Counted for ReadToken {
    fn token(&self) -> &Key {
        self.key()
    }
}

impl Counted for ManageToken {
    fn token(&self) -> &Key {
        self.key()
    }
}

/// Answers whoever has the right, within the limit of the key.
pub(super) async fn within_limit<R: Counted>(
    app: &App,
    request: &HttpRequest,
    checked: Result<R, Denied>,
    answer: impl AsyncFnOnce(R) -> Result<HttpResponse, Problem>,
) -> HttpResponse {
    let token = match &checked {
        Ok(right) => right.token().token_id,
        Err(Denied::Forbidden { key, .. }) => key.token_id,
        Err(Denied::NoToken | Denied::UnknownToken) => {
            let counted = app.limits.failed_key(client_address(request, &app.trusted_proxies));
            return checked.err().map_or_else(Problem::invalid_token, Problem::from).limited(counted, too_many_keyless);
        }
    };
    let allowance = match app.limits.reading(token) {
        Ok(allowance) => allowance,
        Err(exceeded) => {
            let seconds = in_seconds(exceeded.wait);
            return too_many(&exceeded, &format!("Too many requests with this token; wait {seconds} s"));
        }
    };
    let answered = match checked {
        Ok(right) => answer(right).await,
        Err(denied) => Err(denied.into()),
    };
    let mut answer = answered.unwrap_or_else(Problem::into_response);
    limits::tell(&mut answer, &allowance);
    answer
}
