//! One upstream is asked.

use std::pin::pin;

use ai::routing::{Candidate, Upstream};
use ai::{Call, Ending, Form, Relay, RelayPlan, Target, UpstreamError, WholeAnswer, whole_answer};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use mesh::Runtime;

use super::ModelPorts;
use super::refusal::Missed;
use crate::ports::{CacheStatus, ModelAnswer, ModelBody, ModelRequest};

/// A larger whole answer is none, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Of an error so many bytes are read.
const LARGEST_ERROR: usize = 64 * 1024;

/// What is asked, of whom.
pub(super) struct Attempt<'a> {
    pub(super) ports: &'a ModelPorts,
    pub(super) call: &'a Call,
    pub(super) upstream: &'a Upstream,
    pub(super) candidate: &'a Candidate,
    /// For AI Gateway's log.
    pub(super) metadata: &'a [(&'a str, &'a str)],
    /// By which AI Gateway may keep the answer.
    pub(super) cache_key: &'a str,
    /// How long the first of the answer may take, in milliseconds.
    pub(super) first_byte_ms: u64,
}

/// An answer, or one that has begun.
pub(super) enum Answered {
    Whole(WholeAnswer),
    Begun { relay: Box<Relay>, body: ModelBody, out: Vec<u8> },
}

impl Attempt<'_> {
    pub(super) async fn make(&self) -> Result<(Answered, Option<CacheStatus>), Missed> {
        let until_ms = self.ports.runtime.now_ms().saturating_add(self.first_byte_ms);
        let target = Target {
            form: self.upstream.form(),
            model: &self.candidate.model,
            tell_usage: self.upstream.stream_usage,
            limit_name: self.upstream.limit_name(),
            most_output: self.upstream.most_output(),
        };
        let body = self.call.body_for(&target).map_err(Missed::Unsayable)?;
        let url = self.upstream.url(self.upstream.operation());
        let told = (self.metadata, Some(self.cache_key));
        let answer = send(self.ports, self.upstream, url, told, body, self.first_byte_ms).await?;
        let on_the_way = on_the_way(answer.cache_status.as_deref());
        let streamed = answer.media_type.as_deref().is_some_and(|media| is(media, "text/event-stream"));
        let form = self.upstream.form();
        if self.call.stream {
            if !streamed {
                return Err(wrong_media(&answer, "text/event-stream"));
            }
            let created_s = self.ports.runtime.now_ms() / 1000;
            let wants_usage = self.call.wants_usage;
            let plan = RelayPlan { upstream: form, client: self.call.form, wants_usage, created_s };
            return Ok((self.begun(Relay::new(plan), answer.body, until_ms).await?, on_the_way));
        }
        if !answer.media_type.as_deref().is_some_and(|media| is(media, "application/json")) {
            return Err(wrong_media(&answer, "application/json"));
        }
        let created_s = self.ports.runtime.now_ms() / 1000;
        let body = whole(&*self.ports.runtime, answer.body, LARGEST_ANSWER, self.upstream.stall_ms).await?;
        let whole = whole_answer(form, self.call.form, created_s, body).map_err(Missed::NoAnswer)?;
        Ok((Answered::Whole(whole), on_the_way))
    }

    /// Waits for the first of an answer: until then the client was sent nothing, and another upstream can be asked.
    async fn begun(&self, mut relay: Relay, mut body: ModelBody, until_ms: u64) -> Result<Answered, Missed> {
        let mut out = Vec::new();
        while !relay.has_begun() {
            let left = until_ms.saturating_sub(self.ports.runtime.now_ms());
            match timed(&*self.ports.runtime, left, body.next()).await {
                Some(Some(Ok(bytes))) => relay.feed(&bytes, &mut out),
                Some(Some(Err(_)) | None) => relay.cut(&mut out),
                None => return Err(Missed::TimedOut { after_ms: self.first_byte_ms }),
            }
            if let Some(ending) =
                relay.ending().filter(|ending| **ending != Ending::Finished && !relay.has_begun())
            {
                return Err(match ending.clone() {
                    Ending::Failed(error) => Missed::Said(error),
                    ending => Missed::Ended(ending),
                });
            }
        }
        Ok(Answered::Begun { relay: Box::new(relay), body, out })
    }
}

