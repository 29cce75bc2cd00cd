//! Requests of models and their answers, where a tenant's policy says that they are kept: found, read, swept, erased.
//! They are written by [`crate::models`], behind the calls.

mod about;
mod record;
mod service;
mod sweep;

use std::rc::Rc;

use contracts::Timestamp;
use ids::{AiCallId, TenantId};
use time::OffsetDateTime;

pub(crate) use about::is_about;
pub(crate) use record::{Answered, Ended, Excerpt, MOST_KEPT, Record, Whose};
pub use service::AiCallsService;
pub use sweep::{SweptCalls, sweep_calls};

use crate::ports::{Archive, ArchivedCall, ArchivedCalls, StoreError};

/// The media type of records.
const MEDIA_TYPE: &str = "application/json";

/// Where archived calls are.
#[derive(Clone)]
pub struct CallArchive {
    /// Which there are.
    pub calls: Rc<dyn ArchivedCalls>,
    /// What was asked and answered.
    pub objects: Rc<dyn Archive>,
}

impl CallArchive {
    /// Keeps a call. Its row is there before its record: what dies in between leaves a row that is swept like any other.
    pub(crate) async fn keep(
        &self,
        tenant: TenantId,
        call: &ArchivedCall,
        record: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.calls.note(tenant, call).await?;
        self.objects.put(&call.object_key, MEDIA_TYPE, record).await
    }

    /// Removes calls, up to [`crate::ports::MOST_CALLS`]. Their rows stay until nothing else is left of them.
    pub(crate) async fn remove(&self, tenant: TenantId, calls: &[ArchivedCall]) -> Result<(), StoreError> {
        if calls.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = calls.iter().map(|call| call.object_key.clone()).collect();
        self.objects.delete(&keys).await?;
        let ids: Vec<AiCallId> = calls.iter().map(|call| call.summary.call_id).collect();
        self.calls.forget(tenant, &ids).await
    }
}

/// Where a call's record lies: tenant, day (UTC), call.
pub(crate) fn object_key(tenant: TenantId, at: Timestamp, call_id: AiCallId) -> String {
    let seconds = i64::try_from(at.unix_ms() / 1_000).unwrap_or_default();
    let day = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).date();
    let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
    format!("{tenant}/ai-calls/{year:04}/{month:02}/{day:02}/{call_id}.json")
}
