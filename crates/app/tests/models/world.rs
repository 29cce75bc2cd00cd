//! Models over a server that does as it is told, and a budget that keeps what it was asked.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use ai::routing::{Breakers, Config};
use app::call_archive::CallArchive;
use app::models::{ModelPorts, ModelsService};
use app::ports::{
    AnswerCache, Background, BudgetRefusal, Embedder, Hold, HoldRequest, ModelAnswer, ModelBudget,
    ModelPolicies, ModelRequest, ModelSecrets, ModelServer, Quote, QuotedLimit, Relevance, Settlement,
    SpanSink, StoreError,
};
use async_trait::async_trait;
use contracts::pipeline::ai_policy::AiPolicy;
use contracts::pipeline::models::{Complete, ModelForm};
use contracts::pipeline::traces::RecordedSpan;
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use futures_util::future::{LocalBoxFuture, pending, ready};
use futures_util::{FutureExt, StreamExt, stream};
use ids::{KeyId, TenantId};
use mesh::{ByteStream, Bytes, CallContext, Deadline, Runtime, StreamSource, TraceContext};
use test_kit::run;
use test_kit::{MemoryArchive, MemoryArchivedCalls, MemoryIndex};
use transcript::Document;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with a status and JSON.
    Json(u16, String),
    /// Answers 429 with this wait.
    Limited(&'static str),
    /// Streams these pieces, and then stalls or ends.
    Stream(Vec<String>, bool),
    /// Is not there.
    Unreachable,
    /// Says nothing.
    Silent,
}

/// Everything that a test looks at.
#[derive(Default)]
struct State {
    script: RefCell<VecDeque<Act>>,
    asked: RefCell<Vec<String>>,
    open_bodies: Cell<usize>,
    refusal: RefCell<Option<BudgetRefusal>>,
    held: RefCell<Vec<HoldRequest>>,
    settled: RefCell<Vec<Settlement>>,
    released: Cell<usize>,
    background: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
    answers: RefCell<HashMap<(TenantId, String), Vec<u8>>>,
    now_ms: Cell<u64>,
    drawn: Cell<u64>,
    gateway_says: Cell<Option<&'static str>>,
    policy: RefCell<AiPolicy>,
    bodies: RefCell<Vec<String>>,
    spans: RefCell<Vec<(TenantId, RecordedSpan)>>,
}

#[derive(Clone, Default)]
struct Shared(Rc<State>);

pub(crate) struct World {
    shared: Shared,
    config: Rc<Result<Option<Config>, String>>,
    /// Nothing that is waited for with a limit runs out of time.
    patient: Cell<bool>,
    pub(crate) tenant: TenantId,
    pub(crate) other: TenantId,
    pub(crate) questions: MemoryIndex,
    pub(crate) calls: MemoryArchivedCalls,
    pub(crate) objects: MemoryArchive,
}

/// A body is open as long as this is there.
struct OpenBody(Shared);

impl Drop for OpenBody {
    fn drop(&mut self) {
        self.0.0.open_bodies.set(self.0.0.open_bodies.get() - 1);
    }
}

const OTHER: u64 = 9;

fn tenant(number: u64) -> TenantId {
    TenantId::from_parts(number, [1; 10])
}

