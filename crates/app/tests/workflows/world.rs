//! The workflows over the simulator: their records in a store that outlives crashes and does not always answer.

use std::cell::Cell;
use std::rc::Rc;

use app::ports::{
    ApprovalChange, ApprovalRow, ApprovalStore, AskedContent, AuditRow, Clock, DecisionRow, NewRun,
    RunChange, RunStore, StepRecord, StoreError, WorkflowRun,
};
use app::workflows::{
    AccountReport, Backfill, MeshInstances, SpendApproval, Sync, WorkflowPorts, WorkflowsService, sweep,
};
use async_trait::async_trait;
use contracts::pipeline::workflows::{ListApprovals, WorkflowsClient, WorkflowsDispatch};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use ids::{ApprovalId, KeyId, TenantId};
use mesh::{CallContext, CallError, Deadline, Runtime, TraceContext};
use mesh_sim::{NoAnswer, Sim, SimTransport, Store};
use test_kit::workflows::WorkflowState;
use test_kit::{MemoryArchive, MemoryCrm, MemoryEventStore, MemoryQueue, SeededRandom};

use crate::backfills::SimEvents;
use crate::reporting::{Printing, SimArchive, SimBrowser, SimHistory};
use crate::syncing::Syncing;

/// What is on record, as the ports, in a simulation.
#[derive(Clone)]
pub(crate) struct SimWorkflows(pub(crate) Store<WorkflowState>);

impl SimWorkflows {
    async fn write<T>(&self, change: impl FnOnce(&mut WorkflowState) -> T) -> Result<T, StoreError> {
        self.0.write(change).await.map_err(lost)
    }

    async fn read<T>(&self, look: impl FnOnce(&WorkflowState) -> T) -> Result<T, StoreError> {
        self.0.read(look).await.map_err(lost)
    }
}

fn lost(error: NoAnswer) -> StoreError {
    StoreError::new("SIM", error)
}

fn there(found: bool) -> Result<(), StoreError> {
    found.then_some(()).ok_or_else(|| StoreError::new("SIM", "the tenant has no such run"))
}

#[async_trait(?Send)]
impl RunStore for SimWorkflows {
    async fn insert(&self, t: TenantId, run: &NewRun, at: Timestamp) -> Result<WorkflowRun, StoreError> {
        let inserted = self.write(|state| state.insert(t, run, at)).await?;
        inserted.ok_or_else(|| StoreError::new("SIM", "the id is taken"))
    }

    async fn get(&self, t: TenantId, id: &str) -> Result<Option<WorkflowRun>, StoreError> {
        self.read(|state| state.run(t, id)).await
    }

    async fn change(
        &self,
        t: TenantId,
        id: &str,
        to: &RunChange,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|state| state.change_run(t, id, to, now)).await
    }

    async fn record_step(&self, t: TenantId, id: &str, step: &StepRecord) -> Result<(), StoreError> {
        there(self.write(|state| state.record_step(t, id, step)).await?)
    }

    async fn steps(&self, t: TenantId, id: &str) -> Result<Vec<StepRecord>, StoreError> {
        self.read(|state| state.steps(t, id)).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        self.read(|state| state.due(now, limit)).await
    }

    async fn open(&self, t: TenantId, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        self.read(|state| state.open(t, limit)).await
    }

    async fn defer(&self, t: TenantId, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write(|state| state.defer(t, id, at)).await
    }
}

#[async_trait(?Send)]
impl ApprovalStore for SimWorkflows {
    async fn create(
        &self,
        t: TenantId,
        id: ApprovalId,
        content: &AskedContent,
        audit: &AuditRow,
    ) -> Result<(), StoreError> {
        there(self.write(|state| state.create(t, id, content, audit)).await?)
    }

    async fn get(&self, t: TenantId, id: ApprovalId) -> Result<Option<ApprovalRow>, StoreError> {
        self.read(|state| state.approval(t, id)).await
    }

    async fn list(&self, t: TenantId, query: &ListApprovals) -> Result<Vec<ApprovalRow>, StoreError> {
        self.read(|state| state.approvals(t, query)).await
    }

    async fn decisions(&self, t: TenantId, id: ApprovalId) -> Result<Vec<DecisionRow>, StoreError> {
        self.read(|state| state.decisions(t, id)).await
    }

    async fn history(&self, t: TenantId, id: ApprovalId) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|state| state.history(t, id)).await
    }

    async fn change(
        &self,
        t: TenantId,
        id: ApprovalId,
        version: u32,
        change: &ApprovalChange,
    ) -> Result<bool, StoreError> {
        self.write(|state| state.change_approval(t, id, version, change)).await
    }

    async fn seen(&self, t: TenantId, id: ApprovalId, version: u32) -> Result<(), StoreError> {
        self.write(|state| state.seen(t, id, version)).await
    }
}

