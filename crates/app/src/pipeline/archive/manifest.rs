//! A day's manifest: the only way to know which files make up the day.
//!
//! It is written whole and in one piece, so that a reader sees one state or the next. The bookkeeping decides, the
//! manifest follows: what it lists is there, and stays for a grace period once it lists something else.

use contracts::Timestamp;
use ids::TenantId;
use serde::{Deserialize, Serialize};

use super::ArchivePorts;
use super::layout::manifest_key;
use crate::ports::{DayFiles, LiveFile, StoreError};

/// The version of the manifest's form.
const VERSION: u32 = 1;

/// How often publishing starts anew when another writer came in between.
const TRIES: u32 = 5;

#[derive(Debug, Serialize)]
struct Manifest<'a> {
    version: u32,
    tenant: TenantId,
    day: &'a str,
    /// Counts the changes: of two manifests of a day, the one with the greater is the later.
    generation: u32,
    rows: u64,
    bytes: u64,
    files: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    key: &'a str,
    rows: u32,
    bytes: u32,
    sha256: &'a str,
    /// Unix milliseconds.
    min_received_at: Timestamp,
    max_received_at: Timestamp,
    min_event_id: String,
    max_event_id: String,
}

/// What is read of a manifest that is there.
#[derive(Deserialize)]
struct Known {
    generation: u32,
}

/// Brings a day's manifest to what the bookkeeping says.
///
/// # Errors
/// [`StoreError`] when a store fails, or when other writers come in between again and again.
pub(super) async fn publish(ports: &ArchivePorts, tenant: TenantId, day: &str) -> Result<(), StoreError> {
    let key = manifest_key(tenant, day);
    for _ in 0..TRIES {
        // In this order: whatever changes after the look at the object is seen by the conditional write.
        let seen = ports.objects.version(&key).await?;
        let known = match seen {
            Some(_) => ports.objects.get(&key).await?,
            None => None,
        };
        let day_files = ports.ledger.live(tenant, day).await?;
        let body = body(tenant, day, &day_files);
        let newer = known.is_some_and(|object| {
            serde_json::from_slice::<Known>(&object.body)
                .is_ok_and(|known| known.generation > day_files.generation || object.body == body)
        });
        if newer || ports.objects.put_if(&key, "application/json", body, seen.as_ref()).await? {
            return ports.ledger.published(tenant, day, day_files.generation).await;
        }
    }
    Err(StoreError::new("archive", format!("`{key}` was changed by another writer {TRIES} times")))
}

fn body(tenant: TenantId, day: &str, DayFiles { generation, files }: &DayFiles) -> Vec<u8> {
    let manifest = Manifest {
        version: VERSION,
        tenant,
        day,
        generation: *generation,
        rows: files.iter().map(|file| u64::from(file.file.rows)).sum(),
        bytes: files.iter().map(|file| u64::from(file.file.bytes)).sum(),
        files: files.iter().map(Entry::of).collect(),
    };
    // Numbers and text under fixed names: there is nothing in it that JSON cannot say.
    serde_json::to_vec_pretty(&manifest).unwrap_or_default()
}

impl<'a> Entry<'a> {
    fn of(LiveFile { key, file }: &'a LiveFile) -> Self {
        Self {
            key,
            rows: file.rows,
            bytes: file.bytes,
            sha256: &file.sha256,
            min_received_at: file.received_at.0,
            max_received_at: file.received_at.1,
            min_event_id: file.event_ids.0.to_string(),
            max_event_id: file.event_ids.1.to_string(),
        }
    }
}
