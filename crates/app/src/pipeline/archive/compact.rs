//! The compaction: a day's many small files become one, or as few as their size allows.

use std::collections::BTreeSet;

use ids::TenantId;

use super::export::{finish_left_over, publish_behind};
use super::layout::{day_of, merged_key};
use super::{ArchivePorts, Budget, Lease};
use crate::ports::{LiveFile, StoreError, TenantDay, WrittenFile};

/// Bytes of the files that become one. A merge holds its output in memory, beside one input.
const MOST_BYTES: u64 = 24 * 1024 * 1024;

/// Days that a run looks at.
const MOST_DAYS: u32 = 200;

/// What a compaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CompactionReport {
    /// Days that have as few files as they can now.
    pub days: u32,
    /// Files that were merged away.
    pub merged: u32,
    /// Days whose tenant's files somebody else was writing.
    pub busy: u32,
    /// Days that failed and stay for the next run.
    pub failed: u32,
}

/// Merges the files of past days (UTC).
///
/// # Errors
/// [`StoreError`] when nobody can say which days changed. Trouble with one day is logged and does not stop the others.
pub async fn compact(ports: &ArchivePorts, budget: Budget) -> Result<CompactionReport, StoreError> {
    let mut report = CompactionReport::default();
    let today = day_of(ports.clock.now());
    for TenantDay { tenant, day } in ports.ledger.compactable(&today, MOST_DAYS).await? {
        if budget.is_spent(&*ports.clock) {
            break;
        }
        let Some(lease) = Lease::take(ports, tenant).await? else {
            report.busy += 1;
            continue;
        };
        let merged = compact_day(ports, tenant, &day, &lease).await;
        lease.end(ports).await;
        match merged {
            Ok(merged) => {
                report.days += 1;
                report.merged += merged;
            }
            Err(error) => {
                report.failed += 1;
                tracing::warn!(event = "archive.compaction_failed", %tenant, day, %error);
            }
        }
    }
    Ok(report)
}

async fn compact_day(
    ports: &ArchivePorts,
    tenant: TenantId,
    day: &str,
    lease: &Lease,
) -> Result<u32, StoreError> {
    finish_left_over(ports, tenant, lease).await?;
    let mut merged = 0;
    for group in groups(ports.ledger.live(tenant, day).await?.files) {
        lease.check(ports)?;
        let expected: u32 = group.iter().map(|file| file.file.rows).sum();
        let keys: Vec<String> = group.into_iter().map(|file| file.key).collect();
        replace(ports, tenant, day, &keys, &BTreeSet::new(), Some(expected)).await?;
        merged += keys.len() as u32;
    }
    publish_behind(ports, tenant).await?;
    let generation = ports.ledger.live(tenant, day).await?.generation;
    ports.ledger.compacted(tenant, day, generation).await?;
    Ok(merged)
}

/// Puts one file with the rows of others in their place; leaves out rows of some events. Gives how many rows are left.
pub(super) async fn replace(
    ports: &ArchivePorts,
    tenant: TenantId,
    day: &str,
    inputs: &[String],
    without: &BTreeSet<ids::EventId>,
    expected_rows: Option<u32>,
) -> Result<u32, StoreError> {
    let generation = ports.ledger.live(tenant, day).await?.generation + 1;
    let key = merged_key(tenant, day, generation, inputs.iter().map(String::as_str));
    ports.ledger.begin_merge(tenant, day, &key, ports.clock.now()).await?;
    let written = ports.files.merge(inputs, &key, without).await?;
    let rows = written.as_ref().map_or(0, |file: &WrittenFile| file.rows);
    if expected_rows.is_some_and(|expected| expected != rows) {
        ports.ledger.abandon(tenant, &key, ports.clock.now()).await?;
        let message = format!("`{key}` has {rows} rows of {expected_rows:?}: its inputs are damaged");
        return Err(StoreError::new("archive", message));
    }
    let now = ports.clock.now();
    if ports.ledger.commit_merge(tenant, &key, inputs, written.as_ref(), now).await? {
        return Ok(rows);
    }
    ports.ledger.abandon(tenant, &key, now).await?;
    Err(StoreError::new("archive", format!("the inputs of `{key}` changed while it was written")))
}

/// Neighbors that fit into one file together, where there are several.
fn groups(files: Vec<LiveFile>) -> Vec<Vec<LiveFile>> {
    let mut groups: Vec<Vec<LiveFile>> = Vec::new();
    let mut bytes = 0;
    for file in files {
        bytes += u64::from(file.file.bytes);
        match groups.last_mut() {
            Some(group) if bytes <= MOST_BYTES => group.push(file),
            _ => {
                bytes = u64::from(file.file.bytes);
                groups.push(vec![file]);
            }
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}