/// The simulation's clock.
pub(crate) struct SimClock(pub(crate) Rc<dyn Runtime>);

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.now_ms())
    }
}

/// The pipeline's workflows in a simulation, and a client of them.
pub(crate) struct World<'s> {
    pub(crate) sim: &'s Sim,
    pub(crate) records: Store<WorkflowState>,
    pub(crate) documents: Store<MemoryArchive>,
    pub(crate) printing: Rc<Cell<Printing>>,
    pub(crate) events: MemoryEventStore,
    pub(crate) queued: MemoryQueue,
    pub(crate) syncing: Syncing,
    pub(crate) client: WorkflowsClient<SimTransport>,
    pub(crate) ports: WorkflowPorts,
    pub(crate) tenant: TenantId,
    pub(crate) key: KeyId,
}

impl<'s> World<'s> {
    pub(crate) fn new(sim: &'s Sim) -> Self {
        let records = sim.store("records", WorkflowState::default());
        let stores = SimWorkflows(records.clone());
        let documents = sim.store("documents", MemoryArchive::default());
        let printing = Rc::new(Cell::new(Printing::Well));
        let clock: Rc<dyn Clock> = Rc::new(SimClock(sim.runtime()));
        let approval = SpendApproval {
            runs: Rc::new(stores.clone()),
            approvals: Rc::new(stores.clone()),
            clock: clock.clone(),
        };
        let (archive, printer) = (SimArchive(documents.clone()), SimBrowser(printing.clone()));
        let report = AccountReport {
            runs: Rc::new(stores.clone()),
            history: Rc::new(SimHistory),
            archive: Rc::new(archive.clone()),
            browser: Rc::new(printer),
            clock: clock.clone(),
        };
        let (events, queued) = (MemoryEventStore::default(), MemoryQueue::default());
        let backfill = Backfill {
            runs: Rc::new(stores.clone()),
            events: Rc::new(SimEvents { store: sim.store("events", ()), events: events.clone() }),
            queue: Rc::new(queued.clone()),
            clock: clock.clone(),
        };
        let syncing = Syncing::new(sim);
        let sync = Sync {
            runs: Rc::new(stores.clone()),
            histories: syncing.histories.clone(),
            fetcher: Rc::new(syncing.provider.clone()),
            intake: Rc::new(syncing.intake.clone()),
            archive: Rc::new(archive.clone()),
            clock: clock.clone(),
        };
        let ports = WorkflowPorts {
            runs: Rc::new(stores.clone()),
            approvals: Rc::new(stores),
            archive: Rc::new(archive),
            histories: syncing.histories.clone(),
            records: Rc::new(MemoryCrm::default()),
            instances: Rc::new(MeshInstances {
                account_reports: sim.workflow(move || report.clone()),
                backfills: sim.workflow(move || backfill.clone()),
                spend_approvals: sim.workflow(move || approval.clone()),
                syncs: sim.workflow(move || sync.clone()),
            }),
            clock,
            random: Rc::new(SeededRandom::new(7)),
        };
        let serving = ports.clone();
        let link = sim.link(move || WorkflowsDispatch(WorkflowsService(serving.clone())));
        Self {
            sim,
            records,
            documents,
            printing,
            events,
            queued,
            syncing,
            client: WorkflowsClient::over(link),
            ports,
            tenant: TenantId::from_parts(1, [1; 10]),
            key: KeyId::from_parts(1, [9; 10]),
        }
    }

    /// A call with the tenant's key.
    pub(crate) fn call(&self) -> TenantCall {
        self.call_of(self.tenant)
    }

    /// A call of another tenant.
    pub(crate) fn call_of(&self, tenant: TenantId) -> TenantCall {
        let scope = TenantScope { tenant, actor: Actor::Key(self.key) };
        let deadline = Deadline::after(self.sim.now_ms(), 25_000);
        CallContext::new(scope, TraceContext::from_random([7; 24]), deadline, "gateway")
    }

    /// A sweep, as the cron fires it, until one goes through.
    pub(crate) fn sweep(&self) {
        (0..40)
            .find_map(|_| self.sim.run(sweep(&self.ports)).ok())
            .expect("one of forty sweeps goes through");
    }
}

/// Asks as a patient client would: until it is told yes or no.
pub(crate) fn answered<R, E>(
    ask: impl Fn() -> Result<R, CallError<E>>,
    down: impl Fn(&E) -> bool,
) -> Result<R, E> {
    let once = || match ask() {
        Ok(reply) => Some(Ok(reply)),
        Err(CallError::Refused(refusal)) if !down(&refusal) => Some(Err(refusal)),
        Err(_) => None,
    };
    (0..60).find_map(|_| once()).expect("one of sixty tries gets an answer")
}
