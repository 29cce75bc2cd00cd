//! What the use cases need of the world. Every method that touches tenant data takes the [`ids::TenantId`].

mod ai_calls;
mod alerts;
mod analytics;
mod answers;
mod approvals;
mod archive;
mod archive_ledger;
mod audit;
mod backfill;
mod budget;
mod chat;
mod control;
mod crm;
mod dead_letters;
mod deliveries;
mod endpoints;
mod error;
mod event_archive;
mod events;
mod extraction;
mod files;
mod history;
mod index;
mod instances;
mod limits;
pub mod live;
mod model_budget;
mod model_server;
mod notify;
mod outbound;
mod proposals;
mod redrives;
mod removal;
mod reports;
mod rules;
mod runtime;
mod schedule;
mod schedule_registry;
mod signals;
mod spending;
mod tenants;
mod traces;
mod usage;
mod vectors;
mod workflows;

pub use ai_calls::{ArchivedCall, ArchivedCalls, CallQuery, MOST_CALLS};
pub use alerts::{AlertRecord, AlertStore, EndedRun};
pub use analytics::{
    SpendDataset, SpendPoint, SummedUsage, UsageDataset, UsageOverview, UsagePoint, UsageSummaries,
};
pub use answers::{AnswerCache, LARGEST_ANSWER, MOST_ANSWERS_FORGOTTEN};
pub use approvals::{ApprovalChange, ApprovalRow, ApprovalStore, AskedContent, AuditRow, DecisionRow};
pub use archive::{Archive, ArchivedObject, ListedObject, MOST_OBJECTS, ObjectVersion};
pub use archive_ledger::{ArchiveLedger, DayFiles, LiveFile, TenantDay, UnfinishedFile};
pub use audit::{AuditQuery, AuditTrail};
pub use backfill::{BackfillCandidate, BackfillRange, BackfillStore};
pub use budget::{
    BudgetCall, BudgetLimits, BudgetStore, KeyModelSpend, PricedModel, Savings, SpendBatch, SpendChange,
    Spent,
};
pub use chat::{ChatError, ChatExchange, ChatModel, ChatReply, ChatRequest};
pub use control::{
    Allowance, ControlStore, ENDPOINT_FRESH_MS, EndpointSecret, Heartbeat, StoredEndpoint, StoredKey,
};
pub use crm::{CrmEntry, CrmRecord, CrmStore, NewCrmChange};
pub use dead_letters::{
    DeadLetterQuery, DeadLetterRecord, DeadLetterStore, NewDeadLetter, Replay, ReplayOutcome,
};
pub use deliveries::{AttemptRecord, DeliveryProgress, DeliveryRecord, DeliveryStore, EndpointRecord, Phase};
pub use endpoints::{
    AddedEndpoint, EndpointStore, HookEndpoint, NamedRequest, NewEndpoint, Rotated, Rotation,
};
pub use error::StoreError;
pub use event_archive::{ArchiveFiles, ArchiveRow, EventArchive, Written, WrittenFile};
pub use events::{
    EarlierKey, EventFinder, EventRecord, EventStore, EventTransition, Inserted, NewEvent, OutboxEntry,
    StepRecord,
};
pub use extraction::{ExtractError, Extraction, Extractor, ExtractorKind};
pub use files::{
    BytesError, DoomedFile, FileBytes, FileQuery, FileState, FileStore, FinishedFile, NewFile, NewUpload,
    Reserved, StoredBytes, UploadRecord,
};
pub use history::{
    EarlierDelivery, HistoryFetcher, HistoryRecord, HistoryReply, HistoryRequest, HistoryStore, ItemIntake,
    KnownItem, NewHistory,
};
pub use index::{
    EmbeddedPassage, Embedder, IndexHit, MOST_FORGOTTEN, Origin, PassageIndex, Relevance, Wanted,
};
pub use instances::{
    EngineOrder, InstanceEngine, InstanceIndex, InstanceQuery, InstanceRecord, SteeredWorkflow,
};
pub use limits::LimitStore;
pub use live::{LiveBounds, LiveEntry, LiveStore};
pub use model_budget::{
    BudgetRefusal, CacheStatus, CallOutcome, Hold, HoldRequest, Metered, ModelBudget, ModelPolicies, Quote,
    QuotedLimit, Saved, Settlement, TokenCount, Unlimited,
};
pub use model_server::{Background, ModelAnswer, ModelBody, ModelRequest, ModelSecrets, ModelServer};
pub use notify::{Notifier, SettledEvent};
pub use outbound::{
    CreationKey, MessageSender, NoReply, OutboundReply, OutboundRequest, Registered, Resolver,
    SubscriptionDirectory, SubscriptionRecord,
};
pub use proposals::{
    KeyRotation, NewProposal, ProposalQuery, ProposalRecord, ProposalStep, ProposalStore, Proposed,
};
pub use redrives::{
    LetterGroup, NewRedrive, RedriveRecord, RedriveStatus, RedriveStore, Redriven, RedrivenRecord,
    UngroupedLetter,
};
pub use removal::{
    BudgetRemoval, ErasureInstances, ErasureRecord, ErasureStatus, ErasureStore, EventRemoval, FeedRemoval,
    FoundEvent, MessageRemoval, NewErasure, RemovableEvent, RetentionRecord, RetentionStore, RowCount,
    RunRemoval,
};
pub use reports::{
    AccountEvent, AccountHistory, AccountPeriod, AccountRecords, AccountSignal, Browser, BrowserError,
};
pub use rules::{NoticeQuery, RuleCreated, RuleStore, WorkflowStarter};
pub use runtime::{Clock, EventMessage, EventQueue, IngestInstances, InstanceState, Random};
pub use schedule::{
    Alarm, BackfillRecord, FillStore, Firing, HeartbeatState, HeartbeatStore, JobRecord, JobState, JobStore,
    KeyUse, LATE_MS, LedgerStore, OpenRuns, PINGS_KEPT, PartStore, PingEffect, RUNS_KEPT, RUNS_KEPT_MS,
    RecordCut, RunProgress, RunRecord, RunSpan, ScheduleStore, TaskEffect, TaskError, TaskRunner, TimeRange,
    Trigger,
};
pub use schedule_registry::{RegisteredSchedule, ScheduleObject, ScheduleRegistry};
pub use signals::{NewSignal, SignalQuery, SignalRecord, SignalStore};
pub use spending::{ModelCall, PriceList, Spending};
pub use tenants::{
    AddedKey, Created, IssuedKey, NewKey, NewTenant, Revoked, TenantAdmin, TenantQuery, TenantRecord,
    TenantSettings,
};
pub use traces::{SpanSink, TraceStore};
pub use usage::{Counted, UsageStore, UsageSums};
pub use vectors::{VectorFacts, VectorIndex, VectorMatch, VectorRecord};
pub use workflows::{NewRun, RunChange, RunStore, WorkflowInstances, WorkflowRun};
