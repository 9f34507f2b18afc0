//! What an answer says of a limit: `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (in seconds from
//! now, as `Retry-After` is) wherever one is counted, and `Retry-After` where it was exceeded.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};

use crate::domain::limit::{Allowance, Exceeded, in_seconds};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Says on an answer how much more may be asked.
pub fn tell(answer: &mut HttpResponse, allowance: &Allowance) {
    write(answer, allowance.limit, allowance.remaining, allowance.reset);
}

/// Says on an answer, which is 429, that there was too much, and when to come back.
pub fn tell_exceeded(answer: &mut HttpResponse, exceeded: &Exceeded) {
    write(answer, exceeded.limit, 0, exceeded.reset);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(in_seconds(exceeded.wait)));
}

fn write(answer: &mut HttpResponse, limit: u32, remaining: u32, reset: Duration) {
    let headers = answer.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(limit));
    headers.insert(REMAINING, HeaderValue::from(remaining));
    headers.insert(RESET, HeaderValue::from(in_seconds(reset)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(answer: &HttpResponse) -> Vec<String> {
        let names = [LIMIT, REMAINING, RESET, RETRY_AFTER];
        let values = names.iter().map(|name| answer.headers().get(name));
        values.map(|value| value.map_or("", |value| value.to_str().unwrap()).to_owned()).collect()
    }

    #[test]
    fn an_answer_says_how_much_is_left_and_when_to_come_back() {
        let mut answer = HttpResponse::Ok().finish();
        let reset = Duration::from_millis(1_200);
        tell(&mut answer, &Allowance { limit: 100, remaining: 7, reset });
        assert_eq!(headers(&answer), ["100", "7", "2", ""]);
        let mut answer = HttpResponse::TooManyRequests().finish();
        tell_exceeded(&mut answer, &Exceeded { limit: 100, wait: Duration::from_millis(10), reset });
        assert_eq!(headers(&answer), ["100", "0", "2", "1"]);
    }
}
