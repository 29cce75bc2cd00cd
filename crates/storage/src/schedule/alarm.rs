//! The alarm of a schedule's object.

use app::ports::{Alarm, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;

/// The one alarm of an object, stored with its tables.
#[derive(Debug, Clone)]
pub struct ObjectAlarm(pub mesh::durable::Alarm);

#[async_trait(?Send)]
impl Alarm for ObjectAlarm {
    async fn set(&self, at: Option<Timestamp>) -> Result<(), StoreError> {
        let set = self.0.rearm(at.map(Timestamp::unix_ms)).await;
        set.map_err(|error| StoreError::new(super::NAME, error))
    }

    async fn at(&self) -> Result<Option<Timestamp>, StoreError> {
        let at = self.0.get().await.map_err(|error| StoreError::new(super::NAME, error))?;
        Ok(at.map(Timestamp::from_unix_ms))
    }
}
