//! Answers that were kept: looked for before anybody is asked, and kept once they are whole.

use ai::answer::{Assembler, replay};
use ai::cache::{
    CacheControl, CachePlan, Entry, Kept, Question, Resolved, answer_key, embedding_key, may_be_kept,
};
use ai::openai::embeddings::EmbeddingCall;
use ai::routing::Decision;
use ai::{Call, Fields, Form, Invalid, Usage};
use contracts::TenantCall;
use contracts::pipeline::models::ModelError;
use futures_util::FutureExt;
use ids::TenantId;
use mesh::TraceContext;

use super::ModelPorts;
use super::alike::{self, Alike};
use super::archiving::Archiving;
use super::complete::{models, open};
use super::guard::Aside;
use super::open_call::Took;
use super::refusal::invalid;
use crate::ports::{CacheStatus, CallOutcome, LARGEST_ANSWER, Saved, StoreError};

/// A longer request is asked every time, in bytes: what it would take to compare it is more than what it is worth.
const LONGEST_REQUEST: u64 = 1024 * 1024;

/// What the cache has to do with a request.
#[derive(Clone)]
pub(super) struct CacheUse {
    tenant: TenantId,
    trace: TraceContext,
    name: String,
    plan: CachePlan,
    /// The question that may be put in other words, where that will do.
    question: Option<Question>,
}

/// A kept answer that will do.
pub(super) struct Found {
    pub(super) entry: Entry,
    /// How alike the two questions are, and had to be, where they are not the same.
    pub(super) alike: Option<(f64, f64)>,
}

/// Reads what a request says of the cache.
pub(super) fn control(header: Option<&str>) -> Result<CacheControl, ModelError> {
    let said = header.map_or(Ok(CacheControl::default()), CacheControl::read);
    said.map_err(|detail| invalid(Invalid::field("", format!("the header `weft-cache` {detail}"))))
}

impl CacheUse {
    /// Of a conversation.
    pub(super) fn of_chat(
        context: &TenantCall,
        decision: &Decision,
        call: &Call,
        control: &CacheControl,
    ) -> Option<Self> {
        let tenant = context.scope.tenant.to_string();
        let name = |resolved: &Resolved| answer_key(&tenant, resolved, call);
        let mut cache = Self::of(context, decision, control, call.bounds.input, name)?;
        let resolved = Resolved::of(&decision.candidates);
        cache.question = cache.plan.semantic.and_then(|_| Question::of(&tenant, &resolved, call));
        Some(cache)
    }

    /// Of texts.
    pub(super) fn of_texts(
        context: &TenantCall,
        decision: &Decision,
        call: &EmbeddingCall,
        control: &CacheControl,
    ) -> Option<Self> {
        let tenant = context.scope.tenant.to_string();
        let name = |resolved: &Resolved| embedding_key(&tenant, resolved, call);
        Self::of(context, decision, control, call.tokens_bound, name)
    }

    fn of(
        context: &TenantCall,
        decision: &Decision,
        control: &CacheControl,
        bytes: u64,
        name: impl FnOnce(&Resolved) -> String,
    ) -> Option<Self> {
        let plan = CachePlan::of(decision.cache.as_ref(), control)?;
        let named = || Self {
            tenant: context.scope.tenant,
            trace: context.trace,
            name: name(&Resolved::of(&decision.candidates)),
            plan,
            question: None,
        };
        (bytes <= LONGEST_REQUEST).then(named)
    }

    /// A kept answer that may be given. A cache that does not answer has none.
    pub(super) async fn find(&self, ports: &ModelPorts) -> Option<Found> {
        let oldest_s = self.plan.oldest_s?;
        match self.looked_for(ports, oldest_s).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(event = "model.cache_failed", tenant = %self.tenant, %error);
                None
            }
        }
    }

    async fn looked_for(&self, ports: &ModelPorts, oldest_s: u64) -> Result<Option<Found>, StoreError> {
        let same = ports.answers.get(self.tenant, &self.name).await?;
        let same = same.as_deref().and_then(Entry::read);
        if let Some(entry) = same.filter(|entry| entry.kept.is_fresh(ports.runtime.now_ms(), oldest_s)) {
            return Ok(Some(Found { entry, alike: None }));
        }
        let (Some(question), Some(semantic)) = (&self.question, self.plan.semantic) else { return Ok(None) };
        let whose = (self.tenant, self.trace);
        let alike = alike::find(ports, whose, question, semantic, oldest_s).await?;
        Ok(alike.map(|Alike { entry, similarity }| Found {
            entry,
            alike: Some((similarity, semantic.threshold)),
        }))
    }

    /// For an answer that comes as a stream; none where it is not to be kept.
    pub(super) fn keeping(self, form: Form) -> Option<Keeping> {
        self.plan.ttl_s.map(|_| Keeping { cache: self, form, assembler: Assembler::new(form) })
    }

    /// Keeps a whole answer, behind whoever asked.
    pub(super) fn keep(&self, ports: &ModelPorts, body: &[u8], source: Source, cost_nanos: u64) {
        let Some(ttl_s) = self.plan.ttl_s else { return };
        let Source { model, upstream, usage } = source;
        let kept = Kept::new(ports.runtime.now_ms(), ttl_s, model, upstream, usage, cost_nanos);
        let value = Entry { kept, body: body.to_vec() }.to_vec();
        if value.len() > LARGEST_ANSWER {
            return;
        }
        let (behind, Self { tenant, trace, name, question, .. }) = (ports.clone(), self.clone());
        let put = async move {
            behind.answers.put(tenant, &name, ttl_s, value).await?;
            match &question {
                Some(question) => alike::note(&behind, (tenant, trace), question, &name).await,
                None => Ok(()),
            }
        };
        let put = put.map(move |done: Result<(), StoreError>| {
            if let Err(error) = done {
                tracing::warn!(event = "model.not_kept", %tenant, %error);
            }
        });
        ports.background.go_on(put.boxed_local());
    }
}

