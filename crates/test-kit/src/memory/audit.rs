//! The audit in memory, beside the rest of control.

use app::ports::{AuditQuery, AuditTrail, StoreError};
use async_trait::async_trait;
use audit::{Act, Entry, Head};

use super::control::{MemoryControl, STORE, State};

impl State {
    /// Adds an act.
    pub(super) fn record(&mut self, act: &Act) -> Entry {
        let entry = self.audit.last().map(Head::from).unwrap_or_default().follow(act);
        self.audit.push(entry.clone());
        entry
    }
}

#[async_trait(?Send)]
impl AuditTrail for MemoryControl {
    async fn append(&self, act: &Act) -> Result<Entry, StoreError> {
        let act = || Ok(self.state.borrow_mut().record(act));
        self.faults.around(STORE, "control.append", act).await
    }

    async fn entries(&self, query: &AuditQuery) -> Result<Vec<Entry>, StoreError> {
        let act = || {
            let same =
                |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
            let fits = |entry: &&Entry| {
                same(&query.actor, &entry.act.actor)
                    && same(&query.action, &entry.act.action)
                    && same(&query.trace_id, &entry.act.trace_id)
                    && (query.target.is_none() || query.target == entry.act.target)
                    && (query.tenant.is_none() || query.tenant == entry.act.tenant)
                    && query.since.is_none_or(|since| entry.act.at_ms >= since.unix_ms())
                    && query.before.is_none_or(|before| entry.sequence < before)
            };
            let state = self.state.borrow();
            Ok(state.audit.iter().rev().filter(fits).take(query.limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "control.entries", act).await
    }

    async fn entries_after(&self, sequence: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let after = state.audit.iter().filter(|entry| entry.sequence > sequence);
            Ok(after.take(limit as usize).cloned().collect())
        };
        self.faults.around(STORE, "control.entries_after", act).await
    }
}
