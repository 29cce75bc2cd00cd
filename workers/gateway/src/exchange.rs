//! A request on its way to an answer: what came, what it may use, and what its log line will say.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use app::limits::{Asked, Leases, Standing};
use app::ports::{Clock, ControlStore, EndpointStore, Random, SpanSink};
use app::traces::SpanBuffer;
use app::usage::Meter;
use contracts::pipeline::IntakeClient;
use contracts::pipeline::files::FilesClient;
use contracts::pipeline::models::ModelsClient;
use contracts::pipeline::rules::RulesClient;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::usage::UsageClient;
use contracts::pipeline::workflows::WorkflowsClient;
use contracts::scheduler::{HeartbeatsClient, JobsClient};
use contracts::{TenantCall, TenantScope};
use futures_util::stream::{self, LocalBoxStream};
use http_api::idempotency::{IDEMPOTENCY_KEY, IdempotencyKey};
use http_api::request::{FromBody, FromQuery, read_body, read_query};
use http_api::routes::Body;
use http_api::{Code, Operation, Problem, Route};
use ids::{EndpointId, TenantId};
use mesh::durable::Namespace;
use mesh::{ByteStream, CallContext, Deadline, TraceContext, Transport};

use crate::failure::{Failure, not_found};
use crate::live::LivePlan;
use crate::middleware::body;
use crate::middleware::last_used::{KeyUsed, LastUsed};
use crate::middleware::limits::{FirstCut, Pending};

/// The gateway's name among the Workers.
pub const SERVICE: &str = "gateway";

/// How long, in milliseconds, the services behind the gateway have for one request.
pub const PATIENCE_MS: u64 = 25_000;

/// The same where a body is handed on as it comes: as slowly as its sender sends it. A quarter of an hour.
pub const STREAM_PATIENCE_MS: u64 = 900_000;

/// The same where a model answers: as long as OpenAI's and Anthropic's clients wait. Ten minutes.
pub const MODEL_PATIENCE_MS: u64 = 600_000;

/// What the gateway reaches.
#[derive(Clone)]
pub struct Ports {
    /// Keys, endpoints and heartbeats.
    pub control: Rc<dyn ControlStore>,
    /// Tenants' own endpoints.
    pub endpoints: Rc<dyn EndpointStore>,
    /// Where Google publishes the keys that sign its pushes, and those that were fetched.
    pub google: PublishedKeys,
    /// The pipeline.
    pub pipeline: IntakeClient<Rc<dyn Transport>>,
    /// The pipeline's workflows.
    pub workflows: WorkflowsClient<Rc<dyn Transport>>,
    /// The pipeline's subscriptions.
    pub subscriptions: SubscriptionsClient<Rc<dyn Transport>>,
    /// The pipeline's rules.
    pub rules: RulesClient<Rc<dyn Transport>>,
    /// The pipeline's files.
    pub files: FilesClient<Rc<dyn Transport>>,
    /// The models.
    pub models: ModelsClient<Rc<dyn Transport>>,
    /// What tenants used.
    pub usage: UsageClient<Rc<dyn Transport>>,
    /// What this isolate has counted of it.
    pub meter: Meter,
    /// Where requests are told as spans of their traces.
    pub spans: Rc<dyn SpanSink>,
    /// Those that this isolate has not told yet.
    pub seen: SpanBuffer,
    /// The tenants' live feeds.
    pub feeds: Rc<dyn Namespace>,
    /// The scheduler.
    pub scheduler: JobsClient<Rc<dyn Transport>>,
    /// The scheduler's heartbeats.
    pub heartbeats: HeartbeatsClient<Rc<dyn Transport>>,
    /// The pipeline's account of itself.
    pub pipeline_health: Rc<dyn Transport>,
    /// The scheduler's account of itself.
    pub scheduler_health: Rc<dyn Transport>,
    /// The tenants' limits.
    pub limits: Rc<dyn Namespace>,
    /// What this isolate was given to spend of them.
    pub leases: Leases,
    /// The platform's own limiter.
    pub first_cut: Rc<dyn FirstCut>,
    /// Which uses of keys were noted.
    pub last_used: LastUsed,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For trace ids.
    pub random: Rc<dyn Random>,
}

