//! From bindings to services.

use std::cell::OnceCell;
use std::rc::Rc;

use app::call_archive::{AiCallsService, CallArchive};
use app::files::{FilePorts, FilesService};
use app::live::{LiveNotifier, LiveRemoval};
use app::outbound::{FanOut, QueueRemoval, RequestPorts, SubscriptionsService};
use app::pipeline::{
    ArchivePorts, CallIngest, CrmChange, DeadLettersService, Erase, ErasurePorts, ErasureRequestPorts,
    ErasureService, EventInstances, HandoverPorts, IntakeService, Notifiers, OperationsPorts,
    OperationsService, PipelinePorts, PurgePorts, RedrivePorts, RedrivesService, ReplayPorts,
    RetentionService, RetentionSettings, TasksService, WorkService,
};
use app::ports::{EventArchive, Extractor, StoreError, UsageStore, UsageSummaries};
use app::rules::{RulePorts, RulesService};
use app::traces::{SpansService, TracesService};
use app::usage::{AnalyticsPorts, AnalyticsService, PointedUsage, UsagePorts, UsageService};
use app::workflows::{RuleStarts, RunEnding, WorkflowPorts};
use chat_extraction::openai::OpenAiModel;
use chat_extraction::{ModelExtractor, Pause};
use contracts::health::HealthDispatch;
use contracts::pipeline::ai_calls::AiCallsDispatch;
use contracts::pipeline::analytics::AnalyticsDispatch;
use contracts::pipeline::erasure::ErasureDispatch;
use contracts::pipeline::files::FilesDispatch;
use contracts::pipeline::operations::OperationsDispatch;
use contracts::pipeline::redrives::RedrivesDispatch;
use contracts::pipeline::retention::RetentionDispatch;
use contracts::pipeline::rules::RulesDispatch;
use contracts::pipeline::subscriptions::SubscriptionsDispatch;
use contracts::pipeline::traces::{SpansDispatch, TracesDispatch};
use contracts::pipeline::usage::UsageDispatch;
use contracts::pipeline::work::WorkDispatch;
use contracts::pipeline::{DeadLettersDispatch, IntakeDispatch, TasksDispatch};
use embedded::adapters::{RulesExtractor, StaticEmbedder};
use embedded::embedding::StaticModel;
use embedded::parquet::ParquetArchive;
use embedded::platform_prices::platform_prices;
use host::{
    DohResolver, DurableIndex, FetchSender, OutboundConfig, StreamArchive, WorkerClock, WorkerQueue,
    WorkerRandom, bindings,
};
use js_sys::Uint8Array;
use mesh::durable::Namespace;
use mesh_worker::bindings::analytics::{AnalyticsEngineSql, Token};
use mesh_worker::durable::DurableNamespace;
use mesh_worker::{BindingError, Instance, WorkerRuntime, WorkflowBinding, text_var};
use storage::{
    AnalyticsEngineUsage, D1, D1ArchiveLedger, D1ArchivedCalls, D1CrmStore, D1DeadLetterStore, D1Erasures,
    D1EventStore, D1FileStore, D1HistoryStore, D1Removal, D1RuleStore, D1SignalStore,
    D1SubscriptionDirectory, D1TraceStore, D1UsageStore, KvAnswers, Points, R2Archive, R2FileBytes,
};

use crate::health::HealthService;
use crate::{models, tenant_budget, workflows};

/// The secret with which Analytics Engine's SQL is asked.
const ANALYTICS_API_TOKEN: &str = "ANALYTICS_API_TOKEN";

thread_local! {
    /// Until when the model has asked to be left alone: one account, so all tenants of an isolate share it.
    static LIMITED: Rc<Pause> = Rc::default();
    /// The model, made at its first use in an isolate and kept: its weights are megabytes.
    static MODEL: OnceCell<Rc<StaticModel>> = const { OnceCell::new() };
}

pub(crate) fn intake(instance: &Instance) -> Result<IntakeDispatch<IntakeService>, BindingError> {
    Ok(IntakeDispatch(IntakeService(ports(instance)?)))
}

