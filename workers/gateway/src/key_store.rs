//! An issuer's keys, fetched from where it publishes them.

use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{Either, select};
use jwt::{FetchKeysError, KeySet, KeyStore};
use worker::{Delay, Fetch, Method, Request, RequestInit, RequestRedirect};

/// How long the fetch may take, in milliseconds: a delivery waits for it.
const PATIENCE_MS: u64 = 5_000;

/// One GET of the key set.
pub(crate) struct KeysAt {
    pub(crate) url: String,
}

#[async_trait(?Send)]
impl KeyStore for KeysAt {
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
        let patience = Delay::from(Duration::from_millis(PATIENCE_MS));
        match select(pin!(get), pin!(patience)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => {
                Err(FetchKeysError::Unreachable { detail: format!("no answer within {PATIENCE_MS} ms") })
            }
        }
    }
}
