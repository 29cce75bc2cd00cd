//! The `Retention` service: reading and setting.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::retention::{
    GetRetention, Retention, RetentionError, RetentionPolicy, SetRetention,
};
use domain::RetentionDays;

use super::RetentionSettings;
use crate::ports::{RetentionRecord, StoreError};

/// [`Retention`] over ports.
#[derive(Clone)]
pub struct RetentionService(pub RetentionSettings);

#[async_trait(?Send)]
impl Retention for RetentionService {
    async fn get_retention(
        &self,
        context: &TenantCall,
        _request: GetRetention,
    ) -> Result<RetentionPolicy, RetentionError> {
        let record = self.0.store.retention(context.scope.tenant).await.map_err(unavailable)?;
        Ok(record.map_or_else(default_policy, policy))
    }

    async fn set_retention(
        &self,
        context: &TenantCall,
        request: SetRetention,
    ) -> Result<RetentionPolicy, RetentionError> {
        let invalid = |detail: String| RetentionError::Invalid { detail };
        let days = RetentionDays::new(request.events_days).map_err(|error| invalid(error.to_string()))?;
        if request.updated_by.trim().is_empty() {
            return Err(invalid("`updated_by` is empty: say who sets the retention".into()));
        }
        let record = RetentionRecord { days, updated_by: request.updated_by, updated_at: self.0.clock.now() };
        self.0.store.set_retention(context.scope.tenant, &record).await.map_err(unavailable)?;
        Ok(policy(record))
    }
}

fn policy(record: RetentionRecord) -> RetentionPolicy {
    RetentionPolicy {
        events_days: record.days.get(),
        updated_by: Some(record.updated_by),
        updated_at: Some(record.updated_at),
    }
}

fn default_policy() -> RetentionPolicy {
    RetentionPolicy { events_days: RetentionDays::default().get(), updated_by: None, updated_at: None }
}

fn unavailable(error: StoreError) -> RetentionError {
    RetentionError::Unavailable { detail: error.to_string() }
}