pub(crate) fn tasks(instance: &Instance) -> Result<TasksDispatch<TasksService>, BindingError> {
    Ok(TasksDispatch(TasksService(ports(instance)?)))
}

pub(crate) fn work(instance: &Instance) -> Result<WorkDispatch<WorkService>, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let OutboundConfig { resolver, egress, policy: _ } = OutboundConfig::read(env)?;
    let requests = RequestPorts {
        sender: Rc::new(FetchSender),
        resolver: Rc::new(DohResolver { url: resolver }),
        clock: Rc::new(WorkerClock),
        egress,
    };
    Ok(WorkDispatch(WorkService { workflows: workflows::ports(env)?, purge: purge(env)?, requests }))
}

pub(crate) fn dead_letters(
    instance: &Instance,
) -> Result<DeadLettersDispatch<DeadLettersService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(DeadLettersDispatch(DeadLettersService(redrive_ports(&instance.env)?.replay)))
}

pub(crate) fn redrives(instance: &Instance) -> Result<RedrivesDispatch<RedrivesService>, BindingError> {
    telemetry::console::init("pipeline");
    let ports = redrive_ports(&instance.env)?;
    Ok(RedrivesDispatch(RedrivesService { ports, random: Rc::new(WorkerRandom) }))
}

pub(crate) fn redrive_ports(env: &worker::Env) -> Result<RedrivePorts, BindingError> {
    let letters = Rc::new(D1DeadLetterStore::new(data_db(env)?));
    Ok(RedrivePorts {
        redrives: letters.clone(),
        replay: ReplayPorts { letters, queue: Rc::new(WorkerQueue::new(env)?), clock: Rc::new(WorkerClock) },
        runtime: Rc::new(WorkerRuntime),
    })
}

pub(crate) fn operations(instance: &Instance) -> Result<OperationsDispatch<OperationsService>, BindingError> {
    telemetry::console::init("pipeline");
    let store = Rc::new(D1EventStore::new(data_db(&instance.env)?));
    Ok(OperationsDispatch(OperationsService(OperationsPorts { finder: store.clone(), events: store })))
}

pub(crate) fn traces(instance: &Instance) -> Result<TracesDispatch<TracesService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(TracesDispatch(TracesService(Rc::new(trace_store(&instance.env)?))))
}

pub(crate) fn spans(instance: &Instance) -> Result<SpansDispatch<SpansService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(SpansDispatch(SpansService(Rc::new(trace_store(&instance.env)?))))
}

/// Where spans are kept and found.
pub(crate) fn trace_store(env: &worker::Env) -> Result<D1TraceStore, BindingError> {
    Ok(D1TraceStore::new(data_db(env)?))
}

pub(crate) fn health(instance: &Instance) -> Result<HealthDispatch<HealthService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(HealthDispatch(HealthService::new(&instance.env)?))
}

pub(crate) fn subscriptions(
    instance: &Instance,
) -> Result<SubscriptionsDispatch<SubscriptionsService>, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let OutboundConfig { resolver, egress, policy: _ } = OutboundConfig::read(env)?;
    Ok(SubscriptionsDispatch(SubscriptionsService {
        directory: Rc::new(directory(env)?),
        queues: queues(env)?,
        resolver: Rc::new(DohResolver { url: resolver }),
        egress,
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    }))
}

pub(crate) fn rules(instance: &Instance) -> Result<RulesDispatch<RulesService>, BindingError> {
    telemetry::console::init("pipeline");
    let database = data_db(&instance.env)?;
    Ok(RulesDispatch(RulesService(RulePorts {
        rules: Rc::new(D1RuleStore::new(database.clone())),
        events: Rc::new(D1EventStore::new(database.clone())),
        signals: Rc::new(D1SignalStore::new(database)),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })))
}

pub(crate) fn files(instance: &Instance) -> Result<FilesDispatch<FilesService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(FilesDispatch(FilesService(file_ports(&instance.env)?)))
}

