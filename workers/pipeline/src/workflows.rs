//! From bindings to the workflows that tenants start.

use std::rc::Rc;

use app::pipeline::{ControlPorts, EventInstances, HistoryIntake, MeshEngine, WorkflowControlService};
use app::workflows::{
    AccountReport, Backfill, HistoryPorts, MeshInstances, SpendApproval, Sync, WorkflowPorts,
    WorkflowsService,
};
use contracts::pipeline::workflow_control::WorkflowControlDispatch;
use contracts::pipeline::workflows::WorkflowsDispatch;
use history::SealingKey;
use host::{
    DohResolver, FetchHistories, OutboundConfig, WorkerBrowser, WorkerClock, WorkerQueue, WorkerRandom,
    bindings,
};
use mesh_worker::{BindingError, Instance, WorkflowBinding};
use storage::{
    D1AccountHistory, D1ApprovalStore, D1BackfillStore, D1CrmStore, D1EventStore, D1HistoryStore,
    D1InstanceIndex, D1RunStore,
};
use worker::Env;

use crate::wiring::{archive, data_db, notifiers};

/// The secret that the credentials of histories are encrypted with.
const CREDENTIALS_KEY: &str = "CREDENTIALS_KEY";

pub(crate) fn service(instance: &Instance) -> Result<WorkflowsDispatch<WorkflowsService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(WorkflowsDispatch(WorkflowsService(ports(&instance.env)?)))
}

pub(crate) fn spend_approval(instance: &Instance) -> Result<SpendApproval, BindingError> {
    telemetry::console::init("pipeline");
    let WorkflowPorts { runs, approvals, clock, .. } = ports(&instance.env)?;
    Ok(SpendApproval { runs, approvals, clock })
}

pub(crate) fn account_report(instance: &Instance) -> Result<AccountReport, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let WorkflowPorts { runs, archive, clock, .. } = ports(env)?;
    Ok(AccountReport {
        runs,
        history: Rc::new(D1AccountHistory::new(data_db(env)?)),
        archive,
        browser: Rc::new(WorkerBrowser::new(env)?),
        clock,
    })
}

pub(crate) fn backfill(instance: &Instance) -> Result<Backfill, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let WorkflowPorts { runs, clock, .. } = ports(env)?;
    let events = Rc::new(D1BackfillStore::new(data_db(env)?));
    Ok(Backfill { runs, events, queue: Rc::new(WorkerQueue::new(env)?), clock })
}

pub(crate) fn sync(instance: &Instance) -> Result<Sync, BindingError> {
    let env = &instance.env;
    let intake = HistoryIntake(crate::wiring::ports(instance)?);
    let WorkflowPorts { runs, histories, archive, clock, .. } = ports(env)?;
    Ok(Sync { runs, histories, fetcher: Rc::new(FetchHistories), intake: Rc::new(intake), archive, clock })
}

/// What histories need. Without a key there are none: setting one up says so, and nothing else is the worse for it.
fn histories(env: &Env) -> Result<HistoryPorts, BindingError> {
    let OutboundConfig { resolver, egress, policy: _ } = OutboundConfig::read(env)?;
    let key = match env.secret(CREDENTIALS_KEY) {
        Ok(secret) => SealingKey::from_base64(&secret.to_string())
            .map_err(|error| format!("`{CREDENTIALS_KEY}`: {error}")),
        Err(_) => Err(format!("`{CREDENTIALS_KEY}` is not set: 32 bytes in base64")),
    };
    Ok(HistoryPorts {
        store: Rc::new(D1HistoryStore::new(data_db(env)?)),
        key,
        resolver: Rc::new(DohResolver { url: resolver }),
        egress,
    })
}

pub(crate) fn control(
    instance: &Instance,
) -> Result<WorkflowControlDispatch<WorkflowControlService>, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let database = data_db(env)?;
    Ok(WorkflowControlDispatch(WorkflowControlService(ControlPorts {
        index: Rc::new(D1InstanceIndex::new(database.clone())),
        engine: Rc::new(MeshEngine {
            events: EventInstances {
                calls: WorkflowBinding::instances(env, bindings::CALL_INGEST)?,
                crm_changes: WorkflowBinding::instances(env, bindings::CRM_CHANGE)?,
            },
            runs: instances(env)?,
        }),
        events: Rc::new(D1EventStore::new(database.clone())),
        reruns: Rc::new(D1BackfillStore::new(database)),
        queue: Rc::new(WorkerQueue::new(env)?),
        notifiers: notifiers(env)?,
        workflows: ports(env)?,
    })))
}

fn instances(env: &Env) -> Result<MeshInstances, BindingError> {
    Ok(MeshInstances {
        account_reports: WorkflowBinding::instances(env, bindings::ACCOUNT_REPORT)?,
        backfills: WorkflowBinding::instances(env, bindings::BACKFILL)?,
        spend_approvals: WorkflowBinding::instances(env, bindings::SPEND_APPROVAL)?,
        syncs: WorkflowBinding::instances(env, bindings::SYNC)?,
    })
}

pub(crate) fn ports(env: &Env) -> Result<WorkflowPorts, BindingError> {
    let database = data_db(env)?;
    Ok(WorkflowPorts {
        runs: Rc::new(D1RunStore::new(database.clone())),
        approvals: Rc::new(D1ApprovalStore::new(database)),
        archive: Rc::new(archive(env)?),
        records: Rc::new(D1CrmStore::new(data_db(env)?)),
        histories: histories(env)?,
        instances: Rc::new(instances(env)?),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}
