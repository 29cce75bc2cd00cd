//! The export: events that have no row yet get one.

use futures_util::future::join_all;
use ids::{EventId, TenantId};

use super::layout::{day_of, part_key};
use super::manifest::publish;
use super::{ArchivePorts, Budget, Lease};
use crate::ports::{ArchiveRow, ArchivedObject, StoreError, UnfinishedFile, Written};

/// Raw bytes up to this many come as text in the row; of longer ones only the object's key does.
pub const MOST_PAYLOAD_BYTES: u32 = 256 * 1024;

/// Rows of a file.
const MOST_ROWS: u32 = 500;

/// Raw bytes that a file's rows may carry: one row group, and little memory.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// Raw objects read side by side: the platform runs six at a time.
const READ_AT_ONCE: usize = 6;

/// Tenants that a run looks at.
const MOST_TENANTS: u32 = 50;

/// What an export did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Rows that were written.
    pub rows: u32,
    /// Files that took their place.
    pub files: u32,
    /// Tenants whose files somebody else was writing.
    pub busy: u32,
    /// Tenants that failed and stay for the next run.
    pub failed: u32,
}

/// Writes the rows of events that wait, finishes what a run before left, and publishes the days that changed.
///
/// # Errors
/// [`StoreError`] when nobody can say which tenants have work. Trouble with one tenant is logged and does not stop
/// the others.
pub async fn export(ports: &ArchivePorts, budget: Budget) -> Result<ExportReport, StoreError> {
    let mut report = ExportReport::default();
    for tenant in ports.ledger.tenants_with_work(MOST_TENANTS).await? {
        if budget.is_spent(&*ports.clock) {
            break;
        }
        match export_tenant(ports, tenant, budget, &mut report).await {
            Ok(true) => {}
            Ok(false) => report.busy += 1,
            Err(error) => {
                report.failed += 1;
                tracing::warn!(event = "archive.export_failed", %tenant, %error);
            }
        }
    }
    Ok(report)
}

/// Says whether the tenant's files were free to be written.
async fn export_tenant(
    ports: &ArchivePorts,
    tenant: TenantId,
    budget: Budget,
    report: &mut ExportReport,
) -> Result<bool, StoreError> {
    let Some(lease) = Lease::take(ports, tenant).await? else {
        return Ok(false);
    };
    let outcome = write_rows(ports, tenant, &lease, budget, report).await;
    lease.end(ports).await;
    outcome.map(|()| true)
}

async fn write_rows(
    ports: &ArchivePorts,
    tenant: TenantId,
    lease: &Lease,
    budget: Budget,
    report: &mut ExportReport,
) -> Result<(), StoreError> {
    finish_left_over(ports, tenant, lease).await?;
    while !budget.is_spent(&*ports.clock) {
        let batch = first_batch(ports.ledger.pending(tenant, MOST_ROWS).await?);
        let Some(first) = batch.first() else { break };
        lease.check(ports)?;
        let day = day_of(first.received_at);
        let ids: Vec<EventId> = batch.iter().map(|row| row.event_id).collect();
        let key = part_key(tenant, &day, &ids);
        if !ports.ledger.claim(tenant, &day, &key, &ids, ports.clock.now()).await? {
            // An event has gone, or another writer has it: look again.
            continue;
        }
        if write_part(ports, tenant, &key, batch).await? {
            report.rows += ids.len() as u32;
            report.files += 1;
        }
    }
    publish_behind(ports, tenant).await
}

/// Takes up every file whose writing began and was not seen to end: exports are written again, which gives the same
/// file; merges are given up, since compaction plans them anew.
pub(super) async fn finish_left_over(
    ports: &ArchivePorts,
    tenant: TenantId,
    lease: &Lease,
) -> Result<(), StoreError> {
    for UnfinishedFile { key, event_ids } in ports.ledger.unfinished(tenant).await? {
        lease.check(ports)?;
        let Some(ids) = event_ids else {
            ports.ledger.abandon(tenant, &key, ports.clock.now()).await?;
            continue;
        };
        let rows = ports.ledger.rows(tenant, &ids).await?;
        if rows.len() == ids.len() {
            write_part(ports, tenant, &key, rows).await?;
        } else {
            // Some of its events were removed meanwhile. The others wait again, for a file of another name.
            ports.ledger.abandon(tenant, &key, ports.clock.now()).await?;
        }
    }
    Ok(())
}

/// Publishes every day of a tenant that is behind.
pub(super) async fn publish_behind(ports: &ArchivePorts, tenant: TenantId) -> Result<(), StoreError> {
    for day in ports.ledger.unpublished(tenant, MOST_ROWS).await? {
        publish(ports, tenant, &day).await?;
    }
    Ok(())
}

/// Writes a claimed file and lets it take its place; says whether it did.
async fn write_part(
    ports: &ArchivePorts,
    tenant: TenantId,
    key: &str,
    rows: Vec<ArchiveRow>,
) -> Result<bool, StoreError> {
    let rows = with_payloads(ports, rows).await?;
    match ports.rows.write(key, &rows).await? {
        Written::File(file) => {
            let committed = ports.ledger.commit_part(tenant, key, &file).await?;
            if !committed {
                ports.ledger.abandon(tenant, key, ports.clock.now()).await?;
            }
            Ok(committed)
        }
        Written::Streamed => ports.ledger.commit_streamed(tenant, key).await.map(|()| true),
    }
}

/// The first rows that are of one day and not too many bytes together; at least one.
fn first_batch(mut rows: Vec<ArchiveRow>) -> Vec<ArchiveRow> {
    let Some(day) = rows.first().map(|row| day_of(row.received_at)) else {
        return rows;
    };
    let mut bytes = 0;
    let fit = rows.iter().take_while(|row| {
        bytes += u64::from(if row.size_bytes <= MOST_PAYLOAD_BYTES { row.size_bytes } else { 0 });
        bytes <= MOST_BYTES && day_of(row.received_at) == day
    });
    let fit = fit.count().max(1);
    rows.truncate(fit);
    rows
}

async fn with_payloads(
    ports: &ArchivePorts,
    mut rows: Vec<ArchiveRow>,
) -> Result<Vec<ArchiveRow>, StoreError> {
    for chunk in rows.chunks_mut(READ_AT_ONCE) {
        let payloads = join_all(chunk.iter().map(|row| payload(ports, row))).await;
        for (row, payload) in chunk.iter_mut().zip(payloads) {
            row.payload = payload?;
        }
    }
    Ok(rows)
}

/// The raw bytes as text. An event whose object is missing has its row all the same, without.
async fn payload(ports: &ArchivePorts, row: &ArchiveRow) -> Result<Option<String>, StoreError> {
    if row.size_bytes > MOST_PAYLOAD_BYTES {
        return Ok(None);
    }
    let object = ports.objects.get(&row.object_key).await?;
    Ok(object.and_then(|ArchivedObject { body, .. }| String::from_utf8(body).ok()))
}
