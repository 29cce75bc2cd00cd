//! The ports' stores over D1, KV and R2.
//!
//! A store is a set of SQL statements (`queries/`), the rows they answer with, and the conversion of those to the
//! ports' records. It runs them over a [`SqlDatabase`], which is [`D1`] in a Worker; this crate's tests run the very
//! same statements over SQLite, migrations included, so that a wrong query fails on the host.
//!
//! Every statement is bound to a tenant. The exceptions say so where they stand: the sweep's queries over the outbox,
//! the operators' over dead letters, and the two that look a credential up to learn its tenant. A tenant's schedule and index have a database of their
//! own, the SQLite of the tenant's Durable Object.

mod account_history;
mod ai_calls;
mod analytics_engine;
mod answers;
mod approvals;
mod archive;
mod archive_ledger;
mod backfill;
mod budgets;
mod control;
mod crm;
mod d1;
mod dead_letters;
mod deliveries;
mod erasures;
mod events;
mod file_bytes;
mod files;
mod histories;
mod instances;
mod limits;
mod live;
mod removal;
mod rules;
mod schedule;
mod schedule_registry;
mod signals;
mod sql;
mod subscriptions;
mod tenant_index;
mod traces;
mod usage;
mod workflows;

pub use account_history::SqlAccountHistory;
pub use ai_calls::SqlArchivedCalls;
pub use analytics_engine::{AnalyticsEngineUsage, Points, SqlApi, USAGE_DATASET, point_parts, spend_parts};
pub use answers::KvAnswers;
pub use approvals::SqlApprovalStore;
pub use archive::R2Archive;
pub use archive_ledger::SqlArchiveLedger;
pub use backfill::SqlBackfillStore;
pub use budgets::{SqlBudgetStore, TENANT_BUDGET};
pub use control::{CACHED_MS, CachedControl, IsolateCache, KvCache, SqlControl, SqlEndpoints, TextCache};
pub use crm::SqlCrmStore;
pub use d1::D1;
pub use dead_letters::SqlDeadLetterStore;
pub use deliveries::{DELIVERIES, SqlDeliveryStore};
pub use erasures::SqlErasures;
pub use events::SqlEventStore;
pub use file_bytes::R2FileBytes;
pub use files::SqlFileStore;
pub use histories::SqlHistoryStore;
pub use instances::SqlInstanceIndex;
pub use limits::{LIMITS, SqlLimitStore};
pub use live::{LIVE_FEED, SqlLiveStore};
pub use removal::{EVENT_TABLES, EventTable, KEPT_TABLES, SqlRemoval, TENANT_TABLES, TenantTable};
pub use rules::SqlRuleStore;
pub use schedule::{ObjectAlarm, SCHEDULE, SqlScheduleStore};
pub use schedule_registry::SqlScheduleRegistry;
pub use signals::SqlSignalStore;
pub use sql::{Rows, SqlDatabase, Statement, Value};
pub use subscriptions::SqlSubscriptionDirectory;
pub use tenant_index::{SqlTenantIndex, SqlVectors, TENANT_INDEX};
pub use traces::SqlTraceStore;
pub use usage::SqlUsageStore;
pub use workflows::SqlRunStore;

/// Events over D1.
pub type D1EventStore = SqlEventStore<D1>;
/// Subscriptions over D1.
pub type D1SubscriptionDirectory = SqlSubscriptionDirectory<D1>;
/// Dead letters over D1.
pub type D1DeadLetterStore = SqlDeadLetterStore<D1>;
/// Erasures over D1.
pub type D1Erasures = SqlErasures<D1>;
/// Removal and retention over D1.
pub type D1Removal = SqlRemoval<D1>;
/// The archive's bookkeeping over D1.
pub type D1ArchiveLedger = SqlArchiveLedger<D1>;
/// The registry of schedules over D1.
pub type D1ScheduleRegistry = SqlScheduleRegistry<D1>;
/// Signals over D1.
pub type D1SignalStore = SqlSignalStore<D1>;
/// Keys, endpoints and heartbeats over D1. The gateway puts a [`CachedControl`] in front.
pub type D1Control = SqlControl<D1>;
/// Tenants' own endpoints over D1.
pub type D1Endpoints = SqlEndpoints<D1>;
/// Events to be run again over D1.
pub type D1BackfillStore = SqlBackfillStore<D1>;
/// Histories of providers over D1.
pub type D1HistoryStore = SqlHistoryStore<D1>;
/// Records of CRMs over D1.
pub type D1CrmStore = SqlCrmStore<D1>;
/// Accounts' histories over D1.
pub type D1AccountHistory = SqlAccountHistory<D1>;
/// Files over D1.
pub type D1FileStore = SqlFileStore<D1>;
/// Rules and what they raised over D1.
pub type D1RuleStore = SqlRuleStore<D1>;
/// Traces over D1.
pub type D1TraceStore = SqlTraceStore<D1>;
/// Usage over D1.
pub type D1UsageStore = SqlUsageStore<D1>;
/// The index of archived calls over D1.
pub type D1ArchivedCalls = SqlArchivedCalls<D1>;
/// The index of instances over D1.
pub type D1InstanceIndex = SqlInstanceIndex<D1>;
/// Runs of workflows over D1.
pub type D1RunStore = SqlRunStore<D1>;
/// Approvals over D1.
pub type D1ApprovalStore = SqlApprovalStore<D1>;
