//! The pipeline Worker: archive, queue, workflows, the tenants' search indexes. Wiring only.
#![cfg(target_arch = "wasm32")]

mod health;
mod live_feed;
mod models;
mod queue;
mod scheduled;
mod subscription_queue;
mod tenant_budget;
mod tenant_index;
mod wiring;
mod workflows;

use contracts::health::HealthContract;
use contracts::pipeline::ai_calls::AiCallsContract;
use contracts::pipeline::analytics::AnalyticsContract;
use contracts::pipeline::budget::BudgetsContract;
use contracts::pipeline::erasure::ErasureContract;
use contracts::pipeline::files::FilesContract;
use contracts::pipeline::models::ModelsContract;
use contracts::pipeline::operations::OperationsContract;
use contracts::pipeline::redrives::RedrivesContract;
use contracts::pipeline::retention::RetentionContract;
use contracts::pipeline::rules::RulesContract;
use contracts::pipeline::subscriptions::SubscriptionsContract;
use contracts::pipeline::traces::{SpansContract, TracesContract};
use contracts::pipeline::usage::UsageContract;
use contracts::pipeline::work::WorkContract;
use contracts::pipeline::workflow_control::WorkflowControlContract;
use contracts::pipeline::workflows::WorkflowsContract;
use contracts::pipeline::{DeadLettersContract, IntakeContract, TasksContract};

mesh_worker::entrypoint!(
    /// For the gateway: accept events, and read what came of them.
    Intake,
    IntakeContract,
    wiring::intake
);
mesh_worker::entrypoint!(
    /// For the scheduler: what a job can have done.
    Tasks,
    TasksContract,
    wiring::tasks
);
mesh_worker::entrypoint!(
    /// For the scheduler: what takes longer than a call.
    Work,
    WorkContract,
    wiring::work
);
mesh_worker::entrypoint!(
    /// For the gateway: subscriptions, and what was delivered to them.
    Subscriptions,
    SubscriptionsContract,
    wiring::subscriptions
);
mesh_worker::entrypoint!(
    /// For the gateway: a tenant's own rules, and what they raised.
    Rules,
    RulesContract,
    wiring::rules
);
mesh_worker::entrypoint!(
    /// For the gateway: tenants' files.
    Files,
    FilesContract,
    wiring::files
);
mesh_worker::entrypoint!(
    /// For the gateway: what tenants used.
    Usage,
    UsageContract,
    wiring::usage
);
mesh_worker::entrypoint!(
    /// For admin: what was given up, and running it again.
    DeadLetters,
    DeadLettersContract,
    wiring::dead_letters
);
mesh_worker::entrypoint!(
    /// For admin: what all tenants used, and what it cost.
    Analytics,
    AnalyticsContract,
    wiring::analytics
);
mesh_worker::entrypoint!(
    /// For admin: what was given up by its cause, and replaying all of it.
    Redrives,
    RedrivesContract,
    wiring::redrives
);
mesh_worker::entrypoint!(
    /// For gateway and scheduler: what leaves no row of its own.
    Spans,
    SpansContract,
    wiring::spans
);
mesh_worker::entrypoint!(
    /// For admin: what is on record of a trace.
    Traces,
    TracesContract,
    wiring::traces
);
mesh_worker::entrypoint!(
    /// For admin: events of all tenants.
    Operations,
    OperationsContract,
    wiring::operations
);
mesh_worker::entrypoint!(
    /// For admin: instances of workflows of all tenants, and steering them.
    WorkflowControl,
    WorkflowControlContract,
    workflows::control
);
mesh_worker::entrypoint!(
    /// For anyone: how this Worker is.
    Health,
    HealthContract,
    wiring::health
);
mesh_worker::entrypoint!(
    /// For the gateway: workflows that tenants start.
    Workflows,
    WorkflowsContract,
    workflows::service
);
mesh_worker::workflow!(
    /// Makes a report on an account.
    AccountReport,
    workflows::account_report
);
mesh_worker::workflow!(
    /// Runs events of a range again.
    Backfill,
    workflows::backfill
);
mesh_worker::workflow!(
    /// People decide a proposal.
    SpendApproval,
    workflows::spend_approval
);
mesh_worker::workflow!(
    /// Walks a provider's list of past calls.
    Sync,
    workflows::sync
);
mesh_worker::entrypoint!(
    /// For the admin: erase a tenant or a contact, and read the certificate.
    Erasure,
    ErasureContract,
    wiring::erasure
);
mesh_worker::entrypoint!(
    /// For the admin: how long a tenant keeps its events.
    Retention,
    RetentionContract,
    wiring::retention
);
mesh_worker::entrypoint!(
    /// For the admin: what tenants may spend on models.
    Budgets,
    BudgetsContract,
    tenant_budget::budgets
);
mesh_worker::entrypoint!(
    /// For the admin: calls of models that are archived.
    AiCalls,
    AiCallsContract,
    wiring::ai_calls
);
mesh_worker::workflow!(
    /// Carries an erasure out.
    Erase,
    wiring::erase
);
mesh_worker::workflow!(
    /// Works an event off.
    CallIngest,
    wiring::call_ingest
);
mesh_worker::workflow!(
    /// Applies the changes that a CRM tells of.
    CrmChange,
    wiring::crm_change
);
mesh_worker::entrypoint!(
    /// For the gateway: ask models.
    Models,
    ModelsContract,
    models::service
);
