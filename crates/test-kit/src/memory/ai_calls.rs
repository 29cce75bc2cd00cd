//! Archived calls of models in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{ArchivedCall, ArchivedCalls, CallQuery, MOST_CALLS, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{AiCallId, TenantId};

/// Which calls are archived, in memory. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryArchivedCalls(Rc<RefCell<BTreeMap<(TenantId, AiCallId), ArchivedCall>>>);

impl MemoryArchivedCalls {
    fn of(&self, tenant: TenantId, wanted: impl Fn(&ArchivedCall) -> bool) -> Vec<ArchivedCall> {
        let calls = self.0.borrow();
        let own = calls.iter().filter(|((of, _), _)| *of == tenant).map(|(_, call)| call.clone());
        own.filter(wanted).collect()
    }
}

#[async_trait(?Send)]
impl ArchivedCalls for MemoryArchivedCalls {
    async fn note(&self, tenant: TenantId, call: &ArchivedCall) -> Result<(), StoreError> {
        self.0.borrow_mut().entry((tenant, call.summary.call_id)).or_insert_with(|| call.clone());
        Ok(())
    }

    async fn get(&self, tenant: TenantId, call_id: AiCallId) -> Result<Option<ArchivedCall>, StoreError> {
        Ok(self.0.borrow().get(&(tenant, call_id)).cloned())
    }

    async fn list(&self, tenant: TenantId, query: &CallQuery) -> Result<Vec<ArchivedCall>, StoreError> {
        let CallQuery { request_id, trace_id, before, limit } = query;
        let mut found = self.of(tenant, |ArchivedCall { summary, .. }| {
            (request_id.is_none() || summary.request_id == *request_id)
                && trace_id.as_ref().is_none_or(|trace_id| summary.trace_id == *trace_id)
                && before.is_none_or(|before| summary.call_id < before)
        });
        found.reverse();
        found.truncate(*limit as usize);
        Ok(found)
    }

    async fn behind(
        &self,
        tenant: TenantId,
        after: Option<AiCallId>,
    ) -> Result<Vec<ArchivedCall>, StoreError> {
        let mut found = self.of(tenant, |call| after.is_none_or(|after| call.summary.call_id > after));
        found.truncate(MOST_CALLS as usize);
        Ok(found)
    }

    async fn past(
        &self,
        tenant: TenantId,
        now: Timestamp,
        oldest: Timestamp,
    ) -> Result<Vec<ArchivedCall>, StoreError> {
        let past = |call: &ArchivedCall| {
            call.summary.expires_at <= now || call.summary.call_id.unix_ms() < oldest.unix_ms()
        };
        let mut found = self.of(tenant, past);
        found.truncate(MOST_CALLS as usize);
        Ok(found)
    }

    async fn forget(&self, tenant: TenantId, call_ids: &[AiCallId]) -> Result<(), StoreError> {
        self.0.borrow_mut().retain(|(of, id), _| *of != tenant || !call_ids.contains(id));
        Ok(())
    }

    async fn next_tenant(&self, after: Option<TenantId>) -> Result<Option<TenantId>, StoreError> {
        let calls = self.0.borrow();
        Ok(calls.keys().map(|(tenant, _)| *tenant).find(|tenant| after.is_none_or(|after| *tenant > after)))
    }
}
