//! The nightly purge: whatever is past its tenant's retention goes, days at a time and in bounded batches.
//!
//! There is no cursor: what is left is what is still older, so a run that dies is gone on with by the next. Rows go
//! before bytes, so that nothing ever shows an event whose bytes are gone; bytes that lost their row are found by
//! their key, which has the day in it.

use contracts::Timestamp;
use ids::{EventId, TenantId};
use mesh::TraceContext;

use super::PurgePorts;
use crate::pipeline::archive::{Budget, Lease, day_of, day_start, drop_day, object_key, raw_prefix};
use crate::ports::{MOST_FORGOTTEN, MOST_OBJECTS, PassageIndex, RemovableEvent, StoreError};

/// Events of a batch: one transaction, and as many calls of the tenant's index.
const BATCH: u32 = 50;

/// Days of the archive that are dropped at once.
const DAYS: u32 = 50;

/// What a purge did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Events that are gone.
    pub events: u32,
    /// Rows in the database that are gone, theirs included.
    pub rows: u32,
    /// Passages and signals that left a search index.
    pub passages: u32,
    /// Messages to customers' endpoints that are gone.
    pub messages: u32,
    /// Raw objects that are gone.
    pub objects: u32,
    /// Rows of the archive that are gone.
    pub archive_rows: u32,
    /// Tenants that failed and stay for the next run.
    pub failed: u32,
}

/// Removes what is past its tenant's retention.
///
/// # Errors
/// [`StoreError`] when nobody can say which tenants there are. Trouble with one tenant is logged and does not stop the
/// others.
pub async fn purge(ports: &PurgePorts, budget: Budget) -> Result<PurgeReport, StoreError> {
    let mut total = PurgeReport::default();
    let mut last = None;
    while let Some(tenant) = ports.removal.next_tenant(last).await? {
        last = Some(tenant);
        if budget.is_spent(&*ports.archive.clock) {
            break;
        }
        let mut report = PurgeReport::default();
        if let Err(error) = purge_tenant(ports, tenant, budget, &mut report).await {
            report.failed = 1;
            tracing::warn!(event = "retention.purge_failed", %tenant, %error);
        }
        if report != PurgeReport::default() {
            let PurgeReport { events, rows, passages, messages, objects, archive_rows, .. } = report;
            tracing::info!(event = "retention.purged", %tenant, events, rows, passages, messages, objects, archive_rows);
        }
        total.events += report.events;
        total.rows += report.rows;
        total.passages += report.passages;
        total.messages += report.messages;
        total.objects += report.objects;
        total.archive_rows += report.archive_rows;
        total.failed += report.failed;
    }
    Ok(total)
}

/// Removes what is past one tenant's retention, as long as there is time.
///
/// # Errors
/// [`StoreError`]; what is gone by then is gone.
pub(crate) async fn purge_tenant(
    ports: &PurgePorts,
    tenant: TenantId,
    budget: Budget,
    report: &mut PurgeReport,
) -> Result<(), StoreError> {
    let days = ports.retention.retention(tenant).await?.map(|record| record.days).unwrap_or_default();
    let before = day_start(ports.archive.clock.now(), days.get());
    loop {
        if budget.is_spent(&*ports.archive.clock) {
            return Ok(());
        }
        let events = ports.removal.older_than(tenant, before, BATCH).await?;
        if events.is_empty() {
            break;
        }
        remove_batch(ports, tenant, &events, report).await?;
    }
    drop_days(ports, tenant, before, budget, report).await?;
    remove_old_objects(ports, tenant, before, budget, report).await
}

async fn remove_batch(
    ports: &PurgePorts,
    tenant: TenantId,
    events: &[RemovableEvent],
    report: &mut PurgeReport,
) -> Result<(), StoreError> {
    let trace = TraceContext::from_random(random(ports));
    for event in events {
        report.passages += forget(&*ports.index, tenant, trace, Some(event.event_id)).await?;
    }
    let ids: Vec<EventId> = events.iter().map(|event| event.event_id).collect();
    report.messages += ports.messages.forget(tenant, trace, &ids).await?;
    let removed = ports.removal.remove(tenant, &ids).await?;
    report.rows += removed.iter().map(|count| count.rows).sum::<u32>();
    report.events += ids.len() as u32;
    let mut keys: Vec<String> = events.iter().map(|event| event.object_key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let used = ports.removal.objects_in_use(tenant, &keys).await?;
    keys.retain(|key| !used.contains(key));
    ports.archive.objects.delete(&keys).await?;
    report.objects += keys.len() as u32;
    Ok(())
}

/// Removes all that an index has of an event, or of the tenant, and says how much it was.
pub(crate) async fn forget(
    index: &dyn PassageIndex,
    tenant: TenantId,
    trace: TraceContext,
    event_id: Option<EventId>,
) -> Result<u32, StoreError> {
    let mut removed = 0;
    loop {
        let forgotten = index.forget(tenant, trace, event_id, MOST_FORGOTTEN).await?;
        removed += forgotten.removed;
        if forgotten.left == 0 || forgotten.removed == 0 {
            return Ok(removed);
        }
    }
}

/// Days of the archive that ended before: no row of them is kept, so none is rewritten.
async fn drop_days(
    ports: &PurgePorts,
    tenant: TenantId,
    before: Timestamp,
    budget: Budget,
    report: &mut PurgeReport,
) -> Result<(), StoreError> {
    let days = ports.archive.ledger.days(tenant, Some(&day_of(before)), DAYS).await?;
    if days.is_empty() {
        return Ok(());
    }
    let Some(lease) = Lease::take(&ports.archive, tenant).await? else {
        return Ok(());
    };
    let mut outcome = Ok(());
    for day in days {
        if budget.is_spent(&*ports.archive.clock) {
            break;
        }
        match drop_day(&ports.archive, tenant, &day, &lease).await {
            Ok(rows) => report.archive_rows += rows,
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    lease.end(&ports.archive).await;
    outcome
}

/// Bytes of those days that no row has: of deliveries that were never acknowledged, or came twice, or whose row went
/// in a run that died.
async fn remove_old_objects(
    ports: &PurgePorts,
    tenant: TenantId,
    before: Timestamp,
    budget: Budget,
    report: &mut PurgeReport,
) -> Result<(), StoreError> {
    let prefix = raw_prefix(tenant);
    let bound = object_key(tenant, before, "");
    let mut last: Option<String> = None;
    while !budget.is_spent(&*ports.archive.clock) {
        let listed = ports.archive.objects.list(&prefix, last.as_deref(), MOST_OBJECTS).await?;
        let mut keys: Vec<String> =
            listed.into_iter().map(|object| object.key).take_while(|key| *key < bound).collect();
        let Some(end) = keys.last().cloned() else { break };
        let used = ports.removal.objects_in_use(tenant, &keys).await?;
        keys.retain(|key| !used.contains(key));
        ports.archive.objects.delete(&keys).await?;
        report.objects += keys.len() as u32;
        last = Some(end);
    }
    Ok(())
}

fn random(ports: &PurgePorts) -> [u8; 24] {
    let mut bytes = [0; 24];
    ports.archive.random.fill(&mut bytes);
    bytes
}
