//! DNS over HTTPS by `fetch`: a Worker has no other way to resolve a name.

use std::net::IpAddr;

use app::ports::{Resolver, StoreError};
use async_trait::async_trait;
use egress::doh::{MEDIA_TYPE, Record, addresses, question};
use futures_util::future::join_all;
use worker::{AbortController, Fetch, Headers, Request, RequestInit, RequestRedirect};

use super::sender::{Timed, within};
use crate::bindings::OUTBOUND_RESOLVER;

/// How long the resolver has, in milliseconds.
const PATIENCE_MS: u32 = 5_000;

/// [`Resolver`] over a resolver's URL.
#[derive(Debug, Clone)]
pub struct DohResolver {
    /// Such as `https://cloudflare-dns.com/dns-query`.
    pub url: String,
}

#[async_trait(?Send)]
impl Resolver for DohResolver {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, StoreError> {
        let asked = Record::BOTH.map(|record| self.ask(name, record));
        let answers = join_all(asked).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(answers.concat())
    }
}

impl DohResolver {
    async fn ask(&self, name: &str, record: Record) -> Result<Vec<IpAddr>, StoreError> {
        let url = question(&self.url, name, record).map_err(failed)?;
        let (status, text) = fetch(&url).await?;
        if status != 200 {
            return Err(failed(format!("the resolver answered {status}")));
        }
        addresses(&text, record).map_err(failed)
    }
}

async fn fetch(url: &str) -> Result<(u16, String), StoreError> {
    let headers = Headers::new();
    headers.set("accept", MEDIA_TYPE).map_err(failed)?;
    let mut init = RequestInit::new();
    init.with_headers(headers).with_redirect(RequestRedirect::Error);
    let request = Request::new_with_init(url, &init).map_err(failed)?;
    let abort = AbortController::default();
    let signal = abort.signal();
    let answer = async {
        let mut response = Fetch::Request(request).send_with_signal(&signal).await?;
        Ok::<_, worker::Error>((response.status_code(), response.text().await?))
    };
    match within(PATIENCE_MS, answer, abort).await {
        Timed::Done(answer) => answer.map_err(failed),
        Timed::Out => Err(failed("the resolver did not answer in time")),
    }
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(OUTBOUND_RESOLVER, error)
}
