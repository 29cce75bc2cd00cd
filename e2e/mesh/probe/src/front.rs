//! From an HTTP request to the module that it names.

use worker::{Context, Env, Request, Response, event};

use crate::case::Case;
use crate::{bindings, calls, contexts, interop, objects, panics, retries, streams, versions, workflows};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let path = request.path();
    let (module, name) = path.trim_start_matches('/').split_once('/').unwrap_or((&path, ""));
    let case = Case { name: name.to_owned(), request, env };
    match module {
        "bindings" => bindings::run(case).await,
        "calls" => calls::run(case).await,
        "contexts" => contexts::run(case).await,
        "interop" => interop::run(case).await,
        "objects" => objects::run(case).await,
        "panics" => panics::run(case).await,
        "retries" => retries::run(case).await,
        "streams" => streams::run(case).await,
        "versions" => versions::run(case).await,
        "workflows" => workflows::run(case).await,
        _ => case.unknown(),
    }
}
