//! SQL over analytics.

use mesh_worker::bindings::analytics::{
    AnalyticsEngineSql, AnalyticsSql, Scope, SqlApi, Statement, TimeRange, Token, count,
};
use mesh_worker::text_var;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{missing, outcome};
use crate::case::Case;

#[derive(Serialize, Deserialize)]
struct Usage {
    tenant: String,
    #[serde(deserialize_with = "count")]
    calls: u64,
}

/// A query as a test writes it.
#[derive(Deserialize)]
struct Ask {
    sql: String,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    scope: Option<Scope>,
    #[serde(default)]
    range: Option<TimeRange>,
}

pub(super) async fn run(name: &str, case: &mut Case) -> worker::Result<Option<Value>> {
    let ask: Ask = case.input().await?;
    let mut statement = Statement::new(ask.sql);
    if let Some(tenant) = ask.tenant {
        statement = statement.bind_named("tenant", tenant);
    }
    let base = || text_var(&case.env, "API_BASE").map_err(missing);
    let token = Token::new("token-of-the-test");
    Ok(Some(match name {
        "binding" => {
            let sql = AnalyticsSql::over(&case.env, "ANALYTICS").map_err(missing)?;
            outcome(sql.query::<Usage>(&statement).await)
        }
        "api" => {
            let mut api = SqlApi::at(base()?, token);
            if let Some(scope) = ask.scope {
                api = api.with_scope(scope);
            }
            if let Some(range) = ask.range {
                api = api.with_range(range);
            }
            outcome(api.query::<Usage>(&statement).await)
        }
        "engine" => outcome(AnalyticsEngineSql::at(base()?, "acc", token).query::<Usage>(&statement).await),
        _ => return Ok(None),
    }))
}
