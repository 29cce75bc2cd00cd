//! The default entrypoint's `fetch`, on the platform's own request and response; heads and short bodies cross to
//! JavaScript and back in one step each.

use std::fmt::Write;
use std::future::Future;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response};

use crate::env::Instance;
use crate::outcome;

/// Answers one request with `handler`. What it fails with is thrown, which the platform answers with status 500.
///
/// # Errors
/// As `handler`, when it does not wait.
pub fn serve_fetch<F>(
    handler: impl FnOnce(Request, Instance) -> F,
    request: JsValue,
    env: JsValue,
    context: JsValue,
) -> Result<JsValue, JsValue>
where
    F: Future<Output = Result<Response, JsValue>> + 'static,
{
    let answer = handler(request.unchecked_into(), Instance::new(context, env, JsValue::UNDEFINED));
    outcome::run(async move { answer.await.map(JsValue::from) })
}

#[wasm_bindgen(module = "/js/http.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = headOf)]
    fn head_of(request: &Request) -> String;
    #[wasm_bindgen(catch)]
    fn answer(status: u16, head: &str, bytes: Option<&[u8]>) -> Result<Response, JsValue>;
}

/// What a request says before its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The method as sent.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Whether a body follows.
    pub has_body: bool,
    /// Headers, names in lower case; one sent twice is joined by a comma.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// A request's.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::parse(&head_of(request))
    }

    fn parse(text: &str) -> Self {
        let mut lines = text.split('\n').map(str::to_owned);
        let mut line = || lines.next();
        let (method, url) = (line().unwrap_or_default(), line().unwrap_or_default());
        let has_body = line().is_some_and(|body| !body.is_empty());
        let headers = std::iter::from_fn(|| Some((line()?, line()?))).collect();
        Self { method, url, has_body, headers }
    }
}

/// A request's whole body, in one piece. Where it may be long, read its stream.
///
/// # Errors
/// What the platform throws when the body was read before, or the client went away.
pub async fn whole_body(request: &Request) -> Result<Vec<u8>, JsValue> {
    let bytes = JsFuture::from(request.array_buffer()?).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// A response of bytes, or without a body where there are none.
///
/// # Errors
/// What the platform throws at a status, a name or a value that cannot stand in a response.
pub fn response<N: AsRef<str>, V: AsRef<str>>(
    status: u16,
    headers: &[(N, V)],
    body: Option<&[u8]>,
) -> Result<Response, JsValue> {
    let mut head = String::with_capacity(headers.len() * 48);
    for (name, value) in headers {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name.contains('\n') || value.contains('\n') {
            return Err(js_sys::TypeError::new(&format!("the header `{name}` has a line feed in it")).into());
        }
        let separator = if head.is_empty() { "" } else { "\n" };
        let _ = write!(head, "{separator}{name}\n{value}");
    }
    answer(status, &head, body)
}

/// The path of an absolute URL, without its query, as the URL has it: percent-encoded.
#[must_use]
pub fn path_of(url: &str) -> &str {
    let after_scheme = url.find(':').and_then(|colon| url[colon + 1..].strip_prefix("//")).unwrap_or(url);
    let end = after_scheme.find(['?', '#']).unwrap_or(after_scheme.len());
    let before_query = &after_scheme[..end];
    before_query.find('/').map_or("/", |slash| &before_query[slash..])
}

/// Exports the default entrypoint's `fetch`.
///
/// `fetch!(handler)`: `handler` is an `async fn(web_sys::Request, Instance) -> Result<web_sys::Response, JsValue>`. It
/// gets the platform's request as it is, where `worker`'s handler reads the URL, the headers and `cf` of each beforehand.
/// The expansion needs `wasm_bindgen` in the calling crate.
#[macro_export]
macro_rules! fetch {
    ($handler:expr) => {
        /// Answers one request.
        #[wasm_bindgen::prelude::wasm_bindgen(js_name = __mesh_fetch)]
        pub fn fetch(
            request: wasm_bindgen::JsValue,
            env: wasm_bindgen::JsValue,
            context: wasm_bindgen::JsValue,
        ) -> ::std::result::Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
            $crate::http::serve_fetch($handler, request, env, context)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{Head, path_of};

    #[test]
    fn a_head_is_read_back_line_by_line() {
        let head = Head::parse("POST\nhttps://example.com/v1?a=b\nbody\naccept\n*/*\nx-empty\n");
        let headers = [("accept", "*/*"), ("x-empty", "")];
        assert_eq!(head.method, "POST");
        assert_eq!(head.url, "https://example.com/v1?a=b");
        assert!(head.has_body);
        assert_eq!(head.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let bare = Head::parse("GET\nhttps://example.com/\n");
        assert!(!bare.has_body && bare.headers.is_empty());
    }

    #[test]
    fn a_path_is_what_is_between_the_host_and_the_query() {
        for (url, path) in [
            ("https://example.com/v1/jobs?limit=5", "/v1/jobs"),
            ("http://localhost:8787/", "/"),
            ("https://example.com", "/"),
            ("https://example.com/a%2Fb#c", "/a%2Fb"),
            ("https://example.com?next=/a/b", "/"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
