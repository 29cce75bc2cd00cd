//! SQL over analytics: the `analytics` binding, the general SQL API, and Analytics Engine's own SQL API.
//!
//! | | reads | parameters | credentials |
//! | --- | --- | --- | --- |
//! | [`AnalyticsSql`] (binding) | the Worker's own account | yes | none |
//! | [`SqlApi`] (HTTPS) | any account or zone of the token | yes | token |
//! | [`AnalyticsEngineSql`] (HTTPS) | Analytics Engine datasets, in that product's own dialect | no | token |
//!
//! In the first two, a dataset of Analytics Engine is `events.analyticsEngine.NAME`, and every query needs a lower
//! bound of time. Counts must weigh the sampling: `SUM(_sample_interval)`. None is simulated locally; the HTTPS ones
//! take a base URL. Writing data points is `worker::AnalyticsEngineDataset`.

mod request;
mod rows;
mod scan;
mod statement;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::de::DeserializeOwned;
use worker::{Fetch, Headers, Method, Request, RequestInit};

pub use request::{API_BASE, Scope, TimeRange};
pub use rows::{Rows, Statistics, count};
pub use statement::{InvalidStatement, Parameter, STATEMENT_BYTES, Statement, text_literal};

use self::request::{HttpRequest, answer, engine, general};
use super::call::{Product, to_js};
use super::http_answer::Head;
use super::{ProductError, Refusal};
use crate::env::BindingError;

/// Why a query failed.
pub type AnalyticsError = ProductError<InvalidStatement>;

/// The SQL API over the `analytics` binding. Name no account or zone in the statement: the binding does.
#[derive(Debug)]
pub struct AnalyticsSql {
    product: Product,
}

impl AnalyticsSql {
    /// The binding called `name`.
    ///
    /// # Errors
    /// [`BindingError::Missing`].
    pub fn over(env: &worker::Env, name: &'static str) -> Result<Self, BindingError> {
        Ok(Self { product: Product::over(env, name)? })
    }

    /// Runs a query. The platform retries nothing; [`ProductError::is_transient`] says what it says of retrying.
    ///
    /// # Errors
    /// [`AnalyticsError`]; `Invalid` for a statement that is too long, formats itself or lacks a value.
    pub async fn query<T: DeserializeOwned>(&self, statement: &Statement) -> Result<Rows<T>, AnalyticsError> {
        let unreadable =
            |message| ProductError::Unreadable { binding: self.product.name().to_owned(), message };
        let request = to_js(&statement.request()?).map_err(unreadable)?;
        let answer = self.product.call("query", &[request]).await?;
        self.product.read(&answer)
    }
}

/// An API token. Never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// The general SQL API over HTTPS. The token needs the permission `Account Analytics Read` or `Zone Analytics Read`.
#[derive(Debug, Clone)]
pub struct SqlApi {
    base: String,
    token: Token,
    scope: Option<Scope>,
    range: Option<TimeRange>,
}

impl SqlApi {
    /// At `base`, which is [`API_BASE`] outside of tests.
    pub fn at(base: impl Into<String>, token: Token) -> Self {
        Self { base: base.into(), token, scope: None, range: None }
    }

    /// The same, giving the account or zone beside the statement, which then names none.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The same, giving the time beside the statement, which then has no condition on it.
    #[must_use]
    pub fn with_range(mut self, range: TimeRange) -> Self {
        self.range = Some(range);
        self
    }

    /// Runs a query.
    ///
    /// # Errors
    /// [`AnalyticsError`]; `Invalid` as the binding has it, `Refused` with the status and the words of the API.
    pub async fn query<T: DeserializeOwned>(&self, statement: &Statement) -> Result<Rows<T>, AnalyticsError> {
        let request = general(&self.base, statement, self.scope.as_ref(), self.range.as_ref())?;
        send(&self.base, &request, &self.token).await
    }
}

/// Analytics Engine's own SQL API over HTTPS. The token needs the permission `Account Analytics Read`.
#[derive(Debug, Clone)]
pub struct AnalyticsEngineSql {
    base: String,
    account: String,
    token: Token,
}

impl AnalyticsEngineSql {
    /// At `base`, which is [`API_BASE`] outside of tests, for an account by its tag.
    pub fn at(base: impl Into<String>, account: impl Into<String>, token: Token) -> Self {
        Self { base: base.into(), account: account.into(), token }
    }

    /// Runs a query. It has no parameters: write texts of others with [`text_literal`].
    ///
    /// # Errors
    /// [`AnalyticsError`]; `Refused` with the status and the words of the API.
    pub async fn query<T: DeserializeOwned>(&self, statement: &Statement) -> Result<Rows<T>, AnalyticsError> {
        let request = engine(&self.base, &self.account, statement)?;
        send(&self.base, &request, &self.token).await
    }
}

async fn send<T: DeserializeOwned>(
    host: &str,
    request: &HttpRequest,
    token: &Token,
) -> Result<Rows<T>, AnalyticsError> {
    let unreached = |error: worker::Error| ProductError::Unavailable {
        binding: host.to_owned(),
        message: error.to_string(),
    };
    let headers = Headers::new();
    headers.set("authorization", &format!("Bearer {}", token.0)).map_err(unreached)?;
    headers.set("content-type", request.content_type).map_err(unreached)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(request.body.as_str().into()));
    let outgoing = Request::new_with_init(&request.url, &init).map_err(unreached)?;
    let mut response = Fetch::Request(outgoing).send().await.map_err(unreached)?;
    let retry_after = response.headers().get("retry-after").ok().flatten();
    let head = Head {
        status: response.status_code(),
        retry_after_s: retry_after.and_then(|seconds| seconds.parse().ok()),
    };
    let body = response.text().await.map_err(|error| {
        ProductError::Refused(Refusal {
            code: None,
            status: Some(head.status),
            message: format!("the answer broke off: {error}"),
            transient: true,
            retry_after_s: None,
        })
    })?;
    answer(host, &head, &body)
}
