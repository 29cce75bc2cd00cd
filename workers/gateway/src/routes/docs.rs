//! `GET /openapi.json` and `GET /docs`: made when the gateway is built, served as they are.

use http_api::document::{DOCS_HTML, OPENAPI_JSON};

use crate::respond::Answer;

/// They change with a deployment, which five minutes later everyone has seen.
const CACHED: &str = "public, max-age=300";

/// The page is text and one style sheet of its own: nothing to run, load, send or embed.
const PAGE_ONLY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The description for programs.
#[must_use]
pub fn document() -> Answer {
    Answer::new(200, "application/json", OPENAPI_JSON.as_bytes()).with("cache-control", CACHED)
}

/// The description for people.
#[must_use]
pub fn page() -> Answer {
    Answer::new(200, "text/html; charset=utf-8", DOCS_HTML.as_bytes())
        .with("cache-control", CACHED)
        .with("content-security-policy", PAGE_ONLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_that_its_policy_forbids() {
        for element in
            ["<script", "<img", "<iframe", "<form", "<link", "<base", "onclick=", "@import", "url("]
        {
            assert!(!DOCS_HTML.contains(element), "`{element}` would not work");
        }
    }
}
