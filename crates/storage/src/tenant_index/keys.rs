//! Between the ids of passages and signals and the keys that slabs know them by.

use contracts::pipeline::HitKind;
use embedded::vectors::Key;

/// The key of an id: the 16 bytes behind its prefix.
pub(super) fn key(id: &str) -> Option<Key> {
    let digits = id.get(id.len().checked_sub(32)?..)?;
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}

/// The id of a key. A passage's and a signal's ids are never of one key: both have a hash of where they are in them.
pub(super) fn id(kind: HitKind, key: Key) -> String {
    let prefix = match kind {
        HitKind::Passage => ids::ChunkId::PREFIX,
        HitKind::Signal => ids::SignalId::PREFIX,
    };
    format!("{prefix}_{:032x}", u128::from_be_bytes(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_its_key_are_inverse() {
        let text = ids::ChunkId::from_parts(1_763_800_000_000, [3; 10]).to_string();
        assert_eq!(id(HitKind::Passage, key(&text).unwrap()), text);
        assert_eq!(key("short"), None);
    }
}
