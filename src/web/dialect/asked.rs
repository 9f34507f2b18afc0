//! Reading and reviewing: what is asked within the limit of a key, and answered with what is left of it.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use super::received::too_many_keyless;
use crate::app::App;
use crate::domain::limit::{Allowance, Exceeded, in_seconds};
use crate::storage::catalogue::Key;
use crate::web::access::tokens::{AdvertiserToken, Denied, ManageToken, ReadToken};
use crate::web::client_address::client_address;
use crate::web::intake::{Fields, Intake, Unreadable};
use crate::web::limits;

/// A right that is counted.
pub trait Counted {
    /// The token.
    fn token(&self) -> &Key;
}

impl Counted for ReadToken {
    fn token(&self) -> &Key {
        self.key()
    }
}

impl Counted for AdvertiserToken {
    fn token(&self) -> &Key {
        self.key()
    }
}

impl Counted for ManageToken {
    fn token(&self) -> &Key {
        self.key()
    }
}

/// The fields of a request, if all of it could be read.
///
/// # Errors
/// [`Unreadable`].
pub async fn fields(request: &HttpRequest, payload: Payload) -> Result<Fields, Unreadable> {
    let Intake { fields, problem } = Intake::read(request, payload, &[]).await;
    problem.map_or(Ok(fields), Err)
}

/// An error in the shape of a dialect.
pub trait Problem: From<Denied> {
    /// There was too much; the sentence says for how long to wait.
    fn too_many(sentence: String) -> Self;

    /// The answer on the wire.
    fn into_response(self) -> HttpResponse;
}

/// Answers whoever has the right, within the limit of the key.
pub async fn within_limit<R: Counted, P: Problem>(
    app: &App,
    request: &HttpRequest,
    checked: Result<R, Denied>,
    answer: impl AsyncFnOnce(R) -> Result<HttpResponse, P>,
) -> HttpResponse {
    let token = match checked.as_ref().map(|right| right.token().token_id) {
        Ok(token) => token,
        Err(Denied::Forbidden { key, .. }) => key.token_id,
        Err(denied @ (Denied::NoToken | Denied::UnknownToken)) => {
            let counted = app.limits.failed_key(client_address(request, &app.trusted_proxies));
            return limited(P::from(denied.clone()), counted, too_many_keyless);
        }
    };
    let allowance = match app.limits.reading(token) {
        Ok(allowance) => allowance,
        Err(exceeded) => return too_many::<P>(&exceeded, too_many_with_token(&exceeded)),
    };
    let answered = match checked {
        Ok(right) => answer(right).await,
        Err(denied) => Err(denied.into()),
    };
    let mut answer = answered.unwrap_or_else(P::into_response);
    limits::tell(&mut answer, &allowance);
    answer
}

/// The answer to what leads nowhere, because of its address or its method: within the limit of the token, where one is
/// presented, and plain where none is.
pub fn led_nowhere<P: Problem>(app: &App, request: &HttpRequest, problem: P) -> HttpResponse {
    let token = match ReadToken::check(app, request) {
        Ok(right) => right.token().token_id,
        Err(Denied::Forbidden { key, .. }) => key.token_id,
        Err(Denied::NoToken | Denied::UnknownToken) => return problem.into_response(),
    };
    limited(problem, app.limits.reading(token), too_many_with_token)
}

/// The answer to what is counted: the problem with what is left, or 429 where there was too much.
pub fn limited<P: Problem>(
    problem: P,
    counted: Result<Allowance, Exceeded>,
    words: fn(&Exceeded) -> String,
) -> HttpResponse {
    match counted {
        Ok(allowance) => {
            let mut answer = problem.into_response();
            limits::tell(&mut answer, &allowance);
            answer
        }
        Err(exceeded) => too_many::<P>(&exceeded, words(&exceeded)),
    }
}

fn too_many<P: Problem>(exceeded: &Exceeded, sentence: String) -> HttpResponse {
    let mut answer = P::too_many(sentence).into_response();
    limits::tell_exceeded(&mut answer, exceeded);
    answer
}

fn too_many_with_token(exceeded: &Exceeded) -> String {
    format!("Too many requests with this token; wait {} s", in_seconds(exceeded.wait))
}