pub(crate) fn file_ports(env: &worker::Env) -> Result<FilePorts, BindingError> {
    Ok(FilePorts {
        files: Rc::new(D1FileStore::new(data_db(env)?)),
        bytes: Rc::new(R2FileBytes::new(bucket(env)?, bindings::ARCHIVE)),
        objects: Rc::new(archive(env)?),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}

pub(crate) fn usage(instance: &Instance) -> Result<UsageDispatch<UsageService>, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let budgets = tenant_budget::objects(env)?;
    let ports = UsagePorts { store: usage_store(env)?, budgets, clock: Rc::new(WorkerClock) };
    Ok(UsageDispatch(UsageService(ports)))
}

/// Usage, kept in the rollups; where a dataset is bound, every batch goes there as well.
pub(crate) fn usage_store(env: &worker::Env) -> Result<Rc<dyn UsageStore>, BindingError> {
    let rollups: Rc<dyn UsageStore> = Rc::new(D1UsageStore::new(data_db(env)?));
    Ok(match env.analytics_engine(bindings::TENANT_USAGE) {
        Ok(dataset) => Rc::new(PointedUsage { rollups, dataset: Rc::new(Points::new(dataset)) }),
        Err(_) => rollups,
    })
}

pub(crate) fn usage_overview(env: &worker::Env) -> Result<D1UsageStore, BindingError> {
    Ok(D1UsageStore::new(data_db(env)?))
}

pub(crate) fn analytics(instance: &Instance) -> Result<AnalyticsDispatch<AnalyticsService>, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let store = Rc::new(D1UsageStore::new(data_db(env)?));
    // Empty, or left out, where nobody has such an account.
    let account = env.var(bindings::ANALYTICS_ACCOUNT).map(|account| account.to_string()).unwrap_or_default();
    let base = text_var(env, bindings::ANALYTICS_API_URL)?;
    let token = env.secret(ANALYTICS_API_TOKEN).map(|token| token.to_string()).unwrap_or_default();
    let asked = || AnalyticsEngineSql::at(base, account.clone(), Token::new(token));
    let dataset = (!account.is_empty()).then(|| AnalyticsEngineUsage::new(asked()));
    let prices = platform_prices().map_err(|error| BindingError::Unusable {
        name: "platform_prices.json",
        message: error.to_string(),
    })?;
    Ok(AnalyticsDispatch(AnalyticsService(AnalyticsPorts {
        rollups: store.clone(),
        dataset: dataset.map(|dataset| Rc::new(dataset) as Rc<dyn UsageSummaries>),
        overview: store,
        prices: Rc::new(prices),
        clock: Rc::new(WorkerClock),
    })))
}

fn fan_out(env: &worker::Env) -> Result<FanOut, BindingError> {
    let database = data_db(env)?;
    Ok(FanOut {
        directory: Rc::new(directory(env)?),
        queues: queues(env)?,
        events: Rc::new(D1EventStore::new(database.clone())),
        signals: Rc::new(D1SignalStore::new(database)),
        clock: Rc::new(WorkerClock),
    })
}

pub(crate) fn directory(env: &worker::Env) -> Result<D1SubscriptionDirectory, BindingError> {
    Ok(D1SubscriptionDirectory::new(data_db(env)?))
}

pub(crate) fn queues(env: &worker::Env) -> Result<Rc<dyn Namespace>, BindingError> {
    Ok(Rc::new(DurableNamespace::over(env, bindings::SUBSCRIPTION_QUEUE)?))
}

pub(crate) fn call_ingest(instance: &Instance) -> Result<CallIngest, BindingError> {
    Ok(CallIngest(ports(instance)?))
}

pub(crate) fn crm_change(instance: &Instance) -> Result<CrmChange, BindingError> {
    let records = Rc::new(D1CrmStore::new(data_db(&instance.env)?));
    Ok(CrmChange { ports: ports(instance)?, records })
}

pub(crate) fn erasure(instance: &Instance) -> Result<ErasureDispatch<ErasureService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(ErasureDispatch(ErasureService(erasure_requests(&instance.env)?)))
}