/// Asks an upstream for something and gives its answer once its head is there and says that all is well.
pub(super) async fn send(
    ports: &ModelPorts,
    upstream: &Upstream,
    url: String,
    (metadata, cache_key): (&[(&str, &str)], Option<&str>),
    body: Vec<u8>,
    first_byte_ms: u64,
) -> Result<ModelAnswer, Missed> {
    let mut secrets = Vec::new();
    for name in upstream.secrets() {
        secrets.push((name, ports.secrets.secret(name).await));
    }
    let secret = |wanted: &str| secrets.iter().find(|(name, _)| *name == wanted)?.1.clone();
    let headers = upstream.headers(secret, metadata, cache_key).map_err(Missed::NoSecret)?;
    let exchange = ports.server.post(ModelRequest { url, headers, body });
    let answer = match timed(&*ports.runtime, first_byte_ms, exchange).await {
        Some(answer) => answer.map_err(Missed::Unreached)?,
        None => return Err(Missed::TimedOut { after_ms: first_byte_ms }),
    };
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    let (status, retry_after) = (answer.status, answer.retry_after);
    // What it says helps, and its status alone says enough.
    let body =
        whole(&*ports.runtime, answer.body, LARGEST_ERROR, upstream.stall_ms).await.unwrap_or_default();
    Err(Missed::Said(UpstreamError::read(status, retry_after.as_deref(), &body)))
}

/// Reads a body whole.
pub(super) async fn whole(
    runtime: &dyn Runtime,
    mut body: ModelBody,
    limit: usize,
    stall_ms: u64,
) -> Result<Vec<u8>, Missed> {
    let mut bytes = Vec::new();
    loop {
        match timed(runtime, stall_ms, body.next()).await {
            Some(Some(Ok(chunk))) if bytes.len() + chunk.len() <= limit => bytes.extend_from_slice(&chunk),
            Some(Some(Ok(_))) => {
                return Err(Missed::NoAnswer(format!("its answer has more than {limit} bytes")));
            }
            Some(None) => return Ok(bytes),
            Some(Some(Err(_))) => return Err(Missed::Ended(Ending::Cut)),
            None => return Err(Missed::Ended(Ending::Stalled { after_ms: stall_ms })),
        }
    }
}

/// Waits for `work` at most so long.
pub(super) async fn timed<T>(
    runtime: &dyn Runtime,
    milliseconds: u64,
    work: impl Future<Output = T>,
) -> Option<T> {
    match select(pin!(work), runtime.sleep(milliseconds)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// What AI Gateway says of its own cache.
pub(super) fn on_the_way(said: Option<&str>) -> Option<CacheStatus> {
    match said?.to_ascii_lowercase().as_str() {
        "hit" => Some(CacheStatus::GatewayHit),
        "miss" => Some(CacheStatus::GatewayMiss),
        _ => None,
    }
}

fn is(media_type: &str, wanted: &str) -> bool {
    media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
}

fn wrong_media(answer: &ModelAnswer, wanted: &str) -> Missed {
    let came: String = answer.media_type.as_deref().unwrap_or("nothing").chars().take(80).collect();
    Missed::NoAnswer(format!("it sent `{came}`, where `{wanted}` was asked for"))
}

/// The form of a contract's request.
pub(super) const fn form(form: contracts::pipeline::models::ModelForm) -> Form {
    match form {
        contracts::pipeline::models::ModelForm::OpenAi => Form::OpenAi,
        contracts::pipeline::models::ModelForm::Anthropic => Form::Anthropic,
    }
}
