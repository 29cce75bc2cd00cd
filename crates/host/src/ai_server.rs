//! The exchange with the configured OpenAI-compatible server: address, credentials and time limit.

use std::time::Duration;

use async_trait::async_trait;
use chat_extraction::openai::{Exchange, ExchangeError, HttpAnswer};
use domain::budget::Price;
use futures_util::future::{Either, select};
use worker::{AbortController, Delay, Env, Fetch, Headers, Method, Request, RequestInit};

use crate::bindings::{AI_BASE_URL, AI_INPUT_PRICE, AI_MODEL, AI_OUTPUT_PRICE};

/// The secret with the server's bearer token.
const AI_API_KEY: &str = "AI_API_KEY";
/// The secret with an authenticated AI Gateway's own token.
const AI_GATEWAY_TOKEN: &str = "AI_GATEWAY_TOKEN";
/// A whole answer has to be here by then: a piece of a call takes seconds, and a step's try has five minutes.
const LIMIT: Duration = Duration::from_secs(60);
/// A larger answer is none that was asked for, in bytes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// So long the gateway answers the same request from its cache, in seconds: a step that is tried again pays once.
const CACHED_S: &str = "3600";

/// See the module. It has no `Debug`: it holds credentials.
#[derive(Clone)]
pub struct AiServer {
    url: String,
    bearer: Option<String>,
    gateway_token: Option<String>,
}

impl AiServer {
    /// The configured server, the model to ask there and its price, where server and model are configured. A price that is
    /// none is logged, and counts as nothing.
    pub fn configured(env: &Env) -> Option<(Self, String, Price)> {
        let text = |name| env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty());
        let secret =
            |name| env.secret(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty());
        let (base, model) = (text(AI_BASE_URL)?, text(AI_MODEL)?);
        let url = format!("{}/chat/completions", base.trim_end_matches('/'));
        let price = Self::own_price(env).map(|(_, price)| price).unwrap_or_default();
        Some((
            Self { url, bearer: secret(AI_API_KEY), gateway_token: secret(AI_GATEWAY_TOKEN) },
            model,
            price,
        ))
    }

    /// The model that is configured and its price, where the configuration says one. One that is none is logged.
    pub fn own_price(env: &Env) -> Option<(String, Price)> {
        let text = |name| env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty());
        let model = text(AI_MODEL)?;
        let (input, output) = (text(AI_INPUT_PRICE), text(AI_OUTPUT_PRICE));
        if input.is_none() && output.is_none() {
            return None;
        }
        match Price::per_million(&input.unwrap_or_default(), &output.unwrap_or_default()) {
            Ok(price) => Some((model, price)),
            Err(error) => {
                tracing::error!(event = "model.price_unreadable", %error);
                None
            }
        }
    }

    fn request(&self, body: &str) -> worker::Result<Request> {
        let headers = Headers::new();
        headers.set("content-type", "application/json")?;
        headers.set("cf-aig-cache-ttl", CACHED_S)?;
        if let Some(bearer) = &self.bearer {
            headers.set("authorization", &format!("Bearer {bearer}"))?;
        }
        if let Some(token) = &self.gateway_token {
            headers.set("cf-aig-authorization", &format!("Bearer {token}"))?;
        }
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_headers(headers).with_body(Some(body.into()));
        Request::new_with_init(&self.url, &init)
    }
}

#[async_trait(?Send)]
impl Exchange for AiServer {
    async fn post(&self, body: String) -> Result<HttpAnswer, ExchangeError> {
        let stop = AbortController::default();
        let signal = stop.signal();
        let exchange = Box::pin(async {
            let mut response = Fetch::Request(self.request(&body)?).send_with_signal(&signal).await?;
            let retry_after = response.headers().get("retry-after")?;
            let (status, body) = (response.status_code(), response.bytes().await?);
            Ok::<_, worker::Error>(HttpAnswer { status, retry_after, body })
        });
        match select(exchange, Delay::from(LIMIT)).await {
            Either::Left((Ok(answer), _)) if answer.body.len() > LARGEST_ANSWER => {
                Err(ExchangeError::Broken(format!("the answer has more than {LARGEST_ANSWER} bytes")))
            }
            Either::Left((Ok(answer), _)) => Ok(answer),
            Either::Left((Err(error), _)) => Err(ExchangeError::Broken(error.to_string())),
            Either::Right(((), exchange)) => {
                // The request ends with its future; the signal also frees the connection at once.
                drop(exchange);
                stop.abort();
                Err(ExchangeError::TimedOut)
            }
        }
    }
}