pub(crate) fn retention(instance: &Instance) -> Result<RetentionDispatch<RetentionService>, BindingError> {
    telemetry::console::init("pipeline");
    let store = Rc::new(D1Removal::new(data_db(&instance.env)?));
    let settings = RetentionSettings { store, clock: Rc::new(WorkerClock) };
    Ok(RetentionDispatch(RetentionService(settings)))
}

pub(crate) fn erase(instance: &Instance) -> Result<Erase, BindingError> {
    let env = &instance.env;
    let database = data_db(env)?;
    let WorkflowPorts { runs, instances, clock, .. } = workflows::ports(env)?;
    Ok(Erase(ErasurePorts {
        erasures: Rc::new(D1Erasures::new(database.clone())),
        removal: Rc::new(D1Removal::new(database)),
        index: Rc::new(DurableIndex::new(env)?),
        messages: messages(env)?,
        budgets: tenant_budget::eraser(env)?,
        answers: answers(env)?,
        calls: call_archive(env)?,
        questions: Rc::new(DurableIndex::questions(env)?),
        feeds: Rc::new(LiveRemoval { feeds: feeds(env)?, clock: Rc::new(WorkerClock) }),
        runs: Rc::new(RunEnding { runs, instances, clock }),
        archive: event_archive(env)?,
        streams: StreamArchive::bound(env).is_some(),
    }))
}

