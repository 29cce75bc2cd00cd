//! Raw bytes that no event has: of a delivery whose event was never stored, or that was known already.
//!
//! Whoever sent the former was not acknowledged and sends again, so nothing is made of them but room. Only days that
//! ended a day ago are looked at: nobody writes under their keys any more, so what has no event now never gets one.
//! Keys sort by day, so one place a tenant says how far it is.

use contracts::Timestamp;
use ids::TenantId;

use super::PurgePorts;
use crate::pipeline::archive::{Budget, day_start, object_key, raw_prefix};
use crate::ports::{MOST_OBJECTS, StoreError};

/// What a look for orphans did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrphanReport {
    /// Raw objects that are gone.
    pub objects: u32,
    /// Tenants that failed and stay for the next run.
    pub failed: u32,
}

/// Removes raw bytes that no event has, a day after the day on which they came.
///
/// # Errors
/// [`StoreError`] when nobody can say which tenants there are. Trouble with one tenant is logged and does not stop the
/// others.
pub async fn remove_orphans(ports: &PurgePorts, budget: Budget) -> Result<OrphanReport, StoreError> {
    let mut report = OrphanReport::default();
    let before = day_start(ports.archive.clock.now(), 1);
    let mut last = None;
    while let Some(tenant) = ports.removal.next_tenant(last).await? {
        last = Some(tenant);
        if budget.is_spent(&*ports.archive.clock) {
            break;
        }
        if let Err(error) = of_tenant(ports, tenant, before, budget, &mut report).await {
            report.failed += 1;
            tracing::warn!(event = "archive.orphans_failed", %tenant, %error);
        }
    }
    Ok(report)
}

async fn of_tenant(
    ports: &PurgePorts,
    tenant: TenantId,
    before: Timestamp,
    budget: Budget,
    report: &mut OrphanReport,
) -> Result<(), StoreError> {
    let (prefix, bound) = (raw_prefix(tenant), object_key(tenant, before, ""));
    let mut place = ports.removal.raw_place(tenant).await?;
    while !budget.is_spent(&*ports.archive.clock) {
        let listed = ports.archive.objects.list(&prefix, place.as_deref(), MOST_OBJECTS).await?;
        let mut keys: Vec<String> =
            listed.into_iter().map(|object| object.key).take_while(|key| *key < bound).collect();
        let Some(end) = keys.last().cloned() else { break };
        let used = ports.removal.objects_in_use(tenant, &keys).await?;
        keys.retain(|key| !used.contains(key));
        ports.archive.objects.delete(&keys).await?;
        report.objects += keys.len() as u32;
        ports.removal.set_raw_place(tenant, &end).await?;
        place = Some(end);
    }
    Ok(())
}
