//! In how many objects a tenant's jobs are, in memory.

use app::ports::{PartStore, StoreError};
use contracts::Timestamp;

use super::store::MemoryScheduleStore;

impl PartStore for MemoryScheduleStore {
    fn last_part(&self) -> Result<u16, StoreError> {
        self.act("schedule.last_part", |state| Ok(state.last_part))
    }

    fn send_to_part(&self, part: u16, key: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        self.act("schedule.send_to_part", |state| {
            state.last_part = state.last_part.max(part);
            if let Some(key) = key {
                let sent = state.placements.entry(key.to_owned()).or_insert((part, now));
                sent.0 = sent.0.max(part);
            }
            Ok(())
        })
    }

    fn sent_to(&self, key: &str) -> Result<Option<u16>, StoreError> {
        self.act("schedule.sent_to", |state| Ok(state.placements.get(key).map(|(part, _)| *part)))
    }
}