/// By whom an answer was given, and what it took.
pub(super) struct Source {
    model: String,
    upstream: String,
    usage: Usage,
}

impl Source {
    /// Tokens that nobody told count as none.
    pub(super) fn new(model: &str, upstream: &str, told: Option<Usage>) -> Self {
        Self { model: model.to_owned(), upstream: upstream.to_owned(), usage: told.unwrap_or_default() }
    }
}

/// An answer that is put together while its stream passes by, to be kept if it ends whole.
pub(super) struct Keeping {
    cache: CacheUse,
    form: Form,
    assembler: Assembler,
}

impl Keeping {
    /// Sees what the client is sent.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        self.assembler.see(bytes);
    }

    /// The stream was judged whole.
    pub(super) fn whole(self, ports: &ModelPorts, told: Option<Usage>, source: Source, cost_nanos: u64) {
        let Self { cache, form, assembler } = self;
        if let Some(body) = assembler.finish(told).filter(|body| may_be_kept(form, body)) {
            cache.keep(ports, &body, source, cost_nanos);
        }
    }
}

/// Lets a kept answer be given: the call counts against rates, and takes nothing else. Gives the headers that tell of it.
pub(super) async fn admit(
    ports: &ModelPorts,
    context: &TenantCall,
    key_prefix: Option<String>,
    decision: &Decision,
    found: &Found,
    aside: &Aside,
    archiving: Option<Archiving>,
) -> Result<Vec<(String, String)>, ModelError> {
    let Found { entry: Entry { kept, body }, alike } = found;
    let status = if alike.is_some() { CacheStatus::Semantic } else { CacheStatus::Hit };
    let mut open = open(ports, context, key_prefix, models(decision), (0, 0)).await?;
    open.metered.route.clone_from(&decision.route);
    open.metered.masked = aside.told();
    open.metered.cache = status;
    open.archiving = archiving;
    if let Some(archiving) = &mut open.archiving {
        archiving.answered(body);
    }
    let Kept { model, upstream, tokens_in, tokens_out, cost_nanos, .. } = kept.clone();
    open.metered.saved = Saved { tokens_in, tokens_out, nanos: Some(cost_nanos) };
    let took = Took {
        model: model.clone(),
        upstream: upstream.clone(),
        usage: Some(Usage::default()),
        written_bytes: 0,
        first_byte_ms: Some(ports.runtime.now_ms().saturating_sub(open.started_ms)),
        outcome: CallOutcome::Cached,
    };
    let settle = async move {
        open.settle(took).await;
    };
    ports.background.go_on(settle.boxed_local());
    let mut headers = vec![
        ("weft-model".to_owned(), model),
        ("weft-upstream".to_owned(), upstream),
        ("weft-attempts".to_owned(), "0".to_owned()),
        ("weft-cache".to_owned(), status.as_str().to_owned()),
        ("weft-cache-age".to_owned(), kept.age_s(ports.runtime.now_ms()).to_string()),
        ("weft-cache-saved-tokens".to_owned(), (tokens_in.saturating_add(tokens_out)).to_string()),
        ("weft-cache-saved-usd".to_owned(), usd(cost_nanos)),
    ];
    headers.extend(aside.header());
    if let Some((similarity, threshold)) = alike {
        headers.push(("weft-cache-similarity".to_owned(), format!("{similarity:.4}")));
        headers.push(("weft-cache-threshold".to_owned(), threshold.to_string()));
        let id = Fields::parse(body).ok().and_then(|answer| answer.get::<String>("id"));
        headers.extend(id.filter(|id| is_token(id)).map(|id| ("weft-cache-answer".to_owned(), id)));
    }
    if let Some(route) = &decision.route {
        headers.push(("weft-route".to_owned(), route.clone()));
    }
    Ok(headers)
}

/// A kept conversation in the way that was asked for: its media type and its bytes.
pub(super) fn told(call: &Call, body: Vec<u8>) -> Result<(&'static str, Vec<u8>), String> {
    if !call.stream {
        return Ok(("application/json", body));
    }
    Ok(("text/event-stream; charset=utf-8", replay(call.form, &body, call.wants_usage)?))
}

/// Whether it can stand in a header: ids of answers are of these.
fn is_token(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// Billionths of a dollar in dollars, all digits.
fn usd(nanos: u64) -> String {
    const ONE: u64 = 1_000_000_000;
    format!("{}.{:09}", nanos / ONE, nanos % ONE)
}

#[cfg(test)]
mod tests {
    #[test]
    fn money_is_told_to_the_billionth() {
        assert_eq!(super::usd(1_000_000_042), "1.000000042");
    }
}
