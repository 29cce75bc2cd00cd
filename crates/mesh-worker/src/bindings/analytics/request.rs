//! The two HTTPS interfaces: what is sent where, and what comes back. Pure.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::AnalyticsError;
use super::rows::Rows;
use super::statement::{InvalidStatement, Statement};
use crate::bindings::ProductError;
use crate::bindings::http_answer::Head;

/// Whose data a query reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// An account, by its tag.
    #[serde(rename = "accountTag")]
    Account(String),
    /// A zone, by its tag.
    #[serde(rename = "zoneTag")]
    Zone(String),
}

/// When the data of a query is from, both ends included, in ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// The first moment.
    pub start: String,
    /// The last moment; now, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

/// Where the platform's API answers, unless a test says otherwise.
pub const API_BASE: &str = "https://api.cloudflare.com/client/v4";

/// What goes over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpRequest {
    pub(super) url: String,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// A request of the general SQL API.
pub(super) fn general(
    base: &str,
    statement: &Statement,
    scope: Option<&Scope>,
    range: Option<&TimeRange>,
) -> Result<HttpRequest, InvalidStatement> {
    let request = statement.request()?;
    let mut body = json!({ "query": request.query });
    let extra = [
        ("params", request.params),
        ("scope", scope.map(|scope| json!(scope))),
        ("time_range", range.map(|range| json!(range))),
    ];
    for (name, value) in extra {
        if let Some(value) = value {
            body[name] = value;
        }
    }
    let url = format!("{}/analytics/sql", base.trim_end_matches('/'));
    Ok(HttpRequest { url, content_type: "application/json", body: body.to_string() })
}

/// A request of Analytics Engine's own SQL API.
pub(super) fn engine(
    base: &str,
    account: &str,
    statement: &Statement,
) -> Result<HttpRequest, InvalidStatement> {
    let url = format!("{}/accounts/{account}/analytics_engine/sql", base.trim_end_matches('/'));
    // On a line of its own: the statement may end in a comment.
    let body = format!("{}\nFORMAT JSON", statement.text()?);
    Ok(HttpRequest { url, content_type: "text/plain", body })
}

/// Reads either interface's answer.
pub(super) fn answer<T: DeserializeOwned>(
    host: &str,
    head: &Head,
    body: &str,
) -> Result<Rows<T>, AnalyticsError> {
    if !head.is_success() {
        return Err(ProductError::Refused(head.refusal(body)));
    }
    serde_json::from_str::<Value>(body)
        .and_then(serde_json::from_value)
        .map_err(|error| ProductError::Unreadable { binding: host.to_owned(), message: error.to_string() })
}
