//! The `TenantBudget` service, as the tenant's own object answers it.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::ai_policy::{AiPolicyStanding, ReadAiPolicy, SetAiPolicy};
use contracts::pipeline::budget::{
    BudgetError, BudgetHold, BudgetStanding, EraseBudget, ErasedBudget, HoldBudget, HoldError, ReadBudget,
    ReleaseCall, SetBudget, SetBudgetError, SettleCall, SettledCall, TenantBudget,
};
use contracts::{TenantCall, Timestamp};
use domain::budget::check_limits;
use domain::usage::DAILY_DAYS;
use ids::TenantId;

use super::book::{self, broken};
use super::policy;
use super::{CALLS_KEPT_MS, GATHERED_MS, convert, report, standing};
use crate::ports::{
    Alarm, BudgetCall, BudgetLimits, BudgetStore, Clock, Random, SpendDataset, StoreError, UsageStore,
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Holds that one alarm lets expire before it rings again.
const EXPIRED_AT_ONCE: u32 = 200;
/// How long to wait after a failure, in milliseconds.
const AGAIN_MS: u64 = 15_000;

/// What a tenant's budget needs of the world.
#[derive(Clone)]
pub struct BudgetPorts {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it is kept.
    pub store: Rc<dyn BudgetStore>,
    /// Rings when a hold expires, and when usage is to be told.
    pub alarm: Rc<dyn Alarm>,
    /// Whom to tell what was spent.
    pub usage: Rc<dyn UsageStore>,
    /// Where each change of the ledger is a point as well, if anywhere.
    pub spend: Option<Rc<dyn SpendDataset>>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For names of batches.
    pub random: Rc<dyn Random>,
    /// How long a call holds its bound where nobody tells how it ended, in milliseconds; [`super::HOLD_MS`] in earnest.
    pub hold_ms: u64,
}

/// [`TenantBudget`] over one tenant's ports. A clone answers for the same object.
#[derive(Clone)]
pub struct BudgetObject {
    ports: BudgetPorts,
    /// When the alarm rings at the latest, as far as this instance knows, in Unix milliseconds.
    armed_ms: Rc<Cell<Option<u64>>>,
}

impl BudgetObject {
    /// Over what is stored.
    #[must_use]
    pub fn new(ports: BudgetPorts) -> Self {
        Self { ports, armed_ms: Rc::default() }
    }

    /// Counts calls at their bound whose holds have expired, tells usage what was spent, forgets what is old, and sets the
    /// alarm again.
    ///
    /// # Errors
    /// When the alarm cannot be set.
    pub async fn alarm(&self) -> Result<(), StoreError> {
        let now_ms = self.now_ms();
        self.armed_ms.set(None);
        let failed = match self.attend(now_ms).await {
            Ok(()) => false,
            Err(error) => {
                tracing::error!(event = "budget.alarm_failed", tenant = %self.ports.tenant, %error);
                true
            }
        };
        let next = match (failed, self.next_ms()) {
            (false, Ok(next)) => next,
            _ => Some(now_ms + AGAIN_MS),
        };
        self.ports.alarm.set(next.map(Timestamp::from_unix_ms)).await?;
        self.armed_ms.set(next);
        Ok(())
    }

    async fn attend(&self, now_ms: u64) -> Result<(), StoreError> {
        self.expire(now_ms)?;
        self.ports
            .store
            .forget(now_ms.saturating_sub(CALLS_KEPT_MS), now_ms.saturating_sub((DAILY_DAYS + 2) * DAY_MS))?;
        report::tell(&self.ports, now_ms).await
    }

    fn expire(&self, now_ms: u64) -> Result<(), StoreError> {
        let BudgetPorts { store, tenant, .. } = &self.ports;
        for call in book::expire(&**store, now_ms, EXPIRED_AT_ONCE)? {
            report::point(&self.ports, None, &call, None);
            let BudgetCall { call_id, model, call, .. } = call;
            let cost_nanos = call.charged().nanos;
            tracing::warn!(event = "budget.hold_expired", %tenant, call_id, model, cost_nanos);
        }
        Ok(())
    }

    /// Sees to it that an instance whose forerunner died before it set the alarm sets it, also where every call is refused.
    async fn wake(&self) -> Result<(), StoreError> {
        if self.armed_ms.get().is_some() {
            return Ok(());
        }
        match self.next_ms()? {
            Some(next_ms) => self.ring_by(next_ms).await,
            None => Ok(()),
        }
    }

    /// When something is to be done next.
    fn next_ms(&self) -> Result<Option<u64>, StoreError> {
        let now_ms = self.now_ms();
        let report = self.ports.store.has_unreported()?.then_some(now_ms + GATHERED_MS);
        // One that is past rings at once: there were more than one alarm takes.
        let expiry = self.ports.store.next_expiry()?;
        Ok(report.into_iter().chain(expiry).min())
    }

    /// Sees to it that the alarm rings by then.
    async fn ring_by(&self, at_ms: u64) -> Result<(), StoreError> {
        if self.armed_ms.get().is_some_and(|armed| armed <= at_ms) {
            return Ok(());
        }
        let set = self.ports.alarm.at().await?.map(Timestamp::unix_ms);
        let at_ms = set.map_or(at_ms, |set| set.min(at_ms));
        if set != Some(at_ms) {
            self.ports.alarm.set(Some(Timestamp::from_unix_ms(at_ms))).await?;
        }
        self.armed_ms.set(Some(at_ms));
        Ok(())
    }

    /// Where the alarm is not set the next call sets it: what was written stays right meanwhile.
    async fn ring_by_or_log(&self, at_ms: u64) {
        if let Err(error) = self.ring_by(at_ms).await {
            tracing::error!(event = "budget.alarm_not_set", tenant = %self.ports.tenant, %error);
        }
    }

    fn now_ms(&self) -> u64 {
        self.ports.clock.now().unix_ms()
    }
}

#[async_trait(?Send)]
impl TenantBudget for BudgetObject {
    async fn hold(&self, _: &TenantCall, request: HoldBudget) -> Result<BudgetHold, HoldError> {
        let unavailable = |error: StoreError| HoldError::Unavailable { detail: error.to_string() };
        self.wake().await.map_err(unavailable)?;
        let now_ms = self.now_ms();
        // What has expired is no longer in the way, whether or not the alarm has rung.
        self.expire(now_ms).map_err(unavailable)?;
        let held = book::hold(&*self.ports.store, request, now_ms, self.ports.hold_ms)?;
        // Before the answer: nobody else might let it expire.
        self.ring_by(held.expires_ms).await.map_err(unavailable)?;
        let expires_at = Timestamp::from_unix_ms(held.expires_ms);
        Ok(BudgetHold { bound_nanos: held.call.bound.nanos, expires_at })
    }

    async fn settle(&self, context: &TenantCall, request: SettleCall) -> Result<SettledCall, BudgetError> {
        let now_ms = self.now_ms();
        let (before, after) = book::settle(&*self.ports.store, &request, now_ms)?;
        let Some(after) = after else {
            return Ok(SettledCall { cost_nanos: before.call.charged().nanos });
        };
        let cost_nanos = after.call.charged().nanos;
        report::log(context, &after, &request);
        report::point(&self.ports, Some(&before), &after, Some(&request));
        self.ring_by_or_log(now_ms + GATHERED_MS).await;
        Ok(SettledCall { cost_nanos })
    }

    async fn release(&self, _: &TenantCall, request: ReleaseCall) -> Result<SettledCall, BudgetError> {
        let now_ms = self.now_ms();
        let (before, after) = book::release(&*self.ports.store, &request.call_id, now_ms)?;
        if let Some(after) = &after {
            report::point(&self.ports, Some(&before), after, None);
        }
        if self.ports.store.has_unreported().map_err(broken)? {
            self.ring_by_or_log(now_ms + GATHERED_MS).await;
        }
        Ok(SettledCall { cost_nanos: after.unwrap_or(before).call.charged().nanos })
    }

    async fn standing(&self, _: &TenantCall, _: ReadBudget) -> Result<BudgetStanding, BudgetError> {
        standing::read(&*self.ports.store, self.now_ms()).map_err(broken)
    }

    async fn set_limits(&self, _: &TenantCall, request: SetBudget) -> Result<BudgetStanding, SetBudgetError> {
        let SetBudget { limits, version, updated_by } = request;
        let unavailable = |error: StoreError| SetBudgetError::Unavailable { detail: error.to_string() };
        let invalid = |detail: String| SetBudgetError::Invalid { detail };
        let limits: Vec<_> = limits.into_iter().map(convert::domain_limit).collect();
        check_limits(&limits).map_err(|error| invalid(error.to_string()))?;
        if updated_by.trim().is_empty() {
            return Err(invalid("`updated_by` is empty: say who sets the limits".into()));
        }
        let before = self.ports.store.limits().map_err(unavailable)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(SetBudgetError::Stale { version: before.version });
        }
        let limits = BudgetLimits {
            version: before.version.saturating_add(1),
            updated_by: Some(updated_by),
            updated_at: Some(self.ports.clock.now()),
            limits,
        };
        self.ports.store.set_limits(&limits).map_err(unavailable)?;
        standing::read(&*self.ports.store, self.now_ms()).map_err(unavailable)
    }

    async fn policy(&self, _: &TenantCall, _: ReadAiPolicy) -> Result<AiPolicyStanding, BudgetError> {
        self.ports.store.policy().map_err(broken)
    }

    async fn set_policy(
        &self,
        _: &TenantCall,
        request: SetAiPolicy,
    ) -> Result<AiPolicyStanding, SetBudgetError> {
        let SetAiPolicy { policy, version, updated_by } = request;
        let unavailable = |error: StoreError| SetBudgetError::Unavailable { detail: error.to_string() };
        let invalid = |detail: String| SetBudgetError::Invalid { detail };
        policy::check(&policy).map_err(invalid)?;
        if updated_by.trim().is_empty() {
            return Err(invalid("`updated_by` is empty: say who sets the policy".into()));
        }
        let before = self.ports.store.policy().map_err(unavailable)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(SetBudgetError::Stale { version: before.version });
        }
        let standing = AiPolicyStanding {
            version: before.version.saturating_add(1),
            updated_by: Some(updated_by),
            updated_at: Some(self.ports.clock.now()),
            policy,
        };
        self.ports.store.set_policy(&standing).map_err(unavailable)?;
        Ok(standing)
    }

    async fn erase(&self, _: &TenantCall, request: EraseBudget) -> Result<ErasedBudget, BudgetError> {
        let rows = self.ports.store.rows().map_err(broken)?;
        if !request.count_only {
            self.ports.store.erase().map_err(broken)?;
            self.ports.alarm.set(None).await.map_err(broken)?;
            self.armed_ms.set(None);
        }
        Ok(ErasedBudget { rows })
    }
}
