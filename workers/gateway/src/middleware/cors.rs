//! Pages of a tenant's own origins may use its API in a browser; any other's may not.
//!
//! A preflight carries no key, so nobody knows whose it is: it is answered alike for every origin, and tells nothing of
//! any tenant. The request itself is refused, before it does anything, where its origin is not one of its tenant's.
//! Credentials of a browser (cookies) mean nothing here, and are never allowed.

use http_api::{Code, Problem};

use crate::exchange::{Exchange, Request};
use crate::failure::Failure;
use crate::respond::Answer;

/// What a page may send.
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key, if-none-match, last-event-id, range, traceparent, weft-cache";
/// What a page may read.
const ANSWER_HEADERS: &str = "etag, location, content-range, ratelimit, ratelimit-policy, retry-after, weft-attempts, weft-cache, weft-cache-age, weft-cache-answer, weft-cache-saved-tokens, weft-cache-saved-usd, weft-cache-similarity, weft-cache-threshold, weft-masked, weft-model, weft-route, weft-upstream, www-authenticate, x-request-id, x-trace-id";
/// How long a browser may keep the answer to a preflight, in seconds.
const KEPT_S: &str = "600";

/// Adds what a browser asks for before the request itself, where it asks.
#[must_use]
pub fn preflight(request: &Request, methods: &str, answer: Answer) -> Answer {
    let asks = request.header("access-control-request-method").is_some();
    let Some(origin) = request.header("origin").filter(|_| asks && request.path.starts_with("/v1/")) else {
        return answer;
    };
    answer
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-methods", methods)
        .with("access-control-allow-headers", REQUEST_HEADERS)
        .with("access-control-max-age", KEPT_S)
        .with("vary", "origin, access-control-request-method, access-control-request-headers")
}

/// Refuses a page of an origin that is not among `allowed`. One of the gateway's own origin needs no leave, and a
/// program that is no browser sends none.
///
/// # Errors
/// [`Code::OriginNotAllowed`].
pub fn check(exchange: &Exchange<'_>, allowed: &[String]) -> Result<(), Failure> {
    let Some(origin) = exchange.header("origin") else { return Ok(()) };
    let own = origin.split_once("://").is_some_and(|(_, host)| Some(host) == exchange.header("host"));
    if own {
        return Ok(());
    }
    if !allowed.iter().any(|known| known == origin) {
        let detail = "pages of this origin may not use this API key; its tenant's operator can allow them";
        return Err(Problem::new(Code::OriginNotAllowed, detail).into());
    }
    exchange.facts.origin.replace(Some(origin.to_owned()));
    Ok(())
}

/// Lets a page of an allowed origin read the answer.
#[must_use]
pub fn readable(answer: Answer, origin: Option<String>) -> Answer {
    match origin {
        Some(origin) => answer
            .with("access-control-allow-origin", origin)
            .with("access-control-expose-headers", ANSWER_HEADERS)
            .with("cross-origin-resource-policy", "cross-origin"),
        None => answer,
    }
}
