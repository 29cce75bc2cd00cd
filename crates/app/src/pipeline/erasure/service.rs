//! The `Erasure` service: asking for erasures and reading what came of them.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::erasure::{
    Erasure, ErasureCertificate, ErasureList, ErasureReport, ErasureScope, GetErasure, ListErasures,
    MeasureTenant, ReadErasureError, StartErasure, StartErasureError, TableRows, TenantMeasure,
};
use domain::Contact;
use ids::ErasureId;

use super::ErasureRequestPorts;
use super::find::Selector;
use crate::pipeline::ids_of::sha256_hex;
use crate::ports::{ErasureRecord, ErasureStatus, NewErasure, StoreError};

/// The longest a reason or a name of who asks may be, in characters.
const MOST_CHARS: usize = 500;

/// [`Erasure`] over ports.
#[derive(Clone)]
pub struct ErasureService(pub ErasureRequestPorts);

#[async_trait(?Send)]
impl Erasure for ErasureService {
    async fn start_erasure(
        &self,
        context: &TenantCall,
        request: StartErasure,
    ) -> Result<ErasureReport, StartErasureError> {
        let tenant = context.scope.tenant;
        for (name, text) in [("requested_by", &request.requested_by), ("reason", &request.reason)] {
            if text.trim().is_empty() || text.chars().count() > MOST_CHARS {
                return Err(invalid(format!("`{name}` must have 1 to {MOST_CHARS} characters")));
            }
        }
        let selector = selector(&request.scope)?;
        let asked = selector.as_ref().map_or_else(|| "tenant".to_owned(), |(_, canonical)| canonical.clone());
        let now = self.0.clock.now();
        let erasure_id = ErasureId::from_parts(now.unix_ms(), self.0.random.for_id());
        let erasure = NewErasure {
            erasure_id,
            request_key: context.idempotency_key.clone().unwrap_or_else(|| erasure_id.to_string()),
            selector: selector.map(|(json, _)| json),
            selector_sha256: sha256_hex(asked.as_bytes()),
            requested_by: request.requested_by,
            reason: request.reason,
            requested_at: now,
            traceparent: context.trace.to_string(),
        };
        let stored = self.0.erasures.insert(tenant, &erasure).await.map_err(start_unavailable)?;
        if stored.erasure.selector_sha256 != erasure.selector_sha256 {
            return Err(StartErasureError::KeyReused);
        }
        if stored.status == ErasureStatus::Running {
            let traceparent = &stored.erasure.traceparent;
            let started = self.0.instances.start(tenant, stored.erasure.erasure_id, traceparent).await;
            // It is on record: the cron starts what could not be started now.
            if let Err(error) = started {
                tracing::warn!(event = "erasure.start_failed", %tenant, %erasure_id, %error);
            }
        }
        Ok(report(stored))
    }

    async fn measure_tenant(
        &self,
        context: &TenantCall,
        MeasureTenant {}: MeasureTenant,
    ) -> Result<TenantMeasure, ReadErasureError> {
        let rows = self.0.erasures.rows(context.scope.tenant).await.map_err(unavailable)?;
        let rows = rows.into_iter().map(|count| TableRows { table: count.table, rows: count.rows });
        Ok(TenantMeasure { rows: rows.collect() })
    }

    async fn get_erasure(
        &self,
        context: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureReport, ReadErasureError> {
        self.find(context, request).await.map(report)
    }

    async fn list_erasures(
        &self,
        context: &TenantCall,
        request: ListErasures,
    ) -> Result<ErasureList, ReadErasureError> {
        let limit = request.limit.clamp(1, 200);
        let listed = self.0.erasures.list(context.scope.tenant, request.before, limit + 1).await;
        let mut records = listed.map_err(unavailable)?;
        let more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let next_before = records.last().filter(|_| more).map(|record| record.erasure.erasure_id);
        Ok(ErasureList { items: records.into_iter().map(report).collect(), next_before })
    }

    async fn read_certificate(
        &self,
        context: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureCertificate, ReadErasureError> {
        let record = self.find(context, request).await?;
        let status = status_name(record.status).to_owned();
        let (json, sha256) = record.certificate.ok_or(ReadErasureError::NotDone { status })?;
        Ok(ErasureCertificate { json, sha256 })
    }
}

impl ErasureService {
    async fn find(
        &self,
        context: &TenantCall,
        request: GetErasure,
    ) -> Result<ErasureRecord, ReadErasureError> {
        let found = self.0.erasures.get(context.scope.tenant, request.erasure_id).await;
        found.map_err(unavailable)?.ok_or(ReadErasureError::NotFound)
    }
}

/// The selector as it is stored, and the line that is hashed; none for the whole tenant.
fn selector(scope: &ErasureScope) -> Result<Option<(String, String)>, StartErasureError> {
    let ErasureScope::Contact { email, name, account } = scope else {
        return Ok(None);
    };
    let contact = Contact::new(email.as_deref(), name.as_deref(), account.as_deref());
    let contact = contact.map_err(|error| invalid(error.to_string()))?;
    let json = serde_json::to_string(&Selector::of(&contact)).map_err(|error| invalid(error.to_string()))?;
    Ok(Some((json, contact.canonical())))
}

fn report(record: ErasureRecord) -> ErasureReport {
    let (events_found, events_removed) = record.events;
    ErasureReport {
        erasure_id: record.erasure.erasure_id,
        scope: if record.whole_tenant { "tenant" } else { "contact" }.to_owned(),
        status: status_name(record.status).to_owned(),
        error: record.error,
        requested_by: record.erasure.requested_by,
        reason: record.erasure.reason,
        requested_at: record.erasure.requested_at,
        completed_at: record.completed_at,
        events_found,
        events_removed,
    }
}

fn status_name(status: ErasureStatus) -> &'static str {
    match status {
        ErasureStatus::Running => "running",
        ErasureStatus::Done => "done",
        ErasureStatus::Failed => "failed",
    }
}

fn invalid(detail: String) -> StartErasureError {
    StartErasureError::Invalid { detail }
}

fn start_unavailable(error: StoreError) -> StartErasureError {
    StartErasureError::Unavailable { detail: error.to_string() }
}

fn unavailable(error: StoreError) -> ReadErasureError {
    ReadErasureError::Unavailable { detail: error.to_string() }
}
