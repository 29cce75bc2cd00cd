//! What the console reads of a request. It looks nothing up and answers nothing.

use http_api::idempotency::IdempotencyKey;

use crate::problem::{Code, Problem};

/// The longest body that is read, in bytes.
pub const MOST_BODY_BYTES: usize = 64 * 1024;

/// What the console reads of a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The whole URL.
    pub url: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Its query, without the question mark.
    pub query: &'a str,
    /// The header `origin`, which browsers send with what changes something.
    pub origin: Option<&'a str>,
    /// The header `sec-fetch-site`, by which browsers tell where a request comes from.
    pub fetch_site: Option<&'a str>,
    /// The header `accept`.
    pub accept: Option<&'a str>,
    /// The header `cf-access-jwt-assertion`.
    pub assertion: Option<&'a str>,
    /// The header `cookie`.
    pub cookie: Option<&'a str>,
    /// The header `content-type`.
    pub content_type: Option<&'a str>,
    /// The header `idempotency-key`.
    pub idempotency_key: Option<&'a str>,
    /// The body, where it says how long it is and is at most [`MOST_BODY_BYTES`].
    pub body: Option<&'a [u8]>,
}

/// The name that the client gave the request.
pub(crate) fn idempotency_key(header: Option<&str>) -> Result<Option<IdempotencyKey>, Problem> {
    let read = header.map(IdempotencyKey::parse).transpose();
    read.map_err(|problem| {
        let body = problem.body("");
        Problem { errors: body.errors, ..Problem::new(Code::BadHeader, body.detail) }
    })
}

/// The body, where it says that it is JSON and is not too long.
pub(crate) fn json_body<'a>(request: &Request<'a>) -> Result<&'a [u8], Problem> {
    let essence = request.content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "the body must come with the header `content-type: application/json`";
        return Err(Problem::new(Code::MediaType, detail));
    }
    let detail = || format!("the body must come with its `content-length`, at most {MOST_BODY_BYTES}");
    request.body.ok_or_else(|| Problem::new(Code::TooLarge, detail()))
}

/// A change that a browser sends has to come from a page of this console: the cookie alone proves who is asked, not that
/// the person wants it. A program sends no origin.
pub(crate) fn same_site(request: &Request<'_>) -> Result<(), Problem> {
    if request.fetch_site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        let detail = "a page of another site asks: changes are made from the console alone";
        return Err(Problem::new(Code::CrossSite, detail));
    }
    let Some(origin) = request.origin else { return Ok(()) };
    let own = request.url.strip_suffix(request.query).unwrap_or(request.url);
    let own = own.trim_end_matches('?').strip_suffix(request.path);
    if own.is_some_and(|own| own.eq_ignore_ascii_case(origin)) {
        return Ok(());
    }
    let detail = format!("the page that asks is of `{origin}`: changes are made from the console alone");
    Err(Problem::new(Code::CrossSite, detail))
}

/// Whether `accept` names HTML. A wildcard does not count: programs send it, or nothing.
pub(crate) fn accepts_html(accept: Option<&str>) -> bool {
    accept.unwrap_or_default().split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let html = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
        let refused = parts.any(|parameter| {
            let quality = parameter.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("q"));
            quality.and_then(|(_, value)| value.parse::<f32>().ok()) == Some(0.0)
        });
        html && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_for_those_who_name_it() {
        let check = |accept: Option<&str>, expect| assert_eq!(accepts_html(accept), expect, "{accept:?}");
        check(None, false);
        check(Some("*/*"), false);
        check(Some("application/json"), false);
        check(Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), true);
        check(Some("application/json, Text/HTML; q=0.1"), true);
        check(Some("text/html;q=0, application/json"), false);
        check(Some("text/html; Q=0.000"), false);
        check(Some("text/htmlx"), false);
    }
}