impl World {
    /// A route from `fast` to `m1` of `a`, and to `m2` of `b` after any failure.
    pub(crate) fn new(script: Vec<Act>) -> Self {
        Self::with(r#""on":["rate_limited","server_error","timeout","connect"]"#, script)
    }

    /// As [`World::new`], with more of the route.
    pub(crate) fn with(on: &str, script: Vec<Act>) -> Self {
        let document = format!(
            r#"{{"version":1,"upstreams":[
              {{"name":"a","kind":"openai_compatible","base_url":"http://a/v1","key":"K","models":["m1"]}},
              {{"name":"b","kind":"openai_compatible","base_url":"http://b/v1","models":["m2"]}}],
              "tenants":{{"{}":{{"models":["m2"]}}}},
              "routes":[{{"name":"r","when":{{"models":["fast"]}},"targets":[{{"upstream":"a","model":"m1"}}],"fallbacks":[{{"upstream":"b","model":"m2"}}],{on}}}]}}"#,
            tenant(OTHER)
        );
        Self::configured(Ok(Some(Config::read(&document).expect("it is right"))), script)
    }

    pub(crate) fn configured(config: Result<Option<Config>, String>, script: Vec<Act>) -> Self {
        let shared = Shared::default();
        shared.0.script.replace(script.into());
        Self {
            shared,
            config: Rc::new(config),
            patient: Cell::new(false),
            tenant: tenant(1),
            other: tenant(OTHER),
            questions: MemoryIndex::default(),
            calls: MemoryArchivedCalls::default(),
            objects: MemoryArchive::default(),
        }
    }

    /// Where calls are archived.
    pub(crate) fn archive(&self) -> CallArchive {
        CallArchive { calls: Rc::new(self.calls.clone()), objects: Rc::new(self.objects.clone()) }
    }

    /// From now on nothing runs out of time that has a second or more.
    pub(crate) fn patient(&self) {
        self.patient.set(true);
    }

    pub(crate) fn service(&self) -> ModelsService {
        ModelsService(self.ports())
    }

    pub(crate) fn ports(&self) -> ModelPorts {
        ModelPorts {
            config: self.config.clone(),
            secrets: Rc::new(self.shared.clone()),
            server: Rc::new(self.shared.clone()),
            budget: Rc::new(self.shared.clone()),
            policies: Rc::new(self.shared.clone()),
            answers: Rc::new(self.shared.clone()),
            questions: Rc::new(self.questions.clone()),
            archive: self.archive(),
            embedder: Rc::new(WordEmbedder),
            breakers: Rc::new(Breakers::default()),
            background: Rc::new(self.shared.clone()),
            spans: Rc::new(self.shared.clone()),
            runtime: Rc::new(Time { shared: self.shared.clone(), patient: self.patient.get() }),
        }
    }

    pub(crate) fn context(&self) -> TenantCall {
        self.context_of(self.tenant)
    }

    pub(crate) fn context_of(&self, tenant: TenantId) -> TenantCall {
        let scope = TenantScope { tenant, actor: Actor::Key(KeyId::from_parts(1, [2; 10])) };
        CallContext::new(scope, TraceContext::from_random([7; 24]), Deadline::after(NOW_MS, 60_000), "test")
    }

    pub(crate) fn refuse(&self, refusal: BudgetRefusal) {
        self.shared.0.refusal.replace(Some(refusal));
    }

    /// Where was asked for which model, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.0.asked.borrow().clone()
    }

    pub(crate) fn held(&self) -> Vec<HoldRequest> {
        self.shared.0.held.borrow().clone()
    }

    pub(crate) fn settled(&self) -> Vec<Settlement> {
        self.shared.0.settled.borrow().clone()
    }

    /// What was told of calls as spans, behind them.
    pub(crate) fn spans(&self) -> Vec<(TenantId, RecordedSpan)> {
        self.shared.0.spans.borrow().clone()
    }

    pub(crate) fn released(&self) -> usize {
        self.shared.0.released.get()
    }

    pub(crate) fn open_bodies(&self) -> usize {
        self.shared.0.open_bodies.get()
    }

    /// Later.
    pub(crate) fn wait(&self, milliseconds: u64) {
        self.shared.0.now_ms.set(self.shared.0.now_ms.get() + milliseconds);
    }

    /// How many answers are kept.
    pub(crate) fn kept(&self) -> usize {
        self.shared.0.answers.borrow().len()
    }

    /// The cache loses what it had.
    pub(crate) fn lose_answers(&self) {
        self.shared.0.answers.borrow_mut().clear();
    }

    /// Sets what may be asked.
    pub(crate) fn set_policy(&self, policy: AiPolicy) {
        self.shared.0.policy.replace(policy);
    }

    /// What was sent to servers.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.shared.0.bodies.borrow().clone()
    }

    /// What AI Gateway says of its cache from here on.
    pub(crate) fn gateway_says(&self, status: &'static str) {
        self.shared.0.gateway_says.set(Some(status));
    }

    /// Does what was left to be done behind.
    pub(crate) fn go_on(&self) {
        loop {
            let work = self.shared.0.background.take();
            if work.is_empty() {
                return;
            }
            work.into_iter().for_each(run);
        }
    }
}

