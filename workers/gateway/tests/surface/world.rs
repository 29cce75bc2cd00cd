//! A gateway with two tenants, and requests to it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use app::files::{FilePorts, FilesService};
use app::limits::{Leases, TenantLimits};
use app::ports::{Clock, EndpointSecret, Random, RuleStore, SpanSink, StoreError, StoredEndpoint, StoredKey};
use app::rules::{RulePorts, RulesService};
use app::traces::SpanBuffer;
use app::usage::{Meter, UsagePorts, UsageService};
use auth::ApiKey;
use contracts::gateway::LimitsDispatch;
use contracts::health::HealthDispatch;
use contracts::pipeline::files::{FilesClient, FilesDispatch};
use contracts::pipeline::models::ModelsClient;
use contracts::pipeline::rules::{RulesClient, RulesDispatch};
use contracts::pipeline::subscriptions::{SubscriptionsClient, SubscriptionsDispatch};
use contracts::pipeline::traces::RecordedSpan;
use contracts::pipeline::usage::{UsageClient, UsageDispatch};
use contracts::pipeline::workflows::{WorkflowsClient, WorkflowsDispatch};
use contracts::pipeline::{IntakeClient, IntakeDispatch};
use contracts::scheduler::{HeartbeatsClient, HeartbeatsDispatch, JobsClient, JobsDispatch};
use futures_util::{StreamExt, stream};
use gateway::exchange::{Ports, PublishedKeys, Request};
use gateway::middleware::last_used::LastUsed;
use gateway::middleware::limits::NoFirstCut;
use gateway::serve::{Served, serve};
use ids::TenantId;
use jwt::{FetchKeysError, KeyCache, KeySet, KeyStore};
use mesh::durable::{Address, Namespace};
use mesh::loopback::{Loopback, Severed};
use mesh::{ByteStream, StreamSource, Transport};
use serde_json::Value;
use signing::{Secret, Secrets, Source};
use test_kit::{
    FakeClock, Faults, Fixtures, MemoryArchive, MemoryBudgets, MemoryControl, MemoryEventStore,
    MemoryFileBytes, MemoryFiles, MemoryLimits, MemoryRules, MemorySignalStore, MemoryUsage, SeededRandom,
    run,
};

use crate::services::{Pipeline, Scheduler, Wellness};
use crate::subscription_services::Subscribed;
use crate::workflow_services::Workflows;

/// Where the gateway is, as its clients see it.
pub(crate) const ORIGIN: &str = "https://gateway.example.com";

