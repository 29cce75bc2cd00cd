//! Ids that follow from content, so that doing a thing twice makes it once.

use contracts::Timestamp;
use domain::crm::Change;
use ids::{ChunkId, CrmRecordId, DeadLetterId, EventId, SignalId};
use sha2::{Digest, Sha256};

/// SHA-256, lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The id of the signal of this kind at this place of this event.
pub(crate) fn signal_id(event_id: EventId, kind: &str, start: usize) -> SignalId {
    SignalId::from_parts(event_id.unix_ms(), digest(&[&event_id.to_string(), kind, &start.to_string()]))
}

/// The id of the passage at this place of this event.
pub(super) fn chunk_id(event_id: EventId, start: usize) -> ChunkId {
    ChunkId::from_parts(event_id.unix_ms(), digest(&[&event_id.to_string(), "passage", &start.to_string()]))
}

/// The id of the record that a change is of. It has no time in it: the first that is heard of a record may be of any.
pub(super) fn crm_record_id(change: &Change) -> CrmRecordId {
    let Change { entity, source, organization, record_id, .. } = change;
    CrmRecordId::from_parts(0, digest(&[entity.as_str(), source, organization, record_id]))
}

/// The id of the dead letter of what these parts name, which sorts by `at`.
pub(super) fn letter_id(at: Timestamp, parts: &[&str]) -> DeadLetterId {
    DeadLetterId::from_parts(at.unix_ms(), digest(parts))
}

/// Ten bytes that follow from these parts.
pub(crate) fn digest(parts: &[&str]) -> [u8; 10] {
    let hash = Sha256::digest(parts.join("\n"));
    let mut ten = [0; 10];
    ten.copy_from_slice(&hash[..10]);
    ten
}