/// A request for a model.
pub(crate) fn chat(model: &str, stream: bool) -> Complete {
    let body = format!(
        r#"{{"model":"{model}","messages":[{{"role":"user","content":"hi"}}],"max_tokens":20,"stream":{stream}}}"#
    );
    Complete {
        form: ModelForm::OpenAi,
        body: Bytes(body.into_bytes()),
        plan: "standard".into(),
        key_prefix: Some("wk_a".into()),
        presence: None,
        cache: None,
        request_id: None,
    }
}

/// A question put in these words.
pub(crate) fn question(text: &str, cache: &str) -> Complete {
    let body = format!(r#"{{"model":"fast","messages":[{{"role":"user","content":"{text}"}}]}}"#);
    Complete { body: Bytes(body.into_bytes()), cache: Some(cache.into()), ..chat("fast", false) }
}

/// The same, with what it says of kept answers.
pub(crate) fn cached(model: &str, stream: bool, cache: &str) -> Complete {
    Complete { cache: Some(cache.into()), ..chat(model, stream) }
}

pub(crate) fn completion() -> String {
    r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}"#.into()
}

/// A stream in pieces; the first three have ten bytes of text.
pub(crate) fn stream() -> Vec<String> {
    let said = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    vec![
        said("abcd"),
        said("efg"),
        said("hij"),
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n".into(),
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":4}}\n\n".into(),
        "data: [DONE]\n\n".into(),
    ]
}

#[async_trait(?Send)]
impl ModelServer for Shared {
    async fn post(&self, request: ModelRequest) -> Result<ModelAnswer, String> {
        let body: serde_json::Value = serde_json::from_slice(&request.body).expect("it is JSON");
        let model = body["model"].as_str().unwrap_or_default().to_owned();
        self.0.asked.borrow_mut().push(format!("{} {model}", request.url));
        self.0.bodies.borrow_mut().push(String::from_utf8(request.body).expect("it is text"));
        let act = self.0.script.borrow_mut().pop_front().expect("the script says what to do");
        let answer = |status, media: &str, pieces: Vec<String>, stalls: bool| {
            self.0.open_bodies.set(self.0.open_bodies.get() + 1);
            let open = OpenBody(self.clone());
            let pieces = stream::iter(pieces).map(|piece| Ok(piece.into_bytes()));
            let rest = if stalls { stream::pending().boxed_local() } else { stream::empty().boxed_local() };
            let body = pieces.chain(rest).map(move |piece| {
                let _ = &open;
                piece
            });
            ModelAnswer {
                status,
                media_type: Some(media.into()),
                retry_after: None,
                cache_status: self.0.gateway_says.get().map(str::to_owned),
                body: body.boxed_local(),
            }
        };
        Ok(match act {
            Act::Json(status, body) => answer(status, "application/json", vec![body], false),
            Act::Limited(wait) => {
                let limited = answer(429, "application/json", vec!["{}".into()], false);
                ModelAnswer { retry_after: Some(wait.into()), ..limited }
            }
            Act::Stream(pieces, stalls) => answer(200, "text/event-stream", pieces, stalls),
            Act::Unreachable => return Err("no route to host 10.0.0.7".into()),
            Act::Silent => {
                self.0.open_bodies.set(self.0.open_bodies.get() + 1);
                let _open = OpenBody(self.clone());
                pending().await
            }
        })
    }
}

#[async_trait(?Send)]
impl ModelSecrets for Shared {
    async fn secret(&self, name: &str) -> Option<String> {
        (name == "K").then(|| "the key".to_owned())
    }
}

#[async_trait(?Send)]
impl SpanSink for Shared {
    async fn record(&self, tenant: TenantId, spans: Vec<RecordedSpan>) -> Result<(), StoreError> {
        self.0.spans.borrow_mut().extend(spans.into_iter().map(|span| (tenant, span)));
        Ok(())
    }
}

impl Background for Shared {
    fn go_on(&self, work: LocalBoxFuture<'static, ()>) {
        self.0.background.borrow_mut().push(work);
    }