/// A gateway, and what it was joined to.
pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) control: MemoryControl,
    pub(crate) faults: Faults,
    pub(crate) clock: FakeClock,
    pub(crate) pipeline: Pipeline,
    pub(crate) workflows: Workflows,
    pub(crate) subscriptions: Subscribed,
    pub(crate) rules: Rc<dyn RuleStore>,
    pub(crate) scheduler: Scheduler,
    pub(crate) wellness: Wellness,
    pub(crate) files: FilePorts,
    pub(crate) make: Fixtures,
    pub(crate) tenant: TenantId,
    pub(crate) api_key: String,
    random: SeededRandom,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = FakeClock::default();
        let faults = Faults::default();
        let control = MemoryControl::with_faults(&faults);
        let (pipeline, scheduler, wellness) =
            (Pipeline::default(), Scheduler::default(), Wellness::default());
        let (workflows, subscriptions) = (Workflows::default(), Subscribed::default());
        let now = |clock: &FakeClock| {
            let clock = clock.clone();
            move || clock.now().unix_ms()
        };
        let events = MemoryEventStore::default();
        let rules = RulePorts {
            rules: Rc::new(MemoryRules::default()),
            signals: Rc::new(MemorySignalStore::new(&events)),
            events: Rc::new(events),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(4)),
        };
        let archive = MemoryArchive::default();
        let usage = MemoryUsage::default();
        let budgets = MemoryBudgets::on(&clock);
        let files = FilePorts {
            files: Rc::new(MemoryFiles::default()),
            bytes: Rc::new(MemoryFileBytes::over(&archive)),
            objects: Rc::new(archive.clone()),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(6)),
        };
        let rule_store = rules.rules.clone();
        let link = |loopback: Loopback| -> Rc<dyn Transport> { Rc::new(loopback) };
        let ports = Ports {
            control: Rc::new(control.clone()),
            endpoints: Rc::new(control.clone()),
            google: PublishedKeys { store: Rc::new(Google), cache: Rc::new(KeyCache::new()) },
            pipeline: IntakeClient::over(link(Loopback::new(IntakeDispatch(pipeline.clone()), now(&clock)))),
            workflows: WorkflowsClient::over(link(Loopback::new(
                WorkflowsDispatch(workflows.clone()),
                now(&clock),
            ))),
            subscriptions: SubscriptionsClient::over(link(Loopback::new(
                SubscriptionsDispatch(subscriptions.clone()),
                now(&clock),
            ))),
            rules: RulesClient::over(link(Loopback::new(
                RulesDispatch(RulesService(rules.clone())),
                now(&clock),
            ))),
            files: FilesClient::over(link(Loopback::new(
                FilesDispatch(FilesService(files.clone())),
                now(&clock),
            ))),
            models: ModelsClient::over(Rc::new(Severed::saying("no models are there"))),
            usage: UsageClient::over(link(Loopback::new(
                UsageDispatch(UsageService(UsagePorts {
                    store: Rc::new(usage.clone()),
                    budgets: Rc::new(budgets.clone()),
                    clock: Rc::new(clock.clone()),
                })),
                now(&clock),
            ))),
            meter: Meter::default(),
            spans: Rc::new(NoSpans),
            seen: SpanBuffer::default(),
            feeds: Rc::new(NoFeeds),
            scheduler: JobsClient::over(link(Loopback::new(JobsDispatch(scheduler.clone()), now(&clock)))),
            heartbeats: HeartbeatsClient::over(link(Loopback::new(
                HeartbeatsDispatch(scheduler.clone()),
                now(&clock),
            ))),
            pipeline_health: link(Loopback::new(HealthDispatch(wellness.clone()), now(&clock))),
            scheduler_health: link(Loopback::new(HealthDispatch(Wellness::default()), now(&clock))),
            limits: Rc::new(Counted::on(&clock)),
            leases: Leases::default(),
            first_cut: Rc::new(NoFirstCut),
            last_used: LastUsed::default(),
            clock: Rc::new(clock.clone()),
            random: Rc::new(SeededRandom::new(9)),
        };
        let make = Fixtures::new(1);
        let tenant = make.tenant();
        let random = SeededRandom::new(2);
        let mut world = Self {
            ports,
            control,
            faults,
            clock,
            pipeline,
            workflows,
            subscriptions,
            rules: rule_store,
            scheduler,
            wellness,
            files,
            make,
            tenant,
            api_key: String::new(),
            random,
        };
        world.api_key =
            world.key(|key| key.scopes = auth::Scope::ALL.iter().map(|scope| scope.to_string()).collect());
        world
    }

    /// What the clock shows, in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now().unix_ms()
    }

    /// Cuts the links to the services.
    pub(crate) fn cut(&mut self) {
        let cut =
            || -> Rc<dyn Transport> { Rc::new(Severed::saying("weft-pipeline at 10.0.0.7 is not there")) };
        self.ports.pipeline = IntakeClient::over(cut());
        self.ports.workflows = WorkflowsClient::over(cut());
        self.ports.subscriptions = SubscriptionsClient::over(cut());
        self.ports.scheduler = JobsClient::over(cut());
        self.ports.heartbeats = HeartbeatsClient::over(cut());
        self.ports.files = FilesClient::over(cut());
        self.ports.usage = UsageClient::over(cut());
        self.ports.pipeline_health = cut();
    }

    /// Cuts the link to the tenants' limits.
    pub(crate) fn cut_limits(&mut self) {
        self.ports.limits = Rc::new(NoFeeds);
    }

    /// Issues a key of the tenant; `change` what is stored of it.
    pub(crate) fn key(&self, change: impl FnOnce(&mut StoredKey)) -> String {
        let mut bytes = [0; 41];
        self.random.fill(&mut bytes);
        let key = ApiKey::generate(bytes);
        let mut stored = self.make.key(self.tenant);
        stored.hash = key.hash().to_string();
        change(&mut stored);
        self.control.put_key(key.prefix(), stored);
        key.expose().to_owned()
    }

    /// Makes an endpoint of the tenant; `change` what is stored of it.
    pub(crate) fn endpoint(&self, source: Source, change: impl FnOnce(&mut StoredEndpoint)) -> Endpoint {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        let secret = Secret::generate(source, bytes);
        let mut stored = self.make.endpoint(self.tenant);
        stored.source = source.to_string();
        stored.secret = EndpointSecret::new(secret.expose());
        change(&mut stored);
        let path = format!("/hooks/{}", stored.endpoint_id);
        self.control.put_endpoint(stored);
        Endpoint { path, source, secret }
    }

    /// Asks with the tenant's key.
    pub(crate) fn ask(&self, method: &str, path_and_query: &str) -> Asked<'_> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let key = format!("Bearer {}", self.api_key);
        Asked {
            world: self,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: vec![("authorization".into(), key)],
            body: None,
            measured: true,
        }
    }

    /// Delivers a body to an endpoint, signed now.
    pub(crate) fn deliver(&self, endpoint: &Endpoint, delivery: &str, body: &[u8]) -> Asked<'_> {
        let now_s = self.clock.now().unix_ms() as i64 / 1000;
        let secrets = Secrets::new(endpoint.secret.clone());
        let signed =
            signing::sign(endpoint.source, &secrets, delivery, now_s, body).expect("it can be signed");
        let mut asked = self.ask("POST", &endpoint.path).anonymous().body(body);
        for (name, value) in signed {
            asked = asked.header(name, &value);
        }
        asked
    }
}

