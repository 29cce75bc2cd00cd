//! An issuer's keys, fetched from where it publishes them.

use async_trait::async_trait;
use jwt::{FetchKeysError, KeySet, KeyStore};
use worker::{Fetch, Method, Request, RequestInit, RequestRedirect};

use crate::patience::within;

/// How long the fetch may take, in milliseconds: a sign-in or a delivery waits for it.
const PATIENCE_MS: u64 = 5_000;

/// One GET of a key set.
#[derive(Debug, Clone)]
pub struct PublishedKeys {
    url: String,
}

impl PublishedKeys {
    /// Those at `url`.
    #[must_use]
    pub fn at(url: String) -> Self {
        Self { url }
    }
}

#[async_trait(?Send)]
impl KeyStore for PublishedKeys {
    async fn fetch_keys(&self) -> Result<KeySet, FetchKeysError> {
        let unreachable = |error: worker::Error| FetchKeysError::Unreachable { detail: error.to_string() };
        let get = async {
            let mut init = RequestInit::new();
            // Keys come from the issuer's own host, or from nowhere.
            init.with_method(Method::Get).with_redirect(RequestRedirect::Manual);
            let request = Request::new_with_init(&self.url, &init).map_err(unreachable)?;
            let mut response = Fetch::Request(request).send().await.map_err(unreachable)?;
            match response.status_code() {
                200 => Ok(KeySet::parse(&response.text().await.map_err(unreachable)?)?),
                status => Err(FetchKeysError::Status { status }),
            }
        };
        within(PATIENCE_MS, get).await.unwrap_or_else(|| {
            Err(FetchKeysError::Unreachable { detail: format!("no answer within {PATIENCE_MS} ms") })
        })
    }
}
