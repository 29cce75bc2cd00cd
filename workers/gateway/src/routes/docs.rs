//! `GET /openapi.json` and `GET /docs`: made when the gateway is built, served as they are.

use std::hash::{DefaultHasher, Hasher};
use std::sync::LazyLock;

use http_api::document::{DOCS_HTML, OPENAPI_JSON};

use super::events::names;
use crate::exchange::Exchange;
use crate::respond::Answer;

/// They change with a deployment, which five minutes later everyone has seen.
const CACHED: &str = "public, max-age=300";

/// The page is text and one style sheet of its own: nothing to run, load, send or embed.
const PAGE_ONLY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Their tags, which tell one build's text from another's.
static TAGS: LazyLock<[String; 2]> = LazyLock::new(|| [tag(OPENAPI_JSON), tag(DOCS_HTML)]);

fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    format!("\"{:016x}-{:x}\"", hasher.finish(), text.len())
}

/// The description for programs.
#[must_use]
pub fn document(exchange: &Exchange<'_>) -> Answer {
    served(exchange, &TAGS[0], || Answer::new(200, "application/json", OPENAPI_JSON.as_bytes()))
}

/// The description for people.
#[must_use]
pub fn page(exchange: &Exchange<'_>) -> Answer {
    served(exchange, &TAGS[1], || Answer::new(200, "text/html; charset=utf-8", DOCS_HTML.as_bytes()))
        .with("content-security-policy", PAGE_ONLY)
}

/// The whole text, or the word that the client has it already.
fn served(exchange: &Exchange<'_>, tag: &str, whole: impl FnOnce() -> Answer) -> Answer {
    let known = exchange.header("if-none-match").is_some_and(|tags| names(tags, tag));
    let answer = if known { Answer::empty(304) } else { whole() };
    answer.with("etag", tag).with("cache-control", CACHED)
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
