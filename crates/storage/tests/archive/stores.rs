//! The stores as a simulation has them: every write is a place where the process can crash, and may lose its answer.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use app::ports::{
    AnswerCache, Archive, ArchivedObject, BudgetRemoval, Clock, EmbeddedPassage, FeedRemoval, IndexHit,
    InstanceState, ListedObject, MOST_ANSWERS_FORGOTTEN, MessageRemoval, ObjectVersion, Origin, PassageIndex,
    StoreError, Wanted, WorkflowInstances, WorkflowRun,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::tenant_index::Forgotten;
use contracts::pipeline::workflows::RunOrder;
use domain::workflow::WorkflowKind;
use ids::{EventId, TenantId};
use mesh::{Runtime, TraceContext};
use mesh_sim::{Sim, Store};
use storage::{Rows, SqlDatabase, Statement};
use test_kit::{MemoryArchive, MemoryIndex, run};

use crate::sqlite::Sqlite;

const NAME: &str = "SIMULATED";

fn lost(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}

/// A database in a simulation.
#[derive(Clone)]
pub(crate) struct SimDatabase(Rc<Store<Sqlite>>);

impl SimDatabase {
    pub(crate) fn new(sim: &Sim, database: &Sqlite) -> Self {
        Self(Rc::new(sim.store("database", database.clone())))
    }
}

#[async_trait(?Send)]
impl SqlDatabase for SimDatabase {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        self.0.write(|database| database.run(&statements)).await.map_err(lost)?
    }
}

/// Objects in a simulation.
pub(crate) struct SimObjects(Store<MemoryArchive>);

impl SimObjects {
    pub(crate) fn new(sim: &Sim, objects: &MemoryArchive) -> Self {
        Self(sim.store("objects", objects.clone()))
    }
}

#[async_trait(?Send)]
impl Archive for SimObjects {
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError> {
        self.0.write(|objects| run(objects.put(key, media_type, body))).await.map_err(lost)?
    }

    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError> {
        self.0.write(|objects| run(objects.put_if(key, media_type, body, seen))).await.map_err(lost)?
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        self.0.read(|objects| run(objects.get(key))).await.map_err(lost)?
    }

    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError> {
        self.0.read(|objects| run(objects.version(key))).await.map_err(lost)?
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.0.write(|objects| run(objects.delete(keys))).await.map_err(lost)?
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError> {
        self.0.read(|objects| run(objects.list(prefix, after, limit))).await.map_err(lost)?
    }
}

/// An index in a simulation.
pub(crate) struct SimIndex(Store<MemoryIndex>);

impl SimIndex {
    pub(crate) fn new(sim: &Sim, index: &MemoryIndex) -> Self {
        Self::named(sim, "index", index)
    }

    pub(crate) fn named(sim: &Sim, name: &'static str, index: &MemoryIndex) -> Self {
        Self(sim.store(name, index.clone()))
    }
}

#[async_trait(?Send)]
impl PassageIndex for SimIndex {
    async fn upsert(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let act = |index: &mut MemoryIndex| run(index.upsert(tenant, trace, origin, passages));
        self.0.write(act).await.map_err(lost)?
    }

    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let act = |index: &MemoryIndex| run(index.search(tenant, trace, wanted));
        self.0.read(act).await.map_err(lost)?
    }

    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        let act = |index: &mut MemoryIndex| run(index.forget(tenant, trace, event_id, at_most));
        self.0.write(act).await.map_err(lost)?
    }
}

/// Messages to endpoints, or entries of live feeds: each by whose it is and what it tells of.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryMessages(pub(crate) Rc<RefCell<BTreeSet<(TenantId, EventId)>>>);

#[async_trait(?Send)]
impl MessageRemoval for MemoryMessages {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        let count = MessageRemoval::left(self, tenant, trace, event_ids).await?;
        self.0.borrow_mut().retain(|(owner, id)| *owner != tenant || !event_ids.contains(id));
        Ok(count)
    }

    async fn left(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        Ok(event_ids.iter().filter(|id| self.0.borrow().contains(&(tenant, **id))).count() as u32)
    }

    async fn close(&self, tenant: TenantId, _trace: TraceContext) -> Result<(), StoreError> {
        self.0.borrow_mut().retain(|(owner, _)| *owner != tenant);
        Ok(())
    }
}

#[async_trait(?Send)]
impl FeedRemoval for MemoryMessages {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        let count = FeedRemoval::left(self, tenant, trace, event_ids).await?;
        self.0.borrow_mut().retain(|(owner, id)| {
            *owner != tenant || event_ids.is_some_and(|event_ids| !event_ids.contains(id))
        });
        Ok(count)
    }

    async fn left(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        let told = |id: &EventId| event_ids.is_none_or(|event_ids| event_ids.contains(id));
        Ok(self.0.borrow().iter().filter(|(owner, id)| *owner == tenant && told(id)).count() as u32)
    }
}

/// Those in a simulation.
pub(crate) struct SimMessages(Store<MemoryMessages>);

