//! Pages of providers' lists by `fetch`.

use app::ports::{HistoryFetcher, HistoryReply, HistoryRequest, NoReply};
use async_trait::async_trait;
use futures_util::StreamExt;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

use super::sender::{Timed, within};

/// [`HistoryFetcher`] by `fetch`. Redirects are answers, never followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchHistories;

#[async_trait(?Send)]
impl HistoryFetcher for FetchHistories {
    async fn fetch(&self, request: &HistoryRequest<'_>) -> Result<HistoryReply, NoReply> {
        let made = made(request).map_err(|_| NoReply("the request could not be made".into()))?;
        let abort = AbortController::default();
        let signal = abort.signal();
        let answer = async {
            let mut response = Fetch::Request(made).send_with_signal(&signal).await?;
            let headers = response.headers();
            let (retry_after, link) = (headers.get("retry-after")?, headers.get("link")?);
            let status = response.status_code();
            let body = body(&mut response, request.most_bytes).await?;
            Ok::<_, worker::Error>(HistoryReply { status, retry_after, link, body })
        };
        match within(request.timeout_ms, answer, abort).await {
            Timed::Done(Ok(reply)) => Ok(reply),
            Timed::Done(Err(error)) => {
                // What the platform says of its network is for the log; the customer is told what they can act on.
                let host = request.target.name().unwrap_or("an address");
                tracing::info!(event = "history.no_reply", host, %error);
                Err(NoReply("the provider could not be reached, or broke its answer off".into()))
            }
            Timed::Out => {
                Err(NoReply(format!("the provider did not answer within {} ms", request.timeout_ms)))
            }
        }
    }
}

fn made(request: &HistoryRequest<'_>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(request.method.to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(request.body.map(Into::into));
    Request::new_with_init(request.target.as_str(), &init)
}

/// The whole body, unless it has more bytes than it may: what a provider sends decides not about our memory.
async fn body(response: &mut Response, most: usize) -> worker::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut chunks = response.stream()?;
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}
