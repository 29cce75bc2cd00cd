//! Models, as the platform's own work asks them: by the same routes, within the same budgets, on the same accounts as a
//! customer's calls.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use contracts::pipeline::models::{Complete, ModelError, ModelForm};
use contracts::{Actor, TenantScope};
use mesh::{Bytes, CallContext, Deadline, TraceContext};

use super::ModelPorts;
use super::attempt::timed;
use super::complete::complete;
use crate::ports::{ChatError, ChatExchange, Spending};

/// A whole answer has to be here by then: a piece of a call takes seconds, and a step's try has five minutes.
const LIMIT_MS: u64 = 60_000;
/// A wait longer than this is not waited: the rules stand in.
const LONGEST_WAIT_S: u64 = 15 * 60;
/// So long AI Gateway answers the same request from its cache, in seconds, where its own configuration says nothing: a step
/// that is tried again pays once.
const CACHED_S: u64 = 3_600;
/// Who asks, among the Workers.
const SERVICE: &str = "pipeline";

/// See the module.
#[derive(Clone)]
pub struct OwnModels(ModelPorts);

impl OwnModels {
    /// Over the same ports as everybody's models.
    #[must_use]
    pub fn new(ports: ModelPorts) -> Self {
        let mut config = (*ports.config).clone();
        if let Ok(Some(config)) = &mut config {
            for gateway in config.upstreams.iter_mut().filter_map(|upstream| upstream.gateway.as_mut()) {
                gateway.cache_ttl_s.get_or_insert(CACHED_S);
            }
        }
        Self(ModelPorts { config: Rc::new(config), ..ports })
    }
}

#[async_trait(?Send)]
impl ChatExchange for OwnModels {
    async fn post(&self, spending: &Spending, body: String) -> Result<Vec<u8>, ChatError> {
        let Self(ports) = self;
        let refused = |detail: &str| ChatError::Refused { detail: detail.to_owned() };
        let tenant = spending.tenant().ok_or_else(|| refused("nobody pays for it"))?;
        let scope = TenantScope { tenant, actor: Actor::Service(SERVICE.into()) };
        let trace = spending.trace().unwrap_or_else(|| {
            let random: Vec<u8> = (0..3).flat_map(|_| ports.runtime.random().to_le_bytes()).collect();
            TraceContext::from_random(random.try_into().unwrap_or([1; 24]))
        });
        let deadline = Deadline::after(ports.runtime.now_ms(), LIMIT_MS);
        let context = CallContext::new(scope, trace, deadline, SERVICE);
        let request = Complete {
            form: ModelForm::OpenAi,
            body: Bytes(body.into_bytes()),
            // Whose plan it is does not travel with an event.
            plan: String::new(),
            key_prefix: None,
            presence: None,
            cache: None,
            request_id: None,
        };
        match timed(&*ports.runtime, LIMIT_MS, complete(ports, &context, request)).await {
            Some(Ok(completion)) => Ok(completion.body.0),
            Some(Err(error)) => Err(missed(error)),
            None => Err(ChatError::TimedOut),
        }
    }
}

fn wait(seconds: Option<u64>) -> Option<Duration> {
    seconds.filter(|seconds| *seconds <= LONGEST_WAIT_S).map(Duration::from_secs)
}

/// By what whoever asked can do about it.
fn missed(error: ModelError) -> ChatError {
    let detail = error.to_string();
    match error {
        ModelError::Budget { wait: waits, retry_after_s, .. } => ChatError::Budget {
            detail,
            retry_after: waits.then(|| Duration::from_secs(retry_after_s.unwrap_or(1))),
        },
        ModelError::RateLimited { retry_after_s, .. } => {
            ChatError::RateLimited { retry_after: wait(retry_after_s) }
        }
        ModelError::Failed { message, retry_after_s, retry: true } => {
            ChatError::Unavailable { detail: message, retry_after: wait(retry_after_s) }
        }
        ModelError::Unavailable { detail } => ChatError::Unavailable { detail, retry_after: None },
        ModelError::Failed { message, retry: false, .. } => ChatError::Refused { detail: message },
        ModelError::Invalid { faults } => {
            let faults = faults.iter().map(|fault| format!("`{}` {}", fault.pointer, fault.detail));
            ChatError::Refused { detail: faults.collect::<Vec<_>>().join("; ") }
        }
        ModelError::NotConfigured
        | ModelError::Misconfigured { .. }
        | ModelError::NotJson { .. }
        | ModelError::UnknownModel { .. }
        | ModelError::NotAllowed { .. }
        | ModelError::Refused { .. } => ChatError::Refused { detail },
    }
}
