//! What the platform counted of a Worker's invocations, version by version: its GraphQL Analytics API, which lags by about
//! a minute and, where there is much traffic, counts samples.
//!
//! Source: `workersInvocationsAdaptive` in <https://developers.cloudflare.com/analytics/graphql-api/>.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Failure, Platform};

/// Rows of an answer: one a version and day, of which a rollout has two or three.
const QUERY: &str = "query Invocations($account: string!, $script: string!, $since: Time!) { \
    viewer { accounts(filter: { accountTag: $account }) { \
    workersInvocationsAdaptive(limit: 100, filter: { scriptName: $script, datetime_geq: $since }) { \
    dimensions { scriptVersion } sum { requests errors } } } } }";

/// How often a version was invoked, by requests, calls, crons and queues alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Invocations {
    /// All of them.
    pub(crate) requests: u64,
    /// Those that ended in an exception, beyond a limit, or by a fault of the runtime. An answer of 500 is none.
    pub(crate) errors: u64,
}

impl Platform {
    /// What was counted of a Worker since a time, as the platform writes times, by the versions' ids. A version of which
    /// nothing was counted yet is not among them.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Forbidden`] where the token may not read analytics.
    pub(crate) fn invocations(
        &self,
        worker: &str,
        since: &str,
    ) -> Result<BTreeMap<String, Invocations>, Failure> {
        let variables = json!({ "account": self.account, "script": worker, "since": since });
        let data: Data = self.http.query(QUERY, &variables)?;
        let mut counted: BTreeMap<String, Invocations> = BTreeMap::new();
        for row in data.viewer.accounts.into_iter().flat_map(|account| account.rows) {
            let version = counted.entry(row.dimensions.version).or_default();
            version.requests += row.sum.requests;
            version.errors += row.sum.errors;
        }
        Ok(counted)
    }
}

#[derive(Deserialize)]
struct Data {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(rename = "workersInvocationsAdaptive")]
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    dimensions: Dimensions,
    sum: Sum,
}

#[derive(Deserialize)]
struct Dimensions {
    #[serde(rename = "scriptVersion")]
    version: String,
}

#[derive(Deserialize)]
struct Sum {
    requests: u64,
    errors: u64,
}
