//! The default entrypoint's `fetch`, on the platform's own request and response.

use std::future::Future;

use wasm_bindgen::{JsCast, JsValue};
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
    use super::path_of;

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
