//! Messages to customers' endpoints by `fetch`.

use std::future::Future;
use std::pin::pin;

use app::ports::{MessageSender, NoReply, OutboundReply, OutboundRequest};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use mesh::Runtime;
use mesh_worker::WorkerRuntime;
use worker::{AbortController, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Response};

/// How much of an answer is read. The rest is not: an endpoint decides neither our memory nor our time.
const MAX_READ_BYTES: usize = 1_024;

/// [`MessageSender`] by `fetch`. Redirects are answers, never followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchSender;

#[async_trait(?Send)]
impl MessageSender for FetchSender {
    async fn send(&self, request: &OutboundRequest<'_>) -> Result<OutboundReply, NoReply> {
        let made = made(request).map_err(|_| NoReply("the request could not be made".into()))?;
        let abort = AbortController::default();
        let signal = abort.signal();
        let answer = async {
            let mut response = Fetch::Request(made).send_with_signal(&signal).await?;
            let retry_after = response.headers().get("retry-after")?;
            let status = response.status_code();
            let excerpt = beginning(&mut response).await;
            Ok::<_, worker::Error>(OutboundReply { status, retry_after, excerpt })
        };
        match within(request.timeout_ms, answer, abort).await {
            Timed::Done(Ok(reply)) => Ok(reply),
            Timed::Done(Err(error)) => {
                // What the platform says of its network is for the log; the customer is told what they can act on.
                let host = request.target.name().unwrap_or("an address");
                tracing::info!(event = "outbound.no_reply", host, %error);
                Err(NoReply("the endpoint could not be reached: no connection, or it closed it".into()))
            }
            Timed::Out => {
                Err(NoReply(format!("the endpoint did not answer within {} ms", request.timeout_ms)))
            }
        }
    }
}

fn made(request: &OutboundRequest<'_>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let mut init = RequestInit::new();
    let method = Method::from(request.method.to_owned());
    let has_body = !matches!(method, Method::Get | Method::Delete);
    init.with_method(method)
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual)
        .with_body(has_body.then(|| request.body.into()));
    Request::new_with_init(request.target.as_str(), &init)
}

/// The first bytes of a body as text. A body that breaks off has told its status all the same.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut chunks) = response.stream() {
        while let Some(Ok(chunk)) = chunks.next().await {
            bytes.extend_from_slice(&chunk);
            if bytes.len() >= MAX_READ_BYTES {
                break;
            }
        }
    }
    bytes.truncate(MAX_READ_BYTES);
    String::from_utf8_lossy(&bytes).trim_end_matches('\u{fffd}').to_owned()
}

/// What came of something that had so much time.
pub(super) enum Timed<T> {
    /// It is done.
    Done(T),
    /// It was aborted.
    Out,
}

/// Runs `work`, and aborts it after so many milliseconds.
pub(super) async fn within<T>(
    milliseconds: u32,
    work: impl Future<Output = T>,
    abort: AbortController,
) -> Timed<T> {
    let patience = WorkerRuntime.sleep(milliseconds.into());
    match select(pin!(work), patience).await {
        Either::Left((done, _)) => Timed::Done(done),
        Either::Right(_) => {
            abort.abort();
            Timed::Out
        }
    }
}