/// Each tenant's limits, counted in memory.
struct Counted {
    clock: FakeClock,
    stores: RefCell<HashMap<String, MemoryLimits>>,
}

impl Counted {
    fn on(clock: &FakeClock) -> Self {
        Self { clock: clock.clone(), stores: RefCell::default() }
    }
}

impl Namespace for Counted {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        let store = self.stores.borrow_mut().entry(address.as_str().to_owned()).or_default().clone();
        let limits = TenantLimits::new(Rc::new(store), Rc::new(self.clock.clone()));
        let clock = self.clock.clone();
        Rc::new(Loopback::new(LimitsDispatch(limits), move || clock.now().unix_ms()))
    }
}

/// Spans go nowhere: they are noted by the Worker's own handler.
struct NoSpans;

#[async_trait::async_trait(?Send)]
impl SpanSink for NoSpans {
    async fn record(&self, _: TenantId, _: Vec<RecordedSpan>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Feeds that nobody reaches: what is behind them is tested with their own object.
struct NoFeeds;

impl Namespace for NoFeeds {
    fn object(&self, _: &Address) -> Rc<dyn Transport> {
        Rc::new(Severed::saying("no feed is there"))
    }
}

/// Google, as the recorded deliveries know it.
struct Google;

#[async_trait::async_trait(?Send)]
impl KeyStore for Google {
    async fn fetch_keys(&self) -> Result<KeySet, FetchKeysError> {
        let published = include_str!("../../../../crates/signing/tests/cases/keys/google.jwks.json");
        Ok(KeySet::parse(published)?)
    }
}

/// An endpoint that deliveries can be signed for.
pub(crate) struct Endpoint {
    pub(crate) path: String,
    pub(crate) source: Source,
    pub(crate) secret: Secret,
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Asked<'w> {
    world: &'w World,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<Vec<u8>>>,
    /// Whether a body that is handed on comes with its length.
    measured: bool,
}

impl Asked<'_> {
    /// Without the key.
    pub(crate) fn anonymous(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self
    }

    /// With another key.
    pub(crate) fn with_key(self, key: &str) -> Self {
        self.anonymous().header("authorization", &format!("Bearer {key}"))
    }

    /// With a header, in place of the one of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// With a body, in chunks of 64 KiB.
    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = Some(body.chunks(65_536).map(<[u8]>::to_vec).collect());
        self
    }

    /// In chunks whose sum is not told.
    pub(crate) fn unmeasured(mut self) -> Self {
        self.measured = false;
        self
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body.as_bytes())
    }

    /// Sends it.
    pub(crate) fn send(self) -> Answered {
        let request = Request {
            method: self.method,
            url: match self.query.as_str() {
                "" => format!("{ORIGIN}{}", self.path),
                query => format!("{ORIGIN}{}?{query}", self.path),
            },
            path: self.path,
            query: self.query,
            headers: self.headers,
            body: self.body.clone().map(|chunks| stream::iter(chunks.into_iter().map(Ok)).boxed_local()),
            upload: self.body.map(|chunks| {
                let length = chunks.iter().map(|chunk| chunk.len() as u64).sum();
                let stream = ByteStream::new(stream::iter(chunks.into_iter().map(Ok)));
                if self.measured { stream.with_length(length) } else { stream }
            }),
        };
        Answered(run(serve(&self.world.ports, request)))
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered(pub(crate) Served);

impl Answered {
    pub(crate) fn status(&self) -> u16 {
        self.0.answer.status
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0.answer.header(name)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.0.answer.body).expect("the body is JSON")
    }

    /// The bytes that are streamed; none where no stream is.
    pub(crate) fn streamed(&self) -> Option<Vec<u8>> {
        let stream = self.0.entry.facts.stream.take()?;
        let Some(StreamSource::Chunks(chunks)) = stream.take_source() else { panic!("it was read before") };
        let chunks: Vec<_> = run(chunks.collect());
        Some(chunks.into_iter().flat_map(Result::unwrap).collect())
    }

    /// Its status and problem code. Checks what every problem must have, and that none has more.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let body = self.json();
        for member in ["type", "title", "detail", "code", "trace_id"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "`{member}` in {body}");
        }
        assert_eq!(body["status"], self.status());
        assert_eq!(body["trace_id"].as_str(), self.header("x-trace-id"));
        for inner in ["D1", "10.0.0.7", "weft-", "MEMORY_CONTROL"] {
            assert!(!body.to_string().contains(inner), "`{inner}` leaked: {body}");
        }
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(self.0.entry.code.map(|code| code.as_str()), Some(code.as_str()));
        (self.status(), code)
    }

    /// Checks status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.problem(), (status, code.to_owned()), "{}", self.json());
    }

    /// Why it did not go well, in the log.
    pub(crate) fn cause(&self) -> Option<String> {
        self.0.entry.facts.cause.borrow().clone()
    }
}
