//! CRMs' records in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{CrmEntry, CrmRecord, CrmStore, NewCrmChange, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::crm::{Change, Entity, Record, Stamp};
use ids::{CrmRecordId, EventId, TenantId};

use crate::Faults;

const STORE: &str = "MEMORY_CRM";

/// CRMs' records in memory, by the rule of [`domain::crm`] itself. Operations for [`Faults`]: `crm.` and the method's
/// name.
#[derive(Debug, Clone, Default)]
pub struct MemoryCrm {
    faults: Faults,
    state: Rc<RefCell<BTreeMap<(TenantId, CrmRecordId), Known>>>,
}

/// A record with every line of its timeline, by what makes a line the same as another.
#[derive(Debug)]
struct Known {
    /// The first change that was heard of: whose record it is.
    named: Change,
    record: Record,
    first_at: u64,
    last_at: u64,
    lines: BTreeMap<(Stamp, String, Option<String>), (u64, EventId)>,
}

impl MemoryCrm {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    fn put(&self, tenant: TenantId, event_id: EventId, NewCrmChange { record, change }: &NewCrmChange) {
        let mut state = self.state.borrow_mut();
        let known = state.entry((tenant, *record)).or_insert_with(|| Known {
            named: change.clone(),
            record: Record::default(),
            first_at: change.at,
            last_at: change.at,
            lines: BTreeMap::new(),
        });
        known.record.add(change);
        known.first_at = known.first_at.min(change.at);
        known.last_at = known.last_at.max(change.at);
        let life = change.life.map(|life| (String::new(), Some(format!("\"{}\"", life.as_str()))));
        let fields = change.fields.iter().map(|(field, value)| (field.clone(), value.clone()));
        for (field, value) in life.into_iter().chain(fields) {
            known.lines.entry((change.stamp.clone(), field, value)).or_insert((change.at, event_id));
        }
    }
}

fn read(id: CrmRecordId, known: &Known) -> CrmRecord {
    let Known { named, record, first_at, last_at, lines } = known;
    let mut fields: Vec<_> =
        lines.keys().map(|(_, field, _)| field).filter(|field| !field.is_empty()).collect();
    fields.sort();
    fields.dedup();
    CrmRecord {
        id,
        entity: named.entity,
        source: named.source.clone(),
        organization: named.organization.clone(),
        record_id: named.record_id.clone(),
        deleted: record.is_deleted(),
        fields: fields
            .into_iter()
            .filter_map(|field| Some((field.clone(), record.value(field)?.to_owned())))
            .collect(),
        first_at: Timestamp::from_unix_ms(*first_at),
        last_at: Timestamp::from_unix_ms(*last_at),
    }
}

#[async_trait(?Send)]
impl CrmStore for MemoryCrm {
    async fn add(
        &self,
        tenant: TenantId,
        event_id: EventId,
        changes: &[NewCrmChange],
    ) -> Result<(), StoreError> {
        let act = || {
            changes.iter().for_each(|change| self.put(tenant, event_id, change));
            Ok(())
        };
        self.faults.around(STORE, "crm.add", act).await
    }

    async fn get(
        &self,
        tenant: TenantId,
        entity: Entity,
        id: CrmRecordId,
    ) -> Result<Option<CrmRecord>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let known = state.get(&(tenant, id)).filter(|known| known.named.entity == entity);
            Ok(known.map(|known| read(id, known)))
        };
        self.faults.around(STORE, "crm.get", act).await
    }

    async fn list(
        &self,
        tenant: TenantId,
        entity: Entity,
        before: Option<CrmRecordId>,
        limit: u32,
    ) -> Result<Vec<CrmRecord>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let of_it = state.iter().rev().filter(|((owner, id), known)| {
                *owner == tenant && known.named.entity == entity && before.is_none_or(|before| *id < before)
            });
            Ok(of_it.take(limit as usize).map(|((_, id), known)| read(*id, known)).collect())
        };
        self.faults.around(STORE, "crm.list", act).await
    }

    async fn timeline(
        &self,
        tenant: TenantId,
        id: CrmRecordId,
        field: Option<&str>,
        limit: u32,
    ) -> Result<Vec<CrmEntry>, StoreError> {
        let act = || {
            let state = self.state.borrow();
            let Some(known) = state.get(&(tenant, id)) else { return Ok(Vec::new()) };
            let wanted = |name: &str| field.is_none_or(|field| field == name);
            let mut lines: Vec<_> = known.lines.iter().filter(|((_, name, _), _)| wanted(name)).collect();
            lines.sort_by(|((a, a_field, a_value), _), ((b, b_field, b_value), _)| {
                b.cmp(a).then_with(|| b_field.cmp(a_field)).then_with(|| b_value.cmp(a_value))
            });
            let entries =
                lines.into_iter().take(limit as usize).map(|((_, field, value), (at, event_id))| {
                    let field = Some(field.clone()).filter(|field| !field.is_empty());
                    CrmEntry {
                        field,
                        value: value.clone(),
                        at: Timestamp::from_unix_ms(*at),
                        event_id: *event_id,
                    }
                });
            Ok(entries.collect())
        };
        self.faults.around(STORE, "crm.timeline", act).await
    }
}
