//! Nothing reaches this Worker over HTTP.

use worker::{Context, Env, Request, Response, event};

const NOT_FOUND: &str = r#"{"type":"about:blank","title":"Not found","status":404,"detail":"This Worker is called over its service bindings.","code":"route.not_found"}"#;

#[event(fetch)]
async fn fetch(_request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    let mut response = Response::ok(NOT_FOUND)?.with_status(404);
    response.headers_mut().set("content-type", "application/problem+json")?;
    Ok(response)
}