impl SimMessages {
    pub(crate) fn new(sim: &Sim, name: &'static str, messages: &MemoryMessages) -> Self {
        Self(sim.store(name, messages.clone()))
    }
}

#[async_trait(?Send)]
impl FeedRemoval for SimMessages {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        self.0.write(|feeds| run(FeedRemoval::forget(feeds, tenant, trace, event_ids))).await.map_err(lost)?
    }

    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: Option<&[EventId]>,
    ) -> Result<u32, StoreError> {
        self.0.read(|feeds| run(FeedRemoval::left(feeds, tenant, trace, event_ids))).await.map_err(lost)?
    }
}

/// Rows of tenants' budgets: how many each has.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryBudgetRows(pub(crate) Rc<RefCell<BTreeMap<TenantId, u32>>>);

/// Those in a simulation.
pub(crate) struct SimBudgets(Store<MemoryBudgetRows>);

impl SimBudgets {
    pub(crate) fn new(sim: &Sim, budgets: &MemoryBudgetRows) -> Self {
        Self(sim.store("budgets", budgets.clone()))
    }
}

#[async_trait(?Send)]
impl BudgetRemoval for SimBudgets {
    async fn erase(&self, tenant: TenantId, _: TraceContext) -> Result<u32, StoreError> {
        let erase =
            |budgets: &mut MemoryBudgetRows| budgets.0.borrow_mut().remove(&tenant).unwrap_or_default();
        self.0.write(erase).await.map_err(lost)
    }

    async fn left(&self, tenant: TenantId, _: TraceContext) -> Result<u32, StoreError> {
        let left = |budgets: &MemoryBudgetRows| budgets.0.borrow().get(&tenant).copied().unwrap_or_default();
        self.0.read(left).await.map_err(lost)
    }
}

/// How many answers of models are kept for each tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryAnswers(pub(crate) Rc<RefCell<BTreeMap<TenantId, u32>>>);

/// Those in a simulation.
pub(crate) struct SimAnswers(Store<MemoryAnswers>);

impl SimAnswers {
    pub(crate) fn new(sim: &Sim, answers: &MemoryAnswers) -> Self {
        Self(sim.store("answers", answers.clone()))
    }
}

#[async_trait(?Send)]
impl AnswerCache for SimAnswers {
    async fn get(&self, _: TenantId, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError::new("SIM", "an erasure reads none"))
    }

    async fn put(&self, _: TenantId, _: &str, _: u64, _: Vec<u8>) -> Result<(), StoreError> {
        Err(StoreError::new("SIM", "an erasure keeps none"))
    }

    async fn forget_some(&self, tenant: TenantId) -> Result<u32, StoreError> {
        let forget = |answers: &mut MemoryAnswers| {
            let mut answers = answers.0.borrow_mut();
            let left = answers.entry(tenant).or_default();
            let some = MOST_ANSWERS_FORGOTTEN.min(*left);
            *left -= some;
            some
        };
        self.0.write(forget).await.map_err(lost)
    }
}

/// Instances of workflows, by what they were told.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryInstances(pub(crate) Rc<RefCell<Vec<(String, RunOrder)>>>);

/// Those in a simulation.
pub(crate) struct SimInstances(Store<MemoryInstances>);

impl SimInstances {
    pub(crate) fn new(sim: &Sim, instances: &MemoryInstances) -> Self {
        Self(sim.store("instances", instances.clone()))
    }
}

#[async_trait(?Send)]
impl WorkflowInstances for SimInstances {
    async fn start(&self, _run: &WorkflowRun) -> Result<(), StoreError> {
        Err(StoreError::new("SIM", "an erasure starts nothing"))
    }

    async fn state(&self, _workflow: WorkflowKind, _run_id: &str) -> Result<InstanceState, StoreError> {
        Ok(InstanceState::Alive)
    }

    async fn wake(&self, _workflow: WorkflowKind, _run_id: &str) -> Result<(), StoreError> {
        Err(StoreError::new("SIM", "an erasure wakes nothing"))
    }

    async fn steer(&self, _workflow: WorkflowKind, run_id: &str, order: RunOrder) -> Result<(), StoreError> {
        let told = (run_id.to_owned(), order);
        self.0.write(|instances| instances.0.borrow_mut().push(told)).await.map_err(lost)
    }
}

#[async_trait(?Send)]
impl MessageRemoval for SimMessages {
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        self.0
            .write(|messages| run(MessageRemoval::forget(messages, tenant, trace, event_ids)))
            .await
            .map_err(lost)?
    }

    async fn left(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_ids: &[EventId],
    ) -> Result<u32, StoreError> {
        self.0
            .read(|messages| run(MessageRemoval::left(messages, tenant, trace, event_ids)))
            .await
            .map_err(lost)?
    }

    async fn close(&self, tenant: TenantId, trace: TraceContext) -> Result<(), StoreError> {
        self.0.write(|messages| run(messages.close(tenant, trace))).await.map_err(lost)?
    }
}

/// The clock of a simulation.
pub(crate) struct SimClock(pub(crate) Rc<dyn Runtime>);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.now_ms())
    }
}