/// The published keys of an issuer.
#[derive(Clone)]
pub struct PublishedKeys {
    /// Where they are published.
    pub store: Rc<dyn jwt::KeyStore>,
    /// Those in hand, for as long as the isolate lives.
    pub cache: Rc<jwt::KeyCache>,
}

/// A body as it arrives, chunk by chunk; an error is for the log.
pub type Chunks = LocalBoxStream<'static, Result<Vec<u8>, String>>;

/// A request as it came.
pub struct Request {
    /// The method as sent, upper-case.
    pub method: String,
    /// The whole URL as the client asked for it.
    pub url: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query string without its `?`; empty where there is none.
    pub query: String,
    /// Headers, names in lower case; one sent twice is joined by a comma.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<Chunks>,
    /// In its place, where the route hands the body on as it comes: the platform's own stream.
    pub upload: Option<ByteStream>,
}

impl Request {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Request {
    /// Method and path: headers and bodies hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// What became known of a request, for its log line. Never its headers, body or secrets.
#[derive(Debug, Default)]
pub struct Facts {
    /// What was asked for.
    pub operation: Cell<Option<Operation>>,
    /// The request's own id.
    pub request_id: RefCell<String>,
    /// The tenant it is for.
    pub tenant: Cell<Option<TenantId>>,
    /// The webhook endpoint it came through.
    pub endpoint: Cell<Option<EndpointId>>,
    /// The public half of the API key that it showed.
    pub key: RefCell<Option<String>>,
    /// The plan of the key's tenant.
    pub plan: RefCell<String>,
    /// A connection to open to the live feed.
    pub live: RefCell<Option<LivePlan>>,
    /// A use of a key, to be noted behind the answer.
    pub used: Cell<Option<KeyUsed>>,
    /// The page's origin, where it may read the answer.
    pub origin: RefCell<Option<String>>,
    /// How the caller stands with its limits.
    pub standing: Rc<RefCell<Option<Standing>>>,
    /// What was counted.
    pub admitted: Rc<RefCell<Option<Asked>>>,
    /// Whether the event was there before.
    pub duplicate: Cell<bool>,
    /// What the answer's body is, in place of bytes; with its length.
    pub stream: RefCell<Option<ByteStream>>,
    /// Why it did not go well, for operators.
    pub cause: RefCell<Option<String>>,
}

/// A routed request with all that a handler may use.
pub struct Exchange<'a> {
    /// What the gateway reaches.
    pub ports: &'a Ports,
    /// Which route it is.
    pub route: &'static Route,
    /// What its log line will say.
    pub facts: &'a Facts,
    /// The trace that it belongs to.
    pub trace: TraceContext,
    /// When its answer stops being of use.
    pub deadline: Deadline,
    /// The limiter's word, where it was not waited for.
    pub pending: RefCell<Option<Pending>>,
    request: Request,
    /// The varying parts of the path, in order.
    parameters: Vec<String>,
    body: RefCell<Option<Chunks>>,
    upload: RefCell<Option<ByteStream>>,
}

impl<'a> Exchange<'a> {
    /// The exchange of a request that was routed at `now_ms`.
    #[must_use]
    pub fn new(
        ports: &'a Ports,
        facts: &'a Facts,
        trace: TraceContext,
        now_ms: u64,
        found: crate::router::Found,
        mut request: Request,
    ) -> Self {
        let body = RefCell::new(request.body.take());
        let upload = RefCell::new(request.upload.take());
        let patience_ms = match found.route.body {
            Body::Json { .. } if found.route.error_form().is_some() => MODEL_PATIENCE_MS,
            Body::Stream { .. } => STREAM_PATIENCE_MS,
            Body::None | Body::Json { .. } | Body::Raw { .. } => PATIENCE_MS,
        };
        Self {
            ports,
            route: found.route,
            facts,
            trace,
            deadline: Deadline::after(now_ms, patience_ms),
            pending: RefCell::default(),
            request,
            parameters: found.parameters,
            body,
            upload,
        }
    }

    /// Its method, in upper case.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.request.method
    }

