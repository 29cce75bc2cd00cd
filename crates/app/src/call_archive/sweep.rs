//! The nightly sweep: archived calls that are past their retention go.
//!
//! A call is kept for as long as the policy said when it ended. One that says less now holds for what is there already;
//! one that says more, or nothing any more, does not change what was promised then.

use contracts::Timestamp;
use ids::TenantId;

use super::CallArchive;
use crate::pipeline::Budget;
use crate::ports::{Clock, ModelPolicies, StoreError};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweptCalls {
    /// Calls that are gone.
    pub calls: u32,
    /// Tenants that failed and stay for the next run.
    pub failed: u32,
}

/// Removes what is past its retention, as long as there is time.
///
/// # Errors
/// [`StoreError`] when nobody can say which tenants there are. Trouble with one tenant is logged and does not stop the
/// others.
pub async fn sweep_calls(
    archive: &CallArchive,
    policies: &dyn ModelPolicies,
    clock: &dyn Clock,
    budget: Budget,
) -> Result<SweptCalls, StoreError> {
    let mut swept = SweptCalls::default();
    let mut last = None;
    while let Some(tenant) = archive.calls.next_tenant(last).await? {
        last = Some(tenant);
        if budget.is_spent(clock) {
            break;
        }
        if let Err(error) = of_tenant(archive, policies, clock, budget, tenant, &mut swept).await {
            swept.failed += 1;
            tracing::warn!(event = "model.archive_not_swept", %tenant, %error);
        }
    }
    Ok(swept)
}

async fn of_tenant(
    archive: &CallArchive,
    policies: &dyn ModelPolicies,
    clock: &dyn Clock,
    budget: Budget,
    tenant: TenantId,
    swept: &mut SweptCalls,
) -> Result<(), StoreError> {
    let policy = policies.policy(tenant).await?;
    let now = clock.now();
    let kept_ms = policy.archive.map(|archive| u64::from(archive.retention_days) * DAY_MS);
    // Without a policy only what was promised counts.
    let oldest_ms = kept_ms.map_or(0, |kept_ms| now.unix_ms().saturating_sub(kept_ms));
    while !budget.is_spent(clock) {
        let calls = archive.calls.past(tenant, now, Timestamp::from_unix_ms(oldest_ms)).await?;
        if calls.is_empty() {
            break;
        }
        archive.remove(tenant, &calls).await?;
        swept.calls += calls.len() as u32;
    }
    Ok(())
}
