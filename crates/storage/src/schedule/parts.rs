//! In how many objects a tenant's jobs are, over the SQLite of the first.

use app::ports::{PartStore, StoreError};
use contracts::Timestamp;
use serde::Deserialize;

use super::{SqlScheduleStore, query};
use crate::sql::{Statement, values};

#[derive(Deserialize)]
struct PartRow {
    part: u16,
}

impl PartStore for SqlScheduleStore {
    fn last_part(&self) -> Result<u16, StoreError> {
        let last = self.first::<PartRow, PartRow>(query!("last_part", values![]))?;
        Ok(last.map_or(0, |row| row.part))
    }

    fn send_to_part(&self, part: u16, key: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        let open = query!("open_part", values![u32::from(part), now]);
        let send = key.map(|key| query!("send_to_part", values![key, u32::from(part), now]));
        self.execute([open].into_iter().chain(send).collect()).map(drop)
    }

    fn sent_to(&self, key: &str) -> Result<Option<u16>, StoreError> {
        let sent = self.first::<PartRow, PartRow>(query!("sent_to", values![key]))?;
        Ok(sent.map(|row| row.part))
    }
}
