//! The index of archived calls of models over SQL.

use app::ports::{ArchivedCall, ArchivedCalls, CallQuery, MOST_CALLS, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ai_calls::AiCallSummary;
use ids::{AiCallId, TenantId};
use serde::Deserialize;

use crate::sql::{SqlDatabase, Statement, values};

/// Archived calls over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlArchivedCalls<D> {
    database: D,
}

impl<D> SqlArchivedCalls<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

/// A statement from a file in `queries/ai_calls`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/ai_calls/", $name, ".sql")), $values)
    };
}

#[derive(Deserialize)]
struct CallRow {
    id: AiCallId,
    request_id: Option<String>,
    trace_id: String,
    expires_at: Timestamp,
    model: String,
    upstream: String,
    outcome: String,
    cache: String,
    object_key: String,
}

impl From<CallRow> for ArchivedCall {
    fn from(row: CallRow) -> Self {
        let CallRow { id, request_id, trace_id, expires_at, model, upstream, outcome, cache, object_key } =
            row;
        let (call_id, at) = (id, Timestamp::from_unix_ms(id.unix_ms()));
        let summary =
            AiCallSummary { call_id, request_id, trace_id, at, expires_at, model, upstream, outcome, cache };
        Self { summary, object_key }
    }
}

#[derive(Deserialize)]
struct TenantRow {
    tenant_id: TenantId,
}

impl From<TenantRow> for TenantId {
    fn from(row: TenantRow) -> Self {
        row.tenant_id
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> ArchivedCalls for SqlArchivedCalls<D> {
    async fn note(&self, tenant: TenantId, call: &ArchivedCall) -> Result<(), StoreError> {
        let AiCallSummary {
            call_id, request_id, trace_id, expires_at, model, upstream, outcome, cache, ..
        } = &call.summary;
        let row = values![
            tenant,
            *call_id,
            request_id.as_ref(),
            trace_id,
            *expires_at,
            model,
            upstream,
            outcome,
            cache,
            &call.object_key
        ];
        self.database.query(query!("note", row)).await.map(drop)
    }

    async fn get(&self, tenant: TenantId, call_id: AiCallId) -> Result<Option<ArchivedCall>, StoreError> {
        let select = query!("select", values![tenant]).and("id =", call_id);
        self.database.query(select).await?.first::<CallRow, _>()
    }

    async fn list(&self, tenant: TenantId, query: &CallQuery) -> Result<Vec<ArchivedCall>, StoreError> {
        let CallQuery { request_id, trace_id, before, limit } = query;
        let select = query!("select", values![tenant])
            .and_if("request_id =", request_id.as_ref())
            .and_if("trace_id =", trace_id.as_ref())
            .and_if("id <", *before)
            .newest(*limit);
        self.database.query(select).await?.read::<CallRow, _>()
    }

    async fn behind(
        &self,
        tenant: TenantId,
        after: Option<AiCallId>,
    ) -> Result<Vec<ArchivedCall>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.database.query(query!("behind", values![tenant, after, MOST_CALLS])).await?.read::<CallRow, _>()
    }

    async fn past(
        &self,
        tenant: TenantId,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Vec<ArchivedCall>, StoreError> {
        // The least id of that time.
        let oldest = AiCallId::from_parts(oldest.unix_ms(), [0; 10]);
        let past = query!("past", values![tenant, now, oldest, MOST_CALLS]);
        self.database.query(past).await?.read::<CallRow, _>()
    }

    async fn forget(&self, tenant: TenantId, call_ids: &[AiCallId]) -> Result<(), StoreError> {
        let ids =
            serde_json::to_string(call_ids).map_err(|error| StoreError::new(self.database.name(), error))?;
        self.database.query(query!("forget", values![tenant, ids])).await.map(drop)
    }

    async fn next_tenant(&self, after: Option<TenantId>) -> Result<Option<TenantId>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.database.query(query!("next_tenant", values![after])).await?.first::<TenantRow, _>()
    }
}