pub(crate) fn erasure_requests(env: &worker::Env) -> Result<ErasureRequestPorts, BindingError> {
    Ok(ErasureRequestPorts {
        erasures: Rc::new(D1Erasures::new(data_db(env)?)),
        instances: Rc::new(WorkflowBinding::instances::<Erase>(env, bindings::ERASE)?),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}

pub(crate) fn purge(env: &worker::Env) -> Result<PurgePorts, BindingError> {
    let removal = Rc::new(D1Removal::new(data_db(env)?));
    Ok(PurgePorts {
        retention: removal.clone(),
        removal,
        index: Rc::new(DurableIndex::new(env)?),
        messages: messages(env)?,
        archive: event_archive(env)?,
    })
}

fn feeds(env: &worker::Env) -> Result<Rc<DurableNamespace>, BindingError> {
    Ok(Rc::new(DurableNamespace::over(env, bindings::LIVE_FEED)?))
}

fn messages(env: &worker::Env) -> Result<Rc<QueueRemoval>, BindingError> {
    let (directory, queues) = (Rc::new(directory(env)?), queues(env)?);
    Ok(Rc::new(QueueRemoval { directory, queues, clock: Rc::new(WorkerClock) }))
}

pub(crate) fn ports(instance: &Instance) -> Result<PipelinePorts, BindingError> {
    telemetry::console::init("pipeline");
    let env = &instance.env;
    let database = data_db(env)?;
    Ok(PipelinePorts {
        events: Rc::new(D1EventStore::new(database.clone())),
        histories: Rc::new(D1HistoryStore::new(database.clone())),
        signals: Rc::new(D1SignalStore::new(database.clone())),
        rules: Rc::new(D1RuleStore::new(database)),
        starter: Rc::new(RuleStarts(crate::workflows::ports(env)?)),
        archive: Rc::new(archive(env)?),
        queue: Rc::new(WorkerQueue::new(env)?),
        extractor: extractor(instance),
        usage: usage_store(env)?,
        embedder: Rc::new(embedder(instance.clone())),
        index: Rc::new(DurableIndex::new(env)?),
        notifiers: notifiers(env)?,
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}

pub(crate) fn handover(env: &worker::Env) -> Result<HandoverPorts, BindingError> {
    telemetry::console::init("pipeline");
    let database = data_db(env)?;
    Ok(HandoverPorts {
        events: Rc::new(D1EventStore::new(database.clone())),
        letters: Rc::new(D1DeadLetterStore::new(database)),
        instances: Rc::new(EventInstances {
            calls: WorkflowBinding::instances(env, bindings::CALL_INGEST)?,
            crm_changes: WorkflowBinding::instances(env, bindings::CRM_CHANGE)?,
        }),
        notifiers: notifiers(env)?,
        clock: Rc::new(WorkerClock),
    })
}

/// Who is told what became of events.
pub(crate) fn notifiers(env: &worker::Env) -> Result<Notifiers, BindingError> {
    let database = data_db(env)?;
    let live = LiveNotifier {
        feeds: feeds(env)?,
        events: Rc::new(D1EventStore::new(database.clone())),
        signals: Rc::new(D1SignalStore::new(database)),
        clock: Rc::new(WorkerClock),
    };
    Ok(Rc::new([Rc::new(fan_out(env)?), Rc::new(live)]))
}

pub(crate) fn archive(env: &worker::Env) -> Result<R2Archive, BindingError> {
    Ok(R2Archive::new(bucket(env)?, bindings::ARCHIVE))
}

/// Calls of models that are archived.
pub(crate) fn call_archive(env: &worker::Env) -> Result<CallArchive, BindingError> {
    Ok(CallArchive { calls: Rc::new(D1ArchivedCalls::new(data_db(env)?)), objects: Rc::new(archive(env)?) })
}

pub(crate) fn ai_calls(instance: &Instance) -> Result<AiCallsDispatch<AiCallsService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(AiCallsDispatch(AiCallsService(call_archive(&instance.env)?)))
}

/// Answers of models that may be given again.
pub(crate) fn answers(env: &worker::Env) -> Result<Rc<KvAnswers>, BindingError> {
    let namespace = env.kv(bindings::ANSWERS).map_err(|error| unusable(bindings::ANSWERS, &error))?;
    Ok(Rc::new(KvAnswers::new(namespace, bindings::ANSWERS)))
}

fn bucket(env: &worker::Env) -> Result<worker::Bucket, BindingError> {
    env.bucket(bindings::ARCHIVE).map_err(|error| unusable(bindings::ARCHIVE, &error))
}

/// The archive: rows go into a stream where one is bound, else into files.
pub(crate) fn event_archive(env: &worker::Env) -> Result<ArchivePorts, BindingError> {
    telemetry::console::init("pipeline");
    let objects = Rc::new(archive(env)?);
    let files = Rc::new(ParquetArchive::new(objects.clone()));
    let rows: Rc<dyn EventArchive> = match StreamArchive::bound(env) {
        Some(stream) => Rc::new(stream),
        None => files.clone(),
    };
    Ok(ArchivePorts {
        objects,
        rows,
        files,
        ledger: Rc::new(D1ArchiveLedger::new(data_db(env)?)),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}

pub(crate) fn data_db(env: &worker::Env) -> Result<D1, BindingError> {
    let database = env.d1(bindings::DATA_DB).map_err(|error| unusable(bindings::DATA_DB, &error))?;
    Ok(D1::new(database, bindings::DATA_DB))
}

/// A model where one is configured, with the rules to filter before it and to stand in; else the rules.
fn extractor(instance: &Instance) -> Rc<dyn Extractor> {
    let rules: Rc<dyn Extractor> = Rc::new(RulesExtractor);
    match models::for_extraction(&instance.env) {
        Some(name) => {
            let model = Rc::new(OpenAiModel::new(models::Own(instance.clone()), name));
            Rc::new(ModelExtractor::new(model, rules, Rc::new(WorkerClock), LIMITED.with(Rc::clone)))
        }
        None => rules,
    }
}

pub(crate) fn embedder(instance: Instance) -> StaticEmbedder {
    StaticEmbedder::lazy(move || model(&instance).map_err(|error| StoreError::new("model", error)))
}

fn model(instance: &Instance) -> Result<Rc<StaticModel>, BindingError> {
    MODEL.with(|cell| {
        if let Some(model) = cell.get() {
            return Ok(model.clone());
        }
        let weights = Uint8Array::new(&instance.asset("weights")?).to_vec();
        let vocabulary = instance.asset("vocabulary")?.as_string().unwrap_or_default();
        let model = StaticModel::new(weights, vocabulary)
            .map_err(|error| BindingError::Unusable { name: "weights", message: error.to_string() })?;
        Ok(cell.get_or_init(|| Rc::new(model)).clone())
    })
}

fn unusable(name: &'static str, error: &worker::Error) -> BindingError {
    BindingError::Unusable { name, message: error.to_string() }
}
