//! Signals in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use app::ports::{NewSignal, SignalQuery, SignalRecord, SignalStore, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, SignalId, TenantId};

use super::events::{MemoryEventStore, no_such_event};
use crate::Faults;

const STORE: &str = "MEMORY_SIGNALS";

/// Signals in memory, of the events of a [`MemoryEventStore`]. Operations for [`Faults`]: `signals.` and the method's
/// name.
#[derive(Debug, Clone)]
pub struct MemorySignalStore {
    faults: Faults,
    events: MemoryEventStore,
    signals: Rc<RefCell<BTreeMap<SignalId, (TenantId, SignalRecord)>>>,
}

impl MemorySignalStore {
    /// Over the events that signals belong to.
    #[must_use]
    pub fn new(events: &MemoryEventStore) -> Self {
        Self::with_faults(events, &Faults::default())
    }

    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(events: &MemoryEventStore, faults: &Faults) -> Self {
        Self { faults: faults.clone(), events: events.clone(), signals: Rc::default() }
    }

    fn replace_all(
        &self,
        tenant: TenantId,
        event_id: EventId,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !self.events.has(tenant, event_id) {
            return Err(no_such_event(STORE, event_id));
        }
        let mut stored = self.signals.borrow_mut();
        let mut places = BTreeSet::new();
        let mut new = BTreeMap::new();
        for signal in signals {
            let id_taken =
                stored.get(&signal.signal_id).is_some_and(|(_, record)| record.event_id != event_id);
            let finding = &signal.finding;
            if id_taken || !places.insert((finding.kind, finding.evidence.start)) {
                return Err(StoreError::new(
                    STORE,
                    format!("signal `{}` or its place is taken", signal.signal_id),
                ));
            }
            if !(0.0..=1.0).contains(&finding.score) {
                return Err(StoreError::new(STORE, format!("score {} is not from 0 to 1", finding.score)));
            }
            let record = SignalRecord { signal: signal.clone(), event_id, created_at: now };
            if new.insert(signal.signal_id, (tenant, record)).is_some() {
                return Err(StoreError::new(STORE, format!("signal `{}` comes twice", signal.signal_id)));
            }
        }
        stored.retain(|_, (_, record)| record.event_id != event_id);
        stored.append(&mut new);
        Ok(())
    }

    fn matching(&self, tenant: TenantId, query: &SignalQuery) -> Vec<SignalRecord> {
        let SignalQuery { account, kind, min_score, since, event_id, before, limit } = query;
        let matches = |record: &SignalRecord| {
            let NewSignal { signal_id, account: of, finding } = &record.signal;
            account.as_ref().is_none_or(|wanted| of.as_ref() == Some(wanted))
                && kind.as_ref().is_none_or(|wanted| finding.kind.as_str() == wanted)
                && min_score.is_none_or(|least| finding.score >= least)
                && since.is_none_or(|since| record.created_at >= since)
                && event_id.is_none_or(|wanted| record.event_id == wanted)
                && before.is_none_or(|before| *signal_id < before)
        };
        let signals = self.signals.borrow();
        let of_tenant =
            signals.values().rev().filter(|(owner, _)| *owner == tenant).map(|(_, record)| record);
        of_tenant.filter(|record| matches(record)).take(*limit as usize).cloned().collect()
    }
}

#[async_trait(?Send)]
impl SignalStore for MemorySignalStore {
    async fn replace(
        &self,
        tenant: TenantId,
        event_id: EventId,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let act = || self.replace_all(tenant, event_id, signals, now);
        self.faults.around(STORE, "signals.replace", act).await
    }

    async fn get(&self, tenant: TenantId, signal_id: SignalId) -> Result<Option<SignalRecord>, StoreError> {
        let act = || {
            let signals = self.signals.borrow();
            let found = signals.get(&signal_id).filter(|(owner, _)| *owner == tenant);
            Ok(found.map(|(_, record)| record.clone()))
        };
        self.faults.around(STORE, "signals.get", act).await
    }

    async fn list(&self, tenant: TenantId, query: &SignalQuery) -> Result<Vec<SignalRecord>, StoreError> {
        self.faults.around(STORE, "signals.list", || Ok(self.matching(tenant, query))).await
    }
}
