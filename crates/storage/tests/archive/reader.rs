//! An analyst: reads manifests and the files that they list, and nothing else.

use std::collections::BTreeMap;

use app::ports::Archive;
use embedded::parquet::{FileError, read_groups};
use ids::{EventId, TenantId};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use test_kit::{MemoryArchive, run};

#[derive(Deserialize)]
struct Manifest {
    generation: u32,
    rows: u32,
    bytes: u64,
    files: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    rows: u32,
    bytes: u64,
    sha256: String,
    min_received_at: u64,
    max_received_at: u64,
}

/// What an analyst sees: whose event came when, by event; and how many files and changes each day had.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) events: BTreeMap<EventId, (TenantId, Option<String>)>,
    /// By manifest: its generation and its number of files.
    pub(crate) days: BTreeMap<String, (u32, usize)>,
}

/// Reads everything that the manifests list. Panics where an event comes twice, a file is missing or is none that its
/// manifest describes.
pub(crate) fn read(objects: &MemoryArchive) -> View {
    let mut view = View::default();
    for key in objects.keys().into_iter().filter(|key| key.ends_with("/manifest.json")) {
        let manifest: Manifest = serde_json::from_slice(&body(objects, &key)).unwrap();
        let (mut rows, mut bytes) = (0, 0);
        for entry in &manifest.files {
            let file = body(objects, &entry.key);
            assert_eq!(file.len() as u64, entry.bytes, "{}", entry.key);
            assert_eq!(hex::encode(Sha256::digest(&file)), entry.sha256, "{}", entry.key);
            let mut in_file = 0;
            read_groups(file, |group| {
                for row in group {
                    let partition = format!("archive/tenant={}/day=", row.tenant);
                    assert!(entry.key.starts_with(&partition), "{} in {}", row.event_id, entry.key);
                    let span = entry.min_received_at..=entry.max_received_at;
                    assert!(span.contains(&row.received_at.unix_ms()), "{} in {}", row.event_id, entry.key);
                    let twice = view.events.insert(row.event_id, (row.tenant, row.payload));
                    assert!(twice.is_none(), "event {} comes twice", row.event_id);
                    in_file += 1;
                }
                Ok::<(), FileError>(())
            })
            .unwrap();
            assert_eq!(in_file, entry.rows, "{}", entry.key);
            rows += entry.rows;
            bytes += entry.bytes;
        }
        assert_eq!((rows, bytes), (manifest.rows, manifest.bytes), "{key}");
        view.days.insert(key, (manifest.generation, manifest.files.len()));
    }
    view
}

fn body(objects: &MemoryArchive, key: &str) -> Vec<u8> {
    let object = run(objects.get(key)).unwrap();
    object.unwrap_or_else(|| panic!("a manifest lists `{key}`, which is not there")).body
}
