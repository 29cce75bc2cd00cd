//! Removes files that no manifest lists any more, once nobody can still be reading them.

use std::collections::BTreeMap;

use contracts::Timestamp;
use ids::TenantId;

use super::ArchivePorts;
use crate::ports::StoreError;

/// How long a file stays after its manifest stopped listing it: a reader that began before is done by then.
const GRACE_MS: u64 = 6 * 3_600_000;

/// Files that a run removes; the next goes on.
const MOST_FILES: u32 = 500;

/// Removes superseded files after their grace period, and says how many.
///
/// # Errors
/// [`StoreError`] when a store fails; what was removed by then is on record.
pub async fn tidy_up(ports: &ArchivePorts) -> Result<u32, StoreError> {
    let before = Timestamp::from_unix_ms(ports.clock.now().unix_ms().saturating_sub(GRACE_MS));
    let mut by_tenant: BTreeMap<TenantId, Vec<String>> = BTreeMap::new();
    for (tenant, key) in ports.ledger.superseded(before, MOST_FILES).await? {
        by_tenant.entry(tenant).or_default().push(key);
    }
    let mut removed = 0;
    for (tenant, keys) in by_tenant {
        // The objects first: a file that is on record without an object is removed again, the other way round never.
        ports.objects.delete(&keys).await?;
        ports.ledger.forget_files(tenant, &keys).await?;
        removed += keys.len() as u32;
    }
    Ok(removed)
}