    fn ended(&self, stream: ByteStream) -> LocalBoxFuture<'static, ()> {
        let Some(StreamSource::Chunks(chunks)) = stream.take_source() else { panic!("a stream of its own") };
        chunks.for_each(|_| ready(())).boxed_local()
    }
}

#[async_trait(?Send)]
impl ModelBudget for Shared {
    async fn hold(&self, request: &HoldRequest) -> Result<Hold, BudgetRefusal> {
        if let Some(refusal) = self.0.refusal.take() {
            return Err(refusal);
        }
        self.0.held.borrow_mut().push(request.clone());
        Ok(Hold { id: request.request_id.clone(), bound_nanos: 0 })
    }

    async fn settle(&self, _: TenantId, _: &Hold, settlement: &Settlement) -> Result<u64, StoreError> {
        self.0.settled.borrow_mut().push(settlement.clone());
        Ok(0)
    }

    async fn quote(&self, request: &HoldRequest) -> Result<Quote, StoreError> {
        let limit = QuotedLimit {
            limit: format!("{} tokens", request.tokens_in_bound + request.tokens_out_bound),
            left: "none".into(),
            fits: false,
            resets_at: Timestamp::from_unix_ms(NOW_MS),
        };
        Ok(Quote { bound_nanos: Some(request.models.len() as u64), limits: vec![limit] })
    }

    async fn release(&self, _: TenantId, _: &Hold) -> Result<(), StoreError> {
        self.0.released.set(self.0.released.get() + 1);
        Ok(())
    }
}

#[async_trait(?Send)]
impl ModelPolicies for Shared {
    async fn policy(&self, _: TenantId) -> Result<AiPolicy, StoreError> {
        Ok(self.0.policy.borrow().clone())
    }
}

#[async_trait(?Send)]
impl AnswerCache for Shared {
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.answers.borrow().get(&(tenant, name.to_owned())).cloned())
    }

    async fn put(&self, tenant: TenantId, name: &str, _: u64, value: Vec<u8>) -> Result<(), StoreError> {
        self.0.answers.borrow_mut().insert((tenant, name.to_owned()), value);
        Ok(())
    }

    async fn forget_some(&self, tenant: TenantId) -> Result<u32, StoreError> {
        self.0.answers.borrow_mut().retain(|(of, _), _| *of != tenant);
        Ok(0)
    }
}

/// Knows words by their letters: texts that share words are alike.
struct WordEmbedder;

#[async_trait(?Send)]
impl Embedder for WordEmbedder {
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, StoreError> {
        let vector = |text: &&str| {
            let mut vector = vec![0.0_f32; 64];
            for word in
                text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
            {
                let place = word.bytes().fold(7_usize, |place, byte| place * 31 + usize::from(byte));
                vector[place % 64] += 1.0;
            }
            let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(1e-9);
            vector.iter().map(|number| number / length).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }

    fn passages(&self, _: &Document) -> Result<Vec<Range<usize>>, StoreError> {
        Err(StoreError::new("embedder", "there is none"))
    }

    async fn relevance(&self, _: &str, _: &[&str]) -> Result<Vec<Relevance>, StoreError> {
        Err(StoreError::new("embedder", "there is none"))
    }
}

/// What takes so long is long to those who have patience.
const LONG_MS: u64 = 1_000;
pub(crate) const NOW_MS: u64 = 1_795_330_800_000;

/// Whatever is waited for with a limit and is not there at once is not there in time, unless it is patient.
struct Time {
    shared: Shared,
    patient: bool,
}

#[async_trait(?Send)]
impl Runtime for Time {
    fn now_ms(&self) -> u64 {
        NOW_MS + self.shared.0.now_ms.get()
    }

    async fn sleep(&self, milliseconds: u64) {
        if self.patient && milliseconds >= LONG_MS {
            pending::<()>().await;
        }
    }

    fn random(&self) -> u64 {
        // Never the same; what is drawn from its upper half is.
        self.shared.0.drawn.set(self.shared.0.drawn.get() + 1);
        self.shared.0.drawn.get()
    }
}
