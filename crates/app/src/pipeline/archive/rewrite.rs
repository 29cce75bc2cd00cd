//! Removing rows: those of some events from a day, or a whole day.

use std::collections::BTreeSet;

use ids::{EventId, TenantId};

use super::compact::replace;
use super::export::{finish_left_over, publish_behind};
use super::layout::{day_prefix, manifest_key};
use super::{ArchivePorts, Lease};
use crate::ports::{MOST_OBJECTS, StoreError};

/// Rewrites a day without the rows of some events, and removes the files that had them at once: a reader in the midst
/// of one fails and reads the manifest again. Gives how many rows went. The events' own rows in the database must be
/// gone before, or the export brings them back.
pub(crate) async fn rewrite_day(
    ports: &ArchivePorts,
    tenant: TenantId,
    day: &str,
    without: &BTreeSet<EventId>,
    lease: &Lease,
) -> Result<u32, StoreError> {
    finish_left_over(ports, tenant, lease).await?;
    let mut removed = 0;
    for file in ports.ledger.live(tenant, day).await?.files {
        let ids = ports.files.event_ids(&file.key).await?;
        let missing = || StoreError::new("archive", format!("the archive has no file `{}`", file.key));
        if !ids.ok_or_else(missing)?.iter().any(|id| without.contains(id)) {
            continue;
        }
        lease.check(ports)?;
        let left = replace(ports, tenant, day, &[file.key], without, None).await?;
        removed += file.file.rows.saturating_sub(left);
    }
    publish_behind(ports, tenant).await?;
    let superseded = ports.ledger.superseded_of(tenant, day).await?;
    for keys in superseded.chunks(MOST_OBJECTS as usize) {
        ports.objects.delete(keys).await?;
        ports.ledger.forget_files(tenant, keys).await?;
    }
    Ok(removed)
}

/// Removes a whole day: the manifest first, so that nobody begins to read what goes. Gives how many rows it had.
pub(crate) async fn drop_day(
    ports: &ArchivePorts,
    tenant: TenantId,
    day: &str,
    lease: &Lease,
) -> Result<u32, StoreError> {
    lease.check(ports)?;
    ports.objects.delete(&[manifest_key(tenant, day)]).await?;
    let prefix = day_prefix(tenant, day);
    loop {
        let listed = ports.objects.list(&prefix, None, MOST_OBJECTS).await?;
        if listed.is_empty() {
            break;
        }
        lease.check(ports)?;
        let keys: Vec<String> = listed.into_iter().map(|object| object.key).collect();
        ports.objects.delete(&keys).await?;
    }
    ports.ledger.forget_day(tenant, day).await
}