    /// The whole URL as the client asked for it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.request.url
    }

    /// Where the gateway is for this client: the URL's scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        let url = self.url();
        let host = url.find("://").map_or(0, |at| at + 3);
        let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
        &url[..end]
    }

    /// Whether only the headers of the answer are wanted.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.request.method == "HEAD"
    }

    /// The body as it comes, once, with its length where it is declared; empty where there is none.
    #[must_use]
    pub fn upload(&self) -> ByteStream {
        let upload = self.upload.borrow_mut().take();
        upload.unwrap_or_else(|| ByteStream::new(stream::empty()).with_length(0))
    }

    /// Its headers, names in lower case.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.request.headers
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// Now, in Unix seconds.
    #[must_use]
    pub fn now_unix_s(&self) -> i64 {
        i64::try_from(self.ports.clock.now().unix_ms() / 1000).unwrap_or(i64::MAX)
    }

    /// A varying part of the path by its place from 0, still percent-encoded; empty where there is none.
    #[must_use]
    pub fn part(&self, place: usize) -> &str {
        self.parameters.get(place).map_or("", String::as_str)
    }

    /// The id in the path: its last varying part.
    ///
    /// # Errors
    /// The problem `missing`: what is no id names nothing, which is all that its sender has to know.
    pub fn id<T: FromStr>(&self, missing: Code) -> Result<T, Failure> {
        self.part(self.parameters.len().saturating_sub(1)).parse().map_err(|_| not_found(missing))
    }

    /// The query.
    ///
    /// # Errors
    /// As [`read_query`].
    pub fn query<T: FromQuery>(&self) -> Result<T, Problem> {
        read_query(&self.request.query)
    }

    /// The client's own name for this request, where it gives one.
    ///
    /// # Errors
    /// As [`IdempotencyKey::parse`].
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Problem> {
        self.header(IDEMPOTENCY_KEY).map(IdempotencyKey::parse).transpose()
    }

    /// The body's bytes, exactly as they came.
    ///
    /// # Errors
    /// [`Code::RequestTooLarge`] beyond the route's limit, and [`Code::RequestMalformedJson`] when the sender broke off.
    pub async fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let chunks = self.body.borrow_mut().take();
        body::read(chunks, self.header("content-length"), self.route.body.max_bytes()).await
    }

    /// The body, from JSON.
    ///
    /// # Errors
    /// As [`Exchange::bytes`] and [`read_body`], and [`Code::RequestUnsupportedMediaType`] when it is declared as
    /// something else.
    pub async fn json<T: FromBody>(&self) -> Result<T, Failure> {
        Ok(read_body(&self.bytes_of_json().await?)?)
    }

    /// The body's bytes, which are declared as JSON.
    ///
    /// # Errors
    /// As [`Exchange::bytes`], and [`Code::RequestUnsupportedMediaType`] when it is declared as something else.
    pub async fn bytes_of_json(&self) -> Result<Vec<u8>, Failure> {
        body::expect_json(self.header("content-type"), self.header("content-encoding"))?;
        self.bytes().await
    }

    /// As [`Exchange::json`], for a body that may be left out.
    ///
    /// # Errors
    /// As [`Exchange::json`].
    pub async fn optional_json<T: FromBody + Default>(&self) -> Result<T, Failure> {
        let bytes = self.bytes().await?;
        if bytes.trim_ascii().is_empty() {
            return Ok(T::default());
        }
        body::expect_json(self.header("content-type"), self.header("content-encoding"))?;
        Ok(read_body(&bytes)?)
    }

    /// The context of the one call that proves a claim: a ticket, by the feed of the tenant that it names. Nothing is
    /// known of the caller before that call has answered.
    #[must_use]
    pub fn claim(&self, scope: TenantScope) -> TenantCall {
        CallContext::new(scope, self.trace, self.deadline, SERVICE)
    }

    /// The context of calls on behalf of `scope`.
    #[must_use]
    pub fn call(&self, scope: TenantScope) -> TenantCall {
        self.facts.tenant.set(Some(scope.tenant));
        CallContext::new(scope, self.trace, self.deadline, SERVICE)
    }
}
